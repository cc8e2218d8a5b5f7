//! A small play: eleven people, what connects them, what they take, and how the last month went.
//!
//! All of it follows from two instants: that of the first run, which is kept as the age of the first patient's account,
//! and now. So a later run makes the same rows again, which are there already, and the doses of the days since.

mod alerts;
mod calendar;
mod cast;
mod doses;
mod links;
mod notifications;
mod outcomes;
mod people;
mod prescriptions;
mod trail;
mod treatments;

use std::collections::HashSet;

use das_tern_domain::UserRole;
use das_tern_persistence::Database;
use das_tern_persistence::entities::{
    audit_log, connection, dose_event, family_member, meal_time_preference, medication, notification, prescription,
    prescription_version, subscription, user,
};
use sea_orm::{ConnectionTrait, EntityTrait, TransactionTrait};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::insert::{missing, missing_by_id, missing_ids};
use crate::{Error, Summary, password_hash};
use calendar::Calendar;

/// Where the ids of the demonstration come from.
const NAMESPACE: Uuid = Uuid::from_u128(0x0da5_7e40_5eed_5eed_5eed_0000_0000_0001);

/// The id of the thing with this key, the same at every run.
fn id_of(kind: &str, key: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}/{key}").as_bytes())
}

/// An account to try the product with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    /// What the person is.
    pub role: UserRole,
    /// What they sign in with, beside the [`PASSWORD`](crate::PASSWORD).
    pub phone_number: &'static str,
}

/// The accounts to try the product with. All the others of the demonstration work as well.
pub const LOGINS: [Login; 4] = [
    Login {
        role: UserRole::Patient,
        phone_number: "+85512345678",
    },
    Login {
        role: UserRole::Patient,
        phone_number: "+85512345679",
    },
    Login {
        role: UserRole::Doctor,
        phone_number: "+85512345680",
    },
    Login {
        role: UserRole::FamilyMember,
        phone_number: "+85512345681",
    },
];

/// Adds the demonstration, or what is missing of it: people, connections, prescriptions, a month of doses up to `now` and
/// the coming days. Rows that are there stay as they are, and all is added in one transaction.
///
/// # Errors
/// When the database fails, or somebody else has a phone number or an e-mail address of the demonstration.
pub async fn demo(database: &Database, now: OffsetDateTime) -> Result<Summary, Error> {
    let password_hash = password_hash()?;
    let transaction = database.connection().begin().await?;
    let calendar = Calendar::new(first_run(&transaction).await?, now);
    let mut summary = add_people(&transaction, &calendar, &password_hash).await?;
    summary += add_prescriptions(&transaction, &calendar).await?;
    summary += add_doses(&transaction, &calendar).await?;
    summary += tell(&transaction, notifications::rows(&calendar)).await?;
    summary.audit_logs += missing::<audit_log::ActiveModel, _>(&transaction, trail::rows(&calendar)).await?;
    transaction.commit().await?;
    Ok(summary)
}

/// When the demonstration was first added, as the first patient's account tells.
async fn first_run(db: &impl ConnectionTrait) -> Result<Option<OffsetDateTime>, Error> {
    let patient = user::Entity::find_by_id(cast::SAMNANG.id()).one(db).await?;
    Ok(patient.map(|patient| patient.created_at + cast::SAMNANG.age_of_account()))
}

async fn add_people(db: &impl ConnectionTrait, calendar: &Calendar, hash: &str) -> Result<Summary, Error> {
    let summary = Summary {
        users: missing_by_id::<user::ActiveModel, _>(db, people::users(calendar, hash)).await?,
        connections: missing::<connection::ActiveModel, _>(db, links::rows(calendar)).await?,
        ..Summary::default()
    };
    missing::<subscription::ActiveModel, _>(db, people::subscriptions(calendar)).await?;
    missing::<family_member::ActiveModel, _>(db, people::family_members(calendar)).await?;
    missing::<meal_time_preference::ActiveModel, _>(db, people::meal_times(calendar)).await?;
    Ok(summary)
}

async fn add_prescriptions(db: &impl ConnectionTrait, calendar: &Calendar) -> Result<Summary, Error> {
    let prescriptions = missing::<prescription::ActiveModel, _>(db, prescriptions::prescriptions(calendar)).await?;
    missing::<medication::ActiveModel, _>(db, prescriptions::medications(calendar)).await?;
    missing::<prescription_version::ActiveModel, _>(db, prescriptions::versions(calendar)).await?;
    Ok(Summary {
        prescriptions,
        ..Summary::default()
    })
}

/// Only a dose that was not there yet leaves alerts and audit entries: what became of the others is not ours to tell.
async fn add_doses(db: &impl ConnectionTrait, calendar: &Calendar) -> Result<Summary, Error> {
    let mut doses = doses::doses(calendar);
    let rows = doses.iter().map(|dose| dose.row.clone()).collect();
    let added: HashSet<_> = missing_ids::<dose_event::ActiveModel, _>(db, rows)
        .await?
        .into_iter()
        .collect();
    doses.retain(|dose| added.contains(&dose.row.id));
    let mut summary = tell(db, alerts::rows(&doses, calendar)).await?;
    summary.doses = added.len() as u64;
    let entries = doses.iter().filter_map(trail::outcome).collect();
    summary.audit_logs += missing::<audit_log::ActiveModel, _>(db, entries).await?;
    Ok(summary)
}

/// Notifications, each with the audit entry that says it was sent.
async fn tell(db: &impl ConnectionTrait, told: Vec<notifications::Told>) -> Result<Summary, Error> {
    let entries = told.iter().map(trail::sent).collect();
    let rows = told.into_iter().map(|told| told.row).collect();
    Ok(Summary {
        notifications: missing::<notification::ActiveModel, _>(db, rows).await?,
        audit_logs: missing::<audit_log::ActiveModel, _>(db, entries).await?,
        ..Summary::default()
    })
}
