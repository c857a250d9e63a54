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
    fn below(&mut self, sides: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 1).unwrap() % sides
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
}

impl Table<'_> {
    /// Decides what is still contested.
    fn settle(&self, conn: &mut Conn, purchase: PurchaseId, now: Ts) -> Result<()> {
        let operator = super::operator(self.buyer);
        for one in conversions::of_purchase(conn, purchase)? {
            if one.state == ConversionState::Contested {
                conversions::decide(conn, self.vault, &operator, one.id, (false, "So"), now)?;
            }
        }
        Ok(())
    }

    /// One random step at `now`; whether it did anything.
    fn step(
        &self,
        conn: &mut Conn,
        dice: &mut Dice,
        purchase: PurchaseId,
        now: Ts,
    ) -> Result<bool> {
        let account = if dice.below(2) == 0 {
            self.buyer
        } else {
            self.seller
        };
        let party = Party::load(conn, account, Actor::System, purchase)?;
        let all = conversions::of_purchase(conn, purchase)?;
        let newest = all.last().cloned();
        let at = now.plus((dice.below(60) - 48) * HOUR);
        // Mostly what the state asks for, sometimes anything at all.
        let likely: &[i64] = match newest.as_ref().map(|one| one.state) {
            _ if dice.below(4) == 0 => &[0, 2, 3, 4, 5, 7, 8, 10, 11],
            Some(ConversionState::Scheduled) => &[3, 4, 5, 5, 5, 7],
            Some(ConversionState::Proposed) => &[8, 8, 10],
            Some(ConversionState::Contested) => &[11],
            _ => &[0, 0, 2],
        };
        let choice =
            likely[usize::try_from(dice.below(i64::try_from(likely.len()).unwrap())).unwrap()];
        match (choice, newest) {
            (0, _) => {
                let new = NewAppointment {
                    at,
                    channel: MeetingChannel::Phone,
                    with_whom: String::new(),
                };
                tried(conversions::schedule(conn, self.vault, &party, &new, now))
            }
            (2, _) => {
                let minor = 1 + dice.below(1_000_000);
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
            (5, Some(one)) => {
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
            (8, Some(one)) => tried(conversions::answer(
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
fn replays_change_nothing(
    conn: &mut Conn,
    table: &Table<'_>,
    bought: &[PurchaseId],
    now: Ts,
) -> Result<()> {
    for &purchase in bought {
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

/// Purchases that are played at once, a sequence each; a third under each contract.
const BATCH: usize = 198;
/// Steps of one sequence.
const STEPS: usize = 5;

/// Makes `BATCH` purchases of one buyer under three contracts, and plays a random sequence on each,
/// the clock moving between their steps. Answers how many steps did something.
async fn play(app: &TestApp, dice: &mut Dice, batch: usize) -> usize {
    let terms: [Value; 3] = [ppa(), pps(), all_parts()];
    let deal = Deal::make(app, &format!("random {batch}"), &terms[0], "9000.00").await;
    let mut contracts = vec![deal.contract];
    for terms in &terms[1..] {
        contracts.push(super::make_contract(app, &deal.buyer, None, terms).await);
    }
    let each = BATCH / contracts.len();
    for (round, contract) in contracts.into_iter().enumerate() {
        let quantity = i64::try_from(each).unwrap();
        let request = request_under(contract, quantity);
        let request = market::post_request(app, &deal.buyer, &request).await;
        market::activate(app, &deal.buyer, &request).await;
        let first = batch * BATCH + round * each;
        let leads: Vec<Value> = (first..first + each)
            .map(|number| open_lead(app, number))
            .collect();
        market::send_batch(app, &deal.seller, &leads).await;
    }
    let bought: Vec<PurchaseId> = market::purchases(app, &deal.buyer)
        .await
        .iter()
        .map(|one| one["id"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(bought.len(), BATCH);
    let vault = app.app.vault.clone();
    let (buyer, seller) = (deal.buyer.account, deal.seller.account);
    let (start, seed) = (app.clock.now(), dice.0);
    let (done, now, next) = app
        .write(move |conn| {
            let (mut dice, mut now, mut done) = (Dice(seed), start, 0);
            let table = Table {
                vault: &vault,
                buyer,
                seller,
            };
            for _ in 0..STEPS {
                for &purchase in &bought {
                    done += usize::from(table.step(conn, &mut dice, purchase, now)?);
                }
                now = now.plus(dice.below(5 * 24) * HOUR);
                clockwork(conn, now)?;
            }
            replays_change_nothing(conn, &table, &bought, now)?;
            // Whatever is left open ends, so that the next batch stands alone.
            for purchase in &bought {
                table.settle(conn, *purchase, now)?;
            }
            now = now.plus(40 * DAY);
            clockwork(conn, now)?;
            Ok((done, now, dice.0))
        })
        .await;
    dice.0 = next;
    app.advance(now.micros() - start.micros());
    done
}

async fn sequences(backend: Backend, batches: usize) {
    let app = TestApp::start(backend).await;
    let (mut dice, mut done) = (Dice(0x9E37_79B9_7F4A_7C15), 0);
    for batch in 0..batches {
        done += play(&app, &mut dice, batch).await;
        if batch % 10 == 0 || batch + 1 == batches {
            let now = app.clock.now();
            app.write(move |conn| assert_laws(conn, now)).await;
        }
    }
    let steps = batches * BATCH * STEPS;
    assert!(
        done > steps / 5,
        "only {done} of {steps} steps did anything"
    );
    app.stop().await;
}

/// 10,098 sequences.
#[test]
fn random_sequences_keep_the_laws_on_sqlite() {
    run(sequences(Backend::Sqlite, 51));
}

/// 990 sequences, since each step is a dozen round trips.
#[test]
fn random_sequences_keep_the_laws_on_postgresql() {
    if crate::harness::has_postgres() {
        run(sequences(Backend::Postgres, 5));
    }
}
