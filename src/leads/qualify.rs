//! What a seller says of a lead's readiness: what the person did before, and the four questions of BANT.

use std::str::FromStr;

use super::document::{Object, Reader, Spelling};
use crate::error::Reason;
use crate::scoring::{Bant, Signals};

const MAX_SIGNAL: i64 = 100_000;

pub(super) fn read_signals(reader: &mut Reader, root: &Object<'_>) -> Signals {
    let object = reader.object(root, "signals");
    reader.only(
        &object,
        &[
            "consultation",
            "emails_opened",
            "newsletter",
            "visits_30_days",
        ],
    );
    let mut count = |key| {
        reader
            .integer_within(&object, key, 0, MAX_SIGNAL)
            .unwrap_or(0)
    };
    let (emails_opened, visits_30_days) = (count("emails_opened"), count("visits_30_days"));
    Signals {
        consultation: reader.boolean(&object, "consultation").unwrap_or(false),
        emails_opened,
        newsletter: reader.boolean(&object, "newsletter").unwrap_or(false),
        visits_30_days,
    }
}

pub(super) fn read_bant(reader: &mut Reader, root: &Object<'_>) -> Bant {
    let object = reader.object(root, "bant");
    reader.only(&object, &["budget", "authority", "need", "timing"]);
    Bant {
        budget: answer(reader, &object, "budget"),
        authority: answer(reader, &object, "authority"),
        need: answer(reader, &object, "need"),
        timing: answer(reader, &object, "timing"),
    }
}

fn answer<T: FromStr<Err = String>>(
    reader: &mut Reader,
    object: &Object<'_>,
    key: &str,
) -> Option<T> {
    let mut text = reader.text(object, key, 40)?;
    if reader.spelling == Spelling::Text {
        text = text.to_lowercase().replace([' ', '-'], "_");
    }
    match text.parse() {
        Ok(answer) => Some(answer),
        Err(accepted) => {
            reader.refuse(object.path(key), Reason::NotAllowed, accepted);
            None
        }
    }
}
