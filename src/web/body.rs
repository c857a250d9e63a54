//! JSON bodies of the API, with the path of the field that was wrong.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::BODY_LIMIT;
use crate::error::{Code, Error, FieldError, Reason, Result};

/// The body as it was sent, read before the handler runs; bodies of uploads are not.
#[derive(Clone)]
pub struct RawBody(pub Bytes);

/// Reads a body up to the limit.
pub async fn read_body(payload: &mut Payload) -> Result<RawBody> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::refused(Code::MalformedBody))?;
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(Error::refused_because(
                Code::PayloadTooLarge,
                format!("at most {BODY_LIMIT} bytes"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(RawBody(body.freeze()))
}

pub(super) fn raw(req: &HttpRequest) -> Result<Bytes> {
    let body = req.extensions().get::<RawBody>().map(|raw| raw.0.clone());
    body.ok_or_else(|| Error::refused(Code::MalformedBody))
}

/// A JSON body read into `T`.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req))
    }
}

fn read<T: DeserializeOwned>(req: &HttpRequest) -> Result<Body<T>> {
    if !req.content_type().eq_ignore_ascii_case("application/json") {
        return Err(Error::refused_because(
            Code::UnsupportedMediaType,
            "expected application/json",
        ));
    }
    from_json(&raw(req)?).map(Body)
}

/// Reads JSON; what is wrong is told by field, never by quoting what was sent.
pub(super) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        field_error(&path, error.inner())
    })?;
    reader.end().map_err(|error| field_error("", &error))?;
    if has_nul(bytes) {
        return Err(Error::refused_because(
            Code::MalformedBody,
            "texts may not contain the character NUL",
        ));
    }
    Ok(value)
}

/// Whether a text holds NUL, which PostgreSQL does not keep; JSON writes it as an escape.
fn has_nul(json: &[u8]) -> bool {
    const ESCAPE: &[u8] = b"\\u0000";
    json.windows(ESCAPE.len()).enumerate().any(|(at, window)| {
        let is_picture = || {
            let before = json[..at].iter().rev().take_while(|byte| **byte == b'\\');
            before.count() % 2 == 1
        };
        window == ESCAPE && !is_picture()
    })
}

fn field_error(path: &str, error: &serde_json::Error) -> Error {
    if error.classify() != Category::Data {
        return Error::refused_because(
            Code::MalformedBody,
            format!(
                "not JSON at line {} column {}",
                error.line(),
                error.column()
            ),
        );
    }
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    let quoted = text.split('`').nth(1).unwrap_or("");
    let expected = || {
        text.split_once("expected ")
            .map_or("", |(_, expected)| expected)
            .replace('`', "")
    };
    let (field, reason, accepted) = if text.starts_with("missing field") {
        (join(path, quoted), Reason::Required, String::new())
    } else if text.starts_with("unknown field") {
        (path.to_owned(), Reason::UnknownField, expected())
    } else if text.starts_with("unknown variant") {
        (path.to_owned(), Reason::NotAllowed, expected())
    } else {
        (path.to_owned(), Reason::WrongType, expected())
    };
    FieldError::new(field, reason, accepted).into()
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Outer {
        name: String,
        inner: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Inner {
        count: u32,
        kind: crate::access::AccountKind,
    }

    fn refused(json: &str) -> (Code, Vec<FieldError>) {
        let refusal = from_json::<Outer>(json.as_bytes()).unwrap_err().refusal();
        (refusal.code, refusal.fields)
    }

    #[test]
    fn the_wrong_field_is_named() {
        let cases = [
            (r#"{"inner": []}"#, "name", Reason::Required),
            (
                r#"{"name": "a", "inner": [], "nme": 1}"#,
                "nme",
                Reason::UnknownField,
            ),
            (
                r#"{"name": "a", "inner": [{"count": 1}]}"#,
                "inner[0].kind",
                Reason::Required,
            ),
            (
                r#"{"name": "a", "inner": [{"count": "x", "kind": "buyer"}]}"#,
                "inner[0].count",
                Reason::WrongType,
            ),
            (
                r#"{"name": "a", "inner": [{"count": 1, "kind": "x"}]}"#,
                "inner[0].kind",
                Reason::NotAllowed,
            ),
        ];
        for (json, field, reason) in cases {
            let (code, fields) = refused(json);
            assert_eq!(code, Code::InvalidContent, "{json}");
            assert_eq!(
                (fields[0].field.as_str(), fields[0].reason),
                (field, reason),
                "{json}"
            );
        }
    }

    #[test]
    fn nul_is_refused_and_its_picture_is_not() {
        assert_eq!(
            refused(r#"{"name": "a\u0000", "inner": []}"#).0,
            Code::MalformedBody
        );
        assert!(from_json::<Outer>(br#"{"name": "a\\u0000", "inner": []}"#).is_ok());
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        let (_, fields) =
            refused(r#"{"name": "a", "inner": [{"count": "+371 20000000", "kind": "buyer"}]}"#);
        assert!(!format!("{fields:?}").contains("20000000"));
        assert_eq!(refused("{\"name\": ").0, Code::MalformedBody);
        assert_eq!(
            refused(r#"{"name": "a", "inner": []} x"#).0,
            Code::MalformedBody
        );
    }
}
