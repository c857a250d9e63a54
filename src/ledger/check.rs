//! The checker: every law of the ledger, tested on one unchanging view of the database.

mod events;
mod laws;
mod store;

use i18n_embed_fl::fl;

use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::text::Lang;

/// Breaches that are named; the rest of a law's is only told of.
pub const NAMED: usize = 100;

/// One law, and what the checker found.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its number in the laws of the ledger.
    pub law: u8,
    /// Rows that it was tested on.
    pub checked: i64,
    /// The offending rows, each with what is wrong; the first hundred.
    pub breaches: Vec<String>,
}

impl Outcome {
    pub fn holds(&self) -> bool {
        self.breaches.is_empty()
    }

    /// What the law says, for people.
    pub fn title(&self, lang: &Lang) -> String {
        match self.law {
            1 => fl!(lang, "ledger-law-1"),
            2 => fl!(lang, "ledger-law-2"),
            3 => fl!(lang, "ledger-law-3"),
            4 => fl!(lang, "ledger-law-4"),
            5 => fl!(lang, "ledger-law-5"),
            6 => fl!(lang, "ledger-law-6"),
            7 => fl!(lang, "ledger-law-7"),
            8 => fl!(lang, "ledger-law-8"),
            9 => fl!(lang, "ledger-law-9"),
            _ => fl!(lang, "ledger-law-10"),
        }
    }
}

/// Tests every law, in the order of their numbers; call it within a snapshot.
pub fn run(conn: &mut Conn, now: Ts) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(laws::LAWS.len() + 1);
    for law in laws::LAWS {
        let mut breaches = Vec::new();
        for probe in law.probes {
            let room = NAMED.saturating_sub(breaches.len());
            breaches.extend(store::breaches(conn, probe, room)?);
        }
        outcomes.push(Outcome {
            law: law.number,
            checked: store::count(conn, law.counted)?,
            breaches,
        });
    }
    let mut seals = super::seal::verify_seals(conn, now)?;
    seals.breaks.truncate(NAMED);
    outcomes.push(Outcome {
        law: 9,
        checked: seals.items,
        breaches: seals.breaks,
    });
    outcomes.sort_by_key(|outcome| outcome.law);
    Ok(outcomes)
}

/// The report of the command `check`: a line for each law, and one for each breach.
pub fn report(lang: &Lang, outcomes: &[Outcome]) -> String {
    let mut lines = Vec::new();
    for outcome in outcomes {
        let number = outcome.law;
        let title = outcome.title(lang);
        let checked = outcome.checked;
        lines.push(if outcome.holds() {
            fl!(
                lang,
                "ledger-check-holds",
                number = number,
                title = title,
                checked = checked
            )
        } else {
            let breaches = outcome.breaches.len();
            fl!(
                lang,
                "ledger-check-broken",
                number = number,
                title = title,
                checked = checked,
                breaches = breaches
            )
        });
        lines.extend(
            outcome
                .breaches
                .iter()
                .map(|breach| format!("    {breach}")),
        );
    }
    lines.join("\n")
}
