//! A patient's codes and invitations, on the patient's own row (rules §3).

use das_tern_domain::{ConnectionOffers, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use crate::Error;
use crate::connections::{PersonView, person_columns};
use crate::effects::{Effects, effects_of};
use crate::sql::statement;

/// A patient with their offers.
#[derive(Debug, Clone, FromQueryResult)]
pub struct OfferingPatient {
    /// The patient.
    #[sea_orm(nested)]
    pub person: PersonView,
    /// Their codes and invitations.
    pub connection_offers: ConnectionOffers,
}

macro_rules! by_mac {
    () => {
        concat!(
            "SELECT ",
            person_columns!("u", ""),
            ", u.connection_offers FROM users u WHERE u.connection_offers <> '[]' AND u.connection_offers @> $1"
        )
    };
}

/// The patient who made the offer whose token has this digest.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, mac: &str) -> Result<Option<OfferingPatient>, Error> {
    let found = OfferingPatient::find_by_statement(statement(by_mac!(), [with_mac(mac)]));
    Ok(found.one(db).await?)
}

/// The same, held until the transaction ends, so that of many who use an offer at once one is the first.
///
/// # Errors
/// When the database fails.
pub async fn lock(db: &impl ConnectionTrait, mac: &str) -> Result<Option<OfferingPatient>, Error> {
    const LOCK: &str = concat!(by_mac!(), " FOR NO KEY UPDATE OF u");
    let found = OfferingPatient::find_by_statement(statement(LOCK, [with_mac(mac)]));
    Ok(found.one(db).await?)
}

/// The form that the index of all offers knows.
fn with_mac(mac: &str) -> Value {
    serde_json::json!([{ "mac": mac }]).into()
}

#[derive(FromQueryResult)]
struct Offers {
    connection_offers: ConnectionOffers,
}

macro_rules! offers_of {
    () => {
        "SELECT connection_offers FROM users WHERE id = $1"
    };
}

/// A patient's offers.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &impl ConnectionTrait, patient: UserId) -> Result<ConnectionOffers, Error> {
    let found = Offers::find_by_statement(statement(offers_of!(), [patient.into()]));
    Ok(found
        .one(db)
        .await?
        .map(|row| row.connection_offers)
        .unwrap_or_default())
}

/// The same, held until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_of(db: &impl ConnectionTrait, patient: UserId) -> Result<ConnectionOffers, Error> {
    const LOCK: &str = concat!(offers_of!(), " FOR NO KEY UPDATE");
    let found = Offers::find_by_statement(statement(LOCK, [patient.into()]));
    Ok(found
        .one(db)
        .await?
        .map(|row| row.connection_offers)
        .unwrap_or_default())
}

const SAVE: &str = concat!(
    "WITH changed AS (UPDATE users SET connection_offers = $2 WHERE id = $1 RETURNING id), ",
    effects_of!("$3", "$4"),
    " SELECT id FROM changed"
);

/// Saves the offers of a patient whose row is held, with the effects of that; there are none where the change of a
/// connection has them.
///
/// # Errors
/// When the database fails.
pub async fn save(
    db: &impl ConnectionTrait,
    patient: UserId,
    offers: &ConnectionOffers,
    effects: &Effects,
) -> Result<(), Error> {
    let [audit_logs, notifications] = effects.values()?;
    let offers = serde_json::to_value(offers)?;
    let values = [patient.into(), offers.into(), audit_logs, notifications];
    db.execute_raw(statement(SAVE, values)).await?;
    Ok(())
}
