//! Importing a file: upload, map its columns with a preview, watch it run, read its result.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::input::{Group, Typed, defaults_form, flat};
use super::list::Nothing;
use crate::access::{Actor, Caller};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::ImportId;
use crate::leads::import::{
    self, Charset, FileSource, Import, ImportState, Layout, PreviewLine, file_place, is_default,
    label, targets,
};
use crate::leads::refused::{self, Refused};
use crate::text::Lang;
use crate::verification::VerifierData;
use crate::verticals::{self, Vertical};
use crate::web::export::{FileKind, Table};
use crate::web::{Ctx, Form, Page, Upload, html, html_status, redirect, redirect_with};

/// Imports that the list shows.
const MAX_SHOWN: i64 = 100;
/// Lines of a preview.
const PREVIEW: usize = 5;
/// Refused lines that the result page shows, and that one download holds.
const REFUSED_SHOWN: i64 = 100;
const REFUSED_EXPORTED: i64 = 20_000;

#[derive(Template)]
#[template(path = "leads/imports.html")]
struct ImportsPage {
    page: Page,
    imports: Vec<Import>,
    verticals: Vec<(String, String)>,
    charsets: Vec<(String, String)>,
    vertical: String,
    charset: String,
    errors: Vec<FieldError>,
}

async fn imports_page(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    typed: (String, String),
    errors: Vec<FieldError>,
) -> Result<ImportsPage> {
    let seller = caller.account_id;
    let (imports, verticals) = ctx
        .db
        .read(move |conn| {
            Ok((
                import::list(conn, seller, MAX_SHOWN)?,
                verticals::all(conn)?,
            ))
        })
        .await?;
    Ok(ImportsPage {
        page,
        imports,
        verticals: verticals.into_iter().map(|v| (v.key, v.name)).collect(),
        charsets: Charset::CHOSEN
            .iter()
            .map(|charset| (charset.to_string(), charset.to_string()))
            .collect(),
        vertical: typed.0,
        charset: typed.1,
        errors,
    })
}

/// `GET /seller/imports`
pub async fn list(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    html(&imports_page(&ctx, &caller, page, Default::default(), Vec::new()).await?)
}

