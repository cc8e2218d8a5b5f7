//! Which doses follow from any grid.

use proptest::prelude::*;
use time::Duration;

use super::{TODAY, medicine};
use crate::{ClockTime, Dosage, Habits, MealTimes, Row, ScheduleTimes, Slot, last_day_of_horizon, plan, zone};

fn any_row() -> impl Strategy<Value = Row> {
    let cell = || proptest::option::of(any::<bool>());
    let times = (
        proptest::option::of(0_u8..11),
        proptest::option::of(11_u8..18),
        proptest::option::of(18_u8..24),
    );
    let course = (-10_i64..40, proptest::option::of(0_i64..60));
    ([cell(), cell(), cell()], times, course, any::<bool>()).prop_map(|(cells, times, (first, length), is_prn)| {
        let dosage = |cell: Option<bool>| {
            cell.map(|before_meal| Dosage {
                amount: "1".to_owned(),
                before_meal,
            })
        };
        let clock = |hour: Option<u8>| hour.and_then(ClockTime::at_hour);
        let first_day = TODAY + Duration::days(first);
        let [morning, daytime, night] = cells.map(dosage);
        let mut row = Row {
            morning_dosage: morning,
            daytime_dosage: daytime,
            night_dosage: night,
            is_prn,
            first_day: Some(first_day),
            last_day: length.map(|days| first_day + Duration::days(days)),
            ..Row::default()
        };
        row.details.schedule_times = ScheduleTimes {
            morning: clock(times.0),
            daytime: clock(times.1),
            night: clock(times.2),
        };
        row
    })
}

fn any_meals() -> impl Strategy<Value = MealTimes> {
    let pick = |ranges: &'static [&'static str]| {
        proptest::option::of(proptest::sample::select(ranges))
            .prop_map(|range| range.map(|range| range.parse().unwrap()))
    };
    let morning = pick(&["6-7AM", "7-8AM", "9-10AM"]);
    let afternoon = pick(&["12-1PM", "3-4PM", "4-5PM"]);
    let night = pick(&["6-7PM", "9-10PM"]);
    (morning, afternoon, night).prop_map(|(morning, afternoon, night)| MealTimes {
        morning,
        afternoon,
        night,
    })
}

proptest! {
    #[test]
    fn a_plan_has_each_cell_of_each_day_of_the_course_once(
        rows in proptest::collection::vec(any_row(), 1..5),
        meals in any_meals(),
        days in 1_u16..60,
    ) {
        let grid: Vec<_> = (1..).zip(rows).map(|(id, row)| medicine(id, row)).collect();
        let habits = Habits { meals, grace: Duration::minutes(30) };
        let last = last_day_of_horizon(TODAY, days);
        let planned = plan(&grid, &habits, TODAY..=last);
        let expected: usize = grid
            .iter()
            .filter(|medicine| !medicine.row.is_prn)
            .map(|medicine| {
                let row = &medicine.row;
                let taken = (0..i64::from(days)).map(|n| TODAY + Duration::days(n)).filter(|day| row.is_taken_on(*day));
                taken.count() * row.cells().count()
            })
            .sum();
        prop_assert_eq!(planned.len(), expected);
        let mut places: Vec<_> = planned.iter().map(|dose| (dose.medication, dose.day, dose.slot)).collect();
        places.sort_unstable();
        places.dedup();
        prop_assert_eq!(places.len(), expected);
        for dose in &planned {
            prop_assert!(dose.is_in_place(), "{:?}", dose);
            prop_assert_eq!(Slot::of(dose.scheduled_time, dose.slot.period()), dose.slot);
            prop_assert_eq!(zone::day_of(dose.scheduled_time), dose.day);
            prop_assert!(dose.missed_after > dose.scheduled_time);
        }
    }

    /// The plan of two stretches of days is the plan of both together: the daily top-up adds what is missing and no more.
    #[test]
    fn a_plan_may_be_made_bit_by_bit(row in any_row(), meals in any_meals(), cut in 0_i64..29) {
        let grid = [medicine(1, row)];
        let habits = Habits { meals, grace: Duration::minutes(10) };
        let (middle, last) = (TODAY + Duration::days(cut), TODAY + Duration::days(29));
        let mut parts = plan(&grid, &habits, TODAY..=middle);
        parts.extend(plan(&grid, &habits, middle + Duration::DAY..=last));
        prop_assert_eq!(parts, plan(&grid, &habits, TODAY..=last));
    }
}
