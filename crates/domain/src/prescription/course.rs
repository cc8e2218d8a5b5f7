//! The days on which a medicine is taken: a first day, and a last one unless it is open-ended (rules §4).

use time::{Date, Duration, OffsetDateTime};

use super::grid::Row;
use super::reading::{GridProblem, InvalidRow};
use crate::zone;

/// How many days a course may have begun before it is written down.
const MOST_DAYS_BACK: Duration = Duration::days(7);
/// How far ahead a course may begin.
const MOST_DAYS_AHEAD: Duration = Duration::days(366);
/// How many days a course with an end has at most.
pub const MAX_COURSE_DAYS: i64 = 3_650;

/// How long after midnight a day of a course is over: a dose late in the evening is still due until its grace ends, and is
/// missed only while its prescription is followed.
const DAY_IS_OVER_AFTER: Duration = Duration::hours(2);

/// The last day whose doses can no longer become missed ones.
#[must_use]
pub fn last_day_that_is_over(now: OffsetDateTime) -> Date {
    zone::day_of(now - DAY_IS_OVER_AFTER) - Duration::DAY
}

/// How a course ends, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseEnd {
    /// On this day.
    On(Date),
    /// After this many days.
    After(i64),
    /// Never.
    Open,
}

/// The days of a course as they were written; what is absent follows from what is known already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CourseDraft {
    /// The first day.
    pub first_day: Option<Date>,
    /// How it ends.
    pub end: Option<CourseEnd>,
}

/// The days of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// The first day.
    pub first_day: Date,
    /// The last day; `None` is open-ended.
    pub last_day: Option<Date>,
    /// Whether it begins when it comes into force: nobody named a first day.
    pub starts_when_active: bool,
    /// Whether the last day was named, and so does not move with the first.
    pub ends_on_day: bool,
}

/// Whether something that is written down `today` may begin on `day`: not more than seven days back.
#[must_use]
pub fn is_first_day(day: Date, today: Date) -> bool {
    (today - MOST_DAYS_BACK..=today + MOST_DAYS_AHEAD).contains(&day)
}

impl CourseDraft {
    /// The days, of a row that is new or takes the place of `known`. Days that were there before may lie further back.
    ///
    /// # Errors
    /// Names the field that is out of range.
    pub fn resolve(&self, today: Date, known: Option<&Row>) -> Result<Course, GridProblem> {
        let known_first = known.and_then(|row| row.first_day);
        let keeps_first_day = self.first_day.is_none_or(|day| Some(day) == known_first);
        let starts_when_active = keeps_first_day && known.is_none_or(|row| row.details.starts_when_active);
        // As many days as are shown say nothing new.
        let end = self.end.filter(|end| {
            let shown = known.and_then(Row::duration_days).filter(|_| keeps_first_day);
            !matches!(end, CourseEnd::After(days) if shown == Some(*days))
        });
        let mut first_day = self.first_day.or(known_first).unwrap_or(today);
        if starts_when_active && matches!(end, Some(CourseEnd::After(_))) {
            first_day = first_day.max(today);
        }
        if Some(first_day) != known_first && !is_first_day(first_day, today) {
            return Err(GridProblem::new("firstDay", InvalidRow::OutOfRange));
        }
        let known_last = known.and_then(|row| row.last_day);
        let (field, last_day) = match end {
            Some(CourseEnd::On(day)) => ("lastDay", Some(day)),
            Some(CourseEnd::After(days)) => ("durationDays", first_day.checked_add(Duration::days(days - 1))),
            Some(CourseEnd::Open) => ("lastDay", None),
            None => ("firstDay", known_last),
        };
        let is_possible = |last: Date| {
            let is_over = last < today && known_last != Some(last);
            last >= first_day && (last - first_day).whole_days() < MAX_COURSE_DAYS && !is_over
        };
        if last_day.is_some_and(|last| !is_possible(last)) {
            return Err(GridProblem::new(field, InvalidRow::OutOfRange));
        }
        Ok(Course {
            first_day,
            last_day,
            starts_when_active,
            ends_on_day: match end {
                Some(end) => matches!(end, CourseEnd::On(_)),
                None => known.is_some_and(|row| row.details.ends_on_day),
            },
        })
    }
}

impl Row {
    /// The row with the days of a course.
    pub(super) fn with_course(mut self, course: Course) -> Self {
        self.first_day = Some(course.first_day);
        self.last_day = course.last_day;
        self.details.starts_when_active = course.starts_when_active;
        self.details.ends_on_day = course.ends_on_day;
        self
    }

