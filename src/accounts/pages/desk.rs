//! The operator's desk: who waits for approval, all accounts, and decisions about them.

use actix_web::{HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::Wrong;
use crate::access::{AccountKind, Caller, Role};
use crate::accounts::standing::Decision;
use crate::accounts::{self, Account, AccountState, User, store};
use crate::db::Conn;
use crate::error::{Error, Reason, Result};
use crate::id::AccountId;
use crate::money::BasisPoints;
use crate::web::{
    Ctx, Cursor, Form, Page, PageQuery, Paged, html, html_status, nav, redirect_with, safe_path,
};

/// Accounts on the approvals page; the oldest wait longest.
const APPROVALS: i64 = 100;

#[derive(Template)]
#[template(path = "accounts/approvals.html")]
struct ApprovalsPage {
    page: Page,
    waiting: Vec<(Account, Option<User>)>,
    may_decide: bool,
}

/// `GET /operator/approvals`
pub async fn approvals(ctx: Ctx, page: Page, caller: Caller) -> Result<HttpResponse> {
    let waiting = ctx
        .db
        .read(|conn| {
            let mut waiting = Vec::new();
            for account in store::waiting(conn, APPROVALS)? {
                let owner = store::users_of(conn, account.id)?.into_iter().next();
                waiting.push((account, owner));
            }
            Ok(waiting)
        })
        .await?;
    html(&ApprovalsPage {
        page,
        waiting,
        may_decide: caller.role == Role::Admin,
    })
}

#[derive(Deserialize)]
pub struct ListQuery {
    state: Option<String>,
    kind: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

/// A tab of the list with its count.
struct Tab {
    label: String,
    count: String,
    state: &'static str,
    current: bool,
}

#[derive(Template)]
#[template(path = "accounts/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    kinds: Vec<(&'static str, String, bool)>,
    accounts: Paged<Account>,
}

/// `GET /operator/accounts`
pub async fn list(ctx: Ctx, page: Page, query: web::Query<ListQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let state: Option<AccountState> = query.state.and_then(|text| text.parse().ok());
    let kind: Option<AccountKind> = query.kind.and_then(|text| text.parse().ok());
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (rows, counts) = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| AccountId(cursor.id));
            let rows = store::accounts_in(conn, kind, state, before, limit + 1)?;
            Ok((rows, store::counts(conn, kind)?))
        })
        .await?;
    let kinds = AccountKind::ALL
        .iter()
        .map(|one| {
            (
                one.as_str(),
                nav::kind_label(page.l, one),
                kind == Some(*one),
            )
        })
        .collect();
    html(&ListPage {
        tabs: tabs(&page, &counts, state),
        kinds,
        page,
        accounts: Paged::cut(rows, limit, |row| Cursor {
            at: row.created_at,
            id: row.id.0,
        }),
    })
}

fn tabs(page: &Page, counts: &[(AccountState, i64)], current: Option<AccountState>) -> Vec<Tab> {
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let mut tabs = vec![Tab {
        label: fl!(page.l, "accounts-all"),
        count: crate::web::format::count(all),
        state: "",
        current: current.is_none(),
    }];
    for state in AccountState::ALL {
        let count = counts
            .iter()
            .find(|(one, _)| one == state)
            .map_or(0, |(_, count)| *count);
        tabs.push(Tab {
            label: crate::web::format::state_label(page.l, state),
            count: crate::web::format::count(count),
            state: state.as_str(),
            current: current == Some(*state),
        });
    }
    tabs
}

#[derive(Template)]
#[template(path = "accounts/detail.html")]
struct DetailPage {
    page: Page,
    account: Account,
    users: Vec<User>,
    may_decide: bool,
    note: String,
    commission: String,
    wrong: Wrong,
}

/// `GET /operator/accounts/{id}`
pub async fn detail(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    id: web::Path<AccountId>,
) -> Result<HttpResponse> {
    html(&detail_page(&ctx, page, &caller, id.into_inner(), Wrong::default()).await?)
}

