//! The statements of a receipt, for one lead or for many: what the database knows is read for all of them, each is
//! judged in its turn, and what was taken is written by few statements.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::{Judge, Received, Receiver, Source, Tried};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{LeadId, VerticalId};
use crate::leads::store::intake::{self as store, Claim, NewLead};
use crate::leads::{Channel, Draft, LeadState, Listing, SaleSummary, confirm};
use crate::scoring::{self, Facts};
use crate::suppression;
use crate::verification::{CheckName, Coming, Finding, Judgement, Ruling, Sources, Verdict, judge};
use crate::verticals::Vertical;

/// A draft and where it comes from.
type Sent<'a> = (&'a Draft, &'a Source);

/// A lead that is taken, before it is written.
struct Entering<'a> {
    draft: &'a Draft,
    first: scoring::First,
    listing: Listing,
    judged: Judgement,
    claims: Vec<Claim>,
    /// Keyed hashes of its contact, whatever the vertical.
    hashes: Vec<Vec<u8>>,
}

/// Receives each lead or says which of its fields are refused; writes nothing of those.
///
/// An error stands for all of them: `taken` for an external id that was used before, `unavailable` where another
/// transaction claimed a contact in the same moment.
pub(super) fn receive(
    conn: &mut Conn,
    by: &Receiver<'_>,
    sent: &[Sent<'_>],
) -> Result<Vec<Result<Received, Vec<FieldError>>>> {
    let judge = &by.judge;
    let drafts: Vec<&Draft> = sent.iter().map(|(draft, _)| *draft).collect();
    let mut known = Known::read(conn, judge, &drafts)?;
    let (entering, refused) = judge_each(judge, &drafts, &mut known)?;
    write(conn, judge, sent, &entering)?;
    let taken = entering.iter().map(|(at, one)| (*at, one.listing.id));
    known
        .sources
        .keep(conn, &taken.collect::<Vec<_>>(), judge.now)?;
    let sales = offer(conn, by, &entering)?;
    let mut outcomes: Vec<_> = refused.into_iter().map(Err).collect();
    for ((at, entering), sales) in entering.into_iter().zip(sales) {
        let mut listing = entering.listing;
        if listing.state == LeadState::Listed {
            listing.sold(&sales);
        }
        outcomes[at] = Ok(Received {
            listing,
            checks: entering.judged.checks,
            sales,
        });
    }
    Ok(outcomes)
}

/// What would become of each lead, or which of its fields would be refused; writes nothing.
pub(super) fn judged(
    conn: &mut Conn,
    by: &Judge<'_>,
    drafts: &[&Draft],
) -> Result<Vec<Result<Tried, Vec<FieldError>>>> {
    let mut known = Known::read(conn, by, drafts)?;
    let (entering, refused) = judge_each(by, drafts, &mut known)?;
    let mut outcomes: Vec<_> = refused.into_iter().map(Err).collect();
    for (at, entering) in entering {
        let number = entering.draft.external_id.as_deref();
        outcomes[at] = if store::is_used(conn, by.seller, number)? {
            Err(vec![store::number_taken()])
        } else {
            Ok(Tried {
                listing: entering.listing,
                checks: entering.judged.checks,
            })
        };
    }
    Ok(outcomes)
}

/// What the database knows that the leads are judged by.
struct Known<'a> {
    coming: Vec<Coming<'a>>,
    sources: Sources,
    models: HashMap<VerticalId, scoring::ScoreModel>,
    claims: Vec<Vec<Claim>>,
    claimed: HashMap<VerticalId, HashSet<Vec<u8>>>,
    /// Hashes by which contacts are looked up, of each lead.
    to_find: Vec<Vec<Vec<u8>>>,
    suppressed: HashSet<Vec<u8>>,
}

impl<'a> Known<'a> {
    fn read(conn: &mut Conn, by: &Judge<'_>, drafts: &[&'a Draft]) -> Result<Self> {
        let coming = drafts
            .iter()
            .map(|draft| (&draft.checked, draft.trace(by.seller)));
        let coming: Vec<Coming<'_>> = coming.collect();
        let sources = Sources::of(conn, by.vault, &coming, by.now)?;
        let mut verticals: BTreeMap<VerticalId, (&Vertical, Vec<Vec<u8>>)> = BTreeMap::new();
        let (mut claims, mut to_find) = (Vec::new(), Vec::new());
        for draft in drafts {
            let own = store::claims_of(by.vault, draft);
            let of_vertical = verticals.entry(draft.vertical.id);
            let (_, hashes) = of_vertical.or_insert_with(|| (&draft.vertical, Vec::new()));
            hashes.extend(own.iter().map(|claim| claim.hash.clone()));
            claims.push(own);
            let is_on = draft.checked.settings.is_on(CheckName::Suppression);
            let (email, phone) = parts(draft);
            to_find.push(if is_on {
                suppression::to_find(by.vault, email, phone)
            } else {
                Vec::new()
            });
        }
        let (mut models, mut claimed) = (HashMap::new(), HashMap::new());
        for (id, (vertical, hashes)) in verticals {
            models.insert(id, scoring::live(conn, id, by.now)?);
            claimed.insert(id, store::claimed_among(conn, vertical, &hashes, by.now)?);
        }
        let suppressed = suppression::listed_among(conn, &to_find.concat())?;
        Ok(Self {
            coming,
            sources,
            models,
            claims,
            claimed,
            to_find,
            suppressed,
        })
    }
}

