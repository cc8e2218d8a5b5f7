//! What people see and change of their own account (rules §2, §5, §9).

mod delete_due;
mod edit;
mod export;
mod grace_period;
mod leave;
mod meal_times;
mod notification_preferences;
mod save;
mod show;
mod storage;

pub use edit::ProfileRequest;
pub(crate) use export::EXPORTS_AT_ONCE;
pub use export::Export;
pub use show::OwnProfile;
pub(crate) use show::ProfileKey;
pub use storage::StorageUse;
