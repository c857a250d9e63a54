//! A set of words kept as one sorted text: what ships is searched where it lies in the binary.

use std::borrow::Cow;

/// Words, one a line, in the order of their bytes.
#[derive(Debug, Clone, Default)]
pub struct Words(Cow<'static, str>);

impl Words {
    /// Words that ship: lower case, sorted, without comments; a test reads them as an upload would be.
    pub(super) const fn sorted(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    pub(super) fn of(mut words: Vec<String>) -> Self {
        words.sort_unstable();
        words.dedup();
        Self(Cow::Owned(words.join("\n")))
    }

    pub fn contains(&self, word: &str) -> bool {
        let mut rest = self.0.as_bytes();
        while !rest.is_empty() {
            let middle = rest.len() / 2;
            let (before, after) = rest.split_at(middle);
            let start = before
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |place| place + 1);
            let end = after
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(rest.len(), |place| middle + place);
            rest = match rest[start..end].cmp(word.as_bytes()) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => rest.get(end + 1..).unwrap_or_default(),
                std::cmp::Ordering::Greater => &rest[..start.saturating_sub(1)],
            };
        }
        false
    }

    pub fn count(&self) -> usize {
        self.0.lines().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_others_are_not() {
        let words: Vec<String> = (0..500).map(|number| format!("w{}", number * 3)).collect();
        let set = Words::of(words);
        for number in 0..1_500 {
            assert_eq!(
                set.contains(&format!("w{number}")),
                number % 3 == 0,
                "{number}"
            );
        }
        assert_eq!(set.count(), 500);
        for absent in ["", "w", "v", "x", "w1\nw2"] {
            assert!(!set.contains(absent), "{absent:?}");
        }
        assert!(!Words::default().contains(""));
        assert!(Words::sorted("a\nbb\nc\n").contains("c"));
        assert!(Words::sorted("a\nbb\nc\n").contains("a"));
    }
}
