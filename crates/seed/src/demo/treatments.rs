//! What the patients take: prescriptions in every state, by doctors and by the patients themselves.

use das_tern_domain::{PrescriptionId, PrescriptionStatus};

use super::cast::{DARA, PISETH, Person, RATANAK, SAMNANG, SOPHEA, VANNAK};
use super::id_of;

use PrescriptionStatus::{Active, Draft, Inactive, Paused};

/// A prescription and how it came about.
pub(super) struct Treatment {
    pub(super) key: &'static str,
    pub(super) patient: &'static Person,
    /// Who wrote it, where it was not the patient.
    pub(super) doctor: Option<&'static Person>,
    pub(super) symptoms: &'static str,
    pub(super) status: PrescriptionStatus,
    pub(super) urgent_reason: Option<&'static str>,
    /// Oldest first; the last one is in force.
    pub(super) versions: &'static [Version],
    /// When it was paused, stopped or rejected. Doses were taken until then, unless it was never begun.
    pub(super) ended_days_ago: Option<i64>,
}

/// One version of the grid.
pub(super) struct Version {
    pub(super) days_ago: i64,
    pub(super) reason: Option<&'static str>,
    pub(super) rows: &'static [Row],
}

/// A row of the grid.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) medicine: &'static str,
    pub(super) khmer: &'static str,
    pub(super) morning: Option<Cell>,
    pub(super) daytime: Option<Cell>,
    pub(super) night: Option<Cell>,
    pub(super) first_days_ago: i64,
    pub(super) last_days_ago: Option<i64>,
    pub(super) is_prn: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) amount: &'static str,
    pub(super) before_meal: bool,
}

impl Treatment {
    pub(super) fn id(&self) -> PrescriptionId {
        id_of("prescription", self.key).into()
    }

    pub(super) fn author(&self) -> &'static Person {
        self.doctor.unwrap_or(self.patient)
    }

    /// The grid in force.
    pub(super) fn rows(&self) -> &'static [Row] {
        self.versions.last().map_or(&[], |version| version.rows)
    }

    pub(super) fn written_days_ago(&self) -> i64 {
        self.versions.first().map_or(1, |version| version.days_ago)
    }

    /// Whether the patient ever followed it: a draft that ends was rejected.
    pub(super) fn was_begun(&self) -> bool {
        let first = self.rows().iter().map(|row| row.first_days_ago).max();
        self.status != Draft && first.is_some_and(|first| self.ended_days_ago.is_none_or(|ended| ended < first))
    }
}

const fn before(amount: &'static str) -> Cell {
    Cell {
        amount,
        before_meal: true,
    }
}

const fn after(amount: &'static str) -> Cell {
    Cell {
        amount,
        before_meal: false,
    }
}

/// A row without an end, with its morning, daytime and night cells.
const fn row(medicine: &'static str, khmer: &'static str, cells: [Option<Cell>; 3], first_days_ago: i64) -> Row {
    let [morning, daytime, night] = cells;
    Row {
        medicine,
        khmer,
        morning,
        daytime,
        night,
        first_days_ago,
        last_days_ago: None,
        is_prn: false,
    }
}

impl Row {
    const fn until(self, last_days_ago: i64) -> Self {
        Self {
            last_days_ago: Some(last_days_ago),
            ..self
        }
    }

    const fn as_needed(self) -> Self {
        Self { is_prn: true, ..self }
    }
}

