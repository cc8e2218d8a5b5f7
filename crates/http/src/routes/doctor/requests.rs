use das_tern_application::{Error, PageRequest, PatientOrder, PatientsQuery, PrescriptionQuery};
use das_tern_domain::AdherenceLevel;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::fields::Fields;

/// The longest text that patients are looked for by, in characters.
const LONGEST_SEARCH: usize = 100;

/// Which patients.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct PatientsParams {
    /// A part of the name, in Khmer or in English, or of the phone number.
    #[param(value_type = String, required = false, max_length = 100, pattern = r"^[^\u0000]*$", example = "សុខ")]
    search: Option<String>,
    /// Only those of this level: GREEN, YELLOW or RED; ALL by default.
    #[param(value_type = String, required = false, pattern = "^(|ALL|GREEN|YELLOW|RED)$", example = "RED")]
    adherence_filter: Option<String>,
    /// By what they are ordered: adherencePercentage, or the name, in the order of the Khmer alphabet, by default.
    #[param(value_type = String, required = false, pattern = "^(adherencePercentage|name)$", default = "name")]
    sort_by: Option<String>,
    /// In which direction.
    #[param(value_type = String, required = false, pattern = "^(asc|desc)$", default = "asc")]
    sort_order: Option<String>,
    /// Which page.
    #[param(value_type = u64, required = false, minimum = 1, maximum = 4_294_967_295_u32, default = 1)]
    page: Option<String>,
    /// How many patients a page has.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
}

impl PatientsParams {
    pub(super) fn parse(self) -> Result<PatientsQuery, Error> {
        let mut fields = Fields::default();
        let text = self.search.map(|text| text.trim().to_owned());
        let text = fields.text("search", text.filter(|text| !text.is_empty()), LONGEST_SEARCH);
        let level = self.adherence_filter.map(|filter| filter.to_uppercase());
        let level = level.as_deref().filter(|filter| !matches!(*filter, "" | "ALL"));
        let query = PatientsQuery {
            text,
            level: fields.read("adherenceFilter", level, str::parse::<AdherenceLevel>),
            order: fields
                .read("sortBy", self.sort_by.as_deref(), order)
                .unwrap_or(PatientOrder::Name),
            is_descending: fields
                .read("sortOrder", self.sort_order.as_deref(), is_descending)
                .unwrap_or(false),
            page: fields.read("page", self.page.as_deref(), str::parse),
            limit: fields.limit(self.limit.as_deref()),
        };
        fields.check(query)
    }
}

/// Which of the doctor's own prescriptions.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnPrescriptionsParams {
    /// Those for this patient; for all by default.
    #[param(value_type = String, format = Uuid, required = false)]
    patient_id: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl OwnPrescriptionsParams {
    pub(super) fn parse(self) -> Result<PrescriptionQuery, Error> {
        let mut fields = Fields::default();
        let query = PrescriptionQuery {
            patient: fields.id("patientId", self.patient_id.as_deref()),
            page: PageRequest {
                limit: fields.limit(self.limit.as_deref()),
                cursor: self.cursor,
            },
            ..PrescriptionQuery::default()
        };
        fields.check(query)
    }
}

fn order(text: &str) -> Result<PatientOrder, ()> {
    match text {
        "name" => Ok(PatientOrder::Name),
        "adherencePercentage" => Ok(PatientOrder::Adherence),
        _ => Err(()),
    }
}

fn is_descending(text: &str) -> Result<bool, ()> {
    match text.to_lowercase().as_str() {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(filter: &str, sort_by: &str, sort_order: &str) -> PatientsParams {
        PatientsParams {
            search: None,
            adherence_filter: Some(filter.to_owned()),
            sort_by: Some(sort_by.to_owned()),
            sort_order: Some(sort_order.to_owned()),
            page: None,
            limit: None,
        }
    }

    #[test]
    fn no_filter_is_spelled_in_several_ways() {
        for filter in ["", "ALL", "all"] {
            assert_eq!(params(filter, "name", "asc").parse().unwrap().level, None);
        }
        let red = params("red", "adherencePercentage", "DESC").parse().unwrap();
        assert_eq!((red.level, red.is_descending), (Some(AdherenceLevel::Red), true));
        assert_eq!(red.order, PatientOrder::Adherence);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let refused = params("BLUE", "age", "up").parse().unwrap_err();
        let fields: Vec<_> = refused.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["adherenceFilter", "sortBy", "sortOrder"]);
    }
}
