//! Outcomes and the money that moves with them: every model through every path, to the minor unit.

mod hybrid;
mod market;
mod paths;
mod sequences;

use galena::access::{AccountKind, Caller, Credential, Role};
use galena::clock::{DAY, SECOND};
use galena::contracts::{self, ContractState, NewContract, TermsJson};
use galena::id::{AccountId, ContractId};
use galena::ledger::{self, Kind, LedgerAccount};
use galena::money::{Currency, Money};
use galena::verticals;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, Trader};
use crate::market as trade;
pub use paths::{all_parts, ppa, pps};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Buyer,
    Seller,
}

/// A step of a path.
#[derive(Debug, Clone, Copy)]
enum Step {
    Schedule(By),
    Move(By),
    Cancel(By),
    Held(By),
    NoShow(By),
    Sold(By, &'static str),
    Confirm(By),
    Contest(By),
    /// The exchange's decision on a contested report.
    Decide(bool),
    /// Days pass, and the server does what is due.
    Days(i64),
    Deposit(&'static str),
}

/// A buyer and a seller with a contract between the buyer and the market.
pub struct Deal<'a> {
    app: &'a TestApp,
    pub buyer: Trader,
    pub seller: Trader,
    pub contract: ContractId,
    purchase: String,
    conversion: String,
}

pub fn caller(trader: &Trader, kind: AccountKind, role: Role) -> Caller {
    Caller {
        account_id: trader.account,
        account_kind: kind,
        account_name: String::new(),
        approved: true,
        user_id: trader.user,
        user_name: String::new(),
        role,
        credential: Credential::Session,
        origin: None,
    }
}

/// Somebody of the exchange who decides; the user is of no account.
pub fn operator(user_of: AccountId) -> Caller {
    Caller {
        account_id: user_of,
        account_kind: AccountKind::Operator,
        account_name: String::new(),
        approved: true,
        user_id: galena::id::UserId(user_of.0),
        user_name: String::new(),
        role: Role::Auditor,
        credential: Credential::Session,
        origin: None,
    }
}

/// Makes a contract of the buyer's in eyewear; with `seller` a private one, accepted.
pub async fn make_contract(
    app: &TestApp,
    buyer: &Trader,
    seller: Option<&Trader>,
    terms: &Value,
) -> ContractId {
    let terms: TermsJson = serde_json::from_value(terms.clone()).unwrap();
    let now = app.clock.now();
    let owner = caller(buyer, AccountKind::Buyer, Role::Owner);
    let partner = seller.map(|seller| caller(seller, AccountKind::Seller, Role::Owner));
    app.write(move |conn| {
        let vertical = verticals::by_key(conn, "eyewear")?;
        let named = partner.as_ref().map(|one| one.account_id.to_string());
        let new = NewContract::parse("Terms", named.as_deref(), &terms, &vertical)?;
        let made = contracts::create(conn, &owner, &vertical, new, now)?;
        if let Some(partner) = &partner {
            contracts::answer(conn, partner, made.contract.id, true, now)?;
        }
        Ok(made.contract.id)
    })
    .await
}

/// A lead that is sold under any model, whatever it is expected to bring.
pub fn open_lead(app: &TestApp, number: usize) -> Value {
    let mut lead = trade::latvian_lead(number, 1);
    // Each at a second of its own: many consents of one moment look copied.
    let second = i64::try_from(number % 40_000).unwrap();
    let agreed = app.clock.now().minus(DAY).minus(second * SECOND);
    lead["consent"]["given_at"] = json!(agreed);
    lead["accepts"] = json!(["ppl", "ppa", "pps", "hybrid"]);
    lead["least"] = json!({"any_yield": true});
    lead
}

pub fn request_under(contract: ContractId, quantity: i64) -> Value {
    json!({
        "name": "Under the contract",
        "vertical": "eyewear",
        "contract": contract,
        "quantity": quantity,
    })
}

impl<'a> Deal<'a> {
    pub async fn make(app: &'a TestApp, name: &str, terms: &Value, deposit: &str) -> Self {
        let buyer = app.buyer(&format!("{name} buyer")).await;
        let seller = app.seller(&format!("{name} seller")).await;
        trade::deposit(app, &buyer, deposit, "EUR").await;
        let contract = make_contract(app, &buyer, None, terms).await;
        app.tick().await;
        Self {
            app,
            buyer,
            seller,
            contract,
            purchase: String::new(),
            conversion: String::new(),
        }
    }

