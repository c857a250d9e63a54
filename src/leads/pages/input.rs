//! Inputs of the forms that describe a lead, made from the fields of its vertical.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use serde_json::{Map, Value};

use crate::leads::{CONSENT_CHANNELS, Channel};
use crate::scoring::{Authority, Budget, Need, Timing};
use crate::text::Lang;
use crate::verticals::{FieldKind, Model, Vertical};
use crate::web::format;

/// What was typed, by the path of the field in the lead's document.
pub type Typed = BTreeMap<String, String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    Text,
    Area,
    Select,
}

/// One input of a form.
pub struct Input {
    pub name: String,
    pub label: String,
    pub kind: InputKind,
    pub value: String,
    pub help: String,
    pub required: bool,
    pub options: Vec<(String, String)>,
    /// The type of a text input.
    pub html_type: &'static str,
}

/// Inputs under one heading.
pub struct Group {
    pub title: String,
    pub inputs: Vec<Input>,
}

struct Form<'a> {
    typed: &'a Typed,
}

impl Form<'_> {
    fn text(&self, name: &str, label: String, required: bool) -> Input {
        Input {
            name: name.to_owned(),
            label,
            kind: InputKind::Text,
            value: self.typed.get(name).cloned().unwrap_or_default(),
            help: String::new(),
            required,
            options: Vec::new(),
            html_type: "text",
        }
    }

    fn area(&self, name: &str, label: String, required: bool) -> Input {
        Input {
            kind: InputKind::Area,
            ..self.text(name, label, required)
        }
    }

    fn select(
        &self,
        name: &str,
        label: String,
        required: bool,
        options: Vec<(String, String)>,
    ) -> Input {
        Input {
            kind: InputKind::Select,
            options,
            ..self.text(name, label, required)
        }
    }

    fn attributes(
        &self,
        l: &Lang,
        vertical: &Vertical,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Vec<Input> {
        vertical
            .fields
            .iter()
            .filter(|field| is_wanted(&field.key))
            .map(|field| {
                let name = format!("attributes.{}", field.key);
                let label = field.label.clone();
                match field.kind {
                    FieldKind::Text if field.key == "country" => {
                        self.select(&name, label, field.required, countries())
                    }
                    FieldKind::Text => self.text(&name, label, field.required),
                    FieldKind::Integer => Input {
                        html_type: "number",
                        help: field.accepted(),
                        ..self.text(&name, label, field.required)
                    },
                    FieldKind::Boolean => {
                        let options = vec![
                            ("true".to_owned(), fl!(l, "leads-yes")),
                            ("false".to_owned(), fl!(l, "leads-no")),
                        ];
                        self.select(&name, label, field.required, options)
                    }
                    FieldKind::Choice => {
                        let options = field
                            .allowed
                            .iter()
                            .map(|value| (value.clone(), format::words(value)))
                            .collect();
                        self.select(&name, label, field.required, options)
                    }
                }
            })
            .collect()
    }

    fn consent(&self, l: &Lang, required: bool) -> Vec<Input> {
        vec![
            self.area("consent.text", fl!(l, "leads-field-consent-text"), true),
            self.text(
                "consent.version",
                fl!(l, "leads-field-consent-version"),
                false,
            ),
            Input {
                help: fl!(l, "leads-help-consent-given-at"),
                ..self.text(
                    "consent.given_at",
                    fl!(l, "leads-field-consent-given-at"),
                    required,
                )
            },
            Input {
                html_type: "url",
                ..self.text("consent.page_url", fl!(l, "leads-field-consent-page"), true)
            },
            Input {
                help: CONSENT_CHANNELS.join(", "),
                ..self.text(
                    "consent.channels",
                    fl!(l, "leads-field-consent-channels"),
                    false,
                )
            },
        ]
    }

    fn sale(&self, l: &Lang, vertical: &Vertical) -> Vec<Input> {
        let most = |days: i32| fl!(l, "leads-help-at-most", most = days);
        vec![
            Input {
                help: fl!(l, "leads-help-ask"),
                ..self.text("ask.amount", fl!(l, "leads-field-ask"), true)
            },
            self.select(
                "ask.currency",
                fl!(l, "leads-field-currency"),
                true,
                format::currencies(self.typed.get("ask.currency").map_or("", String::as_str)),
            ),
            Input {
                html_type: "number",
                help: most(vertical.max_copies),
                ..self.text("copies", fl!(l, "leads-field-copies"), false)
            },
            Input {
                html_type: "number",
                help: most(vertical.listing_days),
                ..self.text(
                    "expires_in_days",
                    fl!(l, "leads-field-expires-in-days"),
                    false,
                )
            },
        ]
    }

    /// The models that are accepted, and the least that is wanted where a lead is not paid on delivery.
    fn models(&self, l: &Lang) -> Vec<Input> {
        let models: Vec<&str> = Model::ALL.iter().map(|model| model.as_str()).collect();
        let any_yield = vec![
            ("true".to_owned(), fl!(l, "leads-yes")),
            ("false".to_owned(), fl!(l, "leads-no")),
        ];
        vec![
            Input {
                help: fl!(l, "leads-help-accepts", models = models.join(", ")),
                ..self.text("accepts", fl!(l, "leads-field-accepts"), false)
            },
            Input {
                help: fl!(l, "leads-help-least-appointment"),
                ..self.text(
                    "least.appointment",
                    fl!(l, "leads-field-least-appointment"),
                    false,
                )
            },
            Input {
                html_type: "number",
                help: fl!(l, "leads-help-least-share"),
                ..self.text("least.share_bps", fl!(l, "leads-field-least-share"), false)
            },
            Input {
                help: fl!(l, "leads-help-any-yield"),
                ..self.select(
                    "least.any_yield",
                    fl!(l, "leads-field-any-yield"),
                    false,
                    any_yield,
                )
            },
        ]
    }

    /// What the person did before, and the four questions of BANT.
    fn readiness(&self, l: &Lang) -> Vec<Input> {
        let yes_or_no = || {
            vec![
                ("true".to_owned(), fl!(l, "leads-yes")),
                ("false".to_owned(), fl!(l, "leads-no")),
            ]
        };
        let count = |name, label| Input {
            html_type: "number",
            ..self.text(name, label, false)
        };
        let asked = |name, label, answers: Vec<&str>| {
            let options = answers
                .into_iter()
                .map(|answer| (answer.to_owned(), format::words(answer)))
                .collect();
            self.select(name, label, false, options)
        };
        let budgets = Budget::ALL.iter().map(|answer| answer.as_str()).collect();
        let authorities = Authority::ALL
            .iter()
            .map(|answer| answer.as_str())
            .collect();
        let needs = Need::ALL.iter().map(|answer| answer.as_str()).collect();
        let timings = Timing::ALL.iter().map(|answer| answer.as_str()).collect();
        vec![
            asked("bant.budget", fl!(l, "scoring-bant-budget"), budgets),
            asked(
                "bant.authority",
                fl!(l, "scoring-bant-authority"),
                authorities,
            ),
            asked("bant.need", fl!(l, "scoring-bant-need"), needs),
            asked("bant.timing", fl!(l, "scoring-bant-timing"), timings),
            self.select(
                "signals.consultation",
                fl!(l, "leads-field-consultation"),
                false,
                yes_or_no(),
            ),
            self.select(
                "signals.newsletter",
                fl!(l, "leads-field-newsletter"),
                false,
                yes_or_no(),
            ),
            count("signals.emails_opened", fl!(l, "leads-field-emails-opened")),
            count("signals.visits_30_days", fl!(l, "leads-field-visits")),
        ]
    }

    fn origin(&self, l: &Lang) -> Vec<Input> {
        let channels = Channel::ALL
            .iter()
            .map(|channel| (channel.to_string(), channel_label(l, *channel)))
            .collect();
        vec![
            self.select(
                "origin.channel",
                fl!(l, "leads-field-channel"),
                false,
                channels,
            ),
            self.text("origin.campaign", fl!(l, "leads-field-campaign"), false),
            self.text("origin.source", fl!(l, "leads-field-source"), false),
        ]
    }
}

