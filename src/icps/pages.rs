//! The buyer's pages of customer profiles.

mod form;

use actix_web::{HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use self::form::{Draft, part_label};
use super::api::parse_id;
use super::{Fits, Icp, NewIcp};
use crate::access::Role;
use crate::conditions::FilterFields;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::IcpId;
use crate::verticals::{self, Vertical};
use crate::web::form::Pairs;
use crate::web::{
    Caller, Ctx, Cursor, Form, Page, PageQuery, Paged, format, html, html_status, redirect_with,
};

fn address(id: IcpId) -> String {
    format!("/buyer/icps/{id}")
}

fn may_act(page: &Page) -> bool {
    page.caller
        .as_ref()
        .is_some_and(|caller| caller.approved && matches!(caller.role, Role::Owner | Role::Member))
}

#[derive(Template)]
#[template(path = "icps/list.html")]
struct ListPage {
    page: Page,
    /// Profiles with the names of their verticals.
    rows: Vec<(Icp, String)>,
    next: Option<String>,
    shown: String,
    may_act: bool,
}

#[derive(Debug, Deserialize)]
pub struct ListQuery {
    cursor: Option<String>,
}

/// `GET /buyer/icps`
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    let paging = PageQuery {
        limit: None,
        cursor: query.into_inner().cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (rows, verticals) = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| (cursor.at, IcpId(cursor.id)));
            let rows = super::page(conn, caller.account_id, before, limit + 1)?;
            Ok((rows, verticals::all(conn)?))
        })
        .await?;
    let cut = Paged::cut(rows, limit, |icp| Cursor {
        at: icp.created_at,
        id: icp.id.0,
    });
    let name = |icp: &Icp| {
        let vertical = verticals.iter().find(|other| other.id == icp.vertical_id);
        vertical.map_or_else(String::new, |vertical| vertical.name.clone())
    };
    html(&ListPage {
        shown: fl!(page.l, "icps-shown", count = cut.data.len()),
        rows: cut
            .data
            .into_iter()
            .map(|icp| {
                let vertical = name(&icp);
                (icp, vertical)
            })
            .collect(),
        next: cut.next_cursor,
        may_act: may_act(&page),
        page,
    })
}

#[derive(Template)]
#[template(path = "icps/show.html")]
struct ShowPage {
    page: Page,
    icp: Icp,
    vertical: Vertical,
    /// The filter in words.
    filter: Vec<String>,
    /// Parts that the vertical's fields do not know, by their labels.
    notes: Vec<(String, String)>,
    fits: Fits,
    /// The query that starts a request or a contract from the profile.
    start: String,
    may_act: bool,
}

/// `GET /buyer/icps/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let (id, now) = (parse_id(&id)?, ctx.now());
    let (icp, vertical, said, fits) = ctx
        .db
        .read(move |conn| {
            let icp = super::get(conn, caller.account_id, id)?;
            let vertical = verticals::by_id(conn, icp.vertical_id)?;
            let said = icp.profile.said(&vertical);
            let fits = super::count(conn, &vertical, &said.filter, now)?;
            Ok((icp, vertical, said, fits))
        })
        .await?;
    let fields = FilterFields::of(&vertical, page.l);
    let start = format::with_param("", "vertical", &vertical.key);
    let start = format::with_param(
        start.trim_start_matches('?'),
        "filter",
        &said.filter.json().to_string(),
    );
    html(&ShowPage {
        filter: said
            .filter
            .conditions()
            .into_iter()
            .map(|condition| condition.sentence(&fields.label(&condition.field), page.l))
            .collect(),
        notes: said
            .notes
            .iter()
            .map(|(part, items)| (part_label(page.l, part), items.join(", ")))
            .collect(),
        fits,
        start,
        may_act: may_act(&page),
        icp,
        vertical,
        page,
    })
}

#[derive(Template)]
#[template(path = "icps/new.html")]
struct PickPage {
    page: Page,
    verticals: Vec<Vertical>,
}

