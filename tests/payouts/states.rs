//! The state table: every step from every state, and where the money is after each.

use galena::error::{Code, Result};
use galena::id::{PayoutBatchId, PayoutId};
use galena::ledger::Kind;
use galena::payouts::{self, Outcome, PayoutState, batch};

use super::people::{Desk, caller, eur, money_of};
use crate::harness::{TestApp, Trader};
use crate::market as trade;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Cancel,
    Refuse,
    Approve,
    /// Into a batch, which is no state of its own.
    Batch,
    Dissolve,
    Send,
    Paid,
    Failed,
    Returned,
}

use Step::{Approve, Batch, Cancel, Dissolve, Failed, Paid, Refuse, Returned, Send};

const STEPS: [Step; 9] = [
    Cancel, Refuse, Approve, Batch, Dissolve, Send, Paid, Failed, Returned,
];

/// Where the 85.00 are: payable, in transit, at the bank less 100.00 that the buyer paid in.
type Balances = [i64; 3];
const WITH_SELLER: Balances = [8_500, 0, 0];
const IN_TRANSIT: Balances = [0, 8_500, 0];
const GONE: Balances = [0, 0, -8_500];

struct Path {
    steps: &'static [Step],
    state: PayoutState,
    balances: Balances,
    /// Every other step is refused here.
    next: &'static [Step],
}

fn paths() -> Vec<Path> {
    use PayoutState as S;
    let path = |steps, state, balances, next| Path {
        steps,
        state,
        balances,
        next,
    };
    vec![
        path(&[], S::Requested, IN_TRANSIT, &[Cancel, Refuse, Approve]),
        path(&[Cancel], S::Cancelled, WITH_SELLER, &[]),
        path(&[Refuse], S::Refused, WITH_SELLER, &[]),
        path(&[Approve], S::Approved, IN_TRANSIT, &[Refuse, Batch]),
        path(&[Approve, Refuse], S::Refused, WITH_SELLER, &[]),
        path(
            &[Approve, Batch],
            S::Approved,
            IN_TRANSIT,
            &[Dissolve, Send],
        ),
        path(
            &[Approve, Batch, Dissolve],
            S::Approved,
            IN_TRANSIT,
            &[Refuse, Batch],
        ),
        path(
            &[Approve, Batch, Send],
            S::Sent,
            IN_TRANSIT,
            &[Paid, Failed],
        ),
        path(&[Approve, Batch, Send, Failed], S::Failed, WITH_SELLER, &[]),
        path(&[Approve, Batch, Send, Paid], S::Paid, GONE, &[Returned]),
        path(
            &[Approve, Batch, Send, Paid, Returned],
            S::Returned,
            WITH_SELLER,
            &[],
        ),
    ]
}

struct Walk<'a> {
    app: &'a TestApp,
    desk: &'a Desk,
    seller: &'a Trader,
    payout: PayoutId,
    batch: Option<PayoutBatchId>,
}

impl Walk<'_> {
    async fn step(&mut self, step: Step) -> Result<()> {
        let (app, desk, id) = (self.app, self.desk, self.payout);
        let (db, now) = (&app.app.db, app.clock.now());
        match step {
            Cancel => {
                let seller = caller(self.seller);
                db.write(move |conn| payouts::cancel(conn, &seller, id, now))
                    .await?;
            }
            Refuse => {
                let by = desk.first();
                db.write(move |conn| payouts::refuse(conn, &by, id, "not now", now))
                    .await?;
            }
            Approve => {
                desk.approve(app, id).await?;
            }
            Batch => self.batch = Some(desk.batch(app).await?.id),
            Dissolve => {
                let (by, batch) = (desk.second(), self.batch_id());
                db.write(move |conn| batch::dissolve(conn, &by, batch, now))
                    .await?;
            }
            Send => {
                desk.send(app, self.batch_id()).await?;
            }
            Paid => {
                desk.end(app, id, Outcome::Paid).await?;
            }
            Failed => {
                desk.end(app, id, Outcome::Failed("AC04".to_owned()))
                    .await?;
            }
            Returned => {
                desk.end(app, id, Outcome::Returned("account closed".to_owned()))
                    .await?;
            }
        }
        Ok(())
    }

    /// The batch it was put in, or one that nobody made.
    fn batch_id(&self) -> PayoutBatchId {
        self.batch.unwrap_or(PayoutBatchId(self.payout.0))
    }

    async fn balances(&self) -> Balances {
        [
            money_of(self.app, self.seller, Kind::SellerPayable).await,
            money_of(self.app, self.seller, Kind::PayoutTransit).await,
            money_of(self.app, self.seller, Kind::Cash).await,
        ]
    }
}

