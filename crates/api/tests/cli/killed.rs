//! A server, its database or a worker that is killed in the middle of its work, again and again, while phones go on sending
//! until they are answered and days go on coming: what was acknowledged is stored, and nothing is done twice.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use nix::sys::signal::Signal;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use xtask::services::{Folder, Postgres, PostgresOptions, Tools};

use super::binary::{Server, TestDatabase, block_on, migrate_and_seed, redis_url, signal, texts};

const PHONES: usize = 8;
const DOSES: i64 = 240;
/// After so many doses a phone writes a prescription, too.
const DOSES_FOR_A_PRESCRIPTION: usize = 6;
const KILLS: usize = 6;
/// Each start of a worker waits for some seconds before it works.
const WORKER_KILLS: usize = 3;
const PATIENT: &str = "+85512345678";

/// Doses of the patient that can be taken now, two minutes apart.
const MAKE_DOSES: &str = "\
INSERT INTO dose_events (prescription_id, medication_id, patient_id, scheduled_time, missed_after, time_period) \
SELECT m.prescription_id, m.id, m.patient_id, at, at + interval '30 minutes', 'DAYTIME' FROM \
 (SELECT m.id, m.prescription_id, p.patient_id FROM medications m JOIN prescriptions p ON p.id = m.prescription_id \
  JOIN users u ON u.id = p.patient_id WHERE u.phone_number = $1 AND p.status = 'ACTIVE' LIMIT 1) m, \
 (SELECT date_trunc('minute', now()) - n * interval '2 minutes' + interval '37 seconds' AS at FROM generate_series(1, $2) n) due \
RETURNING id::text";

/// A session of the server.
const BUSY_SESSION: &str = "\
SELECT pid FROM pg_stat_activity WHERE datname = 'killed' AND pid <> pg_backend_pid() ORDER BY state_change DESC LIMIT 1";

/// Takes the doses of the last ten days back that there are some for.
const TAKE_DAYS_BACK: &str = "\
WITH shorter AS (UPDATE prescriptions SET scheduled_until = scheduled_until - 10 RETURNING id, scheduled_until), \
gone AS (DELETE FROM dose_events d USING shorter s WHERE d.prescription_id = s.id \
 AND (d.scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date > s.scheduled_until RETURNING d.medication_id, d.scheduled_time) \
SELECT medication_id || ' ' || scheduled_time FROM gone ORDER BY 1";

/// The doses of those days, once they are there again.
const DOSES_OF_LAST_DAYS: &str = "\
SELECT d.medication_id || ' ' || d.scheduled_time FROM dose_events d JOIN prescriptions p ON p.id = d.prescription_id \
WHERE (d.scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date > p.scheduled_until - 10 ORDER BY 1";

/// What the phones have to send, and what they were answered.
struct Phones {
    token: String,
    /// Where the server is at the moment.
    address: Mutex<String>,
    due: Mutex<VecDeque<String>>,
    /// Doses, and when they were taken.
    taken: Mutex<Vec<(String, String)>>,
    prescriptions: Mutex<Vec<String>>,
}

impl Phones {
    async fn signed_in(server: &Server, due: Vec<String>) -> Self {
        let login = json!({ "identifier": PATIENT, "password": "password123" });
        let url = format!("http://{}/api/v1/auth/login", server.address);
        let session = Client::new().post(url).json(&login).send().await.unwrap();
        let session: Value = session.json().await.unwrap();
        Self {
            token: session["accessToken"].as_str().unwrap().to_owned(),
            address: Mutex::new(server.address.clone()),
            due: Mutex::new(due.into()),
            taken: Mutex::default(),
            prescriptions: Mutex::default(),
        }
    }

