//! A sheet of facts and a table as a PDF: A4, one font, page by page.
#![expect(
    clippy::float_arithmetic,
    reason = "places on a page are points, not money"
)]

use std::sync::LazyLock;

use anyhow::anyhow;
use krilla::Document;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use crate::error::{Error, Result};

static NOTO: &[u8] = include_bytes!("../../assets/fonts/noto-sans/NotoSans-Regular.ttf");

const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 48.0;
const BOTTOM: f32 = HEIGHT - MARGIN;
const LINE: f32 = 15.0;
const TEXT: f32 = 9.0;

/// A column of the table: its head, its share of the width in hundredths, and whether its cells end at the right.
#[derive(Debug, Clone)]
pub struct Column {
    pub head: String,
    pub hundredths: u8,
    pub is_number: bool,
}

/// What stands on the sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub title: String,
    pub facts: Vec<(String, String)>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    pub notes: Vec<String>,
}

/// The font with what places its letters.
struct Letters {
    font: Font,
    shapes: FontRef<'static>,
}

static LETTERS: LazyLock<Option<Letters>> = LazyLock::new(|| {
    Some(Letters {
        font: Font::new(NOTO.into(), 0)?,
        shapes: FontRef::new(NOTO).ok()?,
    })
});

impl Letters {
    /// The glyphs of a text, each with its advance in parts of the font's size, and their width.
    fn shape(&self, text: &str) -> (Vec<KrillaGlyph>, f32) {
        let charmap = self.shapes.charmap();
        let metrics = self
            .shapes
            .glyph_metrics(Size::new(1.0), LocationRef::default());
        let mut width = 0.0;
        let glyphs = text
            .char_indices()
            .map(|(at, letter)| {
                let glyph = charmap.map(letter).unwrap_or_default();
                let advance = metrics.advance_width(glyph).unwrap_or(0.5);
                width += advance;
                KrillaGlyph::new(
                    GlyphId::new(glyph.to_u32()),
                    advance,
                    0.0,
                    0.0,
                    0.0,
                    at..at + letter.len_utf8(),
                    None,
                )
            })
            .collect();
        (glyphs, width)
    }

    /// The text cut with an ellipsis to fit a width.
    fn fit(&self, text: &str, size: f32, width: f32) -> String {
        if self.shape(text).1 * size <= width {
            return text.to_owned();
        }
        let mut kept: Vec<char> = text.chars().collect();
        while kept.pop().is_some() {
            let shown: String = kept.iter().chain(&['\u{2026}']).collect();
            if self.shape(&shown).1 * size <= width {
                return shown;
            }
        }
        String::new()
    }
}

/// The sheet as a file.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>> {
    let letters = LETTERS
        .as_ref()
        .ok_or_else(|| Error::Internal(anyhow!("the font of statements cannot be read")))?;
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(sheet.title.clone())
            .language("en".to_owned()),
    );
    let mut rows = sheet.rows.iter();
    let mut is_first = true;
    loop {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT)
            .ok_or_else(|| Error::Internal(anyhow!("a page without a size")))?;
        let mut page = document.start_page_with(settings);
        let is_last = {
            let mut pen = Pen {
                surface: page.surface(),
                letters,
                y: MARGIN,
            };
            if is_first {
                pen.head(sheet);
            }
            pen.table_head(&sheet.columns);
            pen.rows(sheet, &mut rows)
        };
        page.finish();
        is_first = false;
        if is_last {
            break;
        }
    }
    document
        .finish()
        .map_err(|error| Error::Internal(anyhow!("a statement cannot be drawn: {error:?}")))
}

/// Where on a page the next line goes.
struct Pen<'a> {
    surface: Surface<'a>,
    letters: &'a Letters,
    y: f32,
}

