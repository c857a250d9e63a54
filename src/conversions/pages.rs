//! Pages of outcomes: the buyer's purchase, the seller's sale, the signed link, the exchange's desk.

pub mod buyer;
pub mod desk;
pub mod link;
pub mod seller;
mod view;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::api::{read_amount, read_report, sides};
use super::{Answer, Moved, NewAppointment, NewSale, Party};
use crate::access::Caller;
use crate::clock::Ts;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{ConversionId, PurchaseId};
use crate::money::MoneyJson;
use crate::web::Ctx;
use crate::web::form::{Pairs, first};

/// A form that was refused: what was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    pub typed: Pairs,
    pub errors: Vec<FieldError>,
}

impl Refused {
    fn word(&self, name: &str) -> &str {
        first(&self.typed, name)
    }
}

/// Gives the fields of an error the prefix of their form, or passes the error on.
fn refused(error: Error, prefix: &str, typed: Pairs) -> Result<Refused> {
    match error {
        Error::Refused(refusal) if refusal.code == Code::InvalidContent => Ok(Refused {
            typed,
            errors: refusal
                .fields
                .into_iter()
                .map(|error| {
                    let field = error
                        .field
                        .strip_suffix(".currency")
                        .unwrap_or(&error.field);
                    FieldError::new(format!("{prefix}.{field}"), error.reason, error.accepted)
                })
                .collect(),
        }),
        error => Err(error),
    }
}

/// A time as a form sends it, in UTC: `2026-11-24T15:30`.
fn time(pairs: &Pairs, name: &str) -> Result<Ts> {
    let text = first(pairs, name);
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"))
        .map(|at| DateTime::<Utc>::from_naive_utc_and_offset(at, Utc).into())
        .map_err(|_| {
            let accepted = "a day and a time";
            Error::invalid_field("at", Reason::TimeInvalid, accepted)
        })
}

/// What a form asks to do with a purchase.
enum Making {
    Appointment(NewAppointment),
    Sale {
        amount: String,
        at: Ts,
        reference: String,
    },
}

fn read_making(pairs: &Pairs, kind: &str) -> Result<Making> {
    let word = |name: &str| first(pairs, &format!("{kind}.{name}")).to_owned();
    let at = time(pairs, &format!("{kind}.at"))?;
    if kind == "sale" {
        return Ok(Making::Sale {
            amount: word("amount").replace(',', "."),
            at,
            reference: word("reference"),
        });
    }
    let channel = word("channel").parse().map_err(|accepted: String| {
        Error::invalid_field("channel", Reason::NotAllowed, accepted)
    })?;
    Ok(Making::Appointment(NewAppointment {
        at,
        channel,
        with_whom: word("with_whom"),
    }))
}

/// Sets an appointment or reports a sale, as the form of one side asks.
async fn make(ctx: &Ctx, caller: &Caller, id: PurchaseId, kind: &str, pairs: &Pairs) -> Result<()> {
    let making = read_making(pairs, kind)?;
    let (now, vault, caller) = (ctx.now(), ctx.vault.clone(), caller.clone());
    ctx.write(move |conn| {
        let party = Party::load(conn, caller.account_id, caller.actor(), id)?;
        match &making {
            Making::Appointment(new) => super::schedule(conn, &vault, &party, new, now)?,
            Making::Sale {
                amount,
                at,
                reference,
            } => {
                let amount = read_amount(&MoneyJson {
                    amount: amount.clone(),
                    currency: party.agreement.terms().currency.to_string(),
                })?;
                let new = NewSale {
                    amount,
                    at: *at,
                    reference: reference.clone(),
                };
                super::report_sale(conn, &vault, &party, &new, now)?
            }
        };
        Ok(())
    })
    .await
}

/// Takes a step on a conversion, as the form of one side asks; answers the purchase.
async fn act(
    ctx: &Ctx,
    caller: &Caller,
    id: ConversionId,
    what: &str,
    pairs: &Pairs,
) -> Result<PurchaseId> {
    let (now, vault, caller) = (ctx.now(), ctx.vault.clone(), caller.clone());
    let (what, pairs) = (what.to_owned(), pairs.clone());
    ctx.write(move |conn| {
        let (party, conversion) = sides(conn, &caller, id)?;
        match what.as_str() {
            "move" => {
                let moved = Moved {
                    at: time(&pairs, "move.at")?,
                };
                super::move_to(conn, &party, &conversion, moved, now)?;
            }
            "cancel" => {
                super::cancel(conn, &party, &conversion, now)?;
            }
            "report" => {
                let minutes = first(&pairs, "report.minutes");
                let outcome = first(&pairs, "report.outcome");
                let minutes = match minutes.parse() {
                    Ok(minutes) if outcome == "held" => Some(minutes),
                    _ => None,
                };
                let read = read_report(outcome, minutes)?;
                super::report(conn, &party, &conversion, read, now)?;
            }
            "confirm" => {
                super::answer(conn, &vault, &party, &conversion, &Answer::Confirm, now)?;
            }
            "contest" => {
                let answer = Answer::Contest {
                    because: first(&pairs, "contest.because").to_owned(),
                };
                super::answer(conn, &vault, &party, &conversion, &answer, now)?;
            }
            _ => return Err(Error::refused(Code::NotFound)),
        }
        Ok(party.purchase.id)
    })
    .await
}

/// The purchase that a conversion of the caller's is of.
async fn purchase_of(ctx: &Ctx, caller: &Caller, id: ConversionId) -> Result<PurchaseId> {
    let account = caller.account_id;
    ctx.db
        .read(move |conn| {
            super::of_party(conn, account, id)?
                .map(|conversion| conversion.purchase_id)
                .ok_or_else(|| Error::refused(Code::NotFound))
        })
        .await
}
