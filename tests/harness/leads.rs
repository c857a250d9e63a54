//! Leads for tests: made-up people with sound contacts.

use serde_json::{Value, json};

/// A sound lead of the eyewear vertical; `number` makes its contact its own.
pub fn eyewear_lead(number: u32) -> Value {
    json!({
        "vertical": "eyewear",
        "contact": {
            "first_name": "Marija",
            "last_name": "Kalniņa",
            "email": format!("marija.kalnina{number}@example.lv"),
            "phone": format!("+3712{number:07}"),
        },
        "attributes": {
            "country": "LV",
            "region": "Riga",
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
            "given_at": "2026-11-19T09:00:00Z",
            "page_url": "https://shop.example/glasses?utm=1",
            "ip": "203.0.113.7",
        },
        "origin": {"channel": "net", "campaign": "autumn"},
        "ask": {"amount": "20.00", "currency": "EUR"},
    })
}

/// Sets the field at a dotted path; null removes it.
pub fn with(mut lead: Value, path: &str, value: Value) -> Value {
    let (outer, key) = match path.rsplit_once('.') {
        Some((outer, key)) => (format!("/{}", outer.replace('.', "/")), key),
        None => (String::new(), path),
    };
    let object = lead.pointer_mut(&outer).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        object.remove(key);
    } else {
        object.insert(key.to_owned(), value);
    }
    lead
}