    /// Posts a request under the contract, and sends the one lead that it buys.
    async fn buy(&mut self, number: usize) {
        let mut request = request_under(self.contract, 1);
        if self.asks_for_bid().await {
            request["bid"] = json!({"amount": "50.00", "currency": "EUR"});
        }
        let request = trade::post_request(self.app, &self.buyer, &request).await;
        trade::activate(self.app, &self.buyer, &request).await;
        trade::send_batch(self.app, &self.seller, &[open_lead(self.app, number)]).await;
        let bought = trade::purchases(self.app, &self.buyer).await;
        assert_eq!(bought.len(), 1, "the lead was not bought");
        bought[0]["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.purchase);
    }

    async fn asks_for_bid(&self) -> bool {
        let (buyer, contract) = (self.buyer.account, self.contract);
        let (_, versions) = self
            .app
            .read(move |conn| contracts::get(conn, buyer, contract))
            .await;
        versions[0].terms.asks_for_bid()
    }

    fn key(&self, by: By) -> &str {
        match by {
            By::Buyer => &self.buyer.key,
            By::Seller => &self.seller.key,
        }
    }

    async fn post(&self, by: By, path: &str, body: &Value) -> Answer {
        self.app
            .api("POST", path, self.key(by))
            .json(body)
            .send()
            .await
    }

    /// Takes a step on the purchase's newest conversion.
    async fn act(&self, by: By, what: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/conversions/{}/{what}", self.conversion);
        self.post(by, &path, body).await
    }

    async fn create(&mut self, by: By, body: &Value) -> Answer {
        let path = format!("/api/v1/purchases/{}/conversions", self.purchase);
        let answer = self.post(by, &path, body).await;
        if answer.status == 201 {
            answer.json()["id"]
                .as_str()
                .unwrap()
                .clone_into(&mut self.conversion);
        }
        answer
    }

    fn appointment(&self) -> Value {
        json!({"kind": "appointment", "at": self.app.clock.now(), "channel": "video", "with_whom": "Jānis Bērziņš"})
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Schedule(by) => {
                let body = self.appointment();
                self.create(by, &body).await.expect(201);
            }
            Step::Move(by) => {
                let at = self.app.clock.now().plus(DAY);
                self.act(by, "move", &json!({"at": at})).await.expect(200);
            }
            Step::Cancel(by) => {
                self.act(by, "cancel", &json!({})).await.expect(200);
            }
            Step::Held(by) => {
                let body = json!({"outcome": "held", "minutes": 25});
                self.act(by, "report", &body).await.expect(200);
            }
            Step::NoShow(by) => {
                let body = json!({"outcome": "no_show"});
                self.act(by, "report", &body).await.expect(200);
            }
            Step::Sold(by, amount) => {
                let body = json!({
                    "kind": "sale",
                    "amount": {"amount": amount, "currency": "EUR"},
                    "at": self.app.clock.now(),
                    "reference": "2026-117",
                });
                self.create(by, &body).await.expect(201);
            }
            Step::Confirm(by) => {
                self.act(by, "confirm", &json!({})).await.expect(200);
            }
            Step::Contest(by) => {
                let body = json!({"because": "Nobody called."});
                self.act(by, "contest", &body).await.expect(200);
            }
            Step::Decide(upheld) => self.decide(upheld).await,
            Step::Days(days) => {
                self.app.advance(days * DAY);
                self.app.tick().await;
            }
            Step::Deposit(amount) => {
                trade::deposit(self.app, &self.buyer, amount, "EUR").await;
                self.app.tick().await;
            }
        }
    }

    async fn decide(&self, upheld: bool) {
        let operator = operator(self.buyer.account);
        let (vault, now) = (self.app.app.vault.clone(), self.app.clock.now());
        let id = self.conversion.parse().unwrap();
        self.app
            .write(move |conn| {
                let because = (upheld, "The recording shows it.");
                galena::conversions::decide(conn, &vault, &operator, id, because, now)
            })
            .await;
    }

    pub async fn balances(&self) -> [i64; 5] {
        let (buyer, seller) = (self.buyer.account, self.seller.account);
        self.app
            .read(move |conn| {
                let mut at = |account| {
                    ledger::balance_of(conn, account, Currency::EUR).map(|money| money.minor)
                };
                Ok([
                    at(LedgerAccount::Wallet(buyer))?,
                    at(LedgerAccount::Hold(buyer))?,
                    at(LedgerAccount::SellerPending(seller))?,
                    at(LedgerAccount::SellerPayable(seller))?,
                    at(LedgerAccount::CommissionRevenue)?,
                ])
            })
            .await
    }

