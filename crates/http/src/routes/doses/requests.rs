use das_tern_application::{Error, HistoryQuery, PageRequest, ScheduleQuery};
use das_tern_domain::{ClockTime, DoseEventStatus, Intake, zone};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::fields::Fields;
use crate::openapi::{Day, Instant};

/// The longest reason for skipping a dose, in characters.
const LONGEST_REASON: usize = 500;

/// Which day.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ScheduleParams {
    /// The day; today in Phnom Penh by default.
    #[param(value_type = Day, inline, required = false, example = "2026-03-06")]
    date: Option<String>,
    /// The patient, for doctors and family; the caller by default.
    #[param(value_type = String, format = Uuid, required = false)]
    patient_id: Option<String>,
}

impl ScheduleParams {
    pub(super) fn parse(self) -> Result<ScheduleQuery, Error> {
        let mut fields = Fields::default();
        let query = ScheduleQuery {
            day: fields.day("date", self.date.as_deref()),
            patient: fields.id("patientId", self.patient_id.as_deref()),
        };
        fields.check(query)
    }
}

/// Which part of the past.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// The first day; 30 days before the last by default.
    #[param(value_type = Day, inline, required = false, example = "2026-03-01")]
    start_date: Option<String>,
    /// The last day; today in Phnom Penh by default.
    #[param(value_type = Day, inline, required = false, example = "2026-03-06")]
    end_date: Option<String>,
    /// Only doses with this outcome.
    #[param(value_type = DoseEventStatus, required = false)]
    status: Option<String>,
    /// The patient, for doctors and family; the caller by default.
    #[param(value_type = String, format = Uuid, required = false)]
    patient_id: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl HistoryParams {
    pub(super) fn parse(self) -> Result<HistoryQuery, Error> {
        let mut fields = Fields::default();
        let query = HistoryQuery {
            from: fields.day("startDate", self.start_date.as_deref()),
            to: fields.day("endDate", self.end_date.as_deref()),
            status: fields.read("status", self.status.as_deref(), str::parse::<DoseEventStatus>),
            patient: fields.id("patientId", self.patient_id.as_deref()),
            page: PageRequest {
                limit: fields.limit(self.limit.as_deref()),
                cursor: self.cursor,
            },
        };
        fields.check(query)
    }
}

/// An intake.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TakenRequest {
    /// When it was taken; now by default. Without an offset it is Phnom Penh time.
    #[schema(value_type = Option<Instant>)]
    taken_at: Option<String>,
    /// Whether it was recorded while the phone was offline.
    offline: Option<bool>,
}

impl TakenRequest {
    pub(super) fn parse(self) -> Result<Intake, Error> {
        let mut fields = Fields::default();
        let taken_at = fields.read("takenAt", self.taken_at.as_deref(), zone::parse_instant);
        fields.check(Intake {
            taken_at,
            offline: self.offline.unwrap_or(false),
        })
    }
}

/// A dose left out.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SkippedRequest {
    /// Why; empty is none.
    #[schema(max_length = 500, pattern = r"^[^\u0000]*$", example = "វិលមុខ")]
    reason: Option<String>,
}

impl SkippedRequest {
    pub(super) fn parse(self) -> Result<Option<String>, Error> {
        let mut fields = Fields::default();
        let reason = fields.words("reason", self.reason, LONGEST_REASON);
        fields.check(reason)
    }
}

/// A moved reminder.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReminderTimeRequest {
    /// The time on the clock in Phnom Penh.
    #[schema(value_type = String, required = true, pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:30")]
    reminder_time: Option<String>,
}

impl ReminderTimeRequest {
    pub(super) fn parse(self) -> Result<ClockTime, Error> {
        let mut fields = Fields::default();
        let text = fields.required("reminderTime", self.reminder_time);
        let clock = fields.read("reminderTime", text.as_deref(), str::parse::<ClockTime>);
        clock.ok_or_else(|| fields.into_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_reason_is_none() {
        let reason = |text: &str| {
            SkippedRequest {
                reason: Some(text.to_owned()),
            }
            .parse()
        };
        assert_eq!(reason("").unwrap(), None);
        assert_eq!(reason("ឈឺពោះ").unwrap().as_deref(), Some("ឈឺពោះ"));
        assert!(reason(&"ក".repeat(500)).is_ok() && reason(&"ក".repeat(501)).is_err() && reason("a\0").is_err());
    }

    #[test]
    fn an_intake_is_online_and_now_unless_it_says_otherwise() {
        let intake = TakenRequest {
            taken_at: None,
            offline: None,
        }
        .parse()
        .unwrap();
        assert_eq!(
            intake,
            Intake {
                taken_at: None,
                offline: false
            }
        );
        assert!(
            TakenRequest {
                taken_at: Some("ព្រឹកនេះ".to_owned()),
                offline: None
            }
            .parse()
            .is_err()
        );
    }
}
