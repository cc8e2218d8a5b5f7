use das_tern_application::{ConnectionsQuery, Error, FieldCode, NewConnection, NudgeRequest, PageRequest};
use das_tern_domain::{
    AccessScope, ConnectionStatus, DoseEventId, LevelChoice, PermissionLevel, PrescriptionId, UserId,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::fields::{Fields, parse_id};
use crate::openapi::Day;

/// The longest message, reason or answer, in characters.
const LONGEST_WORDS: usize = 500;
/// How many prescriptions a selection names at most.
const MOST_SELECTED: usize = 100;

/// Which connections.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConnectionParams {
    /// Only those that stand here.
    #[param(value_type = ConnectionStatus, required = false)]
    status: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl ConnectionParams {
    pub(super) fn parse(self) -> Result<ConnectionsQuery, Error> {
        query("status", self.status.as_deref(), self.limit.as_deref(), self.cursor)
    }
}

/// Which part of the history.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConnectionHistoryParams {
    /// Only those that stand here.
    #[param(value_type = ConnectionStatus, required = false)]
    filter: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl ConnectionHistoryParams {
    pub(super) fn parse(self) -> Result<ConnectionsQuery, Error> {
        query("filter", self.filter.as_deref(), self.limit.as_deref(), self.cursor)
    }
}

fn query(
    field: &'static str,
    status: Option<&str>,
    limit: Option<&str>,
    cursor: Option<String>,
) -> Result<ConnectionsQuery, Error> {
    let mut fields = Fields::default();
    let query = ConnectionsQuery {
        status: fields.read(field, status, str::parse::<ConnectionStatus>),
        page: PageRequest {
            limit: fields.limit(limit),
            cursor,
        },
    };
    fields.check(query)
}

/// With whom to be connected.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewConnectionRequest {
    #[schema(value_type = String, format = Uuid, required = true)]
    user_id: Option<String>,
    /// For the other end to read.
    #[schema(max_length = 500, pattern = r"^[^\u0000]*$", example = "ខ្ញុំជាកូនស្រីរបស់អ្នក")]
    message: Option<String>,
}

impl NewConnectionRequest {
    pub(super) fn parse(self) -> Result<NewConnection, Error> {
        let mut fields = Fields::default();
        let user = needed_id::<UserId>(&mut fields, "userId", self.user_id);
        let message = words(&mut fields, "message", self.message);
        let wanted = user.map(|user| NewConnection { user, message });
        read(fields, wanted)
    }
}

/// What a selection opens to a doctor.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccessScopeRequest)]
pub(crate) struct ScopeRequest {
    /// These prescriptions of the patient's; any where none is named.
    #[schema(value_type = Option<Vec<PrescriptionId>>, max_items = 100)]
    prescription_ids: Option<Vec<String>>,
    /// This day and later.
    #[schema(value_type = Option<Day>, inline)]
    from: Option<String>,
    /// This day and earlier.
    #[schema(value_type = Option<Day>, inline)]
    to: Option<String>,
}

impl ScopeRequest {
    fn parse(self, fields: &mut Fields) -> AccessScope {
        let named = self.prescription_ids.unwrap_or_default();
        if named.len() > MOST_SELECTED {
            fields.refuse("scope.prescriptionIds", FieldCode::TooLong);
        }
        let mut prescription_ids: Vec<_> = named.iter().filter_map(|id| parse_id(id)).map(PrescriptionId).collect();
        if prescription_ids.len() != named.len() {
            fields.refuse("scope.prescriptionIds", FieldCode::Invalid);
        }
        prescription_ids.sort_unstable();
        prescription_ids.dedup();
        let from = fields.day("scope.from", self.from.as_deref());
        let to = fields.day("scope.to", self.to.as_deref());
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            fields.refuse("scope.from", FieldCode::OutOfRange);
            fields.refuse("scope.to", FieldCode::OutOfRange);
        }
        AccessScope {
            prescription_ids,
            from,
            to,
        }
    }
}

/// What a connection is to open, where the caller is its patient.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AcceptConnectionRequest {
    /// What the patient chose before, or everything, where nothing is said.
    #[schema(value_type = Option<PermissionLevel>)]
    permission_level: Option<String>,
    /// At the level SELECTED, which has to be said with it.
    scope: Option<ScopeRequest>,
}

