//! The floor: a loop that does nothing but issue the statements of `purchases::sell`, prepared once, on one
//! thread, with every value written out before the clock runs.
//!
//! The texts are those that a sale was heard to issue, so they cannot differ from the product's; what is
//! bound to them stands here. A sale that has become another one fails: by its number of statements, by
//! their parameters, or because the money in the two databases differs at the end.

use std::path::Path;
use std::time::{Duration, Instant};

use galena::clock::{Clock, Ts};
use galena::id::{AuditId, EventId, PostingId, PurchaseId};
use galena::ledger::LedgerAccount;
use galena::money::Currency;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, Statement, params_from_iter};
use uuid::Uuid;

use crate::market::Offer;

/// Microseconds from one sale to the next: ids sort by time, which decides where their rows lie.
const PACE: i64 = 250;
/// The settings of the product's writer.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; \
     PRAGMA recursive_triggers = ON; PRAGMA cache_size = -8000; \
     PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000";
/// The group of the product's writer.
const GROUP: usize = 64;

pub fn open(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(SETTINGS).unwrap();
    conn
}

/// The values of one sale.
struct Sale {
    take_copy: Vec<Value>,
    terms: Vec<Value>,
    take: Vec<Value>,
    purchase: Vec<Value>,
    balances: [Vec<Value>; 3],
    postings: Vec<Value>,
    /// Balance and version are left to be filled in: the balances tell them.
    entries: Vec<Value>,
    hold: Vec<Value>,
    audit: Vec<Value>,
    events: [Vec<Value>; 2],
    endpoints: Vec<Value>,
}

