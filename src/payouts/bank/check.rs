//! Reading bank details, and which of them take part in SEPA.

use super::BankDetails;
use crate::bank::IBAN_EXAMPLE;
use crate::error::{FieldError, Reason};
use crate::payouts::sepa;

/// The most that a credit transfer of SEPA carries.
const MAX_HOLDER: usize = 70;

/// Countries and territories that take part in SEPA, by the first letters of their IBANs.
const SEPA: [&str; 41] = [
    "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI",
    "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL",
    "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM",
];

/// Whether an account takes part in SEPA.
pub fn pays_by_sepa(country: &str) -> bool {
    country == "VA" || SEPA.binary_search(&country).is_ok()
}

/// Reads what was typed; every wrong field is named.
pub fn parse(holder: &str, iban: &str, bic: &str) -> Result<BankDetails, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let holder = holder.split_whitespace().collect::<Vec<_>>().join(" ");
    if holder.is_empty() {
        wrong.push(FieldError::new(
            "holder",
            Reason::Required,
            "the name as the bank has it",
        ));
    } else if sepa::text(&holder, usize::MAX).chars().count() > MAX_HOLDER {
        let accepted = format!("at most {MAX_HOLDER} characters");
        wrong.push(FieldError::new("holder", Reason::TooLong, accepted));
    } else if sepa::text(&holder, MAX_HOLDER).is_empty() {
        wrong.push(FieldError::new(
            "holder",
            Reason::NotAllowed,
            "a name of letters and digits",
        ));
    }
    let iban = read_iban(iban).map_err(|error| wrong.push(error)).ok();
    let bic = read_bic(bic).map_err(|error| wrong.push(error)).ok();
    match (iban, bic) {
        (Some(iban), Some(bic)) if wrong.is_empty() => Ok(BankDetails { holder, iban, bic }),
        _ => Err(wrong),
    }
}

fn read_iban(typed: &str) -> Result<String, FieldError> {
    if typed.trim().is_empty() {
        return Err(FieldError::new("iban", Reason::Required, IBAN_EXAMPLE));
    }
    crate::bank::iban(typed).ok_or_else(|| {
        let accepted = format!("an IBAN such as {IBAN_EXAMPLE}, with its check digits");
        FieldError::new("iban", Reason::IbanInvalid, accepted)
    })
}

fn read_bic(typed: &str) -> Result<Option<String>, FieldError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    crate::bank::bic(typed).map(Some).ok_or_else(|| {
        let accepted = "8 or 11 letters and digits such as HABALV22, or nothing";
        FieldError::new("bic", Reason::BicInvalid, accepted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_of_many_countries_are_read() {
        for (iban, is_sepa) in [
            ("LV80 BANK 0000 4351 9500 1", true),
            ("LT12 1000 0111 0100 1000", true),
            ("EE38 2200 2210 2014 5685", true),
            ("DE89 3704 0044 0532 0130 00", true),
            ("FR14 2004 1010 0505 0001 3M02 606", true),
            ("GB29 NWBK 6016 1331 9268 19", true),
            ("RO49 AAAA 1B31 0075 9384 0000", true),
            ("RS35 2600 0560 1001 6113 79", true),
            ("AL47 2121 1009 0000 0002 3569 8741", true),
            ("NL91 ABNA 0417 1643 00", true),
            ("PL61 1090 1014 0000 0712 1981 2874", true),
            ("ES91 2100 0418 4502 0005 1332", true),
            ("IT60 X054 2811 1010 0000 0123 456", true),
            ("CH93 0076 2011 6238 5295 7", true),
            ("NO93 8601 1117 947", true),
            ("TR33 0006 1005 1978 6457 8413 26", false),
            ("UA21 3223 1300 0002 6007 2335 6600 1", false),
            ("GE29 NB00 0000 0101 9049 17", false),
        ] {
            let read = parse("Riga Leads SIA", iban, "").unwrap_or_else(|_| panic!("{iban}"));
            assert_eq!(read.iban, iban.replace(' ', ""));
            assert_eq!(pays_by_sepa(read.country()), is_sepa, "{iban}");
            let lower = parse("Riga Leads SIA", &iban.to_lowercase(), "").unwrap();
            assert_eq!(lower, read);
        }
    }

    #[test]
    fn ibans_with_a_fault_are_refused() {
        for iban in [
            "LV81 BANK 0000 4351 9500 1",
            "LV80 BANK 0000 4351 9500",
            "LV80 BANK 0000 4351 9500 12",
            "LT12 1000 0111 0100 1001",
            "EE38 2200 2210 2014 5658",
            "DE89 3704 0044 0532 0130 01",
            "FR14 2004 1010 0505 0001 3M02 607",
            "GB29 NWBK 6016 1331 9268 1O",
            "RO49 AAAA 1B31 0075 9384 000",
            "RS35 2600 0560 1001 6113 97",
            "AL47 2121 1009 0000 0002 3569 8742",
            "NL91 ABNA 0417 1643 01",
            "PL61 1090 1014 0000 0712 1981 2875",
            "ES91 2100 0418 4502 0005 1323",
            "XX82 WEST 1234 5698 7654 32",
            "US64 SVBK US6S 3300 9586 71",
            "LV80",
            "80BANK0000435195001",
            "\u{41b}\u{412}80BANK0000435195001",
        ] {
            let wrong = parse("Riga Leads SIA", iban, "").unwrap_err();
            let told: Vec<_> = wrong.iter().map(|e| (e.field.as_str(), e.reason)).collect();
            assert_eq!(told, [("iban", Reason::IbanInvalid)], "{iban}");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = parse(" ", "", "HABALV2").unwrap_err();
        let told: Vec<_> = wrong
            .iter()
            .map(|error| (error.field.as_str(), error.reason))
            .collect();
        assert_eq!(
            told,
            [
                ("holder", Reason::Required),
                ("iban", Reason::Required),
                ("bic", Reason::BicInvalid)
            ]
        );
        let iban = IBAN_EXAMPLE;
        for bic in ["HABALV22", "habalv22xxx", "NBSBRSBG"] {
            assert!(parse("A", iban, bic).unwrap().bic.is_some(), "{bic}");
        }
        for bic in ["HABALV22X", "HABA1V22", "HABAZZ22", "HABALV2\u{2d9}"] {
            assert!(parse("A", iban, bic).is_err(), "{bic}");
        }
        assert!(parse("///", iban, "").is_err());
    }

    #[test]
    fn a_hint_tells_little() {
        let details = parse("A", IBAN_EXAMPLE, "").unwrap();
        assert_eq!(details.hint(), "LV80 \u{2026}5001");
    }

    #[test]
    fn the_list_of_sepa_is_sorted() {
        assert!(SEPA.is_sorted());
    }
}
