//! Rows that are inserted where they are not there yet. A row that is there stays as it is, whatever became of it.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, InsertMany, IntoActiveModel, Iterable, PrimaryKeyTrait,
};

/// Keeps a statement well below the 65,535 parameters that it may have.
const ROWS: usize = 1_000;

type PrimaryKey<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::PrimaryKey;
type Id<A> = <PrimaryKey<A> as PrimaryKeyTrait>::ValueType;

/// Inserts the rows that are not there yet, and says how many those were.
pub(crate) async fn missing<A, M>(db: &impl ConnectionTrait, rows: Vec<M>) -> Result<u64, DbErr>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
{
    let mut added = 0;
    for batch in batches(rows) {
        let insert = InsertMany::<A>::many(batch).on_conflict(OnConflict::new().do_nothing().to_owned());
        added += insert.exec_without_returning(db).await?;
    }
    Ok(added)
}

/// The same where another row that has the place of one of these is an error.
pub(crate) async fn missing_by_id<A, M>(db: &impl ConnectionTrait, rows: Vec<M>) -> Result<u64, DbErr>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
{
    let mut added = 0;
    for batch in batches(rows) {
        let conflict = OnConflict::columns(PrimaryKey::<A>::iter()).do_nothing().to_owned();
        let insert = InsertMany::<A>::many(batch).on_conflict(conflict);
        added += insert.exec_without_returning(db).await?;
    }
    Ok(added)
}

/// The same, telling the ids of the rows that were not there yet.
pub(crate) async fn missing_ids<A, M>(db: &impl ConnectionTrait, rows: Vec<M>) -> Result<Vec<Id<A>>, DbErr>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let mut added = Vec::new();
    for batch in batches(rows) {
        let insert = InsertMany::<A>::many(batch).on_conflict(OnConflict::new().do_nothing().to_owned());
        added.extend(insert.exec_with_returning_keys(db).await?);
    }
    Ok(added)
}

fn batches<M>(rows: Vec<M>) -> impl Iterator<Item = Vec<M>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let batch: Vec<M> = rows.by_ref().take(ROWS).collect();
        (!batch.is_empty()).then_some(batch)
    })
}