    /// Lets the course begin: one whose first day nobody named begins on `day`. It lasts as long as it was to last, or until
    /// the day that was named; one whose named day is over has no day left.
    pub(super) fn begin(&mut self, day: Date) {
        if !std::mem::take(&mut self.details.starts_when_active) {
            return;
        }
        let Some(first) = self.first_day.filter(|first| *first < day) else {
            return;
        };
        if !self.details.ends_on_day {
            self.first_day = Some(day);
            self.last_day = self.last_day.map(|last| last + (day - first));
        } else if self.last_day.is_none_or(|last| day <= last) {
            self.first_day = Some(day);
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 03 - 06);

    fn draft(first_day: Option<Date>, end: Option<CourseEnd>) -> CourseDraft {
        CourseDraft { first_day, end }
    }

    #[rstest]
    #[case(date!(2026 - 02 - 27), true)]
    #[case(date!(2026 - 02 - 26), false)]
    #[case(date!(2026 - 03 - 06), true)]
    #[case(date!(2027 - 03 - 07), true)]
    #[case(date!(2027 - 03 - 08), false)]
    fn a_course_begins_at_most_seven_days_back(#[case] first: Date, #[case] valid: bool) {
        let resolved = draft(Some(first), None).resolve(TODAY, None);
        assert_eq!(resolved.is_ok(), valid);
        if let Err(problem) = resolved {
            assert_eq!(problem.field, "firstDay");
        }
    }

    #[test]
    fn without_a_first_day_it_begins_when_it_comes_into_force() {
        let course = draft(None, Some(CourseEnd::After(7))).resolve(TODAY, None).unwrap();
        assert_eq!(course.last_day, Some(date!(2026 - 03 - 12)));
        let mut row = Row::default().with_course(course);
        row.begin(date!(2026 - 03 - 09));
        assert_eq!(row.first_day, Some(date!(2026 - 03 - 09)));
        assert_eq!(row.duration_days(), Some(7));
        row.begin(date!(2026 - 03 - 20));
        assert_eq!(row.first_day, Some(date!(2026 - 03 - 09)));
    }

    #[rstest]
    #[case(date!(2026 - 03 - 09), date!(2026 - 03 - 09))]
    #[case(date!(2026 - 03 - 10), date!(2026 - 03 - 10))]
    #[case(date!(2026 - 03 - 11), TODAY)]
    fn a_named_last_day_does_not_move(#[case] confirmed_on: Date, #[case] first: Date) {
        let last = date!(2026 - 03 - 10);
        let course = draft(None, Some(CourseEnd::On(last))).resolve(TODAY, None).unwrap();
        let mut row = Row::default().with_course(course);
        row.begin(confirmed_on);
        assert_eq!((row.first_day, row.last_day), (Some(first), Some(last)));
    }

    #[test]
    fn what_waited_long_may_still_be_made_shorter_or_open() {
        let course = draft(None, Some(CourseEnd::After(30))).resolve(TODAY, None).unwrap();
        let waiting = Row::default().with_course(course);
        let later = date!(2026 - 03 - 20);
        let shorter = draft(None, Some(CourseEnd::After(7)))
            .resolve(later, Some(&waiting))
            .unwrap();
        assert_eq!(
            (shorter.first_day, shorter.last_day),
            (later, Some(date!(2026 - 03 - 26)))
        );
        assert!(shorter.starts_when_active);
        let as_shown = draft(None, Some(CourseEnd::After(30)))
            .resolve(later, Some(&waiting))
            .unwrap();
        assert_eq!(waiting.clone().with_course(as_shown), waiting);
        let open = draft(None, Some(CourseEnd::Open))
            .resolve(later, Some(&waiting))
            .unwrap();
        assert_eq!((open.last_day, open.ends_on_day), (None, false));
    }

    #[test]
    fn as_many_days_as_are_shown_leave_a_named_last_day_named() {
        let course = draft(None, Some(CourseEnd::On(date!(2026 - 03 - 10))))
            .resolve(TODAY, None)
            .unwrap();
        let known = Row::default().with_course(course);
        let again = draft(None, Some(CourseEnd::After(5)))
            .resolve(TODAY, Some(&known))
            .unwrap();
        assert!(again.ends_on_day);
    }

    #[test]
    fn a_named_first_day_stays() {
        let course = draft(Some(TODAY), None).resolve(TODAY, None).unwrap();
        let mut row = Row::default().with_course(course);
        row.begin(date!(2026 - 03 - 09));
        assert_eq!((row.first_day, row.last_day), (Some(TODAY), None));
    }

    #[rstest]
    #[case(CourseEnd::On(date!(2026 - 03 - 05)), "lastDay")]
    #[case(CourseEnd::After(0), "durationDays")]
    #[case(CourseEnd::After(-3), "durationDays")]
    #[case(CourseEnd::After(3_651), "durationDays")]
    fn an_impossible_end_is_named(#[case] end: CourseEnd, #[case] field: &str) {
        let problem = draft(None, Some(end)).resolve(TODAY, None).unwrap_err();
        assert_eq!(problem.field, field);
    }

    #[test]
    fn a_course_that_is_over_already_is_refused() {
        let over = draft(Some(date!(2026 - 03 - 01)), Some(CourseEnd::After(5)));
        assert_eq!(over.resolve(TODAY, None).unwrap_err().field, "durationDays");
    }

    #[test]
    fn what_is_known_stays_where_nothing_else_is_said() {
        let known = Row {
            first_day: Some(date!(2026 - 01 - 01)),
            last_day: Some(date!(2026 - 01 - 10)),
            ..Row::default()
        };
        let course = draft(None, Some(CourseEnd::After(10)))
            .resolve(TODAY, Some(&known))
            .unwrap();
        assert_eq!(
            (Some(course.first_day), course.last_day),
            (known.first_day, known.last_day)
        );
        assert!(!course.starts_when_active);
        assert_eq!(
            draft(None, None).resolve(TODAY, Some(&known)).unwrap().last_day,
            known.last_day
        );
        assert!(
            draft(None, Some(CourseEnd::After(11)))
                .resolve(TODAY, Some(&known))
                .is_err()
        );
    }
}
