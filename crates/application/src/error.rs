//! What a use case answers when it cannot do what was asked.

use std::error::Error as StdError;
use std::fmt;

use das_tern_persistence::doses::DoseView;
use serde::Serialize;
use serde_json::{Map, Value};

/// The kinds of failure; each becomes one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request makes no sense as it is.
    Invalid,
    /// The caller is not signed in.
    Unauthenticated,
    /// The caller may know of the thing, but not do this.
    Denied,
    /// There is no such thing, as far as the caller may know.
    Missing,
    /// The thing is not called this way.
    WrongMethod,
    /// The thing is in a state that does not allow it.
    Conflict,
    /// The thing is not as the caller knew it any more.
    Stale,
    /// The request is larger than we read.
    TooLarge,
    /// The request is of a type that we do not read.
    WrongMediaType,
    /// The same key came with another request before.
    Mismatch,
    /// The caller asks too often.
    Limited,
    /// Our mistake.
    Internal,
    /// Something that we need is away for the moment.
    Unavailable,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $label:literal, $kind:ident;)+) => {
        /// The stable codes of failures. Each has its sentence in both languages in the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands in an answer.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }

            /// The kind of failure it belongs to.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self {
                    $(Self::$variant => Kind::$kind,)+
                }
            }
        }
    };
}

codes! {
    /// Some fields are invalid; `details.fields` names all of them.
    ValidationError = "VALIDATION_ERROR", Invalid;
    /// The body or the query could not be read at all.
    MalformedRequest = "MALFORMED_REQUEST", Invalid;
    /// The time of an outcome lies outside the dose's window; `details` has the window.
    DoseWindowClosed = "DOSE_WINDOW_CLOSED", Invalid;
    /// There is no usable access token.
    Unauthenticated = "UNAUTHENTICATED", Unauthenticated;
    /// Unknown identifier or wrong password.
    InvalidCredentials = "INVALID_CREDENTIALS", Unauthenticated;
    /// The token's time is over.
    TokenExpired = "TOKEN_EXPIRED", Unauthenticated;
    /// The token's session has ended.
    TokenRevoked = "TOKEN_REVOKED", Unauthenticated;
    /// The caller may not do this.
    Forbidden = "FORBIDDEN", Denied;
    /// Too many wrong passwords; `details.lockedUntil` tells until when.
    AccountLocked = "ACCOUNT_LOCKED", Denied;
    /// The one-time code was never confirmed.
    AccountUnconfirmed = "ACCOUNT_UNCONFIRMED", Denied;
    /// A doctor's account waits for an administrator.
    AccountPendingVerification = "ACCOUNT_PENDING_VERIFICATION", Denied;
    /// An administrator rejected the doctor's account.
    AccountRejected = "ACCOUNT_REJECTED", Denied;
    /// The patient wants to be asked before each look.
    AccessApprovalRequired = "ACCESS_APPROVAL_REQUIRED", Denied;
    /// There is no such thing; `details.resource` names its kind.
    NotFound = "NOT_FOUND", Missing;
    /// The path exists, but not with this verb.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", WrongMethod;
    /// The thing's state does not allow it; `details` has `from` and `allowed`.
    InvalidState = "INVALID_STATE", Conflict;
    /// The dose has another outcome; `details.serverState` is the stored dose.
    DoseAlreadyRecorded = "DOSE_ALREADY_RECORDED", Conflict;
    /// The body is too large.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", TooLarge;
    /// The body's type is not one we read.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", WrongMediaType;
    /// Too many requests; `details.retryAfter` tells the seconds to wait.
    RateLimited = "RATE_LIMITED", Limited;
    /// Our mistake.
    Internal = "INTERNAL", Internal;
    /// The database or Redis is away for the moment.
    Unavailable = "UNAVAILABLE", Unavailable;
    /// The one-time code is not the one that was sent.
    OtpInvalid = "OTP_INVALID", Invalid;
    /// The one-time code is not good any more.
    OtpExpired = "OTP_EXPIRED", Invalid;
    /// Somebody has the phone number already.
    DuplicatePhone = "DUPLICATE_PHONE", Conflict;
    /// Somebody has the e-mail address already.
    DuplicateEmail = "DUPLICATE_EMAIL", Conflict;
    /// Somebody has registered with the ID card already.
    DuplicateIdCard = "DUPLICATE_ID_CARD", Conflict;
    /// Somebody has registered with the licence already.
    DuplicateLicense = "DUPLICATE_LICENSE", Conflict;
    /// The code before was sent a moment ago; `details.retryAfter` tells the seconds to wait.
    OtpCooldown = "OTP_COOLDOWN", Limited;
    /// Too many wrong codes; `details.retryAfter` tells the seconds to wait.
    OtpLocked = "OTP_LOCKED", Limited;
    /// The patient asked for another draft, and the doctor has not written it yet.
    RevisionRequired = "REVISION_REQUIRED", Conflict;
    /// The storage is used up; `details` has `used` and `quota`, in bytes.
    QuotaExceeded = "QUOTA_EXCEEDED", Denied;
    /// Somebody else has changed it meanwhile; nothing was written.
    StaleVersion = "STALE_VERSION", Stale;
    /// The idempotency key came with another request before.
    IdempotencyMismatch = "IDEMPOTENCY_MISMATCH", Mismatch;
    /// People are not connected to themselves.
    SelfConnection = "SELF_CONNECTION", Invalid;
    /// There is no such connection code or invitation.
    CodeInvalid = "CODE_INVALID", Invalid;
    /// The connection code's or the invitation's time is over.
    CodeExpired = "CODE_EXPIRED", Invalid;
    /// Somebody used the connection code or the invitation.
    CodeUsed = "CODE_USED", Invalid;
    /// The dose was neither missed nor is it overdue.
    DoseNotMissed = "DOSE_NOT_MISSED", Invalid;
    /// The subscription gives no more; `details` has `tier`, `limit` and `used`.
    LimitReached = "LIMIT_REACHED", Denied;
    /// The two are connected, or one of them has asked for it.
    DuplicateConnection = "DUPLICATE_CONNECTION", Conflict;
    /// The caller has asked about this dose as often as one may.
    NudgeLimit = "NUDGE_LIMIT", Limited;
}

