//! The counters of a request: what its caps' windows hold, and the room that is held for pings.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::clock::Ts;
use crate::db::schema::{purchase_requests, request_cap_counters};
use crate::db::{Conn, Prepared, each};
use crate::error::Result;
use crate::id::RequestId;
use crate::requests::windows::{Cap, CapWindow};
use crate::requests::{PurchaseRequest, RequestState};

/// Counts one lead in the window that began at `start` if the cap allows it.
pub fn count_in_window(
    conn: &mut Conn,
    id: RequestId,
    cap: &Cap,
    start: Ts,
    price: i64,
) -> Result<bool> {
    use request_cap_counters::dsl;
    let most_count = cap.count.unwrap_or(i64::MAX);
    let most_spent = cap.amount.map_or(i64::MAX, |amount| amount.minor);
    if most_count < 1 || price > most_spent {
        return Ok(false);
    }
    // The trait is named, since the prelude's `filter` is that of queries.
    let counted = each!(conn, |inner| Prepared(
        diesel::query_dsl::methods::FilterDsl::filter(
            diesel::insert_into(dsl::request_cap_counters)
                .values((
                    dsl::request_id.eq(id),
                    dsl::cap_window.eq(cap.window),
                    dsl::starts_at.eq(start),
                    dsl::bought.eq(1_i64),
                    dsl::spent_minor.eq(price),
                ))
                .on_conflict((dsl::request_id, dsl::cap_window, dsl::starts_at))
                .do_update()
                .set((
                    dsl::bought.eq(dsl::bought + 1),
                    dsl::spent_minor.eq(dsl::spent_minor + price),
                )),
            dsl::bought
                .lt(most_count)
                .and(dsl::spent_minor.le(most_spent - price)),
        )
        .returning(dsl::bought)
    )
    .has_changed::<_, i64>(inner))?;
    Ok(counted)
}

/// What a window holds so far: leads and minor units.
pub fn window_use(
    conn: &mut Conn,
    id: RequestId,
    window: CapWindow,
    start: Ts,
) -> Result<(i64, i64)> {
    Ok(request_cap_counters::table
        .find((id, window, start))
        .select((
            request_cap_counters::bought,
            request_cap_counters::spent_minor,
        ))
        .first(conn)
        .optional()?
        .unwrap_or_default())
}

/// Takes one lead at this price out of a window again; answers leads and minor units that it holds now, `None`
/// when it did not hold that much.
pub fn uncount_in_window(
    conn: &mut Conn,
    id: RequestId,
    window: CapWindow,
    start: Ts,
    price: i64,
) -> Result<Option<(i64, i64)>> {
    use request_cap_counters::dsl;
    let uncounted = diesel::update(dsl::request_cap_counters.find((id, window, start)))
        .filter(dsl::bought.ge(1))
        .filter(dsl::spent_minor.ge(price))
        .set((
            dsl::bought.eq(dsl::bought - 1),
            dsl::spent_minor.eq(dsl::spent_minor - price),
        ))
        .returning((dsl::bought, dsl::spent_minor));
    Ok(each!(conn, |inner| Prepared(uncounted).get_result(inner)).optional()?)
}

/// Holds room for one lead if state, version, quantity and budget allow.
pub fn hold_room(conn: &mut Conn, request: &PurchaseRequest, price: i64, now: Ts) -> Result<bool> {
    use purchase_requests::dsl;
    let hold = diesel::update(purchase_requests::table)
        .filter(dsl::id.eq(request.id))
        .filter(dsl::state.eq(RequestState::Active))
        .filter(dsl::version.eq(request.version))
        .filter((dsl::bought + dsl::held).lt(dsl::quantity))
        .filter((dsl::spent_minor + dsl::held_minor + price).le(dsl::budget_minor))
        .set((
            dsl::held.eq(dsl::held + 1),
            dsl::held_minor.eq(dsl::held_minor + price),
            dsl::last_served_at.eq(now),
        ))
        .returning(dsl::id);
    Ok(each!(conn, |inner| Prepared(hold)
        .has_changed::<_, RequestId>(inner))?)
}

/// What a request's row says of its room.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Room {
    pub quantity: i64,
    pub bought: i64,
    pub held: i64,
    pub budget_minor: i64,
    pub spent_minor: i64,
    pub held_minor: i64,
}

/// Gives up room that was held for one lead; answers what is left, `None` when none was held.
pub fn give_up_room(conn: &mut Conn, id: RequestId, price: i64) -> Result<Option<Room>> {
    use purchase_requests::dsl;
    let give_up = diesel::update(purchase_requests::table)
        .filter(dsl::id.eq(id))
        .filter(dsl::held.ge(1))
        .filter(dsl::held_minor.ge(price))
        .set((
            dsl::held.eq(dsl::held - 1),
            dsl::held_minor.eq(dsl::held_minor - price),
        ))
        .returning((
            dsl::quantity,
            dsl::bought,
            dsl::held,
            dsl::budget_minor,
            dsl::spent_minor,
            dsl::held_minor,
        ));
    Ok(each!(conn, |inner| Prepared(give_up).get_result::<Room>(inner)).optional()?)
}

/// Counts a lead in the room that was held for it, if the request is still what it was; the state and what is
/// spent after it, `None` when it is not.
pub fn fill_room(
    conn: &mut Conn,
    request: &PurchaseRequest,
    version: i64,
    price: i64,
) -> Result<Option<(RequestState, i64)>> {
    use purchase_requests::dsl;
    let next_spent = price.saturating_add(request.commitment(request.least_bid()).minor);
    let is_last = dsl::bought
        .ge(dsl::quantity - 1)
        .or((dsl::spent_minor + next_spent).gt(dsl::budget_minor));
    let fill = diesel::update(purchase_requests::table)
        .filter(dsl::id.eq(request.id))
        .filter(dsl::state.eq(RequestState::Active))
        .filter(dsl::version.eq(version))
        .filter(dsl::held.ge(1))
        .filter(dsl::held_minor.ge(price))
        .set((
            dsl::state.eq(diesel::dsl::case_when(
                is_last,
                RequestState::Fulfilled.into_sql::<Text>(),
            )
            .otherwise(RequestState::Active.into_sql::<Text>())),
            dsl::held.eq(dsl::held - 1),
            dsl::held_minor.eq(dsl::held_minor - price),
            dsl::bought.eq(dsl::bought + 1),
            dsl::spent_minor.eq(dsl::spent_minor + price),
        ))
        .returning((dsl::state, dsl::spent_minor));
    Ok(each!(conn, |inner| Prepared(fill).get_result(inner)).optional()?)
}
