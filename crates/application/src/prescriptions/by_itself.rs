//! What happens to prescriptions by itself, day by day (rules §4, §5). Safe to run at any time and on any number of machines.

use std::cell::Cell;

use das_tern_cache::StaleKey;
use das_tern_domain::{Decision, PrescriptionId, UserId, last_day_of_horizon, last_day_that_is_over, plan, zone};
use das_tern_persistence::prescriptions::{self, NewDose, PrescriptionView};
use time::{Date, Duration};

use crate::effects::{By, DayScheduleKey};
use crate::users::ProfileKey;
use crate::work::{Stop, Work};
use crate::{Application, Error};

/// How many prescriptions in a row may fail before the fault is taken to be elsewhere, and the run to have failed.
const FAULTS_IN_A_ROW: u32 = 3;

/// What a top-up came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ToppedUp {
    /// How many prescriptions reach to the horizon now.
    pub prescriptions: u64,
    /// How many doses were made for them.
    pub doses: u64,
}

/// One batch of it, with the days that look different.
struct Batch {
    done: ToppedUp,
    days: Vec<(UserId, Date)>,
}

impl Application {
    /// Makes the doses of every active prescription up to the horizon, so that open-ended courses never run dry. Each
    /// prescription is done once, by whichever instance comes to it first; one that somebody is changing at this moment is
    /// left for the next run.
    ///
    /// A batch that fails is halved, down to the one prescription that is at fault; that one is logged and passed over until
    /// the next run.
    ///
    /// # Errors
    /// When the database fails, or three prescriptions in a row; what was done before stays done.
    pub async fn top_up_schedules(&self) -> Result<ToppedUp, Error> {
        let until = last_day_of_horizon(self.today(), self.settings().schedule.horizon_days);
        let full = u64::from(self.settings().schedule.batch);
        let (mut size, mut failed, mut faults) = (full, Vec::new(), 0);
        let mut total = ToppedUp::default();
        loop {
            let due = Cell::new(None);
            let topped_up = self
                .write(By::SYSTEM, async |work| work.top_up(until, size, &failed, &due).await)
                .await;
            let batch = match (topped_up, due.get()) {
                (Ok(batch), _) => batch,
                (Err(error), Some((_, due))) if due > 1 && !self.is_closing() => {
                    tracing::warn!(due, ?error, "a batch of prescriptions got no doses, and is halved");
                    size = due / 2;
                    continue;
                }
                (Err(error), Some((id, _))) if faults + 1 < FAULTS_IN_A_ROW && !self.is_closing() => {
                    tracing::error!(prescription = %id, ?error, "a prescription got no doses");
                    failed.push(id);
                    faults += 1;
                    size = full;
                    continue;
                }
                (Err(error), _) => return Err(error),
            };
            faults = 0;
            let today = self.today();
            let stale = batch.days.iter().flat_map(|&(patient, day)| {
                // Today's doses count for the progress that stands beside the account, too.
                let progress = (day == today).then(|| StaleKey::of(&ProfileKey(patient)));
                progress
                    .into_iter()
                    .chain([StaleKey::of(&DayScheduleKey { patient, day })])
            });
            self.cache().forget(&stale.collect::<Vec<_>>()).await;
            total.prescriptions += batch.done.prescriptions;
            total.doses += batch.done.doses;
            if batch.done.prescriptions < size || self.is_closing() {
                return Ok(total);
            }
            size = full.min(size * 2);
        }
    }

    /// Ends every prescription whose last course is over; how many. Each patient is told once.
    ///
    /// # Errors
    /// When the database fails, or three prescriptions in a row; what was done before stays done.
    pub async fn end_lapsed_prescriptions(&self) -> Result<u64, Error> {
        let size = u64::from(self.settings().schedule.batch);
        let over = last_day_that_is_over(self.now());
        let (mut ended, mut failed, mut faults) = (0, Vec::new(), 0);
        loop {
            let due = prescriptions::due_for_lapsing(self.database().connection(), over, size, &failed).await?;
            let (mut ended_now, known) = (0, failed.len());
            for id in due {
                if self.is_closing() {
                    return Ok(ended + ended_now);
                }
                match self.end_lapsed(id).await {
                    Ok(is_ended) => {
                        ended_now += u64::from(is_ended);
                        faults = 0;
                    }
                    Err(error) if faults + 1 == FAULTS_IN_A_ROW => return Err(error),
                    Err(error) => {
                        faults += 1;
                        tracing::error!(prescription = %id, ?error, "a prescription could not be ended");
                        failed.push(id);
                    }
                }
            }
            ended += ended_now;
            if ended_now == 0 && failed.len() == known {
                return Ok(ended);
            }
        }
    }

    /// Whether it was this call that ended it.
    async fn end_lapsed(&self, id: PrescriptionId) -> Result<bool, Error> {
        self.write(By::SYSTEM, async |work| {
            let before = work.take_turn_of(id).await?;
            match before.prescription.lapse(work.now()) {
                Decision::Unchanged => Ok(false),
                Decision::Changed { after, event } => {
                    work.save_prescription(&before, &after, event).await?;
                    Ok(true)
                }
            }
        })
        .await
    }
}

impl Work<'_> {
    /// `batch` tells which prescription of the batch came first and how many there are, also where the batch fails.
    async fn top_up(
        &mut self,
        until: Date,
        size: u64,
        passed_over: &[PrescriptionId],
        batch: &Cell<Option<(PrescriptionId, u64)>>,
    ) -> Result<Batch, Stop> {
        self.begin().await?;
        let today = zone::day_of(self.now());
        let ids = prescriptions::lock_due_for_doses(&self.unit().connection(), until, size, passed_over).await?;
        batch.set(ids.first().map(|first| (*first, ids.len() as u64)));
        let views = prescriptions::current_grids(&self.unit().connection(), &ids).await?;
        let missing: Vec<_> = views
            .iter()
            .flat_map(|view| self.missing_doses(view, today, until))
            .collect();
        let plan: Vec<_> = missing.iter().map(|(_, dose)| dose.clone()).collect();
        let doses = prescriptions::extend(&self.unit().connection(), &ids, until, &plan, self.now()).await?;
        let mut days: Vec<_> = missing.iter().map(|(patient, dose)| (*patient, dose.day())).collect();
        days.sort_unstable();
        days.dedup();
        let done = ToppedUp {
            prescriptions: ids.len() as u64,
            doses,
        };
        Ok(Batch { done, days })
    }

    /// The doses of the days that a prescription's doses do not reach to yet.
    fn missing_doses(&self, view: &PrescriptionView, today: Date, until: Date) -> Vec<(UserId, NewDose)> {
        let first = view
            .scheduled_until
            .map_or(today, |last| today.max(last + Duration::DAY));
        let prescription = &view.prescription;
        plan(&prescription.grid, &view.habits, first..=until)
            .into_iter()
            .map(|dose| {
                let dose = NewDose::new(self.new_id().into(), prescription.id, dose);
                (prescription.patient_id(), dose)
            })
            .collect()
    }
}
