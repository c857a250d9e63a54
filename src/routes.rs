//! Every path of the product, one line each, with who may go there.

mod guard;
mod ops;
pub mod rules;

use actix_web::http::Method;
use actix_web::web::ServiceConfig;

use crate::access::{Rule, Scope};
use crate::web::{assets, docs, metrics, openapi};
use crate::{
    accounts, audits, backtests, calls, contracts, conversions, disputes, events, icps, leads,
    ledger, matching, payouts, pings, privacy, purchases, reports, requests, scoring, standing,
    suppression, verification, verticals,
};
#[allow(
    clippy::wildcard_imports,
    reason = "the rules are the words of the table"
)]
use rules::*;

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub rule: Rule,
}

macro_rules! routes {
    ($($method:ident $path:literal => $rule:expr, $handler:path;)+) => {
        /// What the server answers, and to whom.
        pub const TABLE: &[Route] = &[$(Route { method: stringify!($method), path: $path, rule: $rule }),+];

        /// Registers every line of the table, each behind its rule.
        pub fn configure(config: &mut ServiceConfig) {
            $(config.service(guard::resource(Method::$method, $path, $rule, $handler));)+
            config.default_service(guard::nowhere());
        }
    };
}

routes! {
    GET "/healthz" => PUBLIC, ops::alive;
    GET "/readyz" => PUBLIC, ops::ready;
    GET "/metrics" => PUBLIC, metrics::show;

    GET "/static/{digest}/{path:.*}" => PUBLIC, assets::file;

    GET "/" => PUBLIC, reports::pages::public::front;
    GET "/market" => PUBLIC, reports::pages::public::market;
    GET "/market/draws" => PUBLIC, matching::pages::selling::draws;
    GET "/api/v1/draws" => PUBLIC, matching::api::draws;
    GET "/verticals" => PUBLIC, reports::pages::public::all_verticals;
    GET "/verticals/{key}" => PUBLIC, reports::pages::public::one_vertical;
    GET "/terms" => PUBLIC, reports::pages::public::terms;
    GET "/privacy" => PUBLIC, privacy::pages::show;
    POST "/privacy" => PUBLIC, privacy::pages::ask;
    GET "/privacy/data" => PUBLIC, privacy::pages::data;
    GET "/privacy/data.json" => PUBLIC, privacy::pages::export;
    POST "/privacy/data/{wish}" => PUBLIC, privacy::pages::act;
    GET "/privacy/withdraw/{token}" => PUBLIC, privacy::pages::withdraw::show;
    POST "/privacy/withdraw/{token}" => PUBLIC, privacy::pages::withdraw::withdraw;
    GET "/privacy/{id}" => PUBLIC, privacy::pages::code_form;
    POST "/privacy/{id}" => PUBLIC, privacy::pages::confirm;
    GET "/operator/call-rules" => OPERATOR_SEES, calls::pages::show;
    POST "/operator/call-rules" => ADMIN_ACTS, calls::pages::set;
    GET "/operator/withdrawals" => OPERATOR_SEES, privacy::pages::desk::show;
    GET "/api/v1/leads/{id}/withdrawal_link" => seller_reads(Scope::LeadsRead), privacy::api::withdrawal_link;
    POST "/api/v1/purchases/{id}/confirm_revocation" => buyer_writes(Scope::PurchasesWrite), privacy::api::confirm;
    GET "/docs" => PUBLIC, docs::page;
    GET "/docs/errors" => PUBLIC, docs::errors;
    GET "/docs/{file}" => PUBLIC, docs::asset;

    GET "/seller" => SELLER_SEES, reports::pages::seller::dashboard;
    GET "/buyer" => BUYER_SEES, reports::pages::buyer::dashboard;
    GET "/operator" => OPERATOR_SEES, reports::pages::operator::overview;
    GET "/operator/queues" => OPERATOR_SEES, reports::pages::operator::queues;
    POST "/operator/queues/{id}/requeue" => ADMIN_ACTS, reports::pages::operator::requeue;
    GET "/operator/audit" => OPERATOR_SEES, reports::pages::audit::show;
    GET "/operator/audit/export/{kind}" => OPERATOR_SEES, reports::pages::audit::export;
    GET "/api/v1/audit_log" => operator_reads(Scope::OperatorRead), reports::api::audit_log;

    GET "/api/v1/openapi.json" => PUBLIC, openapi::show;
    POST "/api/v1/tokens" => SIGNED_IN, accounts::api::make_token;
    GET "/api/v1/me" => SIGNED_IN, accounts::api::me;
    GET "/api/v1/verticals" => SIGNED_IN, verticals::api::list;
    GET "/api/v1/verticals/{key}" => SIGNED_IN, verticals::api::show;

    POST "/api/v1/leads" => seller_writes(Scope::LeadsWrite), leads::api::send;
    POST "/api/v1/leads/check" => seller_writes(Scope::LeadsWrite), leads::api::check;
    POST "/api/v1/leads/batch" => seller_writes(Scope::LeadsWrite), leads::api::send_batch;
    GET "/api/v1/leads" => seller_reads(Scope::LeadsRead), leads::api::list;
    GET "/api/v1/leads/{id}" => seller_reads(Scope::LeadsRead), leads::api::show;
    POST "/api/v1/leads/{id}/withdraw" => seller_writes(Scope::LeadsWrite), leads::api::withdraw;

    POST "/api/v1/pings" => seller_writes(Scope::LeadsWrite), pings::api::ping;
    GET "/api/v1/pings" => seller_reads(Scope::LeadsRead), pings::api::list;
    GET "/api/v1/pings/figures" => seller_reads(Scope::LeadsRead), pings::api::figures;
    GET "/api/v1/pings/{id}" => seller_reads(Scope::LeadsRead), pings::api::show;
    POST "/api/v1/pings/{id}/post" => seller_writes(Scope::LeadsWrite), pings::api::post_lead;
    GET "/seller/pings" => SELLER_SEES, pings::pages::seller;
    GET "/operator/pings" => OPERATOR_SEES, pings::pages::desk;
    POST "/operator/pings" => ADMIN_ACTS, pings::pages::set;
    POST "/operator/pings/{id}/lift" => ADMIN_ACTS, pings::pages::lift;

    GET "/api/v1/wallet" => buyer_reads(Scope::WalletRead), ledger::api::wallet;
    GET "/api/v1/wallet/deposits" => buyer_reads(Scope::WalletRead), ledger::api::list_deposits;
    POST "/api/v1/wallet/deposits" => buyer_writes(Scope::WalletWrite), ledger::api::request_deposit;
    GET "/buyer/wallet" => BUYER_SEES, ledger::pages::wallet::show;
    POST "/buyer/wallet/deposits" => BUYER_ACTS, ledger::pages::wallet::request_deposit;
    GET "/seller/earnings" => SELLER_SEES, ledger::pages::earnings::show;
    GET "/seller/earnings/export/{kind}" => SELLER_SEES, ledger::pages::earnings::export;
    GET "/operator/deposits" => OPERATOR_SEES, ledger::pages::deposits::show;
    POST "/operator/deposits/{id}/approve" => FINANCE_ACTS, ledger::pages::deposits::approve;
    POST "/operator/deposits/{id}/refuse" => FINANCE_ACTS, ledger::pages::deposits::refuse;
    GET "/operator/ledger" => OPERATOR_SEES, ledger::pages::books::show;
    GET "/operator/ledger/accounts/{key}" => OPERATOR_SEES, ledger::pages::books::account;
    GET "/operator/ledger/postings/{id}" => OPERATOR_SEES, ledger::pages::books::posting;
    GET "/operator/ledger/proof" => OPERATOR_SEES, ledger::pages::books::proof;

    GET "/api/v1/payouts" => seller_reads(Scope::PayoutsRead), payouts::api::list;
    POST "/api/v1/payouts" => seller_writes(Scope::PayoutsWrite), payouts::api::ask;
    GET "/api/v1/payouts/{id}" => seller_reads(Scope::PayoutsRead), payouts::api::get;
    POST "/api/v1/payouts/{id}/cancel" => seller_writes(Scope::PayoutsWrite), payouts::api::cancel;
    GET "/api/v1/payout_approvals" => operator_reads(Scope::OperatorRead), payouts::api::approvals::list;
    POST "/api/v1/payout_approvals/{id}" => finance_writes(Scope::OperatorWrite), payouts::api::approvals::decide;
    GET "/api/v1/payout_batches" => operator_reads(Scope::OperatorRead), payouts::api::batches::list;
    POST "/api/v1/payout_batches" => finance_writes(Scope::OperatorWrite), payouts::api::batches::make;
    GET "/api/v1/payout_batches/{id}" => operator_reads(Scope::OperatorRead), payouts::api::batches::get;
    GET "/api/v1/payout_batches/{id}/file/{kind}" => finance_reads(Scope::OperatorWrite), payouts::api::batches::file;
    POST "/api/v1/payout_batches/{id}/sent" => finance_writes(Scope::OperatorWrite), payouts::api::batches::sent;
    POST "/api/v1/payout_batches/{id}/payouts/{payout}" => finance_writes(Scope::OperatorWrite), payouts::api::batches::end;
    GET "/seller/payouts" => SELLER_SEES, payouts::pages::seller::show;
    POST "/seller/payouts" => SELLER_ACTS, payouts::pages::seller::ask;
    GET "/seller/payouts/export/{kind}" => SELLER_SEES, payouts::pages::seller::list_file;
    GET "/seller/payouts/bank" => SELLER_SEES, payouts::pages::bank::show;
    POST "/seller/payouts/bank" => SELLER_OWNER_ACTS, payouts::pages::bank::set;
    POST "/seller/payouts/bank/cancel" => SELLER_OWNER_ACTS, payouts::pages::bank::cancel;
    GET "/seller/payouts/months/{month}/{currency}/{kind}" => SELLER_SEES, payouts::pages::papers::of_month;
    GET "/seller/payouts/invoices/{id}" => SELLER_SEES, payouts::pages::papers::invoice;
    GET "/seller/payouts/{id}" => SELLER_SEES, payouts::pages::seller::one;
    POST "/seller/payouts/{id}/cancel" => SELLER_ACTS, payouts::pages::seller::cancel;
    GET "/seller/payouts/{id}/statement/{kind}" => SELLER_SEES, payouts::pages::papers::of_payout;
    GET "/operator/payouts" => OPERATOR_SEES, payouts::pages::desk::show;
    GET "/operator/payouts/export/{kind}" => OPERATOR_SEES, payouts::pages::desk::list_file;
    GET "/operator/payouts/batches" => OPERATOR_SEES, payouts::pages::batches::list;
    POST "/operator/payouts/batches" => FINANCE_ACTS, payouts::pages::batches::make;
    GET "/operator/payouts/batches/{id}" => OPERATOR_SEES, payouts::pages::batches::show;
    GET "/operator/payouts/batches/{id}/file/{kind}" => FINANCE_ACTS, payouts::api::batches::file;
    POST "/operator/payouts/batches/{id}/report" => FINANCE_ACTS, payouts::pages::batches::take_report;
    POST "/operator/payouts/batches/{id}/{step}" => FINANCE_ACTS, payouts::pages::batches::step;
    GET "/operator/payouts/sellers/{id}" => OPERATOR_SEES, payouts::pages::terms::show;
    POST "/operator/payouts/sellers/{id}" => FINANCE_ACTS, payouts::pages::terms::change;
    POST "/operator/payouts/sellers/{id}/ask" => FINANCE_ACTS, payouts::pages::terms::ask;
    GET "/operator/payouts/{id}" => OPERATOR_SEES, payouts::pages::desk::one;
    POST "/operator/payouts/{id}/{step}" => FINANCE_ACTS, payouts::pages::desk::step;

    GET "/api/v1/listings" => buyer_reads(Scope::PurchasesRead), purchases::api::listings;
    POST "/api/v1/listings/{id}/buy" => buyer_writes(Scope::PurchasesWrite), purchases::api::buy;
    GET "/api/v1/purchases" => buyer_reads(Scope::PurchasesRead), purchases::api::list;
    GET "/api/v1/purchases/{id}" => buyer_reads(Scope::PurchasesRead), purchases::api::get;

    GET "/seller/leads" => SELLER_SEES, leads::pages::list;
    GET "/seller/leads/export/{kind}" => SELLER_SEES, leads::pages::export;
    GET "/seller/leads/new" => SELLER_ACTS, leads::pages::add_form;
    POST "/seller/leads/new" => SELLER_ACTS, leads::pages::add;
    GET "/seller/leads/{id}" => SELLER_SEES, leads::pages::show;
    POST "/seller/leads/{id}/contact" => SELLER_ACTS, leads::pages::contact;
    POST "/seller/leads/{id}/withdraw" => SELLER_ACTS, leads::pages::withdraw;
    GET "/seller/refused" => SELLER_SEES, leads::pages::refused;
    GET "/seller/refused/{id}" => SELLER_ACTS, leads::pages::show_refused;
    POST "/seller/refused/{id}" => SELLER_ACTS, leads::pages::resend;
    POST "/seller/refused/{id}/drop" => SELLER_ACTS, leads::pages::drop_refused;
    GET "/seller/imports" => SELLER_SEES, leads::pages::imports;
    POST "/seller/imports" => SELLER_ACTS, leads::pages::upload;
    GET "/seller/imports/{id}" => SELLER_ACTS, leads::pages::show_import;
    POST "/seller/imports/{id}" => SELLER_ACTS, leads::pages::map_import;
    POST "/seller/imports/{id}/discard" => SELLER_ACTS, leads::pages::discard_import;
    GET "/seller/imports/{id}/refused.csv" => SELLER_ACTS, leads::pages::refused_lines;

    POST "/api/v1/leads/{id}/confirmation" => seller_writes(Scope::LeadsWrite), leads::api::ask_confirmation;
    POST "/seller/leads/{id}/confirmation" => SELLER_ACTS, leads::pages::ask_confirmation;
    GET "/confirm/{token}" => PUBLIC, leads::pages::confirm_form;
    POST "/confirm/{token}" => PUBLIC, leads::pages::confirm;
    GET "/operator/quarantine" => OPERATOR_SEES, leads::pages::quarantine;
    POST "/operator/quarantine/{id}" => AUDITOR_ACTS, leads::pages::decide;
    GET "/api/v1/quarantine" => operator_reads(Scope::OperatorRead), leads::api::list_quarantine;
    POST "/api/v1/quarantine/{id}" => auditor_writes(Scope::OperatorWrite), leads::api::decide_quarantined;
    GET "/operator/verticals/{key}/checks" => OPERATOR_SEES, verification::pages::show;
    POST "/operator/verticals/{key}/checks" => ADMIN_ACTS, verification::pages::change;
    GET "/api/v1/verticals/{key}/checks" => SIGNED_IN, verification::api::show;
    PUT "/api/v1/verticals/{key}/checks" => admin_writes(Scope::OperatorWrite), verification::api::change;
    GET "/operator/data-sets" => OPERATOR_SEES, verification::pages::lists;
    POST "/operator/data-sets" => ADMIN_ACTS, verification::pages::upload;
    GET "/operator/data-sets/{name}/{version}" => OPERATOR_SEES, verification::pages::file;
    GET "/operator/leads" => OPERATOR_SEES, leads::pages::desk_list;
    GET "/operator/leads/{id}" => OPERATOR_SEES, leads::pages::desk_show;
    POST "/operator/leads/{id}/contact" => AUDITOR_ACTS, leads::pages::desk_contact;
    GET "/operator/verticals" => OPERATOR_SEES, verticals::pages::list;
    GET "/operator/verticals/{key}" => OPERATOR_SEES, verticals::pages::show;
    POST "/operator/verticals/{key}" => ADMIN_ACTS, verticals::pages::change;
    POST "/operator/verticals/{key}/keeping" => ADMIN_ACTS, verticals::pages::change_keeping;
    GET "/operator/verticals/{key}/selling" => OPERATOR_SEES, matching::pages::selling::show;
    POST "/operator/verticals/{key}/selling" => ADMIN_ACTS, matching::pages::selling::change;
    POST "/operator/verticals/{key}/selling/{buyer}" => ADMIN_ACTS, matching::pages::selling::change_share;

    GET "/buyer/market" => BUYER_SEES, purchases::pages::market;
    POST "/buyer/market/{id}/buy" => BUYER_ACTS, purchases::pages::buy;
    GET "/buyer/inbox" => BUYER_SEES, purchases::pages::inbox;
    GET "/buyer/inbox/export/{kind}" => BUYER_SEES, purchases::pages::export;
    GET "/buyer/purchases/{id}" => BUYER_SEES, conversions::pages::buyer::show;
    POST "/buyer/purchases/{id}/{what}" => BUYER_ACTS, conversions::pages::buyer::add;
    POST "/buyer/conversions/{id}/{what}" => BUYER_ACTS, conversions::pages::buyer::step;
    GET "/seller/sales" => SELLER_SEES, conversions::pages::seller::list;
    GET "/seller/sales/{id}" => SELLER_SEES, conversions::pages::seller::show;
    POST "/seller/sales/{id}/{what}" => SELLER_ACTS, conversions::pages::seller::add;
    POST "/seller/conversions/{id}/{what}" => SELLER_ACTS, conversions::pages::seller::step;
    GET "/outcomes/{token}" => PUBLIC, conversions::pages::link::show;
    POST "/outcomes/{token}" => PUBLIC, conversions::pages::link::answer;
    GET "/operator/outcomes" => OPERATOR_SEES, conversions::pages::desk::show;
    POST "/operator/outcomes/{id}" => AUDITOR_ACTS, conversions::pages::desk::decide;

    GET "/api/v1/purchases/{id}/conversions" => parties_read(Scope::PurchasesRead, Scope::LeadsRead), conversions::api::list;
    POST "/api/v1/purchases/{id}/conversions" => parties_write(Scope::PurchasesWrite, Scope::LeadsWrite), conversions::api::create;
    POST "/api/v1/conversions/{id}/move" => parties_write(Scope::PurchasesWrite, Scope::LeadsWrite), conversions::api::move_to;
    POST "/api/v1/conversions/{id}/cancel" => parties_write(Scope::PurchasesWrite, Scope::LeadsWrite), conversions::api::cancel;
    POST "/api/v1/conversions/{id}/report" => parties_write(Scope::PurchasesWrite, Scope::LeadsWrite), conversions::api::report;
    POST "/api/v1/conversions/{id}/confirm" => parties_write(Scope::PurchasesWrite, Scope::LeadsWrite), conversions::api::confirm;
    POST "/api/v1/conversions/{id}/contest" => parties_write(Scope::PurchasesWrite, Scope::LeadsWrite), conversions::api::contest;

    GET "/standing" => PUBLIC, standing::pages::published;
    GET "/buyer/standing" => BUYER_SEES, standing::pages::own;
    GET "/seller/standing" => SELLER_SEES, standing::pages::own;
    GET "/operator/standing" => OPERATOR_SEES, standing::pages::desk;
    POST "/operator/standing" => ADMIN_ACTS, standing::pages::set;
    GET "/api/v1/standing" => parties_read(Scope::PurchasesRead, Scope::LeadsRead), standing::api::show;

    GET "/t/{signed}" => PUBLIC, scoring::api::follow;
    GET "/p/{signed}.gif" => PUBLIC, scoring::api::pixel;
    GET "/seller/tracking" => SELLER_SEES, scoring::pages::links::show;
    POST "/seller/tracking" => SELLER_ACTS, scoring::pages::links::allow;
    POST "/seller/tracking/forbid" => SELLER_ACTS, scoring::pages::links::forbid;
    GET "/operator/scoring" => OPERATOR_SEES, scoring::pages::list;
    GET "/operator/scoring/{key}" => OPERATOR_SEES, scoring::pages::show;
    POST "/operator/scoring/{key}" => ADMIN_ACTS, scoring::pages::editor::save;
    GET "/operator/scoring/{key}/edit" => ADMIN_ACTS, scoring::pages::editor::edit;
    POST "/operator/scoring/{key}/{step}" => ADMIN_ACTS, scoring::pages::step;
    GET "/api/v1/leads/{id}/score" => ALL_SIDES_READ, scoring::api::score;
    POST "/api/v1/leads/{id}/events" => seller_writes(Scope::LeadsWrite), scoring::api::report;
    GET "/api/v1/leads/{id}/tracking" => seller_reads(Scope::LeadsRead), scoring::api::tracking;
    GET "/api/v1/verticals/{key}/score_model" => SIGNED_IN, scoring::api::model;
    GET "/api/v1/verticals/{key}/score_models" => operator_reads(Scope::OperatorRead), scoring::api::versions::list;
    POST "/api/v1/verticals/{key}/score_models" => admin_writes(Scope::OperatorWrite), scoring::api::versions::draft;
    POST "/api/v1/verticals/{key}/score_models/{version}/trial" => admin_writes(Scope::OperatorWrite), scoring::api::versions::trial;
    POST "/api/v1/verticals/{key}/score_models/{version}/live" => admin_writes(Scope::OperatorWrite), scoring::api::versions::live;
    POST "/api/v1/verticals/{key}/score_models/{version}/drop" => admin_writes(Scope::OperatorWrite), scoring::api::versions::drop;

    GET "/disputes" => PUBLIC, disputes::pages::public::rules;
    GET "/buyer/disputes" => BUYER_SEES, disputes::pages::list;
    POST "/buyer/disputes" => BUYER_ACTS, disputes::pages::open::create;
    GET "/buyer/disputes/new" => BUYER_ACTS, disputes::pages::open::form;
    GET "/buyer/disputes/bulk" => BUYER_ACTS, disputes::pages::bulk::form;
    POST "/buyer/disputes/bulk" => BUYER_ACTS, disputes::pages::bulk::upload;
    GET "/buyer/disputes/{id}" => BUYER_SEES, disputes::pages::show;
    GET "/buyer/disputes/{id}/files/{entry}" => BUYER_SEES, disputes::pages::file;
    POST "/buyer/disputes/{id}/{what}" => BUYER_ACTS, disputes::pages::act;
    GET "/seller/disputes" => SELLER_SEES, disputes::pages::list;
    GET "/seller/disputes/{id}" => SELLER_SEES, disputes::pages::show;
    GET "/seller/disputes/{id}/files/{entry}" => SELLER_SEES, disputes::pages::file;
    POST "/seller/disputes/{id}/{what}" => SELLER_ACTS, disputes::pages::act;
    GET "/operator/disputes" => OPERATOR_SEES, disputes::pages::list;
    POST "/operator/disputes" => AUDITOR_ACTS, disputes::pages::open::create;
    GET "/operator/disputes/new" => AUDITOR_ACTS, disputes::pages::open::form;
    GET "/operator/disputes/{id}" => OPERATOR_SEES, disputes::pages::show;
    GET "/operator/disputes/{id}/files/{entry}" => OPERATOR_SEES, disputes::pages::file;
    POST "/operator/disputes/{id}/{what}" => AUDITOR_ACTS, disputes::pages::act;

    GET "/operator/audits" => OPERATOR_SEES, audits::pages::list;
    POST "/operator/audits" => ADMIN_ACTS, audits::pages::set_policy;
    POST "/operator/audits/next" => AUDITOR_ACTS, audits::pages::take_next;
    GET "/operator/audits/{id}" => OPERATOR_SEES, audits::pages::case::show;
    POST "/operator/audits/{id}/contact" => AUDITOR_ACTS, audits::pages::case::contact;
    POST "/operator/audits/{id}/{what}" => AUDITOR_ACTS, audits::pages::case::act;
    GET "/seller/audits" => SELLER_SEES, audits::pages::seller::list;
    GET "/seller/audits/{id}" => SELLER_SEES, audits::pages::seller::show;
    GET "/api/v1/audits" => SELLER_AND_DESK_READ, audits::api::list;
    GET "/api/v1/audits/figures" => SELLER_AND_DESK_READ, audits::api::figures;
    POST "/api/v1/audits/next" => auditor_writes(Scope::OperatorWrite), audits::api::take_next;
    GET "/api/v1/audits/{id}" => SELLER_AND_DESK_READ, audits::api::show;
    POST "/api/v1/audits/{id}/contact" => auditor_writes(Scope::OperatorWrite), audits::api::contact;
    POST "/api/v1/audits/{id}/decide" => auditor_writes(Scope::OperatorWrite), audits::api::decide;
    POST "/api/v1/audits/{id}/return" => auditor_writes(Scope::OperatorWrite), audits::api::give_back;

    GET "/api/v1/disputes" => ALL_SIDES_READ, disputes::api::list;
    POST "/api/v1/disputes/batch" => buyer_writes(Scope::PurchasesWrite), disputes::api::open_batch;
    POST "/api/v1/purchases/{id}/disputes" => buyer_writes(Scope::PurchasesWrite), disputes::api::open;
    GET "/api/v1/disputes/{id}" => ALL_SIDES_READ, disputes::api::show;
    GET "/api/v1/disputes/{id}/files/{entry}" => ALL_SIDES_READ, disputes::api::file;
    POST "/api/v1/disputes/{id}/accept" => seller_writes(Scope::LeadsWrite), disputes::api::accept;
    POST "/api/v1/disputes/{id}/contest" => seller_writes(Scope::LeadsWrite), disputes::api::contest;
    POST "/api/v1/disputes/{id}/withdraw" => buyer_writes(Scope::PurchasesWrite), disputes::api::withdraw;
    POST "/api/v1/disputes/{id}/appeal" => parties_write(Scope::PurchasesWrite, Scope::LeadsWrite), disputes::api::appeal;
    POST "/api/v1/disputes/{id}/evidence" => ALL_SIDES_WRITE, disputes::api::add_evidence;
    POST "/api/v1/disputes/{id}/decide" => auditor_writes(Scope::OperatorWrite), disputes::api::decide;

    GET "/api/v1/leads/{id}/reasons" => seller_reads(Scope::LeadsRead), matching::api::reasons;
    GET "/seller/leads/{id}/reasons" => SELLER_SEES, matching::pages::reasons;

    GET "/api/v1/purchase_requests" => buyer_reads(Scope::RequestsRead), requests::api::list;
    POST "/api/v1/purchase_requests" => buyer_writes(Scope::RequestsWrite), requests::api::create;
    POST "/api/v1/purchase_requests/preview" => buyer_writes(Scope::RequestsWrite), requests::api::preview;
    GET "/api/v1/purchase_requests/{id}" => buyer_reads(Scope::RequestsRead), requests::api::get;
    PUT "/api/v1/purchase_requests/{id}" => buyer_writes(Scope::RequestsWrite), requests::api::update;
    POST "/api/v1/purchase_requests/{id}/activate" => buyer_writes(Scope::RequestsWrite), requests::api::activate;
    POST "/api/v1/purchase_requests/{id}/pause" => buyer_writes(Scope::RequestsWrite), requests::api::pause;
    POST "/api/v1/purchase_requests/{id}/resume" => buyer_writes(Scope::RequestsWrite), requests::api::resume;
    POST "/api/v1/purchase_requests/{id}/close" => buyer_writes(Scope::RequestsWrite), requests::api::close;
    POST "/api/v1/purchase_requests/backtest" => buyer_writes(Scope::RequestsWrite), backtests::api::draft;
    GET "/api/v1/purchase_requests/{id}/backtest" => buyer_reads(Scope::RequestsRead), backtests::api::stored;
    GET "/api/v1/purchase_requests/{id}/preview" => buyer_reads(Scope::RequestsRead), requests::api::preview_stored;
    GET "/api/v1/purchase_requests/{id}/explain" => buyer_reads(Scope::RequestsRead), requests::api::explain;

    GET "/api/v1/contracts" => parties_read(Scope::RequestsRead, Scope::LeadsRead), contracts::api::list;
    POST "/api/v1/contracts" => buyer_writes(Scope::RequestsWrite), contracts::api::create;
    GET "/api/v1/contracts/presets" => buyer_reads(Scope::RequestsRead), contracts::api::presets;
    GET "/api/v1/contracts/{id}" => parties_read(Scope::RequestsRead, Scope::LeadsRead), contracts::api::get;
    POST "/api/v1/contracts/{id}/versions" => buyer_writes(Scope::RequestsWrite), contracts::api::revise;
    PUT "/api/v1/contracts/{id}/versions/{number}" => buyer_writes(Scope::RequestsWrite), contracts::api::change;
    POST "/api/v1/contracts/{id}/accept" => seller_writes(Scope::LeadsWrite), contracts::api::accept;
    POST "/api/v1/contracts/{id}/decline" => seller_writes(Scope::LeadsWrite), contracts::api::decline;
    POST "/api/v1/contracts/{id}/close" => buyer_writes(Scope::RequestsWrite), contracts::api::close;

    GET "/buyer/contracts" => BUYER_SEES, contracts::pages::list;
    POST "/buyer/contracts" => BUYER_ACTS, contracts::pages::editor::create;
    GET "/buyer/contracts/new" => BUYER_ACTS, contracts::pages::editor::new;
    GET "/buyer/contracts/{id}" => BUYER_SEES, contracts::pages::show;
    POST "/buyer/contracts/{id}" => BUYER_ACTS, contracts::pages::editor::revise;
    GET "/buyer/contracts/{id}/edit" => BUYER_ACTS, contracts::pages::editor::edit;
    POST "/buyer/contracts/{id}/close" => BUYER_ACTS, contracts::pages::close;
    GET "/seller/contracts" => SELLER_SEES, contracts::pages::offers;
    GET "/seller/contracts/{id}" => SELLER_SEES, contracts::pages::offer;
    POST "/seller/contracts/{id}/accept" => SELLER_ACTS, contracts::pages::accept;
    POST "/seller/contracts/{id}/decline" => SELLER_ACTS, contracts::pages::decline;
    GET "/operator/verticals/{key}/odds" => OPERATOR_SEES, contracts::pages::odds::show;

    GET "/api/v1/icps" => buyer_reads(Scope::RequestsRead), icps::api::list;
    POST "/api/v1/icps" => buyer_writes(Scope::RequestsWrite), icps::api::create;
    GET "/api/v1/icps/{id}" => buyer_reads(Scope::RequestsRead), icps::api::get;
    PUT "/api/v1/icps/{id}" => buyer_writes(Scope::RequestsWrite), icps::api::update;
    GET "/buyer/icps" => BUYER_SEES, icps::pages::list;
    POST "/buyer/icps" => BUYER_ACTS, icps::pages::create;
    GET "/buyer/icps/new" => BUYER_ACTS, icps::pages::new;
    GET "/buyer/icps/{id}" => BUYER_SEES, icps::pages::show;
    POST "/buyer/icps/{id}" => BUYER_ACTS, icps::pages::update;
    GET "/buyer/icps/{id}/edit" => BUYER_ACTS, icps::pages::edit;

    GET "/buyer/requests" => BUYER_SEES, requests::pages::list;
    POST "/buyer/requests" => BUYER_ACTS, requests::pages::editor::create;
    GET "/buyer/requests/new" => BUYER_ACTS, requests::pages::editor::new;
    GET "/buyer/requests/{id}/backtest" => BUYER_SEES, backtests::pages::show;
    POST "/buyer/requests/preview" => BUYER_ACTS, requests::pages::editor::preview;
    GET "/buyer/requests/export/{kind}" => BUYER_SEES, requests::pages::export::export;
    GET "/buyer/requests/{id}" => BUYER_SEES, requests::pages::show;
    POST "/buyer/requests/{id}" => BUYER_ACTS, requests::pages::editor::update;
    GET "/buyer/requests/{id}/edit" => BUYER_ACTS, requests::pages::editor::edit;
    POST "/buyer/requests/{id}/{step}" => BUYER_ACTS, requests::pages::change_state;

    GET "/signin" => PUBLIC, accounts::pages::sign::in_form;
    POST "/signin" => PUBLIC, accounts::pages::sign::sign_in;
    POST "/signout" => SIGNED_IN, accounts::pages::sign::sign_out;
    GET "/signup" => PUBLIC, accounts::pages::sign::up_form;
    POST "/signup" => PUBLIC, accounts::pages::sign::sign_up;
    GET "/api/v1/suppressions" => LISTS_READ, suppression::api::list;
    POST "/api/v1/suppressions" => LISTS_WRITE, suppression::api::change;
    GET "/buyer/suppressions" => BUYER_SEES, suppression::pages::show;
    POST "/buyer/suppressions" => BUYER_ACTS, suppression::pages::change;
    GET "/operator/suppressions" => OPERATOR_SEES, suppression::pages::show;
    POST "/operator/suppressions" => AUDITOR_ACTS, suppression::pages::change;

    GET "/api/v1/events" => EVENTS_READ, events::api::list;
    GET "/api/v1/webhook_endpoints" => EVENTS_READ, events::api::list_endpoints;
    POST "/api/v1/webhook_endpoints" => EVENTS_WRITE, events::api::make;
    POST "/api/v1/webhook_endpoints/{id}" => EVENTS_WRITE, events::api::change;
    GET "/api/v1/webhook_endpoints/{id}/secret" => EVENTS_SECRET, events::api::secret;
    POST "/api/v1/webhook_endpoints/{id}/rotate" => EVENTS_WRITE, events::api::rotate;
    POST "/api/v1/webhook_endpoints/{id}/test" => EVENTS_WRITE, events::api::test;
    POST "/api/v1/webhook_endpoints/{id}/remove" => EVENTS_WRITE, events::api::remove;
    GET "/api/v1/webhook_endpoints/{id}/deliveries" => EVENTS_READ, events::api::list_deliveries;
    POST "/api/v1/webhook_deliveries/{id}/replay" => EVENTS_WRITE, events::api::replay;
    GET "/account/webhooks" => IN_CHARGE, events::pages::list;
    POST "/account/webhooks" => IN_CHARGE, events::pages::make;
    GET "/account/webhooks/{id}" => IN_CHARGE, events::pages::show;
    POST "/account/webhooks/{id}" => IN_CHARGE, events::pages::change;
    POST "/account/webhooks/{id}/{step}" => IN_CHARGE, events::pages::step;
    POST "/account/webhooks/{id}/deliveries/{delivery}" => IN_CHARGE, events::pages::replay;

    GET "/account" => SIGNED_IN, accounts::pages::own::account;
    POST "/account/password" => SIGNED_IN, accounts::pages::own::change_password;
    GET "/account/keys" => IN_CHARGE, accounts::pages::own::keys;
    POST "/account/keys" => IN_CHARGE, accounts::pages::own::make_key;
    POST "/account/keys/{id}/revoke" => IN_CHARGE, accounts::pages::own::revoke_key;

    GET "/operator/approvals" => OPERATOR_SEES, accounts::pages::desk::approvals;
    GET "/operator/accounts" => OPERATOR_SEES, accounts::pages::desk::list;
    GET "/operator/accounts/{id}" => OPERATOR_SEES, accounts::pages::desk::detail;
    POST "/operator/accounts/{id}/approve" => ADMIN_ACTS, accounts::pages::desk::approve;
    POST "/operator/accounts/{id}/reject" => ADMIN_ACTS, accounts::pages::desk::reject;
    POST "/operator/accounts/{id}/suspend" => ADMIN_ACTS, accounts::pages::desk::suspend;
    POST "/operator/accounts/{id}/reinstate" => ADMIN_ACTS, accounts::pages::desk::reinstate;
    POST "/operator/accounts/{id}/commission" => ADMIN_ACTS, accounts::pages::desk::set_commission;
}
