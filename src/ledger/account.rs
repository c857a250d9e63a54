//! The chart of accounts: who owns an account, its normal side, whether its balance is kept or summed.

use std::fmt;
use std::str::FromStr;

use crate::db::types::text_enum;
use crate::id::AccountId;
use crate::money::Currency;

/// The side of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Debit,
    Credit,
}

text_enum! {
    /// What an account of the ledger holds; the text is the first part of its key.
    pub enum Kind {
        /// A buyer's money that it may spend.
        Wallet = "wallet",
        /// A buyer's money set aside for charges that have not happened yet.
        Hold = "hold",
        /// A seller's shares whose dispute windows still run.
        SellerPending = "s_pending",
        /// A seller's shares that are under dispute.
        SellerDisputed = "s_disputed",
        /// A seller's final shares that are kept back for later refunds.
        SellerReserve = "s_reserve",
        /// A seller's final shares that it may have paid out.
        SellerPayable = "s_payable",
        /// What a seller owes for refunds that its balances did not cover.
        SellerReceivable = "seller_recv",
        /// What a buyer owes after a deposit was charged back.
        BuyerReceivable = "buyer_recv",
        /// Payouts on their way to sellers.
        PayoutTransit = "payout_transit",
        /// Withdrawals on their way to buyers.
        RefundTransit = "refund_transit",
        /// Money at a payment provider.
        Cash = "cash",
        CommissionRevenue = "rev:commission",
        FeeRevenue = "rev:fees",
        ProviderExpense = "exp:psp",
        ChargebackExpense = "exp:chargeback",
        BadDebtExpense = "exp:bad_debt",
        GoodwillExpense = "exp:goodwill",
    }
}

impl Kind {
    /// The side that makes the balance grow.
    pub const fn normal_side(self) -> Side {
        match self {
            Self::SellerReceivable
            | Self::BuyerReceivable
            | Self::Cash
            | Self::ProviderExpense
            | Self::ChargebackExpense
            | Self::BadDebtExpense
            | Self::GoodwillExpense => Side::Debit,
            Self::Wallet
            | Self::Hold
            | Self::SellerPending
            | Self::SellerDisputed
            | Self::SellerReserve
            | Self::SellerPayable
            | Self::PayoutTransit
            | Self::RefundTransit
            | Self::CommissionRevenue
            | Self::FeeRevenue => Side::Credit,
        }
    }

    /// Accounts with a floor keep their balance in a row that is guarded at each change; the
    /// platform's own accounts are sums over entries, so that no sale waits for another's.
    pub const fn keeps_balance(self) -> bool {
        !matches!(
            self,
            Self::Cash
                | Self::CommissionRevenue
                | Self::FeeRevenue
                | Self::ProviderExpense
                | Self::ChargebackExpense
                | Self::BadDebtExpense
                | Self::GoodwillExpense
        )
    }

    const fn is_owned(self) -> bool {
        matches!(
            self,
            Self::Wallet
                | Self::Hold
                | Self::SellerPending
                | Self::SellerDisputed
                | Self::SellerReserve
                | Self::SellerPayable
                | Self::SellerReceivable
                | Self::BuyerReceivable
        )
    }
}

text_enum! {
    /// Where the exchange's cash lies.
    pub enum Provider {
        /// Bank transfers that the operator confirms by hand.
        Bank = "bank",
    }
}

/// An account of the ledger; there is one for each currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerAccount {
    Wallet(AccountId),
    Hold(AccountId),
    SellerPending(AccountId),
    SellerDisputed(AccountId),
    SellerReserve(AccountId),
    SellerPayable(AccountId),
    SellerReceivable(AccountId),
    BuyerReceivable(AccountId),
    PayoutTransit,
    RefundTransit,
    Cash(Provider),
    CommissionRevenue,
    FeeRevenue,
    ProviderExpense,
    ChargebackExpense,
    BadDebtExpense,
    GoodwillExpense,
}

impl LedgerAccount {
    pub const fn kind(self) -> Kind {
        match self {
            Self::Wallet(_) => Kind::Wallet,
            Self::Hold(_) => Kind::Hold,
            Self::SellerPending(_) => Kind::SellerPending,
            Self::SellerDisputed(_) => Kind::SellerDisputed,
            Self::SellerReserve(_) => Kind::SellerReserve,
            Self::SellerPayable(_) => Kind::SellerPayable,
            Self::SellerReceivable(_) => Kind::SellerReceivable,
            Self::BuyerReceivable(_) => Kind::BuyerReceivable,
            Self::PayoutTransit => Kind::PayoutTransit,
            Self::RefundTransit => Kind::RefundTransit,
            Self::Cash(_) => Kind::Cash,
            Self::CommissionRevenue => Kind::CommissionRevenue,
            Self::FeeRevenue => Kind::FeeRevenue,
            Self::ProviderExpense => Kind::ProviderExpense,
            Self::ChargebackExpense => Kind::ChargebackExpense,
            Self::BadDebtExpense => Kind::BadDebtExpense,
            Self::GoodwillExpense => Kind::GoodwillExpense,
        }
    }

