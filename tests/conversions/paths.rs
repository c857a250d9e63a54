//! Every model through every path: delivered, held, no-show, sold, lapsed, silent, contested, an empty
//! wallet, a contract suspended and resumed.

use galena::contracts::ContractState;
use serde_json::{Value, json};

use super::{By, Deal, Step};
use crate::market as trade;

/// Where everything is at the end, in cents: wallet, hold, pending, payable, commission.
type Balances = [i64; 5];

struct Path {
    name: &'static str,
    terms: Value,
    deposit: &'static str,
    steps: &'static [Step],
    state: &'static str,
    balances: Balances,
    contract: ContractState,
}

pub fn ppa() -> Value {
    json!({"model": "ppa", "currency": "EUR", "price_per_appointment": {"amount": "60.00", "currency": "EUR"}})
}

pub fn pps() -> Value {
    json!({"model": "pps", "currency": "EUR", "share": {
        "bps": 500,
        "deposit": {"amount": "5.00", "currency": "EUR"},
        "expected_sale": {"amount": "1000.00", "currency": "EUR"},
    }})
}

fn ppl() -> Value {
    json!({"model": "ppl", "currency": "EUR", "price_per_lead": {"amount": "50.00", "currency": "EUR"}})
}

/// A price per lead, an appointment and a share of the sale, beside a base fee.
pub fn all_parts() -> Value {
    json!({
        "model": "hybrid",
        "currency": "EUR",
        "base_fee": {"amount": {"amount": "10.00", "currency": "EUR"}, "period": "month"},
        "price_per_lead": {"amount": "20.00", "currency": "EUR"},
        "price_per_appointment": {"amount": "40.00", "currency": "EUR"},
        "share": {
            "bps": 1000,
            "cap": {"amount": "80.00", "currency": "EUR"},
            "deposit": {"amount": "5.00", "currency": "EUR"},
            "expected_sale": {"amount": "500.00", "currency": "EUR"},
        },
    })
}

