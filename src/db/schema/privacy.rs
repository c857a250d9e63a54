//! What the people behind leads asked for, what was erased, and the keys of the blind hashes.

diesel::table! {
    use diesel::sql_types::*;

    consent_texts (hash) {
        hash -> Binary,
        text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    refused_hashes (refused_id, hash) {
        refused_id -> DbUuid,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    erasures (subject) {
        subject -> Text,
        cause -> Text,
        erased_at -> BigInt,
        scrubbed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    revocations (lead_id) {
        lead_id -> DbUuid,
        via -> Text,
        revoked_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    revocation_tasks (purchase_id) {
        purchase_id -> DbUuid,
        lead_id -> DbUuid,
        buyer_id -> DbUuid,
        told_at -> BigInt,
        confirm_by -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        confirmed_by -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    subject_requests (id) {
        id -> DbUuid,
        asked_by -> Text,
        hash -> Binary,
        code_hash -> Nullable<Binary>,
        tries -> Integer,
        token_hash -> Nullable<Binary>,
        asked_at -> BigInt,
        expires_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    index_keys (id) {
        id -> DbUuid,
        state -> Text,
        cursor_id -> Nullable<DbUuid>,
        created_at -> BigInt,
        current_at -> Nullable<BigInt>,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    call_rules (country) {
        country -> Text,
        max_consent_age_days -> Nullable<Integer>,
        needs_register -> Bool,
        note -> Text,
        updated_at -> BigInt,
    }
}