    /// Sends the same until there is an answer that is not one of a server which goes down or comes up.
    async fn send(&self, http: &Client, method: Method, path: &str, key: &str, body: &Value) -> Value {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let url = format!("http://{}/api/v1{path}", self.address.lock().unwrap());
            let request = http.request(method.clone(), url).bearer_auth(&self.token).json(body);
            if let Ok(answer) = request.header("idempotency-key", key).send().await {
                let status = answer.status();
                // Where the body ends early, it was killed while it answered.
                if let Ok(answer) = answer.json::<Value>().await {
                    if status.is_success() {
                        return answer;
                    }
                    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {answer}");
                }
            }
            assert!(Instant::now() < deadline, "{path} is never answered");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn next(&self) -> Option<(String, usize)> {
        let mut due = self.due.lock().unwrap();
        due.pop_front().map(|dose| (dose, due.len()))
    }

    async fn go_on(&self) {
        let http = Client::new();
        while let Some((dose, left)) = self.next() {
            let path = format!("/doses/{dose}/taken");
            let answer = self.send(&http, Method::PATCH, &path, &dose, &json!({})).await;
            let taken_at = answer["dose"]["takenAt"].as_str().unwrap().to_owned();
            self.taken.lock().unwrap().push((dose.clone(), taken_at));
            if left % DOSES_FOR_A_PRESCRIPTION == 0 {
                let row = json!({ "medicineName": dose, "night": true, "dosageAmount": 1, "durationDays": 3 });
                let body = json!({ "title": dose, "medicines": [row] });
                let answer = self
                    .send(&http, Method::POST, "/prescriptions/patient", &dose, &body)
                    .await;
                let id = answer["id"].as_str().unwrap().to_owned();
                self.prescriptions.lock().unwrap().push(id);
            }
        }
    }
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_acknowledged_and_does_nothing_twice() {
    let database = TestDatabase::create("killed");
    go_on_while(&database.url, "server", |server, variables| {
        server.signal(Signal::SIGKILL);
        server.wait();
        *server = Server::start(variables);
    });
}

#[test]
fn a_database_that_is_killed_loses_nothing_that_it_acknowledged_and_does_nothing_twice() {
    let tools = Tools::find(&Folder::of_checkout().unwrap()).unwrap();
    let folder = Folder::temporary("killed").unwrap();
    let mut postgres = Postgres::start(&tools, &folder, &PostgresOptions::kept()).unwrap();
    postgres.ensure_database("killed").unwrap();
    let mut whole = false;
    go_on_while(&postgres.url("killed"), "database", |_, _| {
        // In turn one session, whose end takes all others along, and the server.
        whole = !whole;
        if whole {
            postgres.kill();
            postgres.restart().unwrap();
        } else {
            let session = postgres.psql("killed", BUSY_SESSION).unwrap();
            signal(session.parse().unwrap(), Signal::SIGKILL);
        }
    });
}

#[test]
fn a_worker_that_is_killed_makes_each_dose_once() {
    let database = TestDatabase::create("killed_worker");
    let redis = redis_url();
    let prefix = format!("killed:worker:{}:", std::process::id());
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", &redis),
        ("DASTERN__REDIS__KEY_PREFIX", &prefix),
        ("DASTERN__LOG__LEVEL", "off"),
        ("DASTERN__JOBS__SCHEDULES_EVERY_S", "60"),
        ("DASTERN__SCHEDULE__BATCH", "2"),
    ];
    migrate_and_seed(&["--large", "300"], &variables);
    let ask = |sql: &str| block_on(texts(&database.url, sql, vec![]));
    let count = |sql: &str| ask(sql)[0].parse::<usize>().unwrap();
    let before = count("SELECT count(*)::text FROM dose_events");
    let taken_back = ask(TAKE_DAYS_BACK);
    assert!(taken_back.len() > 3_000);
    let left = || count("SELECT count(*)::text FROM prescriptions WHERE scheduled_until < current_date + 25");
    let all = left();
    // A worker that finds the lock of the one before held tries again within a minute.
    let deadline = Instant::now() + Duration::from_mins(5);
    let wait_until_left = |most: usize| {
        while left() > most {
            assert!(Instant::now() < deadline, "the worker does not get on");
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    for kill in 0..WORKER_KILLS {
        let mut worker = Server::start_as("worker", &variables);
        wait_until_left(all * (WORKER_KILLS - kill) / (WORKER_KILLS + 1));
        worker.signal(Signal::SIGKILL);
        worker.wait();
    }
    assert!(left() > 0, "the last was killed after all was done");
    let _worker = Server::start_as("worker", &variables);
    wait_until_left(0);
    assert_eq!(count("SELECT count(*)::text FROM dose_events"), before);
    assert_eq!(ask(DOSES_OF_LAST_DAYS), taken_back);
}

/// Has phones send what they have to a server on an empty database, and each time that a part of it is done, something killed.
fn go_on_while(database: &str, what: &str, mut kill: impl FnMut(&mut Server, &[(&str, &str)])) {
    let redis = redis_url();
    let prefix = format!("killed:{what}:{}:", std::process::id());
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", database),
        ("REDIS_URL", &redis),
        ("DASTERN__REDIS__KEY_PREFIX", &prefix),
        ("DASTERN__LOG__LEVEL", "off"),
        ("DASTERN__LIMITS__GENERAL_PER_MINUTE", "100000"),
    ];
    migrate_and_seed(&[], &variables);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let due = texts(database, MAKE_DOSES, vec![PATIENT.into(), DOSES.into()]).await;
        let mut server = Server::start(&variables);
        let phones = Arc::new(Phones::signed_in(&server, due).await);
        let going_on: Vec<_> = (0..PHONES)
            .map(|_| {
                let phones = Arc::clone(&phones);
                tokio::spawn(async move { phones.go_on().await })
            })
            .collect();
        let mut to_kill = KILLS;
        while to_kill > 0 && !going_on.iter().all(tokio::task::JoinHandle::is_finished) {
            let left = phones.due.lock().unwrap().len();
            if left <= usize::try_from(DOSES).unwrap() * to_kill / (KILLS + 1) {
                kill(&mut server, &variables);
                phones.address.lock().unwrap().clone_from(&server.address);
                to_kill -= 1;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for phone in join_all(going_on).await {
            phone.unwrap();
        }
        assert_eq!(to_kill, 0);
        compare(database, &phones).await;
    });
}

/// What was answered with what is stored.
async fn compare(database: &str, phones: &Phones) {
    let mut taken: Vec<String> = phones
        .taken
        .lock()
        .unwrap()
        .iter()
        .map(|(dose, at)| format!("{dose} {at}"))
        .collect();
    taken.sort_unstable();
    assert_eq!(i64::try_from(taken.len()).unwrap(), DOSES);
    let ids: Vec<String> = taken.iter().map(|line| line[..36].to_owned()).collect();
    let stored = "SELECT id || ' ' || to_char(taken_at AT TIME ZONE 'Asia/Phnom_Penh', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') || '+07:00' \
                  FROM dose_events WHERE id = ANY($1::uuid[]) ORDER BY id";
    assert_eq!(texts(database, stored, vec![ids.clone().into()]).await, taken);
    let entries = "SELECT resource_id::text FROM audit_logs WHERE action_type = 'DOSE_TAKEN' AND resource_id = ANY($1::uuid[]) \
                   ORDER BY resource_id";
    assert_eq!(
        texts(database, entries, vec![ids.into()]).await,
        taken.iter().map(|line| &line[..36]).collect::<Vec<_>>()
    );

    let mut written = phones.prescriptions.lock().unwrap().clone();
    written.sort_unstable();
    assert_eq!(
        written.len(),
        usize::try_from(DOSES).unwrap() / DOSES_FOR_A_PRESCRIPTION
    );
    let stored = "SELECT p.id::text FROM prescriptions p JOIN medications m ON m.prescription_id = p.id \
                  WHERE m.medicine_name ~ '^[0-9a-f-]{36}$' ORDER BY p.id";
    assert_eq!(texts(database, stored, vec![]).await, written);
    let doses =
        "SELECT count(*)::text FROM dose_events WHERE prescription_id = ANY($1::uuid[]) GROUP BY prescription_id";
    let doses = texts(database, doses, vec![written.into()]).await;
    assert_eq!(doses.len(), usize::try_from(DOSES).unwrap() / DOSES_FOR_A_PRESCRIPTION);
    assert!(doses.iter().all(|count| count == "3" || count == "2"), "{doses:?}");
}
