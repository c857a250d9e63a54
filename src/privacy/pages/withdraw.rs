//! The page of a lead's signed link: withdraw the consent without signing in.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::{Actor, Origin};
use crate::clock::Ts;
use crate::error::Result;
use crate::leads::{self, Consent, Listing, link};
use crate::privacy::{self, Via};
use crate::web::{Ctx, Page, html};

#[derive(Template)]
#[template(path = "privacy/withdraw.html")]
struct WithdrawPage {
    page: Page,
    token: String,
    listing: Listing,
    consent: Consent,
    revoked_at: Option<Ts>,
}

/// `GET /privacy/withdraw/{token}`: only shows; programs that follow links in letters change nothing.
pub async fn show(ctx: Ctx, page: Page, token: Path<String>) -> Result<HttpResponse> {
    render(ctx, page, token.into_inner()).await
}

async fn render(ctx: Ctx, page: Page, token: String) -> Result<HttpResponse> {
    let id = link::read(&ctx.vault, &token)?;
    let (listing, consent, revoked_at) = ctx
        .db
        .read(move |conn| {
            Ok((
                leads::listing(conn, id)?,
                leads::consent(conn, id)?,
                privacy::revoked_at(conn, id)?,
            ))
        })
        .await?;
    html(&WithdrawPage {
        page,
        token,
        listing,
        consent,
        revoked_at,
    })
}

/// `POST /privacy/withdraw/{token}`: withdraws; once more changes nothing.
pub async fn withdraw(
    ctx: Ctx,
    page: Page,
    origin: Origin,
    token: Path<String>,
) -> Result<HttpResponse> {
    let token = token.into_inner();
    let (id, now) = (link::read(&ctx.vault, &token)?, ctx.now());
    ctx.write(move |conn| {
        let actor = Actor::Visitor(Some(origin));
        privacy::revoke(conn, id, Via::Link, actor, now)
    })
    .await?;
    render(ctx, page, token).await
}
