//! The editor of a contract's terms: every button sends the whole form, so that it works without script.

use actix_web::{HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::form::{Action, Draft, at_form_field};
use super::{address, model_sentence, reporter_label};
use crate::conditions::{FilterFields, editor};
use crate::contracts::api::parse_id;
use crate::contracts::terms::SENIORITY;
use crate::contracts::{self, NewContract, Reporter, Terms, TermsJson, preset};
use crate::error::{Code, Error, FieldError, Result};
use crate::id::ContractId;
use crate::money::Currency;
use crate::text::Lang;
use crate::verticals::{self, Model, Vertical};
use crate::web::form::Pairs;
use crate::web::{Caller, Ctx, Form, Page, format, html, html_status, redirect_with};

/// Fields of the form that show their own errors.
const SHOWN: [&str; 26] = [
    "name",
    "seller",
    "model",
    "currency",
    "price_per_lead",
    "price_per_appointment",
    "share.bps",
    "share.floor",
    "share.cap",
    "share.deposit",
    "share.expected_sale",
    "base_fee.amount",
    "base_fee.period",
    "min_stage",
    "min_seniority",
    "dispute_window_days",
    "disputes.answer_days",
    "disputes.decide_days",
    "disputes.appeal_days",
    "disputes.return_cap_bps",
    "disputes.cap_days",
    "disputes.meritless_fee_bps",
    "confirmation.reporter",
    "confirmation.silence_days",
    "confirmation.held_minutes",
    "confirmation.lapse_days",
];

type Options = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "contracts/edit.html")]
struct EditPage {
    page: Page,
    /// The contract that is revised; `None` for a new one.
    revised: Option<(ContractId, String)>,
    draft: Draft,
    vertical: Vertical,
    criteria: editor::View,
    models: Options,
    currencies: Options,
    periods: Options,
    stages: Options,
    /// Empty where the leads of the vertical have no seniority.
    seniorities: Options,
    reporters: Options,
    errors: Vec<FieldError>,
    others: Vec<String>,
}

#[derive(Template)]
#[template(path = "contracts/new.html")]
struct PickPage {
    page: Page,
    verticals: Vec<Vertical>,
    /// The vertical that was chosen.
    vertical: Option<Vertical>,
    models: Vec<(Model, String, String)>,
}

impl PickPage {
    /// The address with one choice more.
    fn with(&self, key: &str, value: &str) -> String {
        format!(
            "{}{}",
            self.page.path,
            format::with_param(&self.page.query, key, value)
        )
    }
}

#[derive(Debug, Deserialize)]
pub struct NewQuery {
    vertical: Option<String>,
    model: Option<String>,
    /// Criteria to start from, as JSON; customer profiles lead here with theirs.
    filter: Option<String>,
}

/// `GET /buyer/contracts/new`: first the vertical, then one of four models, then the form.
pub async fn new(ctx: Ctx, page: Page, query: web::Query<NewQuery>) -> Result<HttpResponse> {
    let verticals = ctx.db.read(verticals::all).await?;
    let query = query.into_inner();
    let key = query.vertical.unwrap_or_default();
    let vertical = verticals
        .iter()
        .find(|vertical| vertical.key == key)
        .cloned();
    let model = query.model.and_then(|model| model.parse::<Model>().ok());
    let (Some(vertical), Some(model)) = (&vertical, model) else {
        let l = page.l;
        let models = Model::ALL.iter();
        return html(&PickPage {
            models: models
                .map(|&model| (model, model.label(l), model_sentence(l, model)))
                .collect(),
            page,
            verticals,
            vertical,
        });
    };
    let terms = preset(model, Currency::EUR, vertical);
    let mut draft = Draft::of_terms(&vertical.key, &terms);
    draft.criteria = query
        .filter
        .as_deref()
        .map(editor::Draft::of_address)
        .unwrap_or_default();
    html(&EditPage::new(
        page,
        None,
        draft,
        vertical.clone(),
        Vec::new(),
    ))
}

/// `GET /buyer/contracts/{id}/edit`: the newest terms, to be revised.
pub async fn edit(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    let (contract, versions, vertical) = ctx
        .db
        .read(move |conn| {
            let (contract, versions) = contracts::get(conn, caller.account_id, id)?;
            let vertical = verticals::by_id(conn, contract.vertical_id)?;
            Ok((contract, versions, vertical))
        })
        .await?;
    if contract.is_standard || contract.state.is_over() {
        return Ok(redirect_with(&address(id), &fl!(page.l, "contracts-over")));
    }
    let newest = contract.newest();
    let version = versions
        .into_iter()
        .find(|version| version.number == newest)
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let mut terms = TermsJson::from(&version.terms);
    if contract.seller_id.is_none() {
        // The open market has the vertical's rules, also those that changed since.
        terms.disputes = None;
    }
    let mut draft = Draft::of_terms(&vertical.key, &terms);
    draft.version = newest.to_string();
    let revised = Some((id, contract.name));
    html(&EditPage::new(page, revised, draft, vertical, Vec::new()))
}

