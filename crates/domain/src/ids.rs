//! Identifiers: one newtype for each kind of thing, over `UUIDv7`, so that ids sort by creation.
//!
//! The domain never makes an id up: whoever creates a thing passes one in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
        pub struct $name(pub Uuid);

        /// Asked of every primary key; only numbers counted up by the database can answer.
        #[cfg(feature = "sea-orm")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id! {
    /// A person with an account.
    UserId
}
id! {
    /// A connection between two people.
    ConnectionId
}
id! {
    /// A doctor's request for a look at a patient's data.
    AccessRequestId
}
id! {
    /// A patient's code or invitation, which offers a connection.
    ConnectionOfferId
}
id! {
    /// A prescription.
    PrescriptionId
}
id! {
    /// One version of a prescription.
    PrescriptionVersionId
}
id! {
    /// A row of a prescription's grid.
    MedicationId
}
id! {
    /// One scheduled intake of a medication.
    DoseEventId
}
id! {
    /// A notification.
    NotificationId
}
id! {
    /// An audit entry.
    AuditLogId
}
id! {
    /// A subscription.
    SubscriptionId
}
id! {
    /// A person's place in a family subscription.
    FamilyMemberId
}
id! {
    /// A patient's meal times.
    MealTimePreferenceId
}
id! {
    /// A signed-in device.
    SessionId
}
