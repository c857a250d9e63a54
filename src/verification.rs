//! Verification: the named checks that a lead passes before it is offered. Each vertical says what a
//! failure or a warning does: it refuses the lead, brings it before an auditor, or lowers its quality.

pub mod api;
mod check;
mod data;
mod dns;
pub mod email;
mod judge;
mod lists;
mod local;
mod name;
mod outside;
pub mod pages;
pub mod phone;
mod postal;
mod settings;
mod source;
mod store;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use futures_util::future::join_all;

pub use check::{Agreed, Check, CheckName, CheckSetting, Effect, Finding, Given, Subject, Verdict};
pub use data::upload;
pub use dns::DnsOutsider;
pub use judge::{Judgement, Ruling, judge};
pub use lists::{ListName, Lists, MAX_BYTES};
pub use local::local;
pub use outside::{Answer, Asking, Guarded, Outside, Outsider, Word};
pub use pages::check_label;
pub use phone::{Phone, PhoneKind};
pub use postal::Formats;
pub use settings::{CodeChannel, Confirmation, Limits, Settings, change, current};
pub use source::{Coming, Sources, Trace};

use crate::clock::{MINUTE, Ts};
use crate::db::Conn;
use crate::error::Result;
use crate::id::VerticalId;

/// What a server knows of settings and data sets; all servers learn of changes within a second or so.
pub struct Verifier {
    known: ArcSwap<Known>,
    outside: Outside,
}

/// The verifier, as handlers find it.
pub type VerifierData = actix_web::web::Data<Arc<Verifier>>;

/// One reading of settings and data sets.
struct Known {
    lists: Arc<Lists>,
    settings: HashMap<VerticalId, Arc<Settings>>,
    shipped: Arc<Settings>,
    /// How many versions of settings and of data sets there were.
    counts: (i64, i64),
}

impl Verifier {
    /// Knows what ships, until it is refreshed, and asks nobody.
    pub fn new() -> Result<Self> {
        Self::asking(Outside::default())
    }

    /// The same, with others to ask.
    pub fn asking(outside: Outside) -> Result<Self> {
        Ok(Self {
            outside,
            known: ArcSwap::from_pointee(Known {
                lists: Arc::new(Lists::shipped()?),
                settings: HashMap::new(),
                shipped: Arc::new(Settings::default()),
                counts: (0, 0),
            }),
        })
    }

    fn known(&self) -> Arc<Known> {
        self.known.load_full()
    }

    pub fn lists(&self) -> Arc<Lists> {
        Arc::clone(&self.known().lists)
    }

    /// Reads what has changed since the last time.
    pub fn refresh(&self, conn: &mut Conn) -> Result<()> {
        let before = self.known();
        let counts = store::counts(conn)?;
        if counts == before.counts {
            return Ok(());
        }
        let lists = if counts.1 == before.counts.1 {
            Arc::clone(&before.lists)
        } else {
            Arc::new(data::newest(conn)?)
        };
        let settings = store::all_settings(conn)?
            .into_iter()
            .map(|(vertical, settings)| (vertical, Arc::new(settings)))
            .collect();
        self.known.store(Arc::new(Known {
            lists,
            settings,
            shipped: Arc::clone(&before.shipped),
            counts,
        }));
        Ok(())
    }

    /// What the local checks say of a lead of a vertical.
    pub fn check(&self, vertical: VerticalId, subject: &Subject<'_>) -> Checked {
        let settings = self.settings(vertical);
        let findings = local(subject, &self.known().lists, &settings);
        Checked { settings, findings }
    }
}

impl Verifier {
    /// Asks others about a contact, each check of its own; nobody where a local check refuses the lead.
    pub async fn ask(&self, checked: &mut Checked, email: Option<&str>, phone: Option<&str>) {
        if self.outside.is_nobody() {
            return;
        }
        let settings = Arc::clone(&checked.settings);
        let judged = judge(&settings, &checked.findings, Ts::from_micros(0));
        if judged.ruling == Ruling::Reject {
            return;
        }
        let asked = settings
            .checks
            .iter()
            .filter(|check| check.on)
            .filter_map(|check| {
                let value = match check.name {
                    CheckName::PhoneCarrier => phone?,
                    CheckName::EmailMailbox => email?,
                    CheckName::EmailDomain => email?.rsplit_once('@')?.1,
                    _ => return None,
                };
                Some(self.outside.ask(check.name, value))
            });
        let answers = join_all(asked).await;
        checked.findings.extend(answers.into_iter().flatten());
    }
}

/// A lead that went through the checks which need no database, with the settings that they went by.
#[derive(Debug, Clone)]
pub struct Checked {
    pub settings: Arc<Settings>,
    pub findings: Vec<Finding>,
}

/// Forgets marks of sources that nothing counts any more.
pub fn sweep(conn: &mut Conn, now: Ts) -> Result<()> {
    let longest = i64::from(source::LONGEST_MINUTES) * MINUTE;
    store::drop_marks(conn, now.minus(longest))?;
    Ok(())
}
