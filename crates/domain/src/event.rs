//! What happens to data: each change and each look is one event.
//!
//! An event is saved together with what it changed. Its audit entry, its notifications and the cached values it
//! makes stale are derived from it by exhaustive functions, so that a new event does not compile before
//! somebody has decided on all three.

use time::OffsetDateTime;

use crate::access::Refusal;
use crate::{
    AccountDeleted, AccountStatus, AsNeededTaken, ConnectionChanged, ConnectionLost, DataExported, DoctorJudged,
    DoseChanged, DoseEventId, GracePeriodChanged, Language, MealTimesChanged, NotificationPreferencesChanged,
    NudgeAnswered, Nudged, OfferChanged, PrescriptionChanged, ProfileChanged, SessionId, SignInChanged, SubscriptionId,
    UserId, UserRole,
};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Event {
    /// A patient recorded something about a dose.
    Dose(DoseChanged),
    /// A dose that family had been alerted about turned out to be taken.
    MissedDoseCorrected(MissedDoseCorrected),
    /// Somebody else looked at a patient's data, or tried to.
    PatientDataViewed(PatientDataViewed),
    /// A refresh token was used again after its time: the session was ended.
    RefreshTokenReused(RefreshTokenReused),
    /// Somebody made an account.
    AccountRegistered(AccountRegistered),
    /// The owner of an account showed that its phone number or e-mail address reaches them.
    ContactConfirmed(ContactConfirmed),
    /// Somebody set a new password with a code that was sent to them.
    PasswordReset(PasswordReset),
    /// An administrator judged a doctor.
    DoctorJudged(DoctorJudged),
    /// How an account is signed in to has changed.
    SignInChanged(SignInChanged),
    /// Somebody changed what they tell about themselves.
    Profile(ProfileChanged),
    /// A patient chose how long new doses may wait.
    GracePeriod(GracePeriodChanged),
    /// A patient told when they eat.
    MealTimes(MealTimesChanged),
    /// Somebody chose what they are told.
    NotificationPreferences(NotificationPreferencesChanged),
    /// Something happened to a prescription.
    Prescription(Box<PrescriptionChanged>),
    /// A patient took a medicine as needed.
    AsNeededTaken(AsNeededTaken),
    /// Somebody took a copy of all that is stored about them.
    DataExported(DataExported),
    /// An account was deleted.
    AccountDeleted(AccountDeleted),
    /// A connection ended because an account was deleted.
    ConnectionLost(ConnectionLost),
    /// Something happened to a connection.
    Connection(ConnectionChanged),
    /// A patient made a code or an invitation, or took one back.
    ConnectionOffer(OfferChanged),
    /// Family asked a patient whether a dose was taken.
    Nudged(Nudged),
    /// A patient answered those who had asked.
    NudgeAnswered(NudgeAnswered),
}

/// Someone to tell, in their language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub user: UserId,
    /// In which language.
    pub language: Language,
}

/// A dose that family had been alerted about turned out to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedDoseCorrected {
    /// The dose.
    pub dose: DoseEventId,
    /// Its patient.
    pub patient: UserId,
    /// The patient's name, for the text.
    pub patient_name: String,
    /// The medicine's name, for the text.
    pub medicine_name: String,
    /// When it was to be taken.
    pub scheduled_time: OffsetDateTime,
    /// When it was taken after all.
    pub taken_at: OffsetDateTime,
    /// Those who had been alerted and may still see the patient's doses.
    pub alerted: Vec<Recipient>,
}

/// What of a patient somebody looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatientData {
    /// The doses of one day.
    DoseSchedule,
    /// The doses of a span of days.
    DoseHistory,
    /// Prescriptions, with what they ask for and their versions.
    Prescriptions,
    /// Adherence and what is prescribed, in a doctor's list of patients.
    PatientList,
    /// The same, day by day.
    PatientDetails,
    /// Missed doses in a row and the latest outcomes, on a doctor's dashboard.
    Dashboard,
    /// What connects them with the patient, which they tried to change.
    Connection,
}

/// Somebody else looked at a patient's data, or tried to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatientDataViewed {
    /// Whose data.
    pub patient: UserId,
    /// What of it.
    pub data: PatientData,
    /// Why it was not shown; `None` when it was.
    pub refusal: Option<Refusal>,
}

/// A refresh token was used again after its time: the session was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshTokenReused {
    /// Whose session.
    pub owner: Recipient,
    /// Their role.
    pub role: UserRole,
    /// Which session.
    pub session: SessionId,
}

/// Somebody made an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountRegistered {
    /// The account.
    pub user: UserId,
    /// As what.
    pub role: UserRole,
    /// The subscription that comes with it.
    pub subscription: SubscriptionId,
}

/// The owner of an account showed that its phone number or e-mail address reaches them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactConfirmed {
    /// The account.
    pub user: UserId,
    /// What it is to the platform.
    pub role: UserRole,
    /// Its status from now on.
    pub status: AccountStatus,
}

/// Somebody set a new password with a code that was sent to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordReset {
    /// Whose account.
    pub owner: Recipient,
    /// What they are to the platform.
    pub role: UserRole,
}