/// `POST /seller/imports`
pub async fn upload(ctx: Ctx, caller: Caller, page: Page, upload: Upload) -> Result<HttpResponse> {
    let typed = (
        upload.text("vertical").to_owned(),
        upload.text("charset").to_owned(),
    );
    match take_upload(&ctx, &caller, upload).await {
        Ok(id) => Ok(redirect(&format!("/seller/imports/{id}"))),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let page = imports_page(&ctx, &caller, page, typed, refusal.fields).await?;
            html_status(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn take_upload(ctx: &Ctx, caller: &Caller, upload: Upload) -> Result<ImportId> {
    let key = upload.text("vertical").to_owned();
    let vertical = ctx
        .db
        .read(move |conn| verticals::by_key(conn, &key))
        .await
        .map_err(|_| {
            Error::invalid_field("vertical", Reason::VerticalUnknown, "one of the list")
        })?;
    let chosen = upload.text("charset").parse::<Charset>().ok();
    let Some(file) = upload.file else {
        return Err(Error::invalid_field("file", Reason::Required, "a CSV file"));
    };
    let (bytes, layout, name) = blocking(move || {
        let mut bytes = Vec::with_capacity(file.size);
        file.file
            .reopen()
            .and_then(|mut reader| reader.read_to_end(&mut bytes))
            .map_err(anyhow::Error::from)?;
        let bytes = Arc::new(bytes);
        let layout = import::inspect(&FileSource::Bytes(Arc::clone(&bytes)), chosen)?;
        Ok((bytes, layout, file.name))
    })
    .await?;
    keep(ctx, caller, &vertical, &name, &layout, bytes).await
}

async fn keep(
    ctx: &Ctx,
    caller: &Caller,
    vertical: &Vertical,
    name: &str,
    layout: &Layout,
    bytes: Arc<Vec<u8>>,
) -> Result<ImportId> {
    let import = Import {
        created_by: Some(caller.user_id),
        ..Import::new(
            &ctx.vault,
            caller.account_id,
            vertical,
            name,
            layout,
            ctx.now(),
        )
    };
    let (id, actor, vault) = (import.id, caller.actor(), Arc::clone(&ctx.vault));
    let sealed = blocking(move || Ok(vault.seal(&file_place(id), &bytes)?)).await?;
    ctx.write(move |conn| import::upload(conn, &import, &sealed, actor))
        .await?;
    Ok(id)
}

/// A column of the file on the mapping page.
struct Column {
    name: String,
    header: String,
    target: String,
    samples: Vec<String>,
}

#[derive(Template)]
#[template(path = "leads/import_map.html")]
struct MapPage {
    page: Page,
    import: Import,
    vertical: Vertical,
    columns: Vec<Column>,
    targets: Vec<(String, String)>,
    groups: Vec<Group>,
    lines: Vec<ShownLine>,
    errors: Vec<FieldError>,
}

/// A line of the preview with its reasons.
struct ShownLine {
    number: i64,
    reasons: Vec<String>,
}

#[derive(Template)]
#[template(path = "leads/import.html")]
struct ResultPage {
    page: Page,
    import: Import,
    vertical: Vertical,
    refused: Vec<Refused>,
    is_going_on: bool,
}

/// `GET /seller/imports/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    verifier: VerifierData,
    id: Path<ImportId>,
) -> Result<HttpResponse> {
    let (import, vertical) = find(&ctx, &caller, *id).await?;
    if import.state == ImportState::Uploaded {
        return html(&map_page(&ctx, page, &verifier, import, vertical, Vec::new()).await?);
    }
    let (seller, id) = (caller.account_id, import.id);
    let refused = ctx
        .db
        .read(move |conn| refused::of_import(conn, seller, id, 0, REFUSED_SHOWN))
        .await?;
    html(&ResultPage {
        is_going_on: matches!(import.state, ImportState::Queued | ImportState::Running),
        page,
        import,
        vertical,
        refused,
    })
}

async fn find(ctx: &Ctx, caller: &Caller, id: ImportId) -> Result<(Import, Vertical)> {
    let seller = caller.account_id;
    ctx.db
        .read(move |conn| {
            let import = import::find(conn, seller, id)?;
            let vertical = verticals::by_id(conn, import.vertical_id)?;
            Ok((import, vertical))
        })
        .await
}

async fn map_page(
    ctx: &Ctx,
    page: Page,
    verifier: &VerifierData,
    import: Import,
    vertical: Vertical,
    errors: Vec<FieldError>,
) -> Result<MapPage> {
    let (vault, now) = (Arc::clone(&ctx.vault), ctx.now());
    let actor = page
        .caller
        .as_ref()
        .map_or(Actor::Visitor(None), Caller::actor);
    let (looked, shared) = (import.clone(), Arc::new(vertical.clone()));
    let verifier = verifier.clone();
    let (header, lines) = ctx
        .write(move |conn| {
            let file = import::view_file(conn, &vault, &looked, actor, now)?;
            import::preview(&file, &looked, (&shared, &verifier), PREVIEW, now)
        })
        .await?;
    let l = page.l;
    Ok(MapPage {
        columns: columns(&header, &import, &lines),
        targets: targets(&vertical)
            .into_iter()
            .map(|target| (target.clone(), label(l, &target, &vertical)))
            .collect(),
        groups: defaults_form(l, &vertical, &import.defaults),
        lines: lines
            .iter()
            .map(|line| shown_line(l, line, &vertical))
            .collect(),
        page,
        import,
        vertical,
        errors,
    })
}

fn columns(header: &[String], import: &Import, lines: &[PreviewLine]) -> Vec<Column> {
    header
        .iter()
        .enumerate()
        .map(|(index, header)| Column {
            name: format!("column.{index}"),
            header: header.clone(),
            target: import
                .mapping
                .columns
                .get(index)
                .cloned()
                .flatten()
                .unwrap_or_default(),
            samples: lines
                .iter()
                .filter_map(|line| line.cells.get(index).cloned())
                .collect(),
        })
        .collect()
}

fn shown_line(l: &Lang, line: &PreviewLine, vertical: &Vertical) -> ShownLine {
    ShownLine {
        number: line.number,
        reasons: line
            .errors
            .iter()
            .map(|error| {
                let field = label(l, &error.field, vertical);
                format!("{field} {}", error.reason.message(l))
            })
            .collect(),
    }
}

/// `POST /seller/imports/{id}`: looks the mapping over (`check`), or starts the import (`start`).
pub async fn map(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    verifier: VerifierData,
    id: Path<ImportId>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    let (mut import, vertical) = find(&ctx, &caller, *id).await?;
    if import.state != ImportState::Uploaded {
        return Err(Error::refused(Code::StateConflict));
    }
    for (index, target) in import.mapping.columns.iter_mut().enumerate() {
        *target = typed
            .get(&format!("column.{index}"))
            .filter(|target| !target.is_empty())
            .cloned();
    }
    import.defaults = typed
        .iter()
        .filter(|(name, text)| is_default(name, &vertical) && !text.trim().is_empty())
        .map(|(name, text)| (name.clone(), text.trim().to_owned()))
        .collect();
    if typed.get("action").is_some_and(|action| action == "check") {
        let errors = import::check(&import.mapping.columns, &import.defaults, &vertical);
        let status = if errors.is_empty() { 200 } else { 422 };
        return html_status(
            status,
            &map_page(&ctx, page, &verifier, import, vertical, errors).await?,
        );
    }
    let (started, of, actor, now) = (import.clone(), vertical.clone(), caller.actor(), ctx.now());
    let outcome = ctx
        .write(move |conn| import::start(conn, &started, &of, actor, now))
        .await;
    match outcome {
        Ok(()) => Ok(redirect(&format!("/seller/imports/{}", import.id))),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => html_status(
            422,
            &map_page(&ctx, page, &verifier, import, vertical, refusal.fields).await?,
        ),
        Err(error) => Err(error),
    }
}

/// `POST /seller/imports/{id}/discard`
pub async fn discard(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<ImportId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let (import, _) = find(&ctx, &caller, *id).await?;
    let now = ctx.now();
    ctx.write(move |conn| import::discard(conn, &import, caller.actor(), now))
        .await?;
    Ok(redirect_with(
        "/seller/imports",
        &fl!(page.l, "leads-import-discarded"),
    ))
}

/// `GET /seller/imports/{id}/refused.csv`: the refused lines with their reasons, to be mended and sent again.
pub async fn refused_lines(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<ImportId>,
) -> Result<HttpResponse> {
    let (vault, seller) = (Arc::clone(&ctx.vault), caller.account_id);
    let (actor, now) = (caller.actor(), ctx.now());
    let lines = ctx
        .write(move |conn| {
            let import = import::find(conn, seller, *id)?;
            refused::of_import(conn, seller, import.id, 0, REFUSED_EXPORTED)?
                .into_iter()
                .map(|line| {
                    let document = refused::document(conn, &vault, seller, line.id, actor, now)?;
                    Ok((line, flat(&document)))
                })
                .collect::<Result<Vec<(Refused, Typed)>>>()
        })
        .await?;
    refused_table(page.l, &lines).download("refused-lines", FileKind::Csv)
}

fn refused_table(l: &Lang, lines: &[(Refused, Typed)]) -> Table {
    let fields: BTreeSet<&String> = lines.iter().flat_map(|(_, typed)| typed.keys()).collect();
    let mut columns = vec![
        fl!(l, "leads-column-line"),
        fl!(l, "leads-column-field"),
        fl!(l, "leads-column-code"),
        fl!(l, "leads-column-hint"),
    ];
    columns.extend(fields.iter().map(|field| (*field).clone()));
    let joined = |parts: Vec<&str>| parts.join("; ");
    let rows = lines
        .iter()
        .map(|(line, typed)| {
            let mut row = vec![
                line.line.map_or_else(String::new, |line| line.to_string()),
                joined(
                    line.errors
                        .iter()
                        .map(|error| error.field.as_str())
                        .collect(),
                ),
                joined(
                    line.errors
                        .iter()
                        .map(|error| error.code.as_str())
                        .collect(),
                ),
                joined(
                    line.errors
                        .iter()
                        .map(|error| error.accepted.as_str())
                        .collect(),
                ),
            ];
            row.extend(
                fields
                    .iter()
                    .map(|field| typed.get(*field).cloned().unwrap_or_default()),
            );
            row
        })
        .collect();
    Table { columns, rows }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(anyhow::anyhow!(error)))?
}