async fn detail_page(
    ctx: &Ctx,
    page: Page,
    caller: &Caller,
    id: AccountId,
    wrong: Wrong,
) -> Result<DetailPage> {
    let (account, users) = ctx
        .db
        .read(move |conn| Ok((store::account(conn, id)?, store::users_of(conn, id)?)))
        .await?;
    Ok(DetailPage {
        may_decide: caller.role == Role::Admin && account.kind != AccountKind::Operator,
        note: String::new(),
        commission: account
            .commission_bps
            .map_or_else(String::new, |bps| bps.0.to_string()),
        page,
        account,
        users,
        wrong,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    note: String,
    /// Where the decision was taken, to go on there.
    back: String,
}

/// What every decision needs of its request.
type Desk = (Ctx, Page, Caller);

/// `POST /operator/accounts/{id}/approve`
pub async fn approve(
    desk: Desk,
    id: web::Path<AccountId>,
    form: Form<DecisionForm>,
) -> Result<HttpResponse> {
    let done = fl!(desk.1.l, "accounts-approved");
    decide(
        desk,
        id.into_inner(),
        form.0,
        false,
        accounts::approve,
        done,
    )
    .await
}

/// `POST /operator/accounts/{id}/reject`
pub async fn reject(
    desk: Desk,
    id: web::Path<AccountId>,
    form: Form<DecisionForm>,
) -> Result<HttpResponse> {
    let done = fl!(desk.1.l, "accounts-rejected");
    decide(desk, id.into_inner(), form.0, true, accounts::reject, done).await
}

/// `POST /operator/accounts/{id}/suspend`
pub async fn suspend(
    desk: Desk,
    id: web::Path<AccountId>,
    form: Form<DecisionForm>,
) -> Result<HttpResponse> {
    let done = fl!(desk.1.l, "accounts-suspended");
    decide(desk, id.into_inner(), form.0, true, accounts::suspend, done).await
}

/// `POST /operator/accounts/{id}/reinstate`
pub async fn reinstate(
    desk: Desk,
    id: web::Path<AccountId>,
    form: Form<DecisionForm>,
) -> Result<HttpResponse> {
    let done = fl!(desk.1.l, "accounts-reinstated");
    decide(
        desk,
        id.into_inner(),
        form.0,
        false,
        accounts::reinstate,
        done,
    )
    .await
}

async fn decide(
    desk: Desk,
    id: AccountId,
    form: DecisionForm,
    needs_note: bool,
    act: fn(&mut Conn, &Decision) -> Result<()>,
    done: String,
) -> Result<HttpResponse> {
    let (ctx, page, caller) = desk;
    let outcome = match Decision::parse(id, &form.note, needs_note, caller.actor(), ctx.now()) {
        Ok(decision) => ctx.write(move |conn| act(conn, &decision)).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => {
            let detail = format!("/operator/accounts/{id}");
            Ok(redirect_with(safe_path(&form.back, &detail), &done))
        }
        Err(error) => {
            let wrong = Wrong::of(error, page.l)?;
            let mut shown = detail_page(&ctx, page, &caller, id, wrong).await?;
            shown.note = form.note;
            html_status(422, &shown)
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CommissionForm {
    commission: String,
}

/// `POST /operator/accounts/{id}/commission`: basis points; empty takes the override away.
pub async fn set_commission(
    desk: Desk,
    id: web::Path<AccountId>,
    Form(form): Form<CommissionForm>,
) -> Result<HttpResponse> {
    let (ctx, page, caller) = desk;
    let (id, actor, now) = (id.into_inner(), caller.actor(), ctx.now());
    let outcome = match parse_commission(&form.commission) {
        Ok(commission) => {
            ctx.write(move |conn| accounts::set_commission(conn, id, commission, actor, now))
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(redirect_with(
            &format!("/operator/accounts/{id}"),
            &fl!(page.l, "accounts-commission-set"),
        )),
        Err(error) => {
            let wrong = Wrong::of(error, page.l)?;
            let mut shown = detail_page(&ctx, page, &caller, id, wrong).await?;
            shown.commission = form.commission;
            html_status(422, &shown)
        }
    }
}

fn parse_commission(text: &str) -> Result<Option<BasisPoints>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .ok()
        .filter(|bps| (0..=10_000).contains(bps))
        .map(|bps| Some(BasisPoints(bps)))
        .ok_or_else(|| Error::invalid_field("commission", Reason::NotAllowed, "0 to 10000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commissions_are_basis_points_or_nothing() {
        assert_eq!(parse_commission(" 1250 ").unwrap(), Some(BasisPoints(1250)));
        assert_eq!(parse_commission("").unwrap(), None);
        for wrong in ["-1", "10001", "12.5", "x"] {
            assert!(parse_commission(wrong).is_err(), "{wrong}");
        }
    }
}