fn parts(draft: &Draft) -> (Option<&str>, Option<&str>) {
    let contact = &draft.contact;
    (contact.email.as_deref(), contact.phone.as_deref())
}

type Judged<'a> = (
    Vec<(usize, Entering<'a>)>,
    // Of each, those that are refused: none for one that is taken.
    Vec<Vec<FieldError>>,
);

/// Judges the leads in their order: those before that were taken count as received. Answers those that are taken,
/// and the fields of those that are not.
fn judge_each<'a>(
    by: &Judge<'_>,
    drafts: &[&'a Draft],
    known: &mut Known<'_>,
) -> Result<Judged<'a>> {
    let mut entering: Vec<(usize, Entering<'a>)> = Vec::with_capacity(drafts.len());
    let mut outcomes = Vec::with_capacity(drafts.len());
    for (at, &draft) in drafts.iter().enumerate() {
        let mut findings = known.sources.findings(at, &known.coming[at]);
        let claims = std::mem::take(&mut known.claims[at]);
        let claimed = known.claimed.entry(draft.vertical.id).or_default();
        let (held, free): (Vec<Claim>, Vec<Claim>) = claims
            .into_iter()
            .partition(|claim| claimed.contains(&claim.hash));
        findings.push(match held.first() {
            Some(claim) => Finding::fail(CheckName::Duplicate, claim.field, Reason::Duplicate),
            None => Finding::pass(CheckName::Duplicate),
        });
        if draft.checked.settings.is_on(CheckName::Suppression) {
            let is_listed = known.to_find[at]
                .iter()
                .any(|hash| known.suppressed.contains(hash));
            findings.push(if is_listed {
                Finding::fail(CheckName::Suppression, "contact", Reason::Suppressed)
            } else {
                Finding::pass(CheckName::Suppression)
            });
        }
        outcomes.push(Vec::new());
        let judged = judge(&draft.checked.settings, &findings, by.now);
        if judged.ruling == Ruling::Reject {
            outcomes[at] = refusals(draft, &held, judged);
            continue;
        }
        claimed.extend(free.iter().map(|claim| claim.hash.clone()));
        known.sources.count(at);
        let model = known
            .models
            .get(&draft.vertical.id)
            .ok_or_else(|| anyhow::anyhow!("{} has no model", draft.vertical.key))?;
        let first = scoring::First::by(model, &facts(draft, by.now), &draft.signals, by.now);
        let mut listing = listing_of(draft, by, &first);
        listing.settle(&judged);
        let (email, phone) = parts(draft);
        let one = Entering {
            draft,
            first,
            listing,
            judged,
            claims: free,
            hashes: suppression::to_write(by.vault, email, phone),
        };
        entering.push((at, one));
    }
    Ok((entering, outcomes))
}

/// What a rejected lead is refused for: a contact that is another's only where it is all, and then part by part.
fn refusals(draft: &Draft, held: &[Claim], judged: Judgement) -> Vec<FieldError> {
    let (duplicate, others): (Vec<_>, Vec<_>) = judged
        .refusals
        .into_iter()
        .partition(|refusal| refusal.reason == Reason::Duplicate);
    if duplicate.is_empty() || !others.is_empty() {
        return others;
    }
    let accepted = format!(
        "a contact that was not received in the last {} days",
        draft.vertical.duplicate_window_days
    );
    let fields: std::collections::BTreeSet<&str> = held.iter().map(|claim| claim.field).collect();
    fields
        .into_iter()
        .map(|field| FieldError::new(field, Reason::Duplicate, &accepted))
        .collect()
}

fn facts(draft: &Draft, now: Ts) -> Facts<'_> {
    Facts {
        attributes: &draft.attributes,
        channel: draft.origin.channel.map(Channel::as_str),
        has_phone: draft.contact.phone.is_some(),
        has_email: draft.contact.email.is_some(),
        has_company: draft.contact.company.is_some(),
        bant: draft.bant,
        received_at: now,
    }
}

