//! What was sold, and what became of it.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    purchases (id) {
        id -> DbUuid,
        lead_id -> DbUuid,
        request_id -> Nullable<DbUuid>,
        buyer_id -> DbUuid,
        seller_id -> DbUuid,
        vertical_id -> DbUuid,
        contract_version_id -> DbUuid,
        state -> Text,
        currency -> Text,
        price_minor -> BigInt,
        commission_minor -> BigInt,
        explanation -> Text,
        purchased_at -> BigInt,
        final_at -> BigInt,
        lapse_at -> Nullable<BigInt>,
        settled_at -> Nullable<BigInt>,
        opened_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    deliveries (id) {
        id -> DbUuid,
        purchase_id -> DbUuid,
        channel -> Text,
        recipient -> Text,
        state -> Text,
        attempts -> Integer,
        last_error -> Nullable<Text>,
        queued_at -> BigInt,
        delivered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    charges (id) {
        id -> DbUuid,
        kind -> Text,
        state -> Text,
        contract_id -> DbUuid,
        contract_version_id -> DbUuid,
        purchase_id -> Nullable<DbUuid>,
        claim_of -> Nullable<DbUuid>,
        buyer_id -> DbUuid,
        seller_id -> Nullable<DbUuid>,
        currency -> Text,
        held_minor -> BigInt,
        price_minor -> BigInt,
        commission_bps -> Integer,
        commission_minor -> BigInt,
        period_start -> Nullable<BigInt>,
        created_at -> BigInt,
        charged_at -> Nullable<BigInt>,
        final_at -> Nullable<BigInt>,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    conversions (id) {
        id -> DbUuid,
        purchase_id -> DbUuid,
        kind -> Text,
        state -> Text,
        outcome -> Nullable<Text>,
        happens_at -> BigInt,
        channel -> Nullable<Text>,
        minutes -> Nullable<Integer>,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        reference -> Nullable<Text>,
        moves -> Integer,
        version -> Integer,
        reported_by -> Nullable<DbUuid>,
        confirm_by -> Nullable<BigInt>,
        decided_how -> Nullable<Text>,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    purchase_work (purchase_id) {
        purchase_id -> DbUuid,
        stage -> Text,
        reason -> Nullable<Text>,
        resume_on -> Nullable<BigInt>,
        responsible_id -> Nullable<DbUuid>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    purchase_notes (id) {
        id -> DbUuid,
        purchase_id -> DbUuid,
        user_id -> DbUuid,
        at -> BigInt,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    disputes (id) {
        id -> DbUuid,
        purchase_id -> DbUuid,
        charge_kind -> Text,
        charge_id -> Nullable<DbUuid>,
        contract_id -> DbUuid,
        contract_version_id -> DbUuid,
        vertical_id -> DbUuid,
        buyer_id -> DbUuid,
        seller_id -> DbUuid,
        reason -> Text,
        state -> Text,
        currency -> Text,
        price_minor -> BigInt,
        refund_minor -> BigInt,
        fee_minor -> BigInt,
        is_late -> Bool,
        round -> Integer,
        version -> Integer,
        due_at -> Nullable<BigInt>,
        opened_at -> BigInt,
        answered_at -> Nullable<BigInt>,
        appealed_by -> Nullable<DbUuid>,
        decided_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    dispute_decisions (dispute_id, round) {
        dispute_id -> DbUuid,
        round -> Integer,
        outcome -> Text,
        refund_minor -> BigInt,
        how -> Text,
        decided_by -> Nullable<DbUuid>,
        decided_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    dispute_findings (dispute_id, name) {
        dispute_id -> DbUuid,
        name -> Text,
        verdict -> Text,
        detail -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    dispute_entries (id) {
        id -> DbUuid,
        dispute_id -> DbUuid,
        side -> Text,
        user_id -> Nullable<DbUuid>,
        kind -> Text,
        at -> BigInt,
        media_type -> Nullable<Text>,
        size_bytes -> Nullable<Integer>,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
        place -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    dispute_files (entry_id) {
        entry_id -> DbUuid,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
    }
}
