//! A delimited file as a header and numbered lines.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};
use memchr::memchr_iter;

use super::encoding::{BadBytes, Charset, Utf8Reader};
use crate::error::{Error, FieldError, Reason, Result};

pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
pub const MAX_CELL_BYTES: usize = 64 * 1024;
pub const MAX_COLUMNS: usize = 200;
pub const MAX_LINES: i64 = 1_000_000;
/// How much of a file is looked at to tell its encoding and separator.
const HEAD_BYTES: u64 = 64 * 1024;
const SEPARATORS: &[u8] = b",;\t";

/// Where the bytes of a file are; opened once for each pass over it.
#[derive(Clone)]
pub enum FileSource {
    Path(PathBuf),
    Bytes(Arc<Vec<u8>>),
}

struct SharedBytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl FileSource {
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(SharedBytes(Arc::clone(bytes)))),
        })
    }
}

/// What one pass over a file told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub charset: Charset,
    pub separator: u8,
    pub header: Vec<String>,
    /// Lines after the header.
    pub lines: i64,
}

/// A line of a file: its number in the file, where the header is 1, and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: i64,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    /// Longer than a cell may be; its text is left out.
    TooLong,
}

/// Reads a file's lines in order.
pub struct Table {
    csv: csv::Reader<Utf8Reader<Box<dyn Read + Send>>>,
    record: ByteRecord,
}

/// Looks a whole file over: its encoding, separator, header and number of lines, or why it cannot be taken.
pub fn inspect(source: &FileSource, chosen: Option<Charset>) -> Result<Layout> {
    let mut head = Vec::new();
    open(source)?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(anyhow::Error::from)?;
    let charset = Charset::detect(&head, chosen)?;
    let (start, _, _) = charset_text(&head, charset);
    let separator = separator_of(&start);
    let (mut table, header) = Table::open(source, charset, separator)?;
    if header.iter().all(|name| name.trim().is_empty()) {
        return Err(empty());
    }
    if header.len() > MAX_COLUMNS {
        let accepted = format!("<= {MAX_COLUMNS} columns");
        return Err(FieldError::new("file", Reason::TooMany, accepted).into());
    }
    let mut lines = 0;
    while table.advance()? {
        lines += 1;
        if lines > MAX_LINES {
            let accepted = format!("<= {MAX_LINES} lines");
            return Err(FieldError::new("file", Reason::TooMany, accepted).into());
        }
    }
    if lines == 0 {
        return Err(empty());
    }
    Ok(Layout {
        charset,
        separator,
        header,
        lines,
    })
}

impl Table {
    /// Opens a file at its first line, after its header.
    pub fn open(
        source: &FileSource,
        charset: Charset,
        separator: u8,
    ) -> Result<(Self, Vec<String>)> {
        let csv = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            // A carriage return before it is cut off each last cell; so lines are counted alike.
            .terminator(csv::Terminator::Any(b'\n'))
            .flexible(true)
            .from_reader(Utf8Reader::new(open(source)?, charset));
        let mut table = Self {
            csv,
            record: ByteRecord::new(),
        };
        let header = if table.advance()? {
            table.record.iter().map(header_cell).collect()
        } else {
            Vec::new()
        };
        Ok((table, header))
    }

    /// Leaves out lines that were done before.
    pub fn skip(&mut self, lines: i64) -> Result<()> {
        for _ in 0..lines {
            if !self.advance()? {
                break;
            }
        }
        Ok(())
    }

    /// Up to `limit` more lines; none at the end.
    pub fn take(&mut self, limit: usize) -> Result<Vec<Line>> {
        let mut lines = Vec::with_capacity(limit);
        while lines.len() < limit && self.advance()? {
            lines.push(Line {
                number: i64::try_from(self.line_number()).unwrap_or(i64::MAX),
                cells: self.record.iter().take(MAX_COLUMNS + 1).map(cell).collect(),
            });
        }
        Ok(lines)
    }

    /// The line on which the record starts; the position that `csv` notes is before blank lines.
    fn line_number(&self) -> u64 {
        let noted = self.record.position().map_or(0, csv::Position::line);
        let within = memchr_iter(b'\n', self.record.as_slice()).count();
        let counted = self
            .csv
            .position()
            .line()
            .saturating_sub(u64::try_from(within).unwrap_or(0))
            .saturating_sub(1);
        noted.max(counted)
    }

    /// Reads the next record that is not blank.
    fn advance(&mut self) -> Result<bool> {
        loop {
            match self.csv.read_byte_record(&mut self.record) {
                Ok(false) => return Ok(false),
                Ok(true) if self.record.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
                Ok(true) => return Ok(true),
                Err(error) => return Err(unreadable(error)),
            }
        }
    }
}

fn open(source: &FileSource) -> Result<Box<dyn Read + Send>> {
    source.open().map_err(|error| {
        Error::Internal(anyhow::Error::new(error).context("a file cannot be read"))
    })
}

