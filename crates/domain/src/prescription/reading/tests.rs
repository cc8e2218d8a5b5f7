use rstest::rstest;

use super::*;
use crate::{MedicineType, MedicineUnit};

#[expect(clippy::unnecessary_wraps, reason = "as the fields are")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "as the fields are")]
fn cell(amount: &str, before_meal: bool) -> Option<CellInput> {
    Some(CellInput {
        amount: some(amount),
        before_meal: Some(before_meal),
    })
}

/// What the app's form sends.
fn form() -> RowInput {
    RowInput {
        medicine_name: some("Paracetamol"),
        medicine_name_khmer: some(""),
        medicine_type: some("ORAL"),
        unit: some("TABLET"),
        dosage_amount: Some(1.0),
        frequency: some(""),
        morning: Some(true),
        daytime: Some(false),
        night: Some(true),
        before_meal: Some(true),
        is_prn: Some(false),
        duration_days: Some(5),
        ..RowInput::default()
    }
}

fn problems(input: &RowInput) -> Vec<(String, InvalidRow)> {
    let problems = read_row(input).unwrap_err();
    problems
        .into_iter()
        .map(|problem| (problem.field, problem.kind))
        .collect()
}

#[test]
fn the_apps_form_becomes_cells() {
    let draft = read_row(&form()).unwrap();
    let row = draft.row;
    let expected = Dosage {
        amount: "1".to_owned(),
        before_meal: true,
    };
    assert_eq!(row.morning_dosage.as_ref(), Some(&expected));
    assert_eq!((row.daytime_dosage, row.night_dosage), (None, Some(expected)));
    assert_eq!(row.frequency.as_deref(), Some("2ដង/១ថ្ងៃ"));
    assert_eq!(row.timing.as_deref(), Some("មុនអាហារ"));
    assert_eq!(row.details.medicine_type, Some(MedicineType::Oral));
    assert_eq!(row.details.unit, Some(MedicineUnit::Tablet));
    assert_eq!(draft.course.end, Some(CourseEnd::After(5)));
}

#[test]
fn the_grid_form_has_its_cells() {
    let input = RowInput {
        medicine_name_khmer: some("  ប៉ារ៉ាសេតាម៉ុល "),
        daytime_dosage: cell("0.5 គ្រាប់", false),
        frequency: some("រាល់ថ្ងៃ"),
        ..RowInput::default()
    };
    let row = read_row(&input).unwrap().row;
    assert_eq!(row.medicine_name, "ប៉ារ៉ាសេតាម៉ុល");
    assert_eq!(row.medicine_name_khmer.as_deref(), Some("ប៉ារ៉ាសេតាម៉ុល"));
    assert_eq!(row.frequency.as_deref(), Some("រាល់ថ្ងៃ"));
    assert_eq!(row.timing.as_deref(), Some("បន្ទាប់ពីអាហារ"));
}

#[test]
fn everything_that_is_wrong_with_a_row_is_told_at_once() {
    let input = RowInput {
        id: some("1"),
        medicine_name: some("a\nb"),
        medicine_type: some("PILL"),
        unit: some("SPOON"),
        dosage_amount: Some(-1.0),
        night_dosage: cell(" ", false),
        frequency: some(&"ដ".repeat(101)),
        duration_days: Some(0),
        first_day: some("tomorrow"),
        image_url: some("javascript:alert(1)"),
        schedule_times: Some(vec![TimeInput {
            time_period: some("noon"),
            time: some("25:00"),
        }]),
        ..RowInput::default()
    };
    let expected = [
        ("medicineName", InvalidRow::Invalid),
        ("dosageAmount", InvalidRow::OutOfRange),
        ("nightDosage.amount", InvalidRow::Required),
        ("imageUrl", InvalidRow::Invalid),
        ("medicineType", InvalidRow::Invalid),
        ("unit", InvalidRow::Invalid),
        ("scheduleTimes[0].timePeriod", InvalidRow::Invalid),
        ("scheduleTimes[0].time", InvalidRow::Invalid),
        ("frequency", InvalidRow::TooLong),
        ("firstDay", InvalidRow::Invalid),
        ("durationDays", InvalidRow::OutOfRange),
        ("id", InvalidRow::Invalid),
    ];
    assert_eq!(problems(&input), expected.map(|(field, kind)| (field.to_owned(), kind)));
}

#[test]
fn a_medicine_needs_a_name_and_a_cell_unless_it_is_taken_as_needed() {
    let empty = RowInput {
        medicine_name: some("  "),
        ..RowInput::default()
    };
    let required = |field: &str| (field.to_owned(), InvalidRow::Required);
    assert_eq!(problems(&empty), [required("medicineName"), required("morningDosage")]);
    let named = RowInput {
        medicine_name: some("Aspirin"),
        ..RowInput::default()
    };
    assert_eq!(problems(&named), [required("morningDosage")]);
    let as_needed = RowInput {
        is_prn: Some(true),
        ..named.clone()
    };
    let row = read_row(&as_needed).unwrap().row;
    assert_eq!(row.frequency.as_deref(), Some("ពេលចាំបាច់"));
    assert_eq!(row.reminder_times, Some(ReminderTimes::default()));
    let ticked = RowInput {
        morning: Some(true),
        ..named
    };
    assert_eq!(problems(&ticked), [required("dosageAmount")]);
}

