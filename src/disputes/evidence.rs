//! What a side says and shows: words, call attempts, files whose type is told by their content.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::error::{FieldError, Reason};
use crate::verticals::{DisputeReason, EvidenceNeeded};

pub const MAX_TEXT: usize = 4_000;
const MIN_TEXT: usize = 10;
pub const MAX_CALLS: usize = 20;
/// Files of one dispute, of all sides together.
pub const MAX_FILES: usize = 20;
pub const MAX_FILE_BYTES: usize = 5 * 1024 * 1024;
const MAX_NAME: usize = 120;

text_enum! {
    /// How a call attempt ended.
    pub enum CallResult {
        NoAnswer = "no_answer",
        Busy = "busy",
        Voicemail = "voicemail",
        NotInService = "not_in_service",
        WrongPerson = "wrong_person",
        OtherLanguage = "other_language",
        Reached = "reached",
    }
}

/// A call attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallAttempt)]
pub struct Call {
    pub at: Ts,
    pub result: CallResult,
}

/// A file whose type is what its content says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub name: String,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

/// What is shown with a claim, an answer or later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    pub text: String,
    pub calls: Vec<Call>,
    pub files: Vec<Upload>,
}

/// The types that are taken: the ending of the name, what the content must be, what it is served as.
const TYPES: &[(&[&str], &str, &str)] = &[
    (&["pdf"], "application/pdf", "application/pdf"),
    (&["png"], "image/png", "image/png"),
    (&["jpg", "jpeg"], "image/jpeg", "image/jpeg"),
    (&["mp3"], "audio/mpeg", "audio/mpeg"),
    (&["wav"], "audio/x-wav", "audio/wav"),
    (&["ogg"], "audio/ogg", "audio/ogg"),
];
const TEXTS: &[&str] = &["txt", "eml"];
const ACCEPTED: &str =
    "a PDF, PNG, JPEG, MP3, WAV, OGG, TXT or EML file whose content is of that type";

impl Upload {
    /// Looks at the content; a name that promises another type is refused.
    pub fn parse(name: &str, content: Vec<u8>) -> Result<Self, FieldError> {
        let refused = |reason, accepted: String| Err(FieldError::new("file", reason, accepted));
        let name: String = name
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control() && *c != '"')
            .take(MAX_NAME)
            .collect();
        if content.is_empty() {
            return refused(Reason::FileEmpty, ACCEPTED.to_owned());
        }
        if content.len() > MAX_FILE_BYTES {
            return refused(Reason::TooLarge, format!("up to {MAX_FILE_BYTES} bytes"));
        }
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase())
            .unwrap_or_default();
        let seen = infer::get(&content).map(|kind| kind.mime_type());
        let media_type = if TEXTS.contains(&ending.as_str()) {
            let is_text = std::str::from_utf8(&content).is_ok_and(|text| !text.contains('\0'));
            // Markup has types of its own; what is no text at all never reads as UTF-8.
            (is_text && seen.is_none_or(|seen| seen.starts_with("text/")))
                .then_some("text/plain; charset=utf-8")
        } else {
            TYPES
                .iter()
                .find(|(endings, content, _)| {
                    endings.contains(&ending.as_str()) && seen == Some(*content)
                })
                .map(|(_, _, served)| *served)
        };
        match media_type {
            Some(media_type) => Ok(Self {
                name,
                media_type,
                content,
            }),
            None => refused(Reason::FileType, ACCEPTED.to_owned()),
        }
    }
}

