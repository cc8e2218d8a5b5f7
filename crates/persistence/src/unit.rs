//! One use case's hold on the database: the pool, or, once begun, one transaction.

use sea_orm::{DatabaseTransaction, TransactionTrait};

use crate::demand::{Session, Wanted};
use crate::{Database, Error};

/// Where the statements of one use case run. Dropped without [`Unit::commit`], a transaction is rolled back.
pub struct Unit {
    database: Database,
    transaction: Option<(DatabaseTransaction, Wanted)>,
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
            let wanted = self.database.connection().demand().enter();
            self.transaction = Some((self.database.connection().begin().await?, wanted));
        }
        Ok(())
    }

    /// What statements run on.
    #[must_use]
    pub fn connection(&self) -> Session<'_> {
        match &self.transaction {
            Some((transaction, _)) => Session::Transaction(transaction),
            None => Session::Pool(self.database.connection()),
        }
    }

    /// Commits the transaction, if one is open.
    ///
    /// # Errors
    /// When the database fails; then nothing was written.
    pub async fn commit(self) -> Result<(), Error> {
        match self.transaction {
            Some((transaction, _wanted)) => Ok(transaction.commit().await?),
            None => Ok(()),
        }
    }
}
