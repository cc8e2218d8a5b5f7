//! Versions of a prescription are whole, and stay as they were written.
//!
//! A version goes only with its prescription, and forgets its author only with the author's account: the two foreign keys
//! do that when the other row is already gone, which nobody else can bring about.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE prescription_versions ADD COLUMN IF NOT EXISTS is_urgent boolean NOT NULL DEFAULT false, \
     ADD COLUMN IF NOT EXISTS details jsonb NOT NULL DEFAULT '{}'",
    "CREATE OR REPLACE FUNCTION prescription_versions_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF NOT EXISTS (SELECT FROM prescriptions WHERE id = OLD.prescription_id) THEN
                RETURN OLD;
            END IF;
        ELSIF TG_OP = 'UPDATE' THEN
            IF NEW.author_id IS NULL AND to_jsonb(NEW) - 'author_id' = to_jsonb(OLD) - 'author_id'
                AND NOT EXISTS (SELECT FROM users WHERE id = OLD.author_id) THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'prescription_versions are never changed: % refused', TG_OP
            USING ERRCODE = 'check_violation', CONSTRAINT = 'prescription_versions_immutable',
            TABLE = 'prescription_versions';
    END
    $$",
    "DO $$
    BEGIN
        DROP TRIGGER IF EXISTS prescription_versions_immutable_rows ON prescription_versions;
        CREATE TRIGGER prescription_versions_immutable_rows BEFORE UPDATE OR DELETE ON prescription_versions
            FOR EACH ROW EXECUTE FUNCTION prescription_versions_immutable();
        DROP TRIGGER IF EXISTS prescription_versions_immutable_table ON prescription_versions;
        CREATE TRIGGER prescription_versions_immutable_table BEFORE TRUNCATE ON prescription_versions
            FOR EACH STATEMENT EXECUTE FUNCTION prescription_versions_immutable();
    END
    $$",
];

const DOWN: &[&str] = &[
    "DROP TRIGGER IF EXISTS prescription_versions_immutable_rows ON prescription_versions",
    "DROP TRIGGER IF EXISTS prescription_versions_immutable_table ON prescription_versions",
    "DROP FUNCTION IF EXISTS prescription_versions_immutable()",
    "ALTER TABLE prescription_versions DROP COLUMN IF EXISTS details, DROP COLUMN IF EXISTS is_urgent",
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
