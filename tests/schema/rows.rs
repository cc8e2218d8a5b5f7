//! One row in each of the 11 tables, all of one family.

use das_tern_domain::{
    AccountStatus, AuditActionType, AuditLogId, ConnectionId, ConnectionMetadata, ConnectionOffers, ConnectionStatus,
    Dosage, DoseEventId, DoseEventStatus, FamilyMemberId, Gender, Grid, Language, MealTimePreferenceId, MedicationId,
    MedicineDetails, NotificationId, NotificationPreferences, NotificationType, PermissionLevel, PrescriptionDetails,
    PrescriptionId, PrescriptionStatus, PrescriptionVersionId, ReminderTimes, SubscriptionId, SubscriptionTier, Theme,
    TimePeriod, UserId, UserRole, VersionDetails,
};
use das_tern_persistence::entities::{
    audit_log, connection, dose_event, family_member, meal_time_preference, medication, notification, prescription,
    prescription_version, subscription, user,
};
use das_tern_persistence::{Database, Error};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use serde_json::json;
use time::macros::{date, datetime};
use uuid::Uuid;

/// When the rows were made.
pub(super) const THEN: time::OffsetDateTime = datetime!(2026-03-06 07:00:00.123 +7);

pub(super) async fn execute(database: &Database, sql: &str) {
    database.connection().execute_unprepared(sql).await.unwrap();
}

/// What the database says to a statement that it should refuse.
pub(super) async fn refusal(database: &Database, sql: &str) -> Error {
    match database.connection().execute_unprepared(sql).await {
        Ok(_) => panic!("accepted: {sql}"),
        Err(error) => error.into(),
    }
}

/// The ids of a patient, their doctor and their family, and of what they share.
pub(super) struct Rows {
    pub(super) patient: UserId,
    pub(super) doctor: UserId,
    pub(super) relative: UserId,
    pub(super) prescription: PrescriptionId,
    pub(super) medication: MedicationId,
    pub(super) dose: DoseEventId,
    pub(super) subscription: SubscriptionId,
    pub(super) audit_log: AuditLogId,
}

impl Rows {
    pub(super) async fn insert(database: &Database) -> Self {
        let rows = Self {
            patient: person(database, UserRole::Patient, "+85512345678").await,
            doctor: person(database, UserRole::Doctor, "+85512345680").await,
            relative: person(database, UserRole::FamilyMember, "+85512345681").await,
            prescription: PrescriptionId(Uuid::now_v7()),
            medication: MedicationId(Uuid::now_v7()),
            dose: DoseEventId(Uuid::now_v7()),
            subscription: SubscriptionId(Uuid::now_v7()),
            audit_log: AuditLogId(Uuid::now_v7()),
        };
        rows.insert_treatment(database).await;
        rows.insert_relations(database).await;
        rows.insert_records(database).await;
        rows
    }

    async fn insert_treatment(&self, database: &Database) {
        let db = database.connection();
        let prescription = prescription::Model {
            id: self.prescription,
            patient_id: self.patient,
            doctor_id: Some(self.doctor),
            patient_name: "សុខ សំណាង".into(),
            patient_gender: Gender::Female,
            patient_age: 61,
            symptoms: "ឈឺក្បាល".into(),
            status: PrescriptionStatus::Active,
            current_version: 1,
            is_urgent: false,
            urgent_reason: None,
            created_at: THEN,
            updated_at: THEN,
            details: PrescriptionDetails::default(),
            scheduled_until: Some(date!(2026 - 04 - 04)),
            last_day: None,
        };
        prescription.into_active_model().insert(db).await.unwrap();
        let version = prescription_version::Model {
            id: PrescriptionVersionId(Uuid::now_v7()),
            prescription_id: self.prescription,
            version_number: 1,
            author_id: Some(self.doctor),
            change_reason: None,
            medications_snapshot: Grid::default(),
            created_at: THEN,
            is_urgent: false,
            details: VersionDetails::default(),
        };
        version.into_active_model().insert(db).await.unwrap();
        self.medication_row().into_active_model().insert(db).await.unwrap();
        self.dose_row().into_active_model().insert(db).await.unwrap();
    }

    pub(super) fn medication_row(&self) -> medication::Model {
        let cell = |amount: &str| {
            Some(Dosage {
                amount: amount.into(),
                before_meal: true,
            })
        };
        medication::Model {
            id: self.medication,
            prescription_id: self.prescription,
            row_number: 1,
            medicine_name: "Paracetamol".into(),
            medicine_name_khmer: Some("ប៉ារ៉ាសេតាម៉ុល".into()),
            image_url: None,
            morning_dosage: cell("1"),
            daytime_dosage: None,
            night_dosage: cell("0.5 គ្រាប់"),
            frequency: Some("2ដង/១ថ្ងៃ".into()),
            timing: Some("មុនអាហារ".into()),
            created_at: THEN,
            updated_at: THEN,
            is_prn: true,
            first_day: Some(date!(2026 - 03 - 06)),
            last_day: Some(date!(2026 - 03 - 06)),
            reminder_times: Some(ReminderTimes(vec!["07:30".parse().unwrap()])),
            details: MedicineDetails {
                additional_note: Some("x".into()),
                ..MedicineDetails::default()
            },
            series_id: Some(self.medication),
            removed_in_version: Some(2),
        }
    }

