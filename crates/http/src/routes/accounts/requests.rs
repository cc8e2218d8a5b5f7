use das_tern_application::{
    Code, DoctorRegistration, Error, FieldCode, LicenceFile, LicencePhotoError, PersonRegistration, Registrant,
    RegistrationRules,
};
use das_tern_domain::{
    Contacts, EmailAddress, Gender, Identifier, InvalidBirth, InvalidText, LONGEST_CLINIC, LONGEST_FULL_NAME,
    LONGEST_ID_CARD, LONGEST_LICENCE, LONGEST_NAME, Language, NewPassword, OneTimeCode, PhoneNumber, Pin, Specialty,
    check_birth, is_blank, one_line,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use time::Date;
use utoipa::ToSchema;

use crate::fields::Fields;
use crate::routes::secrets::new_password;

/// A patient or family member who registers, with a phone number or an e-mail address, or both.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PersonRegistrationRequest {
    /// Given name.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100, example = "សំណាង")]
    first_name: Option<String>,
    /// Family name.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100, example = "សុខ")]
    last_name: Option<String>,
    #[schema(value_type = Gender, required = true)]
    gender: Option<String>,
    /// At least 13 years ago.
    #[schema(value_type = String, required = true, format = Date, example = "1961-04-14")]
    date_of_birth: Option<String>,
    /// 8 characters or more, at most 72 bytes, and none that many people have.
    #[schema(value_type = String, required = true, min_length = 8, max_length = 72, format = Password, example = "Tr4ktor-rot")]
    password: Option<SecretString>,
    #[schema(example = "sok.samnang@example.com")]
    email: Option<String>,
    #[schema(example = "+85512345600")]
    phone_number: Option<String>,
    #[schema(max_length = 50)]
    id_card_number: Option<String>,
    /// Exactly 4 digits.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}$", example = "4711")]
    pin_code: Option<SecretString>,
}

impl PersonRegistrationRequest {
    /// The registration of somebody who reads this language.
    pub(super) fn parse(self, rules: RegistrationRules, language: Language) -> Result<PersonRegistration, Error> {
        let mut fields = Fields::default();
        let first_name = needed_line(&mut fields, "firstName", self.first_name.as_deref(), LONGEST_NAME);
        let last_name = needed_line(&mut fields, "lastName", self.last_name.as_deref(), LONGEST_NAME);
        let gender = fields.required("gender", self.gender);
        let gender: Option<Gender> = fields.read("gender", gender.as_deref(), str::parse);
        let date_of_birth = birth(&mut fields, self.date_of_birth, rules);
        let told = Told {
            email: self.email.as_deref(),
            phone: self.phone_number.as_deref(),
            password: self.password.as_ref(),
            pin: self.pin_code.as_ref(),
        };
        let registrant = registrant(&mut fields, &told, rules, language);
        let id_card_number = line(
            &mut fields,
            "idCardNumber",
            self.id_card_number.as_deref(),
            LONGEST_ID_CARD,
        );
        match (first_name, last_name, gender, date_of_birth, registrant) {
            (Some(first_name), Some(last_name), Some(gender), Some(date_of_birth), Some(registrant)) => {
                fields.check(PersonRegistration {
                    registrant,
                    first_name,
                    last_name,
                    gender,
                    date_of_birth,
                    id_card_number,
                })
            }
            _ => Err(fields.into_error()),
        }
    }
}

/// A doctor who registers, with a phone number or an e-mail address, or both.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DoctorRegistrationRequest {
    /// The whole name.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 200, example = "លី សុភា")]
    full_name: Option<String>,
    /// 8 characters or more, at most 72 bytes, and none that many people have.
    #[schema(value_type = String, required = true, min_length = 8, max_length = 72, format = Password, example = "Tr4ktor-rot")]
    password: Option<SecretString>,
    #[schema(example = "ly.sophea@example.com")]
    email: Option<String>,
    #[schema(example = "+85512345600")]
    phone_number: Option<String>,
    #[schema(max_length = 255)]
    hospital_clinic: Option<String>,
    #[schema(value_type = Option<Specialty>)]
    specialty: Option<String>,
    #[schema(max_length = 100)]
    license_number: Option<String>,
}

