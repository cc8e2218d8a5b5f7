use das_tern_application::{DaySchedule, DoseView, RecordedDose, Texts};
use das_tern_domain::{
    ClockTime, DoseEventId, DoseEventStatus, Language, MedicationId, PrescriptionId, Slot, TimePeriod, UserId,
    quantity_of,
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::medication::{Medication, MedicationBody, SharedMedications};
use crate::openapi::{Day, Instant};

/// A dose, with what is shown of its medicine.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Dose)]
pub(crate) struct DoseBody<'a> {
    id: DoseEventId,
    prescription_id: PrescriptionId,
    medication_id: MedicationId,
    patient_id: UserId,
    /// The medicine's name, in Khmer where it has no other.
    #[schema(example = "Paracetamol")]
    medication_name: &'a str,
    #[schema(example = "ប៉ារ៉ាសេតាម៉ុល")]
    medication_name_khmer: Option<&'a str>,
    /// How much, as the prescriber wrote it.
    #[schema(example = "1 គ្រាប់")]
    dosage: &'a str,
    /// The number in `dosage`, where there is one.
    #[schema(value_type = Option<f64>, example = 1)]
    quantity: Option<Quantity>,
    image_url: Option<&'a str>,
    scheduled_time: Instant,
    time_period: TimePeriod,
    slot: Slot,
    /// The instant of the reminder.
    reminder_time: Instant,
    /// What the clock shows then.
    #[schema(value_type = String, pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    reminder_clock: ClockTime,
    status: DoseEventStatus,
    /// When it was taken, as the patient reported.
    taken_at: Option<Instant>,
    /// When the server heard of its outcome.
    recorded_at: Option<Instant>,
    skip_reason: Option<&'a str>,
    was_offline: bool,
    #[schema(example = "3ដង/១ថ្ងៃ")]
    frequency: &'a str,
    #[schema(example = "បន្ទាប់ពីអាហារ")]
    timing: &'a str,
    #[schema(value_type = MedicationBody<'a>)]
    medication: Medication<'a>,
    created_at: Instant,
    updated_at: Instant,
}

/// A number that is written as an integer where it is whole.
struct Quantity(f64);

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and far from the ends of i64")]
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            return serializer.serialize_i64(self.0 as i64);
        }
        serializer.serialize_f64(self.0)
    }
}

/// A patient's day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoseSchedule)]
pub(crate) struct ScheduleBody<'a> {
    date: Day,
    /// Taken doses of all doses of the day, in whole percent.
    #[schema(minimum = 0, maximum = 100, example = 50)]
    daily_progress: u8,
    /// In the order of their times.
    doses: Vec<DoseBody<'a>>,
    /// Both halves of the day.
    groups: [GroupBody; 2],
}

/// Half a day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoseGroup)]
struct GroupBody {
    period: TimePeriod,
    /// Its name, in the caller's language.
    #[schema(example = "ពេលថ្ងៃ")]
    label: String,
    #[schema(pattern = "^#[0-9A-F]{6}$", example = "#2D5BFF")]
    color: &'static str,
    /// Its doses, as-needed ones left out.
    total: usize,
    /// Those of them that were taken.
    taken: usize,
}

/// A dose whose outcome is recorded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordedDose)]
pub(crate) struct RecordedDoseBody<'a> {
    dose: DoseBody<'a>,
    /// Taken doses of all doses of the dose's day, in whole percent.
    #[schema(minimum = 0, maximum = 100, example = 50)]
    daily_progress: u8,
}

impl<'a> DoseBody<'a> {
    /// A dose of many, with what is written of its medication for all of them.
    pub(super) fn sharing(dose: &'a DoseView, medications: &'a SharedMedications) -> Self {
        Self {
            medication: medications.medication_of(dose),
            ..Self::from(dose)
        }
    }
}

