//! The request editor: every button sends the whole form, so that it works without script.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::TZ_VARIANTS;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::form::{Action, Draft, STANDARD, at_form_field};
use super::labels::{cap_label, day_label};
use super::setting::{Setting, setting};
use super::{address, parse_id};
use crate::conditions::{FilterFields, editor};
use crate::error::{Code, Error, FieldError, Result};
use crate::id::RequestId;
use crate::requests::{
    self, CapWindow, Day, Move, Preview, PurchaseRequest, RequestState, Terms, preview as meet,
};
use crate::text::Lang;
use crate::verticals::{self, Vertical};
use crate::web::form::{Pairs, first};
use crate::web::{Caller, Ctx, Form, Page, format, html, html_status, redirect_with};

/// What meets the form as it stands.
enum Look {
    Fits(Box<Preview>),
    /// What keeps it from being counted, in words.
    Unready(Vec<String>),
}

#[derive(Template)]
#[template(path = "requests/preview.html")]
struct PreviewPart {
    l: &'static Lang,
    look: Look,
}

#[derive(Template)]
#[template(path = "requests/edit.html")]
struct EditPage {
    page: Page,
    /// None for a new request.
    id: Option<RequestId>,
    draft: Draft,
    vertical: Vertical,
    /// Ids and names of the buyer's contracts in the vertical.
    contracts: Vec<(String, String)>,
    conditions: editor::View,
    days: Vec<(&'static str, String, bool)>,
    caps: Vec<(CapWindow, String, String, String)>,
    currencies: Vec<(String, String)>,
    zones: Vec<&'static str>,
    errors: Vec<FieldError>,
    others: Vec<String>,
    look: Option<PreviewPart>,
}

/// Fields of the form that show their own errors.
const SHOWN: [&str; 22] = [
    "name",
    "contract",
    "bid",
    "shared_bids",
    "currency",
    "quantity",
    "budget",
    "caps.hour.count",
    "caps.hour.amount",
    "caps.day.count",
    "caps.day.amount",
    "caps.week.count",
    "caps.week.amount",
    "caps.month.count",
    "caps.month.amount",
    "schedule.days",
    "schedule.from",
    "schedule.to",
    "schedule.time_zone",
    "max_consent_age_days",
    "min_quality",
    "delivery.email",
];

#[derive(Template)]
#[template(path = "requests/new.html")]
struct PickPage {
    page: Page,
    verticals: Vec<Vertical>,
}

#[derive(Debug, Deserialize)]
pub struct NewQuery {
    vertical: Option<String>,
    /// The contract to start from.
    contract: Option<String>,
    /// A filter to start from, as JSON; customer profiles lead here with theirs.
    filter: Option<String>,
}

/// `GET /buyer/requests/new`: first the vertical, then the form.
pub async fn new(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: web::Query<NewQuery>,
) -> Result<HttpResponse> {
    let verticals = ctx.db.read(verticals::all).await?;
    let query = query.into_inner();
    let wanted = query.vertical.unwrap_or_default();
    let found = verticals.iter().find(|vertical| vertical.key == wanted);
    match found.cloned() {
        Some(vertical) => {
            let mut draft = Draft::blank(&vertical.key);
            draft.start(query.contract, query.filter.as_deref());
            let setting = setting(&ctx, &caller, &draft).await?;
            html(&EditPage::new(page, None, draft, setting, Vec::new(), None))
        }
        None => html(&PickPage { page, verticals }),
    }
}

/// `GET /buyer/requests/{id}/edit`
pub async fn edit(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    let buyer = caller.account_id;
    let (request, vertical) = ctx
        .db
        .read(move |conn| {
            let request = requests::get(conn, buyer, id)?;
            let vertical = verticals::by_id(conn, request.vertical_id)?;
            Ok((request, vertical))
        })
        .await?;
    if !request.state.is_editable() {
        let message = match request.state {
            RequestState::Active => fl!(page.l, "requests-not-editable"),
            _ => fl!(page.l, "requests-over"),
        };
        return Ok(redirect_with(&address(id), &message));
    }
    let draft = Draft::of_request(&request, &vertical.key);
    let setting = setting(&ctx, &caller, &draft).await?;
    html(&EditPage::new(
        page,
        Some(id),
        draft,
        setting,
        Vec::new(),
        None,
    ))
}

/// `POST /buyer/requests`
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    answer(ctx, caller, page, None, pairs).await
}

