//! What happens to a prescription.

use time::Date;

use crate::{MedicationId, PrescriptionId, PrescriptionStatus, Recipient, UserId};

/// What happened to a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct PrescriptionChanged {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// Whose it is.
    pub patient: UserId,
    /// Who wrote it, where that is not the patient.
    pub doctor: Option<UserId>,
    /// Where it stood before; `None` for a new one.
    pub from: Option<PrescriptionStatus>,
    /// Where it stands now.
    pub to: PrescriptionStatus,
    /// The version that it is about.
    pub version: i32,
    /// What happened.
    pub change: PrescriptionChange,
    /// The other side, where there is somebody to tell.
    pub told: Option<Told>,
    /// The first and the last day whose doses changed with it, as far as there are any; whoever saves it knows.
    pub days: Option<(Date, Date)>,
}

/// Somebody to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who.
    pub recipient: Recipient,
    /// The name of the person who acted, for the text; empty for the system.
    pub actor_name: String,
}

/// The ways in which a prescription changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrescriptionChange {
    /// A doctor wrote it; it waits for the patient.
    Prescribed,
    /// A doctor wrote it, and it holds at once.
    PrescribedUrgently {
        /// Why.
        reason: String,
    },
    /// The patient wrote it.
    MadeByPatient,
    /// The patient confirmed it.
    Confirmed,
    /// The patient does not want it.
    Rejected {
        /// Why.
        reason: Option<String>,
    },
    /// The patient wants it written again.
    RetakeRequested {
        /// Why.
        reason: String,
    },
    /// The doctor wrote a draft again.
    Revised,
    /// The doctor proposes a change of what is followed.
    Proposed,
    /// The patient accepted a proposed change.
    ProposalAccepted,
    /// The patient declined a proposed change.
    ProposalDeclined {
        /// Why.
        reason: Option<String>,
    },
    /// The doctor changed it, and the change holds at once.
    ChangedUrgently {
        /// Why.
        reason: String,
    },
    /// The patient changed what they had written themselves.
    Edited,
    /// The patient added a medicine of their own.
    MedicineAdded {
        /// The row.
        medication: MedicationId,
    },
    /// The patient interrupts it.
    Paused,
    /// The patient goes on with it.
    Resumed,
    /// The patient stopped it.
    Stopped,
    /// The last course is over.
    Lapsed,
    /// The patient threw a draft of their own away.
    Deleted,
}
