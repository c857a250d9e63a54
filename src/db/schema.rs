//! The tables as diesel sees them; a test compares them with what the migrations made on both databases.
#![allow(
    clippy::wildcard_imports,
    reason = "table! looks its SQL types up by name"
)]

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
        copies -> Integer,
        copies_sold -> Integer,
        consent_given_at -> BigInt,
        received_at -> BigInt,
        expires_at -> BigInt,
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
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::DbUuid;

    lead_checks (lead_id, name) {
        lead_id -> DbUuid,
        name -> Text,
        verdict -> Text,
        code -> Nullable<Text>,
        detail -> Nullable<Text>,
        at -> BigInt,
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

    request_alerts (request_id, percent) {
        request_id -> DbUuid,
        percent -> Integer,
        at -> BigInt,
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

diesel::joinable!(users -> accounts (account_id));
diesel::joinable!(standings -> accounts (account_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(api_keys -> accounts (account_id));
diesel::joinable!(leads -> verticals (vertical_id));
diesel::joinable!(lead_contacts -> leads (lead_id));
diesel::joinable!(lead_consents -> leads (lead_id));
diesel::joinable!(purchases -> leads (lead_id));
diesel::joinable!(purchases -> purchase_requests (request_id));
diesel::joinable!(purchase_requests -> contract_versions (contract_version_id));
diesel::joinable!(purchase_requests -> verticals (vertical_id));
diesel::joinable!(ledger_entries -> ledger_postings (posting_id));
diesel::joinable!(deliveries -> purchases (purchase_id));
diesel::joinable!(vertical_attributes -> verticals (vertical_id));
diesel::joinable!(deposits -> accounts (buyer_id));
diesel::joinable!(payouts -> accounts (seller_id));
diesel::joinable!(commission_invoices -> accounts (seller_id));
diesel::joinable!(imports -> verticals (vertical_id));
diesel::joinable!(contract_versions -> contracts (contract_id));
diesel::joinable!(purchases -> contract_versions (contract_version_id));
diesel::joinable!(purchases -> verticals (vertical_id));
diesel::joinable!(contracts -> verticals (vertical_id));
diesel::joinable!(icps -> verticals (vertical_id));
diesel::joinable!(charges -> contracts (contract_id));
diesel::joinable!(charges -> contract_versions (contract_version_id));
diesel::joinable!(charges -> purchases (purchase_id));
diesel::joinable!(conversions -> purchases (purchase_id));
diesel::joinable!(disputes -> purchases (purchase_id));
diesel::joinable!(disputes -> verticals (vertical_id));
diesel::joinable!(dispute_decisions -> disputes (dispute_id));
diesel::joinable!(dispute_files -> dispute_entries (entry_id));
diesel::joinable!(purchase_work -> purchases (purchase_id));
diesel::joinable!(purchase_notes -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    users,
    sessions,
    api_keys,
    idempotency_keys,
    audit_log,
    seals,
    seal_members,
    jobs,
    ledger_accounts,
    ledger_postings,
    ledger_entries,
    holds,
    deposits,
    verticals,
    vertical_attributes,
    leads,
    lead_contacts,
    lead_consents,
    lead_checks,
    contact_claims,
    imports,
    import_files,
    refused_leads,
    contracts,
    contract_versions,
    purchase_requests,
    request_changes,
    request_cap_counters,
    purchases,
    deliveries,
    icps,
    request_alerts,
    charges,
    conversions,
    purchase_work,
    purchase_notes,
    disputes,
    dispute_decisions,
    dispute_findings,
    dispute_entries,
    dispute_files,
    standings,
    standing_steps,
    reserves,
    bank_details,
    payout_settings,
    payout_minimums,
    payout_batches,
    payouts,
    invoice_series,
    invoice_months,
    commission_invoices,
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    holds::seller_id,
    ledger_entries::currency,
    charges::buyer_id,
    accounts::name,
    contract_versions::model,
    charges::kind,
    charges::state,
);