fn channel_label(l: &Lang, channel: Channel) -> String {
    match channel {
        Channel::Seed => fl!(l, "leads-channel-seed"),
        Channel::Net => fl!(l, "leads-channel-net"),
        Channel::Spear => fl!(l, "leads-channel-spear"),
    }
}

fn countries() -> Vec<(String, String)> {
    let mut countries: Vec<(String, String)> = rust_iso3166::ALL
        .iter()
        .map(|country| (country.alpha2.to_owned(), format::place(country.alpha2)))
        .collect();
    countries.sort_by(|one, other| one.1.cmp(&other.1));
    countries
}

/// The form for one lead.
pub fn lead_form(l: &Lang, vertical: &Vertical, typed: &Typed) -> Vec<Group> {
    let form = Form { typed };
    let person = vec![
        form.text(
            "contact.first_name",
            fl!(l, "leads-field-first-name"),
            false,
        ),
        form.text("contact.last_name", fl!(l, "leads-field-last-name"), false),
        form.text("contact.email", fl!(l, "leads-field-email"), false),
        Input {
            help: fl!(l, "leads-help-phone"),
            ..form.text("contact.phone", fl!(l, "leads-field-phone"), false)
        },
        form.text("contact.company", fl!(l, "leads-field-company"), false),
        form.text("contact.job_title", fl!(l, "leads-field-job-title"), false),
    ];
    let mut wish = vec![
        form.text("interest", fl!(l, "leads-field-interest"), true),
        form.text("timeline", fl!(l, "leads-field-timeline"), false),
    ];
    wish.extend(form.attributes(l, vertical, |_| true));
    let mut origin = form.origin(l);
    origin.push(form.text("external_id", fl!(l, "leads-field-external-id"), false));
    vec![
        group(fl!(l, "leads-group-person"), person),
        group(fl!(l, "leads-group-wish"), wish),
        group(fl!(l, "leads-group-readiness"), form.readiness(l)),
        group(fl!(l, "leads-group-consent"), form.consent(l, true)),
        group(fl!(l, "leads-group-sale"), form.sale(l, vertical)),
        group(fl!(l, "leads-group-models"), form.models(l)),
        group(fl!(l, "leads-group-origin"), origin),
    ]
}

