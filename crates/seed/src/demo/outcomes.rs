//! How well a patient keeps to their medicines. The doses of one cell of the grid go round such a list of twenty, so that
//! any month has all outcomes and the same ones at every run.

use das_tern_domain::DoseEventStatus;

use DoseEventStatus::{Missed, Skipped, TakenLate, TakenOnTime};

pub(super) type Habit = [DoseEventStatus; 20];

/// 85 % taken.
pub(super) static RELIABLE: Habit = [
    TakenOnTime,
    TakenOnTime,
    TakenLate,
    TakenOnTime,
    TakenOnTime,
    TakenOnTime,
    Missed,
    TakenOnTime,
    TakenOnTime,
    TakenLate,
    TakenOnTime,
    TakenOnTime,
    Skipped,
    TakenOnTime,
    TakenOnTime,
    TakenOnTime,
    TakenLate,
    Missed,
    TakenOnTime,
    TakenOnTime,
];

/// 65 % taken.
pub(super) static WAVERING: Habit = [
    TakenOnTime,
    Missed,
    TakenLate,
    TakenOnTime,
    TakenOnTime,
    Skipped,
    Missed,
    TakenOnTime,
    TakenOnTime,
    TakenLate,
    Missed,
    TakenOnTime,
    TakenOnTime,
    Skipped,
    TakenLate,
    TakenOnTime,
    Missed,
    TakenOnTime,
    TakenOnTime,
    Missed,
];

/// 40 % taken.
pub(super) static STRUGGLING: Habit = [
    TakenOnTime,
    Missed,
    Missed,
    TakenLate,
    Missed,
    Skipped,
    TakenOnTime,
    Missed,
    TakenOnTime,
    Skipped,
    Missed,
    Missed,
    TakenOnTime,
    TakenLate,
    Missed,
    Skipped,
    TakenOnTime,
    Missed,
    TakenOnTime,
    Missed,
];

/// Why a dose was skipped.
pub(super) static SKIP_REASONS: [&str; 4] = ["វិលមុខ", "ចង់ក្អួត", "អស់ថ្នាំ កំពុងរង់ចាំទិញ", "កំពុងធ្វើដំណើរ"];
