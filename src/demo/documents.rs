//! The leads that the demo's sellers send in, as documents of the API.

use fastrand::Rng;
use serde_json::{Value, json};

use super::people::{Country, Person};
use crate::clock::{HOUR, Ts};

/// Leads of the diamond-glasses case, of which 50 fit.
pub const DIAMOND_LEADS: usize = 60;
const DIAMOND_FITTING: usize = 50;

/// A lead on its way in.
pub struct Sent {
    /// Index of its seller.
    pub seller: usize,
    pub at: Ts,
    pub document: Value,
}

/// Which countries a seller's people come from; the index is the seller's.
const REACH: &[&[&str]] = &[
    &["LV", "LV", "GB"],
    &["RU"],
    &["RO", "RO", "GB"],
    &["RS"],
    &["AL", "AL", "RS"],
];
const NEVA: usize = 1;

/// `count` leads spread over the time from `start` to `end`, the diamond-glasses case among them.
pub fn make(rng: &mut Rng, count: usize, start: Ts, end: Ts) -> Vec<Sent> {
    let mut kinds: Vec<Option<usize>> = (0..DIAMOND_LEADS).map(Some).collect();
    kinds.resize(count, None);
    rng.shuffle(&mut kinds);
    let step = (end.micros() - start.micros()) / i64::try_from(count.max(1)).unwrap_or(1);
    let mut sent = Vec::with_capacity(count);
    let mut at = start;
    for (number, kind) in kinds.into_iter().enumerate() {
        at = at.plus(step);
        let mut one = match kind {
            Some(which) => Sent {
                seller: NEVA,
                at,
                document: diamond(rng, number, which, at),
            },
            None => any(rng, number, at),
        };
        qualify(&mut one.document, number);
        sent.push(one);
    }
    sent
}

/// What the person did before, and what is known of their readiness, so that scores differ.
fn qualify(document: &mut Value, number: usize) {
    document["signals"] = json!({
        "consultation": number.is_multiple_of(7),
        "emails_opened": number % 9,
        "newsletter": number.is_multiple_of(3),
        "visits_30_days": number % 5,
    });
    let budgets = ["none", "planned", "approved"];
    document["bant"] = json!({ "budget": budgets[number % 3], "need": "clear" });
    if number.is_multiple_of(2) {
        document["bant"]["timing"] = json!("quarter");
    }
}

/// The tabulated case: all that the request asks for, with one thing amiss in the last ten.
fn diamond(rng: &mut Rng, number: usize, which: usize, at: Ts) -> Value {
    let mut person = Country::by_code("RU").person(rng, number);
    let in_moscow = rng.bool();
    (person.region, person.city) = if in_moscow {
        ("RU-MOW", "Moscow")
    } else {
        ("RU-SPE", "Saint Petersburg")
    };
    (if in_moscow { "101000" } else { "191186" }).clone_into(&mut person.postal_code);
    let mut attributes = attributes(&person, "RU");
    attributes["age"] = json!(rng.i64(30..65));
    attributes["marital_status"] = json!("married");
    attributes["employed"] = json!(rng.u8(..10) < 7);
    attributes["looking_for"] = json!("good_beautiful_glasses");
    if which >= DIAMOND_FITTING {
        match which % 3 {
            0 => attributes["age"] = json!(rng.i64(18..30)),
            1 => attributes["marital_status"] = json!("single"),
            _ => {
                attributes["region"] = json!("RU-SVE");
                attributes["city"] = json!("Yekaterinburg");
                attributes["postal_code"] = json!("620014");
            }
        }
    }
    document(
        "eyewear",
        &person,
        attributes,
        "Good, beautiful glasses with stones",
        ("450.00", "RUB"),
        at,
    )
}

