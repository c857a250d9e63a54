//! Passwords: rules for new ones, and argon2id off the async threads, a few at a time.

use std::sync::Arc;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, FieldError, Reason, Result};

const MIN_CHARACTERS: usize = 12;
const MAX_CHARACTERS: usize = 200;
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Hashes at once: each takes a core for a while, and 19 MiB.
const AT_ONCE: usize = 2;

/// The commonest passwords that are long enough, without the digits and signs at their end.
const COMMON: &[&str] = &[
    "",
    "abcdefghijkl",
    "adminadmin",
    "administrator",
    "changemechangeme",
    "correcthorsebatterystaple",
    "iloveyouforever",
    "iloveyousomuch",
    "letmeinletmein",
    "passwordpassword",
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "qwertyqwerty",
    "qwertyuiop",
    "qwertyuiopasdf",
    "qwerty",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "q1w2e3r4t5y6",
    "welcome",
    "welcomewelcome",
    "galena",
];

/// Refuses a new password that is short, common, or the e-mail itself.
pub fn check(field: &str, password: &str, email: &str) -> Result<(), FieldError> {
    let length = password.chars().count();
    let accepted = || format!("{MIN_CHARACTERS} to {MAX_CHARACTERS} characters");
    if length < MIN_CHARACTERS {
        return Err(FieldError::new(field, Reason::TooShort, accepted()));
    }
    if length > MAX_CHARACTERS {
        return Err(FieldError::new(field, Reason::TooLong, accepted()));
    }
    let lower = password.to_lowercase();
    let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let email = email.to_lowercase();
    let name = email.split('@').next().unwrap_or("");
    let repeats = lower
        .chars()
        .next()
        .is_some_and(|first| lower.chars().all(|c| c == first));
    let is_weak = COMMON.contains(&bare)
        || COMMON.contains(&lower.as_str())
        || repeats
        || lower == email
        || bare == name;
    if is_weak {
        return Err(FieldError::new(
            field,
            Reason::PasswordWeak,
            "a longer phrase of your own",
        ));
    }
    Ok(())
}

/// Hashes and verifies; clones share the limit.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Verified for unknown e-mails, so that they take as long as known ones.
    dummy: Arc<str>,
}

impl Passwords {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            dummy: hash("nobody has this password")
                .map_err(|error| anyhow!(error))?
                .into(),
        })
    }

    pub async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move || hash(&password)).await
    }

    /// Whether the password is the one of the hash; without a hash the answer is no, as slowly.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.to_string());
        let matches = self.in_turn(move || verify(&password, &hash)).await?;
        Ok(is_known && matches)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|error| Error::Internal(error.into()))?;
        tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(turn);
            outcome
        })
        .await
        .map_err(|error| Error::Internal(error.into()))?
    }
}

/// `Passwords::hash` for threads that may block.
pub fn hash(password: &str) -> Result<String> {
    let hash = argon2id()?
        .hash_password(password.as_bytes())
        .map_err(|error| Error::Internal(anyhow!("a password cannot be hashed: {error}")))?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash)
        .map_err(|error| Error::Internal(anyhow!("a kept password hash is broken: {error}")))?;
    Ok(argon2id()?
        .verify_password(password.as_bytes(), &hash)
        .is_ok())
}

fn argon2id() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)
        .map_err(|error| Error::Internal(anyhow!("argon2 parameters: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easy_passwords_are_refused() {
        let reason = |password: &str| {
            check("password", password, "anna.ozola@shop.lv")
                .err()
                .map(|error| error.reason)
        };
        assert_eq!(reason("short"), Some(Reason::TooShort));
        assert_eq!(reason(&"long".repeat(60)), Some(Reason::TooLong));
        for weak in [
            "password1234",
            "Password!2026",
            "aaaaaaaaaaaa",
            "123456789012",
            "anna.ozola@shop.lv",
            "Anna.Ozola2026",
            "correcthorsebatterystaple",
        ] {
            assert_eq!(reason(weak), Some(Reason::PasswordWeak), "{weak}");
        }
        assert_eq!(reason("amber bridge 41 tram"), None);
    }

    #[test]
    fn hashes_verify_and_differ() {
        let first = hash("amber bridge 41 tram").unwrap();
        assert!(
            first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{first}"
        );
        assert_ne!(first, hash("amber bridge 41 tram").unwrap());
        assert!(verify("amber bridge 41 tram", &first).unwrap());
        assert!(!verify("amber bridge 41 bus", &first).unwrap());
    }
}
