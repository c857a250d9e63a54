//! The `verticals` and `vertical_attributes` tables.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    ConsentRecipients, DisputeRules, Field, FieldKind, Keeping, Numbers, Selling, SellingRules,
    Vertical, common,
};
use crate::clock::Ts;
use crate::db::schema::{
    purchase_requests, request_changes, vertical_attributes, vertical_changes, verticals,
};
use crate::db::types::{from_json, json};
use crate::db::{Conn, insert_rows};
use crate::error::{Code, Error, Result};
use crate::id::{RequestId, VerticalId};
use crate::money::BasisPoints;

#[derive(Queryable, Selectable)]
#[diesel(table_name = verticals)]
struct Row {
    id: VerticalId,
    key: String,
    name: String,
    description: String,
    commission_bps: BasisPoints,
    duplicate_window_days: i32,
    consent_max_age_days: i32,
    dispute_window_days: i32,
    listing_days: i32,
    max_copies: i32,
    min_age: i32,
    held_prior_bps: BasisPoints,
    sale_prior_bps: BasisPoints,
    prior_weight: i32,
    dispute_rules: String,
    keep_unsold_days: i32,
    keep_sold_days: i32,
    keep_refused_days: i32,
    consent_recipients: ConsentRecipients,
    selling: String,
    stopped: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = vertical_attributes)]
struct AttributeRow {
    vertical_id: VerticalId,
    key: String,
    label: String,
    kind: FieldKind,
    required: bool,
    filterable: bool,
    personal: bool,
    allowed_values: String,
    min_value: Option<i64>,
    max_value: Option<i64>,
}

#[derive(Insertable)]
#[diesel(table_name = vertical_attributes, treat_none_as_default_value = false)]
struct NewAttribute<'a> {
    vertical_id: VerticalId,
    key: &'a str,
    position: i32,
    label: &'a str,
    kind: FieldKind,
    required: bool,
    filterable: bool,
    personal: bool,
    allowed_values: String,
    min_value: Option<i64>,
    max_value: Option<i64>,
}

/// The vertical with this key, or a refusal with 404.
pub fn by_key(conn: &mut Conn, key: &str) -> Result<Vertical> {
    let row = verticals::table
        .filter(verticals::key.eq(key))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    one(conn, row)
}

/// The vertical with this id, or a refusal with 404.
pub fn by_id(conn: &mut Conn, id: VerticalId) -> Result<Vertical> {
    let row = verticals::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    one(conn, row)
}

/// Every vertical, by name.
pub fn all(conn: &mut Conn) -> Result<Vec<Vertical>> {
    let rows: Vec<Row> = verticals::table
        .order(verticals::name)
        .select(Row::as_select())
        .load(conn)?;
    let ids: Vec<VerticalId> = rows.iter().map(|row| row.id).collect();
    let mut fields = attributes(conn, &ids)?;
    rows.into_iter()
        .map(|row| {
            let own = fields.remove(&row.id).unwrap_or_default();
            assemble(row, own)
        })
        .collect()
}

