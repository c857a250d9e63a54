//! The operator's ledger: totals, accounts, statements, postings, and the proof that they hold.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{event_label, kind_label};
use crate::error::{Code, Error, Result};
use crate::id::PostingId;
use crate::ledger::check::{self, Outcome};
use crate::ledger::overview::{self, KeptAccount, PostingDetail, Total};
use crate::ledger::{
    self, Chain, Event, Kind, LedgerAccount, Seal, Side, Statement, StatementQuery,
};
use crate::money::{Currency, Money};
use crate::vault::hex;
use crate::web::{Ctx, Page, PageQuery, html};

/// Accounts of a kind that are listed, the largest first.
const ACCOUNTS: i64 = 200;
/// Seals of each chain on the proof page.
const SEALS: i64 = 20;

#[derive(Template)]
#[template(path = "ledger/books.html")]
struct BooksPage {
    page: Page,
    kinds: Vec<(&'static str, String, bool)>,
    kind: Kind,
    totals: Vec<Total>,
    accounts: Vec<KeptAccount>,
}

impl BooksPage {
    fn label(&self, kind: &Kind) -> String {
        kind_label(self.page.l, *kind)
    }

    /// The statement of one of the exchange's own accounts; organisations' accounts are many.
    fn href(&self, total: &Total) -> String {
        overview::SUMMED
            .iter()
            .find(|account| account.kind() == total.kind)
            .map_or_else(
                || format!("/operator/ledger?kind={}", total.kind),
                |account| {
                    let key = account.key(total.amount.currency);
                    format!("/operator/ledger/accounts/{key}")
                },
            )
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BooksQuery {
    kind: String,
}

/// `GET /operator/ledger`
pub async fn show(ctx: Ctx, page: Page, query: Query<BooksQuery>) -> Result<HttpResponse> {
    let kind = query
        .kind
        .parse()
        .ok()
        .filter(|kind: &Kind| kind.keeps_balance())
        .unwrap_or(Kind::Wallet);
    let (totals, accounts) = ctx
        .db
        .read(move |conn| {
            let accounts = overview::accounts(conn, kind, ACCOUNTS)?;
            Ok((overview::totals(conn)?, accounts))
        })
        .await?;
    html(&BooksPage {
        kinds: Kind::ALL
            .iter()
            .filter(|one| one.keeps_balance())
            .map(|&one| (one.as_str(), kind_label(page.l, one), one == kind))
            .collect(),
        page,
        kind,
        totals,
        accounts,
    })
}

#[derive(Template)]
#[template(path = "ledger/account.html")]
struct AccountPage {
    page: Page,
    key: String,
    kind: Kind,
    owner: Option<String>,
    balance: Money,
    statement: Statement,
}

impl AccountPage {
    fn label(&self, event: &Event) -> String {
        event_label(self.page.l, *event)
    }

    fn kind_label(&self) -> String {
        kind_label(self.page.l, self.kind)
    }
}

/// `GET /operator/ledger/accounts/{key}`
pub async fn account(
    ctx: Ctx,
    page: Page,
    key: Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let (account, currency): (LedgerAccount, Currency) =
        LedgerAccount::parse_key(&key).ok_or_else(|| Error::refused(Code::NotFound))?;
    let wanted = StatementQuery {
        event: None,
        cursor: query.cursor.clone(),
        limit: query.limit()?,
    };
    let (owner, balance, statement) = ctx
        .db
        .read(move |conn| {
            Ok((
                overview::owner_of(conn, account)?,
                overview::balance_of(conn, account, currency)?,
                ledger::statement(conn, account, currency, &wanted)?,
            ))
        })
        .await?;
    html(&AccountPage {
        page,
        key: key.into_inner(),
        kind: account.kind(),
        owner,
        balance,
        statement,
    })
}

#[derive(Template)]
#[template(path = "ledger/posting.html")]
struct PostingPage {
    page: Page,
    posting: PostingDetail,
}

impl PostingPage {
    fn label(&self) -> String {
        event_label(self.page.l, self.posting.event)
    }

    fn key(&self, line: &ledger::Line) -> String {
        line.account.key(line.amount.currency)
    }

    fn is_debit(&self, line: &ledger::Line) -> bool {
        line.side == Side::Debit
    }
}

/// `GET /operator/ledger/postings/{id}`
pub async fn posting(ctx: Ctx, page: Page, id: Path<PostingId>) -> Result<HttpResponse> {
    let posting = ctx
        .db
        .read(move |conn| overview::posting(conn, *id))
        .await?;
    html(&PostingPage { page, posting })
}

#[derive(Template)]
#[template(path = "ledger/proof.html")]
struct ProofPage {
    page: Page,
    outcomes: Option<Vec<Outcome>>,
    postings: Vec<Seal>,
    audit: Vec<Seal>,
}

impl ProofPage {
    fn title(&self, outcome: &Outcome) -> String {
        outcome.title(self.page.l)
    }

    fn all_hold(&self) -> bool {
        self.outcomes.iter().flatten().all(check::Outcome::holds)
    }

    fn root(&self, seal: &Seal) -> String {
        hex(&seal.root)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProofQuery {
    run: String,
}

/// `GET /operator/ledger/proof`: the seals; with `?run=1` every law is tested now.
pub async fn proof(ctx: Ctx, page: Page, query: Query<ProofQuery>) -> Result<HttpResponse> {
    let (runs, now) = (!query.run.is_empty(), ctx.now());
    let (postings, audit) = ctx
        .db
        .read(move |conn| {
            Ok((
                ledger::recent_seals(conn, Chain::Ledger, SEALS)?,
                ledger::recent_seals(conn, Chain::Audit, SEALS)?,
            ))
        })
        .await?;
    let outcomes = if runs {
        Some(ctx.db.snapshot(move |conn| check::run(conn, now)).await?)
    } else {
        None
    };
    html(&ProofPage {
        page,
        outcomes,
        postings,
        audit,
    })
}