/// The form for what all lines of a file share.
pub fn defaults_form(l: &Lang, vertical: &Vertical, typed: &Typed) -> Vec<Group> {
    let form = Form { typed };
    let mut wish = vec![form.text("interest", fl!(l, "leads-field-interest"), false)];
    let is_open = |key: &str| {
        let own = vertical.field(key).is_some_and(|field| !field.personal);
        own && !matches!(
            key,
            "region" | "city" | "postal_code" | "age" | "gender" | "marital_status" | "employed"
        )
    };
    wish.extend(
        form.attributes(l, vertical, is_open)
            .into_iter()
            .map(|input| Input {
                required: false,
                ..input
            }),
    );
    let relaxed = |inputs: Vec<Input>| {
        inputs
            .into_iter()
            .map(|input| Input {
                required: false,
                ..input
            })
            .collect()
    };
    vec![
        group(
            fl!(l, "leads-group-consent"),
            relaxed(form.consent(l, false)),
        ),
        group(fl!(l, "leads-group-sale"), relaxed(form.sale(l, vertical))),
        group(fl!(l, "leads-group-models"), form.models(l)),
        group(fl!(l, "leads-group-wish"), wish),
        group(fl!(l, "leads-group-origin"), form.origin(l)),
    ]
}

fn group(title: String, inputs: Vec<Input>) -> Group {
    Group { title, inputs }
}

/// A document as what was typed: dotted paths, lists with commas.
pub fn flat(document: &Value) -> Typed {
    let mut typed = Typed::new();
    if let Value::Object(map) = document {
        flatten("", map, &mut typed);
    }
    // A form has one field for it: its currency is that of the ask.
    typed.remove("least.appointment.currency");
    if let Some(amount) = typed.remove("least.appointment.amount") {
        typed.insert("least.appointment".to_owned(), amount);
    }
    typed
}

fn flatten(outer: &str, map: &Map<String, Value>, typed: &mut Typed) {
    for (key, value) in map {
        let path = if outer.is_empty() {
            key.clone()
        } else {
            format!("{outer}.{key}")
        };
        match value {
            Value::Null => {}
            Value::Object(inner) => flatten(&path, inner, typed),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                typed.insert(path, items.join(", "));
            }
            other => {
                typed.insert(path, plain(other));
            }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
