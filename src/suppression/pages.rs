//! Pages of lists: what they hold, and a form that adds or removes many contacts at once.

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use super::{Entry, List, MAX_CONTACTS, MAX_LINES, lists_of, owner_of};
use crate::access::{AccountKind, Caller};
use crate::clock::Ts;
use crate::error::{Error, FieldError, Reason, Result};
use crate::text::Lang;
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, html, html_status, redirect_with};

fn label(l: &Lang, list: List) -> String {
    match list {
        List::DoNotContact => fl!(l, "suppression-do-not-contact"),
        List::Customers => fl!(l, "suppression-customers"),
    }
}

#[derive(Template)]
#[template(path = "suppression/lists.html")]
struct ListsPage {
    page: Page,
    /// Where the form goes.
    path: &'static str,
    is_exchange: bool,
    rows: Vec<(String, i64, Option<Ts>)>,
    choices: Vec<(String, String)>,
    list: String,
    contacts: String,
    errors: Vec<FieldError>,
}

/// `GET /buyer/suppressions`, `GET /operator/suppressions`
pub async fn show(ctx: Ctx, page: Page, caller: Caller) -> Result<HttpResponse> {
    html(&lists_page(&ctx, page, &caller, &Pairs::new(), Vec::new()).await?)
}

async fn lists_page(
    ctx: &Ctx,
    page: Page,
    caller: &Caller,
    form: &Pairs,
    errors: Vec<FieldError>,
) -> Result<ListsPage> {
    let owner = owner_of(caller);
    let counts = ctx.db.read(move |conn| super::counts(conn, owner)).await?;
    let lists = lists_of(caller.account_kind);
    let row = |list: &List| {
        let known = counts.iter().find(|(one, ..)| one == list);
        (
            label(page.l, *list),
            known.map_or(0, |(_, count, _)| *count),
            known.and_then(|(.., newest)| *newest),
        )
    };
    let is_exchange = caller.account_kind == AccountKind::Operator;
    Ok(ListsPage {
        rows: lists.iter().map(row).collect(),
        choices: lists
            .iter()
            .map(|list| (list.to_string(), label(page.l, *list)))
            .collect(),
        path: if is_exchange {
            "/operator/suppressions"
        } else {
            "/buyer/suppressions"
        },
        is_exchange,
        page,
        list: first(form, "list").to_owned(),
        contacts: first(form, "contacts").to_owned(),
        errors,
    })
}

/// A list and contacts as the form sends them, one a line; lines that cannot be read are named.
fn read(caller: &Caller, form: &Pairs) -> Result<(List, bool, Vec<Entry>)> {
    let lists = lists_of(caller.account_kind);
    let list = first(form, "list").parse().ok();
    let list = list.filter(|list| lists.contains(list)).ok_or_else(|| {
        let all: Vec<_> = lists.iter().map(|list| list.as_str()).collect();
        Error::invalid_field("list", Reason::NotAllowed, all.join(", "))
    })?;
    let lines: Vec<&str> = first(form, "contacts")
        .lines()
        .map(|line| line.trim().trim_end_matches([',', ';']))
        .filter(|line| !line.is_empty())
        .collect();
    if lines.is_empty() {
        let accepted = "an e-mail address or a phone number a line";
        return Err(Error::invalid_field("contacts", Reason::Required, accepted));
    }
    if lines.len() > MAX_LINES {
        let accepted = format!("up to {MAX_LINES} lines");
        return Err(Error::invalid_field("contacts", Reason::TooMany, accepted));
    }
    let wrong: Vec<String> = (1..)
        .zip(&lines)
        .filter(|(_, line)| Entry::parse(line).is_none())
        .map(|(number, _)| number.to_string())
        .take(20)
        .collect();
    if !wrong.is_empty() {
        let accepted = format!(
            "addresses and numbers with their country codes; see lines {}",
            wrong.join(", ")
        );
        return Err(Error::invalid_field(
            "contacts",
            Reason::LineMalformed,
            accepted,
        ));
    }
    let entries = lines.into_iter().filter_map(Entry::parse).collect();
    Ok((list, first(form, "remove") != "true", entries))
}

/// `POST` of the same: a thousand contacts in one transaction, so that sales are not kept waiting.
pub async fn change(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    Form(form): Form<Pairs>,
) -> Result<HttpResponse> {
    let (list, adds, entries) = match read(&caller, &form) {
        Ok(read) => read,
        Err(Error::Refused(refusal)) if !refusal.fields.is_empty() => {
            let shown = lists_page(&ctx, page, &caller, &form, refusal.fields).await?;
            return html_status(422, &shown);
        }
        Err(error) => return Err(error),
    };
    let now = ctx.now();
    let mut changed = 0;
    for some in entries.chunks(MAX_CONTACTS) {
        let (vault, by, some) = (ctx.vault.clone(), caller.clone(), some.to_vec());
        changed += ctx
            .write(move |conn| super::change(conn, &vault, &by, (list, adds), &some, now))
            .await?;
    }
    let path = if caller.account_kind == AccountKind::Operator {
        "/operator/suppressions"
    } else {
        "/buyer/suppressions"
    };
    let said = if adds {
        fl!(page.l, "suppression-added", count = changed)
    } else {
        fl!(page.l, "suppression-removed", count = changed)
    };
    Ok(redirect_with(path, &said))
}