fn empty() -> Error {
    FieldError::new(
        "file",
        Reason::FileEmpty,
        "a line of column names, then a line for each lead",
    )
    .into()
}

fn unreadable(error: csv::Error) -> Error {
    let text = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind()
        && let Some(bad) = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<BadBytes>())
    {
        return bad.refusal().into();
    }
    Error::Internal(anyhow::anyhow!("a table cannot be read: {text}"))
}

fn header_cell(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(1_000)];
    super::super::document::tidy(&String::from_utf8_lossy(shown), false)
}

fn cell(bytes: &[u8]) -> Cell {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if bytes.len() > MAX_CELL_BYTES {
        Cell::TooLong
    } else {
        Cell::Text(String::from_utf8_lossy(bytes).into_owned())
    }
}

fn charset_text(head: &[u8], charset: Charset) -> (String, usize, bool) {
    let mut text = Vec::new();
    let mut reader = Utf8Reader::new(head, charset);
    // A character cut at the end of the head is of no interest here.
    let is_whole = reader.read_to_end(&mut text).is_ok();
    let length = text.len();
    (
        String::from_utf8_lossy(&text).into_owned(),
        length,
        is_whole,
    )
}

/// The separator that stands most often in the first line, outside of quotes.
fn separator_of(text: &str) -> u8 {
    let mut counts = [0_u32; 3];
    let mut is_quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if !is_quoted => {
                if let Some(found) = SEPARATORS.iter().position(|&separator| separator == byte) {
                    counts[found] += 1;
                }
            }
            _ => {}
        }
    }
    let best = (0..SEPARATORS.len()).max_by_key(|&index| (counts[index], SEPARATORS.len() - index));
    SEPARATORS[best.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn bytes(text: &[u8]) -> FileSource {
        FileSource::Bytes(Arc::new(text.to_vec()))
    }

    fn reason(text: &[u8]) -> (Reason, String) {
        let refusal = inspect(&bytes(text), None).unwrap_err().refusal();
        assert_eq!(refusal.code, Code::InvalidContent);
        (refusal.fields[0].reason, refusal.fields[0].accepted.clone())
    }

    #[test]
    fn separators_are_told() {
        for (text, separator) in [
            ("a,b,c\n1,2,3\n", b','),
            ("a;b;c\n1,5;2;3\n", b';'),
            ("\"a,b,c\"\tb\n1\t2\n", b'\t'),
            ("email\na@b.lv\n", b','),
        ] {
            let layout = inspect(&bytes(text.as_bytes()), None).unwrap();
            assert_eq!(layout.separator, separator, "{text}");
            assert_eq!(layout.lines, 1);
        }
    }

    #[test]
    fn what_is_not_a_table_is_refused() {
        assert_eq!(reason(b"").0, Reason::FileEmpty);
        assert_eq!(reason(b"\n\n").0, Reason::FileEmpty);
        assert_eq!(reason(b"email,phone\n").0, Reason::FileEmpty);
        let (bad, accepted) = reason(b"email\na@b.lv\nJ\xe2nis@b.lv\n");
        assert_eq!(bad, Reason::FileEncoding);
        assert!(accepted.starts_with("line 3"), "{accepted}");
        let wide = ["c"; MAX_COLUMNS + 1].join(",");
        assert_eq!(
            reason(format!("{wide}\n{wide}\n").as_bytes()).0,
            Reason::TooMany
        );
    }

    #[test]
    fn lines_keep_their_numbers() {
        for ending in ["\n", "\r\n"] {
            let text = "name,email\n\"Anna\nMaria\",a@b.lv\n\nJanis,j@b.lv\nLiga,l@b.lv";
            lines_are_numbered(&bytes(text.replace('\n', ending).as_bytes()));
        }
    }

    fn lines_are_numbered(source: &FileSource) {
        let layout = inspect(source, None).unwrap();
        assert_eq!(layout.lines, 3);
        let (mut table, header) = Table::open(source, layout.charset, layout.separator).unwrap();
        assert_eq!(header, ["name", "email"]);
        let lines = table.take(10).unwrap();
        let numbers: Vec<i64> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [2, 5, 6]);
        let (mut again, _) = Table::open(source, layout.charset, layout.separator).unwrap();
        again.skip(1).unwrap();
        assert_eq!(again.take(10).unwrap(), lines[1..]);
    }

    #[test]
    fn a_giant_cell_is_left_out() {
        let giant = "x".repeat(10 * 1024 * 1024);
        let source = bytes(format!("name,email\n{giant},a@b.lv\nJanis,j@b.lv\n").as_bytes());
        let (mut table, _) = Table::open(&source, Charset::Utf8, b',').unwrap();
        let lines = table.take(10).unwrap();
        assert_eq!(lines[0].cells[0], Cell::TooLong);
        assert_eq!(lines[1].cells[0], Cell::Text("Janis".to_owned()));
    }
}
