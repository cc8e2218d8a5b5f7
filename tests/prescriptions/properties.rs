//! Whatever is edited, paused, resumed and preferred, in whatever order: past doses stay as they were, no place has two
//! doses and none that is still to come today lacks one, nothing lies outside the course or in the past, and the days to come
//! are those of a schedule made from scratch.

use std::collections::BTreeSet;

use das_tern_application::{Actor, OwnPrescription, PrescriptionEdit};
use das_tern_domain::{
    CellInput, Change, Content, GracePeriod, Intake, MealTimes, PrescriptionId, PrescriptionStatus, RowDraft, RowInput,
    SessionId, plan, read_row, zone,
};
use das_tern_persistence::prescriptions::{self, PrescriptionView};
use das_tern_persistence::users;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use time::Duration;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::app::MORNING;

#[derive(Debug, Clone)]
enum Step {
    Edit(Vec<RowInput>),
    Pause,
    Resume,
    Meals(usize, usize, usize),
    Grace(usize),
    Take(usize),
    Wait(i64),
    TopUp,
}

fn row() -> impl Strategy<Value = RowInput> {
    let cell = || {
        proptest::option::of((1_u8..3, any::<bool>())).prop_map(|cell| {
            cell.map(|(amount, before_meal)| CellInput {
                amount: Some(amount.to_string()),
                before_meal: Some(before_meal),
            })
        })
    };
    // So few that several rows of a medicine are common.
    let name = proptest::sample::select(vec!["Aspirin", "Zinc"]);
    let days = proptest::option::of(1_i64..40);
    (name, [cell(), cell(), cell()], days).prop_map(|(name, [morning, daytime, night], duration_days)| {
        let is_empty = morning.is_none() && daytime.is_none() && night.is_none();
        RowInput {
            medicine_name: Some(name.to_owned()),
            morning_dosage: morning,
            daytime_dosage: daytime,
            night_dosage: night,
            is_prn: Some(is_empty),
            duration_days,
            ..RowInput::default()
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => proptest::collection::vec(row(), 1..4).prop_map(Step::Edit),
        1 => Just(Step::Pause),
        2 => Just(Step::Resume),
        2 => (0_usize..4, 0_usize..4, 0_usize..4).prop_map(|(a, b, c)| Step::Meals(a, b, c)),
        1 => (0_usize..4).prop_map(Step::Grace),
        2 => (0_usize..3).prop_map(Step::Take),
        3 => (1_i64..60).prop_map(Step::Wait),
        1 => Just(Step::TopUp),
    ]
}

fn rows(inputs: &[RowInput]) -> Vec<RowDraft> {
    inputs.iter().map(|input| read_row(input).unwrap()).collect()
}

/// The part of the day of a dose.
const SLOT: &str = "(CASE WHEN d.time_period = 'NIGHT' THEN 'NIGHT' \
                    WHEN extract(hour FROM d.scheduled_time AT TIME ZONE 'Asia/Phnom_Penh') < 11 THEN 'MORNING' \
                    ELSE 'AFTERNOON' END)";

struct World<'a> {
    app: &'a TestApp,
    actor: Actor,
    prescription: PrescriptionId,
}

impl World<'_> {
    async fn begin(app: &TestApp, first: &[RowInput]) -> Option<(Actor, PrescriptionId)> {
        app.clock.set(MORNING);
        let account = app.account("PATIENT", "ACTIVE").await;
        let account = users::account(app.database().connection(), account.id.into())
            .await
            .unwrap()
            .unwrap();
        let actor = Actor {
            account,
            session: SessionId(Uuid::now_v7()),
            ip: None,
        };
        let new = OwnPrescription {
            content: Content::default(),
            rows: rows(first),
            start_date: None,
            path: "medications",
            is_draft: false,
        };
        let made = app.application.make_own_prescription(&actor, &new, None).await.ok()?;
        Some((actor, made.value.prescription.id))
    }

    /// Whole rows that no edit may touch: those whose time has come, and those that were decided.
    async fn past(&self) -> Vec<String> {
        let sql = "SELECT d::text AS row FROM dose_events d WHERE d.prescription_id = $1 \
                   AND (d.scheduled_time <= $2 OR d.status <> 'DUE') ORDER BY d.id";
        let values = [self.prescription.0.into(), self.app.application.now().into()];
        let rows = self.app.rows(sql, values).await;
        rows.iter().map(|row| row["row"].as_str().unwrap().to_owned()).collect()
    }

    /// Does a step; whether it may have decided a dose.
    async fn go(&self, step: &Step) -> bool {
        let (app, actor, id) = (&self.app.application, &self.actor, self.prescription);
        // What is refused in this state is no concern here.
        match step {
            Step::Edit(inputs) => {
                let edit = PrescriptionEdit {
                    change: Change {
                        rows: Some(rows(inputs)),
                        reason: Some("x".to_owned()),
                        ..Change::default()
                    },
                    expected_version: None,
                    expected: None,
                };
                app.edit_prescription(actor, id, &edit).await.ok();
            }
            Step::Pause => drop(app.pause_prescription(actor, id, None).await),
            Step::Resume => drop(app.resume_prescription(actor, id, None).await),
            Step::Meals(morning, afternoon, night) => {
                let range = |ranges: [&str; 4], n: usize| ranges[n].parse().ok();
                let told = MealTimes {
                    morning: range(["6-7AM", "8-9AM", "9-10AM", ""], *morning),
                    afternoon: range(["12-1PM", "2-3PM", "4-5PM", ""], *afternoon),
                    night: range(["6-7PM", "8-9PM", "9-10PM", ""], *night),
                };
                app.tell_meal_times(actor, told).await.unwrap();
            }
            Step::Grace(n) => {
                app.choose_grace_period(actor, GracePeriod::ALL[*n]).await.unwrap();
            }
            Step::Take(n) => return self.take(*n).await,
            Step::Wait(hours) => self.app.clock.advance(Duration::hours(*hours)),
            Step::TopUp => {
                app.top_up_schedules().await.unwrap();
            }
        }
        false
    }

    async fn take(&self, n: usize) -> bool {
        let sql = "SELECT id FROM dose_events WHERE prescription_id = $1 AND status = 'DUE' ORDER BY scheduled_time \
                   LIMIT 3";
        let due = self.app.rows(sql, [self.prescription.0.into()]).await;
        let Some(dose) = due.get(n) else { return false };
        let dose: Uuid = dose["id"].as_str().unwrap().parse().unwrap();
        let intake = Intake {
            taken_at: None,
            offline: false,
        };
        self.app
            .application
            .take_dose((&self.actor).into(), dose.into(), intake)
            .await
            .ok();
        true
    }

    async fn view(&self) -> PrescriptionView {
        let found = prescriptions::find(self.app.database().connection(), self.prescription);
        found.await.unwrap().unwrap()
    }

    /// Checks what must hold after a step, before which it was as in `before`.
    async fn check(&self, step: &Step, before: &PrescriptionView) -> Result<(), TestCaseError> {
        let now = self.app.application.now();
        let id = self.prescription.0;
        let view = self.view().await;
        let sql = format!(
            "SELECT coalesce(m.details -> 'cellSeries' ->> {SLOT}, coalesce(m.series_id, m.id)::text) || ' ' \
             || (d.scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date || ' ' || {SLOT} AS place \
             FROM dose_events d JOIN medications m ON m.id = d.medication_id WHERE d.prescription_id = $1"
        );
        let doses = self.app.rows(&sql, [id.into()]).await;
        let places: BTreeSet<_> = doses.iter().map(|dose| dose["place"].as_str().unwrap()).collect();
        prop_assert_eq!(places.len(), doses.len(), "two doses in one place after {:?}", step);
        let outside = "SELECT count(*) AS n FROM dose_events d JOIN medications m ON m.id = d.medication_id \
                       WHERE d.prescription_id = $1 AND (d.scheduled_time < d.created_at OR (d.status = 'DUE' \
                       AND d.scheduled_time > $2 AND (m.removed_in_version IS NOT NULL OR m.is_prn \
                       OR (d.scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date NOT BETWEEN m.first_day \
                       AND coalesce(m.last_day, 'infinity'))))";
        let values = [id.into(), now.into()];
        prop_assert_eq!(
            &self.app.rows(outside, values).await[0]["n"],
            0,
            "out of place after {:?}",
            step
        );

        let today = zone::day_of(now);
        let is_followed = view.prescription.status == PrescriptionStatus::Active;
        let state = |view: &PrescriptionView| (view.prescription.status, view.prescription.current_version);
        // Meal times only move what is there already.
        if is_followed && state(&view) != state(before) {
            let asked = plan(&view.prescription.grid, &view.habits, today..=today);
            for dose in asked.iter().filter(|dose| dose.scheduled_time > now) {
                let slot = serde_json::to_value(dose.slot).unwrap();
                let place = format!("{} {} {}", dose.series, zone::format_day(today), slot.as_str().unwrap());
                prop_assert!(
                    places.contains(place.as_str()),
                    "{} is not asked for after {:?}",
                    place,
                    step
                );
            }
        }

        let tomorrow = today + Duration::DAY;
        let sql = "SELECT medication_id || ' ' || to_char(scheduled_time, 'YYYY-MM-DD\"T\"HH24:MI') AS dose \
                   FROM dose_events WHERE prescription_id = $1 AND scheduled_time >= $2";
        let stored = self.app.rows(sql, [id.into(), zone::start_of(tomorrow).into()]).await;
        let stored: BTreeSet<String> = stored
            .iter()
            .map(|row| row["dose"].as_str().unwrap().to_owned())
            .collect();
        let scratch: BTreeSet<String> = match view.scheduled_until.filter(|_| is_followed) {
            Some(until) => plan(&view.prescription.grid, &view.habits, tomorrow..=until)
                .into_iter()
                .map(|dose| {
                    format!(
                        "{} {}",
                        dose.medication,
                        &zone::format_instant(dose.scheduled_time)[..16]
                    )
                })
                .collect(),
            None => BTreeSet::new(),
        };
        prop_assert_eq!(stored, scratch, "another future than from scratch after {:?}", step);
        Ok(())
    }
}

#[test]
fn any_sequence_of_changes_keeps_the_past_and_makes_the_future_of_a_fresh_schedule() {
    let runtime = Runtime::new().unwrap();
    // The app closes its connections when it is dropped.
    let _inside = runtime.enter();
    let app = runtime.block_on(TestApp::start());
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        max_shrink_iters: 64,
        ..Config::with_cases(64)
    });
    let cases = (
        proptest::collection::vec(row(), 1..4),
        proptest::collection::vec(step(), 1..14),
    );
    let test = async |first: &[RowInput], steps: &[Step]| {
        let Some((actor, prescription)) = World::begin(&app, first).await else {
            return Ok(());
        };
        let world = World {
            app: &app,
            actor,
            prescription,
        };
        for step in steps {
            let (before, past) = (world.view().await, world.past().await);
            let decided = world.go(step).await;
            if !decided && !matches!(step, Step::Wait(_)) {
                prop_assert_eq!(past, world.past().await, "the past changed with {:?}", step);
            }
            world.check(step, &before).await?;
        }
        Ok(())
    };
    runner
        .run(&cases, |(first, steps)| runtime.block_on(test(&first, &steps)))
        .unwrap();
}
