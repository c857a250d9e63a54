//! The verticals that a new installation starts with, from `shipped.json`.

use serde::Deserialize;

use super::{DisputeRules, Field, FieldKind, Keeping, Selling, Vertical, store};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::from_json;
use crate::error::Result;
use crate::id::VerticalId;
use crate::money::BasisPoints;

const SHIPPED: &str = include_str!("shipped.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
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
    fields: Vec<ShippedField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShippedField {
    key: String,
    label: String,
    kind: FieldKind,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    filterable: bool,
    #[serde(default)]
    personal: bool,
    #[serde(default)]
    allowed: Vec<String>,
    min: Option<i64>,
    max: Option<i64>,
}

/// Adds the shipped verticals that are not there yet.
pub fn seed(conn: &mut Conn, now: Ts) -> Result<()> {
    for vertical in shipped(now)? {
        store::insert(conn, &vertical, now)?;
    }
    Ok(())
}

fn shipped(now: Ts) -> Result<Vec<Vertical>> {
    let list: Vec<Shipped> = from_json(SHIPPED)?;
    Ok(list
        .into_iter()
        .map(|shipped| Vertical {
            id: VerticalId::new(now),
            key: shipped.key,
            name: shipped.name,
            description: shipped.description,
            commission: shipped.commission_bps,
            duplicate_window_days: shipped.duplicate_window_days,
            consent_max_age_days: shipped.consent_max_age_days,
            dispute_window_days: shipped.dispute_window_days,
            listing_days: shipped.listing_days,
            max_copies: shipped.max_copies,
            min_age: shipped.min_age,
            held_prior: shipped.held_prior_bps,
            sale_prior: shipped.sale_prior_bps,
            prior_weight: shipped.prior_weight,
            keeping: Keeping::default(),
            selling: Selling::default(),
            disputes: DisputeRules::default(),
            fields: shipped.fields.into_iter().map(field).collect(),
        })
        .collect())
}

fn field(shipped: ShippedField) -> Field {
    Field {
        key: shipped.key,
        label: shipped.label,
        kind: shipped.kind,
        required: shipped.required,
        filterable: shipped.filterable,
        personal: shipped.personal,
        allowed: shipped.allowed,
        min: shipped.min,
        max: shipped.max,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::verticals::common;

    #[test]
    fn shipped_fields_are_sound() {
        let verticals = shipped(Ts::from_micros(0)).unwrap();
        let keys: Vec<&str> = verticals.iter().map(|v| v.key.as_str()).collect();
        assert_eq!(keys, ["eyewear", "b2b-software", "home-solar"]);
        for vertical in verticals {
            let common = common::fields(vertical.min_age);
            let all: Vec<&Field> = common.iter().chain(&vertical.fields).collect();
            let keys: HashSet<&str> = all.iter().map(|field| field.key.as_str()).collect();
            assert_eq!(keys.len(), all.len(), "a key twice in {}", vertical.key);
            for field in all {
                assert_eq!(
                    field.kind == FieldKind::Choice,
                    !field.allowed.is_empty(),
                    "{}",
                    field.key
                );
                assert!(!(field.personal && field.filterable), "{}", field.key);
            }
        }
    }
}