impl<'a> From<&'a DoseView> for DoseBody<'a> {
    fn from(dose: &'a DoseView) -> Self {
        let medication = MedicationBody::from(&*dose.medicine);
        let amount = dose.amount();
        Self {
            id: dose.id,
            prescription_id: dose.prescription_id,
            medication_id: dose.medication_id,
            patient_id: dose.patient_id,
            medication_name: medication.medicine_name,
            medication_name_khmer: medication.medicine_name_khmer,
            dosage: amount.unwrap_or_default(),
            quantity: amount.and_then(quantity_of).map(Quantity),
            image_url: medication.image_url,
            scheduled_time: Instant(dose.scheduled_time),
            time_period: dose.time_period,
            slot: dose.slot(),
            reminder_time: Instant(dose.reminder_at()),
            reminder_clock: dose.reminder_clock(),
            status: dose.status,
            taken_at: dose.taken_at.map(Instant),
            recorded_at: dose.recorded_at.map(Instant),
            skip_reason: dose.skip_reason.as_deref(),
            was_offline: dose.was_offline,
            frequency: medication.frequency,
            timing: dose.timing().unwrap_or_default(),
            medication: Medication::Own(medication),
            created_at: Instant(dose.created_at),
            updated_at: Instant(dose.updated_at),
        }
    }
}

impl<'a> ScheduleBody<'a> {
    /// A day, its halves named in this language.
    pub(super) fn new(schedule: &'a DaySchedule, texts: &Texts, language: Language) -> Self {
        let group = |period, name: &str, color| {
            let label = texts.sentence(language, name, &[]);
            let counted = schedule
                .doses
                .iter()
                .filter(|dose| dose.time_period == period && !dose.medicine.is_prn);
            let taken = counted.clone().filter(|dose| dose.status.is_taken()).count();
            GroupBody {
                period,
                label,
                color,
                total: counted.count(),
                taken,
            }
        };
        Self {
            date: Day(schedule.day),
            daily_progress: schedule.progress.percent(),
            doses: schedule.doses.iter().map(DoseBody::from).collect(),
            groups: [
                group(TimePeriod::Daytime, "period-daytime", "#2D5BFF"),
                group(TimePeriod::Night, "period-night", "#6B4AA3"),
            ],
        }
    }
}

