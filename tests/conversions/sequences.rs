//! Random sequences of steps under a moving clock: no illegal state, no law broken, a replay changes nothing.

use galena::access::Actor;
use galena::clock::{DAY, HOUR, Ts};
use galena::conversions::{
    self, Answer, ConversionState, MeetingChannel, Moved, NewAppointment, NewSale, Party, Report,
};
use galena::db::Conn;
use galena::error::{Error, Result};
use galena::id::{AccountId, PurchaseId};
use galena::ledger;
use galena::money::{Currency, Money};
use galena::vault::Vault;
use galena::{charges, purchases};
use serde_json::Value;

use super::{Deal, all_parts, open_lead, ppa, pps, request_under};
use crate::harness::{Backend, TestApp, run};
use crate::market;

/// A generator that needs no seed from outside: the same steps each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What every step may meet: refusals are fine, faults are not.
fn tried(outcome: Result<impl Sized>) -> Result<bool> {
    match outcome {
        Ok(_) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

struct Table<'a> {
    vault: &'a Vault,
    buyer: AccountId,
    seller: AccountId,
    purchases: Vec<PurchaseId>,
}

impl Table<'_> {
    /// One random step at `now`; whether it did anything.
    fn step(&self, conn: &mut Conn, dice: &mut Dice, now: Ts) -> Result<bool> {
        let nth = dice.below(self.purchases.len() as u64);
        let purchase = self.purchases[usize::try_from(nth).unwrap()];
        let account = if dice.below(2) == 0 {
            self.buyer
        } else {
            self.seller
        };
        let party = Party::load(conn, account, Actor::System, purchase)?;
        let all = conversions::of_purchase(conn, purchase)?;
        let newest = all.last().cloned();
        let at = now.plus((dice.below(96) as i64 - 48) * HOUR);
        let choice = dice.below(12);
        match (choice, newest) {
            (0 | 1, _) => {
                let new = NewAppointment {
                    at,
                    channel: MeetingChannel::Phone,
                    with_whom: String::new(),
                };
                tried(conversions::schedule(conn, self.vault, &party, &new, now))
            }
            (2, _) => {
                let minor = 1 + dice.below(1_000_000) as i64;
                let new = NewSale {
                    amount: Money::new(minor, Currency::EUR),
                    at,
                    reference: String::new(),
                };
                tried(conversions::report_sale(
                    conn, self.vault, &party, &new, now,
                ))
            }
            (3, Some(one)) => tried(conversions::move_to(conn, &party, &one, Moved { at }, now)),
            (4, Some(one)) => tried(conversions::cancel(conn, &party, &one, now)),
            (5 | 6, Some(one)) => {
                let minutes = i32::try_from(dice.below(40)).unwrap();
                tried(conversions::report(
                    conn,
                    &party,
                    &one,
                    Report::Held { minutes },
                    now,
                ))
            }
            (7, Some(one)) => tried(conversions::report(conn, &party, &one, Report::NoShow, now)),
            (8 | 9, Some(one)) => tried(conversions::answer(
                conn,
                self.vault,
                &party,
                &one,
                &Answer::Confirm,
                now,
            )),
            (10, Some(one)) => {
                let answer = Answer::Contest {
                    because: "No".to_owned(),
                };
                tried(conversions::answer(
                    conn, self.vault, &party, &one, &answer, now,
                ))
            }
            (11, Some(one)) => {
                let operator = super::operator(self.buyer);
                let upheld = dice.below(2) == 0;
                tried(conversions::decide(
                    conn,
                    self.vault,
                    &operator,
                    one.id,
                    (upheld, "So"),
                    now,
                ))
            }
            _ => Ok(false),
        }
    }
}

