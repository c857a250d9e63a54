//! One dispute: the claim, the answer, what the machine found, decisions, and what the looker may do next.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::{Refused, base_of};
use crate::access::{AccountKind, Caller, Role};
use crate::contracts;
use crate::db::Conn;
use crate::db::types::from_json;
use crate::disputes::words::{
    call_label, charge_label, entry_label, finding_label, how_label, reason_label, side_label,
    verdict_label,
};
use crate::disputes::{
    self, Decision, Dispute, DisputeSide, DisputeState, Entry, EntryKind, Lateness, Said, Viewer,
};
use crate::error::{Error, FieldError, Result};
use crate::id::{DisputeEntryId, DisputeId};
use crate::leads::{self, Consent, Listing};
use crate::money::Money;
use crate::purchases::{self, Explanation, Fact, Purchase, facts};
use crate::standing::{self, Standing};
use crate::text::Lang;
use crate::vault::Vault;
use crate::verification::Check;
use crate::verticals;
use crate::web::{Ctx, Page, html_status};

/// A finding in words.
struct FindingLine {
    title: String,
    seen: String,
    verdict: String,
    tone: &'static str,
}

/// A decision in words.
struct DecisionLine {
    decision: Decision,
    refund: Money,
    how: String,
}

/// An entry of the timeline in words.
struct EntryLine {
    entry: Entry,
    who: String,
    what: String,
    text: String,
    /// The file to download, if it is one.
    file: Option<(DisputeEntryId, String)>,
}

/// What the looker may do.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a step of its own, offered or not"
)]
struct May {
    answer: bool,
    withdraw: bool,
    appeal: bool,
    decide: bool,
    write: bool,
}

impl May {
    fn of(viewer: &Viewer, caller: &Caller, decided_before: bool) -> Self {
        let dispute = &viewer.dispute;
        let acts = caller.approved && caller.role != Role::Viewer;
        let side = viewer.side;
        let lost = match side {
            DisputeSide::Buyer => dispute.state != DisputeState::Upheld,
            DisputeSide::Seller => dispute.state != DisputeState::Denied,
            DisputeSide::Operator | DisputeSide::System => false,
        };
        let waits = matches!(
            dispute.state,
            DisputeState::Contested | DisputeState::Appealed
        );
        let decides = matches!(caller.role, Role::Admin | Role::Auditor);
        Self {
            answer: acts && side == DisputeSide::Seller && dispute.state == DisputeState::Open,
            withdraw: acts
                && side == DisputeSide::Buyer
                && matches!(dispute.state, DisputeState::Open | DisputeState::Contested),
            appeal: acts && lost && dispute.is_appealable(),
            decide: side == DisputeSide::Operator && decides && waits && !decided_before,
            write: acts && !dispute.is_closed() && (side != DisputeSide::Operator || decides),
        }
    }
}

/// What only the exchange sees beside both sides' words.
struct Background {
    purchase: Purchase,
    explanation: Explanation,
    checks: Vec<Check>,
    buyer: Standing,
    seller: Standing,
    lateness: Lateness,
    similar: Vec<Dispute>,
}

/// A dispute as the looker sees it.
struct Case {
    dispute: Dispute,
    side: DisputeSide,
    reason: String,
    charge: String,
    rules: Vec<String>,
    listing: Listing,
    interest: String,
    vertical: String,
    facts: Vec<Fact>,
    consent: Consent,
    findings: Vec<FindingLine>,
    decisions: Vec<DecisionLine>,
    entries: Vec<EntryLine>,
    may: May,
    decided_before: bool,
}

#[derive(Template)]
#[template(path = "disputes/case.html")]
struct CasePage {
    page: Page,
    base: &'static str,
    case: Case,
    background: Option<Background>,
    refused: Refused,
}

impl CasePage {
    /// The errors of one form, so that no other shows them.
    fn errors_of(&self, form: &str) -> Vec<FieldError> {
        if self.refused.form == form {
            self.refused.errors.clone()
        } else {
            Vec::new()
        }
    }

    fn typed(&self, name: &str) -> &str {
        self.refused.word(name)
    }

    fn is_due(&self) -> bool {
        self.case.dispute.due_at.is_some()
    }
}

/// `GET /{side}/disputes/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<DisputeId>,
) -> Result<HttpResponse> {
    render(ctx, caller, page, *id, Refused::default()).await
}

