//! A patient's doses, as the patient and others see and change them (rules §3, §5, §8).

mod history;
mod marking;
mod races;
mod reminders;
mod schedule;
mod watching;
