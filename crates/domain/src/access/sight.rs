use time::Date;

use crate::{AccessScope, PrescriptionId};

/// How much of a patient's doses and prescriptions somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Everything,
    /// What the patient selected.
    Selected(AccessScope),
}

/// Some days in a row, both ends included and each of them open where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Option<Date>,
    /// The last.
    pub to: Option<Date>,
}

impl Days {
    /// Whether `day` is one of them.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.touches(Self {
            from: Some(day),
            to: Some(day),
        })
    }

    /// Whether both have a day in common.
    #[must_use]
    pub fn touches(self, other: Self) -> bool {
        let is_before =
            |last: Option<Date>, first: Option<Date>| last.zip(first).is_some_and(|(last, first)| last < first);
        !is_before(self.to, other.from) && !is_before(other.to, self.from)
    }
}

impl Sight {
    /// Whether a dose of this prescription, scheduled on this day, is seen.
    #[must_use]
    pub fn covers_dose(&self, prescription: PrescriptionId, day: Date) -> bool {
        match self {
            Self::Everything => true,
            Self::Selected(scope) => scope.selects(prescription) && scope.days().contains(day),
        }
    }

    /// Whether a prescription is seen, whose medicines are taken on these days: it is where one of them is taken on a
    /// selected day.
    #[must_use]
    pub fn covers_prescription(&self, prescription: PrescriptionId, courses: impl IntoIterator<Item = Days>) -> bool {
        match self {
            Self::Everything => true,
            Self::Selected(scope) => {
                let days = scope.days();
                scope.selects(prescription)
                    && (days == Days::default() || courses.into_iter().any(|course| days.touches(course)))
            }
        }
    }
}

impl AccessScope {
    /// Whether nothing is selected, and so nothing is opened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prescription_ids.is_empty() && self.days() == Days::default()
    }

    /// The selected days.
    #[must_use]
    pub fn days(&self) -> Days {
        Days {
            from: self.from,
            to: self.to,
        }
    }

    /// Whether, the days aside, this prescription is selected: it is named, or none is and the days alone select.
    #[must_use]
    pub fn selects(&self, prescription: PrescriptionId) -> bool {
        match self.prescription_ids.as_slice() {
            [] => !self.is_empty(),
            selected => selected.contains(&prescription),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::date;
    use uuid::Uuid;

    use super::*;

    const SELECTED: PrescriptionId = PrescriptionId(Uuid::from_u128(1));
    const ANOTHER: PrescriptionId = PrescriptionId(Uuid::from_u128(2));

    fn selecting(prescriptions: &[PrescriptionId], from: Option<Date>, to: Option<Date>) -> Sight {
        Sight::Selected(AccessScope {
            prescription_ids: prescriptions.to_vec(),
            from,
            to,
        })
    }

    #[test]
    fn an_empty_selection_shows_nothing() {
        let nothing = selecting(&[], None, None);
        assert!(!nothing.covers_dose(SELECTED, date!(2026 - 03 - 06)));
        assert!(!nothing.covers_prescription(SELECTED, [Days::default()]));
    }

    #[test]
    fn a_selected_prescription_is_seen_on_every_day_and_no_other_one_is() {
        let sight = selecting(&[SELECTED], None, None);
        assert!(sight.covers_dose(SELECTED, date!(2020 - 01 - 01)));
        assert!(sight.covers_prescription(SELECTED, []));
        assert!(!sight.covers_dose(ANOTHER, date!(2020 - 01 - 01)));
        assert!(!sight.covers_prescription(ANOTHER, [Days::default()]));
    }

    #[rstest]
    #[case(date!(2026-03-04), false)]
    #[case(date!(2026-03-05), true)]
    #[case(date!(2026-03-07), true)]
    #[case(date!(2026-03-08), false)]
    fn selected_days_include_both_ends(#[case] day: Date, #[case] is_seen: bool) {
        let sight = selecting(&[], Some(date!(2026 - 03 - 05)), Some(date!(2026 - 03 - 07)));
        assert_eq!(sight.covers_dose(ANOTHER, day), is_seen);
    }

    #[test]
    fn prescriptions_and_days_are_both_asked_for_where_both_are_selected() {
        let sight = selecting(&[SELECTED], Some(date!(2026 - 03 - 05)), None);
        assert!(sight.covers_dose(SELECTED, date!(2026 - 03 - 05)));
        assert!(!sight.covers_dose(SELECTED, date!(2026 - 03 - 04)));
        assert!(!sight.covers_dose(ANOTHER, date!(2026 - 03 - 05)));
    }

    #[rstest]
    #[case(Some(date!(2026-02-01)), Some(date!(2026-03-04)), false)]
    #[case(Some(date!(2026-02-01)), Some(date!(2026-03-05)), true)]
    #[case(Some(date!(2026-03-07)), None, true)]
    #[case(Some(date!(2026-03-08)), None, false)]
    #[case(None, None, true)]
    fn a_prescription_is_seen_where_its_course_touches_the_selected_days(
        #[case] from: Option<Date>,
        #[case] to: Option<Date>,
        #[case] is_seen: bool,
    ) {
        let sight = selecting(&[], Some(date!(2026 - 03 - 05)), Some(date!(2026 - 03 - 07)));
        assert_eq!(sight.covers_prescription(ANOTHER, [Days { from, to }]), is_seen);
        assert!(
            !sight.covers_prescription(ANOTHER, []),
            "it has no medicine in these days"
        );
    }
}