#[expect(clippy::too_many_lines, reason = "a line or two for each path")]
fn paths() -> Vec<Path> {
    use By::{Buyer, Seller};
    use ContractState::{Active, Suspended};
    use Step::{
        Cancel, Confirm, Contest, Days, Decide, Deposit, Held, Move, NoShow, Schedule, Sold,
    };
    let path = |name, terms, steps, state, balances| Path {
        name,
        terms,
        deposit: "1000.00",
        steps,
        state,
        balances,
        contract: Active,
    };
    vec![
        path(
            "ppl delivered",
            ppl(),
            &[],
            "delivered",
            [95_000, 0, 4_250, 0, 750],
        ),
        path(
            "ppl settled",
            ppl(),
            &[Days(7)],
            "settled",
            [95_000, 0, 0, 4_250, 750],
        ),
        path(
            "ppa waiting",
            ppa(),
            &[],
            "awaiting_outcome",
            [94_000, 6_000, 0, 0, 0],
        ),
        path(
            "ppa held",
            ppa(),
            &[Schedule(Buyer), Held(Buyer), Confirm(Seller)],
            "appointment_held",
            [94_000, 0, 5_100, 0, 900],
        ),
        path(
            "ppa held and settled",
            ppa(),
            &[
                Schedule(Seller),
                Move(Buyer),
                Days(1),
                Held(Seller),
                Confirm(Buyer),
                Days(7),
            ],
            "settled",
            [94_000, 0, 0, 5_100, 900],
        ),
        path(
            "ppa no-show",
            ppa(),
            &[Schedule(Buyer), NoShow(Buyer), Confirm(Seller)],
            "lapsed",
            [100_000, 0, 0, 0, 0],
        ),
        path(
            "ppa lapsed",
            ppa(),
            &[Days(30)],
            "lapsed",
            [100_000, 0, 0, 0, 0],
        ),
        path(
            "ppa called off, then lapsed",
            ppa(),
            &[Schedule(Buyer), Cancel(Seller), Days(30)],
            "lapsed",
            [100_000, 0, 0, 0, 0],
        ),
        path(
            "ppa silent",
            ppa(),
            &[Schedule(Buyer), Held(Seller), Days(3)],
            "appointment_held",
            [94_000, 0, 5_100, 0, 900],
        ),
        path(
            "ppa contested and upheld",
            ppa(),
            &[
                Schedule(Seller),
                Held(Seller),
                Contest(Buyer),
                Days(40),
                Decide(true),
            ],
            "appointment_held",
            [94_000, 0, 5_100, 0, 900],
        ),
        path(
            "ppa contested and dismissed, then lapsed",
            ppa(),
            &[
                Schedule(Seller),
                Held(Seller),
                Contest(Buyer),
                Decide(false),
                Days(30),
            ],
            "lapsed",
            [100_000, 0, 0, 0, 0],
        ),
        path(
            "ppa dismissed once, held the second time",
            ppa(),
            &[
                Schedule(Seller),
                NoShow(Seller),
                Contest(Buyer),
                Decide(false),
                Schedule(Buyer),
                Held(Buyer),
                Confirm(Seller),
            ],
            "appointment_held",
            [94_000, 0, 5_100, 0, 900],
        ),
        // 5 % of 3,333.33 is 166.6665, half-even 166.67; 15 % of it is 25.0005: 25.00.
        path(
            "pps sold",
            pps(),
            &[Sold(Buyer, "3333.33"), Confirm(Seller)],
            "sold",
            [83_333, 0, 14_167, 0, 2_500],
        ),
        path(
            "pps sold below the deposit",
            pps(),
            &[Sold(Seller, "50.00"), Days(3), Days(7)],
            "settled",
            [99_750, 0, 0, 212, 38],
        ),
        path(
            "pps lapsed",
            pps(),
            &[Days(30)],
            "lapsed",
            [100_000, 0, 0, 0, 0],
        ),
        Path {
            deposit: "10.00",
            contract: Suspended,
            // Collected 10.00 of 166.67; the commission's part of it is 1.50.
            ..path(
                "pps with an empty wallet",
                pps(),
                &[Sold(Buyer, "3333.33"), Confirm(Seller)],
                "sold",
                [0, 0, 850, 0, 150],
            )
        },
        Path {
            deposit: "10.00",
            ..path(
                "pps suspended and resumed",
                pps(),
                &[
                    Sold(Buyer, "3333.33"),
                    Confirm(Seller),
                    Deposit("100.00"),
                    Deposit("100.00"),
                ],
                "sold",
                [4_333, 0, 14_167, 0, 2_500],
            )
        },
        // 10.00 fee, 20.00 for the lead, 40.00 and 5.00 held.
        path(
            "hybrid waiting",
            all_parts(),
            &[],
            "awaiting_outcome",
            [92_500, 4_500, 1_700, 0, 300],
        ),
        path(
            "hybrid lapsed and settled",
            all_parts(),
            &[Days(29), Days(1)],
            "lapsed",
            [97_000, 0, 0, 1_700, 300],
        ),
        path(
            "hybrid no-show, then sold at the cap",
            all_parts(),
            &[
                Schedule(Buyer),
                NoShow(Seller),
                Confirm(Buyer),
                Sold(Buyer, "900.00"),
                Confirm(Seller),
            ],
            "sold",
            [89_000, 0, 8_500, 0, 1_500],
        ),
        path(
            "hybrid sold, then held",
            all_parts(),
            &[
                Sold(Buyer, "500.00"),
                Confirm(Seller),
                Schedule(Seller),
                Held(Seller),
                Confirm(Buyer),
                Days(8),
            ],
            "settled",
            [88_000, 0, 0, 9_350, 1_650],
        ),
        // Last, since its silence confirms it some days later.
        path(
            "ppa reported just before it lapses",
            ppa(),
            &[Days(29), Schedule(Buyer), Held(Seller), Days(1)],
            "awaiting_outcome",
            [94_000, 6_000, 0, 0, 0],
        ),
    ]
}

on_both!(async fn every_model_goes_every_path_to_the_minor_unit(app) {
    let mut before = 0;
    for (number, path) in paths().into_iter().enumerate() {
        let mut deal = Deal::make(app, &format!("path {number}"), &path.terms, path.deposit).await;
        deal.buy(number).await;
        for &step in path.steps {
            deal.take(step).await;
        }
        let mut balances = deal.balances().await;
        balances[4] -= before;
        before += balances[4];
        assert_eq!(deal.state().await, path.state, "{}", path.name);
        assert_eq!(balances, path.balances, "{}", path.name);
        assert_eq!(deal.contract_state().await, path.contract, "{}", path.name);
        trade::assert_laws(app).await;
    }
});
