//! Exact money: whole minor units with a currency, basis points, and splits whose parts add up.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An ISO 4217 currency whose exponent is 0, 2 or 3.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    pub const RUB: Self = Self(iso_currency::Currency::RUB);

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits after the decimal point.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(text)
            .filter(|currency| matches!(currency.exponent(), Some(0 | 2 | 3)))
            .map(Self)
            .ok_or(MoneyError::Currency)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// What was wrong with an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("not an ISO 4217 currency code")]
    Currency,
    #[error("not a decimal amount")]
    Amount,
    #[error("more decimals than the currency has")]
    Decimals,
    #[error("amounts of different currencies")]
    Mixed,
    #[error("amount out of range")]
    Range,
}

/// An amount in minor units (cents, kopeks) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a decimal string such as `1666.67`; a currency without so many decimals is refused.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        let decimal = Decimal::from_str_exact(amount.trim()).map_err(|_| MoneyError::Amount)?;
        if decimal.normalize().scale() > currency.exponent() {
            return Err(MoneyError::Decimals);
        }
        let minor = decimal
            .checked_mul(Decimal::from(10_i64.pow(currency.exponent())))
            .and_then(|scaled| scaled.to_i64())
            .ok_or(MoneyError::Range)?;
        Ok(Self { minor, currency })
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    pub fn times(self, count: i64) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(count).ok_or(MoneyError::Range)?;
        Ok(Self { minor, ..self })
    }

    fn combine(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed);
        }
        let minor = operation(self.minor, other.minor).ok_or(MoneyError::Range)?;
        Ok(Self { minor, ..self })
    }

    /// The share of `rate`, half-even to the minor unit.
    pub fn share(self, rate: BasisPoints) -> Self {
        let scaled = i128::from(self.minor) * i128::from(rate.0);
        Self {
            minor: divide_half_even(scaled, 10_000),
            ..self
        }
    }

    /// The amount as a decimal string without the currency: `1666.67`.
    pub fn amount(self) -> String {
        Decimal::new(self.minor, self.currency.exponent()).to_string()
    }

    /// For people: thousands set apart by a thin space, `30 000.00 RUB`.
    pub fn shown(self) -> String {
        let plain = self.amount();
        let (sign, digits) = plain
            .strip_prefix('-')
            .map_or(("", plain.as_str()), |rest| ("\u{2212}", rest));
        let (whole, fraction) = digits
            .split_once('.')
            .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
        let mut text = String::from(sign);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push('\u{202f}');
            }
            text.push(digit);
        }
        if let Some(fraction) = fraction {
            text.push('.');
            text.push_str(fraction);
        }
        format!("{text}\u{a0}{}", self.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

/// Quotient rounded half to even; quotients beyond `i64` are cut to its ends.
pub fn divide_half_even(dividend: i128, divisor: i128) -> i64 {
    let quotient = dividend.div_euclid(divisor);
    let twice = dividend.rem_euclid(divisor) * 2;
    let up = twice > divisor || (twice == divisor && quotient % 2 != 0);
    let rounded = quotient + i128::from(up);
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

/// A rate in hundredths of a per cent; 10,000 is the whole.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    AsExpression,
    FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Integer)]
pub struct BasisPoints(pub i32);

impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", Decimal::new(i64::from(self.0), 2).normalize())
    }
}

/// Splits `total` by `weights` with the largest remainders; ties go to the lowest index.
/// The parts always add up to `total`; no positive weight gives no parts.
pub fn split(total: i64, weights: &[u32]) -> Vec<i64> {
    let sum: i128 = weights.iter().copied().map(i128::from).sum();
    if sum == 0 {
        return Vec::new();
    }
    let scaled: Vec<i128> = weights
        .iter()
        .map(|&weight| i128::from(total) * i128::from(weight))
        .collect();
    let mut parts: Vec<i128> = scaled.iter().map(|part| part.div_euclid(sum)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&index| (-scaled[index].rem_euclid(sum), index));
    let rest = i128::from(total) - parts.iter().sum::<i128>();
    for index in order.into_iter().take(usize::try_from(rest).unwrap_or(0)) {
        parts[index] += 1;
    }
    parts
        .into_iter()
        .map(|part| i64::try_from(part).unwrap_or(i64::MAX))
        .collect()
}

/// Money as JSON carries it: `{"amount": "50.00", "currency": "EUR"}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Money)]
pub struct MoneyJson {
    #[schema(example = "50.00")]
    pub amount: String,
    #[schema(example = "EUR")]
    pub currency: String,
}

impl From<Money> for MoneyJson {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount(),
            currency: money.currency.code().to_owned(),
        }
    }
}

impl MoneyJson {
    pub fn parse(&self) -> Result<Money, MoneyError> {
        Money::parse(&self.amount, self.currency.parse()?)
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MoneyJson::from(*self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        MoneyJson::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_of_the_three_campaigns() {
        for (spend, leads, expected) in [
            (1_500_000, 9, "1666.67"),
            (1_350_000, 16, "843.75"),
            (3_000_000, 11, "2727.27"),
        ] {
            let each = divide_half_even(spend, leads);
            assert_eq!(Money::new(each, Currency::RUB).amount(), expected);
        }
    }

    #[test]
    fn parsing_refuses_what_it_cannot_hold() {
        let eur = Currency::EUR;
        assert_eq!(Money::parse("50", eur).unwrap().minor, 5_000);
        assert_eq!(Money::parse("0.005", eur), Err(MoneyError::Decimals));
        assert_eq!(Money::parse("1e3", eur), Err(MoneyError::Amount));
        assert_eq!(Money::parse("", eur), Err(MoneyError::Amount));
        assert_eq!(
            Money::parse("99999999999999999999", eur),
            Err(MoneyError::Range)
        );
        assert_eq!("XXX".parse::<Currency>(), Err(MoneyError::Currency));
    }

    #[test]
    fn shown_for_people() {
        assert_eq!(
            Money::new(3_000_000, Currency::RUB).shown(),
            "30\u{202f}000.00\u{a0}RUB"
        );
        assert_eq!(
            Money::new(-5, Currency::EUR).shown(),
            "\u{2212}0.05\u{a0}EUR"
        );
    }

    #[test]
    fn halves_go_to_even() {
        assert_eq!(divide_half_even(5, 10), 0);
        assert_eq!(divide_half_even(15, 10), 2);
        assert_eq!(divide_half_even(25, 10), 2);
        assert_eq!(divide_half_even(-15, 10), -2);
    }

    proptest! {
        #[test]
        fn parts_add_up(total in -1_000_000_000_i64..1_000_000_000, weights in prop::collection::vec(0_u32..10_000, 1..8)) {
            let parts = split(total, &weights);
            if weights.iter().any(|&weight| weight > 0) {
                prop_assert_eq!(parts.iter().sum::<i64>(), total);
            } else {
                prop_assert!(parts.is_empty());
            }
        }

        #[test]
        fn amounts_read_back(minor in any::<i64>()) {
            let money = Money::new(minor, Currency::EUR);
            prop_assert_eq!(Money::parse(&money.amount(), Currency::EUR), Ok(money));
        }
    }
}