const AMLODIPINE: Row = row("Amlodipine 5mg", "អាំឡូឌីពីន ៥mg", [Some(after("1 គ្រាប់")), None, None], 30);
const METFORMIN: Row = row(
    "Metformin 500mg",
    "មេតហ្វរមីន ៥០០mg",
    [Some(after("1 គ្រាប់")), None, Some(after("1 គ្រាប់"))],
    30,
);
const ASPIRIN: Row = row("Aspirin 81mg", "អាស្ពីរីន ៨១mg", [None, Some(after("1 គ្រាប់")), None], 13);
const VITAMIN_C: Row = row(
    "Vitamin C 500mg",
    "វីតាមីនសេ ៥០០mg",
    [Some(after("1 គ្រាប់")), None, None],
    20,
);
const PARACETAMOL: Row = row("Paracetamol 500mg", "ប៉ារ៉ាសេតាម៉ុល ៥០០mg", [None; 3], 20).as_needed();
const AMOXICILLIN: Row = row(
    "Amoxicillin 500mg",
    "អាម៉ុកស៊ីស៊ីលីន ៥០០mg",
    [Some(after("1 គ្រាប់")), Some(after("1 គ្រាប់")), Some(after("1 គ្រាប់"))],
    27,
)
.until(21);
const ATORVASTATIN: Row = row(
    "Atorvastatin 20mg",
    "អាតូវ៉ាស្តាទីន ២០mg",
    [None, None, Some(after("1 គ្រាប់"))],
    0,
);
const ATORVASTATIN_LOW: Row = row(
    "Atorvastatin 10mg",
    "អាតូវ៉ាស្តាទីន ១០mg",
    [None, None, Some(after("1 គ្រាប់"))],
    0,
);
const LEVOTHYROXINE: Row = row(
    "Levothyroxine 50mcg",
    "ឡេវ៉ូទីរ៉ុកស៊ីន ៥០mcg",
    [Some(before("1 គ្រាប់")), None, None],
    30,
);
const GLICLAZIDE: Row = row(
    "Gliclazide 30mg",
    "គ្លីក្លាហ្សីដ ៣០mg",
    [Some(before("2 គ្រាប់")), None, Some(before("1 គ្រាប់"))],
    30,
);
const GLICLAZIDE_LOW: Row = row(
    "Gliclazide 30mg",
    "គ្លីក្លាហ្សីដ ៣០mg",
    [Some(before("1 គ្រាប់")), None, Some(before("0.5 គ្រាប់"))],
    30,
);
const IRON: Row = row(
    "Ferrous sulfate 200mg",
    "ជាតិដែក ២០០mg",
    [None, Some(before("1 គ្រាប់")), None],
    20,
);
const OMEPRAZOLE: Row = row(
    "Omeprazole 20mg",
    "អូមេប្រាហ្សូល ២០mg",
    [Some(before("1 គ្រាប់")), None, Some(before("1 គ្រាប់"))],
    30,
);
const CALCIUM: Row = row(
    "Calcium 600mg + D3",
    "កាល់ស្យូម ៦០០mg និង D3",
    [None, Some(after("1 គ្រាប់")), None],
    30,
);
const IBUPROFEN: Row = row(
    "Ibuprofen 400mg",
    "អ៊ីប៊ុយប្រូហ្វែន ៤០០mg",
    [Some(after("1 គ្រាប់")), None, Some(after("1 គ្រាប់"))],
    0,
);
const MONTELUKAST: Row = row(
    "Montelukast 10mg",
    "ម៉ុនតេលូកាស ១០mg",
    [None, None, Some(after("1 គ្រាប់"))],
    28,
);
const PREDNISOLONE: Row = row(
    "Prednisolone 5mg",
    "ព្រេដនីសូឡូន ៥mg",
    [Some(after("2 គ្រាប់")), None, None],
    28,
);
const SALBUTAMOL: Row = row("Salbutamol inhaler", "សាល់ប៊ុយតាម៉ុល ប្រដាប់បាញ់", [None; 3], 28).as_needed();
const ZINC: Row = row("Zinc 20mg", "ស័ង្កសី ២០mg", [None, Some(after("0.5 គ្រាប់")), None], 0);

const fn version(days_ago: i64, reason: Option<&'static str>, rows: &'static [Row]) -> Version {
    Version { days_ago, reason, rows }
}

/// What the heart specialist may see.
pub(super) static HEART: Treatment = Treatment {
    key: "samnang/heart",
    patient: &SAMNANG,
    doctor: Some(&PISETH),
    symptoms: "លើសឈាម និងទឹកនោមផ្អែម",
    status: Active,
    urgent_reason: None,
    versions: &[
        version(31, None, &[AMLODIPINE, METFORMIN]),
        version(14, Some("បន្ថែមអាស្ពីរីន ដើម្បីការពារបេះដូង"), &[AMLODIPINE, METFORMIN, ASPIRIN]),
    ],
    ended_days_ago: None,
};

