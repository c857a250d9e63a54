//! How one seller is paid, as the operator sets it; and asking for a payout in its place.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::desk::may_decide;
use super::{fields, schedule_words, weekday};
use crate::access::{AccountKind, Caller};
use crate::accounts;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::AccountId;
use crate::payouts::bank::{self, Kept};
use crate::payouts::settings::{self, Change, Settings, Typed};
use crate::payouts::{self, Ask, Available};
use crate::web::format::currencies;
use crate::web::{Ctx, Form, Page, html, html_status, redirect_with};

#[derive(Template)]
#[template(path = "payouts/terms.html")]
struct TermsPage {
    page: Page,
    seller: AccountId,
    name: String,
    settings: Settings,
    available: Vec<Available>,
    current: Option<Kept>,
    may_decide: bool,
    form: TermsForm,
    errors: Vec<FieldError>,
}

impl TermsPage {
    fn schedule(&self) -> String {
        schedule_words(self.page.l, &self.settings)
    }

    fn schedules(&self) -> Vec<(String, String)> {
        let l = self.page.l;
        vec![
            (
                "on_request".to_owned(),
                fl!(l, "payouts-schedule-on-request"),
            ),
            ("weekly".to_owned(), fl!(l, "payouts-schedule-weekly")),
            ("net".to_owned(), fl!(l, "payouts-schedule-net")),
        ]
    }

    fn weekdays(&self) -> Vec<(String, String)> {
        (1..=7)
            .map(|day| (day.to_string(), weekday(self.page.l, day)))
            .collect()
    }

    fn currencies(&self) -> Vec<(String, String)> {
        currencies(&self.form.currency)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TermsForm {
    schedule: String,
    weekday: String,
    net_days: String,
    currency: String,
    minimum: String,
    /// Of the form that asks for a payout.
    amount: String,
}

async fn load(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    seller: AccountId,
    typed: Option<TermsForm>,
    errors: Vec<FieldError>,
) -> Result<TermsPage> {
    let (now, may_decide) = (ctx.now(), may_decide(caller));
    ctx.db
        .read(move |conn| {
            let account = accounts::account(conn, seller)?;
            if account.kind != AccountKind::Seller {
                return Err(Error::refused(Code::NotFound));
            }
            let settings = settings::of(conn, seller)?;
            let text = |number: Option<i32>| number.map(|n| n.to_string()).unwrap_or_default();
            let form = typed.unwrap_or_else(|| TermsForm {
                schedule: settings.when.schedule().to_string(),
                weekday: text(settings.when.weekday()),
                net_days: text(settings.when.net_days()),
                currency: "EUR".to_owned(),
                ..TermsForm::default()
            });
            Ok(TermsPage {
                page,
                seller,
                name: account.name,
                available: payouts::available(conn, seller, now)?,
                current: bank::current(conn, seller, now)?,
                settings,
                may_decide,
                form,
                errors,
            })
        })
        .await
}

/// `GET /operator/payouts/sellers/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<AccountId>,
) -> Result<HttpResponse> {
    html(&load(&ctx, &caller, page, *id, None, Vec::new()).await?)
}

/// `POST /operator/payouts/sellers/{id}`
pub async fn change(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<AccountId>,
    Form(form): Form<TermsForm>,
) -> Result<HttpResponse> {
    let (seller, now, by) = (*id, ctx.now(), caller.clone());
    let change = Change::parse(&Typed {
        schedule: &form.schedule,
        weekday: &form.weekday,
        net_days: &form.net_days,
        currency: &form.currency,
        minimum: &form.minimum,
    });
    match change {
        Ok(change) => {
            ctx.write(move |conn| settings::change(conn, &by, seller, &change, now))
                .await?;
            Ok(redirect_with(
                &format!("/operator/payouts/sellers/{seller}"),
                &fl!(page.l, "payouts-terms-set"),
            ))
        }
        Err(wrong) => {
            let shown = load(&ctx, &caller, page, seller, Some(form), wrong).await?;
            html_status(422, &shown)
        }
    }
}

/// `POST /operator/payouts/sellers/{id}/ask`
pub async fn ask(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<AccountId>,
    Form(form): Form<TermsForm>,
) -> Result<HttpResponse> {
    let (seller, now) = (*id, ctx.now());
    let asked = match Ask::parse(&caller, seller, &form.currency, &form.amount) {
        Ok(wanted) => {
            ctx.write(move |conn| payouts::ask(conn, &wanted, now))
                .await
        }
        Err(error) => Err(error),
    };
    match asked {
        Ok(payout) => Ok(redirect_with(
            &format!("/operator/payouts/{}", payout.id),
            &fl!(page.l, "payouts-asked-for", amount = payout.amount.shown()),
        )),
        Err(error) => {
            let wrong = fields(error)?;
            let shown = load(&ctx, &caller, page, seller, None, wrong).await?;
            html_status(422, &shown)
        }
    }
}
