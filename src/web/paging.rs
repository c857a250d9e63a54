//! Lists page by page: a limit and an opaque cursor over (time, id).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::clock::Ts;
use crate::error::{Error, Reason, Result};

/// The most rows of a page.
pub const MAX_LIMIT: i64 = 200;
const DEFAULT_LIMIT: i64 = 50;

/// `?limit=..&cursor=..`
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows to answer, at most 200; 50 when missing.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Rows to show.
    pub fn limit(&self) -> Result<i64> {
        match self.limit.as_deref().filter(|text| !text.is_empty()) {
            None => Ok(DEFAULT_LIMIT),
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| {
                    Error::invalid_field("limit", Reason::NotAllowed, format!("1 to {MAX_LIMIT}"))
                }),
        }
    }

    /// Where this page starts; the first page has none.
    pub fn after(&self) -> Result<Option<Cursor>> {
        match self.cursor.as_deref().filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => Cursor::decode(text).map(Some).ok_or_else(|| {
                Error::invalid_field("cursor", Reason::NotAllowed, "next_cursor of a page")
            }),
        }
    }
}

/// A place in a list ordered by time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: Ts,
    pub id: Uuid,
}

impl Cursor {
    pub fn encode(self) -> String {
        let bytes = [&self.at.micros().to_be_bytes()[..], self.id.as_bytes()].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (at, id) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            at: Ts::from_micros(i64::from_be_bytes(*at)),
            id: Uuid::from_slice(id).ok()?,
        })
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Paged<T> {
    pub data: Vec<T>,
    /// Asks for the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// Makes a page of rows that were read with a limit of one more than shown.
    pub fn cut(mut rows: Vec<T>, limit: i64, place: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows
            .last()
            .filter(|_| has_more)
            .map(|last| place(last).encode());
        Self {
            data: rows,
            next_cursor,
        }
    }

    /// The same page with its rows shown otherwise.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Paged<U> {
        Paged {
            data: self.data.into_iter().map(show).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back() {
        let cursor = Cursor {
            at: Ts::from_micros(1_763_812_345_678_901),
            id: Uuid::now_v7(),
        };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        assert_eq!(Cursor::decode("nonsense"), None);
    }

    #[test]
    fn the_last_page_has_no_next() {
        let place = |row: &i64| Cursor {
            at: Ts::from_micros(*row),
            id: Uuid::nil(),
        };
        let page = Paged::cut(vec![3, 2, 1], 2, place);
        assert_eq!(page.data, [3, 2]);
        assert_eq!(page.next_cursor, Some(place(&2).encode()));
        assert_eq!(Paged::cut(vec![3, 2], 2, place).next_cursor, None);
    }

    #[test]
    fn limits_are_bounded() {
        let query = |limit: &str| PageQuery {
            limit: Some(limit.to_owned()),
            cursor: None,
        };
        assert_eq!(query("200").limit().unwrap(), 200);
        assert!(query("201").limit().is_err());
        assert!(query("0").limit().is_err());
        assert!(query("x").limit().is_err());
    }
}