on_both!(async fn every_path_moves_the_money_as_the_table_says(app) {
    let desk = Desk::open(app).await;
    for (number, path) in paths().into_iter().enumerate() {
        let name = format!("Riga Leads {number}");
        let seller = desk.earned(app, &name, 1).await;
        let cash = money_of(app, &seller, Kind::Cash).await;
        let payout = desk.try_ask(app, &seller, None).await.unwrap();
        assert_eq!(payout.amount, eur(8_500));
        let mut walk = Walk { app, desk: &desk, seller: &seller, payout: payout.id, batch: None };
        for &step in path.steps {
            walk.step(step).await.unwrap_or_else(|error| panic!("{:?} at {step:?}: {error}", path.steps));
        }
        let here = |balances: Balances| [balances[0], balances[1], balances[2] - cash];
        for step in STEPS {
            if path.next.contains(&step) {
                continue;
            }
            let refused = walk.step(step).await.unwrap_err();
            let code = refused.refusal().code;
            assert!(
                matches!(code, Code::StateConflict | Code::NotFound),
                "{:?} then {step:?}: {refused}", path.steps
            );
        }
        let id = payout.id;
        let now_is = app.read(move |conn| payouts::by_id(conn, id)).await;
        assert_eq!(now_is.state, path.state, "{:?}", path.steps);
        assert_eq!(here(walk.balances().await), path.balances, "{:?}", path.steps);
        trade::assert_laws(app).await;
        // What is still open would be in the way of the next path.
        finish(&mut walk, path.state).await;
        app.drain_jobs().await;
    }
});

/// Ends what is open, so that the transit account is empty again.
async fn finish(walk: &mut Walk<'_>, state: PayoutState) {
    let id = walk.payout;
    let payout = walk.app.read(move |conn| payouts::by_id(conn, id)).await;
    let rest: &[Step] = match state {
        PayoutState::Requested => &[Cancel],
        PayoutState::Approved if payout.is_prepared() => &[Send, Failed],
        PayoutState::Approved => &[Refuse],
        PayoutState::Sent => &[Failed],
        _ => &[],
    };
    for &step in rest {
        walk.step(step).await.unwrap();
    }
}

on_both!(async fn four_eyes_see_every_payout(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 1).await;
    // One of the exchange asks for the seller, and may not approve that.
    let (by, now) = (desk.first(), app.clock.now());
    let ask = payouts::Ask::parse(&by, seller.account, "EUR", "").unwrap();
    let payout = app.write(move |conn| payouts::ask(conn, &ask, now)).await;
    assert_eq!(payout.origin, payouts::Origin::Operator);
    let refused = desk.approve(app, payout.id).await.unwrap_err();
    assert!(refused.has_code(Code::FourEyes), "{refused}");
    let (second, id) = (desk.second(), payout.id);
    app.write(move |conn| payouts::approve(conn, &second, id, now)).await;
    // Who approved makes no batch of it; the other may, and then the first of them does not send it.
    let refused = desk.batch(app).await.unwrap_err();
    assert!(refused.has_code(Code::FourEyes), "{refused}");
    let made = desk
        .batch_by(app, desk.first(), galena::money::Currency::EUR, batch::Method::Sepa)
        .await
        .unwrap();
    let refused = desk.send(app, made.id).await.unwrap_err();
    assert!(refused.has_code(Code::FourEyes), "{refused}");
    let (first, id) = (desk.first(), made.id);
    let sent = app.write(move |conn| batch::mark_sent(conn, &first, id, now)).await;
    assert_eq!(sent.state, batch::BatchState::Sent);
    trade::assert_laws(app).await;
});
