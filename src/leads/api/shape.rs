//! Leads as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::clock::Ts;
use crate::db::types::to_value;
use crate::error::{Code, Error, FieldError, Refusal, Result};
use crate::id::{LeadId, PurchaseId, RefusedLeadId};
use crate::leads::receive::{Intake, Received, Tried};
use crate::leads::{
    Channel, Consent, Details, Lead, LeadState, Least, Listing, MaskedContact, Origin, SaleSummary,
};
use crate::money::MoneyJson;
use crate::scoring::{Bant, Signals, Stage};
use crate::verification::Check;
use crate::verticals::{Attributes, Model, Value};
use crate::web::Problem;

/// A lead as it is sent in; what a field takes is told by `GET /verticals/{key}`.
#[derive(ToSchema)]
#[schema(as = LeadInput)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct LeadBody {
    /// The key of the vertical.
    #[schema(example = "eyewear")]
    vertical: String,
    contact: ContactBody,
    /// The fields of the vertical; `birth_year` may stand for `age`.
    attributes: BTreeMap<String, Value>,
    /// What the person asked for, in a few words.
    #[schema(example = "buying good, beautiful glasses")]
    interest: String,
    timeline: Option<String>,
    consent: ConsentBody,
    origin: Option<OriginBody>,
    /// The least that a copy may be sold for.
    ask: MoneyJson,
    /// The contract models you accept; pay per lead unless you say otherwise.
    accepts: Option<Vec<Model>>,
    /// The least you want where a contract does not pay by the lead.
    least: Option<Least>,
    /// What the person did before; it makes the score.
    signals: Option<Signals>,
    /// Budget, authority, need and timing, as far as you know them.
    bant: Option<Bant>,
    /// How many buyers may get the lead; 1 unless you say otherwise.
    copies: Option<i32>,
    /// Your own number of the lead, without personal data.
    external_id: Option<String>,
    expires_in_days: Option<i32>,
}

/// Who asked; a name, and a phone number or an e-mail address.
#[derive(ToSchema)]
#[schema(as = LeadContactInput)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct ContactBody {
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    #[schema(example = "+371 20 000 000")]
    phone: Option<String>,
    company: Option<String>,
    job_title: Option<String>,
}

/// What the person agreed to.
#[derive(ToSchema)]
#[schema(as = LeadConsentInput)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct ConsentBody {
    text: String,
    version: Option<String>,
    given_at: Ts,
    page_url: String,
    ip: Option<String>,
    user_agent: Option<String>,
    /// What the person typed on the page, as it was kept; sealed with the contact.
    typed: Option<String>,
    channels: Option<Vec<String>>,
    recipients: Option<Vec<String>>,
    certificate_url: Option<String>,
}

/// How the person came to you.
#[derive(ToSchema)]
#[schema(as = LeadOriginInput)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct OriginBody {
    channel: Option<Channel>,
    campaign: Option<String>,
    source: Option<String>,
    cost: Option<MoneyJson>,
    touches: Option<Vec<crate::leads::Touch>>,
}

/// A lead as its seller sees it; the contact stays masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Lead)]
pub struct LeadJson {
    id: LeadId,
    vertical: String,
    state: LeadState,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    contact: MaskedContact,
    attributes: Attributes,
    /// Not in answers to a POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    interest: Option<String>,
    /// Not in answers to a POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<String>,
    origin: Origin,
    ask: MoneyJson,
    accepts: Vec<Model>,
    least: Least,
    /// 0 - 100, by the scoring model of the vertical.
    score: i32,
    stage: Stage,
    /// 0 - 100: 100 less the points that its checks cost.
    quality: i32,
    copies: i32,
    copies_sold: i32,
    consent_given_at: Ts,
    received_at: Ts,
    expires_at: Ts,
    /// The words of the auditor who decided about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ruling: Option<String>,
    /// Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Consent>,
    /// Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<Check>>,
    /// The copies that were sold; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    sales: Option<Vec<SaleJson>>,
}

