//! One error for the whole product; one table gives each refusal its code, status and title.

mod codes;
mod reasons;

use serde::Serialize;
use utoipa::ToSchema;

pub use codes::Code;
pub use reasons::Reason;

use crate::text;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not happen: a refusal that its caller may read, or a fault that is only logged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Refused(Box<Refusal>),
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
    #[error("internal: {0}")]
    Internal(#[from] anyhow::Error),
}

/// A refusal as pages and JSON show it.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub code: Code,
    /// What exactly was refused; empty where the code says it all. Never personal data.
    pub detail: String,
    pub fields: Vec<FieldError>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.as_str())?;
        for field in &self.fields {
            write!(f, " {}:{}", field.field, field.reason.as_str())?;
        }
        Ok(())
    }
}

/// One field that was refused, and what would have been taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field as it was sent: `contact.phone`, `filter.all[2].value`.
    pub field: String,
    pub reason: Reason,
    /// What would be accepted: a range, a list, an example.
    pub accepted: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, reason: Reason, accepted: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason,
            accepted: accepted.into(),
        }
    }

    /// The same error, with its field seen from the document around it.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.field = format!("{outer}.{}", self.field);
        self
    }

    pub fn json(&self) -> FieldErrorJson {
        FieldErrorJson {
            field: self.field.clone(),
            code: self.reason.as_str().to_owned(),
            message: self.reason.message(text::english()),
            accepted: self.accepted.clone(),
        }
    }
}

/// A refused field as JSON carries it.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorJson {
    pub field: String,
    pub code: String,
    pub message: String,
    pub accepted: String,
}

impl Error {
    /// A refusal whose code says it all.
    pub fn refused(code: Code) -> Self {
        Self::refused_because(code, "")
    }

    /// A refusal with a sentence about this very case.
    pub fn refused_because(code: Code, detail: impl Into<String>) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            detail: detail.into(),
            fields: Vec::new(),
        }))
    }

    /// Content with these fields is refused with 422.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self::Refused(Box::new(Refusal {
            code: Code::InvalidContent,
            detail: String::new(),
            fields,
        }))
    }

    /// Content with one wrong field is refused with 422.
    pub fn invalid_field(
        field: impl Into<String>,
        reason: Reason,
        accepted: impl Into<String>,
    ) -> Self {
        Self::invalid(vec![FieldError::new(field, reason, accepted)])
    }

    /// The refusal that the caller reads; faults of ours become `internal_error` without detail.
    pub fn refusal(&self) -> Refusal {
        let code = match self {
            Self::Refused(refusal) => return (**refusal).clone(),
            Self::Database(diesel::result::Error::NotFound) => Code::NotFound,
            Self::Database(_) | Self::Internal(_) => Code::InternalError,
        };
        Refusal {
            code,
            detail: String::new(),
            fields: Vec::new(),
        }
    }

    /// True for a refusal with this code.
    pub fn has_code(&self, code: Code) -> bool {
        self.refusal().code == code
    }
}

impl From<Vec<FieldError>> for Error {
    fn from(fields: Vec<FieldError>) -> Self {
        Self::invalid(fields)
    }
}

impl From<FieldError> for Error {
    fn from(field: FieldError) -> Self {
        Self::invalid(vec![field])
    }
}
