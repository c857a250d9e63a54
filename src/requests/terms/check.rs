//! Checks what a buyer asks for, field by field.

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::{CapsJson, DeliveryJson, ScheduleJson, Sellers, Terms, TermsJson};
use crate::conditions::{Conditions, Filter, FilterFields};
use crate::contracts::{self, Agreement};
use crate::error::{FieldError, Reason};
use crate::money::{Currency, Money, MoneyError, MoneyJson};
use crate::requests::price_max;
use crate::requests::schedule::{DAY_MINUTES, Day, Schedule, parse_minute};
use crate::requests::shared::{SharedBid, SharedBidJson};
use crate::requests::windows::Cap;
use crate::text::english;
use crate::verticals::Vertical;

const NAME_MAX: usize = 120;
const QUANTITY_MAX: i64 = 1_000_000;
/// Sellers a request may allow or block.
const SELLERS_MAX: usize = 500;
/// Ten billion in the major unit of a currency with two decimals: sums stay far from overflow.
const MINOR_MAX: i64 = 1_000_000_000_000;

impl Terms {
    /// Checks everything and names every field that is wrong.
    ///
    /// `agreement` is the contract that the input names, `None` for pay per lead at the bid.
    pub fn parse(
        input: &TermsJson,
        vertical: &Vertical,
        agreement: Option<&Agreement>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Errors::default();
        let name = errors.name(&input.name);
        let contract = agreement.map(Agreement::terms);
        let bid = errors.bid(input.bid.as_ref(), contract);
        let shared_bids = errors.shared_bids(&input.shared_bids, bid, (vertical, agreement));
        let currency = bid.map(|bid| bid.currency);
        let quantity = errors.within(input.quantity, "quantity", 1, QUANTITY_MAX);
        let filter = errors.filter(input.filter.as_ref(), vertical, currency);
        errors.bonuses(&filter, contract);
        let (need_phone, need_email) = errors.needs(&input.needs);
        let budget = errors.budget(input.budget.as_ref(), bid, quantity, (&filter, contract));
        let caps = errors.caps(&input.caps, currency);
        let schedule = errors.schedule(input.schedule.as_ref());
        let max_consent_age_days = input.max_consent_age_days.and_then(|days| {
            let days = errors.within(i64::from(days), "max_consent_age_days", 0, 3_650)?;
            i32::try_from(days).ok()
        });
        let min_quality = input.min_quality.map_or(0, |least| {
            let least = errors.within(i64::from(least), "min_quality", 0, 100);
            least
                .and_then(|least| i32::try_from(least).ok())
                .unwrap_or(0)
        });
        errors.sellers(&input.sellers);
        let deliver_email = errors.email(input.delivery.as_ref());
        match (bid, quantity, budget) {
            (Some(bid), Some(quantity), Some(budget)) if errors.0.is_empty() => Ok(Self {
                name,
                filter,
                need_phone,
                need_email,
                contract: agreement.map(|agreement| agreement.contract.id),
                bid,
                shared_bids,
                quantity,
                budget,
                caps,
                schedule,
                max_consent_age_days,
                min_quality,
                sellers: input.sellers.clone(),
                auto_buy: input.auto_buy,
                deliver_email,
            }),
            _ => Err(errors.0),
        }
    }
}

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, field: impl Into<String>, reason: Reason, accepted: impl Into<String>) {
        self.0.push(FieldError::new(field, reason, accepted));
    }

    fn name(&mut self, name: &str) -> String {
        let name = name.trim();
        if name.is_empty() {
            self.add("name", Reason::Required, "a name to know the request by");
        } else if name.chars().count() > NAME_MAX {
            self.add(
                "name",
                Reason::TooLong,
                format!("up to {NAME_MAX} characters"),
            );
        }
        name.to_owned()
    }

    fn within(&mut self, value: i64, field: &str, low: i64, high: i64) -> Option<i64> {
        if value < low {
            self.add(field, Reason::TooSmall, format!("{low} to {high}"));
        } else if value > high {
            self.add(field, Reason::TooLarge, format!("{low} to {high}"));
        } else {
            return Some(value);
        }
        None
    }

    fn money(&mut self, json: &MoneyJson, field: &str, least: i64) -> Option<Money> {
        match json.parse() {
            Ok(money) if money.minor < least => {
                let least = Money::new(least, money.currency);
                self.add(field, Reason::TooSmall, format!("{least} or more"));
                None
            }
            Ok(money) if money.minor > MINOR_MAX => {
                let most = Money::new(MINOR_MAX, money.currency);
                self.add(field, Reason::TooLarge, format!("up to {most}"));
                None
            }
            Ok(money) => Some(money),
            Err(MoneyError::Currency) => {
                let field = format!("{field}.currency");
                self.add(
                    field,
                    Reason::CurrencyUnknown,
                    "an ISO 4217 code such as EUR",
                );
                None
            }
            Err(_) => {
                let field = format!("{field}.amount");
                self.add(field, Reason::AmountInvalid, "a decimal such as 50.00");
                None
            }
        }
    }

    /// The price per lead: the buyer's own, unless the contract says what is paid.
    fn bid(
        &mut self,
        json: Option<&MoneyJson>,
        contract: Option<&contracts::Terms>,
    ) -> Option<Money> {
        let fixed = contract.filter(|terms| !terms.asks_for_bid());
        let Some(terms) = fixed else {
            let Some(json) = json else {
                self.add("bid", Reason::Required, "what you pay for a lead");
                return None;
            };
            let bid = self.money(json, "bid", 1)?;
            if let Some(terms) = contract
                && terms.currency != bid.currency
            {
                let accepted = format!("{}, as the contract", terms.currency);
                self.add("bid.currency", Reason::CurrencyMismatch, accepted);
                return None;
            }
            return Some(bid);
        };
        let price = terms.price_lead.unwrap_or(Money::new(0, terms.currency));
        if json.is_some_and(|json| json.parse().ok() != Some(price)) {
            let accepted = "left out: the contract says what is paid";
            self.add("bid", Reason::NotAllowed, accepted);
        }
        Some(price)
    }

    /// Bids by the number of buyers, the fewest first: none for fewer than two or for more than leads of the vertical
    /// have, none above the bid, and only where the request names what it pays.
    fn shared_bids(
        &mut self,
        json: &[SharedBidJson],
        bid: Option<Money>,
        (vertical, agreement): (&Vertical, Option<&Agreement>),
    ) -> Vec<SharedBid> {
        if json.is_empty() {
            return Vec::new();
        }
        let is_bid = |agreement: &Agreement| {
            agreement.terms().asks_for_bid() && agreement.contract.seller_id.is_none()
        };
        if !agreement.is_none_or(is_bid) {
            let accepted = "left out: only public contracts of pay per lead take them";
            self.add("shared_bids", Reason::NotAllowed, accepted);
            return Vec::new();
        }
        let most = i64::from(vertical.max_copies);
        if most < 2 {
            let accepted = "left out: leads of the vertical go to one buyer";
            self.add("shared_bids", Reason::NotAllowed, accepted);
            return Vec::new();
        }
        let mut bids: Vec<SharedBid> = Vec::new();
        for (index, shared) in json.iter().enumerate() {
            let path = format!("shared_bids[{index}]");
            let buyers = self.within(i64::from(shared.buyers), &format!("{path}.buyers"), 2, most);
            if buyers.is_some() && bids.iter().any(|other| other.buyers == shared.buyers) {
                let accepted = "each number of buyers once";
                self.add(format!("{path}.buyers"), Reason::NotAllowed, accepted);
            }
            let path = format!("{path}.bid");
            let own = self.money(&shared.bid, &path, 1);
            if let (Some(own), Some(bid)) = (own, bid) {
                if own.currency != bid.currency {
                    let accepted = format!("{}, as the bid", bid.currency);
                    self.add(
                        format!("{path}.currency"),
                        Reason::CurrencyMismatch,
                        accepted,
                    );
                } else if own.minor > bid.minor {
                    let accepted = format!("up to {bid}, the bid for a lead that nobody else gets");
                    self.add(&path, Reason::TooLarge, accepted);
                }
            }
            if let Some(bid) = own {
                bids.push(SharedBid {
                    buyers: shared.buyers,
                    bid,
                });
            }
        }
        bids.sort_by_key(|shared| shared.buyers);
        bids
    }

    /// A bonus adds to the price of a lead; where leads have none it would be paid for nothing.
    fn bonuses(&mut self, filter: &Filter, contract: Option<&contracts::Terms>) {
        let has_price =
            contract.is_none_or(|terms| terms.asks_for_bid() || terms.price_lead.is_some());
        if !has_price && filter.bonus_minor() > 0 {
            let accepted = "wishes without a bonus: the contract has no price per lead";
            self.add("filter", Reason::NotAllowed, accepted);
        }
    }

    fn filter(
        &mut self,
        json: Option<&Json>,
        vertical: &Vertical,
        currency: Option<Currency>,
    ) -> Filter {
        let Some(json) = json else {
            return Filter::default();
        };
        let fields = FilterFields::of(vertical, english());
        match Filter::parse(json, &fields, currency.unwrap_or(Currency::EUR)) {
            Ok(filter) => {
                if let Err(error) = Conditions::compile(&filter, &fields) {
                    self.0.push(error);
                }
                filter
            }
            Err(errors) => {
                self.0.extend(errors);
                Filter::default()
            }
        }
    }

    fn needs(&mut self, needs: &[String]) -> (bool, bool) {
        for (index, need) in needs.iter().enumerate() {
            if need != "phone" && need != "email" {
                self.add(
                    format!("needs[{index}]"),
                    Reason::NotAllowed,
                    "phone, email",
                );
            }
        }
        let has = |wanted: &str| needs.iter().any(|need| need == wanted);
        (has("phone"), has("email"))
    }

    fn budget(
        &mut self,
        json: Option<&MoneyJson>,
        bid: Option<Money>,
        quantity: Option<i64>,
        (filter, contract): (&Filter, Option<&contracts::Terms>),
    ) -> Option<Money> {
        let held = contract.map_or(0, |terms| terms.held_for_outcomes().minor);
        let committed = |price: Money| Money::new(price.minor.saturating_add(held), price.currency);
        let Some(json) = json else {
            let most = committed(price_max(bid?, filter)).times(quantity?);
            if most.is_err() {
                self.add(
                    "budget",
                    Reason::Required,
                    "bid times quantity is beyond any sum",
                );
            }
            return most.ok();
        };
        let budget = self.money(json, "budget", 1)?;
        let bid = bid?;
        if budget.currency != bid.currency {
            let accepted = format!("{}, as the bid", bid.currency);
            self.add("budget.currency", Reason::CurrencyMismatch, accepted);
            return None;
        }
        let one = committed(bid);
        if budget.minor < one.minor {
            self.add(
                "budget",
                Reason::TooSmall,
                format!("{one} or more, the price of one"),
            );
            return None;
        }
        Some(budget)
    }

    fn caps(&mut self, json: &CapsJson, currency: Option<Currency>) -> Vec<Cap> {
        let mut caps = Vec::new();
        for (window, cap) in json.each() {
            let Some(cap) = cap else { continue };
            let path = format!("caps.{window}");
            if cap.count.is_none() && cap.amount.is_none() {
                self.add(&path, Reason::Required, "count, amount or both");
            }
            let count = cap
                .count
                .and_then(|count| self.within(count, &format!("{path}.count"), 1, QUANTITY_MAX));
            let path = format!("{path}.amount");
            let amount = cap
                .amount
                .as_ref()
                .and_then(|json| self.money(json, &path, 1));
            if let (Some(amount), Some(currency)) = (amount, currency)
                && amount.currency != currency
            {
                let accepted = format!("{currency}, as the bid");
                self.add(
                    format!("{path}.currency"),
                    Reason::CurrencyMismatch,
                    accepted,
                );
            }
            caps.push(Cap {
                window,
                count,
                amount,
            });
        }
        caps
    }

    fn schedule(&mut self, json: Option<&ScheduleJson>) -> Schedule {
        let Some(json) = json else {
            return Schedule::always(Tz::UTC);
        };
        let zone = json
            .time_zone
            .as_deref()
            .map_or(Some(Tz::UTC), |name| name.parse().ok());
        if zone.is_none() {
            let field = "schedule.time_zone";
            self.add(
                field,
                Reason::TimeZoneUnknown,
                "an IANA name such as Europe/Riga",
            );
        }
        let mut schedule = Schedule::always(zone.unwrap_or(Tz::UTC));
        if let Some(names) = &json.days {
            schedule.days = self.days(names);
        }
        schedule.from_minute = self.minute(json.from.as_deref(), "schedule.from", 0);
        schedule.to_minute = self.minute(json.to.as_deref(), "schedule.to", DAY_MINUTES);
        if schedule.from_minute == schedule.to_minute || schedule.from_minute == DAY_MINUTES {
            let accepted = "hours that last; 00:00 to 24:00 is the whole day";
            self.add("schedule.from", Reason::NotAllowed, accepted);
        }
        schedule
    }

    fn days(&mut self, names: &[String]) -> Vec<Day> {
        if names.is_empty() {
            self.add(
                "schedule.days",
                Reason::TooShort,
                "at least one of mon to sun",
            );
        }
        let mut days = Vec::new();
        for (index, name) in names.iter().enumerate() {
            match name.parse::<Day>() {
                Ok(day) if days.contains(&day) => {}
                Ok(day) => days.push(day),
                Err(accepted) => {
                    self.add(
                        format!("schedule.days[{index}]"),
                        Reason::NotAllowed,
                        accepted,
                    );
                }
            }
        }
        days.sort_unstable();
        days
    }

    fn minute(&mut self, text: Option<&str>, field: &str, default: u32) -> u32 {
        let Some(text) = text else { return default };
        parse_minute(text).unwrap_or_else(|| {
            self.add(
                field,
                Reason::TimeInvalid,
                "hours and minutes such as 09:30",
            );
            default
        })
    }

    fn sellers(&mut self, sellers: &Sellers) {
        for (list, field) in [
            (&sellers.allow, "sellers.allow"),
            (&sellers.block, "sellers.block"),
        ] {
            if list.len() > SELLERS_MAX {
                self.add(
                    field,
                    Reason::TooMany,
                    format!("up to {SELLERS_MAX} sellers"),
                );
            }
        }
    }

    fn email(&mut self, delivery: Option<&DeliveryJson>) -> Option<String> {
        let email = delivery?.email.trim();
        if email.len() > 254 || email.parse::<lettre::Address>().is_err() {
            self.add(
                "delivery.email",
                Reason::EmailInvalid,
                "an address such as leads@shop.example",
            );
            return None;
        }
        Some(email.to_owned())
    }
}

/// Reads what `caps_json` wrote.
pub(in crate::requests) fn caps_from(json: &CapsJson) -> Result<Vec<Cap>, Vec<FieldError>> {
    let mut errors = Errors::default();
    let caps = errors.caps(json, None);
    if errors.0.is_empty() {
        Ok(caps)
    } else {
        Err(errors.0)
    }
}

/// Reads what `schedule_json` wrote.
pub(in crate::requests) fn schedule_from(json: &ScheduleJson) -> Result<Schedule, Vec<FieldError>> {
    let mut errors = Errors::default();
    let schedule = errors.schedule(Some(json));
    if errors.0.is_empty() {
        Ok(schedule)
    } else {
        Err(errors.0)
    }
}
