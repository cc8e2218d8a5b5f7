use das_tern_domain::{
    AccountStatus, AuditActionType, ConnectionStatus, DoseEventStatus, Gender, Labelled, Language, NotificationType,
    PermissionLevel, PrescriptionStatus, SubscriptionTier, Theme, TimePeriod, UserRole,
};
use das_tern_persistence::Database;
use das_tern_persistence::entities::{
    audit_log, connection, dose_event, family_member, meal_time_preference, medication, notification, prescription,
    prescription_version, subscription, user,
};
use sea_orm::sea_query::{ColumnType, StringLen};
use sea_orm::{ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable};

use super::catalog::lines;
use super::rows::{Rows, THEN};
use crate::support::database::TestDatabase;

/// An entity's columns as the database would name them.
fn columns<E: EntityTrait>(entity: E) -> Vec<String> {
    let column = |column: E::Column| {
        let definition = column.def();
        let null = if definition.is_null() { "null" } else { "not null" };
        format!(
            "{}.{} {} {null}",
            entity.table_name(),
            column.as_str(),
            sql_type(definition.get_column_type())
        )
    };
    let mut columns: Vec<_> = E::Column::iter().map(column).collect();
    columns.sort();
    columns
}

fn sql_type(column_type: &ColumnType) -> String {
    match column_type {
        ColumnType::Uuid => "uuid".into(),
        ColumnType::Text => "text".into(),
        ColumnType::Integer => "integer".into(),
        ColumnType::BigInteger => "bigint".into(),
        ColumnType::Boolean => "boolean".into(),
        ColumnType::Date => "date".into(),
        ColumnType::JsonBinary => "jsonb".into(),
        ColumnType::TimestampWithTimeZone => "timestamp(3) with time zone".into(),
        ColumnType::String(StringLen::N(length)) => format!("character varying({length})"),
        ColumnType::Enum { name, .. } => name.to_string(),
        other => panic!("no column of ours is {other:?}"),
    }
}

async fn columns_in(database: &Database, table: &str) -> Vec<String> {
    let sql = format!(
        "SELECT c.table_name || '.' || c.column_name || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || \
         CASE c.is_nullable WHEN 'YES' THEN 'null' ELSE 'not null' END \
         FROM information_schema.columns c JOIN pg_attribute a \
         ON a.attrelid = c.table_name::regclass AND a.attname = c.column_name \
         WHERE c.table_schema = 'public' AND c.table_name = '{table}'"
    );
    let mut columns = lines(database, &sql).await;
    columns.sort();
    columns
}

macro_rules! for_each_entity {
    ($use:ident) => {
        $use!(user);
        $use!(connection);
        $use!(prescription);
        $use!(prescription_version);
        $use!(medication);
        $use!(dose_event);
        $use!(notification);
        $use!(audit_log);
        $use!(subscription);
        $use!(family_member);
        $use!(meal_time_preference);
    };
}

#[tokio::test]
async fn each_entitys_columns_equal_the_migrated_schema() {
    let database = TestDatabase::create().await;
    macro_rules! compare {
        ($entity:ident) => {
            let table = $entity::Entity.table_name();
            assert_eq!(
                columns($entity::Entity),
                columns_in(database.database(), table).await,
                "{table}"
            );
        };
    }
    for_each_entity!(compare);
}

#[tokio::test]
async fn there_are_exactly_the_tables_of_the_entities() {
    let database = TestDatabase::create().await;
    let mut expected = vec!["seaql_migrations".to_owned()];
    macro_rules! name {
        ($entity:ident) => {
            expected.push($entity::Entity.table_name().to_owned());
        };
    }
    for_each_entity!(name);
    expected.sort();
    assert_eq!(expected.len(), 12);
    let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    assert_eq!(lines(database.database(), sql).await, expected);
}

fn labels<E: Labelled>() -> String {
    let labels: Vec<_> = E::ALL.iter().map(|value| value.label()).collect();
    format!("{} {}", E::TYPE_NAME, labels.join(","))
}

#[tokio::test]
async fn the_enum_types_are_those_of_the_domain_in_its_order() {
    let database = TestDatabase::create().await;
    let mut expected = [
        labels::<UserRole>(),
        labels::<Gender>(),
        labels::<Language>(),
        labels::<Theme>(),
        labels::<AccountStatus>(),
        labels::<ConnectionStatus>(),
        labels::<PermissionLevel>(),
        labels::<PrescriptionStatus>(),
        labels::<TimePeriod>(),
        labels::<DoseEventStatus>(),
        labels::<SubscriptionTier>(),
        labels::<NotificationType>(),
        labels::<AuditActionType>(),
    ];
    expected.sort();
    let sql = "SELECT t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) \
               FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname ORDER BY t.typname::text COLLATE \"C\"";
    assert_eq!(lines(database.database(), sql).await, expected);
}

#[tokio::test]
async fn a_row_of_each_table_is_read_as_it_was_written() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let db = database.database().connection();
    macro_rules! readable {
        ($entity:ident) => {
            assert!(
                !$entity::Entity::find().all(db).await.unwrap().is_empty(),
                stringify!($entity)
            );
        };
    }
    for_each_entity!(readable);
    let medication = medication::Entity::find_by_id(rows.medication)
        .one(db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(medication, rows.medication_row());
    let dose = dose_event::Entity::find_by_id(rows.dose)
        .one(db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(dose, rows.dose_row());
    let connection = connection::Entity::find().one(db).await.unwrap().unwrap();
    assert_eq!(
        (connection.accepted_at, connection.metadata.alerts_enabled),
        (Some(THEN), true)
    );
}

#[tokio::test]
async fn an_entity_prints_no_personal_text() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let printed = format!(
        "{:?} {:?}",
        rows.medication_row(),
        super::rows::user_row(UserRole::Patient, "+85512345678")
    );
    assert!(printed.contains(&rows.medication.to_string()));
    assert!(
        !printed.contains("Paracetamol") && !printed.contains("+855"),
        "{printed}"
    );
}
