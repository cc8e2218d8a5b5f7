//! People and their medicines, as tests need them. Signing in goes through the API, as it does for everybody.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::app::TestApp;
use super::client::Client;

pub const PASSWORD: &str = "correct horse";

static PASSWORD_HASH: LazyLock<String> = LazyLock::new(|| bcrypt::hash(PASSWORD, 10).unwrap());
static NEXT_NUMBER: AtomicU32 = AtomicU32::new(10_000_000);

/// A person with an account, not signed in.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: Uuid,
    pub phone: String,
    pub email: String,
}

/// A person who has signed in.
#[derive(Clone)]
pub struct Person {
    pub id: Uuid,
    pub account: Account,
    pub client: Client,
    pub refresh_token: String,
    pub access_token: String,
}

/// A dose that a test arranged.
#[derive(Clone, Copy, Debug)]
pub struct ArrangedDose {
    pub id: Uuid,
    pub prescription: Uuid,
    pub medication: Uuid,
}

impl TestApp {
    /// An account of a role and status that has never signed in.
    pub async fn account(&self, role: &str, status: &str) -> Account {
        let id = Uuid::now_v7();
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let account = Account {
            id,
            phone: format!("+855{number}"),
            email: format!("Person{number}@Example.com"),
        };
        let sql = "INSERT INTO users (id, role, first_name, last_name, phone_number, email, password_hash, \
                   account_status, contact_confirmed_at) \
                   VALUES ($1, $2::user_role, 'សុខ', 'សំណាង', $3, $4, $5, $6::account_status, now())";
        let values = [
            id.into(),
            role.into(),
            account.phone.clone().into(),
            account.email.clone().into(),
            PASSWORD_HASH.clone().into(),
            status.into(),
        ];
        self.execute(sql, values).await;
        self.execute(
            "INSERT INTO subscriptions (id, user_id) VALUES ($1, $2)",
            [Uuid::now_v7().into(), id.into()],
        )
        .await;
        account
    }

    pub async fn patient(&self) -> Person {
        let account = self.account("PATIENT", "ACTIVE").await;
        self.sign_in(&account).await
    }

    pub async fn doctor(&self) -> Person {
        let account = self.account("DOCTOR", "VERIFIED").await;
        self.sign_in(&account).await
    }

    pub async fn family(&self) -> Person {
        let account = self.account("FAMILY_MEMBER", "ACTIVE").await;
        self.sign_in(&account).await
    }

    pub async fn sign_in(&self, account: &Account) -> Person {
        let body = json!({ "identifier": account.phone, "password": PASSWORD });
        let session = self.client.post("/auth/login", &body).await.ok();
        self.person(account, &session)
    }

    /// The person that a session belongs to.
    pub fn person(&self, account: &Account, session: &Value) -> Person {
        let access_token = session["accessToken"].as_str().unwrap().to_owned();
        Person {
            id: account.id,
            account: account.clone(),
            client: self.client.with_token(&access_token),
            refresh_token: session["refreshToken"].as_str().unwrap().to_owned(),
            access_token,
        }
    }

    /// A connection between two people, with its metadata.
    pub async fn connect(&self, from: &Person, to: &Person, status: &str, level: &str, metadata: Value) -> Uuid {
        let id = Uuid::now_v7();
        let sql = "INSERT INTO connections (id, initiator_id, recipient_id, status, permission_level, metadata, \
                   accepted_at, revoked_at) VALUES ($1, $2, $3, $4::connection_status, $5::permission_level, $6, \
                   CASE WHEN $4 = 'ACCEPTED' THEN now() END, CASE WHEN $4 = 'REVOKED' THEN now() END)";
        let values = [
            id.into(),
            from.id.into(),
            to.id.into(),
            status.into(),
            level.into(),
            metadata.into(),
        ];
        self.execute(sql, values).await;
        id
    }

    /// A medicine of an active prescription of the patient's own, one tablet in each cell.
    pub async fn medication(&self, patient: &Person, is_prn: bool) -> (Uuid, Uuid) {
        let (prescription, medication) = (Uuid::now_v7(), Uuid::now_v7());
        let sql = "INSERT INTO prescriptions (id, patient_id, patient_name, patient_gender, patient_age, symptoms, \
                   status) VALUES ($1, $2, 'សុខ សំណាង', 'FEMALE', 61, 'ឈឺក្បាល', 'ACTIVE')";
        self.execute(sql, [prescription.into(), patient.id.into()]).await;
        let sql = "INSERT INTO medications (id, prescription_id, row_number, medicine_name, medicine_name_khmer, \
                   morning_dosage, daytime_dosage, night_dosage, frequency, timing, is_prn) \
                   VALUES ($1, $2, 1, 'Paracetamol', 'ប៉ារ៉ាសេតាម៉ុល', $3, $4, $5, '3ដង/១ថ្ងៃ', 'បន្ទាប់ពីអាហារ', $6)";
        let cell = |amount: &str| json!({ "amount": amount, "beforeMeal": false });
        let values = [
            medication.into(),
            prescription.into(),
            cell("1 គ្រាប់").into(),
            cell("0.5").into(),
            cell("2").into(),
            is_prn.into(),
        ];
        self.execute(sql, values).await;
        (prescription, medication)
    }

    /// A due dose of a new medicine, with 30 minutes of grace.
    pub async fn dose(&self, patient: &Person, scheduled: OffsetDateTime) -> ArrangedDose {
        let (prescription, medication) = self.medication(patient, false).await;
        self.dose_of(patient, prescription, medication, scheduled).await
    }

    /// Another dose of a medicine.
    pub async fn dose_of(
        &self,
        patient: &Person,
        prescription: Uuid,
        medication: Uuid,
        scheduled: OffsetDateTime,
    ) -> ArrangedDose {
        let id = Uuid::now_v7();
        let hour = scheduled.to_offset(das_tern_domain::zone::PHNOM_PENH).hour();
        let period = if hour < 18 { "DAYTIME" } else { "NIGHT" };
        let sql = "INSERT INTO dose_events (id, prescription_id, medication_id, patient_id, scheduled_time, \
                   missed_after, time_period) VALUES ($1, $2, $3, $4, $5, $6, $7::time_period)";
        let values = [
            id.into(),
            prescription.into(),
            medication.into(),
            patient.id.into(),
            scheduled.into(),
            (scheduled + Duration::minutes(30)).into(),
            period.into(),
        ];
        self.execute(sql, values).await;
        ArrangedDose {
            id,
            prescription,
            medication,
        }
    }

    /// What the sweep will do: a dose becomes missed.
    pub async fn miss(&self, dose: ArrangedDose) {
        self.execute(
            "UPDATE dose_events SET status = 'MISSED' WHERE id = $1",
            [dose.id.into()],
        )
        .await;
    }
}
