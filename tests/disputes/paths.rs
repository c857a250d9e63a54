//! Every path of a dispute with the balance of every account at its end.

use serde_json::{Value, json};

use super::{Case, Step, ppa, ppl};
use crate::market as trade;
use galena::ledger::{self, LedgerAccount};
use galena::money::Currency;

/// Where everything is at the end, in cents: wallet, pending, disputed, payable, claim on the seller,
/// commission, fees.
type Balances = [i64; 7];

struct Path {
    name: &'static str,
    terms: Value,
    steps: &'static [Step],
    dispute: &'static str,
    purchase: &'static str,
    balances: Balances,
}

#[expect(clippy::too_many_lines, reason = "a line or two for each path")]
fn paths() -> Vec<Path> {
    use super::By::{Buyer, First, Second, Seller};
    use Step::{
        Accept, Appeal, Contest, Days, Full, Held, None, Open, OpenAppointment, OpenLate, Part,
        PayOut, ShareBps, Withdraw,
    };
    let path = |name, steps, dispute, purchase, balances| Path {
        name,
        terms: ppl(&json!({})),
        steps,
        dispute,
        purchase,
        balances,
    };
    let costly = ppl(&json!({"meritless_fee_bps": 1000}));
    vec![
        path(
            "open",
            &[Open],
            "open",
            "disputed",
            [95_000, 0, 4_250, 0, 0, 750, 0],
        ),
        // The window of the purchase ends while it is disputed.
        path(
            "open beyond the window",
            &[Open, Contest, Days(4), Part(First, "20.00"), Days(2)],
            "partly_upheld",
            "disputed",
            [95_000, 0, 4_250, 0, 0, 750, 0],
        ),
        path(
            "accepted",
            &[Open, Accept],
            "accepted",
            "refunded",
            [100_000, 0, 0, 0, 0, 0, 0],
        ),
        path(
            "seller silent",
            &[Open, Days(3)],
            "accepted",
            "refunded",
            [100_000, 0, 0, 0, 0, 0, 0],
        ),
        path(
            "contested, upheld",
            &[Open, Contest, Full(First)],
            "upheld",
            "disputed",
            [95_000, 0, 4_250, 0, 0, 750, 0],
        ),
        path(
            "contested, upheld, no appeal",
            &[Open, Contest, Full(First), Days(3)],
            "upheld",
            "refunded",
            [100_000, 0, 0, 0, 0, 0, 0],
        ),
        path(
            "partly by amount",
            &[Open, Contest, Part(First, "20.00"), Days(3)],
            "partly_upheld",
            "settled",
            [97_000, 0, 0, 2_550, 0, 450, 0],
        ),
        // A third: 16.66 or 16.67 of 50.00, and the commission in proportion.
        path(
            "partly by share",
            &[Open, Contest, ShareBps(First, 3_333), Days(3)],
            "partly_upheld",
            "settled",
            [96_666, 0, 0, 2_834, 0, 500, 0],
        ),
        path(
            "denied",
            &[Open, Contest, None(First), Days(3)],
            "denied",
            "settled",
            [95_000, 0, 0, 4_250, 0, 750, 0],
        ),
        Path {
            terms: costly.clone(),
            ..path(
                "denied, and not free",
                &[Open, Contest, None(First), Days(3)],
                "denied",
                "settled",
                [94_500, 0, 0, 4_250, 0, 750, 500],
            )
        },
        Path {
            terms: costly,
            ..path(
                "denied, appealed, upheld, and free",
                &[Open, Contest, None(First), Appeal(Buyer), Full(Second)],
                "upheld",
                "refunded",
                [100_000, 0, 0, 0, 0, 0, 0],
            )
        },
        path(
            "buyer's appeal denied",
            &[Open, Contest, None(First), Appeal(Buyer), None(Second)],
            "denied",
            "settled",
            [95_000, 0, 0, 4_250, 0, 750, 0],
        ),
        path(
            "seller's appeal denies",
            &[Open, Contest, Full(First), Appeal(Seller), None(Second)],
            "denied",
            "settled",
            [95_000, 0, 0, 4_250, 0, 750, 0],
        ),
        path(
            "seller's appeal makes it a part",
            &[
                Open,
                Contest,
                Full(First),
                Appeal(Seller),
                Part(Second, "10.00"),
            ],
            "partly_upheld",
            "settled",
            [96_000, 0, 0, 3_400, 0, 600, 0],
        ),
        path(
            "exchange silent",
            &[Open, Contest, Days(5)],
            "upheld",
            "disputed",
            [95_000, 0, 4_250, 0, 0, 750, 0],
        ),
        path(
            "exchange silent, no appeal",
            &[Open, Contest, Days(5), Days(3)],
            "upheld",
            "refunded",
            [100_000, 0, 0, 0, 0, 0, 0],
        ),
        path(
            "exchange silent, seller appeals, exchange silent",
            &[Open, Contest, Days(5), Appeal(Seller), Days(5)],
            "upheld",
            "refunded",
            [100_000, 0, 0, 0, 0, 0, 0],
        ),
        path(
            "withdrawn",
            &[Open, Withdraw],
            "withdrawn",
            "settled",
            [95_000, 0, 0, 4_250, 0, 750, 0],
        ),
        path(
            "withdrawn while contested",
            &[Open, Contest, Withdraw],
            "withdrawn",
            "settled",
            [95_000, 0, 0, 4_250, 0, 750, 0],
        ),
        path(
            "after settlement, from payable",
            &[Days(7), OpenLate, Accept],
            "accepted",
            "refunded",
            [100_000, 0, 0, 0, 0, 0, 0],
        ),
        path(
            "after settlement, denied",
            &[Days(7), OpenLate, Contest, None(First), Days(3)],
            "denied",
            "settled",
            [95_000, 0, 0, 4_250, 0, 750, 0],
        ),
        path(
            "after payout, a claim",
            &[Days(7), PayOut, OpenLate, Accept],
            "accepted",
            "refunded",
            [100_000, 0, 0, 0, 4_250, 0, 0],
        ),
        path(
            "after payout, a claim for a part",
            &[
                Days(7),
                PayOut,
                OpenLate,
                Contest,
                Part(First, "20.00"),
                Days(3),
            ],
            "partly_upheld",
            "settled",
            [97_000, 0, 0, 0, 1_700, 450, 0],
        ),
        Path {
            terms: ppa(),
            ..path(
                "an appointment, upheld",
                &[Held, OpenAppointment, Contest, Full(First), Days(3)],
                "upheld",
                "refunded",
                [100_000, 0, 0, 0, 0, 0, 0],
            )
        },
        Path {
            terms: ppa(),
            ..path(
                "an appointment, partly",
                &[
                    Held,
                    OpenAppointment,
                    Contest,
                    Part(First, "20.00"),
                    Days(3),
                ],
                "partly_upheld",
                "settled",
                [96_000, 0, 0, 3_400, 0, 600, 0],
            )
        },
    ]
}

