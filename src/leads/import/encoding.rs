//! Text files as sellers have them, read as UTF-8 piece by piece.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};
use memchr::memchr_iter;

use crate::db::types::text_enum;
use crate::error::{FieldError, Reason};

text_enum! {
    /// The encoding of a text file.
    pub enum Charset {
        Utf8 = "utf-8",
        Utf16Le = "utf-16le",
        Utf16Be = "utf-16be",
        Windows1250 = "windows-1250",
        Windows1251 = "windows-1251",
        Windows1257 = "windows-1257",
    }
}

impl Charset {
    /// The encodings that a file does not tell, so that its seller must choose them.
    pub const CHOSEN: &'static [Self] = &[Self::Windows1250, Self::Windows1251, Self::Windows1257];

    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1250 => encoding_rs::WINDOWS_1250,
            Self::Windows1251 => encoding_rs::WINDOWS_1251,
            Self::Windows1257 => encoding_rs::WINDOWS_1257,
        }
    }

    /// Tells the encoding from a file's first bytes: its mark, else what was chosen, else UTF-8.
    pub fn detect(head: &[u8], chosen: Option<Self>) -> Result<Self, FieldError> {
        match head {
            [0xef, 0xbb, 0xbf, ..] => Ok(Self::Utf8),
            [0xff, 0xfe, ..] => Ok(Self::Utf16Le),
            [0xfe, 0xff, ..] => Ok(Self::Utf16Be),
            [b'P', b'K', 3, 4, ..] => Err(FieldError::new(
                "file",
                Reason::FileType,
                "CSV; save the workbook as CSV UTF-8",
            )),
            _ if head.contains(&0) => Err(FieldError::new(
                "file",
                Reason::FileEncoding,
                "text: UTF-8, or UTF-16 with its byte order mark",
            )),
            _ => Ok(chosen.unwrap_or(Self::Utf8)),
        }
    }
}

/// The line on which bytes stood that are not of the file's encoding.
#[derive(Debug, thiserror::Error)]
#[error("line {line} holds bytes that are not {charset}")]
pub struct BadBytes {
    pub line: u64,
    pub charset: Charset,
}

impl BadBytes {
    pub fn refusal(&self) -> FieldError {
        FieldError::new(
            "file",
            Reason::FileEncoding,
            format!(
                "line {}: the bytes are not {}; save the file as UTF-8, or choose windows-1250, windows-1251 or windows-1257",
                self.line, self.charset
            ),
        )
    }
}

const PIECE: usize = 64 * 1024;

/// Reads a file of any of the encodings as UTF-8.
pub struct Utf8Reader<R> {
    inner: R,
    charset: Charset,
    decoder: Decoder,
    raw: Vec<u8>,
    /// The part of `raw` that is not decoded yet.
    raw_from: usize,
    raw_to: usize,
    at_end: bool,
    text: Vec<u8>,
    /// The part of `text` that is not handed out yet.
    text_from: usize,
    text_to: usize,
    lines: u64,
}

impl<R: Read> Utf8Reader<R> {
    pub fn new(inner: R, charset: Charset) -> Self {
        Self {
            inner,
            charset,
            decoder: charset.encoding().new_decoder_with_bom_removal(),
            raw: vec![0; PIECE],
            raw_from: 0,
            raw_to: 0,
            at_end: false,
            text: vec![0; PIECE],
            text_from: 0,
            text_to: 0,
            lines: 1,
        }
    }

    /// Decodes the next piece; none is left when `text` stays empty.
    fn decode(&mut self) -> io::Result<()> {
        self.text_from = 0;
        self.text_to = 0;
        while self.text_to == 0 {
            if self.raw_from == self.raw_to {
                if self.at_end {
                    return Ok(());
                }
                self.raw_from = 0;
                self.raw_to = self.inner.read(&mut self.raw)?;
                self.at_end = self.raw_to == 0;
            }
            let input = &self.raw[self.raw_from..self.raw_to];
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(input, &mut self.text, self.at_end);
            self.raw_from += read;
            self.text_to = written;
            let new_lines = memchr_iter(b'\n', &self.text[..written]).count();
            self.lines += u64::try_from(new_lines).unwrap_or(0);
            if matches!(result, DecoderResult::Malformed(..)) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    BadBytes {
                        line: self.lines,
                        charset: self.charset,
                    },
                ));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.text_from == self.text_to {
            self.decode()?;
        }
        let count = out.len().min(self.text_to - self.text_from);
        out[..count].copy_from_slice(&self.text[self.text_from..self.text_from + count]);
        self.text_from += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], chosen: Option<Charset>) -> Result<String, String> {
        let charset = Charset::detect(bytes, chosen).map_err(|error| error.accepted)?;
        let mut text = String::new();
        Utf8Reader::new(bytes, charset)
            .read_to_string(&mut text)
            .map_err(|error| error.to_string())?;
        Ok(text)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let mark = if big { [0xfe, 0xff] } else { [0xff, 0xfe] };
        let units = text.encode_utf16().flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        mark.into_iter().chain(units).collect()
    }

    #[test]
    fn every_encoding_is_read() {
        let text = "vārds;uzvārds\nJānis;Ķīsis";
        assert_eq!(read(text.as_bytes(), None).unwrap(), text);
        assert_eq!(
            read(format!("\u{feff}{text}").as_bytes(), None).unwrap(),
            text
        );
        assert_eq!(read(&utf16(text, false), None).unwrap(), text);
        assert_eq!(read(&utf16(text, true), None).unwrap(), text);
        assert_eq!(
            read(
                &[0xcc, 0xee, 0xf1, 0xea, 0xe2, 0xe0],
                Some(Charset::Windows1251)
            )
            .unwrap(),
            "Москва"
        );
        assert_eq!(
            read(&[b'J', 0xe2, b'n', b'i', b's'], Some(Charset::Windows1257)).unwrap(),
            "Jānis"
        );
    }

    #[test]
    fn bad_bytes_are_told_by_line() {
        let error = read(b"name\nok\nJ\xe2nis\n", None).unwrap_err();
        assert_eq!(error, "line 3 holds bytes that are not utf-8");
        assert!(read(b"n\0a\0m\0e\0", None).unwrap_err().contains("UTF-16"));
        assert!(read(b"PK\x03\x04rest", None).unwrap_err().contains("CSV"));
    }

    #[test]
    fn characters_may_stand_across_pieces() {
        let text = format!("{}ā{}", "x".repeat(PIECE - 1), "ž".repeat(PIECE));
        assert_eq!(read(text.as_bytes(), None).unwrap(), text);
    }
}
