//! The buyer's page of a purchase: contact, money, outcomes, and its own work on the lead.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::view::{Outcomes, outcomes};
use super::{Refused, act, make, purchase_of, refused};
use crate::access::Caller;
use crate::calls::{self, CallRule};
use crate::clock::Ts;
use crate::contracts::Agreement;
use crate::conversions::Party;
use crate::conversions::work::{self, NewWork, Note, Work, WorkStage};
use crate::db::types::from_json;
use crate::error::{Code, Error, Result};
use crate::id::{ConversionId, PurchaseId};
use crate::leads::Consent;
use crate::privacy;
use crate::purchases::{self, Bought, Explanation, Fact, facts};
use crate::scoring::{self, Explained};
use crate::text::Lang;
use crate::verticals::{self, Value, Vertical};
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, html_status, redirect_with};

#[derive(Template)]
#[template(path = "conversions/purchase.html")]
struct PurchasePage {
    page: Page,
    bought: Bought,
    vertical: Vertical,
    facts: Vec<Fact>,
    personal: Vec<Fact>,
    consent: Consent,
    /// What the buyer has to do about a withdrawn consent.
    revocation: Option<privacy::Task>,
    erased: Option<(privacy::Cause, Ts)>,
    /// What the person's country asks of whoever calls.
    calls: Option<CallRule>,
    /// None for a lead from before there were scoring models.
    score: Option<Explained>,
    terms: Arc<Agreement>,
    explanation: Explanation,
    outcomes: Outcomes,
    work: Option<Work>,
    notes: Vec<Note>,
    stages: Vec<(String, String)>,
    members: Vec<(String, String)>,
}

/// What was typed about the work, or what is kept of it.
impl PurchasePage {
    fn work_value(&self, name: &str) -> String {
        let typed = self.outcomes.refused.word(&format!("work.{name}"));
        if !typed.is_empty() {
            return typed.to_owned();
        }
        let Some(work) = &self.work else {
            return if name == "stage" {
                WorkStage::New.to_string()
            } else {
                String::new()
            };
        };
        match name {
            "stage" => work.stage.to_string(),
            "reason" => work.reason.clone().unwrap_or_default(),
            "resume_on" => work
                .resume_on
                .map(|at| at.utc().format("%Y-%m-%d").to_string())
                .unwrap_or_default(),
            _ => work
                .responsible_id
                .map(|user| user.to_string())
                .unwrap_or_default(),
        }
    }
}

pub(super) fn stage_label(l: &Lang, stage: WorkStage) -> String {
    match stage {
        WorkStage::New => fl!(l, "conversions-stage-new"),
        WorkStage::Contacted => fl!(l, "conversions-stage-contacted"),
        WorkStage::Appointment => fl!(l, "conversions-stage-appointment"),
        WorkStage::Won => fl!(l, "conversions-stage-won"),
        WorkStage::Lost => fl!(l, "conversions-stage-lost"),
        WorkStage::Refused => fl!(l, "conversions-stage-refused"),
    }
}

/// `GET /buyer/purchases/{id}`: one purchase with all that its buyer may see.
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<PurchaseId>,
) -> Result<HttpResponse> {
    render(ctx, caller, page, *id, Refused::default()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: PurchaseId,
    wrong: Refused,
) -> Result<HttpResponse> {
    let (vault, now, l) = (ctx.vault.clone(), ctx.now(), page.l);
    let status = if wrong.errors.is_empty() { 200 } else { 422 };
    let read = ctx
        .write(move |conn| {
            let bought = purchases::open(conn, &vault, &caller, id, now)?;
            let party = Party::load(conn, caller.account_id, caller.actor(), id)?;
            let sides = (&caller, &party);
            let outcomes = outcomes(conn, &vault, l, sides, wrong.clone(), now)?;
            let calls = match bought.listing.attributes.get("country") {
                Some(Value::Text(country)) => calls::of_country(conn, country)?,
                _ => None,
            };
            Ok((
                verticals::by_id(conn, bought.purchase.vertical_id)?,
                privacy::of_purchase(conn, id)?,
                privacy::erased(conn, bought.purchase.lead_id)?,
                party.agreement,
                outcomes,
                work::of_purchase(conn, id)?,
                work::notes(conn, &vault, id)?,
                work::members(conn, caller.account_id)?,
                calls,
                scoring::explain(conn, bought.purchase.lead_id)?,
                bought,
            ))
        })
        .await?;
    let (vertical, revocation, erased, terms, outcomes, work, notes, members, calls, score, bought) =
        read;
    html_status(
        status,
        &PurchasePage {
            facts: facts(l, &vertical, &bought.listing.attributes),
            personal: facts(l, &vertical, &bought.contact.personal),
            consent: bought.consent.clone(),
            explanation: from_json(&bought.purchase.explanation)?,
            page,
            bought,
            vertical,
            revocation,
            erased,
            calls,
            score,
            terms,
            outcomes,
            work,
            notes,
            stages: WorkStage::ALL
                .iter()
                .map(|&stage| (stage.to_string(), stage_label(l, stage)))
                .collect(),
            members: members
                .into_iter()
                .map(|(user, name)| (user.to_string(), name))
                .collect(),
        },
    )
}

fn address(id: PurchaseId) -> String {
    format!("/buyer/purchases/{id}")
}

/// `POST /buyer/purchases/{id}/{what}`: an appointment, a sale, the work, a note.
pub async fn add(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(PurchaseId, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, what) = path.into_inner();
    let done = match what.as_str() {
        "appointment" | "sale" => make(&ctx, &caller, id, &what, &pairs).await,
        "confirm" => {
            let (now, caller) = (ctx.now(), caller.clone());
            ctx.write(move |conn| privacy::confirm(conn, &caller, id, now).map(|_| ()))
                .await
        }
        "work" => set_work(&ctx, &caller, id, &pairs).await,
        "note" => {
            let (now, vault, by) = (ctx.now(), ctx.vault.clone(), caller.clone());
            let text = first(&pairs, "note.note").to_owned();
            ctx.write(move |conn| work::note(conn, &vault, &by, (id, &text), now))
                .await
        }
        _ => return Err(Error::refused(Code::NotFound)),
    };
    match done {
        Ok(()) => Ok(redirect_with(
            &address(id),
            &fl!(page.l, "conversions-noted"),
        )),
        Err(error) => {
            let wrong = refused(error, &what, pairs)?;
            render(ctx, caller, page, id, wrong).await
        }
    }
}

async fn set_work(ctx: &Ctx, caller: &Caller, id: PurchaseId, pairs: &Pairs) -> Result<()> {
    let word = |name: &str| first(pairs, &format!("work.{name}")).to_owned();
    let new = NewWork {
        stage: word("stage"),
        reason: word("reason"),
        resume_on: word("resume_on"),
        responsible: word("responsible"),
    };
    let (now, caller) = (ctx.now(), caller.clone());
    ctx.write(move |conn| work::set(conn, &caller, id, &new, now))
        .await
}

/// `POST /buyer/conversions/{id}/{what}`: a step on an appointment or a sale.
pub async fn step(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(ConversionId, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, what) = path.into_inner();
    match act(&ctx, &caller, id, &what, &pairs).await {
        Ok(purchase) => Ok(redirect_with(
            &address(purchase),
            &fl!(page.l, "conversions-noted"),
        )),
        Err(error) => {
            let wrong = refused(error, &what, pairs)?;
            let purchase = purchase_of(&ctx, &caller, id).await?;
            render(ctx, caller, page, purchase, wrong).await
        }
    }
}
