//! Pages of matching: the seller's "why not sold", and how leads are given out.

pub mod selling;

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;

use super::api::reasons_of;
use super::{Market, RequestReasons};
use crate::access::Caller;
use crate::error::Result;
use crate::leads::Listing;
use crate::web::{Ctx, Page, html};

/// Requests that the page shows, the closest first.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "matching/reasons.html")]
struct ReasonsPage {
    page: Page,
    listing: Listing,
    summary: String,
    /// Each request under a number, since sellers do not see names, and its reasons; none where the lead fits.
    requests: Vec<(String, Vec<String>)>,
}

/// `GET /seller/leads/{id}/reasons`
pub async fn reasons(
    ctx: Ctx,
    market: Data<Arc<Market>>,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let (listing, reasons) = reasons_of(&ctx, &market, &caller, &id).await?;
    let fitting = reasons
        .iter()
        .filter(|reason| reason.gates.is_empty())
        .count();
    let told = |(number, reason): (usize, &RequestReasons)| {
        let texts = reason.gates.iter().map(|gate| gate.text(page.l));
        let name = fl!(page.l, "matching-number", number = number);
        (name, texts.collect::<Vec<String>>())
    };
    html(&ReasonsPage {
        summary: fl!(
            page.l,
            "matching-summary",
            requests = reasons.len(),
            fitting = fitting
        ),
        requests: (1..).zip(&reasons).take(SHOWN).map(told).collect(),
        listing,
        page,
    })
}
