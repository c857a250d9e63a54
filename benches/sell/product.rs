//! What is measured: `purchases::sell`, as matching calls it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::{Instrumentation, InstrumentationEvent};
use galena::access::Actor;
use galena::clock::{Clock, Ts};
use galena::db::{Conn, Db};
use galena::error::Result;
use galena::purchases::{self, Explanation, Order, Outcome, SaleRule};
use galena::requests::Gate;

use crate::callers::{self, Round};
use crate::market::{self, Offer};

/// Tries every offer once.
pub fn run(path: &Path, offers: &Arc<Vec<Offer>>) -> Round {
    let offers = Arc::clone(offers);
    callers::run(path, offers.len(), move |conn, number| {
        sell(conn, &offers[number], Clock::System.now())
    })
}

/// Sells a few, all of which must succeed.
pub fn sell_each(db: &Db, offers: Vec<Offer>) {
    db.write_blocking(move |conn| {
        for offer in &offers {
            assert!(sell(conn, offer, Clock::System.now())?);
        }
        Ok(())
    })
    .unwrap();
}

/// Sells, or is refused by an empty wallet.
fn sell(conn: &mut Conn, offer: &Offer, now: Ts) -> Result<bool> {
    let request = &*offer.request;
    let order = Order {
        listing: &offer.listing,
        buyer: request.buyer_id,
        request: Some(request),
        agreement: &request.agreement,
        price: request.bid,
        explanation: Explanation {
            rule: SaleRule::BestRequest,
            place: 1,
            candidates: 1,
            buyers: None,
            bid: request.bid,
            wishes_met: 0,
            yields: None,
            decision: None,
            ping: None,
        },
        held: None,
        buyers: None,
        actor: Actor::System,
    };
    match purchases::sell(conn, &order, now)? {
        Outcome::Sold(_) => Ok(true),
        Outcome::Refused(gate) => {
            assert_eq!(gate, Gate::Wallet);
            Ok(false)
        }
    }
}

/// The statements of one sale, as they reach SQLite.
pub fn statements(path: &Path, offers: &Arc<Vec<Offer>>) -> Vec<String> {
    let db = market::open(path);
    let said = Arc::new(Mutex::new(Vec::new()));
    let (heard, offers) = (Arc::clone(&said), Arc::clone(offers));
    db.write_blocking(move |conn| {
        conn.set_instrumentation(Recorder(Arc::clone(&heard)));
        let outcome = sell(conn, &offers[0], Clock::System.now());
        conn.set_instrumentation(|_: InstrumentationEvent<'_>| ());
        outcome.map(|_| ())
    })
    .unwrap();
    db.close();
    std::mem::take(&mut *said.lock().unwrap())
}

struct Recorder(Arc<Mutex<Vec<String>>>);

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.split_once(" -- binds:").map_or(&*text, |(sql, _)| sql);
            self.0.lock().unwrap().push(sql.to_owned());
        }
    }
}
