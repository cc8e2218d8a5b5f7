use bcrypt::BcryptError;
use sea_orm::DbErr;

/// Why a database was not seeded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed, or holds other rows where these belong.
    #[error(transparent)]
    Database(#[from] das_tern_persistence::Error),
    /// The password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Password(#[from] BcryptError),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Database(error.into())
    }
}
