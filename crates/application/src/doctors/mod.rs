//! Finding a doctor, and what doctors see of their patients.

mod dashboard;
mod details;
mod patients;
mod prescriptions;
mod search;

pub use dashboard::{DoctorDashboard, PatientAlert};
pub use details::PatientDetails;
pub use patients::{DoctorsPatients, PatientSummary, PatientsQuery};
pub use search::DoctorQuery;
