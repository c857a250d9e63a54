//! What is known of a lead, in words.

use crate::text::Lang;
use crate::verticals::{Attributes, Vertical};
use crate::web::format;

/// A fact of a lead with its label, as pages list them.
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// The attributes that a lead has, in the order of the vertical's fields.
pub fn facts(l: &Lang, vertical: &Vertical, attributes: &Attributes) -> Vec<Fact> {
    vertical
        .fields
        .iter()
        .filter_map(|field| {
            attributes.get(&field.key).map(|value| Fact {
                label: field.label.clone(),
                value: format::fact(l, value),
            })
        })
        .collect()
}