fn write(
    conn: &mut Conn,
    by: &Judge<'_>,
    sent: &[Sent<'_>],
    entering: &[(usize, Entering<'_>)],
) -> Result<()> {
    let new: Vec<NewLead<'_>> = entering
        .iter()
        .map(|(at, one)| NewLead {
            listing: &one.listing,
            draft: one.draft,
            import_id: sent[*at].1.import_id,
            checks: &one.judged.checks,
        })
        .collect();
    store::insert_leads(conn, &new)?;
    claim(conn, by, entering)?;
    let contacts = entering
        .iter()
        .map(|(_, one)| (one.listing.id, one.hashes.clone()));
    suppression::keep_new(conn, &contacts.collect::<Vec<_>>())?;
    store::insert_parts(conn, by.vault, &new)?;
    let firsts = entering.iter().map(|(_, one)| (one.listing.id, &one.first));
    scoring::keep(conn, &firsts.collect::<Vec<_>>(), by.now)?;
    let told = entering
        .iter()
        .map(|(at, one)| entry(one, sent[*at].1, by.now));
    audit::record_all(conn, &told.collect::<Vec<_>>())?;
    for (_, one) in entering {
        if one.listing.state == LeadState::Received {
            confirm::begin(conn, &one.draft.checked.settings, &one.listing, by.now)?;
        }
    }
    Ok(())
}

fn claim(conn: &mut Conn, by: &Judge<'_>, entering: &[(usize, Entering<'_>)]) -> Result<()> {
    let verticals = entering.iter().map(|(_, one)| &one.draft.vertical);
    let verticals: BTreeMap<VerticalId, _> = verticals.map(|one| (one.id, one)).collect();
    for (id, vertical) in verticals {
        let of_vertical = entering
            .iter()
            .filter(|(_, one)| one.listing.vertical_id == id);
        let claims = of_vertical.flat_map(|(_, one)| {
            let own = one.claims.iter();
            own.map(|claim| (claim.hash.clone(), one.listing.id))
        });
        if !store::claim(conn, vertical, claims.collect(), by.now)? {
            return Err(Error::refused(Code::Unavailable));
        }
    }
    Ok(())
}

/// Offers what is listed; of several leads of one person only the first together with others, since a buyer who
/// got one of them does not get the next.
fn offer(
    conn: &mut Conn,
    by: &Receiver<'_>,
    entering: &[(usize, Entering<'_>)],
) -> Result<Vec<Vec<SaleSummary>>> {
    let mut sales = vec![Vec::new(); entering.len()];
    let mut known: HashSet<&[u8]> = HashSet::new();
    let (mut together, mut later) = (Vec::new(), Vec::new());
    for (at, (_, one)) in entering.iter().enumerate() {
        if one.listing.state != LeadState::Listed {
            continue;
        }
        let is_known = one
            .hashes
            .iter()
            .any(|hash| known.contains(hash.as_slice()));
        known.extend(one.hashes.iter().map(Vec::as_slice));
        if is_known {
            later.push(at);
        } else {
            together.push(at);
        }
    }
    let listings: Vec<&Listing> = together.iter().map(|at| &entering[*at].1.listing).collect();
    let sold = by.exchange.offer_all(conn, &listings, by.judge.now)?;
    for (at, sold) in together.into_iter().zip(sold) {
        sales[at] = sold;
    }
    for at in later {
        sales[at] = by
            .exchange
            .offer(conn, &entering[at].1.listing, by.judge.now)?;
    }
    Ok(sales)
}

fn listing_of(draft: &Draft, by: &Judge<'_>, first: &scoring::First) -> Listing {
    Listing {
        id: LeadId::new(by.now),
        vertical_id: draft.vertical.id,
        seller_id: by.seller,
        state: LeadState::Received,
        attributes: draft.attributes.clone(),
        channel: draft.origin.channel,
        masked: draft.contact.masked(),
        ask: draft.ask,
        accepts: draft.accepts.clone(),
        least: draft.least.clone(),
        score: first.scored.score,
        stage: first.scored.stage,
        quality: 100,
        copies: draft.copies,
        copies_sold: 0,
        consent_given_at: draft.consent.given_at,
        recipients: draft.consent.recipients.clone(),
        received_at: by.now,
        expires_at: draft.expires_at,
    }
}

impl Listing {
    fn settle(&mut self, judged: &Judgement) {
        self.quality = judged.quality;
        self.state = match judged.ruling {
            Ruling::List => LeadState::Listed,
            Ruling::Wait => LeadState::Received,
            Ruling::Quarantine => LeadState::Quarantined,
            Ruling::Reject => LeadState::Rejected,
        };
    }
}

/// What the audit log says of a lead that was taken.
fn entry(one: &Entering<'_>, source: &Source, now: Ts) -> audit::Entry<'static> {
    let (draft, listing, judged) = (one.draft, &one.listing, &one.judged);
    let told: Vec<_> = judged
        .checks
        .iter()
        .filter(|check| matches!(check.verdict, Verdict::Warn | Verdict::Fail))
        .filter_map(|check| check.code)
        .collect();
    let action = match listing.state {
        LeadState::Quarantined => "lead.quarantined",
        LeadState::Received => "lead.received",
        _ => "lead.listed",
    };
    audit::Entry {
        at: now,
        actor: source.actor,
        account_id: Some(listing.seller_id),
        action,
        subject: listing.id.to_string(),
        detail: json!({
            "vertical": draft.vertical.key,
            "via": source.via,
            "ask": listing.ask,
            "copies": listing.copies,
            "warnings": told,
            "quality": listing.quality,
            "settings": draft.checked.settings.version,
        }),
    }
}