    async fn state(&self) -> String {
        let path = format!("/api/v1/purchases/{}", self.purchase);
        let answer = self.app.api("GET", &path, &self.buyer.key).send().await;
        answer.expect(200).json()["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn contract_state(&self) -> ContractState {
        let (buyer, contract) = (self.buyer.account, self.contract);
        self.app
            .read(move |conn| Ok(contracts::get(conn, buyer, contract)?.0.state))
            .await
    }
}

on_both!(async fn what_is_wrong_with_a_report_is_named(app) {
    let mut deal = Deal::make(app, "wrong", &ppa(), "1000.00").await;
    deal.buy(1).await;
    let now = app.clock.now();
    let early = json!({"kind": "appointment", "at": now.minus(DAY), "channel": "phone"});
    assert_eq!(deal.create(By::Buyer, &early).await.expect(422).field_codes(), ["at:too_small"]);
    let sale = json!({"kind": "sale", "amount": {"amount": "10.00", "currency": "EUR"}, "at": now});
    assert_eq!(deal.create(By::Buyer, &sale).await.expect(409).code(), "state_conflict");

    let ahead = json!({"kind": "appointment", "at": now.plus(2 * DAY), "channel": "phone"});
    deal.create(By::Buyer, &ahead).await.expect(201);
    deal.create(By::Seller, &ahead).await.expect(409);
    let held = json!({"outcome": "held", "minutes": 25});
    assert_eq!(deal.act(By::Buyer, "report", &held).await.expect(422).field_codes(), ["at:time_in_future"]);
    app.advance(2 * DAY);
    let short = json!({"outcome": "held", "minutes": 9});
    assert_eq!(deal.act(By::Buyer, "report", &short).await.expect(422).field_codes(), ["minutes:too_small"]);
    let unknown = json!({"outcome": "perhaps"});
    assert_eq!(deal.act(By::Buyer, "report", &unknown).await.expect(422).field_codes(), ["outcome:not_allowed"]);
    deal.act(By::Buyer, "report", &held).await.expect(200);
    // Twice, by its own side, and after it was answered.
    deal.act(By::Buyer, "report", &held).await.expect(409);
    deal.act(By::Buyer, "confirm", &json!({})).await.expect(409);
    assert_eq!(
        deal.act(By::Seller, "contest", &json!({"because": " "})).await.expect(422).field_codes(),
        ["because:required"]
    );
    deal.act(By::Seller, "confirm", &json!({})).await.expect(200);
    deal.act(By::Seller, "confirm", &json!({})).await.expect(409);
    deal.act(By::Seller, "contest", &json!({"because": "No"})).await.expect(409);

    // What belongs to others is not found.
    let stranger = app.buyer("Stranger").await;
    let path = format!("/api/v1/purchases/{}/conversions", deal.purchase);
    app.api("GET", &path, &stranger.key).send().await.expect(404);
    app.api("GET", &path, &deal.seller.key).send().await.expect(200);
    let path = format!("/api/v1/conversions/{}/confirm", deal.conversion);
    app.api("POST", &path, &stranger.key).json(&json!({})).send().await.expect(404);
});

on_both!(async fn what_is_wrong_with_a_sale_is_named(app) {
    let mut deal = Deal::make(app, "sale", &pps(), "1000.00").await;
    deal.buy(1).await;
    let now = app.clock.now();
    for (amount, currency, at, expected) in [
        ("10.00", "RUB", now, "amount.currency:currency_mismatch"),
        ("0.00", "EUR", now, "amount:too_small"),
        ("-1.00", "EUR", now, "amount:too_small"),
        ("x", "EUR", now, "amount:amount_invalid"),
        ("10.00", "EUR", now.minus(1), "at:too_small"),
        ("10.00", "EUR", now.plus(DAY), "at:time_in_future"),
    ] {
        let sale = json!({"kind": "sale", "amount": {"amount": amount, "currency": currency}, "at": at});
        let answer = deal.create(By::Buyer, &sale).await.expect(422);
        assert_eq!(answer.field_codes(), [expected]);
    }
    deal.take(Step::Sold(By::Buyer, "100.00")).await;
    let again = json!({"kind": "sale", "amount": {"amount": "100.00", "currency": "EUR"}, "at": now});
    deal.create(By::Seller, &again).await.expect(409);
    trade::assert_laws(app).await;
});

on_both!(async fn only_the_side_of_the_terms_reports(app) {
    let mut terms = pps();
    terms["confirmation"] = json!({"reporter": "buyer"});
    let mut deal = Deal::make(app, "reporter", &terms, "1000.00").await;
    deal.buy(1).await;
    let sale = json!({"kind": "sale", "amount": {"amount": "100.00", "currency": "EUR"}, "at": app.clock.now()});
    let refused = deal.create(By::Seller, &sale).await.expect(422);
    assert_eq!(refused.field_codes(), ["outcome:not_allowed"]);
    deal.create(By::Buyer, &sale).await.expect(201);
});

on_both!(async fn a_retried_report_is_one_report(app) {
    let mut deal = Deal::make(app, "retry", &pps(), "1000.00").await;
    deal.buy(1).await;
    let sale = json!({"kind": "sale", "amount": {"amount": "100.00", "currency": "EUR"}, "at": app.clock.now()});
    let path = format!("/api/v1/purchases/{}/conversions", deal.purchase);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let call = app.api("POST", &path, &deal.buyer.key).idempotency_key("one").json(&sale);
        answers.push(call.send().await.expect(201).json());
    }
    assert_eq!(answers[0], answers[1]);
});

/// The earning of a seller in one kind of account.
pub async fn share(app: &TestApp, seller: AccountId, kind: Kind) -> Money {
    app.read(move |conn| ledger::balances(conn, seller))
        .await
        .into_iter()
        .find(|balance| balance.kind == kind)
        .map_or(Money::new(0, Currency::EUR), |balance| balance.amount)
}
