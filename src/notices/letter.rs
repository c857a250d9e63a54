//! The words of a notice.

use askama::Template;
use i18n_embed_fl::fl;

use super::{Notice, NoticeKind};
use crate::error::{Error, Result};
use crate::mail::Message;
use crate::text::Lang;

#[derive(Template)]
#[template(path = "mail/notice/subject.txt")]
struct Subject<'a> {
    subject: &'a str,
}

#[derive(Template)]
#[template(path = "mail/notice/body.txt")]
struct Plain<'a> {
    l: &'a Lang,
    text: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/notice/body.html")]
struct Html<'a> {
    l: &'a Lang,
    text: &'a str,
    link: &'a str,
}

pub fn write(l: &Lang, to: &str, notice: &Notice, link: &str) -> Result<Message> {
    let (subject, text) = words(l, notice);
    let render =
        |result: askama::Result<String>| result.map_err(|error| Error::Internal(error.into()));
    Ok(Message {
        to: to.to_owned(),
        subject: render(Subject { subject: &subject }.render())?,
        text: render(
            Plain {
                l,
                text: &text,
                link,
            }
            .render(),
        )?,
        html: render(
            Html {
                l,
                text: &text,
                link,
            }
            .render(),
        )?,
    })
}

/// Subject and text.
fn words(l: &Lang, notice: &Notice) -> (String, String) {
    let word = |name: &str| notice.word(name).to_owned();
    let name = word("name");
    match notice.kind {
        NoticeKind::ContractOffered => (
            fl!(l, "notices-contract-offered", name = name.clone()),
            fl!(l, "notices-contract-offered-text", name = name),
        ),
        NoticeKind::ContractAccepted => (
            fl!(l, "notices-contract-accepted", name = name.clone()),
            fl!(l, "notices-contract-accepted-text", name = name),
        ),
        NoticeKind::ContractDeclined => (
            fl!(l, "notices-contract-declined", name = name.clone()),
            fl!(l, "notices-contract-declined-text", name = name),
        ),
        NoticeKind::ContractClosed => (
            fl!(l, "notices-contract-closed", name = name.clone()),
            fl!(l, "notices-contract-closed-text", name = name),
        ),
        NoticeKind::ContractSuspended => (
            fl!(l, "notices-contract-suspended", name = name.clone()),
            fl!(l, "notices-contract-suspended-text", name = name),
        ),
        NoticeKind::ContractResumed => (
            fl!(l, "notices-contract-resumed", name = name.clone()),
            fl!(l, "notices-contract-resumed-text", name = name),
        ),
        NoticeKind::AppointmentScheduled => (
            fl!(l, "notices-appointment-scheduled"),
            fl!(l, "notices-appointment-scheduled-text", time = word("time")),
        ),
        NoticeKind::AppointmentMoved => (
            fl!(l, "notices-appointment-moved"),
            fl!(l, "notices-appointment-moved-text", time = word("time")),
        ),
        NoticeKind::AppointmentCancelled => (
            fl!(l, "notices-appointment-cancelled"),
            fl!(l, "notices-appointment-cancelled-text", time = word("time")),
        ),
        NoticeKind::OutcomeProposed => (
            fl!(l, "notices-outcome-proposed", outcome = word("outcome")),
            fl!(
                l,
                "notices-outcome-proposed-text",
                outcome = word("outcome"),
                time = word("time"),
                until = word("until")
            ),
        ),
        NoticeKind::OutcomeConfirmed => (
            fl!(l, "notices-outcome-confirmed", outcome = word("outcome")),
            fl!(
                l,
                "notices-outcome-confirmed-text",
                outcome = word("outcome")
            ),
        ),
        NoticeKind::OutcomeContested => (
            fl!(l, "notices-outcome-contested", outcome = word("outcome")),
            fl!(
                l,
                "notices-outcome-contested-text",
                outcome = word("outcome")
            ),
        ),
        NoticeKind::OutcomeDismissed => (
            fl!(l, "notices-outcome-dismissed", outcome = word("outcome")),
            fl!(
                l,
                "notices-outcome-dismissed-text",
                outcome = word("outcome")
            ),
        ),
        NoticeKind::DisputeOpened
        | NoticeKind::DisputeContested
        | NoticeKind::DisputeDecided
        | NoticeKind::DisputeAppealed
        | NoticeKind::DisputeMessage
        | NoticeKind::DisputeClosed
        | NoticeKind::LeadStopped => dispute(l, notice),
        NoticeKind::ConsentRevoked => (
            fl!(l, "notices-consent-revoked"),
            fl!(l, "notices-consent-revoked-text", until = word("until")),
        ),
        NoticeKind::ConsentRevokedSeller => (
            fl!(l, "notices-consent-revoked-seller"),
            fl!(l, "notices-consent-revoked-seller-text"),
        ),
        NoticeKind::LeadAudited => audited(l, notice),
        NoticeKind::BudgetReached => budget(l, notice),
        NoticeKind::PayoutPaid
        | NoticeKind::PayoutFailed
        | NoticeKind::BankDetailsChanging
        | NoticeKind::BankDetailsKept => money_words(l, notice),
    }
}

