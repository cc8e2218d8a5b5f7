//! Reading a row of the grid, in both ways in which it is written: with cells, or as the app's form of check boxes.

use super::course::{CourseDraft, CourseEnd};
use super::grid::{Amount, Row, default_timing};
use super::times::ReminderTimes;
use crate::{ClockTime, Dosage, InvalidText, MedicationId, Slot, ascii_digits, is_blank, one_line, zone};

/// The most rows that a grid has.
pub const MAX_ROWS: usize = 50;

const LONGEST_NAME: usize = 255;
const LONGEST_WORDS: usize = 100;
const LONGEST_AMOUNT: usize = 50;
const LONGEST_NOTE: usize = 1_000;
const LONGEST_URL: usize = 2_048;
/// The most times that a medicine has of its own.
const MAX_TIMES: usize = 24;

/// What is wrong with a field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidRow {
    /// It must be there.
    Required,
    /// It is not of the form that is expected.
    Invalid,
    /// It is longer than what is kept.
    TooLong,
    /// It lies outside its range.
    OutOfRange,
}

/// An invalid field of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridProblem {
    /// Its path, such as `medications[2].nightDosage.amount`.
    pub field: String,
    /// What is wrong with it.
    pub kind: InvalidRow,
}

impl GridProblem {
    /// Something wrong with a field.
    #[must_use]
    pub fn new(field: impl Into<String>, kind: InvalidRow) -> Self {
        Self {
            field: field.into(),
            kind,
        }
    }

    /// The same field, of the thing at `path`.
    #[must_use]
    pub fn within(self, path: &str) -> Self {
        let field = if path.is_empty() {
            self.field
        } else {
            format!("{path}.{}", self.field)
        };
        Self { field, ..self }
    }
}

/// A cell as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellInput {
    /// How much.
    pub amount: Option<String>,
    /// Whether it is taken before the meal.
    pub before_meal: Option<bool>,
}

/// A time as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeInput {
    /// Of which cell: `morning`, `daytime` or `evening`.
    pub time_period: Option<String>,
    /// The time, `HH:mm`.
    pub time: Option<String>,
}

/// A row as it was written: with cells, or with check boxes and one amount for all of them.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct RowInput {
    pub id: Option<String>,
    pub medicine_name: Option<String>,
    pub medicine_name_khmer: Option<String>,
    pub image_url: Option<String>,
    pub medicine_type: Option<String>,
    pub unit: Option<String>,
    pub dosage_amount: Option<f64>,
    pub frequency: Option<String>,
    pub timing: Option<String>,
    pub morning_dosage: Option<CellInput>,
    pub daytime_dosage: Option<CellInput>,
    pub night_dosage: Option<CellInput>,
    pub morning: Option<bool>,
    pub daytime: Option<bool>,
    pub night: Option<bool>,
    pub before_meal: Option<bool>,
    pub is_prn: Option<bool>,
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    pub duration_days: Option<i64>,
    pub description: Option<String>,
    pub additional_note: Option<String>,
    pub schedule_times: Option<Vec<TimeInput>>,
}

/// A row that makes sense by itself. Its days depend on the row whose place it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDraft {
    /// The row whose place it takes, as far as the writer said.
    pub replaces: Option<MedicationId>,
    /// What it says, but for its days.
    pub row: Row,
    /// Whether nothing was said of its own times, so that those of the row whose place it takes stay.
    pub keeps_times: bool,
    /// Its days, as they were written.
    pub course: CourseDraft,
}

/// Reads a row.
///
/// # Errors
/// Names all the fields that are invalid.
pub fn read_row(input: &RowInput) -> Result<RowDraft, Vec<GridProblem>> {
    let mut reader = Reader::new(input);
    let mut row = reader.names(input);
    let [morning, daytime, night] = reader.cells(input);
    row.morning_dosage = morning;
    row.daytime_dosage = daytime;
    row.night_dosage = night;
    row.is_prn = input.is_prn.unwrap_or(false);
    if !row.is_prn && !input.names_a_cell() {
        reader.refuse("morningDosage", InvalidRow::Required);
    }
    reader.particulars(input, &mut row);
    reader.times(input.schedule_times.as_deref().unwrap_or_default(), &mut row);
    let frequency = reader.words("frequency", input.frequency.as_deref());
    let timing = reader.words("timing", input.timing.as_deref());
    let has_cells = row.cells().next().is_some();
    let own_frequency = frequency.filter(|words| !has_cells || !is_count_of_cells(words));
    let own_timing = timing.filter(|words| ![true, false].map(default_timing).contains(&words.as_str()));
    row.frequency = Some(own_frequency.unwrap_or_else(|| row.default_frequency()));
    row.timing = Some(own_timing.unwrap_or_else(|| default_timing(row.is_before_meal()).to_owned()));
    let course = reader.course(input);
    let replaces = reader.read("id", input.id.as_deref(), str::parse::<MedicationId>);
    if reader.problems.is_empty() {
        Ok(RowDraft {
            replaces,
            row,
            keeps_times: input.schedule_times.is_none(),
            course,
        })
    } else {
        Err(reader.problems)
    }
}

