//! E-mail addresses: read, compared with what is known of mailboxes, and told apart by person.

use lettre::Address;

use super::check::{CheckName, Finding, Given, Subject};
use super::lists::Lists;
use crate::error::Reason;
use crate::verticals::place::fold;

/// The longest e-mail address that mail servers take.
const MAX_CHARS: usize = 254;
const FIELD: &str = "contact.email";

/// Domains of one provider, whose mailboxes are the same under each; the first stands for all.
const SAME_PROVIDER: &[&[&str]] = &[
    &["gmail.com", "googlemail.com"],
    &[
        "yandex.ru",
        "ya.ru",
        "yandex.com",
        "yandex.by",
        "yandex.kz",
        "yandex.ua",
    ],
    &["proton.me", "protonmail.com", "pm.me"],
    &["icloud.com", "me.com", "mac.com"],
];
/// Providers that read a mailbox without its dots.
const DOTS_SAY_NOTHING: &[&str] = &["gmail.com"];

/// A trimmed lower-case address with a domain that has a dot.
pub fn read(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text).to_lowercase();
    if text.len() > MAX_CHARS || !text.is_ascii() {
        return None;
    }
    let address: Address = text.parse().ok()?;
    let (name, tail) = address.domain().rsplit_once('.')?;
    let domain_is_sound = !name.is_empty()
        && tail.len() >= 2
        && tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !tail.chars().all(|c| c.is_ascii_digit());
    (domain_is_sound && !address.user().contains('"')).then_some(text)
}

/// The spelling by which a mailbox is known, whatever tag or dots it was given with: for keyed hashes.
pub fn mailbox(email: &str) -> String {
    let Some((user, domain)) = email.rsplit_once('@') else {
        return email.to_owned();
    };
    let domain = SAME_PROVIDER
        .iter()
        .find(|provider| provider.contains(&domain))
        .and_then(|provider| provider.first())
        .copied()
        .unwrap_or(domain);
    let bare = untagged(user);
    if DOTS_SAY_NOTHING.contains(&domain) {
        format!("{}@{domain}", bare.replace('.', ""))
    } else {
        format!("{bare}@{domain}")
    }
}

/// The mailbox without what stands behind a plus sign.
fn untagged(user: &str) -> &str {
    match user.split_once('+') {
        Some((bare, _)) if !bare.is_empty() => bare,
        _ => user,
    }
}

pub(super) fn disposable(subject: &Subject<'_>, lists: &Lists) -> Finding {
    let name = CheckName::EmailDisposable;
    let Some((_, domain)) = parts(subject) else {
        return Finding::not_checked(name);
    };
    if is_listed(domain, lists) {
        return Finding::fail(name, FIELD, Reason::DisposableDomain);
    }
    Finding::pass(name)
}

/// A domain counts with all below it.
fn is_listed(domain: &str, lists: &Lists) -> bool {
    let mut rest = domain;
    loop {
        if lists.disposable.contains(rest) {
            return true;
        }
        match rest.split_once('.') {
            Some((_, above)) if above.contains('.') => rest = above,
            _ => return false,
        }
    }
}

pub(super) fn role(subject: &Subject<'_>, lists: &Lists) -> Finding {
    let name = CheckName::EmailRole;
    let Some((user, _)) = parts(subject) else {
        return Finding::not_checked(name);
    };
    if is_role(untagged(user), subject, lists) {
        return Finding::warn(name, FIELD, Reason::RoleAddress);
    }
    Finding::pass(name)
}

/// `office-riga@` belongs to an office; `office.kalnina@` may be somebody of that name.
fn is_role(user: &str, subject: &Subject<'_>, lists: &Lists) -> bool {
    if lists.roles.contains(user) {
        return true;
    }
    let mut words = user
        .split(['.', '-', '_'])
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    if !words.next().is_some_and(|word| lists.roles.contains(word)) {
        return false;
    }
    let names: Vec<String> = [subject.first_name, subject.last_name]
        .into_iter()
        .flatten()
        .flat_map(|name| {
            fold(name)
                .split([' ', '-'])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    words.all(|word| !names.iter().any(|name| name == word))
}

fn parts<'a>(subject: &Subject<'a>) -> Option<(&'a str, &'a str)> {
    match subject.email {
        Given::Read(email) => email.rsplit_once('@'),
        Given::Absent | Given::Unreadable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_are_lower_case_with_a_domain() {
        for (text, expected) in [
            (" Marija@Example.LV ", Some("marija@example.lv")),
            ("mailto:a@b.rs", Some("a@b.rs")),
            ("a+b@sub.example.co.uk", Some("a+b@sub.example.co.uk")),
            ("marija", None),
            ("marija@", None),
            ("marija@localhost", None),
            ("@example.lv", None),
            ("a@b@c.lv", None),
            ("a b@c.lv", None),
            ("a@[127.0.0.1]", None),
            ("a@example.1", None),
            ("a@.lv", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn one_mailbox_has_one_spelling() {
        for (email, expected) in [
            ("anna+shop@example.lv", "anna@example.lv"),
            ("anna.k@example.lv", "anna.k@example.lv"),
            ("a.n.n.a+x@gmail.com", "anna@gmail.com"),
            ("anna@googlemail.com", "anna@gmail.com"),
            ("anna@ya.ru", "anna@yandex.ru"),
            ("+anna@example.lv", "+anna@example.lv"),
        ] {
            assert_eq!(mailbox(email), expected);
        }
    }
}
