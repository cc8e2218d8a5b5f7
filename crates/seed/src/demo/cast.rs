//! Who plays: four patients, four doctors and three family members.

use das_tern_domain::{AccountStatus, Gender, Language, MealTimes, SubscriptionTier, Theme, UserId, UserRole};
use time::macros::date;
use time::{Date, Duration};

use super::id_of;
use super::outcomes::{Habit, RELIABLE, STRUGGLING, WAVERING};

/// One of the people.
pub(super) struct Person {
    pub(super) key: &'static str,
    pub(super) given_name: &'static str,
    pub(super) family_name: &'static str,
    /// The whole name, in the order of the person's language.
    pub(super) name: &'static str,
    pub(super) phone_number: &'static str,
    pub(super) email: &'static str,
    pub(super) gender: Gender,
    pub(super) born: Date,
    pub(super) language: Language,
    pub(super) theme: Theme,
    pub(super) joined_days_ago: i64,
    pub(super) status: AccountStatus,
    pub(super) tier: SubscriptionTier,
    /// In bytes.
    pub(super) storage_used: i64,
    pub(super) life: Life,
}

/// What a person has that the other roles have not.
pub(super) enum Life {
    Patient {
        /// Breakfast, lunch and dinner, as far as they told.
        meals: Option<[&'static str; 3]>,
        grace_minutes: i32,
        habit: &'static Habit,
    },
    Doctor {
        clinic: &'static str,
        specialty: &'static str,
        license: &'static str,
    },
    Family,
}

impl Person {
    pub(super) fn id(&self) -> UserId {
        id_of("user", self.key).into()
    }

    pub(super) fn role(&self) -> UserRole {
        match self.life {
            Life::Patient { .. } => UserRole::Patient,
            Life::Doctor { .. } => UserRole::Doctor,
            Life::Family => UserRole::FamilyMember,
        }
    }

    pub(super) fn is_doctor(&self) -> bool {
        self.role() == UserRole::Doctor
    }

    /// How old the account was at the first run.
    pub(super) fn age_of_account(&self) -> Duration {
        Duration::days(self.joined_days_ago)
    }

    /// In the person's language.
    pub(super) fn reads<'a>(&self, khmer: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::Khmer => khmer,
            Language::English => english,
        }
    }

    pub(super) fn meal_times(&self) -> MealTimes {
        let Life::Patient { meals: Some(meals), .. } = &self.life else {
            return MealTimes::default();
        };
        let [morning, afternoon, night] = meals.map(|range| range.parse().ok());
        MealTimes {
            morning,
            afternoon,
            night,
        }
    }

    /// In minutes; that of a new account for those who take no medicine.
    pub(super) fn grace_minutes(&self) -> i32 {
        match self.life {
            Life::Patient { grace_minutes, .. } => grace_minutes,
            Life::Doctor { .. } | Life::Family => 30,
        }
    }

    pub(super) fn habit(&self) -> &'static Habit {
        match self.life {
            Life::Patient { habit, .. } => habit,
            Life::Doctor { .. } | Life::Family => &RELIABLE,
        }
    }
}

pub(super) static CAST: [&Person; 11] = [
    &SAMNANG, &DARA, &SOPHEA, &VANNAK, &PISETH, &BOPHA, &RATANAK, &KUNTHEA, &SREYPOV, &VISAL, &SOTHY,
];

/// A retired teacher with high blood pressure; the first login, and the one who pays for the family.
pub(super) static SAMNANG: Person = Person {
    key: "sok-samnang",
    given_name: "សំណាង",
    family_name: "សុខ",
    name: "សុខ សំណាង",
    phone_number: "+85512345678",
    email: "sok.samnang@example.com",
    gender: Gender::Male,
    born: date!(1961 - 04 - 14),
    language: Language::Khmer,
    theme: Theme::Light,
    joined_days_ago: 120,
    status: AccountStatus::Active,
    tier: SubscriptionTier::FamilyPremium,
    storage_used: 48_211_968,
    life: Life::Patient {
        meals: Some(["7-8AM", "12-1PM", "6-7PM"]),
        grace_minutes: 30,
        habit: &RELIABLE,
    },
};

/// An office worker who reads English; the second login.
pub(super) static DARA: Person = Person {
    key: "chan-dara",
    given_name: "Dara",
    family_name: "Chan",
    name: "Dara Chan",
    phone_number: "+85512345679",
    email: "dara.chan@example.com",
    gender: Gender::Female,
    born: date!(1988 - 09 - 02),
    language: Language::English,
    theme: Theme::Dark,
    joined_days_ago: 95,
    status: AccountStatus::Active,
    tier: SubscriptionTier::Premium,
    storage_used: 12_582_912,
    life: Life::Patient {
        meals: Some(["6-7AM", "1-2PM", "7-8PM"]),
        grace_minutes: 20,
        habit: &WAVERING,
    },
};

/// A grandmother who takes her time.
pub(super) static SOPHEA: Person = Person {
    key: "keo-sophea",
    given_name: "សុភា",
    family_name: "កែវ",
    name: "កែវ សុភា",
    phone_number: "+85512345687",
    email: "keo.sophea@example.com",
    gender: Gender::Female,
    born: date!(1954 - 01 - 20),
    language: Language::Khmer,
    theme: Theme::Light,
    joined_days_ago: 80,
    status: AccountStatus::Active,
    tier: SubscriptionTier::Freemium,
    storage_used: 6_291_456,
    life: Life::Patient {
        meals: Some(["8-9AM", "3-4PM", "8-9PM"]),
        grace_minutes: 60,
        habit: &RELIABLE,
    },
};