/// `POST /buyer/requests/{id}`
pub async fn update(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    answer(ctx, caller, page, Some(id), pairs).await
}

/// `POST /buyer/requests/preview`: the fragment that follows the typing.
pub async fn preview(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let draft = Draft::of_pairs(&pairs);
    let setting = setting(&ctx, &caller, &draft).await?;
    let (look, _) = look(&ctx, &caller, &page, &draft, &setting).await?;
    if req.headers().contains_key("hx-request") {
        return html(&PreviewPart { l: page.l, look });
    }
    let id = first(&pairs, "id").parse().ok();
    html(&EditPage::new(
        page,
        id,
        draft,
        setting,
        Vec::new(),
        Some(look),
    ))
}

async fn answer(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Option<RequestId>,
    pairs: Pairs,
) -> Result<HttpResponse> {
    let mut draft = Draft::of_pairs(&pairs);
    let setting = setting(&ctx, &caller, &draft).await?;
    match Action::of(&pairs) {
        Action::Save => save(ctx, caller, page, (id, draft, setting), false).await,
        Action::SaveAndActivate => save(ctx, caller, page, (id, draft, setting), true).await,
        Action::Check => {
            let (look, errors) = look(&ctx, &caller, &page, &draft, &setting).await?;
            html(&EditPage::new(page, id, draft, setting, errors, Some(look)))
        }
        Action::Edit(edit) => {
            let fields = FilterFields::of(&setting.vertical, page.l);
            draft.conditions.change(edit, &pairs, &fields);
            html(&EditPage::new(page, id, draft, setting, Vec::new(), None))
        }
    }
}

/// Reads the form into terms; what is wrong is told by the names of the form's fields.
fn read(draft: &Draft, setting: &Setting, l: &Lang) -> Result<Terms, Vec<FieldError>> {
    let fields = FilterFields::of(&setting.vertical, l);
    let read = draft.terms(&fields);
    let mut errors = read.errors;
    errors.extend(setting.refused.clone());
    let agreement = setting.agreement.as_ref();
    let terms = match Terms::parse(&read.terms, &setting.vertical, agreement) {
        Ok(terms) if errors.is_empty() => return Ok(terms),
        Ok(_) => Vec::new(),
        Err(more) => more,
    };
    errors.extend(terms);
    let mut told: Vec<FieldError> = Vec::new();
    for error in errors {
        // One field shows one error: the first is about what was typed.
        let error = at_form_field(error, &read.paths);
        if told.iter().all(|other| other.field != error.field) {
            told.push(error);
        }
    }
    Err(told)
}

async fn save(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    (id, draft, setting): (Option<RequestId>, Draft, Setting),
    activate: bool,
) -> Result<HttpResponse> {
    let terms = match read(&draft, &setting, page.l) {
        Ok(terms) => terms,
        Err(errors) => return refuse(page, id, draft, setting, errors),
    };
    let (now, version) = (ctx.now(), draft.version.parse().unwrap_or(0));
    let of_vertical = setting.vertical.clone();
    let saved: Result<PurchaseRequest> = ctx
        .write(move |conn| {
            let request = match id {
                None => requests::create(conn, &caller, &of_vertical, &terms, now)?,
                Some(id) => {
                    requests::update(conn, &caller, id, version, &of_vertical, &terms, now)?
                }
            };
            if activate {
                requests::change_state(conn, &caller, request.id, Move::Activate, now)
            } else {
                Ok(request)
            }
        })
        .await;
    match saved {
        Ok(request) => {
            let message = if activate {
                fl!(page.l, "requests-activated")
            } else {
                fl!(page.l, "requests-saved")
            };
            Ok(redirect_with(&address(request.id), &message))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let errors = refusal.fields.into_iter();
            let errors = errors.map(|error| at_form_field(error, &[])).collect();
            refuse(page, id, draft, setting, errors)
        }
        Err(error) => Err(error),
    }
}

