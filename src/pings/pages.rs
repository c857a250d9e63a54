//! Pages of pings: a seller's own with what became of them, and the exchange's figures with the policy.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::api::{keys, number_of};
use super::reason::words;
use super::{Figures, Pause, Ping, PingState, Policy, WINDOW_DAYS, store};
use crate::access::{Caller, Role};
use crate::accounts;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, PingId, VerticalId};
use crate::web::form::{Pairs, first};
use crate::web::{
    Ctx, Cursor, Form, Page, PageQuery, Paged, format, html, html_status, redirect_with,
};

/// Basis points as a percentage; a dash where nothing has ended.
fn share(figures: &Figures) -> String {
    figures.share_posted_bps().map_or_else(
        || "\u{2013}".to_owned(),
        |bps| format!("{} %", rust_decimal::Decimal::new(bps, 2).normalize()),
    )
}

/// A tab of the list.
struct Tab {
    value: &'static str,
    label: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "pings/seller.html")]
struct SellerPage {
    page: Page,
    figures: Figures,
    pause: Option<Pause>,
    policy: Policy,
    tabs: Vec<Tab>,
    pings: Vec<Ping>,
    verticals: BTreeMap<VerticalId, String>,
    next: Option<String>,
    days: i32,
}

impl SellerPage {
    fn vertical_of(&self, ping: &Ping) -> &str {
        let key = self.verticals.get(&ping.vertical_id);
        key.map_or("", String::as_str)
    }

    /// The number and words of a ping's reason.
    fn reason_of(&self, ping: &Ping) -> String {
        number_of(ping).map_or_else(String::new, |number| {
            format!("{number} {}", words(self.page.l, number).1)
        })
    }

    /// What a seller is told that is paused.
    fn paused(&self) -> Option<String> {
        let pause = self.pause.as_ref()?;
        Some(fl!(
            self.page.l,
            "pings-you-are-paused",
            until = format::exact(&pause.until_at),
            bids = format::count(pause.bids),
            posts = format::count(pause.posts)
        ))
    }

    fn count(&self, count: impl std::fmt::Display) -> String {
        let _ = &self.page;
        format::count(count)
    }

    fn share(&self) -> String {
        share(&self.figures)
    }
}

