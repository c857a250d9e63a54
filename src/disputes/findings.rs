//! What a machine can check of a claim, shown to both sides; what it settles beyond doubt is decided at once.

use serde_json::{Value as Json, json};

use super::{Evidence, store};
use crate::clock::Ts;
use crate::conditions::{Conditions, FilterFields};
use crate::contracts::{Agreement, SENIORITY};
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::Result;
use crate::leads::{self, Contact, Listing};
use crate::purchases::Purchase;
use crate::suppression::{self, List};
use crate::text::english;
use crate::vault::Vault;
use crate::verticals::{self, DisputeReason, Value};

text_enum! {
    /// What was looked at.
    pub enum FindingName {
        /// Whether this buyer bought the same contact before.
        Duplicate = "duplicate",
        /// Whether the lead meets the criteria of the contract at sale.
        Criteria = "criteria",
        /// Whether the buyer's own list of customers has the contact, and since when.
        Customers = "customers",
        /// Whether the exchange's list of people to be left alone has the contact, and since when.
        Suppression = "suppression",
        /// Whether a returned letter names the lead's address.
        Bounce = "bounce",
        /// Whether the phone number is possible in its country.
        Phone = "phone",
        /// Whether the lead says that it is of age.
        Age = "age",
    }
}

text_enum! {
    /// What a finding says about the claim.
    pub enum FindingVerdict { Proves = "proves", Disproves = "disproves", SaysNothing = "says_nothing" }
}

/// One finding; its detail names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub name: FindingName,
    pub verdict: FindingVerdict,
    pub detail: Json,
}

/// The newest purchases of a buyer that are compared with a lead.
const COMPARED: i64 = 5_000;

/// Everything that can be checked for this reason.
pub fn look(
    conn: &mut Conn,
    vault: &Vault,
    (purchase, agreement): (&Purchase, &Agreement),
    reason: DisputeReason,
    evidence: &Evidence,
    now: Ts,
) -> Result<Vec<Finding>> {
    let listing = leads::listing(conn, purchase.lead_id)?;
    let contact = leads::open_contact(conn, vault, purchase.lead_id)?;
    let mut found = Vec::new();
    match reason {
        DisputeReason::Duplicate | DisputeReason::ExistingCustomer => {
            found.push(duplicate(conn, vault, purchase, &contact)?);
            found.push(listed(conn, vault, purchase, &contact, List::Customers)?);
        }
        DisputeReason::OutsideCriteria | DisputeReason::WrongVertical => {
            found.push(criteria(conn, agreement, &listing, now)?);
        }
        DisputeReason::EmailBounced => found.push(bounce(evidence, &contact)),
        DisputeReason::WrongNumber | DisputeReason::Disconnected => found.push(phone(&contact)),
        DisputeReason::Minor => found.push(age(&listing)),
        DisputeReason::Fictitious
        | DisputeReason::NeverRequested
        | DisputeReason::CompetitorOrTest
        | DisputeReason::Language => {}
        DisputeReason::DoNotContact => {
            found.push(listed(conn, vault, purchase, &contact, List::DoNotContact)?);
        }
    }
    Ok(found)
}

/// The published rule: what is proven is upheld at once; a duplicate that there is not is denied at once.
pub fn rule(reason: DisputeReason, found: &[Finding]) -> Option<bool> {
    let verdict = found.first()?.verdict;
    match (reason, verdict) {
        (
            DisputeReason::Duplicate
            | DisputeReason::OutsideCriteria
            | DisputeReason::EmailBounced
            | DisputeReason::Minor,
            FindingVerdict::Proves,
        ) => Some(true),
        (DisputeReason::Duplicate, FindingVerdict::Disproves) => Some(false),
        _ => None,
    }
}

fn finding(name: FindingName, verdict: FindingVerdict, detail: Json) -> Finding {
    Finding {
        name,
        verdict,
        detail,
    }
}

fn duplicate(
    conn: &mut Conn,
    vault: &Vault,
    purchase: &Purchase,
    contact: &Contact,
) -> Result<Finding> {
    let earlier = store::earlier_purchases(conn, purchase, COMPARED)?;
    let compared = earlier.len();
    for (earlier, sealed) in earlier {
        let other = sealed.open(vault)?;
        let same_phone = contact.phone.is_some() && contact.phone == other.phone;
        let same_email = contact.email.is_some() && contact.email == other.email;
        if same_phone || same_email {
            let detail =
                json!({ "purchase": earlier, "same_phone": same_phone, "same_email": same_email });
            return Ok(finding(
                FindingName::Duplicate,
                FindingVerdict::Proves,
                detail,
            ));
        }
    }
    // Of a longer history only the newest part was seen, which disproves nothing.
    let verdict = if i64::try_from(compared).is_ok_and(|compared| compared < COMPARED) {
        FindingVerdict::Disproves
    } else {
        FindingVerdict::SaysNothing
    };
    Ok(finding(
        FindingName::Duplicate,
        verdict,
        json!({ "compared": compared }),
    ))
}

/// Whether a list had the contact before the purchase, which proves the claim; what was listed later is only told.
fn listed(
    conn: &mut Conn,
    vault: &Vault,
    purchase: &Purchase,
    contact: &Contact,
    list: List,
) -> Result<Finding> {
    let (name, owner) = match list {
        List::Customers => (FindingName::Customers, Some(purchase.buyer_id)),
        List::DoNotContact => (FindingName::Suppression, None),
    };
    let (email, phone) = (contact.email.as_deref(), contact.phone.as_deref());
    let hashes = suppression::to_find(vault, email, phone);
    let since = suppression::listed_since(conn, owner, list, &hashes)?;
    let verdict = match since {
        Some(since) if since <= purchase.purchased_at => FindingVerdict::Proves,
        _ => FindingVerdict::SaysNothing,
    };
    let detail = json!({ "listed_since": since });
    Ok(finding(name, verdict, detail))
}

