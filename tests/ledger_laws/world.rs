//! A database with just enough in it that money can move: one vertical, one contract, some leads.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use galena::access::{AccountKind, Role};
use galena::clock::{SECOND, Ts};
use galena::db::schema::{
    accounts, contract_versions, contracts, deposits, leads, payout_batches, payouts, purchases,
    users, verticals,
};
use galena::db::{Conn, DatabaseUrl, Db};
use galena::error::Result;
use galena::id::{
    AccountId, ContractId, ContractVersionId, DepositId, LeadId, PayoutBatchId, PayoutId,
    PurchaseId, UserId, VerticalId,
};
use galena::ledger::{self, check::Outcome};
use galena::money::{Currency, Money};
use tempfile::TempDir;

pub const START: Ts = Ts::from_micros(1_795_165_200_000_000);
/// Leads that any buyer may buy once.
pub const LEADS: usize = 16;

/// A database of its own, gone when dropped.
pub struct World {
    pub db: Db,
    pub buyer: AccountId,
    pub seller: AccountId,
    user: UserId,
    vertical: VerticalId,
    contract_version: ContractVersionId,
    leads: Vec<LeadId>,
    url: String,
    made: Option<(String, String)>,
    _folder: TempDir,
}

impl World {
    /// One world for each database that is there to test on.
    pub fn all() -> Vec<Self> {
        let mut worlds = vec![Self::sqlite()];
        worlds.extend(Self::postgres());
        worlds
    }

    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = sqlite_url(folder.path());
        Self::filled(&url, folder, None)
    }

    /// On PostgreSQL, when there is one to test on.
    pub fn postgres() -> Option<Self> {
        let server = &std::env::var("TEST_DATABASE_URL").ok()?;
        let name = format!("galena_test_{}", uuid::Uuid::now_v7().simple());
        run(server, &format!("CREATE DATABASE {name}"));
        let mut url = url::Url::parse(server).unwrap();
        url.set_path(&name);
        Some(Self::filled(
            url.as_str(),
            tempfile::tempdir().unwrap(),
            Some((server.to_owned(), name)),
        ))
    }

    fn filled(url: &str, folder: TempDir, made: Option<(String, String)>) -> Self {
        let parsed: DatabaseUrl = url.parse().unwrap();
        let db = Db::open(&parsed, 4).unwrap();
        db.migrate().unwrap();
        let mut world = Self {
            db,
            buyer: AccountId::new(START),
            seller: AccountId::new(START),
            user: UserId::new(START),
            vertical: VerticalId::new(START),
            contract_version: ContractVersionId::new(START),
            leads: (0..LEADS).map(|_| LeadId::new(START)).collect(),
            url: url.to_owned(),
            made,
            _folder: folder,
        };
        let seed = world.seed();
        world.db.write_blocking(seed).unwrap();
        world.leads.sort();
        world
    }

    fn seed(&self) -> impl FnMut(&mut Conn) -> Result<()> + Send + 'static {
        let (buyer, seller, user) = (self.buyer, self.seller, self.user);
        let (vertical, version) = (self.vertical, self.contract_version);
        let ids = self.leads.clone();
        move |conn| {
            insert_account(conn, buyer, AccountKind::Buyer)?;
            insert_account(conn, seller, AccountKind::Seller)?;
            insert_user(conn, user, buyer)?;
            insert_terms(conn, vertical, version, buyer)?;
            for &id in &ids {
                insert_lead(conn, id, vertical, seller)?;
            }
            Ok(())
        }
    }

    /// What the purchases and deposits of this world refer to.
    pub fn ground(&self) -> Ground {
        Ground {
            user: self.user,
            vertical: self.vertical,
            contract_version: self.contract_version,
            leads: self.leads.clone(),
        }
    }

    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db.write_blocking(work)
    }

    /// Seals everything, then tests the laws.
    pub fn check(&self, now: Ts) -> Vec<Outcome> {
        self.seal_all(now);
        self.outcomes(now)
    }

    pub fn seal_all(&self, now: Ts) {
        while self.write(move |conn| ledger::seal(conn, now)).unwrap() > 0 {}
    }

    pub fn outcomes(&self, now: Ts) -> Vec<Outcome> {
        self.db
            .snapshot_blocking(|conn| ledger::check::run(conn, now))
            .unwrap()
    }

    /// Tests the laws as far as the ledger alone can keep them: nothing here opens a dispute, so that
    /// the postings of one are of none. Where disputes are opened, nothing is left out.
    #[track_caller]
    pub fn assert_laws(&self, now: Ts) {
        let broken: Vec<_> = self
            .check(now)
            .into_iter()
            .map(|mut outcome| {
                outcome.breaches.retain(|breach| {
                    !breach.ends_with("is of no dispute")
                        && !breach.ends_with("is set aside, but nobody disputes it")
                });
                outcome
            })
            .filter(|outcome| !outcome.holds())
            .collect();
        assert!(broken.is_empty(), "{}: {broken:#?}", self.name());
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn name(&self) -> &'static str {
        if self.made.is_some() {
            "PostgreSQL"
        } else {
            "SQLite"
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.db.close();
        if let Some((server, name)) = &self.made {
            run(
                server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
        }
    }
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("galena.db").display())
}