/// Adds a vertical with its own fields; one of the same key is left as it is.
pub fn insert(conn: &mut Conn, vertical: &Vertical, now: Ts) -> Result<()> {
    let known: i64 = verticals::table
        .filter(verticals::key.eq(&vertical.key))
        .count()
        .get_result(conn)?;
    if known > 0 {
        return Ok(());
    }
    diesel::insert_into(verticals::table)
        .values((
            verticals::id.eq(vertical.id),
            verticals::key.eq(&vertical.key),
            verticals::name.eq(&vertical.name),
            verticals::description.eq(&vertical.description),
            verticals::commission_bps.eq(vertical.commission),
            verticals::duplicate_window_days.eq(vertical.duplicate_window_days),
            verticals::consent_max_age_days.eq(vertical.consent_max_age_days),
            verticals::dispute_window_days.eq(vertical.dispute_window_days),
            verticals::listing_days.eq(vertical.listing_days),
            verticals::max_copies.eq(vertical.max_copies),
            verticals::min_age.eq(vertical.min_age),
            verticals::held_prior_bps.eq(vertical.held_prior),
            verticals::sale_prior_bps.eq(vertical.sale_prior),
            verticals::prior_weight.eq(vertical.prior_weight),
            verticals::dispute_rules.eq(json(&vertical.disputes)?),
            verticals::keep_unsold_days.eq(vertical.keeping.unsold_days),
            verticals::keep_sold_days.eq(vertical.keeping.sold_days),
            verticals::keep_refused_days.eq(vertical.keeping.refused_days),
            verticals::consent_recipients.eq(vertical.keeping.recipients),
            verticals::selling.eq(json(&vertical.selling.rules)?),
            verticals::stopped.eq(vertical.selling.stopped),
            verticals::created_at.eq(now),
        ))
        .execute(conn)?;
    let rows = (1_i32..)
        .zip(&vertical.fields)
        .map(|(position, field)| {
            Ok(NewAttribute {
                vertical_id: vertical.id,
                key: &field.key,
                position,
                label: &field.label,
                kind: field.kind,
                required: field.required,
                filterable: field.filterable,
                personal: field.personal,
                allowed_values: json(&field.allowed)?,
                min_value: field.min,
                max_value: field.max,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_rows!(conn, vertical_attributes::table, &rows)?;
    count_change(conn)
}

/// Sets the numbers of a vertical that is there.
/// The active requests of the vertical are compiled anew by them.
pub fn set_numbers(conn: &mut Conn, id: VerticalId, numbers: &Numbers, now: Ts) -> Result<()> {
    diesel::update(verticals::table.find(id))
        .set((
            verticals::commission_bps.eq(numbers.commission),
            verticals::duplicate_window_days.eq(numbers.duplicate_window_days),
            verticals::consent_max_age_days.eq(numbers.consent_max_age_days),
            verticals::dispute_window_days.eq(numbers.dispute_window_days),
            verticals::listing_days.eq(numbers.listing_days),
            verticals::max_copies.eq(numbers.max_copies),
            verticals::min_age.eq(numbers.min_age),
            verticals::held_prior_bps.eq(numbers.held_prior),
            verticals::sale_prior_bps.eq(numbers.sale_prior),
            verticals::prior_weight.eq(numbers.prior_weight),
            verticals::dispute_rules.eq(json(&numbers.disputes)?),
        ))
        .execute(conn)?;
    touch_requests(conn, id, now)
}

/// Sets how long a vertical keeps personal data, and whom its consents cover.
/// The active requests of the vertical are compiled anew by it.
pub fn set_keeping(conn: &mut Conn, id: VerticalId, keeping: &Keeping, now: Ts) -> Result<()> {
    diesel::update(verticals::table.find(id))
        .set((
            verticals::keep_unsold_days.eq(keeping.unsold_days),
            verticals::keep_sold_days.eq(keeping.sold_days),
            verticals::keep_refused_days.eq(keeping.refused_days),
            verticals::consent_recipients.eq(keeping.recipients),
        ))
        .execute(conn)?;
    touch_requests(conn, id, now)
}

/// Sets how the leads of a vertical are sold.
pub fn set_selling(conn: &mut Conn, id: VerticalId, selling: &Selling, now: Ts) -> Result<()> {
    diesel::update(verticals::table.find(id))
        .set((
            verticals::selling.eq(json(&selling.rules)?),
            verticals::stopped.eq(selling.stopped),
        ))
        .execute(conn)?;
    touch_requests(conn, id, now)
}

/// How often a vertical was changed.
pub fn changes(conn: &mut Conn) -> Result<i64> {
    Ok(vertical_changes::table
        .find(1)
        .select(vertical_changes::changes)
        .get_result(conn)?)
}

fn count_change(conn: &mut Conn) -> Result<()> {
    diesel::update(vertical_changes::table.find(1))
        .set(vertical_changes::changes.eq(vertical_changes::changes + 1))
        .execute(conn)?;
    Ok(())
}

/// Tells every server that a vertical is another, and that its active requests are to be compiled anew.
fn touch_requests(conn: &mut Conn, id: VerticalId, now: Ts) -> Result<()> {
    count_change(conn)?;
    let active: Vec<RequestId> = purchase_requests::table
        .filter(purchase_requests::vertical_id.eq(id))
        .filter(purchase_requests::state.eq("active"))
        .order(purchase_requests::id)
        .select(purchase_requests::id)
        .load(conn)?;
    for request in active {
        diesel::insert_into(request_changes::table)
            .values((
                request_changes::request_id.eq(request),
                request_changes::at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn one(conn: &mut Conn, row: Option<Row>) -> Result<Vertical> {
    let row = row.ok_or_else(|| Error::refused(Code::NotFound))?;
    let own = attributes(conn, &[row.id])?
        .remove(&row.id)
        .unwrap_or_default();
    assemble(row, own)
}

fn attributes(conn: &mut Conn, ids: &[VerticalId]) -> Result<HashMap<VerticalId, Vec<Field>>> {
    let rows: Vec<AttributeRow> = vertical_attributes::table
        .filter(vertical_attributes::vertical_id.eq_any(ids.to_vec()))
        .order((
            vertical_attributes::vertical_id,
            vertical_attributes::position,
        ))
        .select(AttributeRow::as_select())
        .load(conn)?;
    let mut fields: HashMap<VerticalId, Vec<Field>> = HashMap::new();
    for row in rows {
        fields.entry(row.vertical_id).or_default().push(Field {
            key: row.key,
            label: row.label,
            kind: row.kind,
            required: row.required,
            filterable: row.filterable,
            personal: row.personal,
            allowed: from_json(&row.allowed_values)?,
            min: row.min_value,
            max: row.max_value,
        });
    }
    Ok(fields)
}

fn assemble(row: Row, own: Vec<Field>) -> Result<Vertical> {
    let mut fields = common::fields(row.min_age);
    fields.extend(own);
    let disputes: DisputeRules = from_json(&row.dispute_rules)?;
    let rules: SellingRules = from_json(&row.selling)?;
    let selling = Selling {
        rules,
        stopped: row.stopped,
    };
    Ok(Vertical {
        id: row.id,
        key: row.key,
        name: row.name,
        description: row.description,
        commission: row.commission_bps,
        duplicate_window_days: row.duplicate_window_days,
        consent_max_age_days: row.consent_max_age_days,
        dispute_window_days: row.dispute_window_days,
        listing_days: row.listing_days,
        max_copies: row.max_copies,
        min_age: row.min_age,
        held_prior: row.held_prior_bps,
        sale_prior: row.sale_prior_bps,
        prior_weight: row.prior_weight,
        keeping: Keeping {
            unsold_days: row.keep_unsold_days,
            sold_days: row.keep_sold_days,
            refused_days: row.keep_refused_days,
            recipients: row.consent_recipients,
        },
        selling,
        disputes,
        fields,
    })
}
