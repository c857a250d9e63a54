//! How long a vertical keeps personal data, and which buyers its consents cover.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{FieldError, Reason, Result};
use crate::id::{AccountId, VerticalId};

/// The longest that anything is kept; the database checks the same bounds.
const MAX_DAYS: i32 = 3_650;

text_enum! {
    /// Which buyers a consent covers, by the recipients that it names.
    pub enum ConsentRecipients {
        /// The buyer itself must be named.
        Named = "named",
        /// The buyers that are named; anybody where nobody is.
        Listed = "listed",
        /// Whoever buys.
        Any = "any",
    }
}

impl ConsentRecipients {
    /// Whether a consent that names these recipients covers a buyer, who is named by its name or its id.
    pub fn covers(self, recipients: &[String], buyer: &str, id: AccountId) -> bool {
        let plain = |text: &str| {
            let words = text.split_whitespace().map(str::to_lowercase);
            words.collect::<Vec<_>>().join(" ")
        };
        let (name, id) = (plain(buyer), id.to_string());
        let is_named = recipients
            .iter()
            .map(|recipient| plain(recipient))
            .any(|recipient| recipient == name || recipient == id);
        match self {
            Self::Named => is_named,
            Self::Listed => is_named || recipients.is_empty(),
            Self::Any => true,
        }
    }
}

/// How long personal data is kept, and whom consents cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Keeping {
    /// Days after a listing ended unsold.
    pub unsold_days: i32,
    /// Days after the last sale.
    pub sold_days: i32,
    /// Days that refused documents and uploaded files are kept.
    pub refused_days: i32,
    pub recipients: ConsentRecipients,
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            unsold_days: 90,
            sold_days: 730,
            refused_days: 30,
            recipients: ConsentRecipients::Any,
        }
    }
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeepingForm {
    pub unsold_days: String,
    pub sold_days: String,
    pub refused_days: String,
    pub recipients: String,
}

impl KeepingForm {
    pub fn of(keeping: &Keeping) -> Self {
        Self {
            unsold_days: keeping.unsold_days.to_string(),
            sold_days: keeping.sold_days.to_string(),
            refused_days: keeping.refused_days.to_string(),
            recipients: keeping.recipients.to_string(),
        }
    }

    pub fn parse(&self) -> Result<Keeping, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut days = |field: &str, text: &str| {
            let reason = match text.trim().parse::<i32>() {
                Err(_) => Reason::WrongType,
                Ok(days) if days < 1 => Reason::TooSmall,
                Ok(days) if days > MAX_DAYS => Reason::TooLarge,
                Ok(days) => return days,
            };
            errors.push(FieldError::new(field, reason, format!("1 - {MAX_DAYS}")));
            1
        };
        let (unsold_days, sold_days, refused_days) = (
            days("unsold_days", &self.unsold_days),
            days("sold_days", &self.sold_days),
            days("refused_days", &self.refused_days),
        );
        let recipients = self.recipients.parse::<ConsentRecipients>();
        match recipients {
            Ok(recipients) if errors.is_empty() => Ok(Keeping {
                unsold_days,
                sold_days,
                refused_days,
                recipients,
            }),
            Ok(_) => Err(errors),
            Err(accepted) => {
                errors.push(FieldError::new("recipients", Reason::NotAllowed, accepted));
                Err(errors)
            }
        }
    }
}

/// Changes how long a vertical keeps what, and whom its consents cover; leads that are there follow at once.
pub fn change(
    conn: &mut Conn,
    id: VerticalId,
    keeping: &Keeping,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    let before = store::by_id(conn, id)?.keeping;
    store::set_keeping(conn, id, keeping, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: None,
            action: "vertical.keeping_changed",
            subject: id.to_string(),
            detail: audit::change(&before, keeping)?,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_covers_whom_it_names() {
        let id = AccountId(uuid::Uuid::from_u128(7));
        let named = |recipients: &[&str]| -> Vec<bool> {
            let recipients: Vec<String> = recipients.iter().map(ToString::to_string).collect();
            [
                ConsentRecipients::Named,
                ConsentRecipients::Listed,
                ConsentRecipients::Any,
            ]
            .iter()
            .map(|which| which.covers(&recipients, "Optika  SIA", id))
            .collect()
        };
        assert_eq!(named(&["brilles", "OPTIKA sia"]), [true, true, true]);
        assert_eq!(named(&[&id.to_string()]), [true, true, true]);
        assert_eq!(named(&["Optika"]), [false, false, true]);
        assert_eq!(named(&[]), [false, true, true]);
    }

    #[test]
    fn days_and_recipients_are_told_field_by_field() {
        let form = KeepingForm {
            unsold_days: "0".to_owned(),
            sold_days: "3651".to_owned(),
            refused_days: "x".to_owned(),
            recipients: "somebody".to_owned(),
        };
        let told: Vec<(String, Reason)> = form
            .parse()
            .unwrap_err()
            .into_iter()
            .map(|error| (error.field, error.reason))
            .collect();
        let field = |name: &str, reason| (name.to_owned(), reason);
        assert_eq!(
            told,
            [
                field("unsold_days", Reason::TooSmall),
                field("sold_days", Reason::TooLarge),
                field("refused_days", Reason::WrongType),
                field("recipients", Reason::NotAllowed),
            ]
        );
        let kept = Keeping::default();
        assert_eq!(KeepingForm::of(&kept).parse(), Ok(kept));
    }
}