/// `POST /buyer/contracts`
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let mut draft = Draft::of_pairs(&pairs);
    let key = draft.vertical.clone();
    let vertical = ctx
        .db
        .read(move |conn| verticals::named(conn, &key))
        .await?;
    if let Action::Edit(edit) = Action::of(&pairs) {
        let fields = FilterFields::of(&vertical, page.l);
        draft.criteria.change(edit, &pairs, &fields);
        return html(&EditPage::new(page, None, draft, vertical, Vec::new()));
    }
    let read = draft.terms(&FilterFields::of(&vertical, page.l));
    let parsed = NewContract::parse(&draft.name, Some(&draft.seller), &read.terms, &vertical);
    let new = match (parsed, read.errors) {
        (Ok(new), errors) if errors.is_empty() => new,
        (Ok(_), errors) => return refuse(page, None, draft, vertical, (errors, &read.paths)),
        (Err(more), mut errors) => {
            errors.extend(more);
            return refuse(page, None, draft, vertical, (errors, &read.paths));
        }
    };
    let (now, of_vertical, is_private) = (ctx.now(), vertical.clone(), new.seller.is_some());
    let made = ctx
        .write(move |conn| contracts::create(conn, &caller, &of_vertical, new.clone(), now))
        .await;
    match made {
        Ok(made) => {
            let message = if is_private {
                fl!(page.l, "contracts-offered-to-seller")
            } else {
                fl!(page.l, "contracts-made")
            };
            Ok(redirect_with(&address(made.contract.id), &message))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            refuse(page, None, draft, vertical, (refusal.fields, &[]))
        }
        Err(error) => Err(error),
    }
}

/// `POST /buyer/contracts/{id}`: a version more.
pub async fn revise(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, buyer) = (parse_id(&id)?, caller.account_id);
    let (contract, vertical) = ctx
        .db
        .read(move |conn| {
            let (contract, _) = contracts::get(conn, buyer, id)?;
            let vertical = verticals::by_id(conn, contract.vertical_id)?;
            Ok((contract, vertical))
        })
        .await?;
    let revised = Some((id, contract.name));
    let mut draft = Draft::of_pairs(&pairs);
    let fields = FilterFields::of(&vertical, page.l);
    if let Action::Edit(edit) = Action::of(&pairs) {
        draft.criteria.change(edit, &pairs, &fields);
        return html(&EditPage::new(page, revised, draft, vertical, Vec::new()));
    }
    let read = draft.terms(&fields);
    let terms = match (Terms::parse(&read.terms, &vertical), read.errors) {
        (Ok(terms), errors) if errors.is_empty() => terms,
        (Ok(_), errors) => return refuse(page, revised, draft, vertical, (errors, &read.paths)),
        (Err(more), mut errors) => {
            errors.extend(more);
            return refuse(page, revised, draft, vertical, (errors, &read.paths));
        }
    };
    let (now, seen) = (ctx.now(), draft.version.parse().unwrap_or(0));
    let saved = ctx
        .write(move |conn| contracts::revise(conn, &caller, id, seen, terms.clone(), now))
        .await;
    match saved {
        Ok(saved) => {
            let message = if saved.contract.seller_id.is_some() {
                fl!(page.l, "contracts-offered-to-seller")
            } else {
                fl!(page.l, "contracts-revised")
            };
            Ok(redirect_with(&address(id), &message))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            refuse(page, revised, draft, vertical, (refusal.fields, &[]))
        }
        Err(error) => Err(error),
    }
}

fn refuse(
    page: Page,
    revised: Option<(ContractId, String)>,
    draft: Draft,
    vertical: Vertical,
    (errors, paths): (Vec<FieldError>, &[(String, usize)]),
) -> Result<HttpResponse> {
    let mut told: Vec<FieldError> = Vec::new();
    for error in errors {
        // One field shows one error: the first is about what was typed.
        let error = at_form_field(error, paths);
        if told.iter().all(|other| other.field != error.field) {
            told.push(error);
        }
    }
    html_status(422, &EditPage::new(page, revised, draft, vertical, told))
}

fn option(value: &str, label: String) -> (String, String) {
    (value.to_owned(), label)
}

impl EditPage {
    fn new(
        page: Page,
        revised: Option<(ContractId, String)>,
        draft: Draft,
        vertical: Vertical,
        errors: Vec<FieldError>,
    ) -> Self {
        let l: &Lang = page.l;
        let action = revised
            .as_ref()
            .map_or_else(|| "/buyer/contracts".to_owned(), |(id, _)| address(*id));
        let fields = FilterFields::of(&vertical, l);
        let criteria = editor::View::new(l, &draft.criteria, &fields, &errors, action, false);
        let rows = draft.criteria.field_names();
        let shown: Vec<&str> = SHOWN
            .into_iter()
            .chain(rows.iter().map(String::as_str))
            .collect();
        let seniority = vertical.field(SENIORITY);
        Self {
            criteria,
            models: Model::ALL
                .iter()
                .map(|&model| option(model.as_str(), model.label(l)))
                .collect(),
            // The currency of a contract stays what it was.
            currencies: if revised.is_some() {
                vec![option(&draft.currency, draft.currency.clone())]
            } else {
                format::currencies(&draft.currency)
            },
            periods: vec![
                option("week", fl!(l, "contracts-period-week")),
                option("month", fl!(l, "contracts-period-month")),
            ],
            stages: vec![
                option("mql", fl!(l, "contracts-stage-mql")),
                option("sql", fl!(l, "contracts-stage-sql")),
            ],
            seniorities: seniority.map_or_else(Vec::new, |field| {
                let choices = field.allowed.iter();
                choices
                    .map(|choice| option(choice, format::words(choice)))
                    .collect()
            }),
            reporters: Reporter::ALL
                .iter()
                .map(|&reporter| option(reporter.as_str(), reporter_label(l, reporter)))
                .collect(),
            others: format::other_errors(l, &errors, &shown),
            page,
            revised,
            draft,
            vertical,
            errors,
        }
    }
}
