//! Many leads in one request: a verdict for each, the good ones kept.

use std::sync::Arc;

use actix_web::HttpResponse;
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ExchangeData;
use super::shape::{LeadBody, LeadJson, problem_of};
use crate::access::{Actor, Caller};
use crate::db::types::{from_json, to_value};
use crate::error::{Code, Error, FieldErrorJson, Reason, Result};
use crate::id::{AccountId, RefusedLeadId};
use crate::leads::receive::{Intake, Outcome, Source, take_in_all};
use crate::leads::{Exchange, Spelling};
use crate::vault::sha256;
use crate::verification::VerifierData;
use crate::verticals::CatalogueData;
use crate::web::idempotency::{self, Stored};
use crate::web::{Body, Ctx, Idempotency, Problem};

/// The most leads of a batch.
const MAX_LEADS: usize = 1_000;
/// Leads of one transaction, a statement a table: PostgreSQL binds 65,535 values in one, and a lead has 27.
const TOGETHER: usize = 100;
/// Transactions at once, on PostgreSQL; SQLite's one writer takes one after the other.
const AT_ONCE: usize = 4;
/// Leads that others are asked about at once.
const ASKED_AT_ONCE: usize = 16;
/// The status noted for a batch itself; its items carry the answers.
const BEGUN: u16 = 102;

/// The body of a batch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadBatch {
    #[schema(value_type = Vec<LeadBody>, max_items = 1000)]
    leads: Vec<Value>,
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    accepted: usize,
    refused: usize,
    /// In the order of the leads.
    results: Vec<BatchItem>,
}

/// What became of one lead of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BatchItem {
    index: usize,
    /// The status that the lead alone would have got: 201, 422, ..
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LeadJson>)]
    lead: Option<Value>,
    /// Where the refused document is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<RefusedLeadId>,
    /// The code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldErrorJson>,
}

/// Send up to 1,000 leads.
///
/// Each has its own verdict and its own place under the Idempotency-Key: when the answer was lost, or a
/// lead got 503, send the whole batch again under the same key.
#[utoipa::path(
    post, path = "/api/v1/leads/batch", tag = "leads", request_body = LeadBatch,
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    responses(
        (status = 200, body = BatchAnswer),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn send_batch(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    exchange: ExchangeData,
    (verifier, catalogue): (VerifierData, CatalogueData),
    Body(batch): Body<LeadBatch>,
) -> Result<HttpResponse> {
    if batch.leads.is_empty() {
        return Err(Error::invalid_field(
            "leads",
            Reason::Required,
            "1 to 1000 leads",
        ));
    }
    if batch.leads.len() > MAX_LEADS {
        return Err(Error::invalid_field(
            "leads",
            Reason::TooMany,
            "1 to 1000 leads",
        ));
    }
    note_batch(&ctx, &idem).await?;
    let (now, checks) = (ctx.now(), verifier.clone());
    let intakes: Vec<(Vec<u8>, Intake)> = ctx
        .db
        .read(move |conn| {
            let verticals = catalogue.all(conn)?;
            let read = |document: Value| {
                let hash = sha256(document.to_string().as_bytes());
                (
                    hash,
                    Intake::read(&verticals, document, Spelling::Typed, &checks, now),
                )
            };
            Ok(batch.leads.into_iter().map(read).collect())
        })
        .await?;
    let sender = Sender {
        ctx,
        seller: caller.account_id,
        actor: caller.actor(),
        exchange: Arc::clone(exchange.get_ref()),
        verifier,
        idem,
    };
    let items = intakes.into_iter().enumerate();
    let mut rest: Vec<Item> = items
        .map(|(index, (hash, intake))| Item {
            index,
            hash,
            intake,
        })
        .collect();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let next = rest.split_off(rest.len().min(TOGETHER));
        groups.push(std::mem::replace(&mut rest, next));
    }
    let sent = groups.into_iter().map(|group| {
        let sender = sender.clone();
        async move { sender.send(group).await }
    });
    let results: Vec<Vec<(BatchItem, bool)>> = stream::iter(sent).buffered(AT_ONCE).collect().await;
    Ok(answer(results.concat()))
}

fn answer(results: Vec<(BatchItem, bool)>) -> HttpResponse {
    let is_replay = results.iter().all(|(_, is_replay)| *is_replay);
    let results: Vec<BatchItem> = results.into_iter().map(|(item, _)| item).collect();
    let accepted = results.iter().filter(|item| item.status == 201).count();
    let mut response = HttpResponse::Ok();
    if is_replay {
        response.insert_header(("idempotent-replayed", "true"));
    }
    response.json(BatchAnswer {
        accepted,
        refused: results.len() - accepted,
        results,
    })
}

