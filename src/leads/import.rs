//! Leads from files: looked over, mapped by column, then taken in line by line, never twice.

mod aliases;
mod columns;
mod encoding;
mod run;
mod table;

use std::io::Read as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use columns::{
    Defaults, FULL_NAME, Mapping, check, guess, is_default, is_target, label, nested, targets,
};
pub use encoding::Charset;
pub use run::{Importer, Progress, RefusedLine};
pub use table::{Cell, FileSource, Layout, Line, MAX_FILE_BYTES, inspect};

use super::receive::Intake;
use super::{Draft, Spelling, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::{AccountId, ImportId, UserId};
use crate::vault::{Sealed, Vault, hex, sha256};
use crate::verification::Verifier;
use crate::verticals::Vertical;
use crate::{audit, jobs};

/// The job that takes in the lines of a queued import.
pub const IMPORT_JOB: &str = "import_leads";

/// The payload of `IMPORT_JOB`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ImportJob {
    pub import: ImportId,
}

text_enum! {
    /// Where an import stands.
    pub enum ImportState {
        /// Waits for its seller to say what the columns mean.
        Uploaded = "uploaded",
        Queued = "queued",
        Running = "running",
        Finished = "finished",
        Failed = "failed",
    }
}

/// An import of a file.
#[derive(Debug, Clone)]
pub struct Import {
    pub id: ImportId,
    pub seller_id: AccountId,
    pub vertical_id: crate::id::VerticalId,
    pub file_name: String,
    pub header_hash: Vec<u8>,
    pub mapping: Mapping,
    pub defaults: Defaults,
    pub state: ImportState,
    pub line_count: i64,
    pub lines_done: i64,
    pub accepted: i64,
    pub refused: i64,
    pub failure: Option<String>,
    pub created_by: Option<UserId>,
    pub created_at: Ts,
    pub finished_at: Option<Ts>,
}

impl Import {
    /// A new import of a file that was looked over.
    pub fn new(
        vault: &Vault,
        seller: AccountId,
        vertical: &Vertical,
        file_name: &str,
        layout: &Layout,
        now: Ts,
    ) -> Self {
        Self {
            id: ImportId::new(now),
            seller_id: seller,
            vertical_id: vertical.id,
            file_name: file_name.chars().take(200).collect(),
            header_hash: vault.blind("import header", &layout.header.join("\u{1f}")),
            mapping: Mapping {
                charset: layout.charset,
                separator: char::from(layout.separator),
                columns: guess(&layout.header, vertical),
                fingerprint: None,
            },
            defaults: Defaults::new(),
            state: ImportState::Uploaded,
            line_count: layout.lines,
            lines_done: 0,
            accepted: 0,
            refused: 0,
            failure: None,
            created_by: None,
            created_at: now,
            finished_at: None,
        }
    }

    /// Who the lines are taken in for.
    pub fn actor(&self) -> Actor {
        self.created_by
            .map_or(Actor::System, |user| Actor::User(user, None))
    }

    /// The whole per cent that are done.
    pub fn percent(&self) -> i64 {
        self.lines_done * 100 / self.line_count.max(1)
    }

    fn separator(&self) -> u8 {
        u8::try_from(self.mapping.separator).unwrap_or(b',')
    }
}

/// Keeps an uploaded file sealed, with the mapping that its seller used for the same header before.
pub fn upload(conn: &mut Conn, import: &Import, file: &Sealed, actor: Actor) -> Result<()> {
    let mut import = import.clone();
    if let Some((columns, defaults)) = store::imports::remembered(conn, &import)? {
        import.mapping.columns = columns;
        import.defaults = defaults;
    }
    store::imports::insert(conn, &import)?;
    store::imports::insert_file(conn, import.id, file)?;
    record(
        conn,
        &import,
        actor,
        "import.uploaded",
        import.created_at,
        json!({"lines": import.line_count}),
    )
}

/// The place that an import's file is sealed for.
pub fn file_place(id: ImportId) -> String {
    format!("import_files/{id}")
}

/// A seller's import, or a refusal with 404.
pub fn find(conn: &mut Conn, seller: AccountId, id: ImportId) -> Result<Import> {
    store::imports::find(conn, id)?
        .filter(|import| import.seller_id == seller)
        .ok_or_else(|| Error::refused(Code::NotFound))
}

/// A seller's imports, newest first.
pub fn list(conn: &mut Conn, seller: AccountId, limit: i64) -> Result<Vec<Import>> {
    store::imports::of_seller(conn, seller, limit)
}

/// The bytes of an uploaded file.
pub fn open_file(conn: &mut Conn, vault: &Vault, id: ImportId) -> Result<FileSource> {
    let sealed = store::imports::file(conn, id)?;
    let bytes = vault.unseal(&file_place(id), &sealed)?;
    Ok(FileSource::Bytes(Arc::new(bytes)))
}

