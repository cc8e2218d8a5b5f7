use das_tern_application::{Error, FieldCode, FieldError};
use das_tern_domain::{
    CellInput, CourseDraft, GridProblem, MAX_ROWS, MedicineType, MedicineUnit, RowDraft, RowInput, TimeInput,
    read_course, read_row,
};
use serde::Deserialize;
use serde_json::Number;
use time::Date;
use utoipa::ToSchema;

use crate::fields::{Fields, whole};
use crate::openapi::Day;

/// A row of the grid, with its cells, or with check boxes and one amount for all of them.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(min_properties = 1)]
pub(crate) struct RowRequest {
    /// The row whose place it takes.
    #[schema(value_type = Option<String>, format = Uuid)]
    id: Option<String>,
    /// A name in one of the two languages is needed.
    #[schema(max_length = 255, example = "Paracetamol")]
    medicine_name: Option<String>,
    #[schema(max_length = 255, example = "ប៉ារ៉ាសេតាម៉ុល")]
    medicine_name_khmer: Option<String>,
    /// The address of a picture of it.
    #[schema(max_length = 2048)]
    image_url: Option<String>,
    /// How it is taken, where that was said.
    #[schema(value_type = Option<MedicineType>)]
    medicine_type: Option<String>,
    /// What it is counted in.
    #[schema(value_type = Option<MedicineUnit>)]
    unit: Option<String>,
    /// How much is taken at once; needed with a check box.
    #[schema(minimum = 0.001, maximum = 100_000, example = 1)]
    dosage_amount: Option<f64>,
    /// In words; the count of cells in Khmer where it is empty.
    #[schema(max_length = 100, example = "3ដង/១ថ្ងៃ")]
    frequency: Option<String>,
    /// In words; before or after the meal in Khmer where it is empty.
    #[schema(max_length = 100, example = "បន្ទាប់ពីអាហារ")]
    timing: Option<String>,
    /// The morning cell.
    morning_dosage: Option<CellRequest>,
    /// The cell of the day.
    daytime_dosage: Option<CellRequest>,
    /// The night cell.
    night_dosage: Option<CellRequest>,
    /// A check box, for a cell with `dosageAmount`.
    morning: Option<bool>,
    /// A check box, for a cell with `dosageAmount`.
    daytime: Option<bool>,
    /// A check box, for a cell with `dosageAmount`.
    night: Option<bool>,
    /// Whether what was checked is taken before the meal.
    before_meal: Option<bool>,
    /// Whether it is taken as needed; then it needs no cell.
    #[serde(rename = "isPRN")]
    is_prn: Option<bool>,
    /// Another name of `isPRN`, which comes first.
    #[serde(rename = "isPrn")]
    is_as_needed: Option<bool>,
    /// Not more than seven days back; the day on which it comes into force where there is none.
    #[schema(value_type = Option<Day>)]
    first_day: Option<String>,
    /// Another name of `firstDay`, which comes first.
    #[schema(value_type = Option<Day>)]
    start_date: Option<String>,
    /// Open-ended without this and `durationDays`; empty is open-ended.
    #[schema(value_type = Option<Day>)]
    last_day: Option<String>,
    /// Another name of `lastDay`, which comes first.
    #[schema(value_type = Option<Day>)]
    end_date: Option<String>,
    /// How many days it is taken, the first included.
    #[schema(minimum = 1, maximum = 3650, example = 7)]
    #[serde(default, deserialize_with = "whole")]
    duration_days: Option<i64>,
    /// Another name of `durationDays`, which comes first.
    #[schema(minimum = 1, maximum = 3650)]
    #[serde(default, deserialize_with = "whole")]
    duration: Option<i64>,
    /// What it is for.
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// What else there is to know.
    #[schema(max_length = 1000)]
    additional_note: Option<String>,
    /// Own times of the cells instead of those by the meals, or when a medicine reminds that is taken as needed. Where a
    /// row takes the place of another, its times stay unless there are some here; an empty list is none.
    #[schema(max_items = 24)]
    schedule_times: Option<Vec<TimeRequest>>,
}

/// A cell.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CellRequest {
    /// How much, in words or as a number.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 50, example = "1 គ្រាប់")]
    amount: Option<AmountRequest>,
    /// Whether it is taken before the meal.
    before_meal: Option<bool>,
}

/// An amount, in words or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum AmountRequest {
    Words(String),
    Number(Number),
}

/// A time of a cell.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimeRequest {
    /// Mornings end at 11:00, evenings begin at 18:00.
    #[schema(value_type = Option<String>, pattern = "^(morning|daytime|evening)$", example = "morning")]
    time_period: Option<String>,
    /// `HH:mm` in Phnom Penh.
    #[schema(value_type = String, required = true, pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:30")]
    time: Option<String>,
}

