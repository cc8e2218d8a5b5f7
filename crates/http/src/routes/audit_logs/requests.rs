use das_tern_application::{AuditQuery, Error, PageRequest};
use das_tern_domain::AuditActionType;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::fields::Fields;
use crate::openapi::Day;

/// The longest name of a kind of thing, in characters.
const LONGEST_RESOURCE_TYPE: usize = 100;

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// From this day on.
    #[param(value_type = Day, inline, required = false, example = "2026-03-01")]
    start_date: Option<String>,
    /// Up to and with this day.
    #[param(value_type = Day, inline, required = false, example = "2026-03-06")]
    end_date: Option<String>,
    /// Only this action.
    #[param(value_type = AuditActionType, required = false)]
    action_type: Option<String>,
    /// Only by this actor.
    #[param(value_type = String, format = Uuid, required = false)]
    actor_id: Option<String>,
    /// Only about this kind of thing.
    #[param(value_type = String, required = false, max_length = 100, pattern = r"^[^\u0000]*$", example = "DoseEvent")]
    resource_type: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl AuditParams {
    pub(super) fn parse(self) -> Result<AuditQuery, Error> {
        let mut fields = Fields::default();
        let query = AuditQuery {
            from: fields.day("startDate", self.start_date.as_deref()),
            to: fields.day("endDate", self.end_date.as_deref()),
            action: fields.read("actionType", self.action_type.as_deref(), str::parse::<AuditActionType>),
            actor: fields.id("actorId", self.actor_id.as_deref()),
            resource_type: fields.text("resourceType", self.resource_type, LONGEST_RESOURCE_TYPE),
            page: PageRequest {
                limit: fields.limit(self.limit.as_deref()),
                cursor: self.cursor,
            },
        };
        fields.check(query)
    }
}
