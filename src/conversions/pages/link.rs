//! The page of a signed link from a letter: confirm or contest a report without signing in.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::{Refused, refused};
use crate::access::{Actor, Origin};
use crate::clock::Ts;
use crate::conversions::link::Link;
use crate::conversions::{self, Answer, Conversion, Party, outcome_text};
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::leads;
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, html_status};

#[derive(Template)]
#[template(path = "conversions/link.html")]
struct LinkPage {
    page: Page,
    token: String,
    conversion: Conversion,
    outcome: String,
    /// `M**** K****`
    masked_name: String,
    interest: String,
    is_open: bool,
    refused: Refused,
}

/// What the link leads to, if it was made here.
fn read(conn: &mut Conn, link: &Link, actor: Actor) -> Result<(Party, Conversion)> {
    let conversion = conversions::of_party(conn, link.account, link.conversion)?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let party = Party::load(conn, link.account, actor, conversion.purchase_id)?;
    Ok((party, conversion))
}

/// `GET /outcomes/{token}`: only shows; programs that follow links in letters change nothing.
pub async fn show(ctx: Ctx, page: Page, token: Path<String>) -> Result<HttpResponse> {
    render(ctx, page, token.into_inner(), Refused::default()).await
}

async fn render(ctx: Ctx, page: Page, token: String, wrong: Refused) -> Result<HttpResponse> {
    let (link, now): (Link, Ts) = (Link::read(&ctx.vault, &token)?, ctx.now());
    let status = if wrong.errors.is_empty() { 200 } else { 422 };
    let vault = ctx.vault.clone();
    let (conversion, masked, wanted) = ctx
        .db
        .read(move |conn| {
            let (party, conversion) = read(conn, &link, Actor::Visitor(None))?;
            let lead = party.purchase.lead_id;
            let masked = leads::listing(conn, lead)?.masked;
            Ok((conversion, masked, leads::wanted(conn, &vault, lead)?))
        })
        .await?;
    html_status(
        status,
        &LinkPage {
            is_open: link.is_good_for(&conversion, now),
            outcome: outcome_text(page.l, &conversion),
            page,
            token,
            conversion,
            masked_name: masked.name,
            interest: wanted.interest,
            refused: wrong,
        },
    )
}

/// `POST /outcomes/{token}`: the answer; it spends the link.
pub async fn answer(
    ctx: Ctx,
    page: Page,
    origin: Origin,
    token: Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let token = token.into_inner();
    let (link, now) = (Link::read(&ctx.vault, &token)?, ctx.now());
    let answer = if first(&pairs, "answer") == "confirm" {
        Answer::Confirm
    } else {
        Answer::Contest {
            because: first(&pairs, "contest.because").to_owned(),
        }
    };
    let vault = ctx.vault.clone();
    let answered = ctx
        .write(move |conn| {
            let (party, conversion) = read(conn, &link, Actor::Visitor(Some(origin)))?;
            if !link.is_good_for(&conversion, now) {
                return Err(Error::refused_because(
                    Code::StateConflict,
                    "this link was used, or is too old",
                ));
            }
            conversions::answer(conn, &vault, &party, &conversion, &answer, now)?;
            Ok(())
        })
        .await;
    match answered {
        Ok(()) => render(ctx, page, token, Refused::default()).await,
        Err(error) => {
            let wrong = refused(error, "contest", pairs)?;
            render(ctx, page, token, wrong).await
        }
    }
}
