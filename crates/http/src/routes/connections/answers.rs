use das_tern_application::{CodeCheck, ConnectionView, Error, Invitation, NewCode, Nudge, PersonView, Texts};
use das_tern_domain::{
    AccessRequest, AccessRequestId, AccessRequestStatus, AccessScope, ConnectionId, ConnectionOfferId,
    ConnectionStatus, DoseEventId, Gender, Language, OfferKind, PermissionLevel, PrescriptionId, UserId, UserRole,
};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::picture::picture_of;
use crate::error::Failure;
use crate::openapi::{Day, Instant};

/// A connection between two people.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Connection)]
pub(crate) struct ConnectionBody<'a> {
    id: ConnectionId,
    initiator_id: UserId,
    recipient_id: UserId,
    status: ConnectionStatus,
    /// What the patient opens to the other end.
    permission_level: PermissionLevel,
    metadata: ConnectionMetadataBody<'a>,
    requested_at: Instant,
    accepted_at: Option<Instant>,
    revoked_at: Option<Instant>,
    created_at: Instant,
    initiator: PartyBody<'a>,
    recipient: PartyBody<'a>,
}

/// What a connection carries beside its level.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionMetadata)]
pub(crate) struct ConnectionMetadataBody<'a> {
    /// Whether family is alerted to missed doses.
    alerts_enabled: bool,
    /// What is selected for a doctor, at the level SELECTED.
    scope: Option<ScopeBody<'a>>,
}

/// What a selection opens: these prescriptions, or all where none is named, on these days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccessScope)]
struct ScopeBody<'a> {
    prescription_ids: &'a [PrescriptionId],
    from: Option<Day>,
    to: Option<Day>,
}

/// One end of a connection. Until it is accepted, the other end is a name, a role and a clinic; the patient stays that at
/// the level `NOT_ALLOWED`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionParty)]
pub(crate) struct PartyBody<'a> {
    id: UserId,
    #[schema(example = "សំណាង")]
    first_name: Option<&'a str>,
    #[schema(example = "សុខ")]
    last_name: Option<&'a str>,
    /// The name to show.
    #[schema(example = "សុខ សំណាង")]
    full_name: Option<String>,
    role: UserRole,
    /// E.164.
    phone_number: Option<&'a str>,
    gender: Option<Gender>,
    date_of_birth: Option<Day>,
    /// A doctor's.
    specialty: Option<&'a str>,
    /// A doctor's.
    hospital_clinic: Option<&'a str>,
}

impl<'a> ConnectionBody<'a> {
    /// A connection as `viewer`, who is one of its ends, sees it.
    pub(super) fn new(connection: &'a ConnectionView, viewer: UserId) -> Self {
        let party = |person: &'a PersonView| PartyBody::new(person, connection.shows(person, viewer));
        Self {
            id: connection.id,
            initiator_id: connection.initiator.id,
            recipient_id: connection.recipient.id,
            status: connection.status,
            permission_level: connection.level,
            metadata: ConnectionMetadataBody {
                alerts_enabled: connection.metadata.alerts_enabled,
                scope: connection.metadata.scope.as_ref().map(ScopeBody::from),
            },
            requested_at: Instant(connection.requested_at),
            accepted_at: connection.accepted_at.map(Instant),
            revoked_at: connection.revoked_at.map(Instant),
            created_at: Instant(connection.created_at),
            initiator: party(&connection.initiator),
            recipient: party(&connection.recipient),
        }
    }

    /// The same with whoever cares as `initiator` and the patient as `recipient`, whoever asked.
    pub(super) fn by_care(connection: &'a ConnectionView, viewer: UserId) -> Self {
        let body = Self::new(connection, viewer);
        if connection.connection().patient().id == body.recipient_id {
            return body;
        }
        Self {
            initiator_id: body.recipient_id,
            recipient_id: body.initiator_id,
            initiator: body.recipient,
            recipient: body.initiator,
            ..body
        }
    }
}

impl<'a> PartyBody<'a> {
    fn new(person: &'a PersonView, is_open: bool) -> Self {
        Self {
            id: person.id,
            first_name: person.first_name.as_deref(),
            last_name: person.last_name.as_deref(),
            full_name: Some(person.display_name()).filter(|name| !name.is_empty()),
            role: person.role,
            phone_number: person.phone_number.as_deref().filter(|_| is_open),
            gender: person.gender.filter(|_| is_open),
            date_of_birth: person.date_of_birth.filter(|_| is_open).map(Day),
            specialty: person.specialty.as_deref().filter(|_| is_open),
            hospital_clinic: person.hospital_clinic.as_deref(),
        }
    }
}

