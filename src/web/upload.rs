//! Multipart forms with one file, which goes to a temporary file as it arrives.

use std::collections::HashMap;
use std::io::Write as _;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use tempfile::NamedTempFile;

use super::{BODY_LIMIT, UPLOAD_LIMIT, csrf};
use crate::error::{Code, Error, Result};

/// A multipart form: its text fields and its file; the field `csrf` was checked.
pub struct Upload {
    pub fields: HashMap<String, Vec<String>>,
    pub file: Option<UploadedFile>,
}

/// A file as it was sent; gone when dropped.
pub struct UploadedFile {
    /// The name that the browser gave; only to be shown.
    pub name: String,
    pub file: NamedTempFile,
    pub size: usize,
}

impl Upload {
    /// The first value of a text field.
    pub fn text(&self, field: &str) -> &str {
        self.fields
            .get(field)
            .and_then(|values| values.first())
            .map_or("", String::as_str)
    }
}

impl FromRequest for Upload {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = Multipart::new(req.headers(), payload.take());
        let req = req.clone();
        Box::pin(async move {
            let upload = read(parts).await?;
            csrf::check(&req, Some(upload.text(csrf::FIELD)))?;
            Ok(upload)
        })
    }
}

async fn read(mut parts: Multipart) -> Result<Upload> {
    let mut upload = Upload {
        fields: HashMap::new(),
        file: None,
    };
    let mut text_bytes = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(malformed)?;
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part
            .content_disposition()
            .and_then(|disposition| disposition.get_filename())
            .map(str::to_owned);
        if let Some(file_name) = file_name {
            let file = read_file(&mut part, file_name).await?;
            // A browser sends a nameless empty one when none was chosen.
            if file.size > 0 || !file.name.is_empty() {
                upload.file = Some(file);
            }
        } else {
            let mut text = Vec::new();
            while let Some(chunk) = part.next().await {
                let chunk = chunk.map_err(malformed)?;
                text_bytes += chunk.len();
                if text_bytes > BODY_LIMIT {
                    return Err(too_large(BODY_LIMIT));
                }
                text.extend_from_slice(&chunk);
            }
            let text = String::from_utf8(text).map_err(malformed)?;
            upload.fields.entry(name).or_default().push(text);
        }
    }
    Ok(upload)
}

async fn read_file(part: &mut actix_multipart::Field, name: String) -> Result<UploadedFile> {
    let mut file = NamedTempFile::new().map_err(anyhow::Error::from)?;
    let mut size = 0;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(malformed)?;
        size += chunk.len();
        if size > UPLOAD_LIMIT {
            return Err(too_large(UPLOAD_LIMIT));
        }
        // To the page cache of a temporary file: as fast as copying memory.
        file.write_all(&chunk).map_err(anyhow::Error::from)?;
    }
    file.flush().map_err(anyhow::Error::from)?;
    Ok(UploadedFile { name, file, size })
}

fn malformed<E>(_: E) -> Error {
    Error::refused(Code::MalformedBody)
}

fn too_large(limit: usize) -> Error {
    Error::refused_because(Code::PayloadTooLarge, format!("at most {limit} bytes"))
}
