//! What became of purchases, counted from their charges and conversions.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::contracts::odds::{Observed, Sales};
use crate::db::schema::{
    accounts, charges, contract_versions, conversions, purchase_requests, purchases,
    request_changes,
};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::{AccountId, RequestId, VerticalId};
use crate::money::{Currency, Money};
use crate::verticals::Model;

/// States of a charge whose event came about, and of one whose did not.
const CAME: [&str; 4] = ["captured", "settled", "disputed", "refunded"];
const DID_NOT: &str = "released";

type Count = (String, String, i64);

fn tally(rows: impl IntoIterator<Item = Count>) -> Observed {
    let mut seen = Observed::default();
    for (kind, state, count) in rows {
        let came = CAME.contains(&state.as_str());
        match (kind.as_str(), came) {
            ("appointment", true) => seen.held += count,
            ("appointment", false) => seen.not_held += count,
            ("sale", true) => seen.sold += count,
            _ => seen.not_sold += count,
        }
    }
    seen
}

fn ended() -> Vec<&'static str> {
    CAME.into_iter().chain([DID_NOT]).collect()
}

pub fn observed(
    conn: &mut Conn,
    vertical: VerticalId,
    buyer: AccountId,
    model: Model,
) -> Result<Observed> {
    let rows: Vec<Count> = charges::table
        .inner_join(purchases::table)
        .inner_join(contract_versions::table)
        .filter(charges::buyer_id.eq(buyer))
        .filter(charges::kind.eq_any(["appointment", "sale"]))
        .filter(charges::state.eq_any(ended()))
        .filter(purchases::vertical_id.eq(vertical))
        .filter(contract_versions::model.eq(model))
        .group_by((charges::kind, charges::state))
        .select((charges::kind, charges::state, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(tally(rows))
}

/// The confirmed sales, in one currency; `None` when there are none.
pub fn sales(
    conn: &mut Conn,
    vertical: VerticalId,
    buyer: AccountId,
    model: Model,
    currency: Currency,
) -> Result<Option<Sales>> {
    let (count, sum): (i64, Option<i64>) = conversions::table
        .inner_join(purchases::table.inner_join(contract_versions::table))
        .filter(purchases::buyer_id.eq(buyer))
        .filter(purchases::vertical_id.eq(vertical))
        .filter(contract_versions::model.eq(model))
        .filter(conversions::kind.eq("sale"))
        .filter(conversions::state.eq("confirmed"))
        .filter(conversions::currency.eq(currency.code()))
        .select((
            diesel::dsl::count_star(),
            sum_i64(conversions::amount_minor.assume_not_null()),
        ))
        .first(conn)?;
    Ok(sum.map(|sum| Sales {
        count,
        sum: Money::new(sum, currency),
    }))
}

type BuyerCount = (AccountId, String, Model, String, String, i64);

/// Each buyer's outcomes in a vertical by model, those with most first.
pub fn observed_in(
    conn: &mut Conn,
    vertical: VerticalId,
    limit: usize,
) -> Result<Vec<(AccountId, String, Model, Observed)>> {
    let mut rows: Vec<BuyerCount> = charges::table
        .inner_join(purchases::table)
        .inner_join(contract_versions::table)
        .inner_join(accounts::table.on(accounts::id.eq(charges::buyer_id)))
        .filter(charges::kind.eq_any(["appointment", "sale"]))
        .filter(charges::state.eq_any(ended()))
        .filter(purchases::vertical_id.eq(vertical))
        .group_by((
            charges::buyer_id,
            accounts::name,
            contract_versions::model,
            charges::kind,
            charges::state,
        ))
        .select((
            charges::buyer_id,
            accounts::name,
            contract_versions::model,
            charges::kind,
            charges::state,
            diesel::dsl::count_star(),
        ))
        .load(conn)?;
    rows.sort();
    let mut found: Vec<(AccountId, String, Model, Observed)> = Vec::new();
    for group in rows.chunk_by(|a, b| (a.0, a.2) == (b.0, b.2)) {
        let counts = group
            .iter()
            .map(|(.., kind, state, count)| (kind.clone(), state.clone(), *count));
        if let Some((buyer, name, model, ..)) = group.first() {
            found.push((*buyer, name.clone(), *model, tally(counts)));
        }
    }
    found.sort_by_key(|(_, name, model, seen)| {
        let known = seen.held + seen.not_held + seen.sold + seen.not_sold;
        (std::cmp::Reverse(known), name.clone(), *model)
    });
    found.truncate(limit);
    Ok(found)
}

/// Writes the buyer's active requests of a vertical into the change log that every server follows.
pub fn touch_requests(
    conn: &mut Conn,
    vertical: VerticalId,
    buyer: AccountId,
    now: Ts,
) -> Result<()> {
    let ids: Vec<RequestId> = purchase_requests::table
        .inner_join(contract_versions::table)
        .filter(purchase_requests::buyer_id.eq(buyer))
        .filter(purchase_requests::vertical_id.eq(vertical))
        .filter(purchase_requests::state.eq("active"))
        .filter(contract_versions::model.ne(Model::Ppl))
        .order(purchase_requests::id)
        .select(purchase_requests::id)
        .load(conn)?;
    for id in ids {
        diesel::insert_into(request_changes::table)
            .values((
                request_changes::request_id.eq(id),
                request_changes::at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}