/// Tries every offer once; answers the time and how many were sold.
pub fn run(path: &Path, statements: &[String], offers: &[Offer]) -> (Duration, usize) {
    let now = Clock::System.now();
    let mut sales: Vec<Sale> = offers
        .iter()
        .zip(0..)
        .map(|(offer, number)| Sale::of(offer, now.plus(number * PACE)))
        .collect();
    let conn = open(path);
    let mut loops = Prepared::new(&conn, statements);
    let start = Instant::now();
    let mut sold = 0;
    for group in sales.chunks_mut(GROUP) {
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        for sale in group {
            conn.execute_batch("SAVEPOINT diesel_savepoint_1").unwrap();
            sold += usize::from(loops.sell(&conn, sale));
            conn.execute_batch("RELEASE SAVEPOINT diesel_savepoint_1")
                .unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
    }
    (start.elapsed(), sold)
}

struct Prepared<'conn> {
    savepoint: &'conn str,
    release: &'conn str,
    inner: [Statement<'conn>; 14],
}

impl<'conn> Prepared<'conn> {
    fn new(conn: &'conn Connection, statements: &'conn [String]) -> Self {
        let [savepoint, inner @ .., release] = statements else {
            panic!("no statements");
        };
        let prepared: Vec<_> = inner.iter().map(|sql| conn.prepare(sql).unwrap()).collect();
        let Ok(inner) = prepared.try_into() else {
            panic!("a sale issues other statements than are bound here: {inner:#?}");
        };
        Self {
            savepoint,
            release,
            inner,
        }
    }

    /// Sells, or gives up where the wallet does not suffice.
    fn sell(&mut self, conn: &Connection, sale: &mut Sale) -> bool {
        let [
            take_copy,
            terms,
            take,
            purchase,
            wallet,
            held,
            pending,
            postings,
            entries,
            charge,
            audit,
            bought,
            sold,
            endpoints,
        ] = &mut self.inner;
        conn.execute_batch(self.savepoint).unwrap();
        changed(take_copy, &sale.take_copy, 1);
        let owned: bool = asked(terms, &sale.terms, |row| row.get(3)).unwrap();
        assert!(!owned);
        let state: String = asked(take, &sale.take, |row| row.get(0)).unwrap();
        assert_eq!(state, "active");
        changed(purchase, &sale.purchase, 1);
        let mut kept = [(0_i64, 0_i64); 3];
        for (at, balance) in [wallet, held, pending].into_iter().enumerate() {
            let answer = asked(balance, &sale.balances[at], |row| {
                Ok((row.get(0)?, row.get(1)?))
            });
            let Some(answer) = answer else {
                conn.execute_batch("ROLLBACK TO SAVEPOINT diesel_savepoint_2")
                    .unwrap();
                conn.execute_batch(self.release).unwrap();
                return false;
            };
            kept[at] = answer;
        }
        sale.fill(kept);
        changed(postings, &sale.postings, 2);
        changed(entries, &sale.entries, 5);
        changed(charge, &sale.hold, 1);
        changed(audit, &sale.audit, 1);
        for (event, values) in [bought, sold].into_iter().zip(&sale.events) {
            changed(event, values, 1);
        }
        let endpoint: Option<String> = asked(endpoints, &sale.endpoints, |row| row.get(2));
        assert!(endpoint.is_none());
        conn.execute_batch(self.release).unwrap();
        true
    }
}

fn changed(statement: &mut Statement<'_>, values: &[Value], rows: usize) {
    assert_eq!(statement.execute(params_from_iter(values)).unwrap(), rows);
}

fn asked<T>(
    statement: &mut Statement<'_>,
    values: &[Value],
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Option<T> {
    let mut rows = statement.query(params_from_iter(values)).unwrap();
    let answer = rows.next().unwrap().map(|row| read(row).unwrap());
    // The product reads to the end too: only then an UPDATE .. RETURNING is done.
    assert!(answer.is_none() || rows.next().unwrap().is_none());
    answer
}

impl Sale {
    #[expect(clippy::too_many_lines, reason = "a line for each value that is bound")]
    fn of(offer: &Offer, now: Ts) -> Self {
        let (listing, request) = (&offer.listing, &*offer.request);
        let price = request.bid.minor;
        let commission = request.bid.share(offer.commission).minor;
        let net = price - commission;
        let purchase = PurchaseId::new(now);
        let (buyer, seller) = (request.buyer_id, listing.seller_id);
        let money = format!(
            "{{\"amount\":\"{}\",\"currency\":\"EUR\"}}",
            request.bid.amount()
        );
        let wallet = key(LedgerAccount::Wallet(buyer));
        let held = key(LedgerAccount::Hold(buyer));
        let pending = key(LedgerAccount::SellerPending(seller));
        let postings = [PostingId::new(now), PostingId::new(now)];
        let entry = |posting: usize, line: i64, account: &Value, debit: i64, credit: i64| {
            let kept = [Value::Null, Value::Null];
            let mut row = vec![
                id(postings[posting].0),
                line.into(),
                account.clone(),
                text("EUR"),
            ];
            row.extend([debit.into(), credit.into()]);
            row.extend(kept);
            row
        };
        Self {
            take_copy: vec![
                1.into(),
                text("sold_out"),
                1.into(),
                id(listing.id.0),
                text("listed"),
                now.micros().into(),
            ],
            terms: vec![
                id(listing.id.0),
                id(buyer.0),
                id(listing.id.0),
                id(buyer.0),
                id(listing.id.0),
                id(listing.id.0),
                id(buyer.0),
                now.minus_days(30).micros().into(),
                id(buyer.0),
                text("approved"),
                id(seller.0),
                id(request.agreement.version.id.0),
                id(listing.vertical_id.0),
            ],
            take: vec![
                1.into(),
                (price + price).into(),
                text("fulfilled"),
                text("active"),
                1.into(),
                price.into(),
                now.micros().into(),
                id(request.id.0),
                text("active"),
                request.version.into(),
                price.into(),
            ],
            purchase: vec![
                id(purchase.0),
                id(listing.id.0),
                id(request.id.0),
                id(buyer.0),
                id(seller.0),
                id(listing.vertical_id.0),
                id(request.agreement.version.id.0),
                text("delivered"),
                text("EUR"),
                price.into(),
                commission.into(),
                text(format!(
                    "{{\"rule\":\"best_request\",\"place\":1,\"candidates\":1,\"bid\":{money},\"wishes_met\":0}}"
                )),
                now.micros().into(),
                now.plus_days(7).micros().into(),
                Value::Null,
                Value::Null,
                Value::Null,
            ],
            balances: [
                vec![(-price).into(), 1.into(), wallet.clone(), price.into()],
                vec![0.into(), 2.into(), held.clone(), 0.into()],
                vec![net.into(), 1.into(), pending.clone(), 0.into()],
            ],
            postings: ["hold", "capture"]
                .into_iter()
                .zip(postings)
                .flat_map(|(event, posting)| {
                    let source = [text("purchase"), id(purchase.0)];
                    let mut row = vec![id(posting.0), text(event)];
                    row.extend(source);
                    row.extend([Value::Null, Value::Null, now.micros().into()]);
                    row
                })
                .collect(),
            entries: [
                entry(0, 1, &wallet, price, 0),
                entry(0, 2, &held, 0, price),
                entry(1, 1, &held, price, 0),
                entry(1, 2, &pending, 0, net),
                entry(1, 3, &key(LedgerAccount::CommissionRevenue), 0, commission),
            ]
            .concat(),
            hold: vec![
                text("purchase"),
                id(purchase.0),
                id(buyer.0),
                id(seller.0),
                text("EUR"),
                price.into(),
                price.into(),
                0.into(),
                commission.into(),
                0.into(),
                0.into(),
                net.into(),
                0.into(),
                now.micros().into(),
                Value::Null,
            ],
            audit: vec![
                id(AuditId::new(now).0),
                now.micros().into(),
                text("system"),
                id(buyer.0),
                text("purchase.delivered"),
                text(purchase.to_string()),
                text(format!(
                    "{{\"lead\":\"{}\",\"price\":{money},\"seller\":\"{seller}\"}}",
                    listing.id
                )),
                Value::Null,
                Value::Null,
            ],
            events: [
                (buyer, "purchase.delivered", purchase.to_string()),
                (seller, "lead.sold", listing.id.to_string()),
            ]
            .map(|(account, kind, subject)| {
                vec![
                    id(EventId::new(now).0),
                    id(account.0),
                    text(kind),
                    text(subject),
                    text(format!(
                        "{{\"lead\":\"{}\",\"price\":{money},\"purchase\":\"{purchase}\"}}",
                        listing.id
                    )),
                    now.micros().into(),
                ]
            }),
            endpoints: vec![text("active"), id(buyer.0), id(seller.0)],
        }
    }

    /// Puts the balances of wallet, hold and pending into the entries.
    fn fill(&mut self, [wallet, held, pending]: [(i64, i64); 3]) {
        let price = self.hold[5].clone();
        let Value::Integer(price) = price else {
            panic!("a price is a number");
        };
        let kept = [wallet, (held.0 + price, held.1 - 1), held, pending];
        for (line, (balance, version)) in kept.into_iter().enumerate() {
            self.entries[line * 8 + 6] = balance.into();
            self.entries[line * 8 + 7] = version.into();
        }
    }
}

fn id(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn key(account: LedgerAccount) -> Value {
    text(account.key(Currency::EUR))
}
