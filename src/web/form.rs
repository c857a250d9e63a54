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