macro_rules! field_codes {
    ($($(#[$doc:meta])* $variant:ident = $label:literal;)+) => {
        /// What is wrong with one field. Each has its sentence in both languages in the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FieldCode {
            $($(#[$doc])* $variant,)+
        }

        impl FieldCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands in an answer.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }
    };
}

field_codes! {
    /// It must be there, and not be empty.
    Required = "REQUIRED";
    /// It is not of the form that is expected.
    Invalid = "INVALID";
    /// It is longer than what is kept.
    TooLong = "TOO_LONG";
    /// It lies outside its range.
    OutOfRange = "OUT_OF_RANGE";
    /// Its time has not come yet.
    InFuture = "IN_FUTURE";
    /// It is no phone number and no e-mail address.
    InvalidIdentifier = "INVALID_IDENTIFIER";
    /// It is shorter than it must be.
    TooShort = "TOO_SHORT";
    /// It is no phone number that we take.
    InvalidPhone = "INVALID_PHONE";
    /// It is no e-mail address.
    InvalidEmail = "INVALID_EMAIL";
    /// Its owner is not 13 years old yet.
    TooYoung = "TOO_YOUNG";
    /// It is no PIN of four digits.
    InvalidPin = "INVALID_PIN";
    /// It is a password that many people have.
    CommonPassword = "COMMON_PASSWORD";
    /// It is no file of a type that we take.
    UnsupportedFile = "UNSUPPORTED_FILE";
    /// It cannot be switched off.
    CannotBeOff = "CANNOT_BE_OFF";
}

/// One invalid field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its path in the request, such as `medications[0].medicineName`.
    pub field: String,
    /// What is wrong with it.
    pub code: FieldCode,
}

impl FieldError {
    /// Says what is wrong with a field.
    #[must_use]
    pub fn new(field: impl Into<String>, code: FieldCode) -> Self {
        Self {
            field: field.into(),
            code,
        }
    }
}

/// The kinds of things that may be missing, as `details.resource` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A doctor's request for a look.
    AccessRequest,
    /// A connection between two people.
    Connection,
    /// An invitation to connect.
    Invitation,
    /// A question about a dose.
    Nudge,
    /// A person.
    User,
    /// A doctor.
    Doctor,
    /// A dose event.
    DoseEvent,
    /// A row of a prescription's grid.
    Medication,
    /// A person whose data was asked for.
    Patient,
    /// A prescription.
    Prescription,
    /// A version of a prescription.
    PrescriptionVersion,
    /// A path of the API.
    Route,
    /// A signed-in device.
    Session,
}