/// The patient asked for another one, and now has the revised draft before them.
pub(super) static CHOLESTEROL: Treatment = Treatment {
    key: "samnang/cholesterol",
    patient: &SAMNANG,
    doctor: Some(&PISETH),
    symptoms: "ជាតិខ្លាញ់ក្នុងឈាមខ្ពស់",
    status: Draft,
    urgent_reason: None,
    versions: &[
        version(6, None, &[ATORVASTATIN]),
        version(3, Some("បន្ថយកម្រិតតាមសំណើរបស់អ្នកជំងឺ"), &[ATORVASTATIN_LOW]),
    ],
    ended_days_ago: None,
};

pub(super) static SUGAR: Treatment = Treatment {
    key: "dara/sugar",
    patient: &DARA,
    doctor: Some(&RATANAK),
    symptoms: "Underactive thyroid and high blood sugar, tired in the morning",
    status: Active,
    urgent_reason: Some("Blood sugar fell too low twice this week: half the dose from today"),
    versions: &[
        version(31, None, &[LEVOTHYROXINE, GLICLAZIDE]),
        version(
            7,
            Some("Blood sugar fell too low twice this week: half the dose from today"),
            &[LEVOTHYROXINE, GLICLAZIDE_LOW],
        ),
    ],
    ended_days_ago: None,
};

pub(super) static ASTHMA: Treatment = Treatment {
    key: "vannak/asthma",
    patient: &VANNAK,
    doctor: Some(&PISETH),
    symptoms: "ហឺត ដង្ហើមខ្លី ពិបាកដកដង្ហើមពេលយប់",
    status: Active,
    urgent_reason: Some("ពិបាកដកដង្ហើមខ្លាំង ត្រូវចាប់ផ្តើមលេបថ្នាំភ្លាម"),
    versions: &[version(29, None, &[PREDNISOLONE, MONTELUKAST, SALBUTAMOL])],
    ended_days_ago: None,
};

pub(super) static TREATMENTS: [&Treatment; 11] = [
    &HEART,
    &CHOLESTEROL,
    &Treatment {
        key: "samnang/own",
        patient: &SAMNANG,
        doctor: None,
        symptoms: "ឈឺក្បាលម្តងម្កាល",
        status: Active,
        urgent_reason: None,
        versions: &[version(21, None, &[VITAMIN_C, PARACETAMOL])],
        ended_days_ago: None,
    },
    &Treatment {
        key: "samnang/throat",
        patient: &SAMNANG,
        doctor: Some(&PISETH),
        symptoms: "ឈឺបំពង់ក និងគ្រុនក្តៅ",
        status: Inactive,
        urgent_reason: None,
        versions: &[version(28, None, &[AMOXICILLIN])],
        ended_days_ago: Some(20),
    },
    &SUGAR,
    &Treatment {
        key: "dara/iron",
        patient: &DARA,
        doctor: Some(&RATANAK),
        symptoms: "Anaemia after blood donation",
        status: Paused,
        urgent_reason: None,
        versions: &[version(21, None, &[IRON])],
        ended_days_ago: Some(5),
    },
    &Treatment {
        key: "sophea/stomach",
        patient: &SOPHEA,
        doctor: Some(&PISETH),
        symptoms: "ឈឺក្រពះ និងពុកឆ្អឹង",
        status: Active,
        urgent_reason: None,
        versions: &[version(31, None, &[OMEPRAZOLE, CALCIUM])],
        ended_days_ago: None,
    },
    &Treatment {
        key: "sophea/joints",
        patient: &SOPHEA,
        doctor: Some(&PISETH),
        symptoms: "ឈឺសន្លាក់ជង្គង់",
        status: Inactive,
        urgent_reason: None,
        versions: &[version(12, None, &[IBUPROFEN])],
        ended_days_ago: Some(11),
    },
    &Treatment {
        key: "sophea/own",
        patient: &SOPHEA,
        doctor: None,
        symptoms: "ផឹកថ្នាំបំប៉នក្រោយពេលជាពីជំងឺ",
        status: Paused,
        urgent_reason: None,
        versions: &[version(
            16,
            None,
            &[Row {
                first_days_ago: 15,
                ..VITAMIN_C
            }],
        )],
        ended_days_ago: Some(8),
    },
    &ASTHMA,
    &Treatment {
        key: "vannak/own",
        patient: &VANNAK,
        doctor: None,
        symptoms: "ផ្តាសាយ",
        status: Draft,
        urgent_reason: None,
        versions: &[version(2, None, &[ZINC])],
        ended_days_ago: None,
    },
];
