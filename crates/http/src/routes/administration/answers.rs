use das_tern_application::DoctorRecord;
use das_tern_domain::{AccountStatus, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::Instant;

/// A doctor's account, as administrators see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoctorAccount)]
pub(crate) struct DoctorBody<'a> {
    id: UserId,
    /// The name to show.
    #[schema(example = "ចាន់ ដារ៉ា")]
    full_name: String,
    email: Option<&'a str>,
    /// E.164.
    phone_number: Option<&'a str>,
    #[schema(example = "CARDIOLOGY")]
    specialty: Option<&'a str>,
    hospital_clinic: Option<&'a str>,
    license_number: Option<&'a str>,
    /// Where the picture of the licence is kept.
    #[schema(example = "licenses/0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60.jpg")]
    license_photo: Option<&'a str>,
    /// The standing; a lock does not count.
    account_status: AccountStatus,
    created_at: Instant,
}

impl<'a> From<&'a DoctorRecord> for DoctorBody<'a> {
    fn from(doctor: &'a DoctorRecord) -> Self {
        Self {
            id: doctor.id,
            full_name: doctor.display_name(),
            email: doctor.email.as_deref(),
            phone_number: doctor.phone_number.as_deref(),
            specialty: doctor.specialty.as_deref(),
            hospital_clinic: doctor.hospital_clinic.as_deref(),
            license_number: doctor.license_number.as_deref(),
            license_photo: doctor.license_photo_url.as_deref(),
            account_status: doctor.standing().standing(),
            created_at: Instant(doctor.created_at),
        }
    }
}
