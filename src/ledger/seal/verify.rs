//! The walk over all seals: which row, leaf or place is not what was sealed.

use super::store::{self, Sealed};
use super::{Chain, ItemId, MAX_AGE, Root, Seal, chained_root};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;

/// Unsealed rows that are named at once.
const NAMED: i64 = 100;

/// What the walk over all seals found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Rows whose seals were computed again.
    pub items: i64,
    /// Each break, named by chain, seal and row.
    pub breaks: Vec<String>,
}

/// Computes every seal again and looks for rows older than a minute that have none.
pub fn verify_seals(conn: &mut Conn, now: Ts) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    for &chain in Chain::ALL {
        let (mut seq, mut previous) = (0, vec![0; 32]);
        while let Some(seal) = store::after(conn, chain, seq)? {
            let mut found = Vec::new();
            if seal.seq != seq + 1 {
                found.push("the seal before it is missing".to_owned());
            }
            if seal.previous_root != previous {
                found.push("is not chained to the seal before it".to_owned());
            }
            found.extend(verify_rows(conn, &seal)?);
            let name = format!("{chain} seal {}", seal.seq);
            let named = found.into_iter().map(|broken| format!("{name}: {broken}"));
            verdict.breaks.extend(named);
            verdict.items += seal.items;
            (seq, previous) = (seal.seq, seal.root);
        }
        for item in store::unsealed_before(conn, chain, now.minus(MAX_AGE), NAMED)? {
            verdict
                .breaks
                .push(format!("{}: is not sealed", chain.name_of(item)));
        }
    }
    Ok(verdict)
}

/// A sealed row as it was and as it is.
struct Row {
    item: ItemId,
    kept: Option<Root>,
    now: Option<Root>,
}

impl Row {
    /// The hash it was sealed with, as far as that is known.
    fn sealed(&self) -> Option<Root> {
        self.kept.or(self.now)
    }

    fn differs(&self) -> bool {
        self.kept.is_some_and(|kept| self.now != Some(kept))
    }
}

fn verify_rows(conn: &mut Conn, seal: &Seal) -> Result<Vec<String>> {
    let members = store::members(conn, seal.chain, seal.seq)?;
    let items: Vec<ItemId> = members.iter().map(|member| member.item_id).collect();
    let leaves = store::leaves(conn, seal.chain, &items)?;
    let rows: Vec<Row> = members
        .iter()
        .map(|member| Row {
            item: member.item_id,
            kept: member.leaf.as_deref().map(hash),
            now: leaves.get(&member.item_id).copied(),
        })
        .collect();
    let places = misplaced(seal, &members);
    if !places.is_empty() {
        let changed = rows.iter().filter(|row| row.differs());
        let changed = changed.map(|row| told(seal.chain, row, "was changed, or its leaf"));
        return Ok(places.into_iter().chain(changed).collect());
    }
    Ok(broken_rows(seal, &rows))
}

/// Places of the seal that have no row, and rows that have no place in it.
fn misplaced(seal: &Seal, members: &[Sealed]) -> Vec<String> {
    let mut broken: Vec<String> = members
        .iter()
        .filter(|member| !(0..seal.items).contains(&member.position))
        .map(|member| {
            let name = seal.chain.name_of(member.item_id);
            format!("{name} was added to it")
        })
        .collect();
    let mut expected = 0;
    let mut before = "its beginning".to_owned();
    for member in members {
        if member.position > expected && expected < seal.items {
            let missing = member.position.min(seal.items) - expected;
            let after = seal.chain.name_of(member.item_id);
            broken.push(format!(
                "lacks {missing} of its rows between {before} and {after}"
            ));
        }
        expected = expected.max(member.position + 1);
        before = seal.chain.name_of(member.item_id);
    }
    if expected < seal.items {
        let missing = seal.items - expected;
        broken.push(format!("lacks {missing} of its rows after {before}"));
    }
    broken
}

/// Compares the seal with the kept leaves, and those with the rows.
///
/// Kept leaves are believed only where they make the sealed root; so a changed leaf hides nothing.
fn broken_rows(seal: &Seal, rows: &[Row]) -> Vec<String> {
    let fits = |leaves: Option<Vec<Root>>| {
        leaves.is_some_and(|leaves| chained_root(seal, &leaves).as_slice() == seal.root)
    };
    let differing = |changed: &str| -> Vec<String> {
        let rows = rows.iter().filter(|row| row.differs() || row.now.is_none());
        rows.map(|row| told(seal.chain, row, changed)).collect()
    };
    if fits(rows.iter().map(|row| row.now).collect()) {
        return differing("is as it was sealed, but its leaf was changed");
    }
    if fits(rows.iter().map(Row::sealed).collect()) {
        return differing("was changed after it was sealed");
    }
    let mut broken = differing("was changed, or its leaf");
    if broken.is_empty() {
        let name =
            |row: Option<&Row>| row.map_or_else(String::new, |row| seal.chain.name_of(row.item));
        let (first, last) = (name(rows.first()), name(rows.last()));
        broken.push(format!("a row between {first} and {last} was changed together with its leaf, or the seal itself was"));
    }
    broken
}

fn told(chain: Chain, row: &Row, changed: &str) -> String {
    let name = chain.name_of(row.item);
    if row.now.is_none() {
        format!("{name} is gone")
    } else {
        format!("{name} {changed}")
    }
}

/// A kept leaf; one of another length is none that a row can have.
fn hash(leaf: &[u8]) -> Root {
    leaf.try_into().unwrap_or([0; 32])
}
