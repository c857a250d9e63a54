//! Tables as files: CSV that no spreadsheet takes for a formula, and XLSX.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use rust_xlsxwriter::{Format, Workbook};

use crate::db::types::text_enum;
use crate::error::{Error, Result};

text_enum! {
    /// The kind of file that a list is exported to.
    pub enum FileKind { Csv = "csv", Xlsx = "xlsx" }
}

/// A table on its way to a file.
#[derive(Debug, Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The table as a download called `name`.
    pub fn download(&self, name: &str, kind: FileKind) -> Result<HttpResponse> {
        let (content_type, body) = match kind {
            FileKind::Csv => ("text/csv; charset=utf-8", self.csv()?),
            FileKind::Xlsx => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                self.xlsx()?,
            ),
        };
        Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, content_type))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}.{kind}\""),
            ))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(body))
    }

    pub fn csv(&self) -> Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| Error::Internal(error.into());
        writer.write_record(&self.columns).map_err(failed)?;
        for row in &self.rows {
            writer
                .write_record(row.iter().map(|cell| formula_safe(cell)))
                .map_err(failed)?;
        }
        writer
            .into_inner()
            .map_err(|error| Error::Internal(error.into_error().into()))
    }

    pub fn xlsx(&self) -> Result<Vec<u8>> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let failed = |error: rust_xlsxwriter::XlsxError| Error::Internal(error.into());
        let bold = Format::new().set_bold();
        for (column, name) in (0..).zip(&self.columns) {
            sheet
                .write_string_with_format(0, column, name, &bold)
                .map_err(failed)?;
        }
        for (line, row) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(row) {
                // Written as text, never evaluated.
                sheet.write_string(line, column, cell).map_err(failed)?;
            }
        }
        book.save_to_buffer().map_err(failed)
    }
}

/// Puts an apostrophe before what a spreadsheet would run.
fn formula_safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            columns: vec!["name".into(), "phone".into()],
            rows: vec![vec!["=cmd|' /C calc'!A0".into(), "+37120000000".into()]],
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        let csv = String::from_utf8(table().csv().unwrap()).unwrap();
        assert_eq!(csv, "name,phone\n'=cmd|' /C calc'!A0,'+37120000000\n");
    }

    #[test]
    fn xlsx_is_a_zip() {
        assert_eq!(&table().xlsx().unwrap()[..2], b"PK");
    }
}
