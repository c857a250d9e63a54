//! What buyers ask for: profiles, contracts, requests.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    icps (id) {
        id -> DbUuid,
        buyer_id -> DbUuid,
        vertical_id -> DbUuid,
        name -> Text,
        profile -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    contracts (id) {
        id -> DbUuid,
        buyer_id -> DbUuid,
        seller_id -> Nullable<DbUuid>,
        vertical_id -> DbUuid,
        currency -> Text,
        name -> Text,
        state -> Text,
        is_standard -> Bool,
        in_force -> Nullable<Integer>,
        offered -> Nullable<Integer>,
        fees_from -> Nullable<BigInt>,
        fee_periods -> Integer,
        next_fee_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    contract_versions (id) {
        id -> DbUuid,
        contract_id -> DbUuid,
        version -> Integer,
        model -> Text,
        currency -> Text,
        price_lead_minor -> Nullable<BigInt>,
        price_appointment_minor -> Nullable<BigInt>,
        share_bps -> Nullable<Integer>,
        share_floor_minor -> Nullable<BigInt>,
        share_cap_minor -> Nullable<BigInt>,
        deposit_minor -> Nullable<BigInt>,
        expected_sale_minor -> Nullable<BigInt>,
        base_fee_minor -> Nullable<BigInt>,
        base_fee_period -> Nullable<Text>,
        criteria -> Text,
        min_stage -> Nullable<Text>,
        min_seniority -> Nullable<Text>,
        dispute_window_days -> Integer,
        reporter -> Text,
        silence_days -> Integer,
        held_minutes -> Integer,
        lapse_days -> Integer,
        created_at -> BigInt,
        dispute_rules -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    purchase_requests (id) {
        id -> DbUuid,
        buyer_id -> DbUuid,
        vertical_id -> DbUuid,
        contract_version_id -> DbUuid,
        name -> Text,
        state -> Text,
        filter -> Text,
        need_phone -> Bool,
        need_email -> Bool,
        bid_minor -> BigInt,
        currency -> Text,
        quantity -> BigInt,
        bought -> BigInt,
        budget_minor -> BigInt,
        spent_minor -> BigInt,
        caps -> Text,
        schedule -> Text,
        time_zone -> Text,
        max_consent_age_days -> Nullable<Integer>,
        sellers -> Text,
        auto_buy -> Bool,
        deliver_email -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        last_served_at -> Nullable<BigInt>,
        min_quality -> Integer,
        held -> BigInt,
        held_minor -> BigInt,
        shared_bids -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    request_changes (seq) {
        seq -> BigInt,
        request_id -> DbUuid,
        at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    request_cap_counters (request_id, cap_window, starts_at) {
        request_id -> DbUuid,
        cap_window -> Text,
        starts_at -> BigInt,
        bought -> BigInt,
        spent_minor -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    request_alerts (request_id, percent) {
        request_id -> DbUuid,
        percent -> Integer,
        at -> BigInt,
    }
}