impl<'a> From<&'a AccessScope> for ScopeBody<'a> {
    fn from(scope: &'a AccessScope) -> Self {
        Self {
            prescription_ids: &scope.prescription_ids,
            from: scope.from.map(Day),
            to: scope.to.map(Day),
        }
    }
}

/// A connection code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionCode)]
pub(crate) struct NewCodeBody {
    #[schema(example = "K7PM2XQ9")]
    token: String,
    expires_at: Instant,
}

impl From<NewCode> for NewCodeBody {
    fn from(code: NewCode) -> Self {
        Self {
            token: code.token,
            expires_at: Instant(code.expires_at),
        }
    }
}

/// Whether a code can be used, and for what.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = CodeCheck)]
pub(crate) enum CodeCheckBody {
    Valid(ValidCodeBody),
    Invalid(InvalidCodeBody),
}

/// A code that can be used.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ValidCode)]
pub(crate) struct ValidCodeBody {
    /// true
    valid: bool,
    patient: CodePatientBody,
    /// What it opens.
    permission_level: PermissionLevel,
    expires_at: Instant,
}

/// The patient who made a code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CodePatient)]
struct CodePatientBody {
    first_name: Option<String>,
    last_name: Option<String>,
}

/// A code that cannot be used.
#[derive(Serialize, ToSchema)]
#[schema(as = InvalidCode)]
pub(crate) struct InvalidCodeBody {
    /// false
    valid: bool,
    /// In the caller's language. It does not tell why.
    message: String,
}

impl CodeCheckBody {
    pub(super) fn new(check: Option<CodeCheck>, texts: &Texts, language: Language) -> Self {
        match check {
            Some(check) => Self::Valid(ValidCodeBody {
                valid: true,
                patient: CodePatientBody {
                    first_name: check.first_name,
                    last_name: check.last_name,
                },
                permission_level: check.level,
                expires_at: Instant(check.expires_at),
            }),
            None => Self::Invalid(InvalidCodeBody {
                valid: false,
                message: texts.sentence(language, "code-not-valid", &[]),
            }),
        }
    }
}

/// An invitation that can be used.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
pub(crate) struct InvitationBody {
    id: ConnectionOfferId,
    method: OfferKind,
    /// Enough of the phone number or e-mail address to know it again.
    #[schema(example = "+855•••678")]
    contact: Option<String>,
    permission_level: PermissionLevel,
    /// What whoever is invited accepts it with.
    invitation_token: String,
    /// The token as a picture: an SVG as a `data:` URL.
    qr_code: String,
    created_at: Instant,
    expires_at: Instant,
}

impl InvitationBody {
    pub(super) fn new(invitation: Invitation) -> Result<Self, Failure> {
        let qr_code = picture_of(&invitation.token).map_err(Error::internal)?;
        Ok(Self {
            id: invitation.id,
            method: invitation.kind,
            contact: invitation.contact,
            permission_level: invitation.level,
            invitation_token: invitation.token,
            qr_code,
            created_at: Instant(invitation.created_at),
            expires_at: Instant(invitation.expires_at),
        })
    }
}

/// A doctor's request for a look.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccessRequest)]
pub(crate) struct AccessRequestBody {
    id: AccessRequestId,
    status: AccessRequestStatus,
    /// Why the doctor wants to look.
    reason: String,
    requested_at: Instant,
    decided_at: Option<Instant>,
    /// When the request ends, while it waits; else when the approval does.
    expires_at: Instant,
}

impl AccessRequestBody {
    /// A request as it stands at `now`.
    pub(super) fn new(request: AccessRequest, now: OffsetDateTime) -> Self {
        Self {
            id: request.id,
            status: request.status_at(now),
            reason: request.reason,
            requested_at: Instant(request.requested_at),
            decided_at: request.decided_at.map(Instant),
            expires_at: Instant(request.expires_at),
        }
    }
}

/// A question about a dose.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Nudge)]
pub(crate) struct NudgeBody {
    /// In the caller's language.
    message: String,
    /// The dose that was asked about.
    dose_id: DoseEventId,
    /// How often the caller may still ask about it.
    nudges_left: u32,
}

impl NudgeBody {
    pub(super) fn new(nudge: Nudge, texts: &Texts, language: Language) -> Self {
        Self {
            message: texts.sentence(language, "nudge-sent", &[]),
            dose_id: nudge.dose,
            nudges_left: nudge.left,
        }
    }
}
