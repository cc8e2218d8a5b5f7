//! Lists are filtered by the rule that decides on single things: SQL and the access policy agree on any world of people,
//! connections, levels, selections, approvals, prescriptions and doses.

use std::collections::BTreeSet;

use das_tern_domain::access::{Days, Sight, Viewer, view_medication};
use das_tern_domain::{
    AccessGrant, AccessScope, AccountStatus, ConnectionMetadata, DoseEventId, Labelled, PermissionLevel,
    PrescriptionId, UserId, UserRole, zone,
};
use das_tern_persistence::doses::{self, Span};
use das_tern_persistence::prescriptions::{self, ListFilter};
use das_tern_persistence::{Database, connections, sights};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use time::macros::{date, datetime};
use time::{Date, Duration, OffsetDateTime};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::support::database::TestDatabase;

const NOW: OffsetDateTime = datetime!(2026-03-06 09:00 +7);
const FIRST_DAY: Date = date!(2026 - 03 - 01);

/// Role, status and status before a lock of everybody in a world. The last three are the patients.
const PEOPLE: [(UserRole, AccountStatus, Option<AccountStatus>); 7] = [
    (UserRole::Doctor, AccountStatus::Verified, None),
    (UserRole::Doctor, AccountStatus::Active, None),
    (UserRole::Doctor, AccountStatus::Locked, Some(AccountStatus::Verified)),
    (UserRole::FamilyMember, AccountStatus::Active, None),
    (UserRole::Patient, AccountStatus::Active, None),
    (UserRole::Patient, AccountStatus::Active, None),
    (UserRole::Patient, AccountStatus::Active, None),
];
const PATIENTS: std::ops::Range<usize> = 4..7;

#[derive(Debug, Clone)]
struct Link {
    is_reversed: bool,
    status: &'static str,
    level: PermissionLevel,
    /// Minutes from now until the approval ends.
    grant: Option<i64>,
    scope: Option<Scope>,
}

#[derive(Debug, Clone)]
struct Scope {
    prescriptions: Vec<usize>,
    from: Option<i64>,
    to: Option<i64>,
}

#[derive(Debug, Clone)]
struct Treatment {
    patient: usize,
    /// The doctor who wrote it; the patient where none did.
    writer: Option<usize>,
    is_draft: bool,
    /// The first and the last day of each medicine, where they are known.
    courses: Vec<(Option<i64>, Option<i64>)>,
    /// Hours after the first day's start.
    doses: Vec<i64>,
}

#[derive(Debug, Clone)]
struct World {
    /// What stands between each pair with a patient in it.
    links: Vec<Option<Link>>,
    treatments: Vec<Treatment>,
}

fn pairs() -> Vec<(usize, usize)> {
    PATIENTS
        .flat_map(|patient| (0..patient).map(move |other| (other, patient)))
        .collect()
}

fn link() -> impl Strategy<Value = Link> {
    let scope = (vec(0..6_usize, 0..3), option::of(0..10_i64), option::of(0..10_i64));
    let scope = scope.prop_map(|(prescriptions, from, to)| Scope {
        prescriptions,
        from,
        to,
    });
    (
        any::<bool>(),
        prop_oneof![5 => Just("ACCEPTED"), 1 => Just("PENDING"), 1 => Just("REVOKED")],
        proptest::sample::select(PermissionLevel::ALL),
        option::of(-1..=1_i64),
        option::of(scope),
    )
        .prop_map(|(is_reversed, status, level, grant, scope)| Link {
            is_reversed,
            status,
            level,
            grant,
            scope,
        })
}

fn treatment() -> impl Strategy<Value = Treatment> {
    let course = (option::of(0..10_i64), option::of(0..10_i64)).prop_map(|(first, length)| {
        let last = length.map(|length| first.unwrap_or(0) + length);
        (first, last)
    });
    let writer = (option::of(0..3_usize), any::<bool>());
    (PATIENTS, writer, vec(course, 1..3), vec(0..240_i64, 0..4)).prop_map(
        |(patient, (writer, is_draft), courses, doses)| Treatment {
            patient,
            writer,
            is_draft,
            courses,
            doses,
        },
    )
}

fn world() -> impl Strategy<Value = World> {
    let links = vec(option::weighted(0.7, link()), pairs().len());
    (links, vec(treatment(), 6)).prop_map(|(links, treatments)| World { links, treatments })
}