fn any(rng: &mut Rng, number: usize, at: Ts) -> Sent {
    let seller = rng.usize(..REACH.len());
    let countries = REACH[seller];
    let country = countries[rng.usize(..countries.len())];
    let person = Country::by_code(country).person(rng, number);
    let mut attributes = attributes(&person, country);
    attributes["age"] = json!(rng.i64(19..75));
    attributes["employed"] = json!(rng.u8(..10) < 7);
    attributes["marital_status"] = json!(pick(
        rng,
        &["single", "has_partner", "married", "divorced", "widowed"]
    ));
    let vertical = match rng.u8(..10) {
        _ if country == "RU" => "eyewear",
        0..=2 => "eyewear",
        3..=6 => "b2b-software",
        _ => "home-solar",
    };
    let (interest, ask) = match vertical {
        "eyewear" => eyewear(rng, &mut attributes, country),
        "b2b-software" => software(rng, &mut attributes),
        _ => solar(rng, &mut attributes),
    };
    let mut document = document(vertical, &person, attributes, interest, ask, at);
    if vertical == "b2b-software" {
        document["contact"]["company"] = json!(format!("{} & Co", person.last_name));
        document["contact"]["job_title"] = json!("Head of operations");
    }
    Sent {
        seller,
        at,
        document,
    }
}

type Offer = (&'static str, (&'static str, &'static str));

fn eyewear(rng: &mut Rng, attributes: &mut Value, country: &str) -> Offer {
    let (key, interest) = pick(
        rng,
        &[
            ("sunglasses", "Sunglasses for the summer"),
            ("reading_glasses", "Reading glasses"),
            ("contact_lenses", "Monthly contact lenses"),
            ("repair", "A frame to be repaired"),
        ],
    );
    attributes["looking_for"] = json!(key);
    attributes["wears_glasses"] = json!(rng.bool());
    let ask = if country == "RU" {
        ("250.00", "RUB")
    } else {
        ("6.00", "EUR")
    };
    (interest, ask)
}

fn software(rng: &mut Rng, attributes: &mut Value) -> Offer {
    let (problem, interest) = pick(
        rng,
        &[
            ("crm", "A CRM for the sales team"),
            ("payroll", "Payroll for several countries"),
            ("accounting", "Accounting that talks to the bank"),
            ("security", "Security review of our systems"),
            ("analytics", "Reports that build themselves"),
        ],
    );
    attributes["problem"] = json!(problem);
    attributes["industry"] = json!(pick(
        rng,
        &[
            "technology",
            "technology",
            "finance",
            "retail",
            "logistics",
            "public_sector"
        ]
    ));
    attributes["employees"] = json!(pick(rng, &[4, 9, 18, 35, 60, 120, 400, 1_500]));
    attributes["seniority"] = json!(pick(
        rng,
        &[
            "staff",
            "specialist",
            "manager",
            "director",
            "c_level",
            "owner"
        ]
    ));
    (interest, ("18.00", "EUR"))
}

fn solar(rng: &mut Rng, attributes: &mut Value) -> Offer {
    attributes["home_owner"] = json!(rng.u8(..10) < 9);
    attributes["property"] = json!(pick(rng, &["detached", "semi_detached", "terraced"]));
    attributes["roof"] = json!(pick(rng, &["pitched_tile", "pitched_metal", "flat"]));
    attributes["monthly_bill"] = json!(rng.i64(30..240));
    attributes["battery"] = json!(rng.bool());
    let interest = pick(
        rng,
        &[
            "Solar panels for the roof",
            "A lower electricity bill",
            "Panels with a battery",
        ],
    );
    (interest, ("15.00", "EUR"))
}

fn pick<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}

fn attributes(person: &Person, country: &str) -> Value {
    json!({
        "country": country,
        "region": person.region,
        "city": person.city,
        "postal_code": person.postal_code,
        "gender": person.gender,
    })
}

fn document(
    vertical: &str,
    person: &Person,
    attributes: Value,
    interest: &str,
    (ask, currency): (&str, &str),
    at: Ts,
) -> Value {
    json!({
        "vertical": vertical,
        "contact": {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
        },
        "attributes": attributes,
        "interest": interest,
        "consent": {
            "text": "I agree that my details are passed to companies that make me an offer by phone or e-mail.",
            "version": "2026-01",
            "given_at": at.minus(HOUR),
            "page_url": "https://landing.example/offer",
            "channels": ["phone", "email"],
        },
        "origin": {"channel": "net", "campaign": "autumn"},
        "ask": {"amount": ask, "currency": currency},
        "accepts": ["ppl"],
        "copies": 1,
    })
}
