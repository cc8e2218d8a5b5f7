use das_tern_application::{DoctorsQuery, Error, PageRequest};
use das_tern_domain::{AccountStatus, Verdict};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::fields::Fields;

/// The longest reason that is told to a doctor, in characters.
const LONGEST_REASON: usize = 500;

/// Which doctor.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "only documents the path")]
pub(super) struct DoctorPath {
    /// The doctor's id.
    id: Uuid,
}

/// Which doctors.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DoctorsParams {
    /// Only those of this standing; a lock does not count.
    #[param(value_type = AccountStatus, required = false, example = "PENDING_VERIFICATION")]
    status: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl DoctorsParams {
    pub(super) fn parse(self) -> Result<DoctorsQuery, Error> {
        let mut fields = Fields::default();
        let query = DoctorsQuery {
            status: fields.read("status", self.status.as_deref(), str::parse::<AccountStatus>),
            page: PageRequest {
                limit: fields.limit(self.limit.as_deref()),
                cursor: self.cursor,
            },
        };
        fields.check(query)
    }
}

/// Why a doctor is rejected.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectionRequest {
    /// For the doctor to read.
    #[schema(
        required = true,
        nullable = false,
        min_length = 1,
        max_length = 500,
        example = "The licence has expired."
    )]
    reason: Option<String>,
}

impl RejectionRequest {
    pub(super) fn parse(self) -> Result<Verdict, Error> {
        let mut fields = Fields::default();
        let reason = fields.words("reason", self.reason, LONGEST_REASON);
        let reason = fields.required("reason", reason).unwrap_or_default();
        fields.check(Verdict::Rejected { reason })
    }
}
