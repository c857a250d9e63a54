//! One audit at the exchange: the lead, its contact, what was found, the decision.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::{Caller, Role};
use crate::accounts;
use crate::audits::words::{findings_rows, found_label, outcome_label, question_label, why_label};
use crate::audits::{
    AuditFound, AuditOutcome, AuditQuestion, AuditState, Findings, LeadAudit, Verdict, queue,
};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::LeadAuditId;
use crate::leads::{self, Consent, Contact, Listing, Wanted};
use crate::purchases::{Fact, facts};
use crate::verification::Check;
use crate::verticals::{self, Vertical};
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, html_status, redirect_with};

type Options = Vec<(String, String)>;

/// A question of the form, with what was chosen.
struct Asked {
    name: &'static str,
    label: String,
    chosen: String,
}

#[derive(Template)]
#[template(path = "audits/case.html")]
struct CasePage {
    page: Page,
    audit: LeadAudit,
    listing: Listing,
    wanted: Wanted,
    vertical: Vertical,
    seller: String,
    consent: Consent,
    checks: Vec<Check>,
    facts: Vec<Fact>,
    contact: Option<Contact>,
    /// What was found, and the note, once it is decided.
    found: Vec<(String, String)>,
    note: String,
    asked: Vec<Asked>,
    answers: Options,
    outcomes: Options,
    outcome: String,
    /// Whether this user may take it, and whether they have it.
    may_take: bool,
    has_it: bool,
    errors: Vec<FieldError>,
}

/// What a form of a case said, and what was wrong with it.
#[derive(Default)]
struct Typed {
    pairs: Pairs,
    errors: Vec<FieldError>,
    contact: Option<Contact>,
}

/// `GET /operator/audits/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<LeadAuditId>,
) -> Result<HttpResponse> {
    render(ctx, caller, page, *id, Typed::default()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: LeadAuditId,
    typed: Typed,
) -> Result<HttpResponse> {
    let (vault, now, by) = (ctx.vault.clone(), ctx.now(), caller.clone());
    let read = ctx
        .write(move |conn| {
            let audit = queue::case(conn, &by, id)?;
            let note = if audit.state.is_decided() {
                queue::note(conn, &vault, &by, &audit, now)?
            } else {
                String::new()
            };
            let listing = leads::listing(conn, audit.lead_id)?;
            Ok((
                verticals::by_id(conn, listing.vertical_id)?,
                accounts::account(conn, audit.seller_id)?.name,
                leads::consent(conn, audit.lead_id)?,
                leads::checks(conn, audit.lead_id)?,
                leads::wanted(conn, &vault, audit.lead_id)?,
                listing,
                audit,
                note,
            ))
        })
        .await?;
    let (vertical, seller, consent, checks, wanted, listing, audit, note) = read;
    let l = page.l;
    let is_auditor = matches!(caller.role, Role::Admin | Role::Auditor);
    let asked = AuditQuestion::ALL.iter().map(|&question| Asked {
        name: question.as_str(),
        label: question_label(l, question),
        chosen: first(&typed.pairs, question.as_str()).to_owned(),
    });
    let status = if typed.errors.is_empty() { 200 } else { 422 };
    html_status(
        status,
        &CasePage {
            found: audit
                .findings()?
                .map_or_else(Vec::new, |findings| findings_rows(l, &findings)),
            facts: facts(l, &vertical, &listing.attributes),
            asked: asked.collect(),
            answers: AuditFound::ALL
                .iter()
                .map(|&found| (found.to_string(), found_label(l, found)))
                .collect(),
            outcomes: AuditOutcome::ALL
                .iter()
                .map(|&outcome| (outcome.to_string(), outcome_label(l, outcome)))
                .collect(),
            outcome: first(&typed.pairs, "outcome").to_owned(),
            may_take: is_auditor && audit.state == AuditState::Queued,
            has_it: is_auditor
                && audit.state == AuditState::Taken
                && audit.taken_by == Some(caller.user_id),
            note: if note.is_empty() {
                first(&typed.pairs, "note").to_owned()
            } else {
                note
            },
            page,
            audit,
            listing,
            wanted,
            vertical,
            seller,
            consent,
            checks,
            contact: typed.contact,
            errors: typed.errors,
        },
    )
}

/// `POST /operator/audits/{id}/contact`: the case with the contact; the look is noted.
pub async fn contact(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<LeadAuditId>,
    _form: Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, vault, now, by) = (*id, ctx.vault.clone(), ctx.now(), caller.clone());
    let contact = ctx
        .write(move |conn| queue::view_contact(conn, &vault, &by, id, now))
        .await?;
    let typed = Typed {
        contact: Some(contact),
        ..Typed::default()
    };
    render(ctx, caller, page, id, typed).await
}

/// `POST /operator/audits/{id}/{what}`: take it, give it back, decide it.
pub async fn act(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(LeadAuditId, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, what) = path.into_inner();
    let (now, by) = (ctx.now(), caller.clone());
    let case = format!("/operator/audits/{id}");
    match what.as_str() {
        "take" => {
            ctx.write(move |conn| queue::take(conn, &by, id, now))
                .await?;
            Ok(redirect_with(&case, &fl!(page.l, "audits-taken")))
        }
        "return" => {
            ctx.write(move |conn| queue::give_back(conn, &by, id, now))
                .await?;
            Ok(redirect_with(
                "/operator/audits",
                &fl!(page.l, "audits-returned"),
            ))
        }
        "decide" => {
            let vault = ctx.vault.clone();
            let done = match verdict(&pairs) {
                Ok(verdict) => {
                    ctx.write(move |conn| {
                        crate::audits::decide(conn, &vault, &by, id, &verdict, now)
                    })
                    .await
                }
                Err(errors) => Err(errors.into()),
            };
            match done {
                Ok(_) => Ok(redirect_with(&case, &fl!(page.l, "audits-decided"))),
                Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
                    let typed = Typed {
                        errors: refusal.fields,
                        pairs,
                        contact: None,
                    };
                    render(ctx, caller, page, id, typed).await
                }
                Err(error) => Err(error),
            }
        }
        _ => Err(Error::refused(Code::NotFound)),
    }
}

fn verdict(pairs: &Pairs) -> Result<Verdict, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut found = |question: AuditQuestion| {
        let name = question.as_str();
        first(pairs, name)
            .parse()
            .unwrap_or_else(|accepted: String| {
                errors.push(FieldError::new(name, Reason::Required, accepted));
                AuditFound::Unknown
            })
    };
    let findings = Findings {
        reached: found(AuditQuestion::Reached),
        right_person: found(AuditQuestion::RightPerson),
        remembers_consent: found(AuditQuestion::RemembersConsent),
        interested: found(AuditQuestion::Interested),
        matches: found(AuditQuestion::Matches),
    };
    let outcome = first(pairs, "outcome").parse();
    match outcome {
        Ok(outcome) if errors.is_empty() => Ok(Verdict {
            findings,
            outcome,
            note: first(pairs, "note").to_owned(),
        }),
        Ok(_) => Err(errors),
        Err(accepted) => {
            errors.push(FieldError::new("outcome", Reason::Required, accepted));
            Err(errors)
        }
    }
}
