//! Pages: the seller's payouts and bank details, and the operator's desk with its batches.

pub mod bank;
pub mod batches;
pub mod desk;
pub mod papers;
pub mod seller;
pub mod terms;

use i18n_embed_fl::fl;

use super::batch::Method;
use super::settings::{Settings, When};
use super::{Origin, Payout, PayoutState};
use crate::clock::Ts;
use crate::error::{Code, Error, FieldError, Result};
use crate::text::Lang;
use crate::web::export::{FileKind, Table};
use crate::web::format::{date, state_label};

/// A step of a payout as its page tells it.
struct Step {
    words: String,
    at: Ts,
    note: String,
}

/// What happened to a payout, newest first; `who` names a user, or nobody.
fn timeline(l: &Lang, payout: &Payout, who: impl Fn(crate::id::UserId) -> String) -> Vec<Step> {
    let name = |user: Option<crate::id::UserId>| user.map(&who).unwrap_or_default();
    let mut steps = vec![Step {
        words: origin_label(l, payout.origin),
        at: payout.asked_at,
        note: name(payout.asked_by),
    }];
    if let Some(at) = payout.approved_at {
        steps.push(Step {
            words: state_label(l, PayoutState::Approved),
            at,
            note: name(payout.approved_by),
        });
    }
    if let Some(at) = payout.sent_at {
        steps.push(Step {
            words: state_label(l, PayoutState::Sent),
            at,
            note: payout.hint.clone().unwrap_or_default(),
        });
    }
    if let Some(at) = payout.ended_at {
        steps.push(Step {
            words: state_label(l, payout.state),
            at,
            note: payout.reason.clone().unwrap_or_default(),
        });
    }
    steps.reverse();
    steps
}

fn origin_label(l: &Lang, origin: Origin) -> String {
    match origin {
        Origin::Seller => fl!(l, "payouts-origin-seller"),
        Origin::Schedule => fl!(l, "payouts-origin-schedule"),
        Origin::Operator => fl!(l, "payouts-origin-operator"),
    }
}

fn method_label(l: &Lang, method: Method) -> String {
    match method {
        Method::Sepa => fl!(l, "payouts-method-sepa"),
        Method::Transfer => fl!(l, "payouts-method-transfer"),
    }
}

/// When a seller is paid, as a sentence.
fn schedule_words(l: &Lang, settings: &Settings) -> String {
    let next = settings.next_at.as_ref().map(date).unwrap_or_default();
    match settings.when {
        When::OnRequest => fl!(l, "payouts-on-request"),
        When::Weekly(day) => fl!(l, "payouts-weekly", day = weekday(l, day), next = next),
        When::NetDays(days) => fl!(l, "payouts-net", days = days, next = next),
    }
}

fn weekday(l: &Lang, day: i32) -> String {
    match day {
        1 => fl!(l, "payouts-monday"),
        2 => fl!(l, "payouts-tuesday"),
        3 => fl!(l, "payouts-wednesday"),
        4 => fl!(l, "payouts-thursday"),
        5 => fl!(l, "payouts-friday"),
        6 => fl!(l, "payouts-saturday"),
        _ => fl!(l, "payouts-sunday"),
    }
}

/// The fields of a form that can be mended; other errors go on to the error page.
fn fields(error: Error) -> Result<Vec<FieldError>> {
    match error {
        Error::Refused(refusal) if refusal.code == Code::InvalidContent => Ok(refusal.fields),
        other => Err(other),
    }
}

/// Payouts as a file, each with the name of its seller where that is another's list.
fn export(
    l: &Lang,
    rows: &[(String, Payout)],
    with_seller: bool,
    kind: FileKind,
) -> Result<actix_web::HttpResponse> {
    let mut columns = vec![
        fl!(l, "payouts-reference"),
        fl!(l, "payouts-asked"),
        fl!(l, "payouts-amount"),
        fl!(l, "payouts-currency"),
        fl!(l, "payouts-state"),
        fl!(l, "payouts-account"),
        fl!(l, "payouts-ended"),
        fl!(l, "payouts-reason"),
    ];
    if with_seller {
        columns.insert(0, fl!(l, "payouts-seller"));
    }
    let rows = rows
        .iter()
        .map(|(seller, payout)| {
            let mut cells = vec![
                payout.end_to_end_id(),
                payout.asked_at.to_string(),
                payout.amount.amount(),
                payout.amount.currency.to_string(),
                payout.state.to_string(),
                payout.hint.clone().unwrap_or_default(),
                payout.ended_at.map(|at| at.to_string()).unwrap_or_default(),
                payout.reason.clone().unwrap_or_default(),
            ];
            if with_seller {
                cells.insert(0, seller.clone());
            }
            cells
        })
        .collect();
    Table { columns, rows }.download("payouts", kind)
}
