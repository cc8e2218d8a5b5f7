use std::collections::BTreeSet;

use das_tern_domain::{MissAlert, PatientData, UserId};
use das_tern_persistence::dashboards::{self, Activity, Alarm};
use time::{Duration, OffsetDateTime};

use crate::{Actor, Application, Error};

/// How many of the latest outcomes are shown.
const ACTIVITIES: u64 = 10;

/// How long after its time a missed dose can still be taken: so long, somebody can do something about it.
const ALERT_FOR: Duration = Duration::hours(24);

/// What a doctor should know of all their patients.
#[derive(Debug, Clone)]
pub struct DoctorDashboard {
    /// How many patients there are.
    pub patients: u32,
    /// Of how many the adherence is too low.
    pub in_need: u32,
    /// How many people wait for the doctor's answer to be connected.
    pub requests: u32,
    /// Who has just missed doses in a row, the most first.
    pub alerts: Vec<PatientAlert>,
    /// The latest outcomes of doses, newest first.
    pub activity: Vec<Activity>,
}

/// A patient who missed doses in a row.
#[derive(Debug, Clone)]
pub struct PatientAlert {
    /// How bad it is.
    pub kind: MissAlert,
    /// The patient.
    pub patient: UserId,
    /// Their name.
    pub name: String,
    /// How many doses in a row.
    pub missed: u32,
    /// When the latest of them was to be taken.
    pub last_missed_at: OffsetDateTime,
}

impl Application {
    /// What the caller should know of all their patients. Each patient who is named has it in their trail.
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a doctor, `ACCOUNT_PENDING_VERIFICATION` for one whom nobody verified.
    pub async fn doctor_dashboard(&self, actor: &Actor) -> Result<DoctorDashboard, Error> {
        actor.check_doctor()?;
        let (db, policy) = (self.database().connection(), self.adherence_policy());
        let figures = self.figures(actor.id());
        let alarm = Alarm {
            percent_below: policy.attention_below,
            misses: policy.warning_misses.min(policy.critical_misses),
            since: figures.now - ALERT_FOR,
        };
        let found = dashboards::dashboard(db, figures, alarm).await?;
        let activity = dashboards::activity(db, figures, ACTIVITIES).await?;
        let alerts: Vec<_> = found
            .streaks
            .into_iter()
            .filter_map(|streak| {
                Some(PatientAlert {
                    kind: policy.alert(streak.missed())?,
                    patient: streak.id,
                    missed: streak.missed(),
                    last_missed_at: streak.last_missed_at,
                    name: streak.name,
                })
            })
            .collect();
        let named = alerts.iter().map(|alert| alert.patient);
        let named: BTreeSet<_> = named
            .chain(activity.iter().map(|activity| activity.patient_id))
            .collect();
        self.record_shown(actor, named, PatientData::Dashboard).await?;
        Ok(DoctorDashboard {
            patients: found.patients,
            in_need: found.in_need,
            requests: found.requests,
            alerts,
            activity,
        })
    }
}