#[rstest]
#[case("1.0", Some("1"))]
#[case("0.50", Some("0.5"))]
#[case("2 គ្រាប់", Some("2 គ្រាប់"))]
#[case("១", Some("១"))]
#[case("០", None)]
#[case("១០០០០១", None)]
#[case("0.0001", None)]
#[case("0", None)]
#[case("-5", None)]
#[case("1e308", None)]
#[case("NaN", None)]
fn an_amount_that_is_a_number_makes_sense_as_one(#[case] written: &str, #[case] kept: Option<&str>) {
    let input = RowInput {
        medicine_name: some("Aspirin"),
        night_dosage: cell(written, false),
        ..RowInput::default()
    };
    match kept {
        Some(kept) => assert_eq!(read_row(&input).unwrap().row.night_dosage.unwrap().amount, kept),
        None => assert_eq!(
            problems(&input),
            [("nightDosage.amount".to_owned(), InvalidRow::OutOfRange)]
        ),
    }
}

#[test]
fn an_amount_that_cannot_be_seen_is_none() {
    let input = RowInput {
        medicine_name: some("Aspirin"),
        night_dosage: cell("\u{200b}", false),
        ..RowInput::default()
    };
    assert_eq!(
        problems(&input),
        [("nightDosage.amount".to_owned(), InvalidRow::Required)]
    );
}

#[test]
fn words_say_how_it_stands_to_the_meal_where_nothing_else_does() {
    let input = RowInput {
        before_meal: None,
        timing: some("មុនអាហារ"),
        ..form()
    };
    assert!(read_row(&input).unwrap().row.is_before_meal());
}

#[test]
fn words_for_how_often_are_kept_where_there_are_no_cells_to_count() {
    let input = RowInput {
        medicine_name: some("Salbutamol"),
        is_prn: Some(true),
        frequency: some("3ដង/១ថ្ងៃ"),
        ..RowInput::default()
    };
    assert_eq!(read_row(&input).unwrap().row.frequency.as_deref(), Some("3ដង/១ថ្ងៃ"));
}

#[test]
fn a_medicine_has_at_most_24_times_of_its_own() {
    let time = TimeInput {
        time_period: some("morning"),
        time: some("x"),
    };
    let input = RowInput {
        schedule_times: Some(vec![time; 25]),
        ..form()
    };
    assert_eq!(problems(&input), [("scheduleTimes".to_owned(), InvalidRow::TooLong)]);
}

#[rstest]
#[case(None, None, None)]
#[case(None, Some(""), Some(CourseEnd::Open))]
#[case(Some(7), Some(""), Some(CourseEnd::After(7)))]
fn an_empty_last_day_is_none(#[case] days: Option<i64>, #[case] last: Option<&str>, #[case] end: Option<CourseEnd>) {
    let input = RowInput {
        duration_days: days,
        last_day: last.map(str::to_owned),
        ..form()
    };
    assert_eq!(read_row(&input).unwrap().course.end, end);
}

#[rstest]
#[case("morning", "06:30", true)]
#[case("morning", "11:00", false)]
#[case("evening", "17:59", false)]
#[case("evening", "23:30", true)]
#[case("daytime", "", false)]
fn own_times_lie_in_their_part_of_the_day(#[case] period: &str, #[case] time: &str, #[case] valid: bool) {
    let input = RowInput {
        daytime: Some(true),
        schedule_times: Some(vec![TimeInput {
            time_period: some(period),
            time: some(time),
        }]),
        ..form()
    };
    assert_eq!(read_row(&input).is_ok(), valid);
}

#[test]
fn a_time_of_an_empty_cell_is_of_no_use() {
    let times = [("daytime", "12:30"), ("morning", "06:15")].map(|(period, time)| TimeInput {
        time_period: some(period),
        time: some(time),
    });
    let mut input = RowInput {
        schedule_times: Some(times.to_vec()),
        ..form()
    };
    let own = read_row(&input).unwrap().row.details.schedule_times;
    assert_eq!((own.morning, own.daytime), ("06:15".parse().ok(), None));
    input.is_prn = Some(true);
    let reminders = read_row(&input).unwrap().row.reminder_times.unwrap().0;
    assert_eq!(
        reminders.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["06:15", "12:30"]
    );
}

#[rstest]
#[case("https://example.com/a.jpg", true)]
#[case("/api/v1/files/medications/1.jpg?expires=1:2", true)]
#[case("medications/1.jpg", true)]
#[case("javascript:alert(1)", false)]
#[case("data:text/html,x", false)]
fn a_picture_is_on_the_web(#[case] url: &str, #[case] valid: bool) {
    assert_eq!(is_link(url), valid);
}

#[test]
fn a_day_may_be_written_as_an_instant() {
    let input = RowInput {
        first_day: some("2026-03-06T00:00:00.000"),
        ..form()
    };
    let first = read_row(&input).unwrap().course.first_day;
    assert_eq!(first.map(zone::format_day).as_deref(), Some("2026-03-06"));
}

#[test]
fn what_was_shown_may_be_sent_back_with_other_cells() {
    let input = RowInput {
        medicine_name: some("Aspirin"),
        medicine_name_khmer: some("Aspirin"),
        night_dosage: cell("2", true),
        dosage_amount: Some(1.0),
        frequency: some("3ដង/១ថ្ងៃ"),
        timing: some("បន្ទាប់ពីអាហារ"),
        before_meal: Some(false),
        ..RowInput::default()
    };
    let row = read_row(&input).unwrap().row;
    assert_eq!(row.medicine_name_khmer, None);
    assert_eq!(row.frequency.as_deref(), Some("1ដង/១ថ្ងៃ"));
    assert_eq!(row.timing.as_deref(), Some("មុនអាហារ"));
    assert_eq!(row.dosage_amount(), Amount::new(2.0));
    assert!(!row.details.before_meal);
}
