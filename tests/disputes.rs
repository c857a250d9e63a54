//! Disputes: every path to the minor unit, what is refused, what a rule decides, many at once, races.

mod bulk;
mod closed;
mod evidence;
mod pages;
mod paths;
mod races;
mod refused;
mod standing;

use std::sync::atomic::{AtomicUsize, Ordering};

use galena::access::{AccountKind, Role};
use galena::clock::DAY;
use galena::disputes::{self, Claim, DisputedCharge, Evidence};
use galena::id::{DisputeId, PurchaseId};
use serde_json::{Value, json};

use crate::conversions::{caller, make_contract, open_lead, request_under};
use crate::harness::{Answer, TestApp, Trader};
use crate::market as trade;
use crate::payouts::people::{Desk, IBAN};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Buyer,
    Seller,
    /// The auditor who decides first, and the one who decides an appeal.
    First,
    Second,
}

/// A step of a path.
#[derive(Debug, Clone, Copy)]
enum Step {
    Open,
    /// Of the appointment's charge.
    OpenAppointment,
    /// By the exchange, after the window.
    OpenLate,
    Accept,
    Contest,
    Withdraw,
    Full(By),
    Part(By, &'static str),
    ShareBps(By, i32),
    None(By),
    Appeal(By),
    /// An appointment that both sides confirm.
    Held,
    /// Days pass, and the server does what is due.
    Days(i64),
    /// Everything payable is paid to the seller's bank.
    PayOut,
}

/// A buyer, a seller and two auditors around one purchase.
struct Case<'a> {
    app: &'a TestApp,
    buyer: Trader,
    seller: Trader,
    auditors: [Trader; 2],
    purchase: String,
    dispute: String,
}

/// Fifty euros a lead, disputed within a week, and rules as given.
fn ppl(rules: &Value) -> Value {
    json!({
        "model": "ppl",
        "currency": "EUR",
        "price_per_lead": {"amount": "50.00", "currency": "EUR"},
        "dispute_window_days": 7,
        "disputes": rules,
    })
}

/// Sixty euros an appointment that was held.
fn ppa() -> Value {
    json!({
        "model": "ppa",
        "currency": "EUR",
        "price_per_appointment": {"amount": "60.00", "currency": "EUR"},
        "dispute_window_days": 7,
    })
}

