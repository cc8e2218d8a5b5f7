//! Every figure once more, from the rows and by the rules of the domain, in worlds made up at random.

use das_tern_domain::access::{Days, Refusal, Relationship, Sight, Viewer, view_medication};
use das_tern_domain::{
    AccountStatus, ConnectionMetadata, ConnectionStatus, DoseEventStatus, PermissionLevel, PrescriptionId, UserRole,
    percentage, zone,
};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{decided, find, list};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.roll(choices.len() as u64)).unwrap()].clone()
    }
}

const STATUSES: [&str; 6] = [
    "TAKEN_ON_TIME",
    "TAKEN_ON_TIME",
    "TAKEN_LATE",
    "MISSED",
    "SKIPPED",
    "DUE",
];

struct Known {
    person: Person,
    level: &'static str,
    metadata: Value,
}

async fn a_patient(app: &TestApp, doctor: &Person, dice: &mut Dice) -> Known {
    let person = app.patient().await;
    let medicines = [
        app.medication(&person, false).await,
        app.medication(&person, false).await,
        app.medication(&person, true).await,
    ];
    for _ in 0..dice.roll(30) {
        let medicine = dice.one_of(&medicines);
        let minutes = i64::try_from(dice.roll(40 * 24 * 60)).unwrap();
        let time = MORNING + Duration::HOUR - Duration::minutes(minutes);
        let taken = app.count(
            "dose_events",
            "medication_id = $1 AND scheduled_time = $2",
            [medicine.1.into(), time.into()],
        );
        if taken.await == 0 {
            decided(app, &person, medicine, time, dice.one_of(&STATUSES)).await;
        }
    }
    let level = dice.one_of(&["NOT_ALLOWED", "REQUEST", "SELECTED", "SELECTED", "ALLOWED"]);
    let day = |dice: &mut Dice| {
        dice.one_of(&[
            Value::Null,
            json!("2026-02-10"),
            json!("2026-02-20"),
            json!("2026-03-01"),
        ])
    };
    let mut scope = json!({ "prescriptionIds": dice.one_of(&[vec![], vec![medicines[0].0], vec![medicines[1].0, medicines[2].0]]) });
    for end in ["from", "to"] {
        let day = day(dice);
        if !day.is_null() {
            scope[end] = day;
        }
    }
    let expiry = dice.one_of(&[MORNING, MORNING + Duration::HOUR]);
    let mut metadata = json!({ "scope": scope });
    if dice.roll(3) > 0 {
        metadata["grant"] = json!({ "expiresAt": zone::format_instant(expiry) });
    }
    app.connect(doctor, &person, "ACCEPTED", level, metadata.clone()).await;
    Known {
        person,
        level,
        metadata,
    }
}

struct Dose {
    prescription: PrescriptionId,
    time: OffsetDateTime,
    status: DoseEventStatus,
    is_prn: bool,
}

async fn doses(app: &TestApp, patient: &Person) -> Vec<Dose> {
    let sql = "SELECT d.prescription_id::text AS p, d.scheduled_time AS t, d.status::text AS s, m.is_prn \
               FROM dose_events d JOIN medications m ON m.id = d.medication_id WHERE d.patient_id = $1";
    let rows = app.rows(sql, [patient.id.into()]).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| Dose {
            prescription: text(&row["p"]).parse::<Uuid>().unwrap().into(),
            time: zone::parse_instant(&text(&row["t"])).unwrap(),
            status: text(&row["s"]).parse().unwrap(),
            is_prn: row["is_prn"].as_bool().unwrap(),
        })
        .collect()
}

impl Known {
    fn sight(&self, doctor: &Person) -> Result<Sight, Refusal> {
        let relationship = Relationship {
            opens: self.person.id.into(),
            status: ConnectionStatus::Accepted,
            level: self.level.parse::<PermissionLevel>().unwrap(),
            metadata: serde_json::from_value::<ConnectionMetadata>(self.metadata.clone()).unwrap(),
        };
        let viewer = Viewer {
            id: doctor.id.into(),
            role: UserRole::Doctor,
            standing: AccountStatus::Verified,
        };
        view_medication(viewer, self.person.id.into(), Some(&relationship), MORNING)
    }
}

