//! The numbered, stable reasons of pings, beside the gates of requests: why there is no bid, and why one was lost.

use i18n_embed_fl::fl;
use serde::Serialize;
use utoipa::ToSchema;

use crate::requests::Gate;
use crate::text::{Lang, english};

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $number:literal $code:literal $text:tt;)+) => {
        /// Why a ping got no bid or lost it, where no gate of one request says it; numbers and codes never change
        /// meaning, and are none of a gate's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PingReason { $($(#[$doc])* $variant),+ }

        impl PingReason {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn number(self) -> u16 {
                match self { $(Self::$variant => $number),+ }
            }

            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn text(self, lang: &Lang) -> String {
                match self { $(Self::$variant => fl!(lang, $text)),+ }
            }
        }
    };
}

reasons! {
    /// No active request is in the vertical.
    NoRequests 401 "no_requests" "pings-reason-no-requests";
    /// None of the active requests fits.
    NoneFits 402 "none_fits" "pings-reason-none-fits";
    /// Some fit, and none of them can buy now.
    NoneCanBuy 403 "none_can_buy" "pings-reason-none-can-buy";
    /// The contact was received within the vertical's window.
    Duplicate 410 "duplicate" "pings-reason-duplicate";
    /// The contact is on the exchange's list.
    Suppressed 411 "on_suppression_list" "pings-reason-suppressed";
    /// A bid is held already for a ping of the same seller about this contact.
    AlreadyPinged 412 "already_pinged" "pings-reason-already-pinged";
    /// The checks of the lead brought it before an auditor.
    Quarantined 413 "quarantined" "pings-reason-quarantined";
    /// The person has to confirm the contact first.
    AwaitsConfirmation 414 "awaits_confirmation" "pings-reason-awaits-confirmation";
    /// Too few of the seller's bids were posted.
    Paused 420 "pings_paused" "pings-reason-paused";
}

/// A numbered reason as JSON carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PingReason)]
pub struct ReasonJson {
    #[schema(example = 402)]
    pub number: u16,
    #[schema(example = "none_fits")]
    pub code: String,
    pub text: String,
}

/// What a number means.
pub fn reason_json(number: u16) -> ReasonJson {
    let (code, text) = words(english(), number);
    ReasonJson {
        number,
        code: code.to_owned(),
        text,
    }
}

/// The code and the words of a number of either table.
pub(super) fn words(l: &Lang, number: u16) -> (&'static str, String) {
    if let Some(gate) = Gate::ALL.iter().find(|gate| gate.number() == number) {
        return (gate.code(), gate.text(l));
    }
    let reason = PingReason::ALL.iter().find(|one| one.number() == number);
    reason.map_or(("", String::new()), |one| (one.code(), one.text(l)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_none_of_a_gates() {
        for reason in PingReason::ALL {
            let gate =
                |gate: &&Gate| gate.number() == reason.number() || gate.code() == reason.code();
            assert_eq!(Gate::ALL.iter().find(gate), None, "{reason:?}");
            assert_eq!(reason_json(reason.number()).code, reason.code());
        }
    }
}
