//! Prescriptions with their grids, their versions, and the doses that follow from them.

mod horizon;
mod intake;
mod list;
mod parties;
mod rows;
mod save;
mod schedule;
mod versions;

pub use horizon::{DUE_FOR_DOSES, DUE_FOR_LAPSING, due_for_lapsing, extend, lock_due_for_doses};
pub use intake::{insert_intake, intake_at};
pub use list::{LIST, LIST_OF_OWN, ListFilter, list, list_of_own};
pub use parties::{PartyIds, PatientFacts, lock_patient, lock_patient_of, parties, patient_facts};
pub use rows::{GRIDS_IN_FORCE, MedicineView, PrescriptionView, current_grids, find, medicine};
pub use save::{NewPrescription, SavedPrescription, delete, insert, update};
pub use schedule::NewDose;
pub use versions::{VersionView, content_of_version, version, versions};