/// Notes the key with the hash of the whole body, so that it cannot be used for another.
async fn note_batch(ctx: &Ctx, idem: &Idempotency) -> Result<()> {
    let (idem, now) = (idem.clone(), ctx.now());
    ctx.write(move |conn| {
        let known = idempotency::find(
            conn,
            idem.account,
            &idem.endpoint,
            &idem.key,
            &idem.body_hash,
        )?;
        if known.is_none() {
            let begun = Stored {
                status: BEGUN,
                body: String::new(),
            };
            idempotency::store(conn, &idem, &begun, now)?;
        }
        Ok(())
    })
    .await
}

#[derive(Clone)]
struct Sender {
    ctx: Ctx,
    seller: AccountId,
    actor: Actor,
    exchange: Arc<dyn Exchange>,
    verifier: VerifierData,
    idem: Idempotency,
}

/// One lead of a batch.
#[derive(Clone)]
struct Item {
    index: usize,
    /// Of its document.
    hash: Vec<u8>,
    intake: Intake,
}

impl Sender {
    /// Takes leads in; says of each whether its answer is a repeated one.
    async fn send(self, mut items: Vec<Item>) -> Vec<(BatchItem, bool)> {
        for some in items.chunks_mut(ASKED_AT_ONCE) {
            join_all(some.iter_mut().map(|item| item.intake.ask(&self.verifier))).await;
        }
        let items = Arc::new(items);
        match self.take_in(Arc::clone(&items)).await {
            Ok(answers) => return answers,
            Err(error) if items.len() == 1 || error.has_code(Code::Unavailable) => {
                return items
                    .iter()
                    .map(|item| failed(item.index, &error))
                    .collect();
            }
            // One of them failed in a way that took the others with it.
            Err(_) => {}
        }
        let mut answers = Vec::with_capacity(items.len());
        for item in items.iter() {
            match self.take_in(Arc::new(vec![item.clone()])).await {
                Ok(answer) => answers.extend(answer),
                Err(error) => answers.push(failed(item.index, &error)),
            }
        }
        answers
    }

    /// One transaction: all of the items get an answer, or none.
    async fn take_in(&self, items: Arc<Vec<Item>>) -> Result<Vec<(BatchItem, bool)>> {
        let now = self.ctx.now();
        let keys = items
            .iter()
            .map(|item| self.idem.item(item.index, item.hash.clone()));
        let keys: Vec<Idempotency> = keys.collect();
        let vault = Arc::clone(&self.ctx.vault);
        let (exchange, seller) = (Arc::clone(&self.exchange), self.seller);
        let source = Source::api(self.actor);
        self.ctx
            .write(move |conn| {
                let claimed = idempotency::claim_all(conn, &keys, now)?;
                let fresh: Vec<(&Intake, Source)> = items
                    .iter()
                    .zip(&claimed)
                    .filter(|(_, claimed)| matches!(claimed, Ok(None)))
                    .map(|(item, _)| (&item.intake, source))
                    .collect();
                let outcomes = take_in_all(conn, &vault, &*exchange, seller, &fresh, now)?;
                let mut outcomes = outcomes.into_iter();
                let (mut answers, mut stored) = (Vec::new(), Vec::new());
                for ((item, key), claimed) in items.iter().zip(&keys).zip(claimed) {
                    let told = match claimed {
                        Ok(Some(before)) => (from_json(&before.body)?, true),
                        Err(error) => failed(item.index, &error),
                        Ok(None) => {
                            let outcome = outcomes
                                .next()
                                .ok_or_else(|| anyhow::anyhow!("a lead was lost"))?;
                            let told = BatchItem::of(item.index, &outcome, &item.intake)?;
                            let answer = Stored {
                                status: told.status,
                                body: to_value(&told)?.to_string(),
                            };
                            stored.push((key, answer));
                            (told, false)
                        }
                    };
                    answers.push(told);
                }
                idempotency::fulfil_all(conn, &stored, now)?;
                Ok(answers)
            })
            .await
    }
}

fn failed(index: usize, error: &Error) -> (BatchItem, bool) {
    if error.has_code(Code::InternalError) {
        tracing::error!(%error, index, "a lead of a batch failed");
    }
    let (status, code) = problem_of(error);
    let item = BatchItem {
        code: Some(code),
        ..BatchItem::new(index, status)
    };
    (item, false)
}

impl BatchItem {
    fn new(index: usize, status: u16) -> Self {
        Self {
            index,
            status,
            lead: None,
            refused: None,
            code: None,
            errors: Vec::new(),
        }
    }

    fn of(index: usize, outcome: &Outcome, intake: &Intake) -> Result<Self> {
        Ok(match outcome {
            Outcome::Taken(received) => Self {
                lead: Some(to_value(&LeadJson::received(received, intake))?),
                ..Self::new(index, 201)
            },
            Outcome::Refused { id, errors } => Self {
                refused: Some(*id),
                code: Some(Code::InvalidContent.as_str().to_owned()),
                errors: errors.iter().map(crate::error::FieldError::json).collect(),
                ..Self::new(index, 422)
            },
        })
    }
}