pub(super) async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: DisputeId,
    refused: Refused,
) -> Result<HttpResponse> {
    let (vault, now, l) = (ctx.vault.clone(), ctx.now(), page.l);
    let status = match (&refused.said, refused.errors.is_empty()) {
        (Some(_), _) => 409,
        (None, false) => 422,
        (None, true) => 200,
    };
    let kind = caller.account_kind;
    let (case, background) = ctx
        .write(move |conn| {
            let viewer = disputes::view(conn, &caller, id)?;
            let entries = disputes::timeline(conn, &vault, (&caller, &viewer), now)?;
            let background = if viewer.side == DisputeSide::Operator {
                Some(read_background(conn, &viewer.dispute, now)?)
            } else {
                None
            };
            let case = read_case(conn, (l, &vault), (&caller, &viewer), entries)?;
            Ok((case, background))
        })
        .await?;
    html_status(
        status,
        &CasePage {
            page,
            base: base_of(kind),
            case,
            background,
            refused,
        },
    )
}

fn read_case(
    conn: &mut Conn,
    (l, vault): (&'static Lang, &Vault),
    (caller, viewer): (&Caller, &Viewer),
    entries: Vec<Entry>,
) -> Result<Case> {
    let dispute = viewer.dispute.clone();
    let purchase = purchase_of(conn, &dispute)?;
    let vertical = verticals::by_id(conn, dispute.vertical_id)?;
    let listing = leads::listing(conn, purchase.lead_id)?;
    let agreement = contracts::agreement(conn, dispute.buyer_id, dispute.contract_version_id)?;
    let decisions = disputes::decisions(conn, dispute.id)?;
    let decided_before = decisions
        .iter()
        .any(|decision| decision.decided_by == Some(caller.user_id));
    let findings = disputes::findings_of(conn, dispute.id)?;
    Ok(Case {
        side: viewer.side,
        reason: reason_label(l, dispute.reason),
        charge: charge_label(l, dispute.charge_kind),
        rules: contracts::dispute_sentences(l, &agreement.terms().disputes),
        facts: facts(l, &vertical, &listing.attributes),
        vertical: vertical.name,
        interest: leads::wanted(conn, vault, listing.id)?.interest,
        listing,
        consent: leads::consent(conn, purchase.lead_id)?,
        findings: findings
            .iter()
            .map(|finding| {
                let (title, seen) = finding_label(l, finding);
                FindingLine {
                    title,
                    seen,
                    verdict: verdict_label(l, finding.verdict),
                    tone: match finding.verdict {
                        disputes::FindingVerdict::Proves => "good",
                        disputes::FindingVerdict::Disproves => "bad",
                        disputes::FindingVerdict::SaysNothing => "plain",
                    },
                }
            })
            .collect(),
        decisions: decisions
            .into_iter()
            .map(|decision| DecisionLine {
                refund: Money::new(decision.refund_minor, dispute.currency),
                how: how_label(l, &decision),
                decision,
            })
            .collect(),
        entries: entries
            .into_iter()
            .map(|entry| entry_line(l, entry))
            .collect(),
        may: May::of(viewer, caller, decided_before),
        decided_before,
        dispute,
    })
}

fn entry_line(l: &Lang, entry: Entry) -> EntryLine {
    let (text, file) = match &entry.said {
        Said::Text(text) => (text.clone(), None),
        Said::Call(call) => {
            let at = call.at.utc().format("%-d %b %Y, %H:%M UTC");
            (format!("{at}: {}", call_label(l, call.result)), None)
        }
        Said::File(name) => (String::new(), Some((entry.id, name.clone()))),
        Said::Erased => (fl!(l, "privacy-erased-words"), None),
    };
    EntryLine {
        who: side_label(l, entry.side),
        what: entry_label(l, entry.kind),
        text,
        file,
        entry,
    }
}

fn purchase_of(conn: &mut Conn, dispute: &Dispute) -> Result<Purchase> {
    purchases::by_id(conn, dispute.purchase_id)?
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("{} has no purchase", dispute.id)))
}

fn read_background(
    conn: &mut Conn,
    dispute: &Dispute,
    now: crate::clock::Ts,
) -> Result<Background> {
    let purchase = purchase_of(conn, dispute)?;
    Ok(Background {
        explanation: from_json(&purchase.explanation)?,
        checks: leads::checks(conn, purchase.lead_id)?,
        buyer: standing::of(conn, dispute.buyer_id, AccountKind::Buyer, now)?,
        seller: standing::of(conn, dispute.seller_id, AccountKind::Seller, now)?,
        lateness: disputes::lateness(conn, dispute.buyer_id, now)?,
        similar: disputes::similar(conn, dispute)?,
        purchase,
    })
}

impl EntryLine {
    /// Whether a side speaks in its own words, as against a call or a file that goes with them.
    fn is_speech(&self) -> bool {
        !matches!(self.entry.kind, EntryKind::Call | EntryKind::File)
    }
}