impl DoctorRegistrationRequest {
    /// The registration of somebody who reads this language, with a picture of their licence.
    pub(super) fn parse(
        self,
        photo: Result<Option<LicenceFile>, LicencePhotoError>,
        rules: RegistrationRules,
        language: Language,
    ) -> Result<DoctorRegistration, Error> {
        let mut fields = Fields::default();
        let full_name = needed_line(&mut fields, "fullName", self.full_name.as_deref(), LONGEST_FULL_NAME);
        let told = Told {
            email: self.email.as_deref(),
            phone: self.phone_number.as_deref(),
            password: self.password.as_ref(),
            pin: None,
        };
        let registrant = registrant(&mut fields, &told, rules, language);
        let clinic = self.hospital_clinic.as_deref();
        let hospital_clinic = line(&mut fields, "hospitalClinic", clinic, LONGEST_CLINIC);
        let specialty = self.specialty.filter(|label| !label.is_empty());
        let specialty: Option<Specialty> = fields.read("specialty", specialty.as_deref(), str::parse);
        let licence = self.license_number.as_deref();
        let license_number = line(&mut fields, "licenseNumber", licence, LONGEST_LICENCE);
        let license_photo = picture(&mut fields, photo)?;
        let (Some(full_name), Some(registrant)) = (full_name, registrant) else {
            return Err(fields.into_error());
        };
        fields.check(DoctorRegistration {
            registrant,
            full_name,
            hospital_clinic,
            specialty,
            license_number,
            license_photo,
        })
    }
}

/// Whose code.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IdentifierRequest {
    /// A phone number, or an e-mail address.
    #[schema(value_type = String, required = true, max_length = 254, example = "+85512345678")]
    identifier: Option<String>,
}

impl IdentifierRequest {
    pub(super) fn parse(self) -> Result<Identifier, Error> {
        let mut fields = Fields::default();
        let read = identifier(&mut fields, self.identifier);
        read.ok_or_else(|| fields.into_error())
    }
}

/// A code that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CodeRequest {
    /// The phone number or e-mail address that it was asked for with.
    #[schema(value_type = String, required = true, max_length = 254, example = "+85512345678")]
    identifier: Option<String>,
    /// The code.
    #[schema(value_type = String, required = true, pattern = "^[0-9]{4}$", example = "0042")]
    otp: Option<String>,
}

impl CodeRequest {
    pub(super) fn parse(self) -> Result<(Identifier, OneTimeCode), Error> {
        let mut fields = Fields::default();
        let identifier = identifier(&mut fields, self.identifier);
        let code = code(&mut fields, self.otp);
        identifier.zip(code).ok_or_else(|| fields.into_error())
    }
}

/// A new password, with the code that was sent for it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResetPasswordRequest {
    /// The phone number or e-mail address that the code was asked for with.
    #[schema(value_type = String, required = true, max_length = 254, example = "+85512345678")]
    identifier: Option<String>,
    /// The code.
    #[schema(value_type = String, required = true, pattern = "^[0-9]{4}$", example = "0042")]
    otp: Option<String>,
    /// 8 characters or more, at most 72 bytes, and none that many people have.
    #[schema(value_type = String, required = true, min_length = 8, max_length = 72, format = Password, example = "Tr4ktor-rot")]
    new_password: Option<SecretString>,
}

impl ResetPasswordRequest {
    pub(super) fn parse(self) -> Result<(Identifier, OneTimeCode, NewPassword), Error> {
        let mut fields = Fields::default();
        let identifier = identifier(&mut fields, self.identifier);
        let code = code(&mut fields, self.otp);
        let own = identifier.as_slice();
        let password = new_password(&mut fields, "newPassword", self.new_password.as_ref(), own);
        match (identifier, code, password) {
            (Some(identifier), Some(code), Some(password)) => Ok((identifier, code, password)),
            _ => Err(fields.into_error()),
        }
    }
}

/// What everybody tells who registers, as it came.
struct Told<'a> {
    email: Option<&'a str>,
    phone: Option<&'a str>,
    password: Option<&'a SecretString>,
    pin: Option<&'a SecretString>,
}

fn registrant(
    fields: &mut Fields,
    told: &Told<'_>,
    rules: RegistrationRules,
    language: Language,
) -> Option<Registrant> {
    let contacts = contacts(fields, told.email, told.phone, rules);
    let password = new_password(fields, "password", told.password, &contacts.identifiers());
    let pin = pin(fields, told.pin);
    Some(Registrant {
        contacts,
        password: password?,
        pin,
        language,
    })
}