impl From<RowRequest> for RowInput {
    fn from(row: RowRequest) -> Self {
        Self {
            id: row.id,
            medicine_name: row.medicine_name,
            medicine_name_khmer: row.medicine_name_khmer,
            image_url: row.image_url,
            medicine_type: row.medicine_type,
            unit: row.unit,
            dosage_amount: row.dosage_amount,
            frequency: row.frequency,
            timing: row.timing,
            morning_dosage: row.morning_dosage.map(CellInput::from),
            daytime_dosage: row.daytime_dosage.map(CellInput::from),
            night_dosage: row.night_dosage.map(CellInput::from),
            morning: row.morning,
            daytime: row.daytime,
            night: row.night,
            before_meal: row.before_meal,
            is_prn: row.is_prn.or(row.is_as_needed),
            first_day: row.first_day.or(row.start_date),
            last_day: row.last_day.or(row.end_date),
            duration_days: row.duration_days.or(row.duration),
            description: row.description,
            additional_note: row.additional_note,
            schedule_times: row
                .schedule_times
                .map(|times| times.into_iter().map(TimeInput::from).collect()),
        }
    }
}

impl From<CellRequest> for CellInput {
    fn from(cell: CellRequest) -> Self {
        Self {
            amount: cell.amount.map(|amount| match amount {
                AmountRequest::Words(words) => words,
                AmountRequest::Number(number) => number.to_string(),
            }),
            before_meal: cell.before_meal,
        }
    }
}

impl From<TimeRequest> for TimeInput {
    fn from(time: TimeRequest) -> Self {
        Self {
            time_period: time.time_period,
            time: time.time,
        }
    }
}

/// A medicine to add.
pub(super) fn read_medicine(row: RowRequest, today: Date) -> Result<RowDraft, Error> {
    let input = row.into();
    read_row(&input).map_err(|mut problems| {
        problems.extend(read_course(&input).and_then(|course| course.resolve(today, None).err()));
        let mut fields = Fields::default();
        fields.refuse_all(invalid(problems, ""));
        fields.into_error()
    })
}

/// The rows of a new grid, with their days.
///
/// The days are checked against the clock where the request is carried out, for one that is sent again after midnight is
/// still the same; here only to tell everything at once that is wrong with a request which is refused already.
pub(super) fn new_rows(
    fields: &mut Fields,
    path: &'static str,
    rows: Option<Vec<RowRequest>>,
    first_day: Option<Date>,
    today: Date,
) -> Vec<RowDraft> {
    let inputs = row_inputs(fields, path, rows);
    let mut drafts = read_rows(fields, path, &inputs);
    for draft in &mut drafts {
        draft.course.first_day = draft.course.first_day.or(first_day);
    }
    if fields.is_empty() {
        return drafts;
    }
    for (n, input) in inputs.iter().enumerate() {
        let course = read_course(input).map(|course| CourseDraft {
            first_day: course.first_day.or(first_day),
            ..course
        });
        if let Some(Err(problem)) = course.map(|course| course.resolve(today, None)) {
            fields.refuse_all([problem.within(&format!("{path}[{n}]")).into()]);
        }
    }
    drafts
}

/// The rows of a grid; their days depend on what is there.
pub(super) fn rows_of(fields: &mut Fields, path: &'static str, rows: Option<Vec<RowRequest>>) -> Vec<RowDraft> {
    let inputs = row_inputs(fields, path, rows);
    read_rows(fields, path, &inputs)
}

fn row_inputs(fields: &mut Fields, path: &'static str, rows: Option<Vec<RowRequest>>) -> Vec<RowInput> {
    let rows = rows.unwrap_or_default();
    if rows.is_empty() {
        fields.refuse(path, FieldCode::Required);
    }
    if rows.len() > MAX_ROWS {
        fields.refuse(path, FieldCode::TooLong);
        return Vec::new();
    }
    rows.into_iter().map(RowInput::from).collect()
}

/// The rows that make sense.
fn read_rows(fields: &mut Fields, path: &'static str, inputs: &[RowInput]) -> Vec<RowDraft> {
    let mut drafts = Vec::new();
    for (n, input) in inputs.iter().enumerate() {
        match read_row(input) {
            Ok(draft) => drafts.push(draft),
            Err(problems) => fields.refuse_all(invalid(problems, &format!("{path}[{n}]"))),
        }
    }
    drafts
}

fn invalid(problems: Vec<GridProblem>, path: &str) -> Vec<FieldError> {
    problems
        .into_iter()
        .map(|problem| problem.within(path).into())
        .collect()
}