impl AcceptConnectionRequest {
    pub(super) fn parse(self) -> Result<Option<LevelChoice>, Error> {
        let mut fields = Fields::default();
        // A selection without a level would be dropped, and everything opened.
        let text = match self.scope {
            Some(_) => fields.required("permissionLevel", self.permission_level),
            None => self.permission_level,
        };
        let level = fields.read("permissionLevel", text.as_deref(), str::parse);
        let scope = self.scope.map(|scope| scope.parse(&mut fields));
        fields.check(level.map(|level| LevelChoice { level, scope }))
    }
}

/// What a connection is to open.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PermissionRequest {
    #[schema(value_type = PermissionLevel, required = true)]
    permission_level: Option<String>,
    /// Needed at the level SELECTED for a doctor, unless something is selected already.
    scope: Option<ScopeRequest>,
}

impl PermissionRequest {
    pub(super) fn parse(self) -> Result<LevelChoice, Error> {
        let mut fields = Fields::default();
        let level = needed_level(&mut fields, self.permission_level);
        let scope = self.scope.map(|scope| scope.parse(&mut fields));
        read(fields, level.map(|level| LevelChoice { level, scope }))
    }
}

/// Why not, for the other end to read.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DeclineRequest {
    #[schema(max_length = 500, pattern = r"^[^\u0000]*$")]
    reason: Option<String>,
}

impl DeclineRequest {
    pub(super) fn parse(self) -> Result<Option<String>, Error> {
        let mut fields = Fields::default();
        let reason = words(&mut fields, "reason", self.reason);
        fields.check(reason)
    }
}

/// Whether alerts to missed doses come.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AlertsRequest {
    #[schema(value_type = bool, required = true)]
    enabled: Option<bool>,
}

impl AlertsRequest {
    pub(super) fn parse(self) -> Result<bool, Error> {
        self.enabled
            .ok_or_else(|| Error::invalid_field("enabled", FieldCode::Required))
    }
}

/// Why a doctor wants to look.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewAccessRequest {
    /// For the patient to read.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 500, pattern = r"^[^\u0000]*$")]
    reason: Option<String>,
}

impl NewAccessRequest {
    pub(super) fn parse(self) -> Result<String, Error> {
        let mut fields = Fields::default();
        let reason = needed_words(&mut fields, "reason", self.reason);
        read(fields, reason)
    }
}

/// Which dose to ask about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NudgeRequest)]
pub(crate) struct NewNudgeRequest {
    #[schema(value_type = String, format = Uuid, required = true)]
    patient_id: Option<String>,
    /// The dose; the latest that was missed today where it is empty.
    #[schema(value_type = Option<String>, format = Uuid)]
    dose_id: Option<String>,
}

impl NewNudgeRequest {
    pub(super) fn parse(self) -> Result<NudgeRequest, Error> {
        let mut fields = Fields::default();
        let patient = needed_id::<UserId>(&mut fields, "patientId", self.patient_id);
        let named = self.dose_id.filter(|id| !id.is_empty());
        let dose = fields.id("doseId", named.as_deref());
        read(fields, patient.map(|patient| NudgeRequest { patient, dose }))
    }
}

/// The answer to a question about a dose.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NudgeAnswerRequest {
    #[schema(value_type = String, format = Uuid, required = true)]
    dose_id: Option<String>,
    /// For those who asked to read.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 500, pattern = r"^[^\u0000]*$", example = "ញ៉ាំហើយ")]
    response: Option<String>,
}

impl NudgeAnswerRequest {
    pub(super) fn parse(self) -> Result<(DoseEventId, String), Error> {
        let mut fields = Fields::default();
        let dose = needed_id::<DoseEventId>(&mut fields, "doseId", self.dose_id);
        let response = needed_words(&mut fields, "response", self.response);
        read(fields, dose.zip(response))
    }
}

fn needed_id<T: From<uuid::Uuid>>(fields: &mut Fields, field: &'static str, text: Option<String>) -> Option<T> {
    let text = fields.required(field, text);
    fields.id(field, text.as_deref())
}

pub(super) fn needed_level(fields: &mut Fields, text: Option<String>) -> Option<PermissionLevel> {
    let text = fields.required("permissionLevel", text);
    fields.read("permissionLevel", text.as_deref(), str::parse)
}

fn words(fields: &mut Fields, field: &'static str, text: Option<String>) -> Option<String> {
    fields.words(field, text, LONGEST_WORDS)
}

fn needed_words(fields: &mut Fields, field: &'static str, text: Option<String>) -> Option<String> {
    let text = words(fields, field, text);
    fields.required(field, text)
}

/// A value that is there whenever nothing is wrong.
pub(super) fn read<T>(fields: Fields, value: Option<T>) -> Result<T, Error> {
    fields
        .check(value)?
        .ok_or_else(|| Error::internal("a valid request without a value"))
}
