//! The data sets: what is in use, uploads of newer ones, and each version as a file.

use std::io::Read as _;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentType};
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::super::store::Uploaded;
use super::super::{ListName, MAX_BYTES, VerifierData, data, store};
use super::words::list_label;
use crate::access::{Caller, Role};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::web::{Ctx, Page, Upload, html_status, redirect_with};

/// Uploads that the page shows.
const SHOWN: i64 = 100;

/// A data set and what is in use of it.
struct Row {
    name: ListName,
    label: String,
    example: &'static str,
    /// 0 for what ships.
    version: i32,
}

#[derive(Template)]
#[template(path = "verification/lists.html")]
struct ListsPage {
    page: Page,
    rows: Vec<Row>,
    names: Vec<(String, String)>,
    uploads: Vec<Uploaded>,
    name: String,
    source: String,
    may_change: bool,
    errors: Vec<FieldError>,
}

impl ListsPage {
    fn label(&self, name: &ListName) -> String {
        list_label(self.page.l, *name)
    }
}

async fn load(ctx: &Ctx, caller: &Caller, page: Page) -> Result<ListsPage> {
    let (uploads, versions) = ctx
        .db
        .read(|conn| {
            let versions = ListName::ALL
                .iter()
                .map(|name| store::newest(conn, *name))
                .collect::<Result<Vec<i32>>>()?;
            Ok((store::uploads(conn, SHOWN)?, versions))
        })
        .await?;
    let l = page.l;
    Ok(ListsPage {
        rows: ListName::ALL
            .iter()
            .zip(versions)
            .map(|(name, version)| Row {
                name: *name,
                label: list_label(l, *name),
                example: name.example(),
                version,
            })
            .collect(),
        names: ListName::ALL
            .iter()
            .map(|name| (name.to_string(), list_label(l, *name)))
            .collect(),
        uploads,
        name: String::new(),
        source: String::new(),
        may_change: caller.role == Role::Admin,
        errors: Vec::new(),
        page,
    })
}

/// `GET /operator/data-sets`
pub async fn lists(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    html_status(200, &load(&ctx, &caller, page).await?)
}

/// `POST /operator/data-sets`: a newer version of a data set.
pub async fn upload(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    verifier: VerifierData,
    upload: Upload,
) -> Result<HttpResponse> {
    let source = upload.text("source").to_owned();
    let typed = upload.text("name").to_owned();
    let kept = match read(&upload) {
        Ok((name, text)) => {
            let (now, actor, source) = (ctx.now(), caller.actor(), source.clone());
            ctx.write(move |conn| data::upload(conn, name, &text, &source, actor, now))
                .await
        }
        Err(error) => Err(error),
    };
    match kept {
        Ok(kept) => {
            ctx.db.read(move |conn| verifier.refresh(conn)).await?;
            let told = fl!(
                page.l,
                "lists-uploaded",
                version = kept.version,
                lines = kept.line_count
            );
            Ok(redirect_with("/operator/data-sets", &told))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let wrong = ListsPage {
                errors: refusal.fields,
                name: typed,
                source,
                ..load(&ctx, &caller, page).await?
            };
            html_status(422, &wrong)
        }
        Err(error) => Err(error),
    }
}

fn read(upload: &Upload) -> Result<(ListName, String)> {
    let name: ListName = upload
        .text("name")
        .parse()
        .map_err(|accepted: String| Error::invalid_field("name", Reason::NotAllowed, accepted))?;
    let Some(sent) = &upload.file else {
        let accepted = "a file in UTF-8";
        return Err(Error::invalid_field("file", Reason::Required, accepted));
    };
    if sent.size > MAX_BYTES {
        let accepted = format!("up to {MAX_BYTES} bytes");
        return Err(Error::invalid_field("file", Reason::TooLarge, accepted));
    }
    let mut bytes = Vec::with_capacity(sent.size);
    sent.file
        .reopen()
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .map_err(anyhow::Error::from)?;
    Ok((name, data::read(name, &bytes)?))
}

/// `GET /operator/data-sets/{name}/{version}`: one version as a file; 0 is what ships.
pub async fn file(ctx: Ctx, path: Path<(String, i32)>) -> Result<HttpResponse> {
    let (name, version) = path.into_inner();
    let not_found = || Error::refused(Code::NotFound);
    let name: ListName = name.parse().map_err(|_| not_found())?;
    let content = match version {
        0 => Some(name.shipped().to_owned()),
        version => {
            ctx.db
                .read(move |conn| store::content(conn, name, version))
                .await?
        }
    };
    Ok(HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}-{version}.txt\""),
        ))
        .body(content.ok_or_else(not_found)?))
}