impl<'a> From<&'a RecordedDose> for RecordedDoseBody<'a> {
    fn from(recorded: &'a RecordedDose) -> Self {
        Self {
            dose: (&recorded.dose).into(),
            daily_progress: recorded.daily_progress.percent(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use das_tern_application::DoseMedicine;
    use das_tern_domain::{DailyProgress, Dosage};
    use serde_json::{Value, json};
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    fn dose() -> DoseView {
        DoseView {
            id: Uuid::nil().into(),
            prescription_id: Uuid::nil().into(),
            medication_id: Uuid::nil().into(),
            patient_id: Uuid::nil().into(),
            scheduled_time: datetime!(2026-03-06 07:00 +7),
            missed_after: datetime!(2026-03-06 07:30 +7),
            time_period: TimePeriod::Daytime,
            reminder_time: None,
            status: DoseEventStatus::TakenOnTime,
            taken_at: Some(datetime!(2026-03-06 00:05 UTC)),
            recorded_at: None,
            skip_reason: None,
            was_offline: false,
            created_at: datetime!(2026-03-01 00:00 +7),
            updated_at: datetime!(2026-03-01 00:00 +7),
            medicine: Arc::new(medicine()),
        }
    }

    fn medicine() -> DoseMedicine {
        let cell = |amount: &str| {
            Some(Dosage {
                amount: amount.to_owned(),
                before_meal: true,
            })
        };
        DoseMedicine {
            name: String::new(),
            name_khmer: Some("ប៉ារ៉ាសេតាម៉ុល".to_owned()),
            image_url: None,
            morning_dosage: cell("2 គ្រាប់"),
            daytime_dosage: cell("0.5"),
            night_dosage: None,
            frequency: None,
            timing: None,
            is_prn: false,
            amount_as_needed: None,
        }
    }

    fn of(medicine: DoseMedicine) -> DoseView {
        DoseView {
            medicine: Arc::new(medicine),
            ..dose()
        }
    }

    fn shown(dose: &DoseView) -> Value {
        serde_json::to_value(DoseBody::from(dose)).unwrap()
    }

    #[test]
    fn texts_that_the_app_needs_are_never_null() {
        let shown = shown(&dose());
        assert_eq!(shown["medicationName"], "ប៉ារ៉ាសេតាម៉ុល");
        assert_eq!(shown["medication"]["medicineName"], "ប៉ារ៉ាសេតាម៉ុល");
        assert_eq!((&shown["frequency"], &shown["timing"]), (&json!(""), &json!("មុនអាហារ")));
        assert_eq!(
            (&shown["medication"]["frequency"], &shown["medication"]["isPRN"]),
            (&json!(""), &json!(false))
        );
    }

    #[test]
    fn the_amount_is_that_of_the_slot_and_whole_numbers_are_integers() {
        let morning = shown(&dose());
        assert_eq!(
            (&morning["dosage"], morning["quantity"].to_string().as_str()),
            (&json!("2 គ្រាប់"), "2")
        );
        let noon = shown(&DoseView {
            scheduled_time: datetime!(2026-03-06 12:00 +7),
            ..dose()
        });
        assert_eq!((&noon["dosage"], &noon["quantity"]), (&json!("0.5"), &json!(0.5)));
        let night = shown(&DoseView {
            time_period: TimePeriod::Night,
            ..dose()
        });
        assert_eq!((&night["dosage"], &night["quantity"]), (&json!(""), &Value::Null));
        let as_needed = shown(&of(DoseMedicine {
            is_prn: true,
            morning_dosage: None,
            daytime_dosage: None,
            amount_as_needed: Some("2".to_owned()),
            ..medicine()
        }));
        assert_eq!((&as_needed["dosage"], &as_needed["quantity"]), (&json!("2"), &json!(2)));
    }

    #[test]
    fn doses_that_share_their_medications_are_shown_like_single_ones() {
        let other = DoseView {
            medication_id: Uuid::from_u128(1).into(),
            ..of(DoseMedicine {
                timing: Some("បន្ទាប់ពីអាហារ \"1\"".to_owned()),
                ..medicine()
            })
        };
        let doses = [dose(), other.clone(), dose(), other];
        let medications = SharedMedications::of(&doses);
        for dose in &doses {
            let body = DoseBody::sharing(dose, &medications);
            assert!(matches!(body.medication, Medication::Shared(_)));
            assert_eq!(
                serde_json::to_string(&body).unwrap(),
                serde_json::to_string(&DoseBody::from(dose)).unwrap()
            );
        }
    }

    #[test]
    fn instants_are_shown_in_phnom_penh_and_what_is_unknown_as_null() {
        let shown = shown(&DoseView {
            reminder_time: Some("06:45".to_owned()),
            ..dose()
        });
        assert_eq!(shown["takenAt"], "2026-03-06T07:05:00.000+07:00");
        assert_eq!(
            (&shown["recordedAt"], shown.get("skipReason")),
            (&Value::Null, Some(&Value::Null))
        );
        assert_eq!(shown["reminderTime"], "2026-03-06T06:45:00.000+07:00");
        assert_eq!(shown["reminderClock"], "06:45");
    }

    #[test]
    fn the_halves_of_a_day_leave_as_needed_doses_out() {
        let night = DoseView {
            time_period: TimePeriod::Night,
            status: DoseEventStatus::Due,
            ..dose()
        };
        let as_needed = of(DoseMedicine {
            is_prn: true,
            ..medicine()
        });
        let doses = vec![dose(), as_needed, night];
        let day = DaySchedule {
            day: time::macros::date!(2026 - 03 - 06),
            progress: DailyProgress { taken: 1, total: 2 },
            doses,
        };
        let shown = ScheduleBody::new(&day, &Texts::load().unwrap(), Language::English);
        let shown = serde_json::to_value(shown).unwrap();
        assert_eq!(
            (&shown["date"], &shown["dailyProgress"]),
            (&json!("2026-03-06"), &json!(50))
        );
        let halves = json!([
            { "period": "DAYTIME", "label": "Daytime", "color": "#2D5BFF", "total": 1, "taken": 1 },
            { "period": "NIGHT", "label": "Night", "color": "#6B4AA3", "total": 1, "taken": 0 },
        ]);
        assert_eq!(shown["groups"], halves);
    }
}
