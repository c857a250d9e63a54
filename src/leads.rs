//! Leads: people who asked for something, received from sellers, checked, and listed for sale.

mod again;
mod ageing;
pub mod api;
mod attributes;
pub mod confirm;
mod contact;
mod document;
mod draft;
mod exchange;
pub mod import;
pub mod link;
mod market;
mod normalise;
mod offer;
pub mod pages;
mod partial;
mod qualify;
mod quarantine;
mod query;
mod receive;
pub mod refused;
mod store;
mod subject;
mod told;
mod wanted;

use utoipa::ToSchema;

pub use again::offer_again;
pub use ageing::age;
pub use contact::{Contact, MaskedContact};
pub use document::Spelling;
pub use draft::{CONSENT_CHANNELS, Consent, Draft, Origin, Touch};
pub use exchange::{Exchange, SaleSummary};
pub use market::{expire, return_copy, strike_off, take_back, take_first, withdraw};
pub use offer::Least;
pub use partial::Partial;
pub use quarantine::{Decision, decide};
pub use query::{
    Details, Filter, Lead, Order, Search, Viewing, counts, details, forget_check_details,
    hash_anew, hashed_after, list, owned, view_contact,
};
pub use receive::{
    Intake, Outcome, Received, Source, Tried, Via, receive, take_in, take_in_all, try_all,
};
pub use store::checks::of_lead as checks;
pub use store::intake::is_claimed;
pub use store::{
    SealedContact, consent, history, listed_in, listing, open_contact, take_copy, take_only_copies,
};
pub use told::{Told, changed};
pub use wanted::{Shown, Wanted, Wants, seal_what_is_clear, shown, wanted, wants};

use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::id::{AccountId, LeadId, VerticalId};
use crate::money::Money;
use crate::scoring::Stage;
use crate::verticals::{Attributes, Model};

text_enum! {
    /// Where a lead stands.
    pub enum LeadState {
        Received = "received",
        Rejected = "rejected",
        Quarantined = "quarantined",
        Listed = "listed",
        SoldOut = "sold_out",
        Expired = "expired",
        Withdrawn = "withdrawn",
        Erased = "erased",
    }
}

impl LeadState {
    /// The table of transitions; every other one is refused.
    pub const fn may_become(self, next: Self) -> bool {
        use LeadState::{Erased, Expired, Listed, Quarantined, Rejected, SoldOut, Withdrawn};
        match self {
            // A seller may take a lead back that it wanted sold at once.
            Self::Received => matches!(next, Rejected | Quarantined | Listed | Withdrawn | Erased),
            Self::Quarantined => matches!(next, Listed | Rejected | Withdrawn | Erased),
            Self::Listed => matches!(next, SoldOut | Expired | Withdrawn | Erased),
            // A refunded copy goes back on the market.
            Self::SoldOut => matches!(next, Listed | Erased),
            Self::Rejected | Self::Expired | Self::Withdrawn => matches!(next, Erased),
            Self::Erased => false,
        }
    }
}

text_enum! {
    /// How the person came to the seller.
    pub enum Channel {
        /// Word of mouth.
        Seed = "seed",
        /// Internet marketing.
        Net = "net",
        /// Direct outreach to named targets.
        Spear = "spear",
    }
}

/// A lead as the market matches it: everything but who the person is, and what it wants in its own words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
pub struct Listing {
    pub id: LeadId,
    pub vertical_id: VerticalId,
    pub seller_id: AccountId,
    pub state: LeadState,
    pub attributes: Attributes,
    pub channel: Option<Channel>,
    pub masked: MaskedContact,
    /// The least that a copy is sold for.
    #[schema(value_type = crate::money::MoneyJson)]
    pub ask: Money,
    pub accepts: Vec<Model>,
    pub least: Least,
    /// 0 - 100, by the scoring model.
    pub score: i32,
    /// How far that qualifies it.
    pub stage: Stage,
    /// 0 - 100, by the checks.
    pub quality: i32,
    /// How many buyers may get the lead.
    pub copies: i32,
    pub copies_sold: i32,
    pub consent_given_at: Ts,
    /// Whom the consent names: buyers, or partners of the seller.
    pub recipients: Vec<String>,
    pub received_at: Ts,
    pub expires_at: Ts,
}

impl Listing {
    pub fn has_phone(&self) -> bool {
        self.masked.phone.is_some()
    }

    pub fn has_email(&self) -> bool {
        self.masked.email.is_some()
    }
}
