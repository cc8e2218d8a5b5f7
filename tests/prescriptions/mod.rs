//! Prescriptions as doctors, patients and families see and change them (rules §4, §5).

mod answering;
pub mod arranging;
mod editing;
mod generating;
mod horizon;
mod intakes;
mod own;
pub mod plans;
mod prescribing;
mod properties;
mod races;
mod reading;
mod walkthrough;
