//! The table of refusal codes: they never change meaning.

use i18n_embed_fl::fl;

use crate::text::Lang;

macro_rules! codes {
    ($($variant:ident $code:literal $status:literal $title:tt;)+) => {
        /// A stable code for a refusal, with its HTTP status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($variant),+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            pub fn title(self, lang: &Lang) -> String {
                match self { $(Self::$variant => fl!(lang, $title)),+ }
            }
        }
    };
}

codes! {
    MalformedBody "malformed_body" 400 "code-malformed-body";
    IdempotencyKeyMissing "idempotency_key_missing" 400 "code-idempotency-key-missing";
    Unauthenticated "unauthenticated" 401 "code-unauthenticated";
    SignInFailed "sign_in_failed" 401 "code-sign-in-failed";
    Forbidden "forbidden" 403 "code-forbidden";
    AccountNotApproved "account_not_approved" 403 "code-account-not-approved";
    CsrfFailed "csrf_failed" 403 "code-csrf-failed";
    NotFound "not_found" 404 "code-not-found";
    MethodNotAllowed "method_not_allowed" 405 "code-method-not-allowed";
    StateConflict "state_conflict" 409 "code-state-conflict";
    IdempotencyInProgress "idempotency_in_progress" 409 "code-idempotency-in-progress";
    InsufficientFunds "insufficient_funds" 409 "code-insufficient-funds";
    BankDetailsMissing "bank_details_missing" 409 "code-bank-details-missing";
    FourEyes "four_eyes" 409 "code-four-eyes";
    TermsInUse "terms_in_use" 409 "code-terms-in-use";
    NotForSale "not_for_sale" 409 "code-not-for-sale";
    PingOver "ping_over" 409 "code-ping-over";
    AlreadyBought "already_bought" 409 "code-already-bought";
    AlreadyDisputed "already_disputed" 409 "code-already-disputed";
    DisputeWindowOver "dispute_window_over" 409 "code-dispute-window-over";
    ReturnCapReached "return_cap_reached" 409 "code-return-cap-reached";
    OwnDecision "own_decision" 409 "code-own-decision";
    VersionMismatch "version_mismatch" 412 "code-version-mismatch";
    PayloadTooLarge "payload_too_large" 413 "code-payload-too-large";
    UnsupportedMediaType "unsupported_media_type" 415 "code-unsupported-media-type";
    InvalidContent "invalid_content" 422 "code-invalid-content";
    IdempotencyKeyReused "idempotency_key_reused" 422 "code-idempotency-key-reused";
    RateLimited "rate_limited" 429 "code-rate-limited";
    InternalError "internal_error" 500 "code-internal-error";
    Unavailable "unavailable" 503 "code-unavailable";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_are_errors() {
        let codes: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.status() >= 400));
    }
}