impl Resource {
    fn label(self) -> &'static str {
        match self {
            Self::AccessRequest => "AccessRequest",
            Self::Connection => "Connection",
            Self::Invitation => "Invitation",
            Self::Nudge => "Nudge",
            Self::User => "User",
            Self::Doctor => "Doctor",
            Self::DoseEvent => "DoseEvent",
            Self::Medication => "Medication",
            Self::Patient => "Patient",
            Self::Prescription => "Prescription",
            Self::PrescriptionVersion => "PrescriptionVersion",
            Self::Route => "Route",
            Self::Session => "Session",
        }
    }
}

/// A failed use case: a stable code, what the client may know about it, and, for our own log only, its cause.
pub struct Error {
    code: Code,
    fields: Vec<FieldError>,
    details: Map<String, Value>,
    stored_dose: Option<Box<DoseView>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A failure without details.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            fields: Vec::new(),
            details: Map::new(),
            stored_dose: None,
            source: None,
        }
    }

    /// Invalid fields, all of them.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self {
            fields,
            ..Self::new(Code::ValidationError)
        }
    }

    /// One invalid field.
    #[must_use]
    pub fn invalid_field(field: impl Into<String>, code: FieldCode) -> Self {
        Self::invalid(vec![FieldError::new(field, code)])
    }

    /// A thing that is not there, or that the caller may not know of.
    #[must_use]
    pub fn missing(resource: Resource) -> Self {
        Self::new(Code::NotFound).with("resource", resource.label())
    }

    /// A caller that asks too often.
    #[must_use]
    pub fn limited(retry_after_seconds: u64) -> Self {
        Self::wait(Code::RateLimited, retry_after_seconds)
    }

    /// A caller who has to wait, and why.
    #[must_use]
    pub(crate) fn wait(code: Code, retry_after_seconds: u64) -> Self {
        Self::new(code).with("retryAfter", retry_after_seconds)
    }

    /// Our mistake, with its cause.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(Code::Internal)
        }
    }

    /// Something that we need is away, with the cause.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(Code::Unavailable)
        }
    }

    /// Adds a detail that the client may see.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.details.insert(key.to_owned(), value);
        self
    }

    /// Adds the dose as it is stored, for the client to go on with.
    pub(crate) fn with_stored_dose(self, dose: DoseView) -> Self {
        Self {
            stored_dose: Some(Box::new(dose)),
            ..self
        }
    }

    /// The dose as it is stored, where that is what stands against the request.
    #[must_use]
    pub fn stored_dose(&self) -> Option<&DoseView> {
        self.stored_dose.as_deref()
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The invalid fields, where the code is [`Code::ValidationError`].
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    /// What the client may see beside the sentence.
    #[must_use]
    pub fn details(&self) -> &Map<String, Value> {
        &self.details
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.label())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.code.label())
            .field("fields", &self.fields)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<das_tern_persistence::Error> for Error {
    fn from(error: das_tern_persistence::Error) -> Self {
        if error.is_temporary() {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}
