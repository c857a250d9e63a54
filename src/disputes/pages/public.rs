//! How disputes are decided, for everybody: the rules of each vertical, and what they came to.

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use crate::contracts;
use crate::disputes::words::{needed_label, never_label, reason_label};
use crate::disputes::{self, Published};
use crate::error::Result;
use crate::verticals::{self, NotCreditable};
use crate::web::{Ctx, Page, html};

/// The rules of one vertical.
struct Market {
    name: String,
    rules: Vec<String>,
    reasons: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "disputes/rules.html")]
struct RulesPage {
    page: Page,
    markets: Vec<Market>,
    figures: Vec<Published>,
    never: Vec<String>,
}

/// `GET /disputes`
pub async fn rules(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let (now, l) = (ctx.now(), page.l);
    let (markets, figures) = ctx
        .db
        .read(move |conn| {
            let mut markets = Vec::new();
            for vertical in verticals::all(conn)? {
                markets.push(Market {
                    rules: contracts::dispute_sentences(l, &vertical.disputes),
                    reasons: vertical
                        .disputes
                        .reasons
                        .iter()
                        .map(|(&reason, &needed)| {
                            (reason_label(l, reason), needed_label(l, reason, needed))
                        })
                        .collect(),
                    name: vertical.name,
                });
            }
            Ok((markets, disputes::published(conn, now)?))
        })
        .await?;
    html(&RulesPage {
        markets,
        figures,
        never: NotCreditable::ALL
            .iter()
            .map(|&never| never_label(l, never))
            .collect(),
        page,
    })
}