on_both!(async fn every_path_ends_with_exact_balances(app) {
    let mut before = [0; 2];
    for (number, path) in paths().into_iter().enumerate() {
        let mut case = Case::make(app, &format!("path {number}"), &path.terms, 1).await;
        for &step in path.steps {
            case.take(step).await;
        }
        let (buyer, seller) = (case.buyer.account, case.seller.account);
        let mut balances = app
            .read(move |conn| {
                let mut at = |account| {
                    ledger::balance_of(conn, account, Currency::EUR).map(|money| money.minor)
                };
                Ok([
                    at(LedgerAccount::Wallet(buyer))?,
                    at(LedgerAccount::SellerPending(seller))?,
                    at(LedgerAccount::SellerDisputed(seller))?,
                    at(LedgerAccount::SellerPayable(seller))?,
                    at(LedgerAccount::SellerReceivable(seller))?,
                    at(LedgerAccount::CommissionRevenue)?,
                    at(LedgerAccount::FeeRevenue)?,
                ])
            })
            .await;
        for (balance, before) in balances[5..].iter_mut().zip(before) {
            *balance -= before;
        }
        let dispute = case.state(&format!("disputes/{}", case.dispute)).await;
        let purchase = case.state(&format!("purchases/{}", case.purchase)).await;
        assert_eq!((dispute.as_str(), purchase.as_str()), (path.dispute, path.purchase), "{}", path.name);
        assert_eq!(balances, path.balances, "{}", path.name);
        trade::assert_laws(app).await;
        // What is still open is ended, so that no later path moves this one's money.
        app.advance(30 * galena::clock::DAY);
        app.tick().await;
        let [commission, fees, open @ ..] = app
            .read(move |conn| {
                let mut at = |account| {
                    ledger::balance_of(conn, account, Currency::EUR).map(|money| money.minor)
                };
                Ok([
                    at(LedgerAccount::CommissionRevenue)?,
                    at(LedgerAccount::FeeRevenue)?,
                    at(LedgerAccount::SellerDisputed(seller))?,
                    at(LedgerAccount::SellerPending(seller))?,
                ])
            })
            .await;
        before = [commission, fees];
        assert_eq!(open, [0, 0], "{}: something is open for ever", path.name);
    }
});
