//! The doses: one for each filled cell and day, decided as far as their grace is over.

use std::collections::HashMap;

use das_tern_domain::{DoseEventStatus, Slot, TimePeriod, UserId, last_day_of_horizon, zone};
use das_tern_persistence::entities::dose_event;
use time::{Date, Duration, OffsetDateTime};

use super::calendar::Calendar;
use super::id_of;
use super::outcomes::SKIP_REASONS;
use super::prescriptions::{ended_at, medication_id, numbered, written_at};
use super::treatments::{Cell, Row, TREATMENTS, Treatment};

/// How many days ahead doses exist, today included (rules §5).
pub(super) const HORIZON_DAYS: u16 = 30;

/// A dose with what it comes from.
pub(super) struct Dose {
    pub(super) row: dose_event::Model,
    pub(super) treatment: &'static Treatment,
    pub(super) medicine: &'static Row,
    /// Its place in the patient's habit, and what else differs from dose to dose.
    turn: u32,
}

/// Every dose from the first day of each treatment to the horizon.
pub(super) fn doses(calendar: &Calendar) -> Vec<Dose> {
    let mut doses: Vec<Dose> = TREATMENTS
        .iter()
        .flat_map(|treatment| scheduled(treatment, calendar))
        .collect();
    let last_today = last_of_the_day(&doses, calendar.today());
    for dose in &mut doses {
        let is_last_today = last_today.get(&dose.row.patient_id) == Some(&dose.row.scheduled_time);
        if dose.row.missed_after <= calendar.now && !is_last_today {
            dose.decide(calendar.now);
        }
    }
    doses.extend(
        TREATMENTS
            .iter()
            .flat_map(|treatment| taken_as_needed(treatment, calendar)),
    );
    doses
}

/// When each patient's last dose of a day is. Today's stays due even when its grace is over, so that at any time of the
/// day there is one to mark.
fn last_of_the_day(doses: &[Dose], day: Date) -> HashMap<UserId, OffsetDateTime> {
    let mut last = HashMap::new();
    for dose in doses.iter().filter(|dose| zone::day_of(dose.row.scheduled_time) == day) {
        let time = last.entry(dose.row.patient_id).or_insert(dose.row.scheduled_time);
        *time = dose.row.scheduled_time.max(*time);
    }
    last
}

/// The doses of a treatment, all due. An ended one keeps those that were before its end.
fn scheduled(treatment: &'static Treatment, calendar: &Calendar) -> Vec<Dose> {
    if !treatment.was_begun() {
        return Vec::new();
    }
    let meals = treatment.patient.meal_times();
    let ended = ended_at(treatment, calendar);
    let mut doses = Vec::new();
    let mut day = calendar.day(treatment.written_days_ago());
    let last_day = last_day_of_horizon(calendar.today(), HORIZON_DAYS);
    while day <= last_day {
        for (number, row) in grid_of(treatment, day, calendar) {
            for (slot, cell) in cells(row) {
                let time = meals.dose_at(day, slot, cell.before_meal);
                if ended.is_none_or(|ended| time < ended) {
                    doses.push(due(treatment, number, row, time, slot.period(), calendar));
                }
            }
        }
        day += Duration::DAY;
    }
    doses
}

/// The rows that are followed on a day, of the version that was in force that morning.
fn grid_of(treatment: &'static Treatment, day: Date, calendar: &Calendar) -> impl Iterator<Item = (i32, &'static Row)> {
    let in_force = treatment
        .versions
        .iter()
        .rfind(|version| calendar.day(version.days_ago) < day);
    let first = calendar.day(0);
    let followed = move |row: &Row| {
        let begins = first - Duration::days(row.first_days_ago);
        let ends = row.last_days_ago.map(|days_ago| first - Duration::days(days_ago));
        !row.is_prn && begins <= day && ends.is_none_or(|ends| day <= ends)
    };
    numbered(in_force.map_or(&[][..], |version| version.rows)).filter(move |(_, row)| followed(row))
}

fn cells(row: &Row) -> impl Iterator<Item = (Slot, Cell)> {
    let cells = [
        (Slot::Morning, row.morning),
        (Slot::Afternoon, row.daytime),
        (Slot::Night, row.night),
    ];
    cells.into_iter().filter_map(|(slot, cell)| Some((slot, cell?)))
}

fn due(
    treatment: &'static Treatment,
    row_number: i32,
    medicine: &'static Row,
    scheduled_time: OffsetDateTime,
    time_period: TimePeriod,
    calendar: &Calendar,
) -> Dose {
    let day = zone::day_of(scheduled_time);
    let created_at = created_at(treatment, day, calendar);
    let grace = Duration::minutes(treatment.patient.grace_minutes().into());
    let turn =
        day.to_julian_day().unsigned_abs() * 3 + row_number.unsigned_abs() * 7 + u32::from(scheduled_time.hour());
    let key = format!(
        "{}/{row_number}/{}",
        treatment.key,
        zone::format_instant(scheduled_time)
    );
    let row = dose_event::Model {
        id: id_of("dose", &key).into(),
        prescription_id: treatment.id(),
        medication_id: medication_id(treatment, row_number),
        patient_id: treatment.patient.id(),
        scheduled_time,
        time_period,
        reminder_time: None,
        status: DoseEventStatus::Due,
        taken_at: None,
        skip_reason: None,
        was_offline: false,
        created_at,
        updated_at: created_at,
        missed_after: scheduled_time + grace,
        recorded_at: None,
    };
    Dose {
        row,
        treatment,
        medicine,
        turn,
    }
}

