//! `das-tern admin`: what administrators do, through the same use cases as over HTTP.

use std::path::Path;

use anyhow::{Context as _, bail};
use das_tern_application::{AdministratorKey, Application, Code, DoctorRecord, DoctorsQuery, PageRequest};
use das_tern_domain::{AccountStatus, DoctorName, Labelled as _, Verdict};
use serde_json::json;

use super::{connect, print};
use crate::cli::{Admin, Doctors};
use crate::config::Config;
use crate::service;

/// How many doctors are asked for at once.
const PAGE: u32 = 100;

/// A new key, which nobody can look up afterwards.
pub(super) fn make_key() -> anyhow::Result<()> {
    let key = AdministratorKey::generate();
    print(&format!(
        "The key, for the header X-Admin-Key; it is shown only now:\n  {}\n\
         Its hash, for the configuration:\n  DASTERN__ADMIN__KEY_HASH={}\n",
        key.reveal(),
        key.digest()
    ))
}

pub(super) async fn run(config: Config, admin: Admin) -> anyhow::Result<()> {
    let world = service::real_world(&config)?;
    let database = connect(&config).await?;
    let application = service::assemble(&config, database, world)?;
    match admin {
        Admin::Key => make_key()?,
        Admin::Doctors { action } => doctors(&application, action).await?,
    }
    application.close().await;
    Ok(())
}

async fn doctors(application: &Application, action: Doctors) -> anyhow::Result<()> {
    match action {
        Doctors::List { status, json } => list(application, status, json).await,
        Doctors::Verify { doctor } => judge(application, &doctor, Verdict::Verified).await,
        Doctors::Reject { doctor, reason } => judge(application, &doctor, Verdict::Rejected { reason }).await,
        Doctors::Photo { doctor, output } => photo(application, &doctor, &output).await,
    }
}

async fn list(application: &Application, status: Option<AccountStatus>, as_json: bool) -> anyhow::Result<()> {
    let mut query = DoctorsQuery {
        status,
        page: PageRequest {
            limit: Some(PAGE),
            cursor: None,
        },
    };
    loop {
        let page = application.doctors_to_judge(query.clone()).await.map_err(in_words)?;
        for doctor in &page.items {
            print(&if as_json { as_object(doctor) } else { as_line(doctor) })?;
        }
        if page.next.is_none() {
            return Ok(());
        }
        query.page.cursor = page.next;
    }
}

async fn judge(application: &Application, doctor: &str, verdict: Verdict) -> anyhow::Result<()> {
    let judged = application.judge_doctor(&DoctorName::read(doctor), verdict).await;
    print(&as_line(&judged.map_err(in_words)?))
}

async fn photo(application: &Application, doctor: &str, output: &Path) -> anyhow::Result<()> {
    let photo = application
        .license_photo(&DoctorName::read(doctor))
        .await
        .map_err(in_words)?;
    let Some(photo) = photo else {
        bail!("there is no picture of this doctor's licence");
    };
    std::fs::write(output, &photo.bytes).with_context(|| format!("cannot write {}", output.display()))?;
    print(&format!(
        "{}: {}, {} bytes\n",
        output.display(),
        photo.media_type,
        photo.bytes.len()
    ))
}

fn as_line(doctor: &DoctorRecord) -> String {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    format!(
        "{}  {:<20}  {}, {}, licence {}\n",
        doctor.id,
        doctor.standing().standing().label(),
        doctor.display_name(),
        or_dash(&doctor.hospital_clinic),
        or_dash(&doctor.license_number)
    )
}

fn as_object(doctor: &DoctorRecord) -> String {
    let object = json!({
        "id": doctor.id,
        "fullName": doctor.display_name(),
        "email": doctor.email,
        "phoneNumber": doctor.phone_number,
        "specialty": doctor.specialty,
        "hospitalClinic": doctor.hospital_clinic,
        "licenseNumber": doctor.license_number,
        "licensePhoto": doctor.license_photo_url,
        "accountStatus": doctor.standing().standing(),
    });
    format!("{object}\n")
}

/// A failure for whoever sits at the terminal, in English.
fn in_words(error: das_tern_application::Error) -> anyhow::Error {
    let what = match error.code() {
        Code::NotFound => "there is no such doctor",
        Code::InvalidState => "this doctor has not confirmed the account yet",
        _ => "this did not work",
    };
    anyhow::Error::new(error).context(what)
}
