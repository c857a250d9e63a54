//! A market in a database: one seller, and buyers of whom each would buy every lead.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use galena::access::{AccountKind, Actor};
use galena::clock::{Clock, HOUR};
use galena::config::Matching;
use galena::db::Db;
use galena::error::Result;
use galena::id::AccountId;
use galena::leads::{self, Exchange, Intake, Outcome, Source, Spelling};
use galena::matching::Market;
use galena::purchases::Seller;
use galena::vault::{MasterKey, Vault};
use galena::verification::Verifier;
use galena::verticals::{self, Vertical};
use tokio::task::JoinSet;

use crate::{Way, listed, people, traders};

const BUYERS: usize = 20;
/// Connections, as many as the server opens.
const POOL: u32 = 8;

pub struct Site {
    pub name: String,
    db: Db,
    vault: Arc<Vault>,
    exchange: Arc<dyn Exchange>,
    verticals: Vec<Arc<Vertical>>,
    verifier: Verifier,
    seller: AccountId,
    /// The number of the next person.
    next: usize,
}

impl Site {
    pub fn sqlite(path: &Path, leads: usize) -> Self {
        let url = format!("sqlite://{}", path.display());
        let site = Self::open(format!("SQLite, {leads} listed"), &url);
        site.db.close();
        listed::fill(path, leads);
        Self {
            db: Db::open(&url.parse().unwrap(), POOL).unwrap(),
            ..site
        }
    }

    pub fn postgres(url: &str) -> Self {
        Self::open("PostgreSQL".to_owned(), url)
    }

    fn open(name: String, url: &str) -> Self {
        let db = Db::open(&url.parse().unwrap(), POOL).unwrap();
        db.migrate().unwrap();
        let now = Clock::System.now();
        let seller = db
            .write_blocking(move |conn| {
                verticals::seed(conn, now)?;
                let seller = traders::open(conn, AccountKind::Seller, "seller", now)?;
                for number in 0..BUYERS {
                    let name = format!("buyer {number}");
                    let buyer = traders::open(conn, AccountKind::Buyer, &name, now)?;
                    traders::pay_in(conn, &buyer, "10000000.00", now)?;
                    traders::order(conn, &buyer, now)?;
                }
                Ok(seller.account_id)
            })
            .unwrap();
        let vault = Arc::new(Vault::new(&MasterKey::generate().unwrap()).unwrap());
        let market = Market::new(Matching::Index, Arc::clone(&vault));
        let verticals = db.read_blocking(verticals::all).unwrap();
        let mut site = Self {
            name,
            db,
            vault,
            exchange: Arc::new(Seller::new(Arc::new(market))),
            verticals: verticals.into_iter().map(Arc::new).collect(),
            verifier: Verifier::new().unwrap(),
            seller,
            next: 0,
        };
        // The first lead, which listed ones are made after, is sold too.
        let first = site.intakes(1);
        site.take(&first, 0..1).unwrap();
        site
    }

    /// Documents, read and checked before the clock runs.
    fn intakes(&mut self, count: usize) -> Arc<Vec<Intake>> {
        let now = Clock::System.now();
        let numbers = self.next..self.next + count;
        self.next += count;
        let intakes = numbers.map(|number| {
            let agreed = now.minus(HOUR).plus(i64::try_from(number).unwrap() * 1_000);
            let document = people::person(number, agreed);
            Intake::read(
                &self.verticals,
                document,
                Spelling::Typed,
                &self.verifier,
                now,
            )
        });
        Arc::new(intakes.collect())
    }

    fn take(&self, intakes: &Arc<Vec<Intake>>, range: std::ops::Range<usize>) -> Result<()> {
        let job = self.job(intakes, range);
        self.db.write_blocking(job)
    }

    /// Takes leads in, by one transaction; every one is sold.
    fn job(
        &self,
        intakes: &Arc<Vec<Intake>>,
        range: std::ops::Range<usize>,
    ) -> impl FnMut(&mut galena::db::Conn) -> Result<()> + Send + 'static {
        let (intakes, vault, seller) = (Arc::clone(intakes), Arc::clone(&self.vault), self.seller);
        let exchange = Arc::clone(&self.exchange);
        move |conn| {
            let (now, source) = (Clock::System.now(), Source::api(Actor::System));
            let documents: Vec<_> = intakes[range.clone()]
                .iter()
                .map(|intake| (intake, source))
                .collect();
            let outcomes = match documents.as_slice() {
                [(one, source)] => vec![leads::take_in(
                    conn, &vault, &*exchange, seller, one, source, now,
                )?],
                many => leads::take_in_all(conn, &vault, &*exchange, seller, many, now)?,
            };
            for outcome in outcomes {
                let Outcome::Taken(received) = outcome else {
                    panic!("{outcome:?}");
                };
                assert_eq!(received.sales.len(), 1);
            }
            Ok(())
        }
    }

    /// Sells a round of leads; answers its time, and how long each caller waited for its commits.
    pub async fn sell(&mut self, way: Way) -> (Duration, Vec<Duration>) {
        let intakes = self.intakes(way.leads);
        let next = Arc::new(AtomicUsize::new(0));
        let site = &*self;
        let jobs: Vec<_> = (0..way.leads / way.together)
            .map(|number| {
                let first = number * way.together;
                std::sync::Mutex::new(Some(site.job(&intakes, first..first + way.together)))
            })
            .collect();
        let jobs = Arc::new(jobs);
        let mut callers = JoinSet::new();
        let start = Instant::now();
        for _ in 0..way.callers {
            let (db, jobs, next) = (self.db.clone(), Arc::clone(&jobs), Arc::clone(&next));
            callers.spawn(async move {
                let mut waits = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(number) else {
                        return waits;
                    };
                    let job = job.lock().unwrap().take().unwrap();
                    let asked = Instant::now();
                    db.write(job).await.unwrap();
                    waits.push(asked.elapsed());
                }
            });
        }
        let mut waits = Vec::new();
        while let Some(ended) = callers.join_next().await {
            waits.extend(ended.unwrap());
        }
        (start.elapsed(), waits)
    }
}
