//! Many disputes at once: each line is opened or refused for itself.

use std::collections::HashMap;

use diesel::Connection as _;

use super::evidence::{Call, Evidence};
use super::{Claim, Dispute, DisputedCharge, open};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, FieldError, Reason, Refusal, Result};
use crate::id::PurchaseId;
use crate::vault::Vault;

/// Lines of one file or one call.
pub const MAX_LINES: usize = 1_000;
/// Bytes of one file.
pub const MAX_CSV_BYTES: usize = 1024 * 1024;
/// What the first line of a file names.
pub const COLUMNS: [&str; 5] = ["purchase", "charge", "reason", "text", "calls"];

/// A line as it was read, or why it could not be.
pub type Line = Result<(PurchaseId, Claim), Vec<FieldError>>;

/// What became of a line.
pub type Verdict = Result<Dispute, Refusal>;

/// Opens what can be opened, each line in a savepoint of its own; the verdicts are in the order of the lines.
pub fn open_many(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    lines: &[Line],
    now: Ts,
) -> Result<Vec<Verdict>> {
    lines
        .iter()
        .map(|line| {
            let opened = match line {
                Ok((purchase, claim)) => conn
                    .transaction(|conn| open(conn, vault, caller, *purchase, claim.clone(), now)),
                Err(errors) => Err(Error::invalid(errors.clone())),
            };
            match opened {
                Ok(dispute) => Ok(Ok(dispute)),
                Err(error @ Error::Refused(_)) => Ok(Err(error.refusal())),
                Err(error) => Err(error),
            }
        })
        .collect()
}

/// Reads a CSV file; the number of each line is its place in the file, the first line being the header.
pub fn read_csv(bytes: &[u8]) -> Result<Vec<(usize, Line)>> {
    let whole = |reason, accepted: String| Error::invalid_field("file", reason, accepted);
    if bytes.len() > MAX_CSV_BYTES {
        return Err(whole(
            Reason::TooLarge,
            format!("up to {MAX_CSV_BYTES} bytes"),
        ));
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(whole(
            Reason::FileEncoding,
            "a CSV file in UTF-8".to_owned(),
        ));
    }
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let headers = reader
        .headers()
        .map_err(|_| whole(Reason::LineMalformed, "a line of column names".to_owned()))?
        .clone();
    let mut places = HashMap::new();
    for (place, name) in headers.iter().enumerate() {
        let Some(&column) = COLUMNS
            .iter()
            .find(|column| **column == name.to_lowercase())
        else {
            let accepted = format!("columns of: {}", COLUMNS.join(", "));
            return Err(whole(Reason::UnknownField, accepted));
        };
        if places.insert(column, place).is_some() {
            return Err(whole(Reason::ColumnTwice, format!("{column} once")));
        }
    }
    for needed in ["purchase", "reason"] {
        if !places.contains_key(needed) {
            return Err(whole(Reason::ColumnMissing, format!("a column {needed}")));
        }
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        if lines.len() == MAX_LINES {
            return Err(whole(Reason::TooMany, format!("up to {MAX_LINES} lines")));
        }
        let number = lines.len() + 2;
        let line = match record {
            Ok(record) if record.len() == headers.len() => read_line(&record, &places),
            _ => Err(vec![FieldError::new(
                "line",
                Reason::LineMalformed,
                format!("{} cells, quoted where they hold a comma", headers.len()),
            )]),
        };
        lines.push((number, line));
    }
    if lines.is_empty() {
        return Err(whole(
            Reason::FileEmpty,
            "a line for each dispute".to_owned(),
        ));
    }
    Ok(lines)
}

fn read_line(record: &csv::StringRecord, places: &HashMap<&str, usize>) -> Line {
    let cell = |column: &str| {
        places
            .get(column)
            .and_then(|place| record.get(*place))
            .unwrap_or_default()
    };
    let mut errors = Vec::new();
    let purchase = cell("purchase").parse::<PurchaseId>();
    if purchase.is_err() {
        let accepted = "the id of a purchase: pur_..";
        errors.push(FieldError::new("purchase", Reason::WrongType, accepted));
    }
    let charge = match cell("charge") {
        "" => Ok(DisputedCharge::Lead),
        text => text.parse::<DisputedCharge>(),
    };
    if let Err(accepted) = &charge {
        errors.push(FieldError::new("charge", Reason::NotAllowed, accepted));
    }
    let calls = read_calls(cell("calls"));
    if let Err(error) = &calls {
        errors.push(error.clone());
    }
    match (purchase, charge, calls) {
        (Ok(purchase), Ok(charge), Ok(calls)) => Ok((
            purchase,
            Claim {
                charge,
                reason: cell("reason").to_owned(),
                evidence: Evidence {
                    text: cell("text").to_owned(),
                    calls,
                    files: Vec::new(),
                },
            },
        )),
        _ => Err(errors),
    }
}

/// Call attempts as people type them: `2026-11-24T09:30:00Z no_answer; 2026-11-24T15:00:00Z busy`.
pub fn read_calls(text: &str) -> Result<Vec<Call>, FieldError> {
    text.split([';', '\n'])
        .map(str::trim)
        .filter(|call| !call.is_empty())
        .map(|call| {
            let refused = |reason, accepted: String| FieldError::new("calls", reason, accepted);
            let (at, result) = call
                .rsplit_once(' ')
                .ok_or_else(|| refused(Reason::WrongType, "a time and a result".to_owned()))?;
            let at = at
                .trim()
                .parse()
                .map_err(|_| refused(Reason::TimeInvalid, "2026-11-24T09:30:00Z".to_owned()))?;
            let result = result
                .parse()
                .map_err(|accepted| refused(Reason::NotAllowed, accepted))?;
            Ok(Call { at, result })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disputes::CallResult;

    #[test]
    fn calls_are_read_as_people_type_them() {
        let calls =
            read_calls("2026-11-24T09:30:00Z no_answer; 2026-11-24T15:00:00Z busy;").unwrap();
        let results: Vec<CallResult> = calls.iter().map(|call| call.result).collect();
        assert_eq!(results, [CallResult::NoAnswer, CallResult::Busy]);
        for (text, reason) in [
            ("yesterday", Reason::WrongType),
            ("24.11. busy", Reason::TimeInvalid),
            ("2026-11-24T09:30:00Z angry", Reason::NotAllowed),
        ] {
            assert_eq!(read_calls(text).unwrap_err().reason, reason, "{text}");
        }
    }

    #[test]
    fn a_file_is_refused_whole_only_for_its_shape() {
        let refused = |text: &str| {
            let error = read_csv(text.as_bytes()).unwrap_err();
            error.refusal().fields[0].reason
        };
        assert_eq!(refused("reason\nminor\n"), Reason::ColumnMissing);
        assert_eq!(refused("purchase,reason,reason\n"), Reason::ColumnTwice);
        assert_eq!(refused("purchase,reason,colour\n"), Reason::UnknownField);
        assert_eq!(refused("purchase,reason\n"), Reason::FileEmpty);
        let many = format!("purchase,reason\n{}", "x,minor\n".repeat(MAX_LINES + 1));
        assert_eq!(refused(&many), Reason::TooMany);
        let lines = read_csv(b"Purchase,Reason\nx,minor\nonly one cell\n").unwrap();
        let numbers: Vec<usize> = lines.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [2, 3]);
        assert!(lines.iter().all(|(_, line)| line.is_err()));
    }
}
