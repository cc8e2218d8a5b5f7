//! The use cases of Das Tern: who may do what, what changes, and what is written down about it.
//!
//! This crate decides with `das-tern-domain`, stores with `das-tern-persistence`, remembers with `das-tern-cache` and reaches
//! people with `das-tern-integrations`. It knows no web framework, writes no SQL and speaks of no status codes, so that the HTTP server, a worker and the
//! command line obey the same rules:
//!
//! ```no_run
//! use das_tern_application::{Actor, Application, Error, ScheduleQuery};
//!
//! async fn doses_left(app: &Application, actor: &Actor) -> Result<u32, Error> {
//!     let today = app.dose_schedule(actor, ScheduleQuery::default()).await?;
//!     Ok(today.progress.total - today.progress.taken)
//! }
//! ```
//!
//! To add a use case: a file `<nouns>/<verb>.rs` with one method on [`Application`]. Reads go straight to the row types of
//! the persistence crate. Writes run inside `Application::write`, which saves each decision with its event. What happens
//! without being asked is a job: see [`Job`].

mod accounts;
mod actor;
mod administration;
mod app;
mod audit;
mod auth;
mod background;
mod connections;
mod doctors;
mod doses;
mod effects;
mod error;
mod files;
mod health;
mod jobs;
mod keys;
mod limits;
mod looks;
mod messages;
mod once;
mod pages;
mod pictures;
mod prescriptions;
mod sessions;
mod settings;
mod texts;
mod turns;
mod users;
mod work;
mod world;

pub use accounts::{
    Confirmation, DoctorRegistration, LICENCE_PHOTO_BYTES, LicenceFile, LicencePhotoError, PersonRegistration,
    Registrant, RegistrationRules,
};
pub use actor::Actor;
pub use administration::{AdministratorKey, DoctorsQuery};
pub use app::Application;
pub use audit::AuditQuery;
pub use auth::{AccessClaims, Claimant, GoogleSignIn, Login, OwnSession, PasswordChange, SignedIn, UnusableToken};
pub use connections::{
    CodeCheck, ConnectionSettings, ConnectionTarget, ConnectionsQuery, Invitation, InvitationRequest, NewCode,
    NewConnection, Nudge, NudgeRequest, version_of_connection,
};
pub use das_tern_integrations::Integrations;
pub use das_tern_persistence::audit_logs::AuditEntry;
pub use das_tern_persistence::connections::{ConnectionView, PersonView};
pub use das_tern_persistence::dashboards::Activity;
pub use das_tern_persistence::doctors::DoctorView;
pub use das_tern_persistence::doses::{DoseMedicine, DoseView};
pub use das_tern_persistence::export::SECRETS;
pub use das_tern_persistence::patients::PatientOrder;
pub use das_tern_persistence::prescriptions::{MedicineView, PrescriptionView, VersionView};
pub use das_tern_persistence::users::Account;
pub use das_tern_persistence::verification::DoctorRecord;
pub use doctors::{
    DoctorDashboard, DoctorQuery, DoctorsPatients, PatientAlert, PatientDetails, PatientSummary, PatientsQuery,
};
pub use doses::{DaySchedule, HistoryQuery, RecordedDose, ScheduleQuery};
pub use error::{Code, Error, FieldCode, FieldError, Kind, Resource};
pub use health::{Check, Health, WorkerCheck};
pub use jobs::{Job, JobOutcome, Worker};
pub use limits::{Admission, LimitClass, Verdict};
pub use once::{Created, Once};
pub use pages::{Page, PageRequest};
pub use prescriptions::{DoctorsPrescription, OwnPrescription, PrescriptionEdit, PrescriptionQuery, ToppedUp};
pub use settings::{
    AccountSettings, AdherenceSettings, AdminSettings, AuthSettings, CodeSettings, ExportSettings, JobSettings,
    LimitSettings, PictureSettings, ScheduleSettings, Settings, SigningSecret,
};
pub use texts::{InvalidCatalogue, Texts};
pub use users::{Export, OwnProfile, ProfileRequest, StorageUse};
pub use world::{Clock, IdSource, RandomIds, SystemClock, World};