/// A confirmed step that is tried again must be refused and change nothing.
fn replays_change_nothing(conn: &mut Conn, table: &Table<'_>, now: Ts) -> Result<()> {
    for &purchase in &table.purchases {
        for one in conversions::of_purchase(conn, purchase)? {
            if one.state != ConversionState::Confirmed {
                continue;
            }
            for account in [table.buyer, table.seller] {
                let party = Party::load(conn, account, Actor::System, purchase)?;
                let again =
                    conversions::answer(conn, table.vault, &party, &one, &Answer::Confirm, now);
                assert!(matches!(again, Err(Error::Refused(_))));
            }
        }
    }
    Ok(())
}

fn clockwork(conn: &mut Conn, now: Ts) -> Result<()> {
    while conversions::confirm_silent(conn, now, 50)? > 0 {}
    while conversions::lapse_due(conn, now, 50)? > 0 {}
    charges::collect(conn, now, 50)?;
    while charges::charge_fees(conn, now, 50)? > 0 {}
    while purchases::settle_due(conn, now, 50)? > 0 {}
    while charges::settle_due(conn, now, 50)? > 0 {}
    while purchases::finish_due(conn, now, 50)? > 0 {}
    Ok(())
}

fn assert_laws(conn: &mut Conn, now: Ts) -> Result<()> {
    while ledger::seal(conn, now)? > 0 {}
    for outcome in ledger::check::run(conn, now)? {
        assert!(outcome.holds(), "{outcome:?}");
    }
    Ok(())
}

/// Ten leads under each of three contracts of one buyer with little money, then `steps` random steps.
async fn play(app: &TestApp, seed: u64, steps: usize) {
    let terms: [Value; 3] = [ppa(), pps(), all_parts()];
    let deal = Deal::make(app, "random", &terms[0], "900.00").await;
    let mut contracts = vec![deal.contract];
    for terms in &terms[1..] {
        contracts.push(super::make_contract(app, &deal.buyer, None, terms).await);
    }
    for (round, contract) in contracts.into_iter().enumerate() {
        let request = market::post_request(app, &deal.buyer, &request_under(contract, 5)).await;
        market::activate(app, &deal.buyer, &request).await;
        let batch: Vec<Value> = (0..5)
            .map(|number| open_lead(round * 10 + number))
            .collect();
        market::send_batch(app, &deal.seller, &batch).await;
    }
    let bought: Vec<PurchaseId> = market::purchases(app, &deal.buyer)
        .await
        .iter()
        .map(|one| one["id"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(bought.len(), 15);
    let (vault, buyer, seller) = (
        app.app.vault.clone(),
        deal.buyer.account,
        deal.seller.account,
    );
    let start = app.clock.now();
    let done = app
        .write(move |conn| {
            let table = Table {
                vault: &vault,
                buyer,
                seller,
                purchases: bought.clone(),
            };
            let (mut dice, mut now, mut done) = (Dice(seed), start, 0);
            for step in 0..steps {
                now = now.plus(dice.below(12) as i64 * HOUR);
                if dice.below(40) == 0 {
                    now = now.plus(3 * DAY);
                }
                done += usize::from(table.step(conn, &mut dice, now)?);
                if step % 10 == 9 {
                    clockwork(conn, now)?;
                }
            }
            replays_change_nothing(conn, &table, now)?;
            clockwork(conn, now)?;
            assert_laws(conn, now)?;
            Ok(done)
        })
        .await;
    assert!(
        done > steps / 40,
        "only {done} of {steps} steps did anything"
    );
}

/// Sequences on each database: 10,000 steps in all.
const SEQUENCES: u64 = 20;
const STEPS: usize = 500;

async fn all_sequences(backend: Backend) {
    for seed in 1..=SEQUENCES {
        let app = TestApp::start(backend).await;
        play(&app, seed * 0x9E37_79B9_7F4A_7C15, STEPS).await;
        app.stop().await;
    }
}

#[test]
fn random_sequences_keep_the_laws_on_sqlite() {
    run(all_sequences(Backend::Sqlite));
}

#[test]
fn random_sequences_keep_the_laws_on_postgresql() {
    if crate::harness::has_postgres() {
        run(all_sequences(Backend::Postgres));
    }
}
