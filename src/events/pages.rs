//! Pages of webhooks, in the settings of an account.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use i18n_embed_fl::fl;

use super::{
    Delivery, DeliveryState, Endpoint, EndpointState, EventKind, MAX_ENDPOINTS, NewEndpoint,
    Secret, endpoints, store,
};
use crate::access::Caller;
use crate::error::{Error, FieldError, Result};
use crate::id::{EndpointId, WebhookId};
use crate::text::Lang;
use crate::web::form::{Pairs, every, first};
use crate::web::{Ctx, Form, Page, State, html, html_status, redirect_with};

/// Deliveries that a page shows.
const SHOWN: i64 = 50;

/// What an event tells, in words.
fn label(l: &Lang, kind: EventKind) -> String {
    match kind {
        EventKind::LeadSold => fl!(l, "events-lead-sold"),
        EventKind::LeadStageChanged => fl!(l, "events-lead-stage-changed"),
        EventKind::LeadAudited => fl!(l, "events-lead-audited"),
        EventKind::PurchaseDelivered => fl!(l, "events-purchase-delivered"),
        EventKind::PurchaseStopped => fl!(l, "events-purchase-stopped"),
        EventKind::ConsentRevoked => fl!(l, "events-consent-revoked"),
        EventKind::ConversionProposed => fl!(l, "events-conversion-proposed"),
        EventKind::ConversionConfirmed => fl!(l, "events-conversion-confirmed"),
        EventKind::DisputeOpened => fl!(l, "events-dispute-opened"),
        EventKind::DisputeDecided => fl!(l, "events-dispute-decided"),
        EventKind::DisputeClosed => fl!(l, "events-dispute-closed"),
        EventKind::PayoutSent => fl!(l, "events-payout-sent"),
        EventKind::PayoutPaid => fl!(l, "events-payout-paid"),
        EventKind::PayoutFailed => fl!(l, "events-payout-failed"),
        EventKind::Test => fl!(l, "events-test"),
    }
}

/// A kind of event to tick.
struct Choice {
    kind: EventKind,
    label: String,
    checked: bool,
}