fn refuse(
    page: Page,
    id: Option<RequestId>,
    draft: Draft,
    setting: Setting,
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    html_status(422, &EditPage::new(page, id, draft, setting, errors, None))
}

/// Counts the listed leads that fit the form as it stands, if it can be read.
async fn look(
    ctx: &Ctx,
    caller: &Caller,
    page: &Page,
    draft: &Draft,
    setting: &Setting,
) -> Result<(Look, Vec<FieldError>)> {
    // A request need not have a name to be counted.
    let mut named = draft.clone();
    if named.name.is_empty() {
        setting.vertical.name.clone_into(&mut named.name);
    }
    let terms = match read(&named, setting, page.l) {
        Ok(terms) => terms,
        Err(errors) => {
            let fields = FilterFields::of(&setting.vertical, page.l);
            let told = errors
                .iter()
                .map(|error| told(page.l, error, draft, &fields));
            return Ok((Look::Unready(told.collect()), errors));
        }
    };
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    let (vertical, buyer) = (setting.vertical.clone(), caller.account_id);
    let preview = ctx
        .db
        .read(move |conn| {
            let rule = requests::draft_rule(conn, buyer, &terms, &vertical, now)?;
            meet(conn, &vault, &rule, now)
        })
        .await?;
    Ok((Look::Fits(Box::new(preview)), Vec::new()))
}

/// An error in words, with the label of its row or field.
fn told(l: &Lang, error: &FieldError, draft: &Draft, fields: &FilterFields) -> String {
    let name = draft.conditions.row_of(error).map_or_else(
        || format::words(&error.field),
        |row| fields.label(&row.field),
    );
    format!("{name} {}", error.reason.message(l))
}

impl EditPage {
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "askama calls it as a method and hands arguments over by reference"
    )]
    fn cap_field(&self, window: &CapWindow, part: &str) -> String {
        format!("caps.{window}.{part}")
    }

    /// Whether a cap is set, or one has an error to show.
    fn has_caps(&self) -> bool {
        !self.draft.caps.is_empty() || self.has_error("caps.")
    }

    /// Whether leads are wanted at some hours only, or the hours have an error to show.
    fn has_hours(&self) -> bool {
        !self.draft.is_always() || self.has_error("schedule.")
    }

    fn has_error(&self, fields: &str) -> bool {
        self.errors
            .iter()
            .any(|error| error.field.starts_with(fields))
    }

    fn new(
        page: Page,
        id: Option<RequestId>,
        draft: Draft,
        setting: Setting,
        errors: Vec<FieldError>,
        look: Option<Look>,
    ) -> Self {
        let l = page.l;
        let Setting {
            vertical,
            mut contracts,
            ..
        } = setting;
        let standard = fl!(l, "requests-contract-standard");
        contracts.insert(0, (STANDARD.to_owned(), standard));
        let fields = FilterFields::of(&vertical, l);
        let action = id.map_or_else(|| "/buyer/requests".to_owned(), address);
        let conditions = editor::View::new(l, &draft.conditions, &fields, &errors, action, true);
        let row_fields = draft.conditions.field_names();
        let shown: Vec<&str> = SHOWN
            .into_iter()
            .chain(row_fields.iter().map(String::as_str))
            .collect();
        Self {
            conditions,
            days: Day::ALL
                .iter()
                .map(|&day| {
                    let is_on = draft.days.iter().any(|name| name == day.as_str());
                    (day.as_str(), day_label(l, day), is_on)
                })
                .collect(),
            caps: CapWindow::ALL
                .iter()
                .map(|&window| {
                    let (count, amount) = draft.caps.get(&window).cloned().unwrap_or_default();
                    (window, cap_label(l, window), count, amount)
                })
                .collect(),
            currencies: format::currencies(&draft.currency),
            zones: TZ_VARIANTS.iter().map(|zone| zone.name()).collect(),
            others: format::other_errors(l, &errors, &shown),
            look: look.map(|look| PreviewPart { l, look }),
            page,
            id,
            draft,
            vertical,
            contracts,
            errors,
        }
    }
}
