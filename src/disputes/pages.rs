//! Pages of disputes: one list and one case, as each side may see them and act on them.

pub mod bulk;
mod case;
pub mod open;
pub mod public;

use std::io::Read as _;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::api::{party_of, place};
use super::{
    DisputeRow, DisputeState, Evidence, Filter, MAX_FILE_BYTES, Ruling, Viewer, reason_label,
};
use crate::access::{AccountKind, Caller};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::DisputeId;
use crate::money::{BasisPoints, Money, MoneyJson};
use crate::text::Lang;
use crate::web::{Ctx, Page, PageQuery, Paged, Upload, html, redirect_with};

pub use super::api::file;
pub use case::show;

/// Where a side's pages of disputes begin.
const fn base_of(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Buyer => "/buyer/disputes",
        AccountKind::Seller => "/seller/disputes",
        AccountKind::Operator => "/operator/disputes",
    }
}

/// States that are shown together.
const TABS: [(&str, &[DisputeState]); 4] = [
    ("open", &[DisputeState::Open]),
    (
        "deciding",
        &[DisputeState::Contested, DisputeState::Appealed],
    ),
    (
        "decided",
        &[
            DisputeState::Upheld,
            DisputeState::PartlyUpheld,
            DisputeState::Denied,
        ],
    ),
    ("ended", &[DisputeState::Accepted, DisputeState::Withdrawn]),
];

struct Tab {
    key: &'static str,
    label: String,
    count: String,
    current: bool,
}

fn tab_label(l: &Lang, key: &str) -> String {
    match key {
        "open" => fl!(l, "disputes-tab-open"),
        "deciding" => fl!(l, "disputes-tab-deciding"),
        "decided" => fl!(l, "disputes-tab-decided"),
        "ended" => fl!(l, "disputes-tab-ended"),
        _ => fl!(l, "disputes-tab-all"),
    }
}

