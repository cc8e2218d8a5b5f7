//! Prescriptions: what a patient takes, who wrote it, and what the patient answers (rules §4).

mod answering;
mod answers;
mod reading;
mod requests;
mod row;
mod writing;

use actix_web::{HttpRequest, HttpResponse};
use das_tern_application::{Code, Created, PrescriptionView};

pub(crate) use answering::{accept_changes, ask_for_retake, confirm, decline_changes, pause, reject, resume, stop};
pub(crate) use reading::{list, list_versions, show, show_version};
pub(crate) use writing::{add_medicine, delete, edit, make_own, prescribe, record_intake};

use crate::conditions;
use crate::created::created_version;
pub(crate) use answers::PrescriptionBody;

/// Why a prescription cannot be looked at.
const LOOK: &[Code] = &[Code::Forbidden, Code::AccessApprovalRequired, Code::NotFound];
/// Why a prescription cannot be changed or answered.
const CHANGE: &[Code] = &[Code::Forbidden, Code::NotFound, Code::InvalidState, Code::StaleVersion];

/// A prescription as it is now.
fn changed(view: &PrescriptionView) -> HttpResponse {
    conditions::changed(&view.version(), PrescriptionBody::from(view))
}

/// A prescription, unless the client has it.
fn shown(request: &HttpRequest, view: &PrescriptionView) -> HttpResponse {
    conditions::shown(request, &view.version(), PrescriptionBody::from(view))
}

/// A prescription that was made.
fn made(made: &Created<PrescriptionView>) -> HttpResponse {
    let prescription = &made.value;
    created_version(
        &prescription.version(),
        PrescriptionBody::from(prescription),
        made.is_replay,
    )
}
