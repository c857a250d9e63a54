//! What anyone may see: the front page, the market with masked leads, the verticals, the terms.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;

use crate::disputes::{self, Published};
use crate::error::Result;
use crate::reports::market::{self, Facet, FacetValue, Found, Search};
use crate::reports::{self, Figures};
use crate::verticals::{self, Vertical};
use crate::web::{Ctx, Page, format, html};

#[derive(Template)]
#[template(path = "public/front.html")]
struct FrontPage {
    page: Page,
    figures: Figures,
    sold: i64,
    earned: String,
}

/// What the exchange is, what it has done so far, and where to begin.
pub async fn front(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let now = ctx.now();
    let figures = ctx.db.read(move |conn| reports::figures(conn, now)).await?;
    html(&FrontPage {
        page,
        sold: reports::sales(&figures.turnovers),
        earned: reports::shown(figures.turnovers.iter().map(reports::Turnover::earned)),
        figures,
    })
}

#[derive(Template)]
#[template(path = "public/market.html")]
struct MarketPage {
    page: Page,
    search: Search,
    found: Found,
    figures: Vec<Published>,
}

impl MarketPage {
    fn is_filtered(&self) -> bool {
        !self.page.query.is_empty()
    }

    fn title_of(&self, facet: &Facet) -> String {
        let l = self.page.l;
        match facet.key {
            "vertical" => fl!(l, "market-vertical"),
            "country" => fl!(l, "market-country"),
            "region" => fl!(l, "market-region"),
            "age" => fl!(l, "market-age"),
            _ => fl!(l, "market-contact"),
        }
    }

    fn label_of(&self, facet: &Facet, value: &FacetValue) -> String {
        let l = self.page.l;
        match facet.key {
            "vertical" => self
                .found
                .verticals
                .iter()
                .find(|vertical| vertical.key == value.value)
                .map_or_else(|| value.value.clone(), |vertical| vertical.name.clone()),
            "age" => match market::age_until(&value.value) {
                Some(until) => format!("{}\u{2013}{until}", value.value),
                None => fl!(l, "market-age-from", age = value.value.as_str()),
            },
            "contact" if value.value == "phone" => fl!(l, "market-with-phone"),
            "contact" => fl!(l, "market-with-email"),
            _ => format::place(&value.value),
        }
    }

    /// The address with this value chosen, or left out when it is chosen already.
    fn link_of(&self, facet: &Facet, value: &FacetValue) -> String {
        let query = self.page.query.as_str();
        if value.chosen {
            return format::without_param(query, facet.key);
        }
        format::with_param(query, facet.key, &value.value)
    }

    fn page_link(&self, number: usize) -> String {
        format::with_param(&self.page.query, "page", &number.to_string())
    }
}

/// Masked listings that anyone may look through.
pub async fn market(ctx: Ctx, page: Page, query: Query<Search>) -> Result<HttpResponse> {
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    let search = query.into_inner();
    let sought = search.clone();
    let (found, figures) = ctx
        .db
        .read(move |conn| {
            Ok((
                market::search(conn, &vault, &sought, now)?,
                disputes::published(conn, now)?,
            ))
        })
        .await?;
    html(&MarketPage {
        page,
        search,
        found,
        figures,
    })
}

#[derive(Template)]
#[template(path = "public/verticals.html")]
struct VerticalsPage {
    page: Page,
    figures: Figures,
}

/// Every vertical with what is on offer in it.
pub async fn all_verticals(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let now = ctx.now();
    let figures = ctx.db.read(move |conn| reports::figures(conn, now)).await?;
    html(&VerticalsPage { page, figures })
}

#[derive(Template)]
#[template(path = "public/vertical.html")]
struct VerticalPage {
    page: Page,
    vertical: Vertical,
}

/// The rules and fields of one vertical.
pub async fn one_vertical(ctx: Ctx, page: Page, key: Path<String>) -> Result<HttpResponse> {
    let key = key.into_inner();
    let vertical = ctx
        .db
        .read(move |conn| verticals::by_key(conn, &key))
        .await?;
    html(&VerticalPage { page, vertical })
}

#[derive(Template)]
#[template(path = "public/terms.html")]
struct TermsPage {
    page: Page,
}

pub async fn terms(page: Page) -> Result<HttpResponse> {
    html(&TermsPage { page })
}