/// Subject and text of how an audit of a lead ended.
fn audited(l: &Lang, notice: &Notice) -> (String, String) {
    let lead = notice.word("lead").to_owned();
    match notice.word("outcome") {
        "list" => (
            fl!(l, "notices-lead-audit-passed"),
            fl!(l, "notices-lead-audit-passed-text", lead = lead),
        ),
        "refund" => (
            fl!(l, "notices-lead-audit-refunded"),
            fl!(l, "notices-lead-audit-refunded-text", lead = lead),
        ),
        _ => (
            fl!(l, "notices-lead-audit-rejected"),
            fl!(l, "notices-lead-audit-rejected-text", lead = lead),
        ),
    }
}

/// Subject and text of how far a budget is used up.
fn budget(l: &Lang, notice: &Notice) -> (String, String) {
    let word = |name: &str| notice.word(name).to_owned();
    (
        fl!(
            l,
            "notices-budget-reached",
            name = word("name"),
            percent = word("percent")
        ),
        fl!(
            l,
            "notices-budget-reached-text",
            name = word("name"),
            percent = word("percent"),
            spent = word("spent"),
            budget = word("budget")
        ),
    )
}

/// Subject and text of what is told about payouts and where they go.
fn money_words(l: &Lang, notice: &Notice) -> (String, String) {
    let word = |name: &str| notice.word(name).to_owned();
    match notice.kind {
        NoticeKind::PayoutPaid => (
            fl!(l, "notices-payout-paid", amount = word("amount")),
            fl!(l, "notices-payout-paid-text", amount = word("amount")),
        ),
        NoticeKind::PayoutFailed => (
            fl!(l, "notices-payout-failed", amount = word("amount")),
            fl!(
                l,
                "notices-payout-failed-text",
                amount = word("amount"),
                reason = word("reason")
            ),
        ),
        NoticeKind::BankDetailsChanging => (
            fl!(l, "notices-bank-details-changing"),
            fl!(
                l,
                "notices-bank-details-changing-text",
                account = word("account"),
                time = word("time")
            ),
        ),
        _ => (
            fl!(l, "notices-bank-details-kept"),
            fl!(
                l,
                "notices-bank-details-kept-text",
                account = word("account")
            ),
        ),
    }
}

/// The words about a dispute.
fn dispute(l: &Lang, notice: &Notice) -> (String, String) {
    let price = notice.word("price").to_owned();
    let refund = notice.word("refund").to_owned();
    let until = notice.word("until").to_owned();
    match notice.kind {
        NoticeKind::DisputeOpened => (
            fl!(l, "notices-dispute-opened", price = price.clone()),
            fl!(
                l,
                "notices-dispute-opened-text",
                price = price,
                until = until
            ),
        ),
        NoticeKind::DisputeContested => (
            fl!(l, "notices-dispute-contested"),
            fl!(
                l,
                "notices-dispute-contested-text",
                price = price,
                until = until
            ),
        ),
        NoticeKind::DisputeDecided => (
            fl!(
                l,
                "notices-dispute-decided",
                price = price.clone(),
                refund = refund.clone()
            ),
            fl!(
                l,
                "notices-dispute-decided-text",
                price = price,
                refund = refund,
                until = until
            ),
        ),
        NoticeKind::DisputeAppealed => (
            fl!(l, "notices-dispute-appealed"),
            fl!(
                l,
                "notices-dispute-appealed-text",
                price = price,
                until = until
            ),
        ),
        NoticeKind::DisputeMessage => (
            fl!(l, "notices-dispute-message"),
            fl!(l, "notices-dispute-message-text", price = price),
        ),
        NoticeKind::LeadStopped => (
            fl!(l, "notices-lead-stopped"),
            fl!(l, "notices-lead-stopped-text", refund = refund),
        ),
        _ => (
            fl!(
                l,
                "notices-dispute-closed",
                price = price.clone(),
                refund = refund.clone()
            ),
            fl!(
                l,
                "notices-dispute-closed-text",
                price = price,
                refund = refund
            ),
        ),
    }
}
