//! Leads that are announced, and the bids held for them.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    pings (id) {
        id -> DbUuid,
        seller_id -> DbUuid,
        vertical_id -> DbUuid,
        state -> Text,
        external_id -> Nullable<Text>,
        keep -> Bool,
        given -> Text,
        email_hash -> Nullable<Binary>,
        phone_hash -> Nullable<Binary>,
        reason -> Nullable<Integer>,
        gates -> Text,
        request_id -> Nullable<DbUuid>,
        buyer_id -> Nullable<DbUuid>,
        model -> Nullable<Text>,
        currency -> Nullable<Text>,
        price_minor -> Nullable<BigInt>,
        earning_minor -> Nullable<BigInt>,
        held_minor -> Nullable<BigInt>,
        bid -> Nullable<Text>,
        lead_id -> Nullable<DbUuid>,
        purchase_id -> Nullable<DbUuid>,
        created_at -> BigInt,
        held_until -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        decided -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ping_policy (id) {
        id -> Integer,
        hold_seconds -> Integer,
        most_open -> Integer,
        least_posted_bps -> Integer,
        least_bids -> Integer,
        pause_minutes -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    ping_pauses (seller_id) {
        seller_id -> DbUuid,
        paused_at -> BigInt,
        until_at -> BigInt,
        bids -> BigInt,
        posts -> BigInt,
    }
}
