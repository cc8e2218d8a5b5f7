//! Which process runs a job that must not run twice at once.

use std::time::Duration;

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::connection::Transaction;
use crate::sql::statement;
use crate::{Database, Error};

/// How long the server waits for a sign of life before it takes the lock away, which is what ends the lock of a machine
/// that vanished. A process that ends takes its lock along at once.
const SILENCE: &str = "SET LOCAL idle_in_transaction_session_timeout = '30s'";
/// How often the lock gives one.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

const TAKE: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended('job ' || $1, 0)) AS is_ours";

#[derive(FromQueryResult)]
struct Taken {
    is_ours: bool,
}

/// The right to run a job, for as long as this is there. It is a transaction of its own that does nothing else, so that
/// the server lets go of it together with the connection, however the process ends.
pub struct JobLock(Transaction);

impl JobLock {
    /// Takes the lock of this name; `None` while somebody has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn try_take(database: &Database, name: &str) -> Result<Option<Self>, Error> {
        let transaction = database.connection().begin_transaction().await?;
        transaction.execute_unprepared(SILENCE).await?;
        let taken = Taken::find_by_statement(statement(TAKE, [name.into()]))
            .one(&transaction)
            .await?;
        if taken.is_some_and(|taken| taken.is_ours) {
            return Ok(Some(Self(transaction)));
        }
        transaction.roll_back().await?;
        Ok(None)
    }

    /// Gives signs of life for as long as the lock is held, and ends with what took it away.
    pub async fn keep(&self) -> Error {
        loop {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            if let Err(error) = self.0.execute_raw(statement("SELECT 1", [])).await {
                return error.into();
            }
        }
    }

    /// Lets go of the lock. Dropping it does so too, at the price of the connection.
    ///
    /// # Errors
    /// When the database fails; then the lock is gone with its connection.
    pub async fn release(self) -> Result<(), Error> {
        Ok(self.0.roll_back().await?)
    }
}
