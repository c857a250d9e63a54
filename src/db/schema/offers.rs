//! What sellers bring: verticals, leads, imports.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    verticals (id) {
        id -> DbUuid,
        key -> Text,
        name -> Text,
        description -> Text,
        commission_bps -> Integer,
        duplicate_window_days -> Integer,
        consent_max_age_days -> Integer,
        dispute_window_days -> Integer,
        listing_days -> Integer,
        max_copies -> Integer,
        min_age -> Integer,
        held_prior_bps -> Integer,
        sale_prior_bps -> Integer,
        prior_weight -> Integer,
        created_at -> BigInt,
        dispute_rules -> Text,
        keep_unsold_days -> Integer,
        keep_sold_days -> Integer,
        keep_refused_days -> Integer,
        consent_recipients -> Text,
        selling -> Text,
        stopped -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    vertical_changes (id) {
        id -> Integer,
        changes -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    vertical_attributes (vertical_id, key) {
        vertical_id -> DbUuid,
        key -> Text,
        position -> Integer,
        label -> Text,
        kind -> Text,
        required -> Bool,
        filterable -> Bool,
        personal -> Bool,
        allowed_values -> Text,
        min_value -> Nullable<BigInt>,
        max_value -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    leads (id) {
        id -> DbUuid,
        vertical_id -> DbUuid,
        seller_id -> DbUuid,
        import_id -> Nullable<DbUuid>,
        external_id -> Nullable<Text>,
        state -> Text,
        attributes -> Text,
        interest -> Text,
        timeline -> Nullable<Text>,
        origin -> Text,
        masked_name -> Text,
        masked_email -> Nullable<Text>,
        masked_phone -> Nullable<Text>,
        has_company -> Bool,
        ask_minor -> BigInt,
        currency -> Text,
        accepts -> Text,
        least -> Text,
        score -> Integer,
        stage -> Text,
        copies -> Integer,
        copies_sold -> Integer,
        consent_given_at -> BigInt,
        received_at -> BigInt,
        expires_at -> BigInt,
        recipients -> Text,
        quality -> Integer,
        ruling -> Nullable<Text>,
        first_ask_minor -> Nullable<BigInt>,
        aged_percent -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_contacts (lead_id) {
        lead_id -> DbUuid,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
        wanted -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_consents (lead_id) {
        lead_id -> DbUuid,
        text -> Text,
        version -> Nullable<Text>,
        given_at -> BigInt,
        page_url -> Text,
        channels -> Text,
        recipients -> Text,
        certificate_url -> Nullable<Text>,
        text_hash -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_checks (lead_id) {
        lead_id -> DbUuid,
        warnings -> Integer,
        checks -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    contact_claims (vertical_id, hash) {
        vertical_id -> DbUuid,
        hash -> Binary,
        lead_id -> DbUuid,
        claimed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    imports (id) {
        id -> DbUuid,
        seller_id -> DbUuid,
        vertical_id -> DbUuid,
        file_name -> Text,
        header_hash -> Binary,
        mapping -> Text,
        defaults -> Text,
        state -> Text,
        line_count -> BigInt,
        lines_done -> BigInt,
        accepted -> BigInt,
        refused -> BigInt,
        failure -> Nullable<Text>,
        created_by -> Nullable<DbUuid>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    import_files (import_id) {
        import_id -> DbUuid,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    refused_leads (id) {
        id -> DbUuid,
        seller_id -> DbUuid,
        import_id -> Nullable<DbUuid>,
        vertical -> Text,
        source -> Text,
        line -> Nullable<BigInt>,
        errors -> Text,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
        received_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    verification_settings (vertical_id, version) {
        vertical_id -> DbUuid,
        version -> Integer,
        settings -> Text,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    data_sets (name, version) {
        name -> Text,
        version -> Integer,
        line_count -> Integer,
        digest -> Text,
        source -> Text,
        content -> Text,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    source_marks (hash, at, lead_id) {
        hash -> Binary,
        at -> BigInt,
        lead_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_confirmations (lead_id) {
        lead_id -> DbUuid,
        channel -> Text,
        code_hash -> Nullable<Binary>,
        tries -> Integer,
        sends -> Integer,
        asked_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        expires_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    contact_hashes (lead_id, hash) {
        lead_id -> DbUuid,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    suppressions (id) {
        id -> DbUuid,
        owner_id -> Nullable<DbUuid>,
        list -> Text,
        hash -> Binary,
        added_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    buyer_shares (vertical_id, buyer_id) {
        vertical_id -> DbUuid,
        buyer_id -> DbUuid,
        tier -> Integer,
        weight -> Integer,
    }
}

diesel::table! {
    draws (day) {
        day -> BigInt,
        commitment -> Text,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
        seed -> Nullable<Text>,
        created_at -> BigInt,
        published_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    decisions (id) {
        id -> DbUuid,
        lead_id -> DbUuid,
        vertical_id -> DbUuid,
        at -> BigInt,
        day -> BigInt,
        body -> Text,
        digest -> Text,
    }
}