/// Which state the list shows; all if it is left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    state: String,
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /seller/pings`
pub async fn seller(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let state: Option<PingState> = query.state.parse().ok();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let before = after.map(|cursor| (cursor.at, PingId(cursor.id)));
    let (seller, now) = (caller.account_id, ctx.now());
    let (pings, verticals, figures, pause, policy) = ctx
        .db
        .read(move |conn| {
            Ok((
                store::list(conn, seller, state, before, limit + 1)?,
                keys(conn)?,
                super::figures(conn, Some(seller), now)?.pop(),
                store::pause(conn, seller)?,
                store::policy(conn)?,
            ))
        })
        .await?;
    let shown = Paged::cut(pings, limit, |ping| Cursor {
        at: ping.created_at,
        id: ping.id.0,
    });
    let l = page.l;
    let all = Tab {
        value: "",
        label: fl!(l, "pings-all"),
        current: state.is_none(),
    };
    let tabs = PingState::ALL.iter().map(|&tab| Tab {
        value: tab.as_str(),
        label: format::state_label(l, tab),
        current: state == Some(tab),
    });
    html(&SellerPage {
        tabs: std::iter::once(all).chain(tabs).collect(),
        page,
        figures: figures.map(|(_, figures)| figures).unwrap_or_default(),
        pause: pause.filter(|pause| now < pause.until_at),
        policy,
        pings: shown.data,
        verticals,
        next: shown.next_cursor,
        days: WINDOW_DAYS,
    })
}

/// A seller with its figures.
struct Row {
    seller: AccountId,
    name: String,
    figures: Figures,
    share: String,
}

#[derive(Template)]
#[template(path = "pings/desk.html")]
struct DeskPage {
    page: Page,
    rows: Vec<Row>,
    paused: Vec<(AccountId, String, Pause)>,
    /// The policy as it is typed: field, label, text.
    policy: Vec<(&'static str, String, String)>,
    may_set: bool,
    days: i32,
    errors: Vec<FieldError>,
}

const FIELDS: [&str; 5] = [
    "hold_seconds",
    "most_open",
    "least_posted_bps",
    "least_bids",
    "pause_minutes",
];

fn typed(policy: &Policy) -> [String; 5] {
    [
        policy.hold_seconds,
        policy.most_open,
        policy.least_posted_bps,
        policy.least_bids,
        policy.pause_minutes,
    ]
    .map(|value| value.to_string())
}

/// `GET /operator/pings`
pub async fn desk(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    let policy = ctx.db.read(store::policy).await?;
    render(ctx, caller, page, typed(&policy), Vec::new()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    policy: [String; 5],
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let (mut figures, names, paused) = ctx
        .db
        .read(move |conn| {
            let figures = super::figures(conn, None, now)?;
            let ids: Vec<AccountId> = figures.iter().map(|(id, _)| *id).collect();
            Ok((
                figures,
                accounts::names_of(conn, &ids)?,
                store::paused(conn, now)?,
            ))
        })
        .await?;
    figures.sort_by_key(|(id, figures)| {
        let share = figures.share_posted_bps().unwrap_or(i64::MAX);
        (share, std::cmp::Reverse(figures.bids), *id)
    });
    let rows = figures.into_iter().map(|(seller, figures)| Row {
        seller,
        name: names.get(&seller).cloned().unwrap_or_default(),
        share: share(&figures),
        figures,
    });
    let l = page.l;
    let labels = [
        fl!(l, "pings-hold-seconds"),
        fl!(l, "pings-most-open"),
        fl!(l, "pings-least-posted"),
        fl!(l, "pings-least-bids"),
        fl!(l, "pings-pause-minutes"),
    ];
    let fields = FIELDS.into_iter().zip(labels).zip(policy);
    let status = if errors.is_empty() { 200 } else { 422 };
    html_status(
        status,
        &DeskPage {
            rows: rows.collect(),
            paused,
            policy: fields
                .map(|((field, label), text)| (field, label, text))
                .collect(),
            may_set: caller.role == Role::Admin,
            days: WINDOW_DAYS,
            page,
            errors,
        },
    )
}

/// `POST /operator/pings`: the policy.
pub async fn set(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let texts = FIELDS.map(|field| first(&pairs, field).to_owned());
    let mut errors = Vec::new();
    let [
        hold_seconds,
        most_open,
        least_posted_bps,
        least_bids,
        pause_minutes,
    ] = std::array::from_fn(|place| {
        texts[place].parse().unwrap_or_else(|_| {
            let field = FIELDS[place];
            errors.push(FieldError::new(field, Reason::WrongType, "a whole number"));
            0
        })
    });
    let policy = Policy {
        hold_seconds,
        most_open,
        least_posted_bps,
        least_bids,
        pause_minutes,
    };
    let (now, by) = (ctx.now(), caller.clone());
    let done = if errors.is_empty() {
        ctx.write(move |conn| super::set_policy(conn, &by, &policy, now))
            .await
    } else {
        Err(errors.into())
    };
    match done {
        Ok(()) => Ok(redirect_with(
            "/operator/pings",
            &fl!(page.l, "pings-policy-set"),
        )),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            render(ctx, caller, page, texts, refusal.fields).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /operator/pings/{id}/lift`: ends a seller's pause.
pub async fn lift(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<AccountId>,
    _form: Form<Pairs>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    ctx.write(move |conn| super::lift(conn, &caller, *id, now))
        .await?;
    Ok(redirect_with(
        "/operator/pings",
        &fl!(page.l, "pings-lifted"),
    ))
}