fn run(server: &str, statement: &str) {
    let mut conn = PgConnection::establish(server).unwrap();
    conn.batch_execute(statement).unwrap();
}

/// The ids that purchases and deposits refer to.
#[derive(Clone)]
pub struct Ground {
    user: UserId,
    vertical: VerticalId,
    contract_version: ContractVersionId,
    leads: Vec<LeadId>,
}

impl Ground {
    /// A purchase of the `lead`th lead, as the slice of purchases would record it.
    #[expect(clippy::too_many_arguments, reason = "a row of a test")]
    pub fn purchase(
        &self,
        conn: &mut Conn,
        id: PurchaseId,
        lead: usize,
        (buyer, seller): (AccountId, AccountId),
        state: &str,
        price: Money,
        commission: i64,
        at: Ts,
    ) -> Result<()> {
        diesel::insert_into(purchases::table)
            .values((
                purchases::id.eq(id),
                purchases::lead_id.eq(self.leads[lead]),
                purchases::buyer_id.eq(buyer),
                purchases::seller_id.eq(seller),
                purchases::vertical_id.eq(self.vertical),
                purchases::contract_version_id.eq(self.contract_version),
                purchases::state.eq(state),
                purchases::currency.eq(price.currency),
                purchases::price_minor.eq(price.minor),
                purchases::commission_minor.eq(commission),
                purchases::explanation.eq("{}"),
                purchases::purchased_at.eq(at),
                purchases::final_at.eq(at.plus_days(7)),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// An approved deposit, and its posting.
    pub fn deposit(
        &self,
        conn: &mut Conn,
        id: DepositId,
        buyer: AccountId,
        amount: Money,
        fee: Money,
        at: Ts,
    ) -> Result<galena::id::PostingId> {
        diesel::insert_into(deposits::table)
            .values((
                deposits::id.eq(id),
                deposits::buyer_id.eq(buyer),
                deposits::currency.eq(amount.currency),
                deposits::amount_minor.eq(amount.minor),
                deposits::reference.eq("test"),
                deposits::state.eq("approved"),
                deposits::requested_by.eq(self.user),
                deposits::requested_at.eq(at),
                deposits::decided_by.eq(self.user),
                deposits::decided_at.eq(at),
            ))
            .execute(conn)?;
        ledger::deposit(
            conn,
            &ledger::Deposit {
                deposit: id,
                buyer,
                amount,
                fee,
                provider: ledger::Provider::Bank,
                at,
            },
        )
    }

    /// A payout that was asked for, as the slice of payouts would record it.
    pub fn payout(
        &self,
        conn: &mut Conn,
        id: PayoutId,
        seller: AccountId,
        amount: Money,
        at: Ts,
    ) -> Result<()> {
        diesel::insert_into(payouts::table)
            .values((
                payouts::id.eq(id),
                payouts::seller_id.eq(seller),
                payouts::currency.eq(amount.currency),
                payouts::amount_minor.eq(amount.minor),
                payouts::state.eq("requested"),
                payouts::origin.eq("schedule"),
                payouts::asked_at.eq(at),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// The payout was called off, or paid in a batch of its own, or returned after that.
    pub fn end_payout(&self, conn: &mut Conn, id: PayoutId, state: &str, at: Ts) -> Result<()> {
        if state == "paid" {
            self.batch_of(conn, id, at)?;
        }
        diesel::update(payouts::table.find(id))
            .set((payouts::state.eq(state), payouts::ended_at.eq(at)))
            .execute(conn)?;
        Ok(())
    }

    fn batch_of(&self, conn: &mut Conn, id: PayoutId, at: Ts) -> Result<()> {
        let (currency, amount): (Currency, i64) = payouts::table
            .find(id)
            .select((payouts::currency, payouts::amount_minor))
            .first(conn)?;
        let batch = PayoutBatchId(id.0);
        diesel::insert_into(payout_batches::table)
            .values((
                payout_batches::id.eq(batch),
                payout_batches::currency.eq(currency),
                payout_batches::method.eq("transfer"),
                payout_batches::state.eq("sent"),
                payout_batches::payouts.eq(1),
                payout_batches::total_minor.eq(amount),
                payout_batches::made_by.eq(self.user),
                payout_batches::made_at.eq(at),
                payout_batches::ended_by.eq(self.user),
                payout_batches::ended_at.eq(at),
            ))
            .execute(conn)?;
        // In one step, since a check compares the state with when it was sent and ended.
        diesel::update(payouts::table.find(id))
            .set((
                payouts::state.eq("sent"),
                payouts::approved_by.eq(self.user),
                payouts::approved_at.eq(at),
                payouts::batch_id.eq(batch),
                payouts::sealed.eq(vec![0_u8]),
                payouts::sent_at.eq(at),
            ))
            .execute(conn)?;
        Ok(())
    }
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn insert_account(conn: &mut Conn, id: AccountId, kind: AccountKind) -> Result<()> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::kind.eq(kind),
            accounts::name.eq("Test"),
            accounts::country.eq("LV"),
            accounts::state.eq("approved"),
            accounts::created_at.eq(START),
        ))
        .execute(conn)?;
    Ok(())
}

fn insert_user(conn: &mut Conn, id: UserId, account: AccountId) -> Result<()> {
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id),
            users::account_id.eq(account),
            users::email.eq("test@example.test"),
            users::name.eq("Test"),
            users::role.eq(Role::Owner),
            users::password_hash.eq("-"),
            users::state.eq("active"),
            users::created_at.eq(START),
        ))
        .execute(conn)?;
    Ok(())
}

fn insert_terms(
    conn: &mut Conn,
    vertical: VerticalId,
    version: ContractVersionId,
    buyer: AccountId,
) -> Result<()> {
    diesel::insert_into(verticals::table)
        .values((
            verticals::id.eq(vertical),
            verticals::key.eq("test"),
            verticals::name.eq("Test"),
            verticals::description.eq("Test"),
            verticals::commission_bps.eq(1_000),
            verticals::duplicate_window_days.eq(30),
            verticals::consent_max_age_days.eq(30),
            verticals::dispute_window_days.eq(7),
            verticals::listing_days.eq(30),
            verticals::max_copies.eq(10),
            verticals::min_age.eq(18),
            verticals::held_prior_bps.eq(1_500),
            verticals::sale_prior_bps.eq(500),
            verticals::prior_weight.eq(20),
            verticals::created_at.eq(START),
        ))
        .execute(conn)?;
    let contract = ContractId::new(START);
    diesel::insert_into(contracts::table)
        .values((
            contracts::id.eq(contract),
            contracts::buyer_id.eq(buyer),
            contracts::vertical_id.eq(vertical),
            contracts::currency.eq(Currency::EUR),
            contracts::name.eq("Test"),
            contracts::state.eq("active"),
            contracts::is_standard.eq(true),
            contracts::in_force.eq(1),
            contracts::fee_periods.eq(0),
            contracts::created_at.eq(START),
            contracts::updated_at.eq(START),
        ))
        .execute(conn)?;
    diesel::insert_into(contract_versions::table)
        .values((
            contract_versions::id.eq(version),
            contract_versions::contract_id.eq(contract),
            contract_versions::version.eq(1),
            contract_versions::model.eq("ppl"),
            contract_versions::currency.eq(Currency::EUR),
            contract_versions::criteria.eq(r#"{"all":[]}"#),
            contract_versions::dispute_window_days.eq(7),
            contract_versions::reporter.eq("either"),
            contract_versions::silence_days.eq(3),
            contract_versions::held_minutes.eq(10),
            contract_versions::lapse_days.eq(30),
            contract_versions::created_at.eq(START),
        ))
        .execute(conn)?;
    Ok(())
}

fn insert_lead(conn: &mut Conn, id: LeadId, vertical: VerticalId, seller: AccountId) -> Result<()> {
    diesel::insert_into(leads::table)
        .values((
            leads::id.eq(id),
            leads::vertical_id.eq(vertical),
            leads::seller_id.eq(seller),
            leads::state.eq("listed"),
            leads::attributes.eq("{}"),
            leads::interest.eq("test"),
            leads::origin.eq("{}"),
            leads::masked_name.eq("T***"),
            leads::has_company.eq(false),
            leads::ask_minor.eq(100_i64),
            leads::currency.eq(Currency::EUR),
            leads::accepts.eq("[]"),
            leads::least.eq("{}"),
            leads::score.eq(0),
            leads::copies.eq(1),
            leads::copies_sold.eq(0),
            leads::consent_given_at.eq(START),
            leads::received_at.eq(START),
            leads::expires_at.eq(START.plus(30 * SECOND)),
        ))
        .execute(conn)?;
    Ok(())
}