/// The lead against the criteria of the contract version that it was bought under.
fn criteria(conn: &mut Conn, agreement: &Agreement, listing: &Listing, now: Ts) -> Result<Finding> {
    let vertical = verticals::by_id(conn, listing.vertical_id)?;
    let criteria = &agreement.terms().criteria;
    if criteria.is_empty() {
        let detail = json!({ "criteria": 0 });
        return Ok(finding(
            FindingName::Criteria,
            FindingVerdict::SaysNothing,
            detail,
        ));
    }
    let fields = FilterFields::of(&vertical, english());
    let conditions = Conditions::compile(&criteria.filter, &fields)
        .map_err(|error| anyhow::anyhow!("stored criteria cannot be compiled: {error:?}"))?;
    let mut failed: Vec<String> = conditions
        .explain(listing, now)
        .into_iter()
        .map(|failure| failure.condition.field)
        .collect();
    if criteria
        .min_stage
        .is_some_and(|least| listing.stage < least)
    {
        failed.push("min_stage".to_owned());
    }
    if let Some(wanted) = criteria.seniorities(&vertical) {
        let fits = matches!(listing.attributes.get(SENIORITY), Some(Value::Text(seen)) if wanted.contains(seen));
        if !fits {
            failed.push("min_seniority".to_owned());
        }
    }
    let verdict = if failed.is_empty() {
        FindingVerdict::Disproves
    } else {
        FindingVerdict::Proves
    };
    Ok(finding(
        FindingName::Criteria,
        verdict,
        json!({ "failed": failed }),
    ))
}

/// A delivery status notification (RFC 3464) that says for good that the lead's address takes no mail.
fn bounce(evidence: &Evidence, contact: &Contact) -> Finding {
    let says = |verdict, detail| finding(FindingName::Bounce, verdict, detail);
    let Some(email) = &contact.email else {
        let detail = json!({ "email": false });
        return says(FindingVerdict::SaysNothing, detail);
    };
    for file in &evidence.files {
        let Ok(text) = std::str::from_utf8(&file.content) else {
            continue;
        };
        let mut names_it = false;
        let mut status = None;
        for line in text.lines() {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "final-recipient" | "original-recipient" => {
                    let address = value.rsplit(';').next().unwrap_or_default().trim();
                    names_it |= address.eq_ignore_ascii_case(email);
                }
                "status" => status = Some(value.to_owned()),
                _ => {}
            }
        }
        if let (true, Some(status)) = (names_it, status) {
            let verdict = if status.starts_with("5.") {
                FindingVerdict::Proves
            } else {
                FindingVerdict::SaysNothing
            };
            return says(verdict, json!({ "status": status }));
        }
    }
    says(FindingVerdict::SaysNothing, json!({ "status": null }))
}

fn phone(contact: &Contact) -> Finding {
    let (verdict, state) = match contact
        .phone
        .as_deref()
        .map(str::parse::<phonenumber::PhoneNumber>)
    {
        None => (FindingVerdict::SaysNothing, "none"),
        Some(Ok(number)) if phonenumber::is_valid(&number) => {
            (FindingVerdict::SaysNothing, "possible")
        }
        Some(_) => (FindingVerdict::Proves, "impossible"),
    };
    finding(FindingName::Phone, verdict, json!({ "number": state }))
}

fn age(listing: &Listing) -> Finding {
    let verdict = match listing.attributes.get("age") {
        Some(Value::Int(age)) if *age < 18 => FindingVerdict::Proves,
        _ => FindingVerdict::SaysNothing,
    };
    finding(FindingName::Age, verdict, json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disputes::Upload;

    fn returned(recipient: &str, status: &str) -> Evidence {
        let text = format!(
            "Subject: Undelivered\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: {status}\n"
        );
        Evidence {
            files: vec![Upload::parse("returned.eml", text.into_bytes()).unwrap()],
            ..Evidence::default()
        }
    }

    #[test]
    fn only_a_lasting_failure_of_this_address_proves_a_bounce() {
        let contact = Contact {
            email: Some("anna@example.lv".to_owned()),
            ..Contact::default()
        };
        for (recipient, status, verdict) in [
            ("anna@example.lv", "5.1.1", FindingVerdict::Proves),
            (
                "Anna@Example.lv",
                "5.1.1 (unknown user)",
                FindingVerdict::Proves,
            ),
            ("anna@example.lv", "4.2.2", FindingVerdict::SaysNothing),
            ("somebody@example.lv", "5.1.1", FindingVerdict::SaysNothing),
        ] {
            let found = bounce(&returned(recipient, status), &contact);
            assert_eq!(found.verdict, verdict, "{recipient} {status}");
        }
    }

    #[test]
    fn the_rule_decides_only_what_is_beyond_doubt() {
        use DisputeReason::{Disconnected, Duplicate, OutsideCriteria};
        let found = |verdict| [finding(FindingName::Duplicate, verdict, json!({}))];
        assert_eq!(rule(Duplicate, &found(FindingVerdict::Proves)), Some(true));
        assert_eq!(
            rule(Duplicate, &found(FindingVerdict::Disproves)),
            Some(false)
        );
        assert_eq!(
            rule(OutsideCriteria, &found(FindingVerdict::Disproves)),
            None
        );
        assert_eq!(rule(Disconnected, &found(FindingVerdict::Proves)), None);
        assert_eq!(rule(Duplicate, &[]), None);
    }
}
