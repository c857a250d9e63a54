//! The operator's pages of verticals: what each asks of its leads, and the numbers that an admin may change.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::keeping::KeepingForm;
use super::{ConsentRecipients, Numbers, Vertical};
use crate::access::{Caller, Role};
use crate::error::{Code, Error, FieldError, Result};
use crate::text::Lang;
use crate::web::{Ctx, Form, Page, html, html_status, redirect_with};

#[derive(Template)]
#[template(path = "verticals/list.html")]
struct ListPage {
    page: Page,
    verticals: Vec<Vertical>,
}

/// `GET /operator/verticals`
pub async fn list(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let verticals = ctx.db.read(super::all).await?;
    html(&ListPage { page, verticals })
}

/// The numbers as they were typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NumbersForm {
    pub commission: String,
    pub duplicate_window_days: String,
    pub consent_max_age_days: String,
    pub dispute_window_days: String,
    pub listing_days: String,
    pub max_copies: String,
    pub min_age: String,
    pub held_prior: String,
    pub sale_prior: String,
    pub prior_weight: String,
    pub answer_days: String,
    pub decide_days: String,
    pub appeal_days: String,
    pub return_cap: String,
    pub cap_days: String,
    pub meritless_fee: String,
    pub resells: String,
}

impl NumbersForm {
    fn of(vertical: &Vertical) -> Self {
        let disputes = &vertical.disputes;
        Self {
            commission: vertical.commission.0.to_string(),
            duplicate_window_days: vertical.duplicate_window_days.to_string(),
            consent_max_age_days: vertical.consent_max_age_days.to_string(),
            dispute_window_days: vertical.dispute_window_days.to_string(),
            listing_days: vertical.listing_days.to_string(),
            max_copies: vertical.max_copies.to_string(),
            min_age: vertical.min_age.to_string(),
            held_prior: vertical.held_prior.0.to_string(),
            sale_prior: vertical.sale_prior.0.to_string(),
            prior_weight: vertical.prior_weight.to_string(),
            answer_days: disputes.answer_days.to_string(),
            decide_days: disputes.decide_days.to_string(),
            appeal_days: disputes.appeal_days.to_string(),
            return_cap: disputes.return_cap_bps.0.to_string(),
            cap_days: disputes.cap_days.to_string(),
            meritless_fee: disputes.meritless_fee_bps.0.to_string(),
            resells: disputes.resells.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "verticals/show.html")]
struct VerticalPage {
    page: Page,
    vertical: Vertical,
    form: NumbersForm,
    may_change: bool,
    errors: Vec<FieldError>,
    /// Whether a refunded lead is sold again: the values of the choice, and their words.
    resale: Vec<(String, String)>,
    keeping: KeepingForm,
    recipients: Vec<(String, String)>,
}

fn recipients(l: &Lang) -> Vec<(String, String)> {
    ConsentRecipients::ALL
        .iter()
        .map(|&which| {
            let label = match which {
                ConsentRecipients::Named => fl!(l, "verticals-recipients-named"),
                ConsentRecipients::Listed => fl!(l, "verticals-recipients-listed"),
                ConsentRecipients::Any => fl!(l, "verticals-recipients-any"),
            };
            (which.to_string(), label)
        })
        .collect()
}

fn resale(l: &Lang) -> Vec<(String, String)> {
    vec![
        ("false".to_owned(), fl!(l, "verticals-resells-no")),
        ("true".to_owned(), fl!(l, "verticals-resells-yes")),
    ]
}

/// `GET /operator/verticals/{key}`
pub async fn show(ctx: Ctx, caller: Caller, page: Page, key: Path<String>) -> Result<HttpResponse> {
    let vertical = ctx.db.read(move |conn| super::by_key(conn, &key)).await?;
    html(&VerticalPage {
        resale: resale(page.l),
        recipients: recipients(page.l),
        keeping: KeepingForm::of(&vertical.keeping),
        page,
        form: NumbersForm::of(&vertical),
        vertical,
        may_change: caller.role == Role::Admin,
        errors: Vec::new(),
    })
}

/// `POST /operator/verticals/{key}`
pub async fn change(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    key: Path<String>,
    Form(form): Form<NumbersForm>,
) -> Result<HttpResponse> {
    let vertical = ctx.db.read(move |conn| super::by_key(conn, &key)).await?;
    let (id, address, now) = (
        vertical.id,
        format!("/operator/verticals/{}", vertical.key),
        ctx.now(),
    );
    let changed = match Numbers::parse(&form) {
        Err(errors) => Err(Error::invalid(errors)),
        Ok(numbers) => {
            ctx.write(move |conn| super::change(conn, id, &numbers, caller.actor(), now))
                .await
        }
    };
    match changed {
        Ok(()) => Ok(redirect_with(&address, &fl!(page.l, "verticals-changed"))),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => html_status(
            422,
            &VerticalPage {
                resale: resale(page.l),
                recipients: recipients(page.l),
                keeping: KeepingForm::of(&vertical.keeping),
                page,
                vertical,
                form,
                may_change: true,
                errors: refusal.fields,
            },
        ),
        Err(error) => Err(error),
    }
}

/// `POST /operator/verticals/{key}/keeping`
pub async fn change_keeping(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    key: Path<String>,
    Form(form): Form<KeepingForm>,
) -> Result<HttpResponse> {
    let vertical = ctx.db.read(move |conn| super::by_key(conn, &key)).await?;
    let (id, now) = (vertical.id, ctx.now());
    match form.parse() {
        Ok(keeping) => {
            ctx.write(move |conn| super::change_keeping(conn, id, &keeping, caller.actor(), now))
                .await?;
            let address = format!("/operator/verticals/{}", vertical.key);
            Ok(redirect_with(&address, &fl!(page.l, "verticals-changed")))
        }
        Err(errors) => html_status(
            422,
            &VerticalPage {
                resale: resale(page.l),
                recipients: recipients(page.l),
                form: NumbersForm::of(&vertical),
                keeping: form,
                page,
                vertical,
                may_change: true,
                errors,
            },
        ),
    }
}
