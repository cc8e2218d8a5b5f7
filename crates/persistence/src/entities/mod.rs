//! The 11 tables, one module each. Their columns equal the migrated schema; a test compares them.

#![allow(
    missing_docs,
    reason = "the fields are the columns, and the derives add items of their own"
)]

pub mod audit_log;
pub mod connection;
pub mod dose_event;
pub mod family_member;
pub mod meal_time_preference;
pub mod medication;
pub mod notification;
pub mod prescription;
pub mod prescription_version;
pub mod subscription;
pub mod user;

/// Rows that hold personal text print as their id alone, so that none of it ends up in a log.
macro_rules! debug_by_id {
    ($($model:ident),+) => {
        $(
            impl std::fmt::Debug for $model {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.debug_struct(concat!(module_path!(), "::", stringify!($model))).field("id", &self.id).finish_non_exhaustive()
                }
            }
        )+
    };
}
use debug_by_id;
