//! Every table of the database is known to hold data of people behind leads, and how that goes, or to hold none.

use std::collections::BTreeSet;

use diesel::prelude::*;
use galena::db::Backend;

/// Emptied, unsealed for ever, or removed when a lead is erased; a ping when its bid ends, minutes later.
const ERASED: &[&str] = &[
    "contact_claims",
    "contact_hashes",
    "consent_texts",
    "conversions",
    "deliveries",
    "dispute_entries",
    "dispute_files",
    "dispute_findings",
    "idempotency_keys",
    "import_files",
    "lead_audits",
    "lead_checks",
    "lead_confirmations",
    "lead_consents",
    "lead_contacts",
    "leads",
    "pings",
    "purchase_notes",
    "purchase_work",
    "refused_hashes",
    "refused_leads",
    "source_marks",
    "subject_requests",
];

/// Accounts, terms, money and decisions: ids and amounts, and people who act for an account.
const NOBODYS: &[&str] = &[
    "accounts",
    "api_keys",
    "audit_log",
    "audit_policy",
    "audit_shares",
    "bank_details",
    "buyer_shares",
    "call_rules",
    "charges",
    "commission_invoices",
    "contract_versions",
    "contracts",
    "data_sets",
    "decisions",
    "deposits",
    "dispute_decisions",
    "disputes",
    "draws",
    "erasures",
    "events",
    "holds",
    "icps",
    "imports",
    "index_keys",
    "invoice_months",
    "invoice_series",
    "jobs",
    "lead_events",
    "lead_scores",
    "ledger_accounts",
    "ledger_entries",
    "ledger_postings",
    "link_hosts",
    "payout_batches",
    "payout_minimums",
    "payout_settings",
    "payouts",
    "ping_pauses",
    "ping_policy",
    "purchase_requests",
    "purchases",
    "request_alerts",
    "request_cap_counters",
    "request_changes",
    "reserves",
    "revocation_tasks",
    "revocations",
    "score_models",
    "seal_members",
    "seals",
    "sessions",
    "standing_steps",
    "standings",
    "suppressions",
    "users",
    "verification_settings",
    "vertical_attributes",
    "vertical_changes",
    "verticals",
    "webhook_deliveries",
    "webhook_endpoints",
];

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

const SQLITE: &str = "SELECT name FROM sqlite_master WHERE type = 'table' \
     AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'";
const POSTGRES: &str = "SELECT table_name::text AS name FROM information_schema.tables \
     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

on_both!(async fn no_table_is_forgotten(app) {
    let sql = match app.app.db.backend() {
        Backend::Sqlite => SQLITE,
        Backend::Postgres => POSTGRES,
    };
    let tables: Vec<Table> = app.read(move |conn| Ok(diesel::sql_query(sql).load(conn)?)).await;
    let tables: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let known: BTreeSet<&str> = ERASED.iter().chain(NOBODYS).copied().collect();
    assert_eq!(known.len(), ERASED.len() + NOBODYS.len(), "a table stands in both lists");
    assert_eq!(tables, known, "say in privacy/store/erase.rs what becomes of it, and here that it does");
});
