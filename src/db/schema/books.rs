//! Money: the ledger, what pays in, and what pays out.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    ledger_accounts (key) {
        key -> Text,
        kind -> Text,
        owner_id -> Nullable<DbUuid>,
        currency -> Text,
        balance_minor -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    ledger_postings (id) {
        id -> DbUuid,
        event -> Text,
        source_type -> Text,
        source_id -> DbUuid,
        reverses -> Nullable<DbUuid>,
        note -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    ledger_entries (posting_id, line) {
        posting_id -> DbUuid,
        line -> Integer,
        account_key -> Text,
        currency -> Text,
        debit_minor -> BigInt,
        credit_minor -> BigInt,
        balance_minor -> Nullable<BigInt>,
        version -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    holds (source_type, source_id) {
        source_type -> Text,
        source_id -> DbUuid,
        buyer_id -> DbUuid,
        seller_id -> Nullable<DbUuid>,
        currency -> Text,
        held_minor -> BigInt,
        captured_minor -> BigInt,
        released_minor -> BigInt,
        commission_minor -> BigInt,
        refunded_minor -> BigInt,
        commission_refunded_minor -> BigInt,
        pending_minor -> BigInt,
        disputed_minor -> BigInt,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    deposits (id) {
        id -> DbUuid,
        buyer_id -> DbUuid,
        currency -> Text,
        amount_minor -> BigInt,
        reference -> Text,
        state -> Text,
        requested_by -> DbUuid,
        requested_at -> BigInt,
        decided_by -> Nullable<DbUuid>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    reserves (source_type, source_id) {
        source_type -> Text,
        source_id -> DbUuid,
        seller_id -> DbUuid,
        currency -> Text,
        amount_minor -> BigInt,
        release_at -> BigInt,
        released_at -> Nullable<BigInt>,
        released_minor -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    bank_details (id) {
        id -> DbUuid,
        seller_id -> DbUuid,
        number -> Integer,
        hint -> Text,
        country -> Text,
        set_by -> DbUuid,
        set_at -> BigInt,
        effective_at -> BigInt,
        cancelled_by -> Nullable<DbUuid>,
        cancelled_at -> Nullable<BigInt>,
        master_key_id -> Text,
        wrapped_key -> Binary,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    payout_settings (seller_id) {
        seller_id -> DbUuid,
        schedule -> Text,
        weekday -> Nullable<Integer>,
        net_days -> Nullable<Integer>,
        next_at -> Nullable<BigInt>,
        set_by -> DbUuid,
        set_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    payout_minimums (seller_id, currency) {
        seller_id -> DbUuid,
        currency -> Text,
        minimum_minor -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    payout_batches (id) {
        id -> DbUuid,
        currency -> Text,
        method -> Text,
        state -> Text,
        payouts -> Integer,
        total_minor -> BigInt,
        debtor_name -> Nullable<Text>,
        debtor_iban -> Nullable<Text>,
        debtor_bic -> Nullable<Text>,
        made_by -> DbUuid,
        made_at -> BigInt,
        ended_by -> Nullable<DbUuid>,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    payouts (id) {
        id -> DbUuid,
        seller_id -> DbUuid,
        currency -> Text,
        amount_minor -> BigInt,
        state -> Text,
        origin -> Text,
        asked_by -> Nullable<DbUuid>,
        asked_at -> BigInt,
        approved_by -> Nullable<DbUuid>,
        approved_at -> Nullable<BigInt>,
        batch_id -> Nullable<DbUuid>,
        sent_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        hint -> Nullable<Text>,
        country -> Nullable<Text>,
        master_key_id -> Nullable<Text>,
        wrapped_key -> Nullable<Binary>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    invoice_series (series) {
        series -> Text,
        last_number -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    invoice_months (month_start) {
        month_start -> BigInt,
        closed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    commission_invoices (id) {
        id -> DbUuid,
        series -> Text,
        number -> Integer,
        seller_id -> DbUuid,
        seller_name -> Text,
        seller_country -> Text,
        month_start -> BigInt,
        month_end -> BigInt,
        currency -> Text,
        taken_minor -> BigInt,
        given_back_minor -> BigInt,
        issued_at -> BigInt,
    }
}
