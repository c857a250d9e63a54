//! How a vertical's leads are given out and priced, for the operator; and the seeds of lots, for anybody.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::access::{Caller, Role};
use crate::error::{Code, Error, FieldError, Result};
use crate::id::AccountId;
use crate::matching::draws::{self, PublicDraw};
use crate::requests::shares::{self, BuyerShare, Share};
use crate::text::Lang;
use crate::verticals::{self, Distribution, Pricing, SellingForm, Vertical};
use crate::web::{Ctx, Form, Page, html, html_status, redirect_with};

#[derive(Template)]
#[template(path = "matching/selling.html")]
struct SellingPage {
    page: Page,
    vertical: Vertical,
    form: SellingForm,
    may_change: bool,
    errors: Vec<FieldError>,
    distributions: Vec<(String, String)>,
    pricings: Vec<(String, String)>,
    /// Whether anything is sold.
    trades: Vec<(String, String)>,
    buyers: Vec<BuyerShare>,
}

/// What a rule promises.
fn promise(l: &Lang, distribution: &Distribution) -> String {
    match distribution {
        Distribution::Price => fl!(l, "selling-by-price"),
        Distribution::Priority => fl!(l, "selling-by-priority"),
        Distribution::Weighted => fl!(l, "selling-by-weight"),
        Distribution::RoundRobin => fl!(l, "selling-by-turn"),
    }
}

fn pricing(l: &Lang, pricing: &Pricing) -> String {
    match pricing {
        Pricing::First => fl!(l, "selling-first-price"),
        Pricing::Second => fl!(l, "selling-second-price"),
    }
}

impl SellingPage {
    fn new(page: Page, (vertical, buyers): (Vertical, Vec<BuyerShare>), may_change: bool) -> Self {
        let l = page.l;
        Self {
            form: SellingForm::of(&vertical.selling),
            errors: Vec::new(),
            distributions: Distribution::ALL
                .iter()
                .map(|rule| (rule.to_string(), promise(l, rule)))
                .collect(),
            pricings: Pricing::ALL
                .iter()
                .map(|which| (which.to_string(), pricing(l, which)))
                .collect(),
            trades: vec![
                ("false".to_owned(), fl!(l, "selling-goes-on")),
                ("true".to_owned(), fl!(l, "selling-stopped")),
            ],
            page,
            vertical,
            may_change,
            buyers,
        }
    }
}

async fn shown(ctx: &Ctx, key: String) -> Result<(Vertical, Vec<BuyerShare>)> {
    ctx.db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            let buyers = shares::buyers(conn, vertical.id)?;
            Ok((vertical, buyers))
        })
        .await
}

/// `GET /operator/verticals/{key}/selling`
pub async fn show(ctx: Ctx, caller: Caller, page: Page, key: Path<String>) -> Result<HttpResponse> {
    let shown = shown(&ctx, key.into_inner()).await?;
    html(&SellingPage::new(page, shown, caller.role == Role::Admin))
}

/// `POST /operator/verticals/{key}/selling`
pub async fn change(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    key: Path<String>,
    Form(form): Form<SellingForm>,
) -> Result<HttpResponse> {
    let shown = shown(&ctx, key.into_inner()).await?;
    match form.parse() {
        Ok(selling) => {
            let (id, now) = (shown.0.id, ctx.now());
            ctx.write(move |conn| {
                verticals::change_selling(conn, id, &selling, caller.actor(), now)
            })
            .await?;
            let address = format!("/operator/verticals/{}/selling", shown.0.key);
            Ok(redirect_with(&address, &fl!(page.l, "verticals-changed")))
        }
        Err(errors) => html_status(
            422,
            &SellingPage {
                form,
                errors,
                ..SellingPage::new(page, shown, true)
            },
        ),
    }
}

/// A buyer's share as it was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShareForm {
    pub tier: String,
    pub weight: String,
}

/// `POST /operator/verticals/{key}/selling/{buyer}`
pub async fn change_share(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(String, AccountId)>,
    Form(form): Form<ShareForm>,
) -> Result<HttpResponse> {
    let (key, buyer) = path.into_inner();
    let shown = shown(&ctx, key).await?;
    // What is no number is out of bounds.
    let number = |text: &str| text.trim().parse().unwrap_or(0);
    let share = Share {
        tier: number(&form.tier),
        weight: number(&form.weight),
    };
    let (id, now) = (shown.0.id, ctx.now());
    let changed = ctx
        .write(move |conn| shares::set(conn, id, buyer, share, caller.actor(), now))
        .await;
    match changed {
        Ok(()) => {
            let address = format!("/operator/verticals/{}/selling", shown.0.key);
            Ok(redirect_with(&address, &fl!(page.l, "verticals-changed")))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => html_status(
            422,
            &SellingPage {
                errors: refusal.fields,
                ..SellingPage::new(page, shown, true)
            },
        ),
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "matching/draws.html")]
struct DrawsPage {
    page: Page,
    draws: Vec<PublicDraw>,
}

/// `GET /market/draws`
pub async fn draws(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let draws = ctx.db.read(draws::public).await?;
    html(&DrawsPage { page, draws })
}