/// What the rules make of the rows.
#[derive(Default)]
struct Expected {
    taken: u64,
    decided: u64,
    /// How many in a row, and when the last one was to be taken.
    streak: Option<(usize, OffsetDateTime)>,
}

fn expected(doses: &[Dose], sight: Option<&Sight>) -> Expected {
    let today = zone::day_of(MORNING);
    let window = Days {
        from: Some(today - Duration::days(29)),
        to: Some(today),
    };
    let counts = |dose: &&Dose| {
        let day = zone::day_of(dose.time);
        let is_seen = sight.is_some_and(|sight| sight.covers_dose(dose.prescription, day));
        is_seen && window.contains(day) && dose.status != DoseEventStatus::Due && !dose.is_prn
    };
    let mut counted: Vec<_> = doses.iter().filter(counts).collect();
    counted.sort_by_key(|dose| dose.time);
    let last_other = counted
        .iter()
        .filter(|dose| dose.status != DoseEventStatus::Missed)
        .map(|dose| dose.time)
        .max();
    let missed: Vec<_> = counted
        .iter()
        .filter(|dose| dose.status == DoseEventStatus::Missed && last_other.is_none_or(|other| dose.time > other))
        .collect();
    Expected {
        taken: counted.iter().filter(|dose| dose.status.is_taken()).count() as u64,
        decided: counted.len() as u64,
        streak: missed.last().map(|last| (missed.len(), last.time)),
    }
}

#[tokio::test]
async fn every_figure_is_what_the_rules_make_of_the_rows() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute_per_ip = 1_000).await;
    let mut dice = Dice(20_260_306);
    for _ in 0..3 {
        let doctor = app.doctor().await;
        let mut patients = Vec::new();
        for _ in 0..10 {
            patients.push(a_patient(&app, &doctor, &mut dice).await);
        }
        let listed = list(&doctor, "").await;
        let ranked = list(&doctor, "?sortBy=adherencePercentage").await;
        let dashboard = doctor.client.get("/doctor/dashboard").await.ok();
        let mut in_need = 0;
        for patient in &patients {
            let sight = patient.sight(&doctor);
            let expected = expected(&doses(&app, &patient.person).await, sight.as_ref().ok());
            let percent = percentage(expected.taken, expected.decided);
            let told = find(&listed, &patient.person);
            let context = format!("{} {}", patient.level, patient.metadata);
            assert_eq!(told, find(&ranked, &patient.person), "{context}");
            assert_eq!(told["adherencePercentage"], percent.unwrap_or(0), "{context}");
            in_need += i32::from(percent.is_some_and(|percent| percent < 70));
            let alerts = dashboard["todayAlerts"].as_array().unwrap();
            let alert = alerts
                .iter()
                .find(|alert| alert["patientId"] == json!(patient.person.id));
            let streak = expected
                .streak
                .filter(|(count, last)| *count >= 2 && *last >= MORNING - Duration::DAY);
            assert_eq!(
                alert.map(|alert| alert["consecutiveMissed"].clone()),
                streak.map(|(count, _)| json!(count)),
                "{context}"
            );
            details_agree(&doctor, patient, sight, &expected).await;
        }
        assert_eq!(dashboard["patientsNeedingAttention"], in_need);
    }
}

async fn details_agree(doctor: &Person, patient: &Known, sight: Result<Sight, Refusal>, expected: &Expected) {
    let path = format!("/doctor/patients/{}/details", patient.person.id);
    let answer = doctor.client.get(&path).await;
    if sight.is_err() {
        assert_eq!(answer.status, 403, "{}", patient.level);
        return;
    }
    let details = answer.ok();
    let adherence = &details["adherence"];
    assert_eq!(
        (&adherence["takenDoses"], &adherence["totalDoses"]),
        (&json!(expected.taken), &json!(expected.decided)),
        "{} {}",
        patient.level,
        patient.metadata
    );
    let days = details["adherenceTimeline"].as_array().unwrap();
    let sum = |field: &str| days.iter().map(|day| day[field].as_u64().unwrap()).sum::<u64>();
    assert_eq!(
        (sum("takenDoses"), sum("totalDoses")),
        (expected.taken, expected.decided)
    );
}
