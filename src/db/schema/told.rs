//! What happened, and where it is sent.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    events (id) {
        id -> DbUuid,
        account_id -> DbUuid,
        kind -> Text,
        subject -> Text,
        data -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    webhook_endpoints (id) {
        id -> DbUuid,
        account_id -> DbUuid,
        url -> Text,
        kinds -> Text,
        state -> Text,
        disabled_why -> Nullable<Text>,
        secret_key_id -> Text,
        secret_wrapped -> Binary,
        secret_sealed -> Binary,
        old_secret_key_id -> Nullable<Text>,
        old_secret_wrapped -> Nullable<Binary>,
        old_secret_sealed -> Nullable<Binary>,
        old_secret_until -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    webhook_deliveries (id) {
        id -> DbUuid,
        endpoint_id -> DbUuid,
        event_id -> DbUuid,
        state -> Text,
        attempts -> Integer,
        next_at -> BigInt,
        last_status -> Nullable<Integer>,
        last_error -> Nullable<Text>,
        queued_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}
