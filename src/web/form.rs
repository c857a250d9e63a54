//! Forms of pages; the CSRF token is checked before the handler runs.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::body::raw;
use crate::error::{Code, Error, Result};

/// An urlencoded form read into `T`: texts, `Option`s and `Vec`s, to be parsed further by the slice.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(raw(req).and_then(|body| {
            serde_html_form::from_bytes(&body)
                .map(Self)
                .map_err(|_| Error::refused(Code::MalformedBody))
        }))
    }
}

/// The value of one field of an urlencoded body.
pub fn field(body: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A form as it was sent: every value of every field.
pub type Pairs = Vec<(String, String)>;

/// The first value of a field, trimmed; empty when it was not sent.
pub fn first<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.trim())
}

/// Every value of a field that is not blank, trimmed.
pub fn every(pairs: &Pairs, name: &str) -> Vec<String> {
    pairs
        .iter()
        .filter(|(key, value)| key == name && !value.trim().is_empty())
        .map(|(_, value)| value.trim().to_owned())
        .collect()
}
