//! Who acts, where they stand, what is on record of them, and queued work.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    accounts (id) {
        id -> DbUuid,
        kind -> Text,
        name -> Text,
        country -> Text,
        state -> Text,
        commission_bps -> Nullable<Integer>,
        created_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        decision_note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    users (id) {
        id -> DbUuid,
        account_id -> DbUuid,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        state -> Text,
        created_at -> BigInt,
        last_signin_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    sessions (token_hash) {
        token_hash -> Binary,
        user_id -> DbUuid,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    api_keys (id) {
        id -> DbUuid,
        account_id -> DbUuid,
        name -> Text,
        hint -> Text,
        hash -> Binary,
        scopes -> Text,
        created_by -> DbUuid,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    idempotency_keys (account_id, endpoint, key) {
        account_id -> DbUuid,
        endpoint -> Text,
        key -> Text,
        body_hash -> Binary,
        status -> Integer,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    audit_log (id) {
        id -> DbUuid,
        at -> BigInt,
        actor -> Text,
        account_id -> Nullable<DbUuid>,
        action -> Text,
        subject -> Text,
        detail -> Text,
        request_id -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    seals (chain, seq) {
        chain -> Text,
        seq -> BigInt,
        root -> Binary,
        previous_root -> Binary,
        items -> BigInt,
        sealed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    seal_members (chain, item_id) {
        chain -> Text,
        item_id -> DbUuid,
        seq -> BigInt,
        position -> BigInt,
        leaf -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    jobs (id) {
        id -> DbUuid,
        kind -> Text,
        payload -> Text,
        state -> Text,
        run_at -> BigInt,
        lease_until -> Nullable<BigInt>,
        attempts -> Integer,
        max_attempts -> Integer,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    standings (account_id) {
        account_id -> DbUuid,
        score -> Integer,
        counts -> Text,
        computed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    standing_steps (least_score) {
        least_score -> Integer,
        rank_bps -> Integer,
        reserve_bps -> Integer,
        reserve_days -> Integer,
        delay_days -> Integer,
    }
}
