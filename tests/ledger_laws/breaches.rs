//! Each law broken on purpose: the checker must name the law and the row. And the guards that stand
//! before the checker: append-only tables, constraints.

use galena::clock::SECOND;
use galena::db::Backend;
use galena::error::Code;
use galena::id::{ChargeId, PayoutId, PurchaseId};
use galena::ledger::{self, Source};

use super::scene::{Scene, share};
use super::world::{START, eur};

#[test]
fn the_checker_counts_what_it_checked() {
    for scene in Scene::all() {
        let outcomes = scene.world.outcomes(scene.now);
        let laws: Vec<u8> = outcomes.iter().map(|outcome| outcome.law).collect();
        assert_eq!(laws, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let checked: Vec<i64> = outcomes.iter().map(|outcome| outcome.checked).collect();
        // 7 postings; wallet, hold, pending, payable; one deposit, two holds, two purchases.
        assert_eq!(checked, [7, 4, 4, 2, 1, 2, 7, 5, 7, 2]);
    }
}

#[test]
fn law_1_names_a_posting_that_does_not_balance() {
    for scene in Scene::all() {
        scene.tamper(&[&format!(
            "UPDATE ledger_entries SET debit_minor = debit_minor + 1 \
             WHERE debit_minor > 0 AND posting_id = {}",
            scene.literal(scene.deposit_posting.0)
        )]);
        scene.assert_broken(1, &scene.deposit_posting.to_string());
    }
    for scene in Scene::all() {
        scene.tamper(&[&format!(
            "DELETE FROM ledger_entries WHERE posting_id = {}",
            scene.literal(scene.deposit_posting.0)
        )]);
        scene.assert_broken(1, &scene.deposit_posting.to_string());
    }
}

#[test]
fn law_2_names_a_balance_that_is_not_the_sum_of_its_entries() {
    for scene in Scene::all() {
        let key = format!("wallet:{}:EUR", scene.world.buyer);
        scene.tamper(&[&format!(
            "UPDATE ledger_accounts SET balance_minor = balance_minor + 1 WHERE key = '{key}'"
        )]);
        scene.assert_broken(2, &key);
    }
    for scene in Scene::all() {
        scene.tamper(&[&format!(
            "UPDATE ledger_entries SET balance_minor = balance_minor + 1 \
             WHERE posting_id = {} AND account_key LIKE 'wallet:%'",
            scene.literal(scene.deposit_posting.0)
        )]);
        scene.assert_broken(2, &scene.deposit_posting.to_string());
    }
}

#[test]
fn law_3_names_a_balance_below_zero() {
    for scene in Scene::all() {
        let key = format!("s_payable:{}:EUR", scene.world.seller);
        scene.tamper(&[&format!(
            "UPDATE ledger_accounts SET balance_minor = -1 WHERE key = '{key}'"
        )]);
        scene.assert_broken(3, &key);
    }
}

#[test]
fn law_4_names_a_hold_that_gave_more_than_it_had() {
    for scene in Scene::all() {
        let change = "UPDATE holds SET released_minor = 1 WHERE source_id = ";
        scene.tamper(&[&format!("{change}{}", scene.literal(scene.settled.0))]);
        scene.assert_broken(4, &scene.settled.to_string());
        scene.assert_broken(4, &format!("hold:{}:EUR", scene.world.buyer));
    }
}

#[test]
fn law_5_names_shares_that_do_not_add_up() {
    for scene in Scene::all() {
        let change = "UPDATE holds SET pending_minor = pending_minor + 1, disputed_minor = 1 WHERE source_id = ";
        scene.tamper(&[&format!("{change}{}", scene.literal(scene.refunded.0))]);
        scene.assert_broken(5, &format!("s_pending:{}:EUR", scene.world.seller));
    }
}

#[test]
fn laws_5_and_8_name_payouts_that_the_books_know_otherwise() {
    for (change, names_payout) in [
        ("UPDATE payouts SET amount_minor = 1", true),
        ("DELETE FROM payouts", false),
    ] {
        for scene in Scene::all() {
            let (seller, ground, at) = (scene.world.seller, scene.world.ground(), scene.now);
            let payout = PayoutId::new(at);
            scene
                .world
                .write(move |conn| {
                    ground.payout(conn, payout, seller, eur(300), at)?;
                    ledger::ask_payout(conn, payout, seller, eur(300), at)
                })
                .unwrap();
            scene.world.assert_laws(at);
            if names_payout {
                // It ended, says the table; the ledger has it on its way.
                scene.raw(&["UPDATE payouts SET state = 'cancelled', ended_at = 1"]);
                scene.assert_broken(5, "payout_transit:EUR");
                scene.assert_broken(8, &payout.to_string());
                scene.raw(&["UPDATE payouts SET state = 'requested', ended_at = NULL"]);
            }
            scene.tamper(&[change]);
            scene.assert_broken(5, "payout_transit:EUR");
            if names_payout {
                scene.assert_broken(8, &payout.to_string());
            } else {
                scene.assert_broken(8, "is of no payout");
            }
        }
    }
}

#[test]
fn law_6_names_a_charge_refunded_beyond_its_price() {
    for scene in Scene::all() {
        let change = "UPDATE holds SET refunded_minor = 1001 WHERE source_id = ";
        scene.tamper(&[&format!("{change}{}", scene.literal(scene.refunded.0))]);
        scene.assert_broken(6, &scene.refunded.to_string());
    }
    for scene in Scene::all() {
        let change = "UPDATE holds SET commission_minor = 199 WHERE source_id = ";
        scene.tamper(&[&format!("{change}{}", scene.literal(scene.settled.0))]);
        scene.assert_broken(6, &scene.settled.to_string());
    }
}

#[test]
fn law_7_names_an_event_that_was_posted_twice() {
    for scene in Scene::all() {
        let copy = "CREATE TABLE copy AS SELECT * FROM ledger_postings";
        let again = format!(
            "INSERT INTO copy SELECT {}, event, source_type, source_id, reverses, note, at \
             FROM copy WHERE source_type = 'deposit'",
            scene.literal(uuid::Uuid::now_v7())
        );
        scene.tamper(&match scene.world.db.backend() {
            Backend::Sqlite => vec![
                "PRAGMA legacy_alter_table = ON",
                copy,
                &again,
                "DROP TABLE ledger_postings",
                "ALTER TABLE copy RENAME TO ledger_postings",
            ],
            Backend::Postgres => vec![
                copy,
                &again,
                "ALTER TABLE ledger_postings RENAME TO old",
                "ALTER TABLE copy RENAME TO ledger_postings",
            ],
        });
        scene.assert_broken(7, &scene.deposit.to_string());
    }
}

#[test]
fn law_8_names_events_without_postings_and_postings_without_events() {
    for scene in Scene::all() {
        scene.tamper(&["UPDATE deposits SET state = 'requested'"]);
        scene.assert_broken(8, &scene.deposit_posting.to_string());
    }
    for scene in Scene::all() {
        let capture = scene.posting_of("capture", scene.settled.0);
        scene.tamper(&[
            &format!("DELETE FROM ledger_entries WHERE posting_id = {capture}"),
            &format!("DELETE FROM ledger_postings WHERE id = {capture}"),
        ]);
        scene.assert_broken(8, &scene.settled.to_string());
    }
    for scene in Scene::all() {
        let change = "DELETE FROM purchases WHERE id = ";
        scene.tamper(&[&format!("{change}{}", scene.literal(scene.settled.0))]);
        scene.assert_broken(8, &scene.settled.to_string());
    }
}

#[test]
fn law_10_names_a_purchase_whose_money_does_not_add_up() {
    for scene in Scene::all() {
        let change = "UPDATE purchases SET price_minor = 999 WHERE id = ";
        scene.tamper(&[&format!("{change}{}", scene.literal(scene.refunded.0))]);
        scene.assert_broken(10, &scene.refunded.to_string());
    }
    for scene in Scene::all() {
        let refund = "UPDATE ledger_entries SET account_key = 'cash:bank:EUR' WHERE account_key \
             LIKE 'wallet:%' AND posting_id IN (SELECT id FROM ledger_postings WHERE event = 'refund')";
        scene.tamper(&[refund]);
        scene.assert_broken(10, &scene.refunded.to_string());
    }
}

#[test]
fn nobody_changes_or_deletes_what_is_append_only() {
    for scene in Scene::all() {
        let world = &scene.world;
        scene.audit();
        for (table, change) in [
            ("ledger_postings", "note = 'other'"),
            ("ledger_entries", "line = line + 100"),
            ("seals", "items = items + 1"),
            ("seal_members", "position = position + 100"),
            ("audit_log", "detail = 'other'"),
        ] {
            let mut statements = vec![
                format!("UPDATE {table} SET {change}"),
                format!("DELETE FROM {table}"),
            ];
            match world.db.backend() {
                Backend::Sqlite => {
                    statements.push(format!("REPLACE INTO {table} SELECT * FROM {table}"));
                }
                Backend::Postgres => statements.push(format!("TRUNCATE {table} CASCADE")),
            }
            for statement in statements {
                let error = scene.try_raw(&[&statement]).expect_err(&statement);
                assert!(
                    error.to_string().contains("append-only"),
                    "{}: {statement}: {error}",
                    world.name()
                );
            }
        }
        world.assert_laws(scene.now);
    }
}

#[test]
fn an_event_is_posted_once_and_a_refusal_changes_nothing() {
    for scene in Scene::all() {
        let (buyer, seller, settled) = (scene.world.buyer, scene.world.seller, scene.settled);
        let sale = move |purchase, price| ledger::Sale {
            purchase,
            buyer,
            seller,
            price: eur(price),
            commission: eur(0),
            at: START.plus(5 * SECOND),
        };
        let again = scene
            .world
            .write(move |conn| ledger::sale(conn, &sale(settled, 1_000)));
        assert!(again.unwrap_err().has_code(Code::StateConflict));
        let settled_again = scene
            .world
            .write(move |conn| ledger::settle(conn, &share(settled, seller, START)));
        assert!(settled_again.unwrap_err().has_code(Code::StateConflict));
        // A refused sale leaves its transaction as it was: the next one in it goes through.
        let ground = scene.world.ground();
        scene
            .world
            .write(move |conn| {
                let short = ledger::sale(conn, &sale(PurchaseId::new(START), 8_501));
                assert!(short.unwrap_err().has_code(Code::InsufficientFunds));
                let purchase = PurchaseId::new(START);
                ledger::sale(conn, &sale(purchase, 8_500))?;
                let parties = (buyer, seller);
                ground.purchase(
                    conn,
                    purchase,
                    2,
                    parties,
                    "delivered",
                    eur(8_500),
                    0,
                    START,
                )
            })
            .unwrap();
        let left = scene
            .world
            .db
            .read_blocking(|conn| ledger::wallet(conn, buyer))
            .unwrap();
        assert_eq!(left[0].available, eur(0));
        assert_eq!(left[0].held, eur(0));
        scene.world.assert_laws(scene.now);
    }
}

#[test]
fn a_chargeback_takes_no_money_that_a_charge_counts_on() {
    for scene in Scene::all() {
        let (buyer, deposit) = (scene.world.buyer, scene.deposit);
        let charge = Source::Charge(ChargeId::new(START));
        let chargeback = ledger::Chargeback {
            deposit,
            buyer,
            amount: eur(10_000),
            fee: eur(0),
            provider: ledger::Provider::Bank,
            at: scene.now,
        };
        let (refused, left) = scene
            .world
            .write(move |conn| {
                let hold = ledger::Hold {
                    source: charge,
                    buyer,
                    amount: eur(1_000),
                    at: START.plus(4 * SECOND),
                };
                ledger::hold(conn, &hold)?;
                let refused = ledger::chargeback(conn, &chargeback).unwrap_err();
                let left = ledger::wallet(conn, buyer)?;
                ledger::release(conn, &[charge], START.plus(5 * SECOND))?;
                ledger::chargeback(conn, &chargeback)?;
                Ok((refused, left))
            })
            .unwrap();
        assert!(refused.has_code(Code::StateConflict), "{refused:?}");
        let told = format!("{refused:?}");
        assert!(told.contains(&charge.to_string()), "{told}");
        assert_eq!((left[0].available, left[0].held), (eur(7_500), eur(1_000)));
    }
}
