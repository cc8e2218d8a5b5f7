//! The 13 enums of the schema. Their labels are the same in the database, in JSON and in audit details.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is no label of the enum it was read as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{label}` is not a {expected}")]
pub struct UnknownLabel {
    /// The text that was given.
    pub label: String,
    /// The enum's PostgreSQL type name.
    pub expected: &'static str,
}

/// An enum whose variants have a stable label in the database and in JSON.
pub trait Labelled: Sized + Copy + 'static {
    /// The name of the PostgreSQL type, such as `user_role`.
    const TYPE_NAME: &'static str;
    /// Every variant, in the order of the database type.
    const ALL: &'static [Self];
    /// The variant's label, in `SCREAMING_SNAKE_CASE`.
    fn label(self) -> &'static str;
}

macro_rules! labelled_enum {
    ($(#[$doc:meta])* $name:ident, $type_name:literal { $($(#[$variant_doc:meta])* $variant:ident = $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[cfg_attr(feature = "sea-orm", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
        #[cfg_attr(feature = "sea-orm", sea_orm(rs_type = "String", db_type = "Enum", enum_name = $type_name))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $(
                $(#[$variant_doc])*
                #[cfg_attr(feature = "sea-orm", sea_orm(string_value = $label))]
                $variant,
            )+
        }

        impl Labelled for $name {
            const TYPE_NAME: &'static str = $type_name;
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.label())
            }
        }

        impl FromStr for $name {
            type Err = UnknownLabel;

            fn from_str(label: &str) -> Result<Self, Self::Err> {
                match label {
                    $($label => Ok(Self::$variant),)+
                    _ => Err(UnknownLabel { label: label.to_owned(), expected: $type_name }),
                }
            }
        }
    };
}

labelled_enum! {
    /// What a person is to the platform. Administrators are no role: see the rules, §2.
    UserRole, "user_role" {
        /// Owns medical data.
        Patient = "PATIENT",
        /// Prescribes, once verified and connected.
        Doctor = "DOCTOR",
        /// Cares for a patient.
        FamilyMember = "FAMILY_MEMBER",
    }
}

labelled_enum! {
    /// A person's gender, as they state it.
    Gender, "gender" {
        /// Male.
        Male = "MALE",
        /// Female.
        Female = "FEMALE",
        /// Neither, or not told.
        Other = "OTHER",
    }
}

labelled_enum! {
    /// The languages that every text exists in.
    Language, "language" {
        /// Khmer, the default.
        Khmer = "KHMER",
        /// English.
        English = "ENGLISH",
    }
}

labelled_enum! {
    /// The look of the app that a user chose.
    Theme, "theme" {
        /// Dark on light.
        Light = "LIGHT",
        /// Light on dark.
        Dark = "DARK",
    }
}

labelled_enum! {
    /// Whether an account may be used.
    AccountStatus, "account_status" {
        /// Usable.
        Active = "ACTIVE",
        /// Waits for its one-time code, or, for a doctor, for an administrator.
        PendingVerification = "PENDING_VERIFICATION",
        /// A doctor whom an administrator verified.
        Verified = "VERIFIED",
        /// A doctor whom an administrator rejected.
        Rejected = "REJECTED",
        /// Locked for a while after too many wrong passwords.
        Locked = "LOCKED",
    }
}

labelled_enum! {
    /// Where a connection between two people stands.
    ConnectionStatus, "connection_status" {
        /// Asked for, not answered.
        Pending = "PENDING",
        /// Both sides agreed.
        Accepted = "ACCEPTED",
        /// Ended, or declined.
        Revoked = "REVOKED",
    }
}

labelled_enum! {
    /// How much of their data a patient opened to the other side of a connection.
    PermissionLevel, "permission_level" {
        /// Nothing.
        NotAllowed = "NOT_ALLOWED",
        /// A doctor asks for each look; family may view.
        Request = "REQUEST",
        /// A doctor sees what was selected; family may view and remind.
        Selected = "SELECTED",
        /// Everything that the relation may have.
        Allowed = "ALLOWED",
    }
}

labelled_enum! {
    /// Where a prescription stands.
    PrescriptionStatus, "prescription_status" {
        /// Waits for the patient.
        Draft = "DRAFT",
        /// Followed now.
        Active = "ACTIVE",
        /// Interrupted by the patient.
        Paused = "PAUSED",
        /// Over; kept for its history.
        Inactive = "INACTIVE",
    }
}

labelled_enum! {
    /// The half of the day that a dose belongs to, as the app colours it.
    TimePeriod, "time_period" {
        /// Morning and daytime doses.
        Daytime = "DAYTIME",
        /// Night doses.
        Night = "NIGHT",
    }
}

labelled_enum! {
    /// What became of a dose.
    DoseEventStatus, "dose_event_status" {
        /// Not decided yet.
        Due = "DUE",
        /// Taken before the grace was over.
        TakenOnTime = "TAKEN_ON_TIME",
        /// Taken later, within the window.
        TakenLate = "TAKEN_LATE",
        /// The grace went by without an intake.
        Missed = "MISSED",
        /// The patient left it out on purpose.
        Skipped = "SKIPPED",
    }
}

labelled_enum! {
    /// What a subscription gives.
    SubscriptionTier, "subscription_tier" {
        /// Free of charge.
        Freemium = "FREEMIUM",
        /// Paid, for one.
        Premium = "PREMIUM",
        /// Paid, for a family.
        FamilyPremium = "FAMILY_PREMIUM",
    }
}

labelled_enum! {
    /// What a notification is about.
    NotificationType, "notification_type" {
        /// Someone asks for, accepts or ends a connection.
        ConnectionRequest = "CONNECTION_REQUEST",
        /// A prescription was made or changed.
        PrescriptionUpdate = "PRESCRIPTION_UPDATE",
        /// A dose was missed.
        MissedDoseAlert = "MISSED_DOSE_ALERT",
        /// A doctor changed a prescription at once.
        UrgentPrescriptionChange = "URGENT_PRESCRIPTION_CHANGE",
        /// Something a family should know, or a safety notice about the account.
        FamilyAlert = "FAMILY_ALERT",
    }
}

labelled_enum! {
    /// What an audit entry records.
    AuditActionType, "audit_action_type" {
        /// A connection was asked for.
        ConnectionRequest = "CONNECTION_REQUEST",
        /// A connection was accepted.
        ConnectionAccept = "CONNECTION_ACCEPT",
        /// A connection was ended or declined.
        ConnectionRevoke = "CONNECTION_REVOKE",
        /// A patient changed what a connection may see.
        PermissionChange = "PERMISSION_CHANGE",
        /// A prescription was made.
        PrescriptionCreate = "PRESCRIPTION_CREATE",
        /// A prescription, or how its doses remind, was changed.
        PrescriptionUpdate = "PRESCRIPTION_UPDATE",
        /// A patient confirmed a prescription.
        PrescriptionConfirm = "PRESCRIPTION_CONFIRM",
        /// A patient asked the doctor to write it again.
        PrescriptionRetake = "PRESCRIPTION_RETAKE",
        /// A dose was taken.
        DoseTaken = "DOSE_TAKEN",
        /// A dose was skipped.
        DoseSkipped = "DOSE_SKIPPED",
        /// A dose was missed.
        DoseMissed = "DOSE_MISSED",
        /// Someone looked at a patient's data, or was refused to.
        DataAccess = "DATA_ACCESS",
        /// A notification was delivered.
        NotificationSent = "NOTIFICATION_SENT",
        /// A subscription changed.
        SubscriptionChange = "SUBSCRIPTION_CHANGE",
    }
}
