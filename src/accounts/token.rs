//! Short-lived access tokens: signed documents (JWT, `EdDSA`) that stand for an API key.

use anyhow::Context as _;
use aws_lc_rs::signature::KeyPair as _;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::access::Scope;
use crate::clock::{SECOND, Ts};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::id::ApiKeyId;
use crate::vault::Vault;

/// How long an access token is valid.
pub const TOKEN_SECONDS: i64 = 15 * 60;
const AUDIENCE: &str = "galena-api";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: ApiKeyId,
    scopes: Vec<Scope>,
    iat: i64,
    exp: i64,
}

/// Makes and verifies access tokens.
pub struct Tokens {
    issuer: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Tokens {
    pub fn new(vault: &Vault, config: &Config) -> anyhow::Result<Self> {
        let pair = vault.signing_key()?;
        let document = pair
            .to_pkcs8()
            .context("the signing key cannot be written")?;
        let issuer = config.public_url.clone();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library would ask the system's clock; `verify` asks ours.
        validation.validate_exp = false;
        Ok(Self {
            issuer,
            encoding: EncodingKey::from_ed_der(document.as_ref()),
            decoding: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            validation,
        })
    }

    /// A token for a key, valid until the instant that is answered too.
    pub fn issue(&self, key: ApiKeyId, scopes: &[Scope], now: Ts) -> Result<(String, Ts)> {
        let iat = now.micros().div_euclid(SECOND);
        let exp = iat + TOKEN_SECONDS;
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: key,
            scopes: scopes.to_vec(),
            iat,
            exp,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.encoding)
            .map_err(|error| Error::Internal(error.into()))?;
        Ok((token, Ts::from_micros(exp * SECOND)))
    }

    /// The key and scopes of a valid token.
    pub fn verify(&self, token: &str, now: Ts) -> Option<(ApiKeyId, Vec<Scope>)> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .ok()?
            .claims;
        let is_current = now.micros() < claims.exp.checked_mul(SECOND)?;
        is_current.then_some((claims.sub, claims.scopes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Options;
    use crate::vault::MasterKey;

    fn tokens() -> Tokens {
        let vault = Vault::new(&MasterKey::generate().unwrap()).unwrap();
        let config = Config::try_from(Options::default()).unwrap();
        Tokens::new(&vault, &config).unwrap()
    }

    #[test]
    fn tokens_last_fifteen_minutes_under_one_key() {
        let tokens = tokens();
        let now = Ts::from_micros(1_763_812_345_678_901);
        let key = ApiKeyId::new(now);
        let (token, until) = tokens.issue(key, &[Scope::LeadsRead], now).unwrap();
        assert_eq!(
            tokens.verify(&token, until.minus(1)),
            Some((key, vec![Scope::LeadsRead]))
        );
        assert_eq!(tokens.verify(&token, until), None);
        assert_eq!(self::tokens().verify(&token, now), None);
    }

    #[test]
    fn other_algorithms_audiences_and_issuers_are_refused() {
        let tokens = tokens();
        let now = Ts::from_micros(1_763_812_345_678_901);
        let claims = |iss: &str, aud: &str| Claims {
            iss: iss.to_owned(),
            aud: aud.to_owned(),
            sub: ApiKeyId::new(now),
            scopes: vec![],
            iat: 0,
            exp: i64::MAX / SECOND,
        };
        let issuer = tokens.issuer.clone();
        let sign = |claims: &Claims| {
            jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &tokens.encoding).unwrap()
        };
        assert!(
            tokens
                .verify(&sign(&claims(&issuer, AUDIENCE)), now)
                .is_some()
        );
        assert!(
            tokens
                .verify(&sign(&claims("https://evil.example", AUDIENCE)), now)
                .is_none()
        );
        assert!(
            tokens
                .verify(&sign(&claims(&issuer, "other")), now)
                .is_none()
        );
        let shared = EncodingKey::from_secret(b"guessed");
        let hs256 = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims(&issuer, AUDIENCE),
            &shared,
        )
        .unwrap();
        assert!(tokens.verify(&hs256, now).is_none());
    }
}
