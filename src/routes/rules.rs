//! The rules that lines of the table use.
//!
//! Who "sees" may look even while the account waits for approval; who "acts" needs an approved account.
//! API keys pass only rules with a scope that they have; pages need none, since keys never reach them.

use crate::access::AccountKind::{Buyer, Operator, Seller};
use crate::access::Role::{Admin, Auditor, Finance, Member, Owner, Viewer};
use crate::access::{AccountKind, Role, Rule, Scope};

pub const PUBLIC: Rule = Rule::Public;
pub const SIGNED_IN: Rule = Rule::SignedIn;
pub const IN_CHARGE: Rule = Rule::InCharge;

const ALL_OF_TRADERS: &[Role] = &[Owner, Member, Viewer];
const TRADERS: &[Role] = &[Owner, Member];

const fn roles(
    kind: AccountKind,
    roles: &'static [Role],
    scope: Option<Scope>,
    approved: bool,
) -> Rule {
    Rule::Roles {
        kind,
        roles,
        scope,
        approved,
    }
}

/// Forms with a file, which are not read before their handler runs.
pub const UPLOADS: &[&str] = &[
    "/seller/imports",
    "/buyer/disputes",
    "/buyer/disputes/bulk",
    "/buyer/disputes/{id}/{what}",
    "/seller/disputes/{id}/{what}",
    "/operator/disputes",
    "/operator/disputes/{id}/{what}",
    "/operator/payouts/batches/{id}/report",
    "/operator/data-sets",
];

// Pages.
pub const SELLER_SEES: Rule = roles(Seller, ALL_OF_TRADERS, None, false);
pub const SELLER_ACTS: Rule = roles(Seller, TRADERS, None, true);
pub const SELLER_OWNER_ACTS: Rule = roles(Seller, &[Owner], None, true);
pub const BUYER_SEES: Rule = roles(Buyer, ALL_OF_TRADERS, None, false);
pub const BUYER_ACTS: Rule = roles(Buyer, TRADERS, None, true);
pub const OPERATOR_SEES: Rule = roles(Operator, &[Admin, Auditor, Finance], None, false);
pub const ADMIN_ACTS: Rule = roles(Operator, &[Admin], None, true);
pub const AUDITOR_ACTS: Rule = roles(Operator, &[Admin, Auditor], None, true);
pub const FINANCE_ACTS: Rule = roles(Operator, &[Admin, Finance], None, true);

// API.
pub const fn seller_reads(scope: Scope) -> Rule {
    roles(Seller, ALL_OF_TRADERS, Some(scope), false)
}

pub const fn seller_writes(scope: Scope) -> Rule {
    roles(Seller, TRADERS, Some(scope), true)
}

pub const fn buyer_reads(scope: Scope) -> Rule {
    roles(Buyer, ALL_OF_TRADERS, Some(scope), false)
}

pub const fn buyer_writes(scope: Scope) -> Rule {
    roles(Buyer, TRADERS, Some(scope), true)
}

/// Both sides of a purchase or contract.
pub const fn parties_read(buyer: Scope, seller: Scope) -> Rule {
    parties(true, buyer, seller, None)
}

pub const fn parties_write(buyer: Scope, seller: Scope) -> Rule {
    parties(false, buyer, seller, None)
}

/// Everybody, of their own account.
pub const EVENTS_READ: Rule = everybody(true, Scope::EventsRead);
pub const EVENTS_WRITE: Rule = everybody(false, Scope::EventsWrite);

/// A secret is read by keys that could replace it.
pub const EVENTS_SECRET: Rule = everybody(true, Scope::EventsWrite);

const fn everybody(reads: bool, scope: Scope) -> Rule {
    parties(reads, scope, scope, Some(scope))
}

/// Both sides of a dispute, and the exchange that decides it.
pub const ALL_SIDES_READ: Rule = all_sides(true, Scope::OperatorRead);
pub const ALL_SIDES_WRITE: Rule = all_sides(false, Scope::OperatorWrite);

/// Buyers and the exchange, each with lists of people who are not to be sold; no seller.
pub const LISTS_READ: Rule = lists(true, Scope::RequestsRead, Scope::OperatorRead);
pub const LISTS_WRITE: Rule = lists(false, Scope::RequestsWrite, Scope::OperatorWrite);

const fn lists(reads: bool, buyer: Scope, desk: Scope) -> Rule {
    Rule::Parties {
        reads,
        buyer_scope: Some(buyer),
        seller_scope: None,
        desk_scope: Some(desk),
    }
}

/// A seller and the exchange, but no buyer.
pub const SELLER_AND_DESK_READ: Rule = Rule::Parties {
    reads: true,
    buyer_scope: None,
    seller_scope: Some(Scope::LeadsRead),
    desk_scope: Some(Scope::OperatorRead),
};

const fn all_sides(reads: bool, desk: Scope) -> Rule {
    if reads {
        parties(true, Scope::PurchasesRead, Scope::LeadsRead, Some(desk))
    } else {
        parties(false, Scope::PurchasesWrite, Scope::LeadsWrite, Some(desk))
    }
}

const fn parties(reads: bool, buyer: Scope, seller: Scope, desk_scope: Option<Scope>) -> Rule {
    Rule::Parties {
        reads,
        buyer_scope: Some(buyer),
        seller_scope: Some(seller),
        desk_scope,
    }
}

pub const fn auditor_writes(scope: Scope) -> Rule {
    roles(Operator, &[Admin, Auditor], Some(scope), true)
}

pub const fn operator_reads(scope: Scope) -> Rule {
    roles(Operator, &[Admin, Auditor, Finance], Some(scope), false)
}

pub const fn admin_writes(scope: Scope) -> Rule {
    roles(Operator, &[Admin], Some(scope), true)
}

pub const fn finance_reads(scope: Scope) -> Rule {
    roles(Operator, &[Admin, Finance], Some(scope), false)
}

pub const fn finance_writes(scope: Scope) -> Rule {
    roles(Operator, &[Admin, Finance], Some(scope), true)
}
