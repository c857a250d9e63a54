//! Sealing: what was committed goes into batches, each a Merkle root chained to the one before it.
//!
//! A chain written in each sale's transaction would be one row that every sale waits for; so a task
//! seals once a second instead. Postings and the audit log have a chain each.

mod merkle;
mod store;
mod verify;

use aws_lc_rs::digest::{Context, SHA256};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::result::DatabaseErrorKind;
use diesel::{Connection as _, result::Error as DieselError};
use uuid::Uuid;

use crate::clock::{MINUTE, SECOND, Ts};
use crate::db::Conn;
use crate::db::types::{text_enum, uuid_column};
use crate::error::{Error, Result};
use crate::id::{AuditId, PostingId};

pub use store::{Place, Seal, numbered, places};
pub use verify::verify_seals;

/// Rows that are sealed in one round; none are left behind when they are fewer.
pub const SEALED_AT_ONCE: usize = 1_000;
/// Rows in one seal, so that the writer is not kept for long.
const IN_ONE: usize = 100;
/// Rounds of one chain in one call.
const BATCHES: usize = 5;
/// How late after its time a row is committed as a rule.
const SOON: i64 = 2 * SECOND;
/// How late after its time a row may be committed, and be looked for: the 30 seconds that a statement may run, the
/// ten between two looks at late rows, and some more.
const LATENESS: i64 = 45 * SECOND;
/// How old an unsealed row may be.
const MAX_AGE: i64 = MINUTE;

pub type Root = [u8; 32];

text_enum! {
    /// What is sealed.
    pub enum Chain { Ledger = "ledger", Audit = "audit" }
}

/// The id of a sealed row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = crate::db::types::DbUuid)]
pub struct ItemId(pub Uuid);

uuid_column!(ItemId);

impl ItemId {
    /// The instant that the id was made for, to the millisecond.
    fn at(self) -> Ts {
        let (seconds, nanos) = self.0.get_timestamp().map_or((0, 0), |at| at.to_unix());
        let micros = i64::try_from(seconds).unwrap_or(0).saturating_mul(SECOND);
        Ts::from_micros(micros).plus(i64::from(nanos / 1_000))
    }
}

impl Chain {
    fn name_of(self, item: ItemId) -> String {
        match self {
            Self::Ledger => PostingId(item.0).to_string(),
            Self::Audit => AuditId(item.0).to_string(),
        }
    }
}

/// Which rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Those since the newest sealed one, and a little before it.
    New,
    /// Those that were committed late as well.
    Late,
}

/// A seal that is ready to be written.
#[derive(Debug)]
pub struct Draft {
    seal: Seal,
    rows: Vec<(ItemId, Root)>,
}

/// Seals what is not sealed yet, and says how many rows that were; call again while there are any
/// to seal everything, as at shutdown.
pub fn seal(conn: &mut Conn, now: Ts) -> Result<usize> {
    let mut sealed = 0;
    for &chain in Chain::ALL {
        for _ in 0..BATCHES {
            let drafts = drafts_of(conn, chain, Look::Late, now)?;
            let mut items = 0;
            for draft in &drafts {
                match keep(conn, draft)? {
                    0 => break,
                    kept => items += kept,
                }
            }
            sealed += items;
            if items < SEALED_AT_ONCE {
                break;
            }
        }
    }
    Ok(sealed)
}

/// The seals of what is not sealed yet, by chain, each to be kept in its turn; reads only.
///
/// It looks back from the newest sealed row only as far as a row may be late. That is a lot where much is written:
/// nothing that the one writer should wait for, nor that should be read each second.
pub fn drafts(conn: &mut Conn, look: Look, now: Ts) -> Result<Vec<Vec<Draft>>> {
    let chains = Chain::ALL.iter();
    chains
        .map(|&chain| drafts_of(conn, chain, look, now))
        .collect()
}

fn drafts_of(conn: &mut Conn, chain: Chain, look: Look, now: Ts) -> Result<Vec<Draft>> {
    let lateness = match look {
        Look::New => SOON,
        Look::Late => LATENESS,
    };
    let last = store::last(conn, chain)?;
    let since = match &last {
        // The newest row sealed, not only the time of the seal: a backlog may be left behind it.
        Some(seal) => store::newest_member(conn, seal)?
            .map(|item| item.at().min(seal.sealed_at).minus(lateness)),
        None => None,
    };
    let limit = i64::try_from(SEALED_AT_ONCE).map_err(anyhow::Error::from)?;
    let items = store::unsealed(conn, chain, since, limit)?;
    let leaves = store::leaves(conn, chain, &items)?;
    let (mut seq, mut previous_root) = last.map_or((0, vec![0; 32]), |seal| (seal.seq, seal.root));
    let mut drafts = Vec::new();
    for some in items.chunks(IN_ONE) {
        let rows: Vec<(ItemId, Root)> = some
            .iter()
            .filter_map(|&item| leaves.get(&item).map(|&leaf| (item, leaf)))
            .collect();
        seq += 1;
        let mut seal = Seal {
            chain,
            seq,
            root: Vec::new(),
            previous_root: std::mem::take(&mut previous_root),
            items: i64::try_from(rows.len()).map_err(anyhow::Error::from)?,
            sealed_at: now,
        };
        let leaves: Vec<Root> = rows.iter().map(|&(_, leaf)| leaf).collect();
        seal.root = chained_root(&seal, &leaves).to_vec();
        previous_root.clone_from(&seal.root);
        drafts.push(Draft { seal, rows });
    }
    Ok(drafts)
}

/// Writes a seal, and says how many rows it is of: none where another server sealed at the same moment. Its seal is as
/// good, and those that were drafted behind this one are void.
pub fn keep(conn: &mut Conn, draft: &Draft) -> Result<usize> {
    match conn.transaction(|conn| store::insert(conn, &draft.seal, &draft.rows)) {
        Ok(()) => Ok(draft.rows.len()),
        Err(Error::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))) => {
            Ok(0)
        }
        Err(error) => Err(error),
    }
}

/// The root of a seal: its place in the chain, its time and its rows.
fn chained_root(seal: &Seal, leaves: &[Root]) -> Root {
    let mut context = Context::new(&SHA256);
    context.update(b"galena seal 1\0");
    context.update(seal.chain.as_str().as_bytes());
    context.update(&[0]);
    context.update(&seal.seq.to_be_bytes());
    context.update(&seal.items.to_be_bytes());
    context.update(&seal.sealed_at.micros().to_be_bytes());
    context.update(&seal.previous_root);
    context.update(&merkle::root(leaves));
    merkle::finish(context)
}

/// The newest seals of a chain, newest first.
pub fn recent_seals(conn: &mut Conn, chain: Chain, limit: i64) -> Result<Vec<Seal>> {
    store::recent(conn, chain, limit)
}
