//! An account may do without a phone number when it has an e-mail address.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE users ALTER COLUMN phone_number DROP NOT NULL, \
     DROP CONSTRAINT IF EXISTS users_contact_check, \
     ADD CONSTRAINT users_contact_check CHECK (phone_number IS NOT NULL OR email IS NOT NULL) NOT VALID",
    "ALTER TABLE users VALIDATE CONSTRAINT users_contact_check",
];

const DOWN: &[&str] = &[
    "DO $$ \
     DECLARE \
         without bigint := (SELECT count(*) FROM users WHERE phone_number IS NULL); \
     BEGIN \
         IF without > 0 THEN \
             RAISE EXCEPTION '% account(s) have no phone number: give them one or delete them first', without; \
         END IF; \
     END \
     $$",
    "ALTER TABLE users DROP CONSTRAINT IF EXISTS users_contact_check, \
     ALTER COLUMN phone_number SET NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
