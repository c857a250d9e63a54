//! The tables as diesel sees them; a test compares them with what the migrations made on both databases.
#![allow(
    clippy::wildcard_imports,
    reason = "table! looks its SQL types up by name"
)]

mod announced;
mod books;
mod offers;
mod people;
mod privacy;
mod scores;
mod told;
mod trades;
mod wants;

pub use announced::*;
pub use books::*;
pub use offers::*;
pub use people::*;
pub use privacy::*;
pub use scores::*;
pub use told::*;
pub use trades::*;
pub use wants::*;

diesel::joinable!(users -> accounts (account_id));
diesel::joinable!(standings -> accounts (account_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(api_keys -> accounts (account_id));
diesel::joinable!(leads -> verticals (vertical_id));
diesel::joinable!(lead_contacts -> leads (lead_id));
diesel::joinable!(lead_consents -> leads (lead_id));
diesel::joinable!(lead_scores -> leads (lead_id));
diesel::joinable!(lead_confirmations -> leads (lead_id));
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
diesel::joinable!(pings -> verticals (vertical_id));
diesel::joinable!(ping_pauses -> accounts (seller_id));
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
    consent_texts,
    refused_hashes,
    erasures,
    revocations,
    revocation_tasks,
    subject_requests,
    index_keys,
    call_rules,
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
    vertical_changes,
    leads,
    lead_contacts,
    lead_consents,
    lead_checks,
    score_models,
    lead_scores,
    lead_events,
    lead_audits,
    audit_policy,
    audit_shares,
    link_hosts,
    lead_confirmations,
    verification_settings,
    data_sets,
    source_marks,
    contact_claims,
    contact_hashes,
    suppressions,
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
    pings,
    ping_pauses,
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

diesel::joinable!(webhook_deliveries -> events (event_id));
diesel::joinable!(webhook_deliveries -> webhook_endpoints (endpoint_id));
diesel::allow_tables_to_appear_in_same_query!(events, webhook_endpoints, webhook_deliveries);

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    holds::seller_id,
    ledger_entries::currency,
    charges::buyer_id,
    accounts::name,
    contract_versions::model,
    charges::kind,
    charges::state,
);
