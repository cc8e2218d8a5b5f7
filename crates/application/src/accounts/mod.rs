//! Registering, confirming a contact, and setting a new password without the old one (rules §2).

mod codes;
mod confirm_code;
mod confirm_email;
mod licence_photo;
mod register;
mod reset_password;
mod send_code;
mod sweep_photos;

use das_tern_domain::{AccountStatus, Contacts, Gender, Language, NewPassword, Pin, Specialty};
use das_tern_persistence::constraints;
use time::Date;

pub(crate) use codes::Ticket;
pub use licence_photo::{LICENCE_PHOTO_BYTES, LicenceFile, LicencePhotoError};

use crate::auth::SignedIn;
use crate::{Application, Code, Error};

/// What a registration is read by.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationRules {
    /// The day in Phnom Penh.
    pub today: Date,
    /// Whether phone numbers of other countries are taken.
    pub foreign_phones: bool,
}

/// What everybody tells who registers.
#[derive(Debug, Clone)]
pub struct Registrant {
    /// How they are reached.
    pub contacts: Contacts,
    /// The password they choose.
    pub password: NewPassword,
    /// The PIN they choose.
    pub pin: Option<Pin>,
    /// The language they read.
    pub language: Language,
}

/// A patient or a family member registers.
#[derive(Debug, Clone)]
pub struct PersonRegistration {
    /// How they sign in.
    pub registrant: Registrant,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Gender.
    pub gender: Gender,
    /// Date of birth.
    pub date_of_birth: Date,
    /// The number of their ID card.
    pub id_card_number: Option<String>,
}

/// A doctor registers.
#[derive(Debug, Clone)]
pub struct DoctorRegistration {
    /// How they sign in.
    pub registrant: Registrant,
    /// The whole name.
    pub full_name: String,
    /// Hospital or clinic.
    pub hospital_clinic: Option<String>,
    /// What they practise.
    pub specialty: Option<Specialty>,
    /// The number of their licence.
    pub license_number: Option<String>,
    /// A file that may show it.
    pub license_photo: Option<LicenceFile>,
}

/// What a confirmed code opens.
pub enum Confirmation {
    /// A session.
    SignedIn(Box<SignedIn>),
    /// Nothing yet: a doctor waits for an administrator.
    Waiting(AccountStatus),
    /// Nothing: whoever is signed in has another e-mail address.
    EmailChanged,
}

impl Application {
    /// What a registration is read by.
    #[must_use]
    pub fn registration_rules(&self) -> RegistrationRules {
        RegistrationRules {
            today: self.today(),
            foreign_phones: self.settings().accounts.foreign_phones,
        }
    }
}

/// Says which of the things that belong to one account alone somebody has already.
pub(crate) fn taken(error: das_tern_persistence::Error) -> Error {
    let codes = [
        (constraints::USERS_PHONE_NUMBER_KEY, Code::DuplicatePhone),
        (constraints::USERS_EMAIL_KEY, Code::DuplicateEmail),
        (constraints::USERS_ID_CARD_NUMBER_KEY, Code::DuplicateIdCard),
        (constraints::USERS_LICENSE_NUMBER_KEY, Code::DuplicateLicense),
    ];
    let code = codes.into_iter().find(|(name, _)| error.violates(name));
    code.map_or_else(|| error.into(), |(_, code)| Error::new(code))
}
