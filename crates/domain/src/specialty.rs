//! What a doctor practises (rules §2). Kept as text: it is no enum of the database.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::UnknownLabel;

macro_rules! specialties {
    ($($(#[$doc:meta])* $variant:ident = $label:literal;)+) => {
        /// What a doctor practises.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Specialty {
            $($(#[$doc])* $variant,)+
        }

        impl Specialty {
            /// Every specialty.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its label in the database and in JSON.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }
    };
}

specialties! {
    /// General practice.
    GeneralPractice = "GENERAL_PRACTICE";
    /// Internal medicine.
    InternalMedicine = "INTERNAL_MEDICINE";
    /// Hearts.
    Cardiology = "CARDIOLOGY";
    /// Hormones.
    Endocrinology = "ENDOCRINOLOGY";
    /// Skin.
    Dermatology = "DERMATOLOGY";
    /// Children.
    Pediatrics = "PEDIATRICS";
    /// Minds.
    Psychiatry = "PSYCHIATRY";
    /// Operations.
    Surgery = "SURGERY";
    /// Nerves.
    Neurology = "NEUROLOGY";
    /// Eyes.
    Ophthalmology = "OPHTHALMOLOGY";
    /// Anything else.
    Other = "OTHER";
}

impl fmt::Display for Specialty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl FromStr for Specialty {
    type Err = UnknownLabel;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.iter().copied().find(|specialty| specialty.label() == label);
        named.ok_or_else(|| UnknownLabel {
            label: label.to_owned(),
            expected: "specialty",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_specialty_is_read_as_it_is_written() {
        for specialty in Specialty::ALL {
            assert_eq!(specialty.label().parse::<Specialty>().as_ref(), Ok(specialty));
            assert_eq!(serde_json::to_value(specialty).unwrap(), specialty.label());
        }
        assert!("CARDIOLOGIST".parse::<Specialty>().is_err());
    }
}