/// A copy that was sold.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LeadSale)]
pub struct SaleJson {
    purchase: PurchaseId,
    /// What the buyer paid.
    price: MoneyJson,
    /// What you earn of it.
    earning: MoneyJson,
}

impl From<&SaleSummary> for SaleJson {
    fn from(sale: &SaleSummary) -> Self {
        Self {
            purchase: sale.purchase_id,
            price: sale.price.into(),
            earning: sale.earning.into(),
        }
    }
}

impl LeadJson {
    fn of(listing: &Listing, vertical: &str, external_id: Option<&String>, origin: Origin) -> Self {
        Self {
            id: listing.id,
            vertical: vertical.to_owned(),
            state: listing.state,
            external_id: external_id.cloned(),
            contact: listing.masked.clone(),
            attributes: listing.attributes.clone(),
            interest: None,
            timeline: None,
            origin,
            ask: listing.ask.into(),
            accepts: listing.accepts.clone(),
            least: listing.least.clone(),
            score: listing.score,
            stage: listing.stage,
            quality: listing.quality,
            copies: listing.copies,
            copies_sold: listing.copies_sold,
            consent_given_at: listing.consent_given_at,
            received_at: listing.received_at,
            expires_at: listing.expires_at,
            ruling: None,
            consent: None,
            checks: None,
            sales: None,
        }
    }

    /// A lead that was taken just now.
    pub fn received(received: &Received, intake: &Intake) -> Self {
        let draft = intake.draft.as_ref().ok();
        let external_id = draft.and_then(|draft| draft.external_id.as_ref());
        let origin = draft.map(|draft| draft.origin.clone()).unwrap_or_default();
        Self {
            checks: Some(received.checks.clone()),
            sales: Some(received.sales.iter().map(SaleJson::from).collect()),
            ..Self::of(&received.listing, &intake.vertical, external_id, origin)
        }
    }

    /// A lead as lists show it.
    pub fn listed(lead: &Lead) -> Self {
        Self {
            ruling: lead.ruling.clone(),
            interest: Some(lead.wanted.interest.clone()),
            timeline: lead.wanted.timeline.clone(),
            ..Self::of(
                &lead.listing,
                &lead.vertical_key,
                lead.external_id.as_ref(),
                lead.origin.clone(),
            )
        }
    }

    /// Without the person's words: an answer to a POST is kept in clear, to be repeated under its key.
    pub fn kept(self) -> Self {
        Self {
            interest: None,
            timeline: None,
            ..self
        }
    }

    /// A lead with its parts.
    pub fn detailed(details: &Details) -> Self {
        Self {
            consent: Some(details.consent.clone()),
            checks: Some(details.checks.clone()),
            sales: Some(details.sales.iter().map(SaleJson::from).collect()),
            ..Self::listed(&details.lead)
        }
    }
}

/// What would become of a lead that was sent in now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LeadTrial)]
pub struct TrialJson {
    /// `listed`, `quarantined`, or `received` where it would wait for its person.
    state: LeadState,
    /// 0 - 100, by the scoring model of the vertical.
    score: i32,
    stage: Stage,
    /// 0 - 100: 100 less the points that its checks cost.
    quality: i32,
    expires_at: Ts,
    /// Every check with its verdict, in their order.
    checks: Vec<Check>,
}

impl From<Tried> for TrialJson {
    fn from(Tried { listing, checks }: Tried) -> Self {
        Self {
            state: listing.state,
            score: listing.score,
            stage: listing.stage,
            quality: listing.quality,
            expires_at: listing.expires_at,
            checks,
        }
    }
}

/// The refusal of a document that was kept.
pub fn refused_json(id: RefusedLeadId, errors: &[FieldError]) -> Result<Json> {
    let refusal = Refusal {
        code: Code::InvalidContent,
        detail: format!("kept as {id}, to be mended and sent again"),
        fields: errors.to_vec(),
    };
    to_value(&Problem::new(&refusal, String::new()))
}

/// A refusal without kept document, as an item of a batch carries it.
pub fn problem_of(error: &Error) -> (u16, String) {
    let refusal = error.refusal();
    (refusal.code.status(), refusal.code.as_str().to_owned())
}