    /// The organisation whose account it is; the exchange's own have none.
    pub const fn owner(self) -> Option<AccountId> {
        match self {
            Self::Wallet(owner)
            | Self::Hold(owner)
            | Self::SellerPending(owner)
            | Self::SellerDisputed(owner)
            | Self::SellerReserve(owner)
            | Self::SellerPayable(owner)
            | Self::SellerReceivable(owner)
            | Self::BuyerReceivable(owner) => Some(owner),
            Self::PayoutTransit
            | Self::RefundTransit
            | Self::Cash(_)
            | Self::CommissionRevenue
            | Self::FeeRevenue
            | Self::ProviderExpense
            | Self::ChargebackExpense
            | Self::BadDebtExpense
            | Self::GoodwillExpense => None,
        }
    }

    /// The text that names the account in the tables: `wallet:acc_0199..:EUR`.
    pub fn key(self, currency: Currency) -> String {
        format!("{self}:{currency}")
    }

    /// Reads a key back.
    pub fn parse_key(key: &str) -> Option<(Self, Currency)> {
        let (account, currency) = key.rsplit_once(':')?;
        Some((account.parse().ok()?, currency.parse().ok()?))
    }

    fn of(kind: Kind, owner: Option<AccountId>, provider: Option<Provider>) -> Option<Self> {
        Some(match kind {
            Kind::Wallet => Self::Wallet(owner?),
            Kind::Hold => Self::Hold(owner?),
            Kind::SellerPending => Self::SellerPending(owner?),
            Kind::SellerDisputed => Self::SellerDisputed(owner?),
            Kind::SellerReserve => Self::SellerReserve(owner?),
            Kind::SellerPayable => Self::SellerPayable(owner?),
            Kind::SellerReceivable => Self::SellerReceivable(owner?),
            Kind::BuyerReceivable => Self::BuyerReceivable(owner?),
            Kind::Cash => Self::Cash(provider?),
            Kind::PayoutTransit => Self::PayoutTransit,
            Kind::RefundTransit => Self::RefundTransit,
            Kind::CommissionRevenue => Self::CommissionRevenue,
            Kind::FeeRevenue => Self::FeeRevenue,
            Kind::ProviderExpense => Self::ProviderExpense,
            Kind::ChargebackExpense => Self::ChargebackExpense,
            Kind::BadDebtExpense => Self::BadDebtExpense,
            Kind::GoodwillExpense => Self::GoodwillExpense,
        })
    }
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().as_str())?;
        match (self, self.owner()) {
            (Self::Cash(provider), _) => write!(f, ":{provider}"),
            (_, Some(owner)) => write!(f, ":{owner}"),
            (_, None) => Ok(()),
        }
    }
}

impl FromStr for LedgerAccount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("no account of the ledger is named {text}");
        if let Ok(kind) = text.parse::<Kind>() {
            return Self::of(kind, None, None).ok_or_else(unknown);
        }
        let (kind, rest) = text.rsplit_once(':').ok_or_else(unknown)?;
        let kind: Kind = kind.parse().map_err(|_| unknown())?;
        let account = if kind.is_owned() {
            Self::of(kind, rest.parse().ok(), None)
        } else if kind == Kind::Cash {
            Self::of(kind, None, rest.parse().ok())
        } else {
            None
        };
        account.ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Ts;

    #[test]
    fn keys_read_back() {
        let owner = AccountId::new(Ts::from_micros(1_763_812_345_678_901));
        for &kind in Kind::ALL {
            let account = LedgerAccount::of(kind, Some(owner), Some(Provider::Bank)).unwrap();
            let key = account.key(Currency::EUR);
            assert_eq!(account.kind(), kind);
            assert_eq!(account.owner().is_some(), kind.is_owned(), "{key}");
            assert_eq!(
                LedgerAccount::parse_key(&key),
                Some((account, Currency::EUR)),
                "{key}"
            );
        }
    }

    #[test]
    fn strange_keys_name_nothing() {
        for key in [
            "",
            "EUR",
            "wallet:EUR",
            "wallet:x:EUR",
            "rev:commission:x:EUR",
            "cash:bank:XXX",
        ] {
            assert_eq!(LedgerAccount::parse_key(key), None, "{key}");
        }
    }
}
