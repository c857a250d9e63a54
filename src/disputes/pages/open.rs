//! Opening a dispute: by the buyer from its purchase, or by the exchange after the window.

use actix_web::HttpResponse;
use actix_web::web::Query;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Refused, base_of, read_evidence};
use crate::access::{AccountKind, Caller};
use crate::charges;
use crate::contracts;
use crate::disputes::words::{charge_label, needed_label, reason_label};
use crate::disputes::{self, Claim, Dispute, DisputedCharge};
use crate::error::{Code, Error, FieldError, Result};
use crate::id::PurchaseId;
use crate::leads;
use crate::purchases::{self, Purchase};
use crate::web::{Ctx, Page, Upload, html_status, redirect_with};

/// A reason with what it needs.
struct Choice {
    key: String,
    label: String,
    needed: String,
}

#[derive(Template)]
#[template(path = "disputes/open.html")]
struct OpenPage {
    page: Page,
    base: &'static str,
    purchase: Purchase,
    /// The masked name, and what the person wants.
    lead: String,
    reasons: Vec<Choice>,
    charges: Vec<(String, String)>,
    rules: Vec<String>,
    is_late: bool,
    existing: Vec<(Dispute, String)>,
    refused: Refused,
}

impl OpenPage {
    fn typed(&self, name: &str) -> &str {
        self.refused.word(name)
    }

    fn errors(&self) -> &[FieldError] {
        &self.refused.errors
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OpenQuery {
    purchase: String,
}

fn parse(text: &str) -> Result<PurchaseId> {
    text.parse().map_err(|_| Error::refused(Code::NotFound))
}

/// `GET /buyer/disputes/new?purchase=..`, `/operator/disputes/new?purchase=..`
pub async fn form(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<OpenQuery>,
) -> Result<HttpResponse> {
    let purchase = parse(&query.purchase)?;
    render(ctx, caller, page, purchase, Refused::default()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: PurchaseId,
    refused: Refused,
) -> Result<HttpResponse> {
    let status = match (&refused.said, refused.errors.is_empty()) {
        (Some(_), _) => 409,
        (None, false) => 422,
        (None, true) => 200,
    };
    let l = page.l;
    let (kind, vault) = (caller.account_kind, ctx.vault.clone());
    let read = ctx
        .db
        .read(move |conn| {
            let found = match caller.account_kind {
                AccountKind::Operator => purchases::by_id(conn, id)?,
                AccountKind::Buyer | AccountKind::Seller => {
                    purchases::of_buyer(conn, caller.account_id, id)?
                }
            };
            let purchase = found.ok_or_else(|| Error::refused(Code::NotFound))?;
            let agreement =
                contracts::agreement(conn, purchase.buyer_id, purchase.contract_version_id)?;
            Ok((
                leads::listing(conn, purchase.lead_id)?.masked.name,
                leads::wanted(conn, &vault, purchase.lead_id)?.interest,
                charges::of_purchase(conn, id)?,
                disputes::of_purchase(conn, id)?,
                agreement,
                purchase,
            ))
        })
        .await?;
    let (name, interest, charged, existing, agreement, purchase) = read;
    let rules = &agreement.terms().disputes;
    let lead = (purchase.price_minor > 0).then(|| {
        let label = charge_label(l, DisputedCharge::Lead);
        (
            DisputedCharge::Lead.to_string(),
            format!("{label}: {}", purchase.price()),
        )
    });
    let others = charged.iter().filter_map(|charge| {
        let kind = DisputedCharge::of(charge.kind)?;
        let label = charge_label(l, kind);
        let is_charged = charge.state.is_charged() && charge.price_minor > 0;
        is_charged.then(|| (kind.to_string(), format!("{label}: {}", charge.price())))
    });
    html_status(
        status,
        &OpenPage {
            base: base_of(kind),
            charges: lead.into_iter().chain(others).collect(),
            reasons: rules
                .reasons
                .iter()
                .map(|(&reason, &needed)| Choice {
                    key: reason.to_string(),
                    label: reason_label(l, reason),
                    needed: needed_label(l, reason, needed),
                })
                .collect(),
            rules: contracts::dispute_sentences(l, rules),
            is_late: kind == AccountKind::Operator,
            existing: existing
                .into_iter()
                .map(|dispute| {
                    let label = reason_label(l, dispute.reason);
                    (dispute, label)
                })
                .collect(),
            page,
            purchase,
            lead: format!("{name} · {interest}"),
            refused,
        },
    )
}

/// `POST /buyer/disputes`, `/operator/disputes`
pub async fn create(ctx: Ctx, caller: Caller, page: Page, upload: Upload) -> Result<HttpResponse> {
    let purchase = parse(upload.text("open.purchase"))?;
    match open(&ctx, &caller, purchase, &upload).await {
        Ok(dispute) => Ok(redirect_with(
            &format!("{}/{}", base_of(caller.account_kind), dispute.id),
            &fl!(page.l, "disputes-opened"),
        )),
        Err(error) => {
            let refused = Refused::of(page.l, "open", &upload, error)?;
            render(ctx, caller, page, purchase, refused).await
        }
    }
}

async fn open(
    ctx: &Ctx,
    caller: &Caller,
    purchase: PurchaseId,
    upload: &Upload,
) -> Result<Dispute> {
    let charge = upload
        .text("open.charge")
        .parse()
        .map_err(|accepted: String| {
            Error::invalid_field("charge", crate::error::Reason::NotAllowed, accepted)
        })?;
    let claim = Claim {
        charge,
        reason: upload.text("open.reason").to_owned(),
        evidence: read_evidence("open", upload)?,
    };
    let (now, vault, by) = (ctx.now(), ctx.vault.clone(), caller.clone());
    ctx.write(move |conn| {
        if by.account_kind == AccountKind::Operator {
            disputes::open_late(conn, &vault, &by, purchase, claim.clone(), now)
        } else {
            disputes::open(conn, &vault, &by, purchase, claim.clone(), now)
        }
    })
    .await
}
