//! A seller with money, and two people of the exchange who pay it out.

use galena::access::{AccountKind, Caller, Credential, Role};
use galena::clock::{DAY, HOUR};
use galena::error::Result;
use galena::id::{PayoutBatchId, PayoutId};
use galena::ledger::{self, Kind};
use galena::money::{Currency, Money};
use galena::payouts::batch::{self, Batch, Debtor, Method, Wanted};
use galena::payouts::settings::{self, Change, When};
use galena::payouts::{self, Ask, Outcome, Payout, bank};
use serde_json::json;

use crate::harness::{TestApp, Trader};
use crate::market as trade;

pub const IBAN: &str = "LV80BANK0000435195001";

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn details(iban: &str) -> bank::BankDetails {
    bank::parse("Rīgas Līdi SIA", iban, "HABALV22").unwrap()
}

/// A user as handlers see them.
pub fn caller(trader: &Trader) -> Caller {
    as_kind(trader, AccountKind::Seller, Role::Owner)
}

fn as_kind(trader: &Trader, account_kind: AccountKind, role: Role) -> Caller {
    Caller {
        account_id: trader.account,
        account_kind,
        account_name: "Test".to_owned(),
        approved: true,
        user_id: trader.user,
        user_name: String::new(),
        role,
        credential: Credential::Session,
        origin: None,
    }
}

/// What a seller may have paid out in euro.
pub async fn free(app: &TestApp, seller: &Trader) -> Money {
    let account = seller.account;
    let payable = app.read(move |conn| ledger::payable(conn, account, Currency::EUR));
    payable.await.free()
}

/// What lies on one of a seller's accounts, or in transit, in cents.
pub async fn money_of(app: &TestApp, seller: &Trader, kind: Kind) -> i64 {
    let account = match kind {
        Kind::SellerPayable => ledger::LedgerAccount::SellerPayable(seller.account),
        Kind::PayoutTransit => ledger::LedgerAccount::PayoutTransit,
        _ => ledger::LedgerAccount::Cash(ledger::Provider::Bank),
    };
    let balance = app.read(move |conn| ledger::balance_of(conn, account, Currency::EUR));
    balance.await.minor
}

/// Two of the exchange's finance people: one approves, the other sends.
pub struct Desk {
    pub first: Trader,
    pub second: Trader,
}

impl Desk {
    pub async fn open(app: &TestApp) -> Self {
        Self::named(app, "finance").await
    }

    /// The same, with e-mail addresses of their own.
    pub async fn named(app: &TestApp, name: &str) -> Self {
        let name = name.replace('@', " ");
        let (one, two) = (format!("{name} one"), format!("{name} two"));
        let account = |name| {
            app.account(
                AccountKind::Operator,
                Role::Finance,
                galena::accounts::AccountState::Approved,
                name,
            )
        };
        Self {
            first: account(&one).await,
            second: account(&two).await,
        }
    }

    /// Lets a seller have any sum paid out.
    pub async fn pay_small_sums(&self, app: &TestApp, seller: &Trader) {
        let (by, account, now) = (self.first(), seller.account, app.clock.now());
        let change = Change {
            when: When::OnRequest,
            minimum: Some(eur(1)),
        };
        app.write(move |conn| settings::change(conn, &by, account, &change, now))
            .await;
    }

    /// Everything that is payable, from the asking to the bank's word.
    pub async fn pay_out(&self, app: &TestApp, seller: &Trader) {
        self.pay_small_sums(app, seller).await;
        let payout = self.try_ask(app, seller, None).await.unwrap();
        self.approve(app, payout.id).await.unwrap();
        let batch = self.batch(app).await.unwrap();
        self.send(app, batch.id).await.unwrap();
        self.end(app, payout.id, Outcome::Paid).await.unwrap();
    }

    pub fn first(&self) -> Caller {
        as_kind(&self.first, AccountKind::Operator, Role::Finance)
    }

    pub fn second(&self) -> Caller {
        as_kind(&self.second, AccountKind::Operator, Role::Finance)
    }

    /// A seller with bank details who sold so many leads for 100.00, of which 85.00 each are payable.
    pub async fn earned(&self, app: &TestApp, name: &str, leads: usize) -> Trader {
        let seller = self.earned_without_bank(app, name, leads).await;
        self.give_bank(app, &seller, IBAN).await;
        seller
    }