fn user(index: usize) -> UserId {
    UserId(Uuid::from_u128(0x100 + index as u128))
}

fn prescription(index: usize) -> PrescriptionId {
    PrescriptionId(Uuid::from_u128(0x200 + index as u128))
}

fn day(offset: i64) -> Date {
    FIRST_DAY + Duration::days(offset)
}

fn dose_id(treatment: usize, dose: usize) -> DoseEventId {
    DoseEventId(Uuid::from_u128(0x1000 + (treatment * 10 + dose) as u128))
}

fn dose_time(treatment: &Treatment, dose: usize) -> OffsetDateTime {
    zone::start_of(FIRST_DAY) + Duration::hours(treatment.doses[dose]) + Duration::minutes(i64::try_from(dose).unwrap())
}

async fn run(database: &Database, sql: &str, values: impl IntoIterator<Item = Value>) {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    database.connection().execute_raw(statement).await.unwrap();
}

async fn build(database: &Database, world: &World) {
    run(database, "DELETE FROM users", []).await;
    for (index, (role, status, before)) in PEOPLE.into_iter().enumerate() {
        let sql = "INSERT INTO users (id, role, email, password_hash, account_status, status_before_lock, locked_until) \
                   VALUES ($1, $2::user_role, $3, 'x', $4::account_status, $5::account_status, \
                   CASE WHEN $5 IS NOT NULL THEN now() END)";
        let values = [
            user(index).into(),
            role.label().into(),
            format!("{index}@example.com").into(),
            status.label().into(),
            before.map(|before| before.label().to_owned()).into(),
        ];
        run(database, sql, values).await;
    }
    for ((one, other), link) in pairs().into_iter().zip(&world.links) {
        if let Some(link) = link {
            connect(database, (one, other), link).await;
        }
    }
    for (index, treatment) in world.treatments.iter().enumerate() {
        treat(database, index, treatment).await;
    }
}

async fn connect(database: &Database, (one, other): (usize, usize), link: &Link) {
    let metadata = ConnectionMetadata {
        grant: link.grant.map(|minutes| AccessGrant {
            expires_at: NOW + Duration::minutes(minutes),
        }),
        scope: link.scope.as_ref().map(|scope| AccessScope {
            prescription_ids: scope.prescriptions.iter().map(|index| prescription(*index)).collect(),
            from: scope.from.map(day),
            to: scope.to.map(day),
        }),
        ..ConnectionMetadata::default()
    };
    let (from, to) = if link.is_reversed { (other, one) } else { (one, other) };
    let sql = "INSERT INTO connections (id, initiator_id, recipient_id, status, permission_level, metadata, accepted_at, \
               revoked_at) VALUES ($1, $2, $3, $4::connection_status, $5::permission_level, $6, \
               CASE WHEN $4 = 'ACCEPTED' THEN now() END, CASE WHEN $4 = 'REVOKED' THEN now() END)";
    let values = [
        Uuid::now_v7().into(),
        user(from).into(),
        user(to).into(),
        link.status.into(),
        link.level.label().into(),
        serde_json::to_value(&metadata).unwrap().into(),
    ];
    run(database, sql, values).await;
}

async fn treat(database: &Database, index: usize, treatment: &Treatment) {
    let sql = "INSERT INTO prescriptions (id, patient_id, patient_name, patient_gender, patient_age, symptoms, doctor_id, \
               status) VALUES ($1, $2, 'x', 'OTHER', 50, 'x', $3, CASE WHEN $4 THEN 'DRAFT'::prescription_status \
               ELSE 'ACTIVE' END)";
    let values = [
        prescription(index).into(),
        user(treatment.patient).into(),
        treatment.writer.map(|writer| user(writer).0).into(),
        treatment.is_draft.into(),
    ];
    run(database, sql, values).await;
    for (row, (first, last)) in treatment.courses.iter().enumerate() {
        let sql = "INSERT INTO medications (id, prescription_id, row_number, medicine_name, first_day, last_day) \
                   VALUES ($1, $2, $3, 'x', $4, $5)";
        let values = [
            Uuid::from_u128(0x10_0000 + (index * 10 + row) as u128).into(),
            prescription(index).into(),
            i32::try_from(row + 1).unwrap().into(),
            first.map(day).into(),
            last.map(day).into(),
        ];
        run(database, sql, values).await;
    }
    for dose in 0..treatment.doses.len() {
        let sql = "INSERT INTO dose_events (id, prescription_id, medication_id, patient_id, scheduled_time, missed_after, \
                   time_period) VALUES ($1, $2, $3, $4, $5, $5, 'DAYTIME') ON CONFLICT DO NOTHING";
        let values = [
            dose_id(index, dose).into(),
            prescription(index).into(),
            Uuid::from_u128(0x10_0000 + (index * 10) as u128).into(),
            user(treatment.patient).into(),
            dose_time(treatment, dose).into(),
        ];
        run(database, sql, values).await;
    }
}

