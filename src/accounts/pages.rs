//! Pages of sign-in and sign-up, of one's own account, and of the operator's desk for accounts.

pub mod desk;
pub mod own;
pub mod sign;

use crate::error::{Error, FieldError};
use crate::text::Lang;

/// What is wrong with a form, for its page.
#[derive(Default)]
struct Wrong {
    fields: Vec<FieldError>,
    /// What is wrong with the form as a whole.
    summary: Option<String>,
}

impl Wrong {
    /// The refusal of a form that can be mended; other errors go on to the error page.
    fn of(error: Error, l: &Lang) -> Result<Self, Error> {
        match error {
            Error::Refused(refusal) if matches!(refusal.code.status(), 401 | 409 | 422) => {
                Ok(Self {
                    summary: refusal.fields.is_empty().then(|| refusal.code.title(l)),
                    fields: refusal.fields,
                })
            }
            other => Err(other),
        }
    }
}