/// The file as its seller is shown it, to name the columns; that it was seen is noted.
pub fn view_file(
    conn: &mut Conn,
    vault: &Vault,
    import: &Import,
    actor: Actor,
    now: Ts,
) -> Result<FileSource> {
    record(conn, import, actor, "import.viewed", now, Value::Null)?;
    open_file(conn, vault, import.id)
}

/// Queues an uploaded file with its mapping; what nothing fills is refused.
pub fn start(
    conn: &mut Conn,
    import: &Import,
    vertical: &Vertical,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    let errors = check(&import.mapping.columns, &import.defaults, vertical);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if !store::imports::queue(conn, import)? {
        return Err(Error::refused(Code::StateConflict));
    }
    jobs::enqueue(conn, IMPORT_JOB, &ImportJob { import: import.id }, now, now)?;
    record(
        conn,
        import,
        actor,
        "import.queued",
        now,
        json!({"lines": import.line_count}),
    )
}

/// Throws an uploaded file away before it was started.
pub fn discard(conn: &mut Conn, import: &Import, actor: Actor, now: Ts) -> Result<()> {
    if !store::imports::discard(conn, import.id, now)? {
        return Err(Error::refused(Code::StateConflict));
    }
    record(conn, import, actor, "import.discarded", now, Value::Null)
}

/// Takes up the import of the same file that was broken off, or begins a new one; for files on disk.
pub fn begin_local(conn: &mut Conn, import: &Import, now: Ts) -> Result<Import> {
    if let Some(begun) = store::imports::unfinished(conn, import)? {
        return Ok(begun);
    }
    let import = Import {
        state: ImportState::Running,
        ..import.clone()
    };
    store::imports::insert(conn, &import)?;
    record(
        conn,
        &import,
        Actor::System,
        "import.queued",
        now,
        json!({"lines": import.line_count}),
    )?;
    Ok(import)
}

/// Tells a file by its content without keeping it readable.
pub fn fingerprint(vault: &Vault, source: &FileSource) -> Result<String> {
    const PIECE: u64 = 1024 * 1024;
    let mut reader = source.open().map_err(anyhow::Error::from)?;
    let mut digest = Vec::new();
    loop {
        let mut piece = digest.clone();
        let read = reader
            .by_ref()
            .take(PIECE)
            .read_to_end(&mut piece)
            .map_err(anyhow::Error::from)?;
        if read == 0 {
            break;
        }
        digest = sha256(&piece);
    }
    Ok(hex(&vault.blind("import file", &hex(&digest))))
}

/// A line of the file as it would be taken.
#[derive(Debug, Clone)]
pub struct PreviewLine {
    pub number: i64,
    pub cells: Vec<String>,
    pub errors: Vec<FieldError>,
}

/// The first lines of a file with what is wrong with them under a mapping.
pub fn preview(
    source: &FileSource,
    import: &Import,
    (vertical, verifier): (&Arc<Vertical>, &Verifier),
    limit: usize,
    now: Ts,
) -> Result<(Vec<String>, Vec<PreviewLine>)> {
    let (mut table, header) =
        table::Table::open(source, import.mapping.charset, import.separator())?;
    let lines = table
        .take(limit)?
        .into_iter()
        .map(|line| PreviewLine {
            number: line.number,
            errors: intake(
                &line,
                &import.mapping.columns,
                &import.defaults,
                vertical,
                verifier,
                now,
            )
            .draft
            .err()
            .unwrap_or_default(),
            cells: line.cells.into_iter().map(shown).collect(),
        })
        .collect();
    Ok((header, lines))
}

fn shown(cell: Cell) -> String {
    match cell {
        Cell::Text(text) => text.chars().take(100).collect(),
        Cell::TooLong => "…".to_owned(),
    }
}

fn intake(
    line: &Line,
    columns: &[Option<String>],
    defaults: &Defaults,
    vertical: &Arc<Vertical>,
    verifier: &Verifier,
    now: Ts,
) -> Intake {
    let (document, mut errors) = columns::document(line, columns, defaults, vertical);
    let draft = match Draft::parse(vertical, &document, Spelling::Text, verifier, now) {
        Ok(draft) if errors.is_empty() => Ok(draft),
        Ok(_) => Err(errors),
        Err(more) => {
            errors.extend(more);
            Err(errors)
        }
    };
    Intake {
        vertical: vertical.key.clone(),
        document,
        draft,
    }
}

fn record(
    conn: &mut Conn,
    import: &Import,
    actor: Actor,
    action: &str,
    at: Ts,
    detail: Value,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(import.seller_id),
            action,
            subject: import.id.to_string(),
            detail,
        },
    )
}
