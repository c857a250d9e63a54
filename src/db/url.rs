//! Database URLs: the scheme alone decides the backend, and an unknown one is an error, never a new file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database URL that was checked; shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(url::Url),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error(
        "the database URL must start with sqlite:// or postgres://, not {0:?}; for example sqlite://data/galena.db or postgres://galena@localhost/galena"
    )]
    Scheme(String),
    #[error("the database URL names no file; for example sqlite://data/galena.db")]
    NoFile,
    #[error("the database URL cannot be read: {0}")]
    Malformed(String),
}

impl DatabaseUrl {
    pub fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    /// Whether this names a file that is not there.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Sqlite(path) => !path.exists(),
            Self::Postgres(_) => false,
        }
    }

    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self::Sqlite(path.as_ref().to_owned())
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| UrlError::Scheme(text.chars().take(12).collect()))?;
        match scheme {
            "sqlite" if rest.is_empty() || rest.ends_with('/') => Err(UrlError::NoFile),
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(rest))),
            "postgres" | "postgresql" => url::Url::parse(text)
                .map(Self::Postgres)
                .map_err(|error| UrlError::Malformed(error.to_string())),
            other => Err(UrlError::Scheme(format!("{other}://"))),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let mut shown = url.clone();
                if shown.password().is_some() {
                    // Fails only for URLs that cannot have a password, and this one has.
                    let _ = shown.set_password(Some("***"));
                }
                write!(f, "{shown}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_are_taken() {
        assert_eq!(
            "sqlite://data/galena.db".parse(),
            Ok(DatabaseUrl::sqlite("data/galena.db"))
        );
        assert!(
            "postgresql://galena@localhost/galena"
                .parse::<DatabaseUrl>()
                .is_ok()
        );
        for wrong in [
            "galena.db",
            "postgre://localhost/galena",
            "sqlite:galena.db",
            "",
        ] {
            assert!(
                matches!(wrong.parse::<DatabaseUrl>(), Err(UrlError::Scheme(_))),
                "{wrong}"
            );
        }
        assert_eq!("sqlite://".parse::<DatabaseUrl>(), Err(UrlError::NoFile));
    }

    #[test]
    fn passwords_are_not_shown() {
        let url: DatabaseUrl = "postgres://galena:secret@localhost/galena".parse().unwrap();
        assert!(!url.to_string().contains("secret"));
        assert!(!format!("{url:?}").contains("secret"));
    }
}
