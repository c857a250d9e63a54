//! The OpenAPI document: what all slices share, and how theirs are merged into one.

use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::Problem;
use crate::error::FieldErrorJson;

/// The frame of the document; slices add their paths.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Galena",
        description = "The API of the Galena lead exchange. Every POST that changes something takes an \
            Idempotency-Key header: its answer is kept for 24 hours and repeated, so that a retry never charges twice.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later")
    ),
    components(schemas(Problem, FieldErrorJson)),
    security(("bearer" = [])),
    modifiers(&Bearer)
)]
pub struct Frame;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description =
            Some("An API key, or an access token from POST /api/v1/tokens".to_owned());
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// One document out of the slices' ones.
pub fn merge(slices: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut document = <Frame as utoipa::OpenApi>::openapi();
    for slice in slices {
        document.merge(slice);
    }
    document
}

/// The document as the server sends it.
pub struct Document(pub String);

/// `GET /api/v1/openapi.json`.
pub async fn show(document: actix_web::web::Data<Document>) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Ok()
        .content_type("application/json")
        .body(document.0.clone())
}
