//! Pages of audits: the auditors' queue, cases and figures, and what a seller sees of its own.

pub mod case;
pub mod seller;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Query;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::store::{self, Filter};
use super::words::{percent, why_label};
use super::{AuditState, Figure, LeadAudit, Policy, queue};
use crate::access::{Caller, Role};
use crate::accounts;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::AccountId;
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, format, html_status, redirect_with};

/// Audits and figures that a page shows.
const SHOWN: i64 = 200;

/// A tab of the queue.
struct Tab {
    state: AuditState,
    label: String,
    count: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "audits/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    audits: Vec<LeadAudit>,
    sellers: BTreeMap<AccountId, String>,
    figures: Vec<Figure>,
    /// The bounds as they are typed: field, label, text.
    policy: Vec<(&'static str, String, String)>,
    may_act: bool,
    may_set: bool,
    errors: Vec<FieldError>,
}

impl ListPage {
    fn seller_of(&self, audit: &LeadAudit) -> &str {
        let name = self.sellers.get(&audit.seller_id);
        name.map_or("", String::as_str)
    }
}

const FIELDS: [&str; 6] = [
    "start_share_bps",
    "least_share_bps",
    "most_share_bps",
    "first_leads",
    "low_standing",
    "burst_leads",
];

fn typed(policy: &Policy) -> [String; 6] {
    [
        policy.start_share_bps,
        policy.least_share_bps,
        policy.most_share_bps,
        policy.first_leads,
        policy.low_standing,
        policy.burst_leads,
    ]
    .map(|value| value.to_string())
}

/// Which state the list shows; the queue if it is left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    state: String,
}

/// `GET /operator/audits`
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let policy = ctx.db.read(store::policy).await?;
    let state = query.state.parse().unwrap_or(AuditState::Queued);
    render(ctx, caller, page, (state, typed(&policy)), Vec::new()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    (state, policy): (AuditState, [String; 6]),
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let filter = Filter {
        seller: None,
        states: vec![state],
        as_queue: !state.is_decided(),
    };
    let (audits, sellers, figures, counts) = ctx
        .db
        .read(move |conn| {
            let audits = store::list(conn, &filter, SHOWN)?;
            let ids: Vec<AccountId> = audits.iter().map(|audit| audit.seller_id).collect();
            Ok((
                audits,
                accounts::names_of(conn, &ids)?,
                super::figures(conn, None, SHOWN)?,
                store::counts(conn)?,
            ))
        })
        .await?;
    let l = page.l;
    let labels = [
        fl!(l, "audits-start-share"),
        fl!(l, "audits-least-share"),
        fl!(l, "audits-most-share"),
        fl!(l, "audits-first-leads"),
        fl!(l, "audits-low-standing"),
        fl!(l, "audits-burst-leads"),
    ];
    let fields = FIELDS.into_iter().zip(labels).zip(policy);
    let tabs = AuditState::ALL.iter().map(|&tab| Tab {
        state: tab,
        label: format::state_label(l, tab),
        count: format::count(
            counts
                .iter()
                .find(|(of, _)| *of == tab)
                .map_or(0, |(_, n)| *n),
        ),
        current: tab == state,
    });
    let status = if errors.is_empty() { 200 } else { 422 };
    html_status(
        status,
        &ListPage {
            tabs: tabs.collect(),
            policy: fields
                .map(|((field, label), text)| (field, label, text))
                .collect(),
            may_act: matches!(caller.role, Role::Admin | Role::Auditor),
            may_set: caller.role == Role::Admin,
            page,
            audits,
            sellers,
            figures,
            errors,
        },
    )
}

/// `POST /operator/audits`: the bounds of the shares.
pub async fn set_policy(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let texts = FIELDS.map(|field| first(&pairs, field).to_owned());
    let mut errors = Vec::new();
    let [
        start_share_bps,
        least_share_bps,
        most_share_bps,
        first_leads,
        low_standing,
        burst_leads,
    ] = std::array::from_fn(|place| {
        texts[place].parse().unwrap_or_else(|_| {
            let field = FIELDS[place];
            errors.push(FieldError::new(field, Reason::WrongType, "a whole number"));
            0
        })
    });
    let policy = Policy {
        start_share_bps,
        least_share_bps,
        most_share_bps,
        first_leads,
        low_standing,
        burst_leads,
    };
    let (now, by) = (ctx.now(), caller.clone());
    let done = if errors.is_empty() {
        ctx.write(move |conn| super::set_policy(conn, &by, &policy, now))
            .await
    } else {
        Err(errors.into())
    };
    match done {
        Ok(()) => Ok(redirect_with(
            "/operator/audits",
            &fl!(page.l, "audits-policy-set"),
        )),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let typed = (AuditState::Queued, texts);
            render(ctx, caller, page, typed, refusal.fields).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /operator/audits/next`: take the first of the queue.
pub async fn take_next(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    _form: Form<Pairs>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let audit = ctx
        .write(move |conn| queue::take_next(conn, &caller, now))
        .await?;
    let said = fl!(page.l, "audits-taken");
    Ok(redirect_with(
        &format!("/operator/audits/{}", audit.id),
        &said,
    ))
}
