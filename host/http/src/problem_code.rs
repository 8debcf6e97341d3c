//! Every code of a problem, with its status and its retry, in one list.
//!
//! `ProblemCode::DeskBusy` → `"desk.busy"`, 503, `Retry::After(2)`, and a sentence from `core/messages/problems.toml`.
//! OpenAPI and `docs/codes.md` are made from this list.

use axum::http::StatusCode;
use kakekomi_core::{Code, Locale, message};
use kakekomi_service::capacity::Shortage;

/// The way in which a client may repeat a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The request has to be changed first.
    Never,
    /// The same request may succeed at any time.
    Unchanged,
    /// The same request may succeed after this number of seconds, which `Retry-After` names.
    After(u64),
}

macro_rules! problem_codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $word:literal, $status:ident, $retry:expr; )+) => {
        /// A code of a problem: a stable word for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemCode {
            $( $(#[doc = $doc])+ $name, )+
            /// A code of the rules for the text as a whole: it is not JSON that they can read.
            Text(Code),
        }

        impl ProblemCode {
            /// All codes but those of the rules, in the order of this file.
            pub const ALL: &'static [ProblemCode] = &[ $( ProblemCode::$name, )+ ];

            /// The stable word, which is also the key of the sentence.
            pub const fn as_str(self) -> &'static str {
                match self { $( ProblemCode::$name => $word, )+ ProblemCode::Text(code) => code.as_str() }
            }

            /// The status of a response with this code.
            pub const fn status(self) -> StatusCode {
                match self {
                    $( ProblemCode::$name => StatusCode::$status, )+
                    ProblemCode::Text(_) => StatusCode::BAD_REQUEST,
                }
            }

            /// The way in which the client may repeat the request.
            pub const fn retry(self) -> Retry {
                match self { $( ProblemCode::$name => $retry, )+ ProblemCode::Text(_) => Retry::Never }
            }
        }
    };
}

use Retry::{After, Never, Unchanged};

problem_codes! {
    /// The body broke off, or the head can be read in two ways.
    HttpBadRequest = "http.bad_request", BAD_REQUEST, Never;
    /// The handler panicked. The same key and text tell whether a case was stored.
    HttpFailed = "http.failed", INTERNAL_SERVER_ERROR, Unchanged;
    /// No such address.
    HttpNotFound = "http.not_found", NOT_FOUND, Never;
    /// The address has other methods than this one.
    HttpMethod = "http.method", METHOD_NOT_ALLOWED, Never;
    /// The body is not `application/json` in UTF-8.
    HttpContentType = "http.content_type", UNSUPPORTED_MEDIA_TYPE, Never;
    /// The body has a content coding.
    HttpContentEncoding = "http.content_encoding", UNSUPPORTED_MEDIA_TYPE, Never;
    /// The body is longer than the limit.
    HttpTooLarge = "http.too_large", PAYLOAD_TOO_LARGE, Never;
    /// The body is not the JSON object that the address takes.
    HttpBody = "http.body", BAD_REQUEST, Never;
    /// The body took too long to arrive.
    HttpTimeout = "http.timeout", REQUEST_TIMEOUT, Unchanged;
    /// The client, or the visitors of its partner's pages together, sent too many requests.
    RateLimited = "rate.limited", TOO_MANY_REQUESTS, After(2);
    /// Too many connections, bodies or checks at once.
    DeskBusy = "desk.busy", SERVICE_UNAVAILABLE, After(2);
    /// The rule engine failed.
    EngineFailed = "engine.failed", SERVICE_UNAVAILABLE, After(10);
    /// `?p=` names no partner of the desk.
    PartnerUnknown = "partner.unknown", FORBIDDEN, Never;
    /// The page is not one of the partner's.
    PartnerOrigin = "partner.origin", FORBIDDEN, Never;
    /// The submission has no key.
    IdempotencyMissing = "idempotency.missing", BAD_REQUEST, Never;
    /// The submission has several keys, or an invalid one.
    IdempotencyInvalid = "idempotency.invalid", BAD_REQUEST, Never;
    /// The key has its receipt already, from another text.
    IdempotencyReused = "idempotency.reused", UNPROCESSABLE_ENTITY, Never;
    /// The key had its receipt; its case was erased since.
    CaseErased = "case.erased", GONE, Never;
    /// The first submission with the key is still under way. Reserved by the contract, and sent by no version so far: the
    /// second submission waits for the first one and gets the same receipt.
    IdempotencyInProgress = "idempotency.in_progress", CONFLICT, After(2);
    /// `Kakekomi-Return` is sent twice, or is not `sha256:` and 64 hexadecimal digits.
    ReturnHeader = "return.header", BAD_REQUEST, Never;
    /// Number and code do not belong together, or there is no such case.
    ReturnRefused = "return.refused", UNAUTHORIZED, Never;
    /// The token is missing or unknown, or has ended.
    ReturnExpired = "return.expired", UNAUTHORIZED, Never;
    /// Too many wrong codes for this number from this address.
    ReturnLocked = "return.locked", TOO_MANY_REQUESTS, After(900);
    /// The case has no open question: it was never asked one, all are answered, or it is closed.
    ReturnNoQuestions = "return.no_questions", CONFLICT, Never;
    /// The case is closed already.
    CaseClosed = "case.closed", CONFLICT, Never;
    /// The case has no such file.
    FileUnknown = "file.unknown", NOT_FOUND, Never;
    /// The bytes begin elsewhere than the stored ones end. `Upload-Offset` of the problem names that place.
    FileOffset = "file.offset", CONFLICT, Never;
    /// The file is longer than the limit, or than was declared, or the case would have more bytes than it may.
    FileTooLarge = "file.too_large", PAYLOAD_TOO_LARGE, Never;
    /// The case has as many files as it may.
    FilesTooMany = "files.too_many", CONFLICT, Never;
    /// A header of the upload, or a key of `Upload-Metadata`, is missing or wrong; the sentence names it.
    FileMetadata = "file.metadata", BAD_REQUEST, Never;
    /// `Tus-Resumable` is missing, or is not 1.0.0.
    TusVersion = "tus.version", PRECONDITION_FAILED, Never;
    /// The bytes are not `application/offset+octet-stream`.
    FileContentType = "file.content_type", UNSUPPORTED_MEDIA_TYPE, Never;
    /// The file has arrived already.
    FileArrived = "file.arrived", CONFLICT, Never;
    /// The upload has ended: it was not continued in time, or it was given up, or its bytes were erased.
    FileExpired = "file.expired", GONE, Never;
    /// The address sends as many files at once as it may, or another request sends the same file.
    UploadsBusy = "uploads.busy", TOO_MANY_REQUESTS, After(10);
    /// The storage of files is nearly full.
    EvidenceFull = "evidence.full", INSUFFICIENT_STORAGE, Unchanged;
    /// The storage of files failed. What an earlier answer acknowledged is stored.
    EvidenceUnavailable = "evidence.unavailable", SERVICE_UNAVAILABLE, After(10);
    /// The case has no referral, so that there is no intent to give or to withdraw.
    ReferralNone = "referral.none", CONFLICT, Never;
    /// The intent was given already, and is valid.
    IntentKnown = "intent.known", CONFLICT, Never;
    /// The case has no such disclosure.
    DisclosureUnknown = "disclosure.unknown", NOT_FOUND, Never;
    /// The time in which the disclosure could be opened is over.
    DisclosureExpired = "disclosure.expired", GONE, Never;
    /// `Kakekomi-Module` is not `sha256:` and 64 hexadecimal digits.
    ModuleHeader = "module.header", BAD_REQUEST, Never;
    /// The page runs a module that is not here.
    ModuleUnknown = "module.unknown", CONFLICT, Never;
    /// The page runs a module that is no longer accepted.
    ModuleRetired = "module.retired", CONFLICT, Never;
    /// The page runs an older module, whose successor does not accept the draft.
    ModuleSuperseded = "module.superseded", CONFLICT, Never;
    /// The page runs an older module, which knows no questions.
    ModuleOutdated = "module.outdated", CONFLICT, Never;
    /// The agreement is to documents that are no longer in force.
    ConsentStale = "consent.stale", CONFLICT, Never;
    /// The draft has issues.
    DraftIssues = "draft.issues", UNPROCESSABLE_ENTITY, Never;
    /// The text is not JSON, for a reason that this version does not know.
    DraftNotJson = "draft.not_json", BAD_REQUEST, Never;
    /// The database or the disk failed, and nothing was stored.
    StoreFailed = "store.failed", SERVICE_UNAVAILABLE, After(10);
    /// The disk is nearly full.
    StoreFull = "store.full", SERVICE_UNAVAILABLE, After(10);
    /// The address or the day has used its quota.
    QuotaExceeded = "quota.exceeded", SERVICE_UNAVAILABLE, After(10);
    /// The database could not confirm the commit: the case is stored or not.
    StoreInDoubt = "store.in_doubt", SERVICE_UNAVAILABLE, After(10);
}

