//! A sum of BIGINT that stays one: diesel's own is NUMERIC, which SQLite answers as a float.

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable};

/// `CAST(SUM(x) AS BIGINT)`.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct SumI64<E>(E);

/// The exact sum of a BIGINT expression; no rows give `None`.
pub fn sum_i64<E: Expression<SqlType = BigInt>>(expression: E) -> SumI64<E> {
    SumI64(expression)
}

impl<E: Expression> Expression for SumI64<E> {
    type SqlType = Nullable<BigInt>;
}

impl<E, G> ValidGrouping<G> for SumI64<E> {
    type IsAggregate = is_aggregate::Yes;
}

impl<E: AppearsOnTable<S>, S> AppearsOnTable<S> for SumI64<E> {}

impl<E: SelectableExpression<S>, S> SelectableExpression<S> for SumI64<E> {}

impl<E: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for SumI64<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> diesel::QueryResult<()> {
        out.push_sql("CAST(SUM(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS BIGINT)");
        Ok(())
    }
}