    pub(super) fn dose_row(&self) -> dose_event::Model {
        dose_event::Model {
            id: self.dose,
            prescription_id: self.prescription,
            medication_id: self.medication,
            patient_id: self.patient,
            scheduled_time: THEN,
            time_period: TimePeriod::Daytime,
            reminder_time: Some("06:45".into()),
            status: DoseEventStatus::Due,
            taken_at: None,
            skip_reason: None,
            was_offline: false,
            created_at: THEN,
            updated_at: THEN,
            missed_after: THEN,
            recorded_at: None,
        }
    }

    async fn insert_relations(&self, database: &Database) {
        let db = database.connection();
        let connection = connection::Model {
            id: ConnectionId(Uuid::now_v7()),
            initiator_id: self.patient,
            recipient_id: self.doctor,
            status: ConnectionStatus::Accepted,
            permission_level: PermissionLevel::Allowed,
            requested_at: THEN,
            accepted_at: Some(THEN),
            revoked_at: None,
            created_at: THEN,
            updated_at: THEN,
            metadata: ConnectionMetadata::default(),
        };
        connection.into_active_model().insert(db).await.unwrap();
        let subscription = subscription::Model {
            id: self.subscription,
            user_id: self.patient,
            tier: SubscriptionTier::FamilyPremium,
            storage_quota: 1,
            storage_used: 0,
            expires_at: None,
            created_at: THEN,
            updated_at: THEN,
        };
        subscription.into_active_model().insert(db).await.unwrap();
        let member = family_member::Model {
            id: FamilyMemberId(Uuid::now_v7()),
            subscription_id: self.subscription,
            member_id: self.relative,
            added_at: THEN,
        };
        member.into_active_model().insert(db).await.unwrap();
        let meals = meal_time_preference::Model {
            id: MealTimePreferenceId(Uuid::now_v7()),
            user_id: self.patient,
            morning_meal: Some("7-8AM".into()),
            afternoon_meal: None,
            night_meal: None,
            created_at: THEN,
            updated_at: THEN,
        };
        meals.into_active_model().insert(db).await.unwrap();
    }

    async fn insert_records(&self, database: &Database) {
        let db = database.connection();
        let notification = notification::Model {
            id: NotificationId(Uuid::now_v7()),
            recipient_id: self.patient,
            kind: NotificationType::PrescriptionUpdate,
            title: "វេជ្ជបញ្ជា".into(),
            message: "x".into(),
            data: Some(json!({})),
            is_read: false,
            read_at: None,
            created_at: THEN,
        };
        notification.into_active_model().insert(db).await.unwrap();
        let entry = audit_log::Model {
            id: self.audit_log,
            actor_id: Some(self.doctor),
            actor_role: Some(UserRole::Doctor),
            action_type: AuditActionType::DataAccess,
            resource_type: "DoseEvent".into(),
            resource_id: Some(self.dose.0),
            details: Some(json!({})),
            ip_address: None,
            created_at: THEN,
            patient_id: Some(self.patient),
        };
        entry.into_active_model().insert(db).await.unwrap();
    }
}

/// A person with a phone number and nothing else.
pub(super) async fn person(database: &Database, role: UserRole, phone: &str) -> UserId {
    let person = user_row(role, phone);
    let id = person.id;
    person.into_active_model().insert(database.connection()).await.unwrap();
    id
}

pub(super) fn user_row(role: UserRole, phone: &str) -> user::Model {
    user::Model {
        id: UserId(Uuid::now_v7()),
        role,
        first_name: None,
        last_name: None,
        full_name: None,
        phone_number: Some(phone.into()),
        email: None,
        password_hash: "x".into(),
        pin_code_hash: None,
        gender: None,
        date_of_birth: None,
        id_card_number: None,
        language: Language::Khmer,
        theme: Theme::Light,
        hospital_clinic: None,
        specialty: None,
        license_number: None,
        license_photo_url: None,
        account_status: AccountStatus::Active,
        failed_login_attempts: 0,
        locked_until: None,
        created_at: THEN,
        updated_at: THEN,
        token_epoch: 0,
        grace_period_minutes: 30,
        status_before_lock: None,
        google_account_id: None,
        contact_confirmed_at: None,
        notification_preferences: NotificationPreferences::default(),
        connection_offers: ConnectionOffers::default(),
        pending_email: None,
        deletion_due_at: None,
    }
}
