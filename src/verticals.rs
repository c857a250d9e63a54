//! Verticals: the markets for one kind of lead, each with the attributes its leads may carry.

pub mod api;
mod catalogue;
mod common;
mod dispute_rules;
mod keeping;
mod numbers;
pub mod pages;
pub mod place;
mod selling;
mod shipped;
mod store;

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use catalogue::{Catalogue, CatalogueData, Shared};
pub use dispute_rules::{DisputeReason, DisputeRules, EvidenceNeeded, NotCreditable};
pub use keeping::{ConsentRecipients, Keeping, change as change_keeping};
pub use numbers::{Numbers, change};
pub use selling::{
    AgeStep, Distribution, Pricing, Selling, SellingForm, SellingRules, change as change_selling,
};
pub use shipped::seed;
pub use store::{all, by_id, by_key};

use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Error, Reason, Result};
use crate::id::VerticalId;
use crate::money::BasisPoints;
use crate::text::Lang;

text_enum! {
    /// What a buyer pays for under a contract.
    pub enum Model {
        /// A fixed price for each qualifying lead.
        Ppl = "ppl",
        /// A fixed price for each appointment held.
        Ppa = "ppa",
        /// A share of each sale.
        Pps = "pps",
        /// A base fee and a bonus.
        Hybrid = "hybrid",
    }
}

impl Model {
    pub fn label(self, l: &Lang) -> String {
        match self {
            Self::Ppl => fl!(l, "contracts-model-ppl"),
            Self::Ppa => fl!(l, "contracts-model-ppa"),
            Self::Pps => fl!(l, "contracts-model-pps"),
            Self::Hybrid => fl!(l, "contracts-model-hybrid"),
        }
    }
}

text_enum! {
    /// The type of an attribute's values.
    pub enum FieldKind { Text = "text", Integer = "integer", Boolean = "boolean", Choice = "choice" }
}

impl FieldKind {
    pub fn label(self, l: &Lang) -> String {
        match self {
            Self::Text => fl!(l, "vertical-kind-text"),
            Self::Integer => fl!(l, "vertical-kind-integer"),
            Self::Boolean => fl!(l, "vertical-kind-boolean"),
            Self::Choice => fl!(l, "vertical-kind-choice"),
        }
    }
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Text(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Text(value) => f.write_str(value),
        }
    }
}

/// What is known of a lead by attribute key; a missing key is an unknown value.
pub type Attributes = BTreeMap<String, Value>;

/// An attribute that a lead of the vertical may or must carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VerticalField)]
pub struct Field {
    pub key: String,
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
    /// Whether purchase requests may ask for it.
    pub filterable: bool,
    /// Sealed with the contact and shown only to who bought the lead.
    pub personal: bool,
    /// The values of a choice; empty for other kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// The least value of an integer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The greatest value of an integer, or the longest text in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

impl Field {
    /// What would be accepted as a value, for refusals and forms.
    pub fn accepted(&self) -> String {
        match self.kind {
            FieldKind::Choice => self.allowed.join(", "),
            FieldKind::Boolean => "true, false".to_owned(),
            FieldKind::Integer => match (self.min, self.max) {
                (Some(min), Some(max)) => format!("{min} to {max}"),
                (Some(min), None) => format!(">= {min}"),
                (None, Some(max)) => format!("<= {max}"),
                (None, None) => "123".to_owned(),
            },
            FieldKind::Text => format!("up to {} characters", self.max_chars()),
        }
    }

    /// The choices from `least` on, in the order of the field.
    pub fn at_least(&self, least: &str) -> Vec<String> {
        self.allowed
            .iter()
            .skip_while(|choice| *choice != least)
            .cloned()
            .collect()
    }

    /// The longest text that is taken, in characters.
    pub fn max_chars(&self) -> usize {
        self.max
            .and_then(|max| usize::try_from(max).ok())
            .unwrap_or(500)
    }
}

/// A market for one kind of lead, with its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Vertical {
    pub id: VerticalId,
    pub key: String,
    pub name: String,
    pub description: String,
    /// The exchange's share of each sale.
    #[serde(rename = "commission_bps")]
    pub commission: BasisPoints,
    pub duplicate_window_days: i32,
    pub consent_max_age_days: i32,
    pub dispute_window_days: i32,
    /// How long a lead is on offer unless its seller wants less.
    pub listing_days: i32,
    pub max_copies: i32,
    pub min_age: i32,
    /// The chance of a held appointment, and of a sale, before anything was observed.
    #[serde(rename = "held_prior_bps")]
    pub held_prior: BasisPoints,
    #[serde(rename = "sale_prior_bps")]
    pub sale_prior: BasisPoints,
    /// The leads that these chances count for beside observed ones.
    pub prior_weight: i32,
    /// How long personal data is kept, and whom its consents cover.
    pub keeping: Keeping,
    /// How its leads are given out and priced.
    pub selling: Selling,
    /// How leads are disputed; contract versions pin it.
    pub disputes: DisputeRules,
    /// The fields every vertical has, then its own.
    pub fields: Vec<Field>,
}

/// The vertical that a field of a document names; an unknown one is refused with those that there are.
pub fn named(conn: &mut Conn, key: &str) -> Result<Vertical> {
    let all = all(conn)?;
    let found = all.iter().find(|vertical| vertical.key == key).cloned();
    found.ok_or_else(|| unknown(all.iter().map(|vertical| vertical.key.as_str())))
}

/// The refusal of a key that is none of these.
pub fn unknown<'a>(keys: impl Iterator<Item = &'a str>) -> Error {
    let keys: Vec<&str> = keys.collect();
    let accepted = format!("one of: {}", keys.join(", "));
    Error::invalid_field("vertical", Reason::VerticalUnknown, accepted)
}

impl Vertical {
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}
