//! What a seller sees of the audits of its leads: figures, results, and why.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::Caller;
use crate::audits::store::{self, Filter};
use crate::audits::words::{findings_rows, percent};
use crate::audits::{AuditState, Figure, LeadAudit, queue};
use crate::error::Result;
use crate::id::LeadAuditId;
use crate::leads;
use crate::web::{Ctx, Page, html};

/// Results that a page shows.
const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "audits/seller.html")]
struct SellerPage {
    page: Page,
    figures: Vec<Figure>,
    audits: Vec<LeadAudit>,
    first_leads: i32,
    /// The share that is audited, and its bounds.
    share: String,
    least: String,
    most: String,
}

/// `GET /seller/audits`
pub async fn list(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    let seller = caller.account_id;
    let (figures, audits, policy, share) = ctx
        .db
        .read(move |conn| {
            let decided = AuditState::ALL.iter().copied();
            let filter = Filter {
                seller: Some(seller),
                states: decided.filter(|state| state.is_decided()).collect(),
                as_queue: false,
            };
            Ok((
                crate::audits::figures(conn, Some(seller), SHOWN)?,
                store::list(conn, &filter, SHOWN)?,
                store::policy(conn)?,
                store::share(conn, seller)?,
            ))
        })
        .await?;
    let share = share.map_or(policy.start_share_bps, |(share, _)| share);
    html(&SellerPage {
        page,
        figures,
        audits,
        first_leads: policy.first_leads,
        share: percent(&policy.within(share)),
        least: percent(&policy.least_share_bps),
        most: percent(&policy.most_share_bps),
    })
}

#[derive(Template)]
#[template(path = "audits/result.html")]
struct ResultPage {
    page: Page,
    audit: LeadAudit,
    masked_name: String,
    interest: String,
    found: Vec<(String, String)>,
    note: String,
}

/// `GET /seller/audits/{id}`: one result with what the auditor wrote.
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<LeadAuditId>,
) -> Result<HttpResponse> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let (audit, masked, wanted, note) = ctx
        .write(move |conn| {
            let audit = queue::case(conn, &caller, *id)?;
            let note = queue::note(conn, &vault, &caller, &audit, now)?;
            let wanted = leads::wanted(conn, &vault, audit.lead_id)?;
            let masked = leads::listing(conn, audit.lead_id)?.masked;
            Ok((audit.clone(), masked, wanted, note))
        })
        .await?;
    let findings = audit.findings()?;
    html(&ResultPage {
        found: findings.map_or_else(Vec::new, |findings| findings_rows(page.l, &findings)),
        page,
        audit,
        masked_name: masked.name,
        interest: wanted.interest,
        note,
    })
}