#[derive(Template)]
#[template(path = "icps/edit.html")]
struct EditPage {
    page: Page,
    /// `None` for a new profile.
    id: Option<IcpId>,
    draft: Draft,
    vertical: Vertical,
    industries: Vec<(String, String)>,
    problems: Vec<(String, String)>,
    seniorities: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl EditPage {
    fn new(
        page: Page,
        id: Option<IcpId>,
        draft: Draft,
        vertical: Vertical,
        errors: Vec<FieldError>,
    ) -> Self {
        let choices = |key: &str| {
            let field = vertical.field(key);
            let allowed = field.map_or(&[][..], |field| field.allowed.as_slice());
            allowed
                .iter()
                .map(|choice| (choice.clone(), format::words(choice)))
                .collect()
        };
        Self {
            industries: choices("industry"),
            problems: choices("problem"),
            seniorities: choices("seniority"),
            page,
            id,
            draft,
            vertical,
            errors,
        }
    }

    fn action(&self) -> String {
        self.id.map_or_else(|| "/buyer/icps".to_owned(), address)
    }
}

#[derive(Debug, Deserialize)]
pub struct NewQuery {
    vertical: Option<String>,
}

/// `GET /buyer/icps/new`: first the vertical, then the form.
pub async fn new(ctx: Ctx, page: Page, query: web::Query<NewQuery>) -> Result<HttpResponse> {
    let verticals = ctx.db.read(verticals::all).await?;
    let wanted = query.into_inner().vertical.unwrap_or_default();
    let found = verticals.iter().find(|vertical| vertical.key == wanted);
    match found.cloned() {
        Some(vertical) => {
            let draft = Draft::blank(&vertical.key);
            html(&EditPage::new(page, None, draft, vertical, Vec::new()))
        }
        None => html(&PickPage { page, verticals }),
    }
}

/// `GET /buyer/icps/{id}/edit`
pub async fn edit(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let (icp, vertical) = read(&ctx, &caller, parse_id(&id)?).await?;
    let draft = Draft::of_icp(&icp, &vertical);
    html(&EditPage::new(
        page,
        Some(icp.id),
        draft,
        vertical,
        Vec::new(),
    ))
}

async fn read(ctx: &Ctx, caller: &Caller, id: IcpId) -> Result<(Icp, Vertical)> {
    let buyer = caller.account_id;
    ctx.db
        .read(move |conn| {
            let icp = super::get(conn, buyer, id)?;
            let vertical = verticals::by_id(conn, icp.vertical_id)?;
            Ok((icp, vertical))
        })
        .await
}

/// `POST /buyer/icps`
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let draft = Draft::of_pairs(&pairs);
    let key = draft.vertical.clone();
    let vertical = ctx
        .db
        .read(move |conn| verticals::named(conn, &key))
        .await?;
    save(ctx, caller, page, None, (draft, vertical)).await
}

/// `POST /buyer/icps/{id}`
pub async fn update(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (icp, vertical) = read(&ctx, &caller, parse_id(&id)?).await?;
    let draft = Draft::of_pairs(&pairs);
    save(ctx, caller, page, Some(icp.id), (draft, vertical)).await
}

async fn save(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Option<IcpId>,
    (draft, vertical): (Draft, Vertical),
) -> Result<HttpResponse> {
    let (profile, mut errors) = draft.profile();
    let new = match NewIcp::parse(&draft.name, &profile, &vertical) {
        Ok(new) if errors.is_empty() => new,
        Ok(_) => return refuse(page, id, draft, vertical, errors),
        Err(more) => {
            errors.extend(more);
            return refuse(page, id, draft, vertical, errors);
        }
    };
    let (now, seen) = (ctx.now(), draft.version.parse().unwrap_or(0));
    let of_vertical = vertical.clone();
    let saved = ctx
        .write(move |conn| match id {
            None => super::create(conn, &caller, &of_vertical, new.clone(), now),
            Some(id) => super::update(conn, &caller, id, seen, new.clone(), now),
        })
        .await;
    match saved {
        Ok(icp) => Ok(redirect_with(&address(icp.id), &fl!(page.l, "icps-saved"))),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            refuse(page, id, draft, vertical, refusal.fields)
        }
        Err(error) => Err(error),
    }
}

fn refuse(
    page: Page,
    id: Option<IcpId>,
    draft: Draft,
    vertical: Vertical,
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    html_status(422, &EditPage::new(page, id, draft, vertical, errors))
}
