//! The local checks on `tests/fixtures/contacts.csv`, whose verdicts were written down before the rules.

use std::collections::BTreeMap;

use galena::clock::Ts;
use galena::verification::{
    CheckName, Given, Lists, Settings, Subject, Verdict, email, local, phone,
};
use serde::Deserialize;

const LEAST_CONTACTS: usize = 400;
/// Hundredths of a per cent.
const LEAST: u64 = 9_800;

#[derive(Debug, Deserialize)]
struct Labelled {
    id: u32,
    first_name: String,
    last_name: String,
    company: String,
    email: String,
    phone: String,
    country: String,
    region: String,
    postal_code: String,
    age: Option<i64>,
    is_contact: Verdict,
    is_kind: String,
    is_phone: Verdict,
    is_phone_region: Verdict,
    is_email_disposable: Verdict,
    is_email_role: Verdict,
    is_name: Verdict,
    is_postal_code: Verdict,
    is_age: Verdict,
}

impl Labelled {
    fn expected(&self) -> [(CheckName, Verdict); 8] {
        [
            (CheckName::Contact, self.is_contact),
            (CheckName::Phone, self.is_phone),
            (CheckName::PhoneRegion, self.is_phone_region),
            (CheckName::EmailDisposable, self.is_email_disposable),
            (CheckName::EmailRole, self.is_email_role),
            (CheckName::Name, self.is_name),
            (CheckName::PostalCode, self.is_postal_code),
            (CheckName::Age, self.is_age),
        ]
    }
}

fn contacts() -> Vec<Labelled> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/contacts.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn read<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Given<T> {
    match given(text) {
        None => Given::Absent,
        Some(text) => read(text).map_or(Given::Unreadable, Given::Read),
    }
}

/// How often a check found what there was to find.
#[derive(Default)]
struct Score {
    /// Found, and rightly.
    hits: u64,
    /// Found, or found worse or better than it was.
    false_alarms: u64,
    missed: u64,
    right: u64,
    seen: u64,
}

impl Score {
    const fn precision(&self) -> u64 {
        10_000 * self.hits / (self.hits + self.false_alarms)
    }

    const fn recall(&self) -> u64 {
        10_000 * self.hits / (self.hits + self.missed)
    }
}

const fn is_alarm(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Warn | Verdict::Fail)
}

#[test]
fn each_check_finds_what_there_is_to_find() {
    let contacts = contacts();
    assert!(contacts.len() >= LEAST_CONTACTS);
    let lists = Lists::shipped().unwrap();
    let settings = Settings::default();
    let mut scores = BTreeMap::<CheckName, Score>::new();
    let mut kinds = (0, 0);
    for contact in &contacts {
        let phone = read(&contact.phone, |text| {
            phone::read(text, Some(&contact.country))
        });
        let email = read(&contact.email, email::read);
        if let Given::Read(phone) = &phone {
            kinds.1 += 1;
            kinds.0 += u32::from(phone.kind.as_str() == contact.is_kind);
        }
        let subject = Subject {
            first_name: given(&contact.first_name),
            last_name: given(&contact.last_name),
            company: given(&contact.company),
            email: match &email {
                Given::Read(email) => Given::Read(email.as_str()),
                Given::Absent => Given::Absent,
                Given::Unreadable => Given::Unreadable,
            },
            phone: match &phone {
                Given::Read(phone) => Given::Read(phone),
                Given::Absent => Given::Absent,
                Given::Unreadable => Given::Unreadable,
            },
            country: given(&contact.country),
            region: given(&contact.region),
            postal_code: given(&contact.postal_code),
            age: contact.age,
            min_age: 18,
            consent: None,
            now: Ts::from_micros(0),
        };
        let found = local(&subject, &lists, &settings);
        for (name, expected) in contact.expected() {
            let found = found.iter().find(|found| found.name == name).unwrap();
            let score = scores.entry(name).or_default();
            score.seen += 1;
            if found.verdict == expected {
                score.right += 1;
                score.hits += u64::from(is_alarm(expected));
                continue;
            }
            println!(
                "{} {name}: {} {:?} instead of {expected}: {:?}",
                contact.id, found.verdict, found.code, contact
            );
            score.false_alarms += u64::from(is_alarm(found.verdict));
            score.missed += u64::from(is_alarm(expected));
        }
    }
    println!(
        "{} contacts; kinds of numbers: {} of {}",
        contacts.len(),
        kinds.0,
        kinds.1
    );
    println!(
        "{:<18} {:>6} {:>6} {:>10} {:>8}",
        "check", "alarms", "right", "precision", "recall"
    );
    for (name, score) in &scores {
        println!(
            "{:<18} {:>6} {:>6} {:>10} {:>8}",
            name.as_str(),
            score.hits + score.missed,
            format!("{}/{}", score.right, score.seen),
            score.precision(),
            score.recall(),
        );
    }
    for (name, score) in &scores {
        assert!(score.hits >= 30, "{name} has too little to find");
        assert!(
            score.precision() >= LEAST,
            "{name}: precision {}",
            score.precision()
        );
        assert!(score.recall() >= LEAST, "{name}: recall {}", score.recall());
    }
    assert!(kinds.0 * 100 >= kinds.1 * 98, "kinds of numbers: {kinds:?}");
}