impl Evidence {
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.calls.is_empty() && self.files.is_empty()
    }

    /// Tidies, and names what is out of its limits.
    pub fn check(&mut self, now: Ts) -> Vec<FieldError> {
        let mut errors = Vec::new();
        self.text = self.text.trim().to_owned();
        if self.text.chars().count() > MAX_TEXT {
            let accepted = format!("up to {MAX_TEXT} characters");
            errors.push(FieldError::new("text", Reason::TooLong, accepted));
        }
        if self.calls.len() > MAX_CALLS {
            let accepted = format!("up to {MAX_CALLS} calls");
            errors.push(FieldError::new("calls", Reason::TooMany, accepted));
        }
        for (index, call) in self.calls.iter().enumerate() {
            if call.at > now {
                let field = format!("calls[{index}].at");
                let accepted = "a time that has passed";
                errors.push(FieldError::new(field, Reason::TimeInFuture, accepted));
            }
        }
        if self.files.len() > MAX_FILES {
            let accepted = format!("up to {MAX_FILES} files");
            errors.push(FieldError::new("files", Reason::TooMany, accepted));
        }
        errors
    }

    /// Names what the reason needs and is not here.
    pub fn missing(&self, reason: DisputeReason, needed: EvidenceNeeded) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut missing = |field: &str, accepted: String| {
            errors.push(FieldError::new(field, Reason::EvidenceMissing, accepted));
        };
        if needed.text && self.text.chars().count() < MIN_TEXT {
            missing(
                "text",
                format!("what is wrong, in {MIN_TEXT} characters or more"),
            );
        }
        let proving = self
            .calls
            .iter()
            .filter(|call| result_for(reason).is_none_or(|result| call.result == result))
            .count();
        if proving < usize::from(needed.calls) {
            let result = result_for(reason).map_or("any result", CallResult::as_str);
            missing("calls", format!("{} or more, each {result}", needed.calls));
        }
        if needed.file && self.files.is_empty() {
            missing("file", ACCEPTED.to_owned());
        }
        errors
    }
}

/// How a call has to have ended to speak for a reason.
pub const fn result_for(reason: DisputeReason) -> Option<CallResult> {
    match reason {
        DisputeReason::WrongNumber => Some(CallResult::WrongPerson),
        DisputeReason::Disconnected => Some(CallResult::NotInService),
        DisputeReason::Language => Some(CallResult::OtherLanguage),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verticals::DisputeRules;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn a_file_is_what_its_content_says() {
        assert_eq!(
            Upload::parse("a.png", PNG.to_vec()).unwrap().media_type,
            "image/png"
        );
        let named = Upload::parse("C:\\calls\\note \"1\".TXT", b"rang twice".to_vec()).unwrap();
        assert_eq!(named.name, "note 1.TXT");
        let refused: [(&str, &[u8], Reason); 6] = [
            ("a.pdf", PNG, Reason::FileType),
            ("a.exe", b"MZ\x90\0", Reason::FileType),
            ("a.txt", b"MZ\x90\0", Reason::FileType),
            (
                "a.svg",
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                Reason::FileType,
            ),
            ("noending", b"text", Reason::FileType),
            ("a.txt", b"", Reason::FileEmpty),
        ];
        for (name, content, reason) in refused {
            let error = Upload::parse(name, content.to_vec()).unwrap_err();
            assert_eq!((name, error.reason), (name, reason));
        }
        let large = vec![b'a'; MAX_FILE_BYTES + 1];
        assert_eq!(
            Upload::parse("a.txt", large).unwrap_err().reason,
            Reason::TooLarge
        );
    }

    #[test]
    fn each_reason_says_what_it_misses() {
        let rules = DisputeRules::default();
        let missing = |reason: DisputeReason, evidence: &Evidence| -> Vec<String> {
            let needed = rules.reasons[&reason];
            let errors = evidence.missing(reason, needed);
            errors.into_iter().map(|error| error.field).collect()
        };
        let nothing = Evidence::default();
        assert_eq!(missing(DisputeReason::WrongNumber, &nothing), ["calls"]);
        assert_eq!(missing(DisputeReason::EmailBounced, &nothing), ["file"]);
        assert_eq!(
            missing(DisputeReason::Language, &nothing),
            ["text", "calls"]
        );
        assert_eq!(missing(DisputeReason::Duplicate, &nothing), [""; 0]);
        let call = |result| Call {
            at: Ts::from_micros(0),
            result,
        };
        let rang = Evidence {
            calls: vec![call(CallResult::NotInService), call(CallResult::NoAnswer)],
            ..Evidence::default()
        };
        assert_eq!(missing(DisputeReason::Disconnected, &rang), ["calls"]);
        let gone = Evidence {
            calls: vec![call(CallResult::NotInService); 2],
            ..Evidence::default()
        };
        assert_eq!(missing(DisputeReason::Disconnected, &gone), [""; 0]);
    }
}
