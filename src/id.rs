//! Typed identifiers: UUIDv7 inside, shown with the prefix of their kind (`lead_0199..`).

use std::str::FromStr;

use uuid::{NoContext, Timestamp, Uuid};

use crate::clock::Ts;

/// A new UUIDv7 for the given instant, so that ids sort by the injected clock.
pub(crate) fn uuid_at(at: Ts) -> Uuid {
    let seconds = u64::try_from(at.micros().div_euclid(1_000_000)).unwrap_or(0);
    let nanos = u32::try_from(at.micros().rem_euclid(1_000_000)).unwrap_or(0) * 1_000;
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanos))
}

/// The text was not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that starts with {prefix}_")]
pub struct ParseIdError {
    pub prefix: &'static str,
}

pub(crate) fn parse(prefix: &'static str, text: &str) -> Result<Uuid, ParseIdError> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|rest| rest.len() == 32)
        .and_then(|rest| Uuid::from_str(rest).ok())
        .ok_or(ParseIdError { prefix })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = crate::db::types::DbUuid)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id that sorts by `at`.
            pub fn new(at: crate::clock::Ts) -> Self {
                Self($crate::id::uuid_at(at))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::ParseIdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::parse($prefix, text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <std::borrow::Cow<'de, str>>::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(value: uuid::Uuid) -> Self {
                Self(value)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([concat!($prefix, "_019aa0c00f5a7c11b0f0b3a1c2d3e4f5")])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        $crate::db::types::uuid_column!($name);
    )+};
}

ids! {
    AccountId = "acc";
    UserId = "user";
    ApiKeyId = "key";
    AuditId = "audit";
    JobId = "job";
    PostingId = "post";
    DepositId = "dep";
    WithdrawalId = "wd";
    PayoutId = "pay";
    PayoutBatchId = "batch";
    BankDetailsId = "bank";
    InvoiceId = "inv";
    DisputeId = "dsp";
    DisputeEntryId = "say";
    AdjustmentId = "adj";
    VerticalId = "vert";
    LeadId = "lead";
    PingId = "ping";
    LeadEventId = "event";
    LeadAuditId = "check";
    ScoreModelId = "model";
    RefusedLeadId = "refused";
    ImportId = "imp";
    ContractId = "con";
    ContractVersionId = "terms";
    IcpId = "icp";
    ChargeId = "chg";
    ConversionId = "conv";
    NoteId = "note";
    RequestId = "req";
    DecisionId = "dec";
    PurchaseId = "pur";
    DeliveryId = "dlv";
    SubjectRequestId = "ask";
    IndexKeyId = "idx";
    EventId = "evt";
    SuppressionId = "supp";
    EndpointId = "hook";
    WebhookId = "send";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_and_read_back() {
        let id = LeadId::new(Ts::from_micros(1_763_812_345_678_901));
        let text = id.to_string();
        assert!(text.starts_with("lead_019aab"), "{text}");
        assert_eq!(text.parse::<LeadId>().unwrap(), id);
    }

    #[test]
    fn another_kind_is_refused() {
        let id = LeadId::new(Ts::from_micros(0)).to_string();
        assert_eq!(id.parse::<UserId>().unwrap_err().prefix, "user");
    }
}
