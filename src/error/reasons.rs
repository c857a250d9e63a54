//! The table of field reasons: why one field was refused.

use i18n_embed_fl::fl;

use crate::text::Lang;

macro_rules! reasons {
    ($($variant:ident $code:literal $message:tt;)+) => {
        /// A stable reason for refusing a field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($variant),+ }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The reason of a code that was kept; none for a code of another program.
            pub fn of_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            pub fn message(self, lang: &Lang) -> String {
                match self { $(Self::$variant => fl!(lang, $message)),+ }
            }
        }
    };
}

reasons! {
    Required "required" "reason-required";
    WrongType "wrong_type" "reason-wrong-type";
    UnknownField "unknown_field" "reason-unknown-field";
    NotAllowed "not_allowed" "reason-not-allowed";
    TooShort "too_short" "reason-too-short";
    TooLong "too_long" "reason-too-long";
    TooSmall "too_small" "reason-too-small";
    TooLarge "too_large" "reason-too-large";
    TooMany "too_many" "reason-too-many";
    Taken "taken" "reason-taken";
    PhoneInvalid "phone_invalid" "reason-phone-invalid";
    EmailInvalid "email_invalid" "reason-email-invalid";
    UrlInvalid "url_invalid" "reason-url-invalid";
    TimeInvalid "time_invalid" "reason-time-invalid";
    TimeInFuture "time_in_future" "reason-time-in-future";
    TimeZoneUnknown "time_zone_unknown" "reason-time-zone-unknown";
    CountryUnknown "country_unknown" "reason-country-unknown";
    RegionUnknown "region_unknown" "reason-region-unknown";
    PostalCodeInvalid "postal_code_invalid" "reason-postal-code-invalid";
    CurrencyUnknown "currency_unknown" "reason-currency-unknown";
    CurrencyMismatch "currency_mismatch" "reason-currency-mismatch";
    AmountInvalid "amount_invalid" "reason-amount-invalid";
    VerticalUnknown "vertical_unknown" "reason-vertical-unknown";
    NotAPerson "not_a_person" "reason-not-a-person";
    NoContact "no_contact" "reason-no-contact";
    NoInterest "no_interest" "reason-no-interest";
    ContactInText "contact_in_text" "reason-contact-in-text";
    ConsentMissing "consent_missing" "reason-consent-missing";
    ConsentExpired "consent_expired" "reason-consent-expired";
    AgeUnderMinimum "age_under_minimum" "reason-age-under-minimum";
    Duplicate "duplicate" "reason-duplicate";
    ChangedSincePing "changed_since_ping" "reason-changed-since-ping";
    NotFilterable "not_filterable" "reason-not-filterable";
    OperatorNotSupported "operator_not_supported" "reason-operator-not-supported";
    IbanInvalid "iban_invalid" "reason-iban-invalid";
    BicInvalid "bic_invalid" "reason-bic-invalid";
    PasswordWeak "password_weak" "reason-password-weak";
    CodeWrong "code_wrong" "reason-code-wrong";
    PasswordWrong "password_wrong" "reason-password-wrong";
    PasswordDiffers "password_differs" "reason-password-differs";
    FileEmpty "file_empty" "reason-file-empty";
    FileEncoding "file_encoding" "reason-file-encoding";
    FileType "file_type" "reason-file-type";
    ColumnMissing "column_missing" "reason-column-missing";
    ColumnTwice "column_twice" "reason-column-twice";
    ReasonNotCreditable "reason_not_creditable" "reason-reason-not-creditable";
    EvidenceMissing "evidence_missing" "reason-evidence-missing";
    LineMalformed "line_malformed" "reason-line-malformed";
    PhonePremium "phone_premium" "reason-phone-premium";
    PhoneVoip "phone_voip" "reason-phone-voip";
    PhoneNotPersonal "phone_not_personal" "reason-phone-not-personal";
    PhoneCountryDiffers "phone_country_differs" "reason-phone-country-differs";
    PhoneRegionDiffers "phone_region_differs" "reason-phone-region-differs";
    PhoneUnreachable "phone_unreachable" "reason-phone-unreachable";
    RoleAddress "role_address" "reason-role-address";
    DisposableDomain "disposable_domain" "reason-disposable-domain";
    MailDomainUnknown "mail_domain_unknown" "reason-mail-domain-unknown";
    MailDomainTakesNone "mail_domain_takes_none" "reason-mail-domain-takes-none";
    MailboxUnknown "mailbox_unknown" "reason-mailbox-unknown";
    NamePlaceholder "name_placeholder" "reason-name-placeholder";
    NameKeyboardRun "name_keyboard_run" "reason-name-keyboard-run";
    NameRepeated "name_repeated" "reason-name-repeated";
    NameDigits "name_digits" "reason-name-digits";
    NameIsCompany "name_is_company" "reason-name-is-company";
    NameUnreadable "name_unreadable" "reason-name-unreadable";
    PostalCodeRegionDiffers "postal_code_region_differs" "reason-postal-code-region-differs";
    AgeImplausible "age_implausible" "reason-age-implausible";
    Suppressed "suppressed" "reason-suppressed";
    ConsentAges "consent_ages" "reason-consent-ages";
    ConsentIncomplete "consent_incomplete" "reason-consent-incomplete";
    ConsentChannelMissing "consent_channel_missing" "reason-consent-channel-missing";
    ConsentRecipientMissing "consent_recipient_missing" "reason-consent-recipient-missing";
    SourceBurst "source_burst" "reason-source-burst";
    DeviceBurst "device_burst" "reason-device-burst";
    ConsentCopied "consent_copied" "reason-consent-copied";
    StandingLow "standing_low" "reason-standing-low";
    ConfirmationPending "confirmation_pending" "reason-confirmation-pending";
    ConfirmationLapsed "confirmation_lapsed" "reason-confirmation-lapsed";
    CheckUnavailable "check_unavailable" "reason-check-unavailable";
}

impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn reasons_are_unique() {
        let codes: HashSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
