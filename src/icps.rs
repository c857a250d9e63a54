//! Customer profiles: whom a buyer sells to. What the vertical's fields know becomes a filter, from which
//! a request or the criteria of a contract can start; the rest is kept as notes.

pub mod api;
pub mod pages;
mod store;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

pub use store::{Icp, get, page};

use crate::access::Caller;
use crate::audit;
use crate::clock::Ts;
use crate::conditions::{Condition, Conditions, Filter, FilterFields, Op};
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::IcpId;
use crate::leads;
use crate::text::english;
use crate::verticals::{FieldKind, Value, Vertical, place};

const MAX_NAME: usize = 120;
const MAX_ITEMS: usize = 100;
const MAX_ITEM: usize = 100;
const MAX_NOTES: usize = 5_000;
const MAX_EMPLOYEES: i64 = 10_000_000;
/// Profiles that one account may have.
const MAX_ICPS: i64 = 500;
/// Listed leads that are looked at, the newest first.
const LOOKED_AT: i64 = 10_000;

/// Whom a buyer sells to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CustomerProfile)]
pub struct Profile {
    #[schema(example = json!(["technology"]))]
    pub industries: Vec<String>,
    /// How many people the company employs.
    pub employees: Employees,
    /// ISO 3166-1 codes or names.
    #[schema(example = json!(["LV", "EE"]))]
    pub countries: Vec<String>,
    /// ISO 3166-2 codes or names.
    pub regions: Vec<String>,
    /// The least senior contact that can decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "manager")]
    pub min_seniority: Option<String>,
    /// What the product solves.
    pub problems: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// Both ends are open when left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Employees {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

/// A profile with its name, ready to be kept.
#[derive(Debug, Clone)]
pub struct NewIcp {
    pub name: String,
    pub profile: Profile,
}

impl NewIcp {
    /// Checks everything and names every field that is wrong; places become their codes.
    pub fn parse(
        name: &str,
        profile: &Profile,
        vertical: &Vertical,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, reason, accepted: String| {
            errors.push(FieldError::new(field, reason, accepted));
        };
        let name = name.trim();
        if name.is_empty() {
            let accepted = "a name to know the profile by".to_owned();
            refuse("name", Reason::Required, accepted);
        } else if name.chars().count() > MAX_NAME {
            let accepted = format!("up to {MAX_NAME} characters");
            refuse("name", Reason::TooLong, accepted);
        }
        let lists = [
            ("industries", &profile.industries),
            ("countries", &profile.countries),
            ("regions", &profile.regions),
            ("problems", &profile.problems),
        ];
        for (field, items) in lists {
            if items.len() > MAX_ITEMS {
                refuse(field, Reason::TooMany, format!("up to {MAX_ITEMS}"));
            } else if items.iter().any(|item| item.chars().count() > MAX_ITEM) {
                let accepted = format!("up to {MAX_ITEM} characters each");
                refuse(field, Reason::TooLong, accepted);
            }
        }
        for (field, end) in [
            ("employees.from", profile.employees.from),
            ("employees.to", profile.employees.to),
        ] {
            if let Some(count) = end {
                let accepted = format!("1 to {MAX_EMPLOYEES}");
                if count < 1 {
                    refuse(field, Reason::TooSmall, accepted);
                } else if count > MAX_EMPLOYEES {
                    refuse(field, Reason::TooLarge, accepted);
                }
            }
        }
        if let (Some(from), Some(to)) = (profile.employees.from, profile.employees.to)
            && from > to
        {
            refuse("employees.to", Reason::TooSmall, format!("{from} or more"));
        }
        if let (Some(least), Some(field)) = (&profile.min_seniority, vertical.field("seniority"))
            && !field.allowed.contains(least)
        {
            let accepted = format!("one of: {}", field.allowed.join(", "));
            refuse("min_seniority", Reason::NotAllowed, accepted);
        }
        if profile.notes.chars().count() > MAX_NOTES {
            let accepted = format!("up to {MAX_NOTES} characters");
            refuse("notes", Reason::TooLong, accepted);
        }
        let countries = codes(&profile.countries, place::country);
        if countries.is_none() {
            let accepted = "ISO 3166-1 codes or names such as LV, Latvia".to_owned();
            refuse("countries", Reason::CountryUnknown, accepted);
        }
        let within = countries.iter().flatten().next().map(String::as_str);
        let regions = codes(&profile.regions, |region| {
            place::region(None, region).or_else(|| place::region(within, region))
        });
        if regions.is_none() {
            let accepted = "ISO 3166-2 codes or names such as LV-RIX".to_owned();
            refuse("regions", Reason::RegionUnknown, accepted);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            name: name.to_owned(),
            profile: Profile {
                industries: tidy(&profile.industries),
                countries: countries.unwrap_or_default(),
                regions: regions.unwrap_or_default(),
                problems: tidy(&profile.problems),
                notes: profile.notes.trim().to_owned(),
                ..profile.clone()
            },
        })
    }
}

fn tidy(items: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(items.len());
    for item in items.iter().map(|item| item.trim()) {
        if !item.is_empty() && kept.iter().all(|other| other != item) {
            kept.push(item.to_owned());
        }
    }
    kept
}

fn codes(names: &[String], code: impl Fn(&str) -> Option<&'static str>) -> Option<Vec<String>> {
    tidy(names)
        .iter()
        .map(|name| code(name).map(str::to_owned))
        .collect()
}