impl ProblemCode {
    /// The sentence for the person, with `{max}` or `{phone}` still to be filled in.
    pub fn sentence(self, locale: Locale) -> &'static str {
        match self {
            ProblemCode::Text(code) => message::sentence(code, "", locale),
            _ => message::problem(self.as_str(), locale).unwrap_or(self.as_str()),
        }
    }

    /// The seconds after which the same request may succeed.
    pub fn retry_after(self) -> Option<u64> {
        match self.retry() {
            After(seconds) => Some(seconds),
            Never | Unchanged => None,
        }
    }

    /// The codes of the rules for a text that is not JSON.
    pub fn of_text() -> impl Iterator<Item = ProblemCode> {
        let codes = Code::ALL.iter().copied().filter(|code| code.as_str().starts_with("text."));
        codes.map(ProblemCode::Text)
    }
}

impl From<Shortage> for ProblemCode {
    fn from(shortage: Shortage) -> ProblemCode {
        match shortage {
            Shortage::FreeSpace => ProblemCode::StoreFull,
            Shortage::AddressQuota { .. } | Shortage::DailyQuota { .. } => ProblemCode::QuotaExceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_and_every_sentence_a_code() {
        let mut codes: Vec<_> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        let keys = message::keys().into_iter().filter(|(table, _)| *table == "problem").map(|(_, key)| key);
        assert_eq!(codes, keys.collect::<Vec<_>>());
    }

    #[test]
    fn both_languages_have_the_same_blanks() {
        for code in ProblemCode::ALL {
            let [ja, en] = [Locale::Ja, Locale::En].map(|locale| code.sentence(locale));
            for blank in ["{phone}", "{max}", "{"] {
                assert_eq!(ja.matches(blank).count(), en.matches(blank).count(), "{code:?}");
            }
        }
    }

    #[test]
    fn only_conflict_rate_limit_and_unavailability_name_a_wait() {
        for code in ProblemCode::ALL.iter().filter(|code| code.retry_after().is_some()) {
            assert!([409, 429, 503].contains(&code.status().as_u16()), "{code:?}");
        }
        assert!(ProblemCode::of_text().count() > 3);
    }
}