/// A student with asthma who never told when he eats, and who looks after a friend.
pub(super) static VANNAK: Person = Person {
    key: "ly-vannak",
    given_name: "វណ្ណៈ",
    family_name: "លី",
    name: "លី វណ្ណៈ",
    phone_number: "+85512345688",
    email: "ly.vannak@example.com",
    gender: Gender::Male,
    born: date!(2003 - 11 - 30),
    language: Language::Khmer,
    theme: Theme::Dark,
    joined_days_ago: 60,
    status: AccountStatus::Active,
    tier: SubscriptionTier::Freemium,
    storage_used: 1_048_576,
    life: Life::Patient {
        meals: None,
        grace_minutes: 10,
        habit: &STRUGGLING,
    },
};

/// The general practitioner; the third login.
pub(super) static PISETH: Person = Person {
    key: "heng-piseth",
    given_name: "ពិសិដ្ឋ",
    family_name: "ហេង",
    name: "ហេង ពិសិដ្ឋ",
    phone_number: "+85512345680",
    email: "heng.piseth@example.com",
    gender: Gender::Male,
    born: date!(1975 - 06 - 08),
    language: Language::Khmer,
    theme: Theme::Light,
    joined_days_ago: 200,
    status: AccountStatus::Verified,
    tier: SubscriptionTier::Freemium,
    storage_used: 0,
    life: Life::Doctor {
        clinic: "មន្ទីរពេទ្យមេគង្គ រាជធានីភ្នំពេញ",
        specialty: "GENERAL_PRACTICE",
        license: "KH-MD-10234",
    },
};

/// The cardiologist, who reads English.
pub(super) static BOPHA: Person = Person {
    key: "chea-bopha",
    given_name: "Bopha",
    family_name: "Chea",
    name: "Bopha Chea",
    phone_number: "+85512345682",
    email: "bopha.chea@example.com",
    gender: Gender::Female,
    born: date!(1980 - 02 - 17),
    language: Language::English,
    theme: Theme::Light,
    joined_days_ago: 180,
    status: AccountStatus::Verified,
    tier: SubscriptionTier::Freemium,
    storage_used: 0,
    life: Life::Doctor {
        clinic: "Tonle Sap Heart Centre, Siem Reap",
        specialty: "CARDIOLOGY",
        license: "KH-MD-11876",
    },
};

/// The endocrinologist.
pub(super) static RATANAK: Person = Person {
    key: "meas-ratanak",
    given_name: "រតនៈ",
    family_name: "មាស",
    name: "មាស រតនៈ",
    phone_number: "+85512345683",
    email: "meas.ratanak@example.com",
    gender: Gender::Male,
    born: date!(1972 - 12 - 05),
    language: Language::Khmer,
    theme: Theme::Dark,
    joined_days_ago: 170,
    status: AccountStatus::Verified,
    tier: SubscriptionTier::Freemium,
    storage_used: 0,
    life: Life::Doctor {
        clinic: "គ្លីនិកអង្គរ ខេត្តសៀមរាប",
        specialty: "ENDOCRINOLOGY",
        license: "KH-MD-09412",
    },
};

/// A paediatrician whom nobody has verified yet.
pub(super) static KUNTHEA: Person = Person {
    key: "nou-kunthea",
    given_name: "គន្ធា",
    family_name: "នូ",
    name: "នូ គន្ធា",
    phone_number: "+85512345684",
    email: "nou.kunthea@example.com",
    gender: Gender::Female,
    born: date!(1991 - 07 - 23),
    language: Language::Khmer,
    theme: Theme::Light,
    joined_days_ago: 3,
    status: AccountStatus::PendingVerification,
    tier: SubscriptionTier::Freemium,
    storage_used: 0,
    life: Life::Doctor {
        clinic: "មណ្ឌលសុខភាពបាត់ដំបង",
        specialty: "PEDIATRICS",
        license: "KH-MD-15590",
    },
};

/// The first patient's daughter; the fourth login.
pub(super) static SREYPOV: Person = Person {
    key: "sok-sreypov",
    given_name: "ស្រីពៅ",
    family_name: "សុខ",
    name: "សុខ ស្រីពៅ",
    phone_number: "+85512345681",
    email: "sok.sreypov@example.com",
    gender: Gender::Female,
    born: date!(1993 - 03 - 11),
    language: Language::Khmer,
    theme: Theme::Light,
    joined_days_ago: 118,
    status: AccountStatus::Active,
    tier: SubscriptionTier::Freemium,
    storage_used: 0,
    life: Life::Family,
};

/// The first patient's son, who lives abroad and reads English.
pub(super) static VISAL: Person = Person {
    key: "sok-visal",
    given_name: "Visal",
    family_name: "Sok",
    name: "Visal Sok",
    phone_number: "+85512345685",
    email: "visal.sok@example.com",
    gender: Gender::Male,
    born: date!(1989 - 10 - 27),
    language: Language::English,
    theme: Theme::Dark,
    joined_days_ago: 100,
    status: AccountStatus::Active,
    tier: SubscriptionTier::Freemium,
    storage_used: 0,
    life: Life::Family,
};

/// The second patient's husband.
pub(super) static SOTHY: Person = Person {
    key: "chan-sothy",
    given_name: "សុធី",
    family_name: "ចាន់",
    name: "ចាន់ សុធី",
    phone_number: "+85512345686",
    email: "chan.sothy@example.com",
    gender: Gender::Male,
    born: date!(1985 - 05 - 19),
    language: Language::Khmer,
    theme: Theme::Light,
    joined_days_ago: 90,
    status: AccountStatus::Active,
    tier: SubscriptionTier::Freemium,
    storage_used: 0,
    life: Life::Family,
};
