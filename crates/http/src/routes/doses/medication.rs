//! The row of the grid that a dose comes from, as it is shown with the dose.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use das_tern_application::{DoseMedicine, DoseView};
use das_tern_domain::{Dosage, MedicationId};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

/// The row of the grid that a dose comes from.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoseMedication)]
pub(super) struct MedicationBody<'a> {
    #[schema(example = "Paracetamol")]
    pub(super) medicine_name: &'a str,
    #[schema(example = "ប៉ារ៉ាសេតាម៉ុល")]
    pub(super) medicine_name_khmer: Option<&'a str>,
    pub(super) image_url: Option<&'a str>,
    pub(super) morning_dosage: Option<&'a Dosage>,
    pub(super) daytime_dosage: Option<&'a Dosage>,
    pub(super) night_dosage: Option<&'a Dosage>,
    #[schema(example = "3ដង/១ថ្ងៃ")]
    pub(super) frequency: &'a str,
    #[schema(example = "បន្ទាប់ពីអាហារ")]
    pub(super) timing: &'a str,
    /// Whether it is taken as needed; then it is outside all progress.
    #[serde(rename = "isPRN")]
    pub(super) is_prn: bool,
}

impl<'a> From<&'a DoseMedicine> for MedicationBody<'a> {
    fn from(medicine: &'a DoseMedicine) -> Self {
        let khmer = medicine.name_khmer.as_deref();
        let name = Some(medicine.name.as_str()).filter(|name| !name.is_empty());
        Self {
            medicine_name: name.or(khmer).unwrap_or_default(),
            medicine_name_khmer: khmer,
            image_url: medicine.image_url.as_deref(),
            morning_dosage: medicine.morning_dosage.as_ref(),
            daytime_dosage: medicine.daytime_dosage.as_ref(),
            night_dosage: medicine.night_dosage.as_ref(),
            frequency: medicine.frequency.as_deref().unwrap_or_default(),
            timing: medicine.timing.as_deref().unwrap_or_default(),
            is_prn: medicine.is_prn,
        }
    }
}

/// What is shown of it, which doses of the same row may share.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Medication<'a> {
    Own(MedicationBody<'a>),
    Shared(&'a RawValue),
}

/// The rows that the doses of a page come from, each written once: a page has a hundred doses of a few of them.
pub(super) struct SharedMedications(HashMap<MedicationId, Box<RawValue>>);

impl SharedMedications {
    pub(super) fn of(doses: &[DoseView]) -> Self {
        let mut written = HashMap::new();
        for dose in doses {
            if let Entry::Vacant(place) = written.entry(dose.medication_id)
                && let Ok(medication) = to_raw_value(&MedicationBody::from(&*dose.medicine))
            {
                place.insert(medication);
            }
        }
        Self(written)
    }

    pub(super) fn medication_of<'a>(&'a self, dose: &'a DoseView) -> Medication<'a> {
        match self.0.get(&dose.medication_id) {
            Some(written) => Medication::Shared(written),
            None => Medication::Own(MedicationBody::from(&*dose.medicine)),
        }
    }
}
