//! Styles, scripts and pictures: inside the binary, at an address that changes with their content.

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::http::header::{self, ETag, EntityTag, IfNoneMatch};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse, http::header::Header as _};
use aws_lc_rs::digest::{Context, SHA256};
use rust_embed::RustEmbed;

use crate::error::{Code, Error, Result};
use crate::vault::hex;

#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// A digest of every file, so that a new release never meets an old copy in a browser.
static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut context = Context::new(&SHA256);
    for file in names.iter().filter_map(|name| Files::get(name)) {
        context.update(&file.metadata.sha256_hash());
    }
    hex(&context.finish().as_ref()[..6])
});

/// The address of a file of `static/`: `/static/{digest}/app.css`.
pub fn url(path: &str) -> String {
    format!("/static/{}/{path}", *DIGEST)
}

/// Serves a file; under a digest of another release it is not kept by the browser.
pub async fn file(request: HttpRequest, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (digest, name) = path.into_inner();
    let file = Files::get(&name).ok_or_else(|| Error::refused(Code::NotFound))?;
    let tag = EntityTag::new_strong(hex(&file.metadata.sha256_hash()[..12]));
    let caching = if digest == *DIGEST {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Ok(IfNoneMatch::Any) | Err(_) => false,
    };
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header(ETag(tag));
    if known {
        return Ok(response.finish());
    }
    let body = match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    };
    Ok(response
        .content_type(mime_guess::from_path(&name).first_or_octet_stream())
        .body(body))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn get(request: HttpRequest, digest: &str, name: &str) -> Result<HttpResponse> {
        file(request, Path::from((digest.to_owned(), name.to_owned()))).await
    }

    fn header(response: &HttpResponse, name: &header::HeaderName) -> String {
        let value = response.headers().get(name).unwrap();
        value.to_str().unwrap().to_owned()
    }

    #[actix_web::test]
    async fn a_file_is_kept_for_ever_under_its_digest_only() {
        let fresh = TestRequest::default().to_http_request();
        let response = get(fresh.clone(), &DIGEST, "app.css").await.unwrap();
        let caching = header(&response, &header::CACHE_CONTROL);
        assert!(caching.contains("immutable"));
        let old = get(fresh.clone(), "000000000000", "app.css").await.unwrap();
        assert_eq!(header(&old, &header::CACHE_CONTROL), "no-cache");
        let missing = get(fresh, &DIGEST, "../Cargo.toml").await.unwrap_err();
        assert!(missing.has_code(Code::NotFound));

        let tag = header(&response, &header::ETAG);
        let again = TestRequest::default()
            .insert_header((header::IF_NONE_MATCH, tag))
            .to_http_request();
        let response = get(again, &DIGEST, "app.css").await.unwrap();
        assert_eq!(response.status(), 304);
    }

    #[test]
    fn vendored_files_are_those_of_the_lock() {
        let lock = Files::get("vendor/lock.json").unwrap();
        let lock: serde_json::Value = serde_json::from_slice(&lock.data).unwrap();
        let mut listed = 0;
        for (folder, package) in lock.as_object().unwrap() {
            for (name, sum) in package["sha256"].as_object().unwrap() {
                let file = Files::get(&format!("vendor/{folder}/{name}")).unwrap();
                assert_eq!(hex(&file.metadata.sha256_hash()), sum.as_str().unwrap());
                listed += 1;
            }
        }
        let embedded = Files::iter()
            .filter(|name| name.starts_with("vendor/") && !name.ends_with("lock.json"))
            .count();
        assert_eq!(listed, embedded);
    }
}
