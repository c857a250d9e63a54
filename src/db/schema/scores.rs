//! How leads are scored.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    score_models (id) {
        id -> DbUuid,
        vertical_id -> DbUuid,
        version -> Integer,
        state -> Text,
        formula -> Text,
        made_by -> Nullable<DbUuid>,
        made_at -> BigInt,
        trial -> Nullable<Text>,
        live_at -> Nullable<BigInt>,
        retired_at -> Nullable<BigInt>,
        moves_leads -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_scores (lead_id) {
        lead_id -> DbUuid,
        model_id -> DbUuid,
        points -> Integer,
        carried_points -> Integer,
        parts -> Text,
        bant -> Text,
        event_count -> Integer,
        changes_at -> Nullable<BigInt>,
        computed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_events (id) {
        id -> DbUuid,
        lead_id -> DbUuid,
        external_id -> Text,
        kind -> Text,
        count -> Integer,
        source -> Text,
        at -> BigInt,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    link_hosts (seller_id, host) {
        seller_id -> DbUuid,
        host -> Text,
        added_at -> BigInt,
    }
}
