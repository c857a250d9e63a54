//! How leads are scored, and how their quality is audited.

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

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    audit_policy (id) {
        id -> Integer,
        seed -> Text,
        start_share_bps -> Integer,
        least_share_bps -> Integer,
        most_share_bps -> Integer,
        first_leads -> Integer,
        low_standing -> Integer,
        burst_leads -> Integer,
        looked_at -> BigInt,
        looked_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_audits (id) {
        id -> DbUuid,
        lead_id -> DbUuid,
        seller_id -> DbUuid,
        vertical_id -> DbUuid,
        why -> Text,
        risk -> Integer,
        state -> Text,
        drawn_at -> BigInt,
        taken_by -> Nullable<DbUuid>,
        taken_at -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        findings -> Nullable<Text>,
        refunds -> Integer,
        master_key_id -> Nullable<Text>,
        wrapped_key -> Nullable<Binary>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    audit_shares (seller_id) {
        seller_id -> DbUuid,
        share_bps -> Integer,
        passes_in_row -> Integer,
        updated_at -> BigInt,
    }
}
