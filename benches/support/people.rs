//! People who do not exist, each with a contact of their own.

use galena::clock::Ts;
use serde_json::{Value, json};

/// Somebody in Riga who wants glasses; `number` makes them their own person.
pub fn person(number: usize, consent_at: Ts) -> Value {
    json!({
        "vertical": "eyewear",
        "contact": {
            "first_name": "Marija",
            "last_name": "Kalniņa",
            "email": format!("marija.kalnina.{number}@example.lv"),
            "phone": format!("+3712{number:07}"),
        },
        "attributes": {
            "country": "LV",
            "region": "LV-RIX",
            "city": "Riga",
            "postal_code": "1010",
            "age": 34,
            "gender": "female",
            "marital_status": "has_partner",
            "employed": true,
            "looking_for": "good_beautiful_glasses",
        },
        "interest": "buying good, beautiful glasses",
        "consent": {
            "text": "I agree that an optician calls me about glasses.",
            "version": "1",
            "given_at": consent_at,
            "page_url": "https://shop.example/glasses",
            "channels": ["phone", "email"],
        },
        "origin": {"channel": "net", "campaign": "autumn"},
        "ask": {"amount": "9.00", "currency": "EUR"},
    })
}
