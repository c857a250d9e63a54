//! A small world to break: what the checker is to find is done to it by hand.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection};
use galena::clock::{SECOND, Ts};
use galena::db::Backend;
use galena::id::{AccountId, DepositId, PostingId, PurchaseId};
use galena::ledger::{self, Source};

use super::world::{START, World, eur};

/// A world where 100.00 EUR were paid in, two leads sold for 10.00 each, one settled, one half refunded.
pub struct Scene {
    pub world: World,
    pub deposit: DepositId,
    pub deposit_posting: PostingId,
    pub settled: PurchaseId,
    pub refunded: PurchaseId,
    pub now: Ts,
}

/// A seller's eight euros of a purchase, nothing of them kept back.
pub fn share(purchase: PurchaseId, seller: AccountId, at: Ts) -> ledger::Settlement {
    ledger::Settlement {
        source: Source::Purchase(purchase),
        seller,
        net: eur(800),
        reserve: eur(0),
        at,
    }
}

impl Scene {
    pub fn all() -> impl Iterator<Item = Self> {
        World::all().into_iter().map(|world| Self::of(world, true))
    }

    pub fn of(world: World, seal: bool) -> Self {
        let (buyer, seller, ground) = (world.buyer, world.seller, world.ground());
        let deposit = DepositId::new(START);
        let (settled, refunded) = (PurchaseId::new(START), PurchaseId::new(START.plus(SECOND)));
        let deposit_posting = world
            .write(move |conn| {
                let posting = ground.deposit(conn, deposit, buyer, eur(10_000), eur(0), START)?;
                for (lead, purchase) in [settled, refunded].into_iter().enumerate() {
                    let sale = ledger::Sale {
                        purchase,
                        buyer,
                        seller,
                        price: eur(1_000),
                        commission: eur(200),
                        at: START.plus(SECOND),
                    };
                    ledger::sale(conn, &sale)?;
                    let parties = (buyer, seller);
                    ground.purchase(
                        conn,
                        purchase,
                        lead,
                        parties,
                        "delivered",
                        sale.price,
                        200,
                        sale.at,
                    )?;
                }
                ledger::settle(conn, &share(settled, seller, START.plus(2 * SECOND)))?;
                let refund = ledger::Refund {
                    source: Source::Purchase(refunded),
                    charge: Source::Purchase(refunded),
                    amount: eur(500),
                    at: START.plus(3 * SECOND),
                };
                ledger::refund(conn, &refund)?;
                Ok(posting)
            })
            .unwrap();
        let scene = Self {
            world,
            deposit,
            deposit_posting,
            settled,
            refunded,
            now: START.plus(4 * SECOND),
        };
        scene.raw(&[&format!(
            "UPDATE purchases SET state = 'settled' WHERE id = {}",
            scene.literal(settled.0)
        )]);
        if seal {
            scene.world.assert_laws(scene.now);
        }
        scene
    }

    /// An id as the database writes it.
    pub fn literal(&self, id: uuid::Uuid) -> String {
        match self.world.db.backend() {
            Backend::Sqlite => format!("X'{}'", id.simple()),
            Backend::Postgres => format!("'{id}'"),
        }
    }

    /// Tampers as somebody who owns the database could: no triggers, no checks, no foreign keys.
    pub fn tamper(&self, statements: &[&str]) {
        let freed: &[&str] = match self.world.db.backend() {
            Backend::Sqlite => &[
                "PRAGMA foreign_keys = OFF",
                "PRAGMA ignore_check_constraints = ON",
                "DROP TRIGGER IF EXISTS ledger_postings_no_update",
                "DROP TRIGGER IF EXISTS ledger_postings_no_delete",
                "DROP TRIGGER IF EXISTS ledger_entries_no_update",
                "DROP TRIGGER IF EXISTS ledger_entries_no_delete",
                "DROP TRIGGER IF EXISTS audit_log_no_update",
                "DROP TRIGGER IF EXISTS audit_log_no_delete",
                "DROP TRIGGER IF EXISTS seals_no_update",
                "DROP TRIGGER IF EXISTS seals_no_delete",
                "DROP TRIGGER IF EXISTS seal_members_no_update",
                "DROP TRIGGER IF EXISTS seal_members_no_delete",
            ],
            Backend::Postgres => &[
                "SET session_replication_role = replica",
                "ALTER TABLE ledger_accounts DROP CONSTRAINT IF EXISTS ledger_accounts_floor",
                "ALTER TABLE ledger_entries DROP CONSTRAINT IF EXISTS ledger_entries_one_side",
                "ALTER TABLE holds DROP CONSTRAINT IF EXISTS holds_bounds",
                "ALTER TABLE holds DROP CONSTRAINT IF EXISTS holds_refunds",
            ],
        };
        self.raw(&[freed, statements].concat());
    }

    pub fn raw(&self, statements: &[&str]) {
        if let Err(error) = self.try_raw(statements) {
            panic!("{}: {error}", self.world.name());
        }
    }

    pub fn try_raw(&self, statements: &[&str]) -> QueryResult<()> {
        let url = self.world.url();
        match self.world.db.backend() {
            Backend::Sqlite => {
                let path = url.strip_prefix("sqlite://").unwrap();
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA recursive_triggers = ON; PRAGMA busy_timeout = 5000")?;
                statements
                    .iter()
                    .try_for_each(|sql| conn.batch_execute(sql))
            }
            Backend::Postgres => {
                let mut conn = PgConnection::establish(url).unwrap();
                statements
                    .iter()
                    .try_for_each(|sql| conn.batch_execute(sql))
            }
        }
    }

    /// The checker says that this law is broken, and names what was tampered with.
    #[track_caller]
    pub fn assert_broken(&self, law: u8, named: &str) {
        let outcomes = self.world.outcomes(self.now);
        let outcome = outcomes.iter().find(|outcome| outcome.law == law).unwrap();
        assert!(
            outcome.breaches.iter().any(|breach| breach.contains(named)),
            "{}: law {law} does not name {named}: {outcomes:#?}",
            self.world.name()
        );
    }

    pub fn posting_of(&self, event: &str, source: uuid::Uuid) -> String {
        format!(
            "(SELECT id FROM ledger_postings WHERE event = '{event}' AND source_id = {})",
            self.literal(source)
        )
    }

    /// Leaves one entry in the audit log.
    pub fn audit(&self) {
        let (at, account) = (self.now, self.world.buyer);
        self.world
            .write(move |conn| {
                galena::audit::record(
                    conn,
                    &galena::audit::Entry {
                        at,
                        actor: galena::access::Actor::System,
                        account_id: Some(account),
                        action: "test.done",
                        subject: "test".to_owned(),
                        detail: serde_json::json!({}),
                    },
                )
            })
            .unwrap();
    }
}
