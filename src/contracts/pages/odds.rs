//! The operator's view of the odds that rank requests: per buyer, from the vertical's prior and what was seen.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use crate::contracts::{self, BuyerOdds, Chance};
use crate::error::Result;
use crate::verticals::{self, Vertical};
use crate::web::{Ctx, Page, html};

/// Buyers shown, those with most outcomes first.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "contracts/odds.html")]
struct OddsPage {
    page: Page,
    vertical: Vertical,
    rows: Vec<BuyerOdds>,
}

impl OddsPage {
    fn model(&self, row: &BuyerOdds) -> String {
        row.model.label(self.page.l)
    }

    /// "7 of 20: 25 %".
    fn told(&self, chance: &Chance) -> String {
        fl!(
            self.page.l,
            "contracts-odds-chance",
            hits = chance.hits,
            tries = chance.tries,
            chance = chance.bps().to_string()
        )
    }
}

/// `GET /operator/verticals/{key}/odds`
pub async fn show(ctx: Ctx, page: Page, key: Path<String>) -> Result<HttpResponse> {
    let (vertical, rows) = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            let rows = contracts::odds_in(conn, &vertical, SHOWN)?;
            Ok((vertical, rows))
        })
        .await?;
    html(&OddsPage {
        page,
        vertical,
        rows,
    })
}
