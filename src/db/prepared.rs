//! Updates that stay prepared.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::LoadQuery;

/// A statement that the connection keeps prepared, by its text.
///
/// Diesel prepares every UPDATE and upsert anew, since a changeset may leave columns out and the cache would
/// fill with texts; so it does with literal SQL and lists of values. Wrap one whose text is always the same, or one
/// of a few: a fifth of a sale's time went into preparing.
///
/// It is loaded, and so has to return something: what is executed is handed on by reference, and diesel asks a
/// reference whether it may be kept by walking through the statement inside, past this answer.
pub struct Prepared<Q>(pub Q);

impl<Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}

impl<Q> Prepared<Q> {
    /// Runs a statement that returns something of the one row that it changes; says whether it changed it.
    pub fn has_changed<'query, C, T>(self, conn: &mut C) -> QueryResult<bool>
    where
        Self: LoadQuery<'query, C, T>,
    {
        Ok(self.get_result::<T>(conn).optional()?.is_some())
    }
}
