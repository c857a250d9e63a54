//! The operator's pages of the verification: what each vertical checks, and the data sets.

mod lists;
mod words;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

pub use lists::{file, lists, upload};
pub use words::check_label;
use words::{effect_label, number_label};

use super::{CheckName, CheckSetting, CodeChannel, Confirmation, Effect, Settings, VerifierData};
use crate::access::{Caller, Role};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::text::Lang;
use crate::verticals::{self, Vertical};
use crate::web::form::{Pairs, every, first};
use crate::web::{Ctx, Form, Page, html_status, redirect_with};

/// A check with its words.
struct Row {
    setting: CheckSetting,
    label: String,
    place: usize,
}

/// A limit as it is typed.
struct Number {
    key: &'static str,
    label: String,
    value: String,
    help: String,
}

#[derive(Template)]
#[template(path = "verification/checks.html")]
struct ChecksPage {
    page: Page,
    vertical: Vertical,
    version: i32,
    rows: Vec<Row>,
    numbers: Vec<Number>,
    channels: String,
    recipients: String,
    confirmation: String,
    confirm_by: String,
    effects: Vec<(String, String)>,
    confirmations: Vec<(String, String)>,
    ways: Vec<(String, String)>,
    may_change: bool,
    errors: Vec<FieldError>,
}

impl ChecksPage {
    fn new(page: Page, caller: &Caller, vertical: Vertical, settings: Settings) -> Self {
        let l = page.l;
        let mut limits = settings.limits.clone();
        let numbers = limits.numbers().map(|(key, value, (low, high))| Number {
            key,
            label: number_label(l, key),
            value: value.to_string(),
            help: format!("{low} - {high}"),
        });
        Self {
            version: settings.version,
            rows: (1..)
                .zip(settings.checks)
                .map(|(place, setting)| Row {
                    label: check_label(l, setting.name),
                    setting,
                    place,
                })
                .collect(),
            numbers: numbers.into_iter().collect(),
            channels: settings.limits.consent_channels.join(", "),
            recipients: settings.limits.consent_recipients.join(", "),
            confirmation: settings.limits.confirmation.to_string(),
            confirm_by: settings.limits.confirm_by.to_string(),
            effects: Effect::ALL
                .iter()
                .map(|effect| (effect.to_string(), effect_label(l, *effect)))
                .collect(),
            confirmations: confirmations(l),
            ways: ways(l),
            may_change: caller.role == Role::Admin,
            errors: Vec::new(),
            vertical,
            page,
        }
    }
}

fn confirmations(l: &Lang) -> Vec<(String, String)> {
    let label = |choice: Confirmation| match choice {
        Confirmation::Off => fl!(l, "checks-confirmation-off"),
        Confirmation::Possible => fl!(l, "checks-confirmation-possible"),
        Confirmation::Demanded => fl!(l, "checks-confirmation-demanded"),
    };
    Confirmation::ALL
        .iter()
        .map(|choice| (choice.to_string(), label(*choice)))
        .collect()
}

fn ways(l: &Lang) -> Vec<(String, String)> {
    let label = |way: CodeChannel| match way {
        CodeChannel::Email => fl!(l, "checks-confirm-by-email"),
        CodeChannel::Sms => fl!(l, "checks-confirm-by-sms"),
    };
    CodeChannel::ALL
        .iter()
        .map(|way| (way.to_string(), label(*way)))
        .collect()
}

/// `GET /operator/verticals/{key}/checks`
pub async fn show(ctx: Ctx, caller: Caller, page: Page, key: Path<String>) -> Result<HttpResponse> {
    let (vertical, settings) = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            let settings = super::current(conn, vertical.id)?;
            Ok((vertical, settings))
        })
        .await?;
    html_status(200, &ChecksPage::new(page, &caller, vertical, settings))
}

/// `POST /operator/verticals/{key}/checks`
pub async fn change(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    verifier: VerifierData,
    key: Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let vertical = ctx
        .db
        .read(move |conn| verticals::by_key(conn, &key))
        .await?;
    let (typed, errors) = read(&pairs);
    let changed = if errors.is_empty() {
        let (vertical, new) = (vertical.clone(), typed.clone());
        let (now, actor) = (ctx.now(), caller.actor());
        ctx.write(move |conn| super::change(conn, &vertical, new.version, &new, actor, now))
            .await
    } else {
        Err(Error::invalid(errors))
    };
    match changed {
        Ok(_) => {
            ctx.db.read(move |conn| verifier.refresh(conn)).await?;
            let address = format!("/operator/verticals/{}/checks", vertical.key);
            Ok(redirect_with(&address, &fl!(page.l, "checks-changed")))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let wrong = ChecksPage {
                errors: refusal.fields,
                ..ChecksPage::new(page, &caller, vertical, typed)
            };
            html_status(422, &wrong)
        }
        Err(error) => Err(error),
    }
}

/// The settings that were typed, in the order of the places that were typed.
fn read(pairs: &Pairs) -> (Settings, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut number = |field: String, text: &str| {
        text.parse::<i32>().unwrap_or_else(|_| {
            errors.push(FieldError::new(field, Reason::WrongType, "a whole number"));
            0
        })
    };
    let mut placed: Vec<(i32, CheckSetting)> = Vec::new();
    let shipped = Settings::default();
    for name in CheckName::ALL {
        let of = |key: &str| first(pairs, &format!("{name}.{key}")).to_owned();
        let known = shipped.of(*name);
        let place = number(format!("{name}.place"), &of("place"));
        placed.push((
            place,
            CheckSetting {
                name: *name,
                on: of("on") == "true",
                on_fail: of("on_fail").parse().unwrap_or(known.on_fail),
                on_warn: of("on_warn").parse().unwrap_or(known.on_warn),
                points: number(format!("{name}.points"), &of("points")),
            },
        ));
    }
    placed.sort_by_key(|(place, _)| *place);
    let mut settings = Settings {
        version: number("version".to_owned(), first(pairs, "version")),
        checks: placed.into_iter().map(|(_, setting)| setting).collect(),
        ..shipped
    };
    for (key, value, _) in settings.limits.numbers() {
        *value = number(format!("limits.{key}"), first(pairs, key));
    }
    let list = |key: &str| -> Vec<String> {
        every(pairs, key)
            .iter()
            .flat_map(|text| text.split(','))
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    };
    settings.limits.consent_channels = list("consent_channels");
    settings.limits.consent_recipients = list("consent_recipients");
    settings.limits.confirmation = first(pairs, "confirmation")
        .parse()
        .unwrap_or(Confirmation::Possible);
    settings.limits.confirm_by = first(pairs, "confirm_by")
        .parse()
        .unwrap_or(CodeChannel::Email);
    (settings, errors)
}