fn choices(l: &Lang, chosen: &[String]) -> Vec<Choice> {
    EventKind::ALL
        .iter()
        .filter(|kind| **kind != EventKind::Test)
        .map(|&kind| Choice {
            kind,
            label: label(l, kind),
            checked: chosen.iter().any(|text| text == kind.as_str()),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "events/endpoints.html")]
struct EndpointsPage {
    page: Page,
    endpoints: Vec<Endpoint>,
    most: usize,
    choices: Vec<Choice>,
    url: String,
    errors: Vec<FieldError>,
}

/// `GET /account/webhooks`
pub async fn list(ctx: Ctx, page: Page, caller: Caller) -> Result<HttpResponse> {
    html(&endpoints_page(&ctx, page, &caller, &Pairs::new(), Vec::new()).await?)
}

async fn endpoints_page(
    ctx: &Ctx,
    page: Page,
    caller: &Caller,
    form: &Pairs,
    errors: Vec<FieldError>,
) -> Result<EndpointsPage> {
    let account = caller.account_id;
    let endpoints = ctx
        .db
        .read(move |conn| endpoints::of_account(conn, account))
        .await?;
    Ok(EndpointsPage {
        choices: choices(page.l, &every(form, "kinds")),
        page,
        endpoints,
        most: MAX_ENDPOINTS,
        url: first(form, "url").to_owned(),
        errors,
    })
}

/// `POST /account/webhooks`
pub async fn make(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    state: Data<State>,
    Form(form): Form<Pairs>,
) -> Result<HttpResponse> {
    let made = match NewEndpoint::parse(
        state.config.reach,
        first(&form, "url"),
        &every(&form, "kinds"),
    ) {
        Ok(new) => {
            let (vault, now, by) = (ctx.vault.clone(), ctx.now(), caller.clone());
            let secret = Secret::generate()?;
            ctx.write(move |conn| endpoints::make(conn, &vault, &by, &new, &secret, now))
                .await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(endpoint) => Ok(redirect_with(
            &format!("/account/webhooks/{}", endpoint.id),
            &fl!(page.l, "events-made"),
        )),
        Err(error) => {
            let errors = fields(error)?;
            html_status(
                422,
                &endpoints_page(&ctx, page, &caller, &form, errors).await?,
            )
        }
    }
}

/// The fields of a refusal that the form can show; other errors go on.
fn fields(error: Error) -> Result<Vec<FieldError>> {
    match error {
        Error::Refused(refusal) if !refusal.fields.is_empty() => Ok(refusal.fields),
        other => Err(other),
    }
}

#[derive(Template)]
#[template(path = "events/endpoint.html")]
struct EndpointPage {
    page: Page,
    endpoint: Endpoint,
    secret: String,
    deliveries: Vec<(Delivery, EventKind)>,
    choices: Vec<Choice>,
    url: String,
    is_on: bool,
    errors: Vec<FieldError>,
}

impl EndpointPage {
    fn label(&self, kind: &EventKind) -> String {
        label(self.page.l, *kind)
    }

    /// Whether a delivery can be sent again.
    fn has_ended(&self, delivery: &Delivery) -> bool {
        delivery.state != DeliveryState::Queued
    }

    fn outcome(&self, delivery: &Delivery) -> String {
        match (delivery.last_status, &delivery.last_error) {
            (Some(status), _) => status.to_string(),
            (None, Some(error)) => error.clone(),
            (None, None) => String::new(),
        }
    }
}

/// `GET /account/webhooks/{id}`
pub async fn show(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    id: Path<EndpointId>,
) -> Result<HttpResponse> {
    html(&endpoint_page(&ctx, page, caller, id.into_inner(), None, Vec::new()).await?)
}

async fn endpoint_page(
    ctx: &Ctx,
    page: Page,
    caller: Caller,
    id: EndpointId,
    form: Option<Pairs>,
    errors: Vec<FieldError>,
) -> Result<EndpointPage> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let (endpoint, secret, deliveries) = ctx
        .db
        .read(move |conn| {
            let endpoint = endpoints::own(conn, &caller, id)?;
            let secret = endpoints::shown_secret(conn, &vault, &caller, id, now)?;
            Ok((endpoint, secret, store::deliveries(conn, id, None, SHOWN)?))
        })
        .await?;
    let form = form.unwrap_or_else(|| typed(&endpoint));
    Ok(EndpointPage {
        choices: choices(page.l, &every(&form, "kinds")),
        url: first(&form, "url").to_owned(),
        is_on: first(&form, "active") == "true",
        page,
        endpoint,
        secret,
        deliveries,
        errors,
    })
}

/// An endpoint as its form would have been filled in.
fn typed(endpoint: &Endpoint) -> Pairs {
    let mut form = vec![
        ("url".to_owned(), endpoint.url.clone()),
        (
            "active".to_owned(),
            (endpoint.state == EndpointState::Active).to_string(),
        ),
    ];
    form.extend(
        endpoint
            .kinds
            .iter()
            .map(|kind| ("kinds".to_owned(), kind.to_string())),
    );
    form
}

/// `POST /account/webhooks/{id}`
pub async fn change(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    state: Data<State>,
    id: Path<EndpointId>,
    Form(form): Form<Pairs>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let is_on = first(&form, "active") == "true";
    let changed = match NewEndpoint::parse(
        state.config.reach,
        first(&form, "url"),
        &every(&form, "kinds"),
    ) {
        Ok(new) => {
            let (now, by) = (ctx.now(), caller.clone());
            ctx.write(move |conn| endpoints::change(conn, &by, id, &new, is_on, now))
                .await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(redirect_with(
            &format!("/account/webhooks/{id}"),
            &fl!(page.l, "events-changed"),
        )),
        Err(error) => {
            let errors = fields(error)?;
            html_status(
                422,
                &endpoint_page(&ctx, page, caller, id, Some(form), errors).await?,
            )
        }
    }
}

/// `POST /account/webhooks/{id}/{step}`: test, rotate or remove.
pub async fn step(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    path: Path<(EndpointId, String)>,
) -> Result<HttpResponse> {
    let (id, step) = path.into_inner();
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let said = match step.as_str() {
        "test" => {
            ctx.write(move |conn| endpoints::test(conn, &caller, id, now))
                .await?;
            fl!(page.l, "events-test-queued")
        }
        "rotate" => {
            let secret = Secret::generate()?;
            ctx.write(move |conn| endpoints::rotate(conn, &vault, &caller, id, &secret, now))
                .await?;
            fl!(page.l, "events-rotated")
        }
        "remove" => {
            ctx.write(move |conn| endpoints::remove(conn, &caller, id, now))
                .await?;
            return Ok(redirect_with(
                "/account/webhooks",
                &fl!(page.l, "events-removed"),
            ));
        }
        _ => return Err(Error::refused(crate::error::Code::NotFound)),
    };
    Ok(redirect_with(&format!("/account/webhooks/{id}"), &said))
}

/// `POST /account/webhooks/{id}/deliveries/{delivery}`: sends again.
pub async fn replay(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    path: Path<(EndpointId, WebhookId)>,
) -> Result<HttpResponse> {
    let (id, delivery) = path.into_inner();
    let now = ctx.now();
    ctx.write(move |conn| endpoints::replay(conn, &caller, delivery, now))
        .await?;
    Ok(redirect_with(
        &format!("/account/webhooks/{id}"),
        &fl!(page.l, "events-replay-queued"),
    ))
}