/// On activation, or when the horizon came to the dose's day.
fn created_at(treatment: &Treatment, day: Date, calendar: &Calendar) -> OffsetDateTime {
    let written = treatment.versions.first().map(|version| written_at(version, calendar));
    let topped_up = zone::start_of(day - Duration::days(HORIZON_DAYS.into()));
    written.unwrap_or(calendar.first_run).max(topped_up)
}

impl Dose {
    /// What became of it, its grace being over.
    fn decide(&mut self, now: OffsetDateTime) {
        let habit = self.treatment.patient.habit();
        let outcome = habit[self.turn as usize % habit.len()];
        match outcome {
            DoseEventStatus::TakenOnTime => {
                let taken_at = self.row.scheduled_time + Duration::minutes(self.varied(13) - 5);
                self.take(outcome, taken_at, now);
            }
            DoseEventStatus::TakenLate => {
                let taken_at = self.row.missed_after + Duration::minutes(10 + self.varied(90));
                self.take(outcome, taken_at, now);
            }
            DoseEventStatus::Skipped => {
                let reason = SKIP_REASONS[self.turn as usize / 7 % SKIP_REASONS.len()];
                self.row.skip_reason = Some(reason.to_owned());
                self.record(outcome, self.row.scheduled_time + Duration::minutes(5));
            }
            DoseEventStatus::Missed | DoseEventStatus::Due => self.miss(),
        }
    }

    /// Each dose differs from the next by a number below `below`.
    fn varied(&self, below: u32) -> i64 {
        i64::from(self.turn % below)
    }

    /// An intake that would lie in the future has not been: so far the dose is missed.
    fn take(&mut self, status: DoseEventStatus, taken_at: OffsetDateTime, now: OffsetDateTime) {
        if taken_at > now {
            return self.miss();
        }
        self.row.was_offline = self.varied(9) == 4;
        let heard_after = if self.row.was_offline {
            Duration::minutes(95)
        } else {
            Duration::ZERO
        };
        self.row.taken_at = Some(taken_at);
        self.record(status, now.min(taken_at + heard_after));
    }

    fn record(&mut self, status: DoseEventStatus, recorded_at: OffsetDateTime) {
        self.row.status = status;
        self.row.recorded_at = Some(recorded_at);
        self.row.updated_at = recorded_at;
    }

    fn miss(&mut self) {
        self.row.status = DoseEventStatus::Missed;
        self.row.updated_at = self.row.missed_after;
    }
}

/// A medicine that is taken as needed has no due doses, only intakes: here one every five days, in the
/// afternoon, until yesterday.
fn taken_as_needed(treatment: &'static Treatment, calendar: &Calendar) -> Vec<Dose> {
    let mut doses = Vec::new();
    for (number, row) in numbered(treatment.rows()).filter(|(_, row)| row.is_prn) {
        let mut taken_at = calendar.at(row.first_days_ago, 14) + Duration::minutes(20);
        while zone::day_of(taken_at) < calendar.today() {
            let mut dose = due(treatment, number, row, taken_at, TimePeriod::Daytime, calendar);
            dose.row.created_at = taken_at;
            dose.row.taken_at = Some(taken_at);
            dose.record(DoseEventStatus::TakenOnTime, taken_at);
            doses.push(dose);
            taken_at += Duration::days(5);
        }
    }
    doses
}

#[cfg(test)]
mod tests {
    use das_tern_domain::DoseWindow;
    use time::macros::datetime;

    use super::*;

    /// All times of day, over a week, as each day has other outcomes.
    fn times_of_day() -> impl Iterator<Item = OffsetDateTime> {
        let minutes = (0..7 * 24 * 60).step_by(67);
        minutes.map(|minutes| datetime!(2026-03-06 00:00 +7) + Duration::minutes(minutes))
    }

    #[test]
    fn at_no_time_of_day_is_anything_recorded_that_has_not_happened_yet() {
        for now in times_of_day() {
            for Dose { row, .. } in doses(&Calendar::new(None, now)) {
                assert!(
                    row.taken_at <= Some(now) && row.recorded_at <= Some(now),
                    "{now} {row:?}"
                );
                assert!(row.created_at <= now && row.updated_at <= now, "{now} {row:?}");
            }
        }
    }

    #[test]
    fn at_any_time_of_day_each_patient_who_takes_something_can_mark_a_dose() {
        for now in times_of_day() {
            let doses = doses(&Calendar::new(None, now));
            for patient in TREATMENTS.map(|treatment| treatment.patient.id()) {
                let is_open = |row: &dose_event::Model| {
                    row.patient_id == patient
                        && row.status == DoseEventStatus::Due
                        && DoseWindow::of(row.scheduled_time, row.missed_after).contains(now)
                };
                assert!(doses.iter().any(|dose| is_open(&dose.row)), "{now} {patient}");
            }
        }
    }
}
