use das_tern_cache::CacheKey;
use das_tern_domain::UserId;
use das_tern_persistence::profiles::{self, StorageCounts, StorageRow};

use super::show::share;
use crate::{Actor, Application, Code, Error};

/// What a prescription takes with its grid and its versions, on average, in bytes.
const PRESCRIPTION_BYTES: i64 = 2048;
/// What a dose takes with its place in the indexes, on average, in bytes.
const DOSE_BYTES: i64 = 512;
/// What an audit entry takes with its place in the indexes, on average, in bytes.
const AUDIT_LOG_BYTES: i64 = 640;

/// What a person uses storage for. How much is read anew, as whoever has just sent a picture looks at it.
#[derive(Debug, Clone, Copy)]
struct StorageKey(UserId);

impl CacheKey for StorageKey {
    type Value = StorageCounts;
    const NAMESPACE: &'static str = "user:storage";

    fn id(&self) -> String {
        self.0.to_string()
    }
}

/// What storage a person uses, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageUse {
    /// All of it, as it is counted against the quota.
    pub used: i64,
    /// How much may be used.
    pub quota: i64,
    /// The share that is used, in whole percent.
    pub percentage: u8,
    /// About what prescriptions take.
    pub prescriptions: i64,
    /// About what doses take.
    pub dose_events: i64,
    /// About what the audit trail takes.
    pub audit_logs: i64,
    /// About what files take: the rest.
    pub files: i64,
}

impl StorageUse {
    fn new(row: StorageRow, counts: StorageCounts) -> Self {
        let prescriptions = counts.prescriptions * PRESCRIPTION_BYTES;
        let dose_events = counts.dose_events * DOSE_BYTES;
        let audit_logs = counts.audit_logs * AUDIT_LOG_BYTES;
        Self {
            used: row.used,
            quota: row.quota,
            percentage: share(row.used, row.quota),
            prescriptions,
            dose_events,
            audit_logs,
            files: (row.used - prescriptions - dose_events - audit_logs).max(0),
        }
    }
}

impl Application {
    /// What storage the caller uses. What it is used for is estimated from counts and may be five minutes old.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account went away this moment.
    pub async fn storage_use(&self, actor: &Actor) -> Result<StorageUse, Error> {
        let user = actor.id();
        let db = self.database().connection();
        let gone = || Error::new(Code::TokenRevoked);
        let row = profiles::storage(db, user).await?.ok_or_else(gone)?;
        let load = async || profiles::storage_counts(db, user).await?.ok_or_else(gone);
        let counts = self.cache().get_or_load(&StorageKey(user), load).await?;
        Ok(StorageUse::new(row, counts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_rows_do_not_explain() {
        let row = StorageRow {
            used: 100_000,
            quota: 200_000,
        };
        let counts = StorageCounts {
            prescriptions: 2,
            dose_events: 10,
            audit_logs: 3,
        };
        let shown = StorageUse::new(row, counts);
        assert_eq!(shown.percentage, 50);
        let sum = shown.prescriptions + shown.dose_events + shown.audit_logs + shown.files;
        assert_eq!(sum, 100_000);
        assert_eq!(StorageUse::new(StorageRow { used: 0, ..row }, counts).files, 0);
    }
}