/// What a profile says in the fields of a vertical, and what these do not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub filter: Filter,
    /// Names of the profile's parts that are kept as notes, with what they hold.
    pub notes: Vec<(&'static str, Vec<String>)>,
}

impl Profile {
    /// Turns what the vertical's open fields know into conditions.
    pub fn said(&self, vertical: &Vertical) -> Said {
        let fields = FilterFields::of(vertical, english());
        let (mut conditions, mut notes) = (Vec::new(), Vec::new());
        let mut list = |part: &'static str, key: &str, items: &[String]| {
            let field = fields.get(key);
            let (known, rest): (Vec<String>, Vec<String>) =
                items.iter().cloned().partition(|item| {
                    field.is_some_and(|field| match field.kind {
                        FieldKind::Choice => field.allowed.contains(item),
                        FieldKind::Text => true,
                        FieldKind::Integer | FieldKind::Boolean => false,
                    })
                });
            if !known.is_empty() {
                let values = known.into_iter().map(Value::Text).collect();
                conditions.push(condition(key, Op::In, values));
            }
            if !rest.is_empty() {
                notes.push((part, rest));
            }
        };
        list("industries", "industry", &self.industries);
        list("countries", "country", &self.countries);
        list("regions", "region", &self.regions);
        list("problems", "problem", &self.problems);
        let least = self.min_seniority.as_deref();
        let seniorities = least.map_or_else(Vec::new, |least| {
            vertical
                .field("seniority")
                .filter(|_| fields.get("seniority").is_some())
                .map_or_else(|| vec![least.to_owned()], |field| field.at_least(least))
        });
        list("min_seniority", "seniority", &seniorities);
        let ends = [self.employees.from, self.employees.to];
        let knows_size = fields
            .get("employees")
            .is_some_and(|field| field.kind == FieldKind::Integer);
        match ends {
            [None, None] => {}
            _ if !knows_size => {
                let shown = |end: Option<i64>| end.map_or_else(String::new, |end| end.to_string());
                let range = format!("{} - {}", shown(ends[0]), shown(ends[1]));
                notes.push(("employees", vec![range.trim().to_owned()]));
            }
            [Some(from), None] => {
                conditions.push(condition("employees", Op::Gte, vec![Value::Int(from)]));
            }
            [None, Some(to)] => {
                conditions.push(condition("employees", Op::Lte, vec![Value::Int(to)]));
            }
            [Some(from), Some(to)] => {
                let values = vec![Value::Int(from), Value::Int(to)];
                conditions.push(condition("employees", Op::Between, values));
            }
        }
        Said {
            filter: Filter::All(conditions),
            notes,
        }
    }
}

fn condition(field: &str, op: Op, values: Vec<Value>) -> Filter {
    let op = if op == Op::In && values.len() == 1 {
        Op::Eq
    } else {
        op
    };
    Filter::Condition(Condition {
        field: field.to_owned(),
        op,
        values,
        wish: false,
        bonus: None,
    })
}

/// How many of the listed leads fit a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fits {
    pub fits: usize,
    pub looked_at: usize,
}

/// Counts the listed leads of the vertical that fit.
pub fn count(conn: &mut Conn, vertical: &Vertical, filter: &Filter, now: Ts) -> Result<Fits> {
    let fields = FilterFields::of(vertical, english());
    let conditions = Conditions::compile(filter, &fields)?;
    let listings = leads::listed_in(conn, vertical.id, now, LOOKED_AT)?;
    let fitting = listings
        .iter()
        .filter(|listing| conditions.matches(listing, now));
    Ok(Fits {
        fits: fitting.count(),
        looked_at: listings.len(),
    })
}

/// Keeps a new profile of the caller's.
pub fn create(
    conn: &mut Conn,
    caller: &Caller,
    vertical: &Vertical,
    new: NewIcp,
    now: Ts,
) -> Result<Icp> {
    if store::count(conn, caller.account_id)? >= MAX_ICPS {
        let accepted = format!("up to {MAX_ICPS} profiles");
        return Err(Error::invalid_field("name", Reason::TooMany, accepted));
    }
    let icp = Icp {
        id: IcpId::new(now),
        buyer_id: caller.account_id,
        vertical_id: vertical.id,
        name: new.name,
        profile: new.profile,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert(conn, &icp)?;
    record(conn, caller, &icp, "icp.created", told(&icp), now)?;
    Ok(icp)
}

/// Replaces a profile, if it is still the version that its writer saw; its vertical stays.
pub fn update(
    conn: &mut Conn,
    caller: &Caller,
    id: IcpId,
    seen: i64,
    new: NewIcp,
    now: Ts,
) -> Result<Icp> {
    let icp = get(conn, caller.account_id, id)?;
    let before = told(&icp);
    let next = Icp {
        name: new.name,
        profile: new.profile,
        version: seen.saturating_add(1),
        updated_at: now,
        ..icp
    };
    if !store::update(conn, &next, seen)? {
        return Err(Error::refused(Code::VersionMismatch));
    }
    let detail = audit::change(&before, &told(&next))?;
    record(conn, caller, &next, "icp.edited", detail, now)?;
    Ok(next)
}

/// A profile as the audit log keeps it.
fn told(icp: &Icp) -> serde_json::Value {
    json!({ "version": icp.version, "name": icp.name, "profile": icp.profile })
}

fn record(
    conn: &mut Conn,
    caller: &Caller,
    icp: &Icp,
    action: &str,
    detail: serde_json::Value,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(icp.buyer_id),
            action,
            subject: icp.id.to_string(),
            detail,
        },
    )
}
