//! On which terms a seller offers a lead: what it asks, the models it accepts, copies, and until when.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::document::{Object, Reader, Spelling};
use crate::error::Reason;
use crate::money::{BasisPoints, Currency, Money, MoneyError};
use crate::verticals::{Model, Vertical};

pub(super) const MONEY_EXAMPLE: &str = r#"{"amount": "50.00", "currency": "EUR"}"#;
/// The greatest amount of one lead: beyond it, it is a slip of the keyboard.
const MAX_MINOR: i64 = 100_000_000_000;

pub(super) fn read_money(reader: &mut Reader, outer: &Object<'_>, key: &str) -> Option<Money> {
    let object = reader.object(outer, key);
    if object.is_empty() {
        if matches!(outer.get(key), Some(Value::Object(_))) {
            reader.refuse(outer.path(key), Reason::Required, MONEY_EXAMPLE);
        }
        return None;
    }
    reader.only(&object, &["amount", "currency"]);
    for key in ["amount", "currency"] {
        if object.get(key).is_none() {
            reader.refuse(object.path(key), Reason::Required, MONEY_EXAMPLE);
        }
    }
    let amount = reader.text(&object, "amount", 40);
    let currency = reader.text(&object, "currency", 10)?;
    let Ok(currency) = currency.to_uppercase().parse::<Currency>() else {
        reader.refuse(
            object.path("currency"),
            Reason::CurrencyUnknown,
            "EUR, RUB, USD",
        );
        return None;
    };
    let amount = match reader.spelling {
        Spelling::Typed => amount?,
        Spelling::Text => plain_decimal(&amount?),
    };
    read_amount(reader, object.path("amount"), &amount, currency)
}

fn read_amount(
    reader: &mut Reader,
    field: String,
    amount: &str,
    currency: Currency,
) -> Option<Money> {
    let refusal = match Money::parse(amount, currency) {
        Ok(money) if money.minor < 0 => (Reason::TooSmall, ">= 0".to_owned()),
        Ok(money) if money.minor > MAX_MINOR => {
            let most = Money::new(MAX_MINOR, currency);
            (Reason::TooLarge, format!("<= {}", most.amount()))
        }
        Ok(money) => return Some(money),
        Err(MoneyError::Decimals) => {
            let decimals = currency.exponent();
            (
                Reason::AmountInvalid,
                format!("at most {decimals} decimals"),
            )
        }
        Err(_) => (Reason::AmountInvalid, "a decimal number: 50.00".to_owned()),
    };
    reader.refuse(field, refusal.0, refusal.1);
    None
}

/// "1 250,50" is 1250.50.
fn plain_decimal(text: &str) -> String {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.contains('.') {
        compact
    } else {
        compact.replace(',', ".")
    }
}

/// The least that a seller wants where it is not paid by the lead; what is left out is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LeastTerms)]
pub struct Least {
    /// For each appointment that is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::money::MoneyJson>)]
    pub appointment: Option<Money>,
    /// Of each sale, in hundredths of a per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_bps: Option<BasisPoints>,
    /// Whether terms are taken whatever their expected yield; otherwise it must reach the ask.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any_yield: bool,
}

/// What is asked for a lead, beside its price.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub accepts: Vec<Model>,
    pub least: Least,
    pub copies: i32,
    pub external_id: Option<String>,
    pub days: i32,
}

fn read_least(reader: &mut Reader, root: &Object<'_>, ask: Option<Money>) -> Least {
    let object = reader.object(root, "least");
    reader.only(&object, &["appointment", "share_bps", "any_yield"]);
    let appointment = match (reader.spelling, object.get("appointment"), ask) {
        // Forms and files have one field for it, in the currency of the ask.
        (Spelling::Text, Some(Value::String(text)), Some(ask)) => {
            let field = object.path("appointment");
            read_amount(reader, field, &plain_decimal(text), ask.currency)
        }
        (Spelling::Text, Some(Value::String(_)), None) => None,
        _ => read_money(reader, &object, "appointment"),
    };
    if let (Some(least), Some(ask)) = (appointment, ask)
        && least.currency != ask.currency
    {
        let accepted = format!("{}, as the ask", ask.currency);
        let field = object.path("appointment.currency");
        reader.refuse(field, Reason::CurrencyMismatch, accepted);
    }
    Least {
        appointment,
        share_bps: reader
            .integer_within(&object, "share_bps", 1, 10_000)
            .and_then(|bps| i32::try_from(bps).ok())
            .map(BasisPoints),
        any_yield: reader.boolean(&object, "any_yield").unwrap_or(false),
    }
}

pub(super) fn read_terms(
    reader: &mut Reader,
    root: &Object<'_>,
    vertical: &Vertical,
    ask: Option<Money>,
) -> Terms {
    let models: Vec<&str> = Model::ALL.iter().map(|model| model.as_str()).collect();
    let mut accepts: Vec<Model> = reader
        .choices(root, "accepts", &models)
        .iter()
        .filter_map(|model| model.parse().ok())
        .collect();
    if accepts.is_empty() {
        accepts.push(Model::Ppl);
    }
    let copies = reader.integer_within(root, "copies", 1, i64::from(vertical.max_copies));
    let days = reader.integer_within(root, "expires_in_days", 1, i64::from(vertical.listing_days));
    let external_id = reader.text(root, "external_id", 200);
    if external_id.as_ref().is_some_and(|id| id.contains('@')) {
        let accepted = "your own number of the lead, without personal data";
        reader.refuse("external_id".to_owned(), Reason::NotAllowed, accepted);
    }
    Terms {
        least: read_least(reader, root, ask),
        accepts,
        copies: copies
            .and_then(|copies| i32::try_from(copies).ok())
            .unwrap_or(1),
        external_id,
        days: days
            .and_then(|days| i32::try_from(days).ok())
            .unwrap_or(vertical.listing_days),
    }
}
