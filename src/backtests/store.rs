//! What leads were sold for.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::purchases;
use crate::error::Result;
use crate::id::{AccountId, LeadId};

/// Leads in one statement.
const AT_ONCE: usize = 500;

/// What buyers other than this one paid for copies of the leads, the least first, in minor units.
pub fn sold_to_others(
    conn: &mut Conn,
    ids: &[LeadId],
    buyer: AccountId,
) -> Result<HashMap<LeadId, Vec<i64>>> {
    let mut sold: HashMap<LeadId, Vec<i64>> = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows: Vec<(LeadId, i64)> = purchases::table
            .filter(purchases::lead_id.eq_any(ids))
            .filter(purchases::buyer_id.ne(buyer))
            .order(purchases::price_minor)
            .select((purchases::lead_id, purchases::price_minor))
            .load(conn)?;
        for (lead, price) in rows {
            sold.entry(lead).or_default().push(price);
        }
    }
    Ok(sold)
}
