//! `POST /tokens` and `GET /me`.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::{TOKEN_SECONDS, Tokens, keys};
use crate::access::{Caller, Credential, Me, Scope};
use crate::clock::Ts;
use crate::error::{Code, Error, Result};
use crate::web::{Ctx, Problem};

#[derive(OpenApi)]
#[openapi(paths(make_token, me))]
pub struct Doc;

/// An access token for an API key.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessToken {
    /// Sent as `Authorization: Bearer`.
    pub access_token: String,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    pub expires_at: Ts,
    pub scopes: Vec<Scope>,
}

/// Exchange an API key for an access token that is valid for 15 minutes.
///
/// It needs no Idempotency-Key: a second token does no harm.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "access",
    responses(
        (status = 201, body = AccessToken),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn make_token(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    tokens: web::Data<Tokens>,
) -> Result<HttpResponse> {
    let Credential::ApiKey { id, scopes } = &caller.credential else {
        return Err(Error::refused(Code::Forbidden));
    };
    if !is_key(&req) {
        return Err(Error::refused_because(
            Code::Forbidden,
            "an access token cannot be renewed by itself; send the API key",
        ));
    }
    let now = ctx.now();
    let (access_token, expires_at) = tokens.issue(*id, scopes, now)?;
    let (id, user) = (*id, caller.clone());
    ctx.write(move |conn| keys::note_token(conn, &user, id, expires_at, now))
        .await?;
    Ok(HttpResponse::Created().json(AccessToken {
        access_token,
        token_type: "Bearer",
        expires_in: TOKEN_SECONDS,
        expires_at,
        scopes: scopes.clone(),
    }))
}

fn is_key(req: &HttpRequest) -> bool {
    req.headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(_, token)| token.trim().starts_with(keys::PREFIX))
}

/// Who the caller is.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "access",
    responses(
        (status = 200, body = Me),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn me(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(Me {
        account: caller.account_id,
        kind: caller.account_kind,
        name: caller.account_name,
        approved: caller.approved,
        role: caller.role,
    })
}
