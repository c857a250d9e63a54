//! The navigation of each kind of account: one table, shown by the frame of every page.
//! Askama hands arguments over by reference, hence `&AccountKind`.

use i18n_embed_fl::fl;

use crate::access::AccountKind;
use crate::text::Lang;

/// An entry of the navigation.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    pub label: String,
    pub href: &'static str,
    /// A symbol of `static/icons.svg`.
    pub icon: &'static str,
    /// Whether the page shown now belongs to it.
    pub current: bool,
}

macro_rules! table {
    ($lang:expr, $($href:literal $icon:literal $key:tt;)+) => {
        vec![$(($href, $icon, fl!($lang, $key))),+]
    };
}

/// The entries for a kind of account, the one that holds `path` marked as current.
pub fn items(lang: &Lang, kind: &AccountKind, path: &str) -> Vec<Item> {
    let table = match *kind {
        AccountKind::Seller => table! { lang,
            "/seller" "dashboard" "nav-dashboard";
            "/seller/leads" "leads" "nav-leads";
            "/seller/leads/new" "add" "nav-add-lead";
            "/seller/imports" "import" "nav-import";
            "/seller/pings" "bolt" "nav-pings";
            "/seller/tracking" "eye" "nav-tracking";
            "/seller/refused" "refused" "nav-refused";
            "/seller/contracts" "scale" "nav-contracts";
            "/seller/sales" "inbox" "nav-sales";
            "/seller/disputes" "scale" "nav-disputes";
            "/seller/earnings" "earnings" "nav-earnings";
            "/seller/audits" "check" "nav-audits";
            "/seller/standing" "approvals" "nav-standing";
            "/seller/payouts" "wallet" "nav-payouts";
            "/account/keys" "key" "nav-api-keys";
            "/account/webhooks" "queues" "nav-webhooks";
        },
        AccountKind::Buyer => table! { lang,
            "/buyer" "dashboard" "nav-dashboard";
            "/buyer/market" "market" "nav-market";
            "/buyer/icps" "user" "nav-icps";
            "/buyer/contracts" "scale" "nav-contracts";
            "/buyer/requests" "requests" "nav-requests";
            "/buyer/inbox" "inbox" "nav-inbox";
            "/buyer/disputes" "scale" "nav-disputes";
            "/buyer/suppressions" "refused" "nav-suppressions";
            "/buyer/wallet" "wallet" "nav-wallet";
            "/buyer/standing" "approvals" "nav-standing";
            "/account/keys" "key" "nav-api-keys";
            "/account/webhooks" "queues" "nav-webhooks";
        },
        AccountKind::Operator => table! { lang,
            "/operator" "overview" "nav-overview";
            "/operator/approvals" "approvals" "nav-approvals";
            "/operator/accounts" "accounts" "nav-accounts";
            "/operator/leads" "leads" "nav-leads";
            "/operator/pings" "bolt" "nav-pings";
            "/operator/quarantine" "approvals" "nav-quarantine";
            "/operator/outcomes" "approvals" "nav-outcomes";
            "/operator/disputes" "scale" "nav-disputes";
            "/operator/suppressions" "refused" "nav-suppressions";
            "/operator/withdrawals" "refused" "nav-withdrawals";
            "/operator/audits" "check" "nav-audits";
            "/operator/standing" "approvals" "nav-standing";
            "/operator/deposits" "deposits" "nav-deposits";
            "/operator/payouts" "wallet" "nav-payouts";
            "/operator/verticals" "verticals" "nav-verticals";
            "/operator/scoring" "bolt" "nav-scoring";
            "/operator/data-sets" "queues" "nav-data-sets";
            "/operator/ledger" "ledger" "nav-ledger";
            "/operator/queues" "queues" "nav-queues";
            "/operator/audit" "audit" "nav-audit";
        },
    };
    let current = table
        .iter()
        .map(|(href, ..)| *href)
        .filter(|href| holds(href, path))
        .max_by_key(|href| href.len());
    table
        .into_iter()
        .map(|(href, icon, label)| Item {
            label,
            href,
            icon,
            current: current == Some(href),
        })
        .collect()
}

/// Where an account's own pages begin.
pub const fn home(kind: &AccountKind) -> &'static str {
    match *kind {
        AccountKind::Seller => "/seller",
        AccountKind::Buyer => "/buyer",
        AccountKind::Operator => "/operator",
    }
}

/// The word for a kind of account.
pub fn kind_label(lang: &Lang, kind: &AccountKind) -> String {
    match *kind {
        AccountKind::Seller => fl!(lang, "kind-seller"),
        AccountKind::Buyer => fl!(lang, "kind-buyer"),
        AccountKind::Operator => fl!(lang, "kind-operator"),
    }
}

/// Pages that belong to an entry whose address theirs does not begin with.
const ELSEWHERE: [(&str, &str); 1] = [("/buyer/purchases/", "/buyer/inbox")];

fn holds(href: &str, path: &str) -> bool {
    let path = ELSEWHERE
        .iter()
        .find(|(page, _)| path.starts_with(page))
        .map_or(path, |(_, entry)| entry);
    path.strip_prefix(href)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::english;

    #[test]
    fn the_closest_entry_is_current() {
        let current = |kind, path| {
            items(english(), &kind, path)
                .into_iter()
                .filter(|item| item.current)
                .map(|item| item.href)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            current(AccountKind::Seller, "/seller/leads/new"),
            ["/seller/leads/new"]
        );
        assert_eq!(
            current(AccountKind::Seller, "/seller/leads/lead_1"),
            ["/seller/leads"]
        );
        assert_eq!(current(AccountKind::Buyer, "/buyer"), ["/buyer"]);
        assert_eq!(
            current(AccountKind::Buyer, "/buyer/purchases/pur_1"),
            ["/buyer/inbox"]
        );
        assert_eq!(current(AccountKind::Buyer, "/market"), [""; 0]);
    }
}
