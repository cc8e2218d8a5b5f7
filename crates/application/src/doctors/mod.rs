//! Finding a doctor.

mod search;

pub use search::DoctorQuery;