/// Reads only the days of a row, where they make sense: what else is wrong with it need not keep them from being checked.
#[must_use]
pub fn read_course(input: &RowInput) -> Option<CourseDraft> {
    let mut reader = Reader::new(input);
    let course = reader.course(input);
    reader.problems.is_empty().then_some(course)
}

impl RowInput {
    /// Whether a cell is written or ticked.
    fn names_a_cell(&self) -> bool {
        let written = [&self.morning_dosage, &self.daytime_dosage, &self.night_dosage];
        let boxes = [self.morning, self.daytime, self.night];
        written.iter().any(|cell| cell.is_some()) || boxes.contains(&Some(true))
    }
}

struct Reader {
    /// What is wrong so far.
    problems: Vec<GridProblem>,
    /// Whether a cell is before the meal that does not say so itself.
    before_meal: bool,
}

impl Reader {
    /// Whoever says in words only that it is taken before the meal has said so.
    fn new(input: &RowInput) -> Self {
        let in_words = || {
            input
                .timing
                .as_deref()
                .map(|words| words.trim() == default_timing(true))
        };
        Self {
            problems: Vec::new(),
            before_meal: input.before_meal.or_else(in_words).unwrap_or(false),
        }
    }

    fn refuse(&mut self, field: impl Into<String>, kind: InvalidRow) {
        self.problems.push(GridProblem::new(field, kind));
    }

    /// A text on one line; nothing where it is empty.
    fn line(&mut self, field: &str, text: Option<&str>, longest: usize) -> Option<String> {
        let kind = match one_line(text?, longest) {
            Ok(line) => return Some(line),
            Err(InvalidText::Empty) => return None,
            Err(InvalidText::TooLong) => InvalidRow::TooLong,
            Err(InvalidText::Control) => InvalidRow::Invalid,
        };
        self.refuse(field, kind);
        None
    }

    fn words(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        self.line(field, text, LONGEST_WORDS)
    }

    /// A text of several lines; nothing where it is empty.
    fn note(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        let text = text?.trim();
        if text.contains('\0') {
            self.refuse(field, InvalidRow::Invalid);
        } else if text.chars().count() > LONGEST_NOTE {
            self.refuse(field, InvalidRow::TooLong);
        }
        (!is_blank(text)).then(|| text.to_owned())
    }

    /// A text that is read by `parse`; nothing where it is empty.
    fn read<T, E>(&mut self, field: &str, text: Option<&str>, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = text.filter(|text| !text.is_empty())?;
        let read = parse(text).ok();
        if read.is_none() {
            self.refuse(field, InvalidRow::Invalid);
        }
        read
    }

    /// A medicine has a name in one of the two languages.
    fn names(&mut self, input: &RowInput) -> Row {
        let is_named = [&input.medicine_name, &input.medicine_name_khmer]
            .into_iter()
            .any(|name| name.as_deref().is_some_and(|name| !is_blank(name)));
        if !is_named {
            self.refuse("medicineName", InvalidRow::Required);
        }
        let name = self.line("medicineName", input.medicine_name.as_deref(), LONGEST_NAME);
        let khmer = self.line("medicineNameKhmer", input.medicine_name_khmer.as_deref(), LONGEST_NAME);
        let medicine_name = name.or_else(|| khmer.clone()).unwrap_or_default();
        // A name that stands in for the other one where it is shown comes back under both.
        let is_khmer =
            |name: &String| *name != medicine_name || name.chars().any(|c| ('\u{1780}'..='\u{17ff}').contains(&c));
        let medicine_name_khmer = khmer.filter(is_khmer);
        Row {
            medicine_name,
            medicine_name_khmer,
            ..Row::default()
        }
    }

    fn cells(&mut self, input: &RowInput) -> [Option<Dosage>; 3] {
        let amount = input.dosage_amount.map(Amount::new);
        if amount == Some(None) {
            self.refuse("dosageAmount", InvalidRow::OutOfRange);
        }
        let boxes = [input.morning, input.daytime, input.night];
        let written = [&input.morning_dosage, &input.daytime_dosage, &input.night_dosage];
        let lacks_amount = (0..3).any(|n| boxes[n] == Some(true) && written[n].is_none());
        if lacks_amount && amount.is_none() {
            self.refuse("dosageAmount", InvalidRow::Required);
        }
        let before_meal = self.before_meal;
        let ticked = || {
            amount.clone().flatten().map(|amount| Dosage {
                amount: amount.to_string(),
                before_meal,
            })
        };
        let mut cell = |name, is_ticked: Option<bool>, written: &Option<CellInput>| match written {
            Some(cell) => self.cell(name, cell),
            None if is_ticked == Some(true) => ticked(),
            None => None,
        };
        [
            cell("morningDosage", boxes[0], written[0]),
            cell("daytimeDosage", boxes[1], written[1]),
            cell("nightDosage", boxes[2], written[2]),
        ]
    }