    pub async fn give_bank(&self, app: &TestApp, seller: &Trader, iban: &str) {
        let (owner, vault, now) = (caller(seller), app.app.vault.clone(), app.clock.now());
        let details = details(iban);
        app.write(move |conn| bank::set(conn, &vault, &owner, &details, now))
            .await;
    }

    pub async fn earned_without_bank(&self, app: &TestApp, name: &str, leads: usize) -> Trader {
        let seller = app.seller(name).await;
        self.sell_more(app, &seller, name, leads).await;
        seller
    }

    /// The leads are sold, and what they brought is final.
    pub async fn sell_more(&self, app: &TestApp, seller: &Trader, name: &str, leads: usize) {
        let buyer = app.buyer(&format!("Buyer of {name}")).await;
        trade::deposit(app, &buyer, &format!("{}.00", leads * 100), "EUR").await;
        let request = json!({
            "name": "Sunglasses",
            "vertical": "eyewear",
            "filter": {"field": "country", "op": "eq", "value": "LV"},
            "needs": ["phone", "email"],
            "bid": {"amount": "100.00", "currency": "EUR"},
            "quantity": leads,
            "sellers": {"allow": [seller.account]},
        });
        let request = trade::post_request(app, &buyer, &request).await;
        trade::activate(app, &buyer, &request).await;
        let first = name.bytes().map(usize::from).sum::<usize>() * 100;
        let sent: Vec<_> = (first..first + leads)
            .map(|number| {
                // Agreed to an hour ago, however far the clock has moved.
                let mut lead = trade::latvian_lead(number, 1);
                lead["consent"]["given_at"] = json!(app.clock.now().minus(HOUR));
                lead
            })
            .collect();
        trade::send_batch(app, seller, &sent).await;
        app.advance(8 * DAY);
        app.tick().await;
        app.drain_jobs().await;
    }

    pub async fn try_ask(
        &self,
        app: &TestApp,
        seller: &Trader,
        amount: Option<i64>,
    ) -> Result<Payout> {
        let caller = caller(seller);
        let ask = Ask {
            seller: seller.account,
            currency: Currency::EUR,
            amount: amount.map(eur),
            origin: payouts::Origin::Seller,
            by: Some(seller.user),
            actor: caller.actor(),
        };
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| payouts::ask(conn, &ask, now))
            .await
    }

    /// By the first.
    pub async fn approve(&self, app: &TestApp, id: PayoutId) -> Result<Payout> {
        let (by, now) = (self.first(), app.clock.now());
        app.app
            .db
            .write(move |conn| payouts::approve(conn, &by, id, now))
            .await
    }

    /// By the second, for SEPA.
    pub async fn batch(&self, app: &TestApp) -> Result<Batch> {
        self.batch_by(app, self.second(), Currency::EUR, Method::Sepa)
            .await
    }

    pub async fn batch_by(
        &self,
        app: &TestApp,
        by: Caller,
        currency: Currency,
        method: Method,
    ) -> Result<Batch> {
        let (vault, now) = (app.app.vault.clone(), app.clock.now());
        let wanted = Wanted { currency, method };
        app.app
            .db
            .write(move |conn| batch::make(conn, &vault, &by, wanted, Some(&debtor()), now))
            .await
    }

    pub async fn send(&self, app: &TestApp, id: PayoutBatchId) -> Result<Batch> {
        let (by, now) = (self.second(), app.clock.now());
        app.app
            .db
            .write(move |conn| batch::mark_sent(conn, &by, id, now))
            .await
    }

    pub async fn end(&self, app: &TestApp, id: PayoutId, outcome: Outcome) -> Result<Payout> {
        let (by, now) = (self.second(), app.clock.now());
        app.app
            .db
            .write(move |conn| payouts::end(conn, by.actor(), id, &outcome, now))
            .await
    }
}

pub fn debtor() -> Debtor {
    Debtor {
        name: "Galena Exchange SIA".to_owned(),
        iban: "LV97HABA0012345678910".to_owned(),
        bic: Some("HABALV22".to_owned()),
    }
}