/// What the policy lets a viewer see of each patient.
async fn sights_of(database: &Database, viewer: usize) -> Vec<(usize, Sight)> {
    let (role, status, before) = PEOPLE[viewer];
    let who = Viewer {
        id: user(viewer),
        role,
        standing: before.unwrap_or(status),
    };
    let mut seen = Vec::new();
    for patient in PATIENTS {
        let relationship = connections::relationship(database.connection(), who.id, user(patient))
            .await
            .unwrap();
        let relationship = relationship.expect("the patient is there");
        if let Ok(sight) = view_medication(who, user(patient), relationship.as_ref(), NOW) {
            seen.push((patient, sight));
        }
    }
    seen
}

/// The prescriptions that a viewer's list has, of one patient or of all, each with its patient.
async fn listed(database: &Database, viewer: usize, patient: Option<UserId>) -> BTreeSet<(UserId, PrescriptionId)> {
    let filter = ListFilter {
        viewer: user(viewer),
        patient,
        writer: None,
        status: None,
        now: NOW,
    };
    let page = prescriptions::list(database.connection(), &filter, None, 100)
        .await
        .unwrap();
    page.iter()
        .map(|view| (view.prescription.patient_id(), view.prescription.id))
        .collect()
}

async fn compare(database: &Database, world: &World) -> Result<(), TestCaseError> {
    build(database, world).await;
    let db = database.connection();
    let (from, until) = (zone::start_of(FIRST_DAY), zone::start_of(day(20)));
    for viewer in 0..PEOPLE.len() {
        let mut visible = BTreeSet::new();
        let mut seen_doses = BTreeSet::new();
        let mut narrowed = BTreeSet::new();
        for (patient, sight) in sights_of(database, viewer).await {
            for (index, treatment) in world.treatments.iter().enumerate() {
                if treatment.patient != patient {
                    continue;
                }
                let days = treatment.courses.iter().map(|(first, last)| Days {
                    from: first.map(day),
                    to: last.map(day),
                });
                // A draft is between its writer and the patient.
                let is_theirs = viewer == patient || treatment.writer == Some(viewer);
                if sight.covers_prescription(prescription(index), days) && (is_theirs || !treatment.is_draft) {
                    visible.insert((user(patient), prescription(index)));
                }
                for dose in 0..treatment.doses.len() {
                    if sight.covers_dose(prescription(index), zone::day_of(dose_time(treatment, dose))) {
                        seen_doses.insert(dose_id(index, dose));
                    }
                }
            }
            let span = Span {
                patient: user(patient),
                from,
                until,
                prescriptions: None,
            };
            if let Some(span) = span.seen_by(&sight) {
                narrowed.extend(doses::within(db, &span).await.unwrap().into_iter().map(|dose| dose.id));
            }
        }
        let all = listed(database, viewer, None).await;
        prop_assert_eq!(&all, &visible, "prescriptions of viewer {}", viewer);
        for patient in PATIENTS.map(user) {
            let of_one = visible.iter().copied().filter(|(owner, _)| *owner == patient);
            let listed = listed(database, viewer, Some(patient)).await;
            prop_assert_eq!(listed, of_one.collect(), "those of {} for viewer {}", patient, viewer);
        }
        let listed: BTreeSet<_> = sights::doses(db, user(viewer), NOW, from, until)
            .await
            .unwrap()
            .into_iter()
            .collect();
        prop_assert_eq!(&listed, &seen_doses, "doses of viewer {}", viewer);
        prop_assert_eq!(&narrowed, &seen_doses, "spans of viewer {}", viewer);
    }
    Ok(())
}

#[test]
fn lists_show_what_the_policy_allows_and_nothing_else() {
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::create());
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(100)
    });
    runner
        .run(&world(), |world| runtime.block_on(compare(database.database(), &world)))
        .unwrap();
    runtime.block_on(database.database().close());
}