#[derive(Template)]
#[template(path = "disputes/list.html")]
struct ListPage {
    page: Page,
    base: &'static str,
    kind: AccountKind,
    tabs: Vec<Tab>,
    rows: Vec<(DisputeRow, String)>,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    state: String,
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /buyer/disputes`, `/seller/disputes`, `/operator/disputes`
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let chosen = TABS.iter().find(|(key, _)| *key == query.state);
    let party = party_of(&caller);
    let filter = Filter {
        party,
        states: chosen
            .map(|(_, states)| states.to_vec())
            .unwrap_or_default(),
        before: paging.after()?.map(|cursor| (cursor.at, cursor.id.into())),
        // What waits for a decision comes by its deadline, all on one page.
        by_deadline: query.state == "deciding",
        limit: limit + 1,
    };
    let (rows, counts) = ctx
        .db
        .read(move |conn| Ok((super::list(conn, &filter)?, super::counts(conn, party)?)))
        .await?;
    let shown = Paged::cut(rows, limit, |row| place(&row.dispute));
    let l = page.l;
    let count_of = |states: &[DisputeState]| {
        let found = counts.iter().filter(|(state, _)| states.contains(state));
        found.map(|(_, count)| count).sum::<i64>().to_string()
    };
    let mut tabs = vec![Tab {
        key: "",
        label: tab_label(l, ""),
        count: count_of(DisputeState::ALL),
        current: chosen.is_none(),
    }];
    tabs.extend(TABS.iter().map(|(key, states)| Tab {
        key,
        label: tab_label(l, key),
        count: count_of(states),
        current: query.state == *key,
    }));
    html(&ListPage {
        base: base_of(caller.account_kind),
        kind: caller.account_kind,
        tabs,
        next: shown.next_cursor.filter(|_| query.state != "deciding"),
        rows: shown
            .data
            .into_iter()
            .map(|row| {
                let reason = reason_label(l, row.dispute.reason);
                (row, reason)
            })
            .collect(),
        page,
    })
}

/// A form that was refused: what was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
struct Refused {
    form: String,
    typed: Vec<(String, String)>,
    errors: Vec<FieldError>,
    /// Why the step as a whole was refused.
    said: Option<String>,
}

impl Refused {
    fn word(&self, name: &str) -> &str {
        self.typed
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Keeps what people can mend; passes everything else on.
    fn of(l: &Lang, form: &str, upload: &Upload, error: Error) -> Result<Self> {
        let Error::Refused(refusal) = &error else {
            return Err(error);
        };
        let typed = upload
            .fields
            .iter()
            .flat_map(|(name, values)| values.iter().map(|value| (name.clone(), value.clone())))
            .collect();
        let mut refused = Self {
            form: form.to_owned(),
            typed,
            ..Self::default()
        };
        match refusal.code {
            Code::InvalidContent => {
                refused.errors = refusal
                    .fields
                    .iter()
                    .map(|error| FieldError {
                        field: format!("{form}.{}", error.field.trim_end_matches(".currency")),
                        ..error.clone()
                    })
                    .collect();
            }
            Code::AlreadyDisputed
            | Code::DisputeWindowOver
            | Code::ReturnCapReached
            | Code::OwnDecision
            | Code::StateConflict => {
                let title = refusal.code.title(l);
                refused.said = Some(if refusal.detail.is_empty() {
                    title
                } else {
                    format!("{title}: {}", refusal.detail)
                });
            }
            _ => return Err(error),
        }
        Ok(refused)
    }
}

/// The file of a form, if one was chosen.
fn read_file(upload: &Upload) -> Result<Option<super::Upload>> {
    let Some(sent) = &upload.file else {
        return Ok(None);
    };
    if sent.size > MAX_FILE_BYTES {
        let accepted = format!("up to {MAX_FILE_BYTES} bytes");
        return Err(Error::invalid_field("file", Reason::TooLarge, accepted));
    }
    let mut content = Vec::with_capacity(sent.size);
    sent.file
        .reopen()
        .and_then(|mut file| file.read_to_end(&mut content))
        .map_err(anyhow::Error::from)?;
    let read = super::Upload::parse(&sent.name, content).map_err(|error| vec![error])?;
    Ok(Some(read))
}

/// What a form says and shows: `{form}.text`, `{form}.calls` and its file.
fn read_evidence(form: &str, upload: &Upload) -> Result<Evidence> {
    let calls = super::bulk::read_calls(upload.text(&format!("{form}.calls")))
        .map_err(|error| vec![error])?;
    Ok(Evidence {
        text: upload.text(&format!("{form}.text")).to_owned(),
        calls,
        files: read_file(upload)?.into_iter().collect(),
    })
}

fn read_ruling(upload: &Upload, viewer: &Viewer) -> Result<Ruling> {
    let word = |name: &str| {
        upload
            .text(&format!("decide.{name}"))
            .trim()
            .replace(',', ".")
    };
    match word("refund").as_str() {
        "full" => Ok(Ruling::Full),
        "none" => Ok(Ruling::None),
        "part" if word("unit") == "percent" => {
            let refused = || {
                let accepted = "a percentage with up to two decimals";
                Error::invalid_field("amount", Reason::AmountInvalid, accepted)
            };
            let percent: rust_decimal::Decimal = word("amount").parse().map_err(|_| refused())?;
            let bps = percent * rust_decimal::Decimal::ONE_HUNDRED;
            let bps = i32::try_from(bps).ok().filter(|_| bps.is_integer());
            Ok(Ruling::Share(BasisPoints(bps.ok_or_else(refused)?)))
        }
        "part" => {
            let amount = MoneyJson {
                amount: word("amount"),
                currency: viewer.dispute.currency.to_string(),
            };
            let amount: Money = amount.parse().map_err(|_| {
                let accepted = "a decimal such as 50.00";
                Error::invalid_field("amount", Reason::AmountInvalid, accepted)
            })?;
            Ok(Ruling::Part(amount))
        }
        _ => Err(Error::invalid_field(
            "refund",
            Reason::Required,
            "one of: full, part, none",
        )),
    }
}

/// `POST /{side}/disputes/{id}/{what}`: accept, contest, withdraw, appeal, evidence, decide.
pub async fn act(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(String, String)>,
    upload: Upload,
) -> Result<HttpResponse> {
    // Read here, so that a form without its token is refused as such whatever its address says.
    let (id, what) = path.into_inner();
    let id: DisputeId = id.parse().map_err(|_| Error::refused(Code::NotFound))?;
    match step(&ctx, &caller, id, &what, &upload).await {
        Ok(()) => Ok(redirect_with(
            &format!("{}/{id}", base_of(caller.account_kind)),
            &fl!(page.l, "disputes-noted"),
        )),
        Err(error) => {
            let wrong = Refused::of(page.l, &what, &upload, error)?;
            case::render(ctx, caller, page, id, wrong).await
        }
    }
}

async fn step(
    ctx: &Ctx,
    caller: &Caller,
    id: DisputeId,
    what: &str,
    upload: &Upload,
) -> Result<()> {
    let (now, vault, by) = (ctx.now(), ctx.vault.clone(), caller.clone());
    let looking = caller.clone();
    let viewer = ctx
        .db
        .read(move |conn| super::view(conn, &looking, id))
        .await?;
    match what {
        "accept" => {
            ctx.write(move |conn| {
                let viewer = super::view(conn, &by, id)?;
                super::answer(conn, &vault, (&by, &viewer), None, now).map(drop)
            })
            .await
        }
        "withdraw" => {
            ctx.write(move |conn| {
                let viewer = super::view(conn, &by, id)?;
                super::withdraw(conn, &by, &viewer, now).map(drop)
            })
            .await
        }
        "contest" | "appeal" | "evidence" => {
            let (what, evidence) = (what.to_owned(), read_evidence(what, upload)?);
            ctx.write(move |conn| {
                let viewer = super::view(conn, &by, id)?;
                let (side, said) = ((&by, &viewer), evidence.clone());
                match what.as_str() {
                    "contest" => super::answer(conn, &vault, side, Some(said), now).map(drop),
                    "appeal" => super::appeal(conn, &vault, side, said, now).map(drop),
                    _ => super::add_evidence(conn, &vault, side, said, now),
                }
            })
            .await
        }
        "decide" => {
            let ruling = read_ruling(upload, &viewer)?;
            let because = upload.text("decide.because").to_owned();
            ctx.write(move |conn| {
                super::decide(conn, &vault, &by, id, (ruling, &because), now).map(drop)
            })
            .await
        }
        _ => Err(Error::refused(Code::NotFound)),
    }
}
