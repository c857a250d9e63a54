//! For load balancers: is the server alive, can it serve.

use actix_web::HttpResponse;

use crate::db::SchemaState;
use crate::error::{Code, Error, Result};
use crate::web::Ctx;

/// `GET /healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain")
        .body("alive\n")
}

/// `GET /readyz`: the database answers and has this program's schema.
pub async fn ready(ctx: Ctx) -> Result<HttpResponse> {
    let db = ctx.db.clone();
    let state = tokio::task::spawn_blocking(move || db.schema_state())
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    match state {
        Ok(SchemaState::Current) => Ok(HttpResponse::Ok()
            .content_type("text/plain")
            .body("ready\n")),
        Ok(SchemaState::Behind | SchemaState::Newer) => Err(Error::refused_because(
            Code::Unavailable,
            "the schema is not the one of this program",
        )),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err(Error::refused_because(
                Code::Unavailable,
                "the database does not answer",
            ))
        }
    }
}