impl Pen<'_> {
    fn ink(&mut self, grey: u8) {
        self.surface.set_fill(Some(Fill {
            paint: krilla::color::rgb::Color::new(grey, grey, grey).into(),
            opacity: NormalizedF32::ONE,
            rule: krilla::paint::FillRule::default(),
        }));
    }

    /// Writes a text from `x` on, or up to it.
    fn write(&mut self, text: &str, x: f32, size: f32, is_number: bool) {
        let (glyphs, width) = self.letters.shape(text);
        let x = if is_number { x - width * size } else { x };
        let start = Point::from_xy(x, self.y);
        let font = self.letters.font.clone();
        self.surface
            .draw_glyphs(start, &glyphs, font, text, size, false);
    }

    fn head(&mut self, sheet: &Sheet) {
        self.ink(20);
        self.y += 12.0;
        self.write(&sheet.title, MARGIN, 18.0, false);
        self.y += 14.0;
        for (label, value) in &sheet.facts {
            self.y += LINE;
            self.ink(110);
            self.write(label, MARGIN, TEXT, false);
            self.ink(20);
            let shown = self.letters.fit(value, TEXT, WIDTH - 2.0 * MARGIN - 130.0);
            self.write(&shown, MARGIN + 130.0, TEXT, false);
        }
        self.y += LINE;
    }

    fn table_head(&mut self, columns: &[Column]) {
        if columns.is_empty() {
            return;
        }
        self.ink(110);
        let heads: Vec<String> = columns.iter().map(|column| column.head.clone()).collect();
        self.row(columns, &heads);
        self.ink(20);
        let mut path = PathBuilder::new();
        path.move_to(MARGIN, self.y + 5.0);
        path.line_to(WIDTH - MARGIN, self.y + 5.0);
        if let Some(path) = path.finish() {
            self.surface.set_stroke(Some(Stroke {
                width: 0.6,
                ..Stroke::default()
            }));
            self.surface.draw_path(&path);
            self.surface.set_stroke(None);
        }
        self.y += 4.0;
    }

    fn row(&mut self, columns: &[Column], cells: &[String]) {
        self.y += LINE;
        let mut x = MARGIN;
        for (column, cell) in columns.iter().zip(cells) {
            let width = (WIDTH - 2.0 * MARGIN) * f32::from(column.hundredths) / 100.0;
            let shown = self.letters.fit(cell, TEXT, width - 6.0);
            let at = if column.is_number { x + width } else { x };
            self.write(&shown, at, TEXT, column.is_number);
            x += width;
        }
    }

    /// Writes as many rows as fit; says whether they were the last, and then writes the notes under them.
    fn rows(&mut self, sheet: &Sheet, rows: &mut std::slice::Iter<'_, Vec<String>>) -> bool {
        // A page always has room for the notes.
        let notes = u8::try_from(sheet.notes.len()).unwrap_or(u8::MAX);
        let room = LINE * f32::from(notes) + LINE;
        while self.y < BOTTOM - room {
            match rows.next() {
                Some(row) => self.row(&sheet.columns, row),
                None => break,
            }
        }
        let is_last = rows.len() == 0;
        if is_last {
            self.notes(&sheet.notes);
        }
        is_last
    }

    fn notes(&mut self, notes: &[String]) {
        self.y += LINE / 2.0;
        self.ink(110);
        for note in notes {
            self.y += LINE;
            let shown = self.letters.fit(note, TEXT, WIDTH - 2.0 * MARGIN);
            self.write(&shown, MARGIN, TEXT, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: usize) -> Sheet {
        Sheet {
            title: "Statement".to_owned(),
            facts: vec![(
                "Seller".to_owned(),
                "R\u{12b}gas \u{41b}\u{438}\u{434}\u{44b} \u{218}ofran".to_owned(),
            )],
            columns: vec![
                Column {
                    head: "What".to_owned(),
                    hundredths: 70,
                    is_number: false,
                },
                Column {
                    head: "Amount".to_owned(),
                    hundredths: 30,
                    is_number: true,
                },
            ],
            rows: vec![vec!["x".repeat(300), "1.00".to_owned()]; rows],
            notes: vec!["end".to_owned()],
        }
    }

    #[test]
    fn long_tables_take_several_pages() {
        for (rows, pages) in [(0, 1), (10, 1), (200, 5)] {
            let bytes = pdf(&sheet(rows)).unwrap();
            assert!(bytes.starts_with(b"%PDF-1."));
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(
                text.matches("/Type/Page/").count()
                    + text.matches("/Type/Page\n").count()
                    + text.matches("/Type /Page\n").count(),
                pages,
                "{rows} rows"
            );
        }
    }

    #[test]
    fn letters_of_sellers_are_in_the_font() {
        let letters = LETTERS.as_ref().unwrap();
        for letter in
            "\u{101}\u{10d}\u{137}\u{17e}\u{111}\u{219}\u{21b}\u{eb}\u{416}\u{44e}\u{20ac}\u{2212}"
                .chars()
        {
            assert!(letters.shapes.charmap().map(letter).is_some(), "{letter}");
        }
        assert!(
            letters
                .fit(&"x".repeat(300), TEXT, 100.0)
                .ends_with('\u{2026}')
        );
    }
}
