//! Statements: what a payout is made of, and what a month moved, as a table or on paper; and invoices on paper.

use i18n_embed_fl::fl;

use super::invoices::{Invoice, Month};
use super::paper::{self, Column, Sheet};
use super::{Payout, store};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::AccountId;
use crate::ledger::{self, LedgerAccount, Movements, Span};
use crate::money::Currency;
use crate::text::Lang;
use crate::web::export::Table;
use crate::web::format::{date, state_label};

/// Lines of one statement; of more the newest.
const MAX_LINES: i64 = 2_000;

/// A statement before it is laid out.
#[derive(Debug, Clone)]
pub struct Statement {
    /// `payout-2026-11-20`, for its file.
    pub name: String,
    title: String,
    facts: Vec<(String, String)>,
    movements: Movements,
    currency: Currency,
}

/// What a payout was made of: what became payable, and what went, since the payout before it.
pub fn of_payout(conn: &mut Conn, l: &Lang, payout: &Payout) -> Result<Statement> {
    let (seller, _) = store::invoices::seller(conn, payout.seller_id)?;
    let account = LedgerAccount::SellerPayable(payout.seller_id);
    let currency = payout.amount.currency;
    let span = Span::UpToPayout(payout.id);
    let movements = ledger::movements(conn, account, currency, span, MAX_LINES)?;
    let mut facts = vec![
        (fl!(l, "payouts-seller"), seller),
        (fl!(l, "payouts-amount"), payout.amount.shown()),
        (fl!(l, "payouts-state"), state_label(l, payout.state)),
        (fl!(l, "payouts-asked"), date(&payout.asked_at)),
    ];
    if let Some(hint) = &payout.hint {
        facts.push((fl!(l, "payouts-account"), hint.clone()));
    }
    if let Some(sent) = &payout.sent_at {
        facts.push((fl!(l, "payouts-sent-on"), date(sent)));
    }
    facts.push((fl!(l, "payouts-reference"), payout.end_to_end_id()));
    Ok(Statement {
        name: format!("payout-{}", payout.asked_at.utc().format("%Y-%m-%d")),
        title: fl!(l, "payouts-statement-of-payout"),
        facts,
        movements,
        currency,
    })
}

/// What moved on a seller's payable in a month.
pub fn of_month(
    conn: &mut Conn,
    l: &Lang,
    seller: AccountId,
    currency: Currency,
    month: (Ts, Ts),
) -> Result<Statement> {
    let (name, _) = store::invoices::seller(conn, seller)?;
    let month = Month {
        start: month.0,
        end: month.1,
    };
    let account = LedgerAccount::SellerPayable(seller);
    let span = Span::Time(month.start, month.end);
    Ok(Statement {
        name: format!("statement-{}-{currency}", month.label()),
        title: fl!(l, "payouts-statement-of-month", month = month.label()),
        facts: vec![(fl!(l, "payouts-seller"), name)],
        movements: ledger::movements(conn, account, currency, span, MAX_LINES)?,
        currency,
    })
}

impl Statement {
    /// As CSV: a line for each movement, with the balance after it.
    pub fn table(&self, l: &Lang) -> Table {
        let mut rows = vec![vec![
            String::new(),
            fl!(l, "payouts-opening"),
            String::new(),
            String::new(),
            self.movements.opening.amount(),
            self.currency.to_string(),
        ]];
        rows.extend(self.movements.lines.iter().map(|line| {
            vec![
                line.at.to_string(),
                ledger::event_label(l, line.event),
                line.source.to_string(),
                line.change.amount(),
                line.balance.amount(),
                self.currency.to_string(),
            ]
        }));
        Table {
            columns: vec![
                fl!(l, "payouts-when"),
                fl!(l, "payouts-what"),
                fl!(l, "payouts-source"),
                fl!(l, "payouts-change"),
                fl!(l, "payouts-balance"),
                fl!(l, "payouts-currency"),
            ],
            rows,
        }
    }

    pub fn pdf(&self, l: &Lang) -> Result<Vec<u8>> {
        let mut facts = self.facts.clone();
        facts.push((fl!(l, "payouts-opening"), self.movements.opening.shown()));
        facts.push((fl!(l, "payouts-closing"), self.movements.closing.shown()));
        let mut notes = Vec::new();
        if self.movements.lines.is_empty() {
            notes.push(fl!(l, "payouts-nothing-moved"));
        }
        if self.movements.is_cut {
            notes.push(fl!(l, "payouts-statement-cut", lines = MAX_LINES));
        }
        paper::pdf(&Sheet {
            title: self.title.clone(),
            facts,
            columns: vec![
                column(fl!(l, "payouts-when"), 16, false),
                column(fl!(l, "payouts-what"), 24, false),
                column(fl!(l, "payouts-source"), 28, false),
                column(fl!(l, "payouts-change"), 16, true),
                column(fl!(l, "payouts-balance"), 16, true),
            ],
            rows: self
                .movements
                .lines
                .iter()
                .map(|line| {
                    vec![
                        date(&line.at),
                        ledger::event_label(l, line.event),
                        crate::web::format::short(line.source.to_string()),
                        line.change.shown(),
                        line.balance.shown(),
                    ]
                })
                .collect(),
            notes,
        })
    }
}

fn column(head: String, hundredths: u8, is_number: bool) -> Column {
    Column {
        head,
        hundredths,
        is_number,
    }
}

/// An invoice on paper, issued by `issuer`.
pub fn invoice_pdf(l: &Lang, issuer: &str, invoice: &Invoice) -> Result<Vec<u8>> {
    let total = invoice.total();
    let number = invoice.label();
    let title = if total.minor < 0 {
        fl!(l, "payouts-credit-note", number = number)
    } else {
        fl!(l, "payouts-invoice", number = number)
    };
    let mut rows = vec![vec![
        fl!(l, "payouts-commission", month = invoice.month.label()),
        invoice.taken.shown(),
    ]];
    if invoice.given_back.minor > 0 {
        let minus = crate::money::Money::new(-invoice.given_back.minor, total.currency);
        rows.push(vec![fl!(l, "payouts-commission-back"), minus.shown()]);
    }
    rows.push(vec![fl!(l, "payouts-total"), total.shown()]);
    let country = crate::web::format::place(&invoice.seller_country);
    paper::pdf(&Sheet {
        title,
        facts: vec![
            (fl!(l, "payouts-issuer"), issuer.to_owned()),
            (
                fl!(l, "payouts-seller"),
                format!("{}, {country}", invoice.seller_name),
            ),
            (fl!(l, "payouts-issued"), date(&invoice.issued_at)),
        ],
        columns: vec![
            column(fl!(l, "payouts-what"), 70, false),
            column(fl!(l, "payouts-amount"), 30, true),
        ],
        rows,
        notes: vec![fl!(l, "payouts-invoice-settled"), fl!(l, "payouts-no-tax")],
    })
}