    /// An amount that is a number alone is one that makes sense; words are the prescriber's.
    fn cell(&mut self, name: &str, cell: &CellInput) -> Option<Dosage> {
        let field = format!("{name}.amount");
        let text = cell.amount.as_deref().filter(|amount| !is_blank(amount));
        if text.is_none() {
            self.refuse(&field, InvalidRow::Required);
        }
        let words = self.line(&field, text, LONGEST_AMOUNT)?;
        let amount = match ascii_digits(&words).parse().map(Amount::new) {
            Ok(Some(amount)) if words.is_ascii() => amount.to_string(),
            Ok(Some(_)) | Err(_) => words,
            Ok(None) => {
                self.refuse(field, InvalidRow::OutOfRange);
                return None;
            }
        };
        Some(Dosage {
            amount,
            before_meal: cell.before_meal.unwrap_or(self.before_meal),
        })
    }

    fn particulars(&mut self, input: &RowInput, row: &mut Row) {
        row.image_url = self.line("imageUrl", input.image_url.as_deref(), LONGEST_URL);
        if row.image_url.as_deref().is_some_and(|url| !is_link(url)) {
            self.refuse("imageUrl", InvalidRow::Invalid);
        }
        let details = &mut row.details;
        details.medicine_type = self.read("medicineType", input.medicine_type.as_deref(), str::parse);
        details.unit = self.read("unit", input.unit.as_deref(), str::parse);
        details.description = self.note("description", input.description.as_deref());
        details.additional_note = self.note("additionalNote", input.additional_note.as_deref());
        // What the cells say themselves is not kept beside them, where the two could come to differ.
        let has_cells = row.cells().next().is_some();
        let has_boxes = [&input.morning_dosage, &input.daytime_dosage, &input.night_dosage]
            .iter()
            .all(|cell| cell.is_none());
        row.details.before_meal = !has_cells && self.before_meal;
        row.details.dosage_amount = input.dosage_amount.filter(|_| has_boxes).and_then(Amount::new);
    }

    /// Own times: of the filled cells, each within its part of the day, or when a medicine reminds that is taken as needed.
    fn times(&mut self, times: &[TimeInput], row: &mut Row) {
        if times.len() > MAX_TIMES {
            self.refuse("scheduleTimes", InvalidRow::TooLong);
            return;
        }
        let mut clocks = Vec::new();
        for (n, input) in times.iter().enumerate() {
            let field = |name| format!("scheduleTimes[{n}].{name}");
            let slot = match input.time_period.as_deref() {
                Some(part) => Slot::ALL.into_iter().find(|slot| slot.part_of_day() == part),
                None => Some(Slot::Morning).filter(|_| row.is_prn),
            };
            if slot.is_none() {
                let kind = input
                    .time_period
                    .as_ref()
                    .map_or(InvalidRow::Required, |_| InvalidRow::Invalid);
                self.refuse(field("timePeriod"), kind);
            }
            if input.time.as_deref().is_none_or(str::is_empty) {
                self.refuse(field("time"), InvalidRow::Required);
            }
            let time = self.read(&field("time"), input.time.as_deref(), str::parse::<ClockTime>);
            let (Some(slot), Some(time)) = (slot, time) else {
                continue;
            };
            clocks.push(time);
            let is_filled = row.has_cell(slot);
            let own = &mut row.details.schedule_times;
            if row.is_prn || !is_filled {
                continue;
            }
            if !slot.hours().contains(&time.hour()) {
                self.refuse(field("time"), InvalidRow::OutOfRange);
            } else if own.of(slot).is_some() {
                self.refuse(field("timePeriod"), InvalidRow::Invalid);
            } else {
                own.set(slot, time);
            }
        }
        if row.is_prn {
            clocks.sort_unstable();
            clocks.dedup();
            let has_own = !clocks.is_empty();
            row.reminder_times = Some(if has_own {
                ReminderTimes(clocks)
            } else {
                ReminderTimes::default()
            });
        }
    }

    fn course(&mut self, input: &RowInput) -> CourseDraft {
        let first_day = self.read("firstDay", input.first_day.as_deref(), zone::parse_day_of);
        let last_day = self.read("lastDay", input.last_day.as_deref(), zone::parse_day_of);
        if input
            .duration_days
            .is_some_and(|days| !(1..=super::MAX_COURSE_DAYS).contains(&days))
        {
            self.refuse("durationDays", InvalidRow::OutOfRange);
        }
        let after = input.duration_days.map(CourseEnd::After);
        let open = input.last_day.as_ref().map(|_| CourseEnd::Open);
        CourseDraft {
            first_day,
            end: last_day.map(CourseEnd::On).or(after).or(open),
        }
    }
}

/// Whether words are only the count of cells, which a client sends back as it was shown, though the cells may differ now.
fn is_count_of_cells(words: &str) -> bool {
    words
        .strip_suffix("ដង/១ថ្ងៃ")
        .is_some_and(|count| count.len() == 1 && count.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Whether a text is a link to the web, or one within our own files: no other scheme is any picture's.
fn is_link(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    match path.split_once(':') {
        Some((scheme, _)) => ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)),
        None => true,
    }
}

#[cfg(test)]
mod tests;
