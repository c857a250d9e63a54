//! A Merkle tree over SHA-256; leaves and nodes are told apart, as RFC 6962 does.

use aws_lc_rs::digest::{Context, SHA256};

use super::Root;

/// The hash of one row's canonical bytes.
pub fn leaf(bytes: &[u8]) -> Root {
    let mut context = Context::new(&SHA256);
    context.update(&[0]);
    context.update(bytes);
    finish(context)
}

/// The root over leaves in their order; a node without a sibling moves up as it is.
pub fn root(leaves: &[Root]) -> Root {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node(left, right),
                [alone, ..] => *alone,
                [] => [0; 32],
            })
            .collect();
    }
    level.first().copied().unwrap_or([0; 32])
}

fn node(left: &Root, right: &Root) -> Root {
    let mut context = Context::new(&SHA256);
    context.update(&[1]);
    context.update(left);
    context.update(right);
    finish(context)
}

pub fn finish(context: Context) -> Root {
    context.finish().as_ref().try_into().unwrap_or([0; 32])
}

/// Canonical bytes: every field with its length, so that no two rows look alike.
#[derive(Default)]
pub struct Canonical(Vec<u8>);

impl Canonical {
    pub fn bytes(mut self, field: &[u8]) -> Self {
        let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(field);
        self
    }

    pub fn text(self, field: &str) -> Self {
        self.bytes(field.as_bytes())
    }

    pub fn number(self, field: i64) -> Self {
        self.bytes(&field.to_be_bytes())
    }

    pub fn optional(mut self, field: Option<&[u8]>) -> Self {
        if let Some(field) = field {
            self.0.push(1);
            self.bytes(field)
        } else {
            self.0.push(0);
            self
        }
    }

    pub fn leaf(self) -> Root {
        leaf(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::digest;

    use super::*;

    fn leaves(count: u8) -> Vec<Root> {
        (0..count).map(|number| leaf(&[number])).collect()
    }

    #[test]
    fn every_leaf_and_its_place_count() {
        for count in 1..9 {
            let all = leaves(count);
            let whole = root(&all);
            for place in 0..all.len() {
                let mut changed = all.clone();
                changed[place] = leaf(b"other");
                assert_ne!(root(&changed), whole);
            }
            if count > 1 {
                let mut swapped = all.clone();
                swapped.swap(0, 1);
                assert_ne!(root(&swapped), whole);
            }
        }
    }

    #[test]
    fn three_leaves_as_computed_by_hand() {
        let [a, b, c] = [leaf(b"a"), leaf(b"b"), leaf(b"c")];
        let mut bytes = vec![1];
        bytes.extend_from_slice(&a);
        bytes.extend_from_slice(&b);
        let ab = digest(&SHA256, &bytes);
        let mut bytes = vec![1];
        bytes.extend_from_slice(ab.as_ref());
        bytes.extend_from_slice(&c);
        assert_eq!(
            root(&[a, b, c]).as_slice(),
            digest(&SHA256, &bytes).as_ref()
        );
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let ab_c = Canonical::default().text("ab").text("c").leaf();
        let a_bc = Canonical::default().text("a").text("bc").leaf();
        assert_ne!(ab_c, a_bc);
        let none = Canonical::default().optional(None).leaf();
        let empty = Canonical::default().optional(Some(b"")).leaf();
        assert_ne!(none, empty);
    }
}
