//! One use case's hold on the database: the pool, or, once begun, one transaction.

use crate::connection::{Session, Transaction};
use crate::{Database, Error};

/// Where the statements of one use case run. Dropped without [`Unit::commit`], a transaction is rolled back.
pub struct Unit {
    database: Database,
    transaction: Option<Transaction>,
}

impl Unit {
    /// A unit without a transaction: each statement stands for itself.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            database,
            transaction: None,
        }
    }

    /// Begins a transaction, unless one is open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&mut self) -> Result<(), Error> {
        if self.transaction.is_none() {
            self.transaction = Some(self.database.connection().begin_transaction().await?);
        }
        Ok(())
    }

    /// What statements run on.
    #[must_use]
    pub fn connection(&self) -> Session<'_> {
        match &self.transaction {
            Some(transaction) => Session::Transaction(transaction),
            None => Session::Pool(self.database.connection()),
        }
    }

    /// Commits the transaction, if one is open.
    ///
    /// # Errors
    /// When the database fails; then nothing was written.
    pub async fn commit(self) -> Result<(), Error> {
        match self.transaction {
            Some(transaction) => Ok(transaction.commit().await?),
            None => Ok(()),
        }
    }

    /// Undoes the transaction, if one is open. Dropping the unit does so too, at the price of looking after its
    /// connection.
    ///
    /// # Errors
    /// When the database fails; then the server undoes it.
    pub async fn roll_back(self) -> Result<(), Error> {
        match self.transaction {
            Some(transaction) => Ok(transaction.roll_back().await?),
            None => Ok(()),
        }
    }
}
