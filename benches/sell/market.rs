//! The market that every round starts from: made once, then copied, so that all measure the same sales.

use std::path::Path;
use std::sync::Arc;

use galena::access::{AccountKind, Actor};
use galena::clock::{Clock, HOUR};
use galena::db::Db;
use galena::leads::{self, Intake, Listing, Outcome, Source, Spelling};
use galena::matching::Market;
use galena::money::BasisPoints;
use galena::purchases::Seller;
use galena::requests::PurchaseRequest;
use galena::vault::{MasterKey, Vault};
use galena::verification::Verifier;
use galena::verticals;

use crate::people::person;
use crate::{bare, product, traders};

/// Sales that are tried in a round: 200 full groups.
pub const ORDERS: usize = 12_800;
const SELLERS: usize = 100;
const BUYERS: usize = 100;
/// One order in so many goes to a buyer with an empty wallet and is refused alone.
pub const REFUSED_EVERY: usize = 20;
const LEADS_A_COMMIT: usize = 400;

/// One sale to be tried.
pub struct Offer {
    pub listing: Listing,
    pub request: Arc<PurchaseRequest>,
    /// What the exchange keeps of the price.
    pub commission: BasisPoints,
}

/// How many of the orders a wallet covers.
pub const SOLD: usize = ORDERS - ORDERS / REFUSED_EVERY;

pub fn open(path: &Path) -> Db {
    let url = format!("sqlite://{}", path.display()).parse().unwrap();
    Db::open(&url, 1).unwrap()
}

/// Makes the market at `path` and says what is to be sold in it.
pub fn make(path: &Path) -> Vec<Offer> {
    let db = open(path);
    db.migrate().unwrap();
    let now = Clock::System.now();
    db.write_blocking(move |conn| verticals::seed(conn, now))
        .unwrap();
    let mut listings = list(&db);
    let (rich, poor) = buyers(&db);
    let commission = db
        .read_blocking(|conn| verticals::by_key(conn, traders::VERTICAL))
        .unwrap()
        .commission;
    let mut rng = fastrand::Rng::with_seed(2026);
    let later = listings.split_off(SELLERS);
    let offer = |listing, request: &Arc<PurchaseRequest>| Offer {
        listing,
        request: Arc::clone(request),
        commission,
    };
    // Each side has sold or bought before: its accounts in the ledger are there.
    let before: Vec<_> = listings.into_iter().zip(&rich).collect();
    let before = before
        .into_iter()
        .map(|(listing, request)| offer(listing, request));
    product::sell_each(&db, before.collect());
    db.close();
    let offers = later.into_iter().enumerate().map(|(number, listing)| {
        let is_refused = number % REFUSED_EVERY == REFUSED_EVERY - 1;
        let buyers = if is_refused { &poor } else { &rich };
        offer(listing, &buyers[rng.usize(..buyers.len())])
    });
    offers.collect()
}

/// What a run leaves: purchases, entries, and the sums of kept balances and of what is held as pending.
pub fn outcome(path: &Path) -> [i64; 4] {
    let conn = bare::open(path);
    [
        "SELECT count(*) FROM purchases",
        "SELECT count(*) FROM ledger_entries",
        "SELECT sum(balance_minor * (version % 1000 + 1)) FROM ledger_accounts",
        "SELECT sum(pending_minor) FROM holds",
    ]
    .map(|sql| conn.query_row(sql, [], |row| row.get(0)).unwrap())
}

/// The leads, received before anybody buys.
fn list(db: &Db) -> Vec<Listing> {
    let now = Clock::System.now();
    let sellers = db
        .write_blocking(move |conn| {
            (0..SELLERS)
                .map(|number| {
                    let name = format!("seller {number}");
                    Ok(traders::open(conn, AccountKind::Seller, &name, now)?.account_id)
                })
                .collect::<galena::error::Result<Vec<_>>>()
        })
        .unwrap();
    let known = db.read_blocking(verticals::all).unwrap();
    let known: Vec<_> = known.into_iter().map(Arc::new).collect();
    let vault = Arc::new(Vault::new(&MasterKey::generate().unwrap()).unwrap());
    let exchange = Arc::new(Seller::new(Arc::new(Market::new(
        galena::config::Matching::Index,
        Arc::clone(&vault),
    ))));
    let verifier = Verifier::new().unwrap();
    let mut rng = fastrand::Rng::with_seed(1);
    let sent: Vec<_> = (0..SELLERS + ORDERS)
        .map(|number| {
            // One a millisecond: ids sort by time, which decides where their rows lie.
            let at = now.minus(HOUR).plus(i64::try_from(number).unwrap() * 1_000);
            let document = person(number, at.minus(HOUR));
            let intake = Intake::read(&known, document, Spelling::Typed, &verifier, at);
            let seller = sellers.get(number).copied();
            (
                seller.unwrap_or_else(|| sellers[rng.usize(..SELLERS)]),
                at,
                intake,
            )
        })
        .collect();
    let sent = Arc::new(sent);
    let mut listings = Vec::with_capacity(sent.len());
    for start in (0..sent.len()).step_by(LEADS_A_COMMIT) {
        let (sent, vault, exchange) =
            (Arc::clone(&sent), Arc::clone(&vault), Arc::clone(&exchange));
        let taken = db
            .write_blocking(move |conn| {
                let source = Source::api(Actor::System);
                sent.iter()
                    .skip(start)
                    .take(LEADS_A_COMMIT)
                    .map(|(seller, at, intake)| {
                        leads::take_in(conn, &vault, &*exchange, *seller, intake, &source, *at)
                    })
                    .collect::<galena::error::Result<Vec<_>>>()
            })
            .unwrap();
        listings.extend(taken.into_iter().map(|outcome| match outcome {
            Outcome::Taken(received) => received.listing,
            Outcome::Refused { errors, .. } => panic!("{errors:?}"),
        }));
    }
    listings
}

type Requests = Vec<Arc<PurchaseRequest>>;

/// Requests of buyers who can pay, and of buyers who cannot.
fn buyers(db: &Db) -> (Requests, Requests) {
    let now = Clock::System.now();
    db.write_blocking(move |conn| {
        let (mut rich, mut poor) = (Vec::new(), Vec::new());
        for number in 0..BUYERS {
            let buyer = traders::open(conn, AccountKind::Buyer, &format!("buyer {number}"), now)?;
            traders::pay_in(conn, &buyer, "1000000.00", now)?;
            rich.push(Arc::new(traders::order(conn, &buyer, now)?));
        }
        for number in 0..BUYERS / REFUSED_EVERY {
            let buyer = traders::open(conn, AccountKind::Buyer, &format!("poor {number}"), now)?;
            traders::pay_in(conn, &buyer, "0.01", now)?;
            poor.push(Arc::new(traders::order(conn, &buyer, now)?));
        }
        Ok((rich, poor))
    })
    .unwrap()
}