/// A picture that is too large is refused as a body that is too large would be.
fn picture(
    fields: &mut Fields,
    photo: Result<Option<LicenceFile>, LicencePhotoError>,
) -> Result<Option<LicenceFile>, Error> {
    match photo {
        Ok(photo) => Ok(photo),
        Err(LicencePhotoError::TooLarge) => Err(Error::new(Code::PayloadTooLarge)),
        Err(LicencePhotoError::Unsupported) => {
            fields.refuse("licensePhoto", FieldCode::UnsupportedFile);
            Ok(None)
        }
    }
}

pub(in crate::routes) fn line(
    fields: &mut Fields,
    field: &'static str,
    text: Option<&str>,
    longest: usize,
) -> Option<String> {
    let code = match one_line(text?, longest) {
        Ok(line) => return Some(line),
        Err(InvalidText::Empty) => return None,
        Err(InvalidText::TooLong) => FieldCode::TooLong,
        Err(InvalidText::Control) => FieldCode::Invalid,
    };
    fields.refuse(field, code);
    None
}

pub(in crate::routes) fn needed_line(
    fields: &mut Fields,
    field: &'static str,
    text: Option<&str>,
    longest: usize,
) -> Option<String> {
    match text.filter(|text| !is_blank(text)) {
        Some(text) => line(fields, field, Some(text), longest),
        None => fields.required(field, None),
    }
}

pub(in crate::routes) fn birth(fields: &mut Fields, text: Option<String>, rules: RegistrationRules) -> Option<Date> {
    let text = fields.required("dateOfBirth", text)?;
    let born = fields.day("dateOfBirth", Some(&text))?;
    let code = match check_birth(born, rules.today) {
        Ok(()) => return Some(born),
        Err(InvalidBirth::InFuture) => FieldCode::InFuture,
        Err(InvalidBirth::TooYoung) => FieldCode::TooYoung,
        Err(InvalidBirth::TooLongAgo) => FieldCode::OutOfRange,
    };
    fields.refuse("dateOfBirth", code);
    None
}

/// An e-mail address; an empty one is none.
pub(in crate::routes) fn email(fields: &mut Fields, text: Option<&str>) -> Option<EmailAddress> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    let email = text.parse().ok();
    if email.is_none() {
        fields.refuse("email", FieldCode::InvalidEmail);
    }
    email
}

/// Phone number and e-mail address; one of them must be there.
fn contacts(fields: &mut Fields, email: Option<&str>, phone: Option<&str>, rules: RegistrationRules) -> Contacts {
    let given = |text: Option<&'_ str>| text.is_some_and(|text| !text.trim().is_empty());
    if !given(email) && !given(phone) {
        fields.refuse("email", FieldCode::Required);
        fields.refuse("phoneNumber", FieldCode::Required);
    }
    let email = self::email(fields, email);
    let takes = |phone: &PhoneNumber| {
        let is_national = phone.as_str().starts_with("+855");
        phone.is_cambodian() || (rules.foreign_phones && !is_national)
    };
    let read_phone = phone
        .filter(|_| given(phone))
        .map(|text| text.trim().parse::<PhoneNumber>().ok().filter(takes));
    if let Some(None) = read_phone {
        fields.refuse("phoneNumber", FieldCode::InvalidPhone);
    }
    Contacts {
        phone: read_phone.flatten(),
        email,
    }
}

fn pin(fields: &mut Fields, text: Option<&SecretString>) -> Option<Pin> {
    let text = text?.expose_secret();
    let pin = text.parse().ok();
    if pin.is_none() && !text.is_empty() {
        fields.refuse("pinCode", FieldCode::InvalidPin);
    }
    pin
}

fn identifier(fields: &mut Fields, text: Option<String>) -> Option<Identifier> {
    let text = fields.required("identifier", text)?;
    let identifier = text.parse().ok();
    if identifier.is_none() {
        fields.refuse("identifier", FieldCode::InvalidIdentifier);
    }
    identifier
}

fn code(fields: &mut Fields, text: Option<String>) -> Option<OneTimeCode> {
    let text = fields.required("otp", text)?;
    fields.read("otp", Some(&text), str::parse)
}
