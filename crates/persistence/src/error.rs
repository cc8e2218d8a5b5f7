use std::error::Error as StdError;
use std::fmt;

use sea_orm::{DbErr, RuntimeErr, TryGetError};
use sqlx::error::DatabaseError;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value that must be unique is there already.
    #[error("violates the unique constraint {constraint}")]
    Unique {
        /// One of the names in [`constraints`](crate::constraints).
        constraint: String,
    },
    /// A row would break a rule of its table, or the audit trail would be changed.
    #[error("violates the check {constraint}")]
    Check {
        /// One of the names in [`constraints`](crate::constraints).
        constraint: String,
    },
    /// What a row refers to is not there.
    #[error("violates the foreign key {constraint}")]
    ForeignKey {
        /// The key's name, `<table>_<column>_fkey`.
        constraint: String,
    },
    /// The database cannot be reached now, or has no connection to spare.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Cause),
    /// The statement took too long, waited too long for a lock, or lost a deadlock; nothing of it was done.
    #[error("the database took too long: {0}")]
    Timeout(#[source] Cause),
    /// A document in a JSONB column could not be written or read.
    #[error("no such document: {0}")]
    Json(#[from] serde_json::Error),
    /// Anything else: a mistake of ours.
    #[error("the database refused: {0}")]
    Database(#[source] Cause),
}

impl Error {
    /// Whether the same statement may well succeed a moment later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Timeout(_))
    }

    /// Whether this is a violation of the constraint of this name.
    #[must_use]
    pub fn violates(&self, name: &str) -> bool {
        match self {
            Self::Unique { constraint } | Self::Check { constraint } | Self::ForeignKey { constraint } => {
                constraint == name
            }
            _ => false,
        }
    }
}

/// What the driver said. It prints as its message alone: its `Debug` form repeats the values of the row.
pub struct Cause(DbErr);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Cause {}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match driver_error(&error) {
            Some(sqlx::Error::Database(answer)) => {
                from_answer(answer.as_ref()).unwrap_or_else(|kind| kind(Cause(error)))
            }
            Some(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                // A server that hangs up before it has said a word, as PostgreSQL 18 does while it goes down.
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed,
            ) => Self::Unavailable(Cause(error)),
            _ if matches!(error, DbErr::ConnectionAcquire(_)) => Self::Unavailable(Cause(error)),
            _ => Self::Database(Cause(error)),
        }
    }
}

impl From<TryGetError> for Error {
    fn from(error: TryGetError) -> Self {
        DbErr::from(error).into()
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        DbErr::Conn(RuntimeErr::SqlxError(error.into())).into()
    }
}

/// The driver's own error, which alone knows the name of a constraint.
fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner.as_ref()),
        _ => None,
    }
}

/// A violation by its constraint's name; else what kind of failure the SQLSTATE tells.
fn from_answer(answer: &dyn DatabaseError) -> Result<Error, fn(Cause) -> Error> {
    let code = answer.code().unwrap_or_default();
    let constraint = answer.constraint().map(str::to_owned);
    match (&*code, constraint) {
        ("23505", Some(constraint)) => Ok(Error::Unique { constraint }),
        ("23514", Some(constraint)) => Ok(Error::Check { constraint }),
        ("23503", Some(constraint)) => Ok(Error::ForeignKey { constraint }),
        (code, _) => Err(kind_of(code)),
    }
}

/// The classes are those of PostgreSQL's appendix A.
fn kind_of(code: &str) -> fn(Cause) -> Error {
    match code {
        // query_canceled, lock_not_available, the idle and transaction time-outs, serialization_failure,
        // deadlock_detected
        "57014" | "55P03" | "25P03" | "25P04" | "40001" | "40P01" => Error::Timeout,
        // admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout, and a standby after a fail-over
        "57P01" | "57P02" | "57P03" | "57P05" | "25006" => Error::Unavailable,
        // connection exceptions and insufficient resources, too_many_connections among them
        _ if code.starts_with("08") || code.starts_with("53") => Error::Unavailable,
        _ => Error::Database,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shutdown_or_a_full_server_is_temporary_and_a_wrong_statement_is_not() {
        let cause = || Cause(DbErr::Custom(String::new()));
        for code in ["57P01", "57P03", "53300", "08006", "57014", "55P03", "40P01"] {
            assert!(kind_of(code)(cause()).is_temporary(), "{code}");
        }
        for code in ["42601", "42P01", "22001", "23502", "28P01"] {
            assert!(!kind_of(code)(cause()).is_temporary(), "{code}");
        }
    }

    #[test]
    fn a_pool_without_a_free_connection_is_temporary() {
        assert!(Error::from(sqlx::Error::PoolTimedOut).is_temporary());
        assert!(Error::from(sqlx::Error::Protocol("unexpected response".to_owned())).is_temporary());
        assert!(Error::from(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout)).is_temporary());
    }

    #[test]
    fn an_error_of_another_kind_is_a_mistake_of_ours() {
        assert!(matches!(Error::from(DbErr::Type("x".into())), Error::Database(_)));
    }
}