impl<'a> Case<'a> {
    /// Buys `leads` leads of the seller's under a private contract.
    async fn make(app: &'a TestApp, name: &str, terms: &Value, leads: usize) -> Self {
        let mut case = Self {
            app,
            buyer: app.buyer(&format!("{name} buyer")).await,
            seller: app.seller(&format!("{name} seller")).await,
            auditors: [
                auditor(app, &format!("{name} first")).await,
                auditor(app, &format!("{name} second")).await,
            ],
            purchase: String::new(),
            dispute: String::new(),
        };
        trade::deposit(app, &case.buyer, &format!("{leads}000.00"), "EUR").await;
        let contract = make_contract(app, &case.buyer, Some(&case.seller), terms).await;
        app.tick().await;
        let request = request_under(contract, i64::try_from(leads).unwrap());
        let request = trade::post_request(app, &case.buyer, &request).await;
        trade::activate(app, &case.buyer, &request).await;
        let documents: Vec<Value> = (0..leads).map(|_| fresh_lead(app)).collect();
        for some in documents.chunks(500) {
            trade::send_batch(app, &case.seller, some).await;
        }
        let bought = trade::purchases(app, &case.buyer).await;
        assert_eq!(bought.len(), leads, "not every lead was bought");
        bought[0]["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut case.purchase);
        case
    }

    fn key(&self, by: By) -> &str {
        match by {
            By::Buyer => &self.buyer.key,
            By::Seller => &self.seller.key,
            By::First => &self.auditors[0].key,
            By::Second => &self.auditors[1].key,
        }
    }

    async fn post(&self, by: By, path: &str, body: &Value) -> Answer {
        let path = format!("/api/v1{path}");
        self.app
            .api("POST", &path, self.key(by))
            .json(body)
            .send()
            .await
    }

    /// Takes a step on the dispute.
    async fn act(&self, by: By, what: &str, body: &Value) -> Answer {
        self.post(by, &format!("/disputes/{}/{what}", self.dispute), body)
            .await
    }

    async fn open(&mut self, claim: &Value) -> Answer {
        let path = format!("/purchases/{}/disputes", self.purchase);
        let answer = self.post(By::Buyer, &path, claim).await;
        if answer.status == 201 {
            answer.json()["id"]
                .as_str()
                .unwrap()
                .clone_into(&mut self.dispute);
        }
        answer
    }

    async fn open_late(&mut self) {
        let (vault, now) = (self.app.app.vault.clone(), self.app.clock.now());
        let auditor = caller(&self.auditors[0], AccountKind::Operator, Role::Auditor);
        let purchase: PurchaseId = self.purchase.parse().unwrap();
        let opened = self
            .app
            .write(move |conn| {
                let claim = Claim {
                    charge: DisputedCharge::Lead,
                    reason: "fictitious".to_owned(),
                    evidence: Evidence {
                        text: "The person does not exist.".to_owned(),
                        ..Evidence::default()
                    },
                };
                disputes::open_late(conn, &vault, &auditor, purchase, claim, now)
            })
            .await;
        self.dispute = opened.id.to_string();
    }

    async fn decide(&self, by: By, decision: Value) {
        let mut decision = decision;
        decision["because"] = json!("The recording shows it.");
        self.act(by, "decide", &decision).await.expect(200);
    }

    async fn take(&mut self, step: Step) {
        let words = json!({"text": "The recording shows otherwise."});
        match step {
            Step::Open => {
                self.open(&fictitious()).await.expect(201);
            }
            Step::OpenAppointment => {
                let mut claim = fictitious();
                claim["charge"] = json!("appointment");
                self.open(&claim).await.expect(201);
            }
            Step::OpenLate => self.open_late().await,
            Step::Accept => {
                self.act(By::Seller, "accept", &json!({})).await.expect(200);
            }
            Step::Contest => {
                self.act(By::Seller, "contest", &words).await.expect(200);
            }
            Step::Withdraw => {
                self.act(By::Buyer, "withdraw", &json!({}))
                    .await
                    .expect(200);
            }
            Step::Full(by) => self.decide(by, json!({"refund": "full"})).await,
            Step::Part(by, amount) => {
                let part =
                    json!({"refund": "part", "amount": {"amount": amount, "currency": "EUR"}});
                self.decide(by, part).await;
            }
            Step::ShareBps(by, bps) => {
                self.decide(by, json!({"refund": "part", "share_bps": bps}))
                    .await;
            }
            Step::None(by) => self.decide(by, json!({"refund": "none"})).await,
            Step::Appeal(by) => {
                self.act(by, "appeal", &words).await.expect(200);
            }
            Step::Held => self.hold_appointment().await,
            Step::Days(days) => {
                self.app.advance(days * DAY);
                self.app.tick().await;
            }
            Step::PayOut => self.pay_out().await,
        }
    }

    async fn hold_appointment(&self) {
        let path = format!("/purchases/{}/conversions", self.purchase);
        let at = self.app.clock.now().plus(DAY);
        let appointment = json!({"kind": "appointment", "at": at, "channel": "phone"});
        let made = self
            .post(By::Buyer, &path, &appointment)
            .await
            .expect(201)
            .json();
        let path = format!("/conversions/{}", made["id"].as_str().unwrap());
        self.app.advance(DAY);
        let held = json!({"outcome": "held", "minutes": 25});
        self.post(By::Buyer, &format!("{path}/report"), &held)
            .await
            .expect(200);
        self.post(By::Seller, &format!("{path}/confirm"), &json!({}))
            .await
            .expect(200);
    }

    /// Everything payable goes to the seller's bank, by the hands of two.
    async fn pay_out(&self) {
        let desk = Desk::named(self.app, &self.seller.email).await;
        desk.give_bank(self.app, &self.seller, IBAN).await;
        desk.pay_out(self.app, &self.seller).await;
    }

    async fn state(&self, path: &str) -> String {
        let path = format!("/api/v1/{path}");
        let answer = self.app.api("GET", &path, &self.buyer.key).send().await;
        answer.expect(200).json()["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn detail(&self, by: By) -> Value {
        let path = format!("/api/v1/disputes/{}", self.dispute);
        self.app
            .api("GET", &path, self.key(by))
            .send()
            .await
            .expect(200)
            .json()
    }

    fn id(&self) -> DisputeId {
        self.dispute.parse().unwrap()
    }
}

/// A lead of somebody who was never sent before.
fn fresh_lead(app: &TestApp) -> Value {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    open_lead(app, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An auditor with a key.
async fn auditor(app: &TestApp, name: &str) -> Trader {
    use galena::accounts::AccountState::Approved;
    app.account(AccountKind::Operator, Role::Auditor, Approved, name)
        .await
}

/// A claim that only people can settle.
fn fictitious() -> Value {
    json!({"reason": "fictitious", "text": "The person says that they never asked for anything."})
}
