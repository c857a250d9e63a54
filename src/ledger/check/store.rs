//! Runs the queries of the laws, the same text on both databases.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::laws::{Named, Probe};
use crate::db::Conn;
use crate::db::types::DbUuid;
use crate::error::Result;
use crate::id::{
    AccountId, AdjustmentId, ChargeId, ConversionId, DepositId, DisputeId, PayoutBatchId, PayoutId,
    PingId, PostingId, PurchaseId, RequestId, WithdrawalId,
};
use crate::ledger::seal::ItemId;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct RowById {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = DbUuid)]
    id: ItemId,
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct RowByName {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    detail: String,
}

pub fn count(conn: &mut Conn, sql: &str) -> Result<i64> {
    let row: Counted =
        sql_query(format!("SELECT CAST(({sql}) AS BIGINT) AS count")).get_result(conn)?;
    Ok(row.count)
}

/// The rows that break a law, each named with what is wrong.
pub fn breaches(conn: &mut Conn, probe: &Probe, limit: usize) -> Result<Vec<String>> {
    let sql = format!("SELECT * FROM ({}) AS breach LIMIT {limit}", probe.sql);
    Ok(match probe.named {
        Named::ById => sql_query(sql)
            .load::<RowById>(conn)?
            .into_iter()
            .map(|row| format!("{}: {}", name_of(&row.kind, row.id), row.detail))
            .collect(),
        Named::ByName => sql_query(sql)
            .load::<RowByName>(conn)?
            .into_iter()
            .map(|row| format!("{}: {}", row.name, row.detail))
            .collect(),
    })
}

fn name_of(kind: &str, id: ItemId) -> String {
    match kind {
        "posting" => PostingId(id.0).to_string(),
        "account" => AccountId(id.0).to_string(),
        "purchase" => PurchaseId(id.0).to_string(),
        "charge" => ChargeId(id.0).to_string(),
        "conversion" => ConversionId(id.0).to_string(),
        "deposit" => DepositId(id.0).to_string(),
        "dispute" => DisputeId(id.0).to_string(),
        "ping" => PingId(id.0).to_string(),
        "request" => RequestId(id.0).to_string(),
        "batch" => PayoutBatchId(id.0).to_string(),
        "payout" => PayoutId(id.0).to_string(),
        "withdrawal" => WithdrawalId(id.0).to_string(),
        "adjustment" => AdjustmentId(id.0).to_string(),
        other => format!("{other} {}", id.0.simple()),
    }
}
