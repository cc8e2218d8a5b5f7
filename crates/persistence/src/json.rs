//! The JSONB columns that are nobody's domain type.

use das_tern_domain::ClockTime;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// What `medications.reminder_times` holds: when a medication taken as needed reminds, each as `HH:mm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct ReminderTimes(pub Vec<ClockTime>);
