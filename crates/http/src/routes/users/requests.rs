use std::collections::BTreeMap;

use das_tern_application::{DoctorQuery, Error, FieldCode, PageRequest, ProfileRequest, RegistrationRules};
use das_tern_domain::{
    Gender, GracePeriod, LONGEST_CLINIC, LONGEST_FULL_NAME, LONGEST_NAME, Labelled, Language, Meal, MealRange,
    MealTimes, NotificationPreferences, NotificationType, ProfileEdit, Theme,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, ObjectBuilder};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{Fields, whole};
use crate::routes::accounts::{birth, email, line, needed_line};

/// The longest text that doctors are looked for by, in characters.
const LONGEST_SEARCH: usize = 100;

/// What to change; what is absent or null stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EditProfileRequest {
    #[schema(value_type = Option<Language>)]
    language: Option<String>,
    #[schema(value_type = Option<Theme>)]
    theme: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "សំណាង")]
    first_name: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "សុខ")]
    last_name: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    full_name: Option<String>,
    #[schema(value_type = Option<Gender>)]
    gender: Option<String>,
    #[schema(value_type = Option<String>, format = Date, example = "1961-04-14")]
    date_of_birth: Option<String>,
    /// A doctor's; an empty one is none.
    #[schema(max_length = 255)]
    hospital_clinic: Option<String>,
    /// Takes the place of the present one when the code that is sent to it comes back.
    #[schema(max_length = 254, example = "sok.samnang@example.com")]
    email: Option<String>,
    /// Needed for another e-mail address.
    #[schema(value_type = Option<String>, max_length = 72, format = Password)]
    current_password: Option<SecretString>,
}

impl EditProfileRequest {
    pub(super) fn parse(
        self,
        rules: RegistrationRules,
        expected: Option<Vec<String>>,
    ) -> Result<ProfileRequest, Error> {
        let mut fields = Fields::default();
        let name = |fields: &mut Fields, field, text: Option<&str>, longest| {
            text.and_then(|text| needed_line(fields, field, Some(text), longest))
        };
        let first_name = name(&mut fields, "firstName", self.first_name.as_deref(), LONGEST_NAME);
        let last_name = name(&mut fields, "lastName", self.last_name.as_deref(), LONGEST_NAME);
        let full_name = name(&mut fields, "fullName", self.full_name.as_deref(), LONGEST_FULL_NAME);
        let clinic = self.hospital_clinic.as_deref();
        let edit = ProfileEdit {
            language: fields.read("language", self.language.as_deref(), str::parse::<Language>),
            theme: fields.read("theme", self.theme.as_deref(), str::parse::<Theme>),
            first_name,
            last_name,
            full_name,
            gender: fields.read("gender", self.gender.as_deref(), str::parse::<Gender>),
            date_of_birth: self.date_of_birth.and_then(|day| birth(&mut fields, Some(day), rules)),
            hospital_clinic: clinic
                .map(|clinic| line(&mut fields, "hospitalClinic", Some(clinic), LONGEST_CLINIC).unwrap_or_default()),
            email: email(&mut fields, self.email.as_deref()),
        };
        let given = |password: &SecretString| !password.expose_secret().is_empty();
        fields.check(ProfileRequest {
            edit,
            expected,
            current_password: self.current_password.filter(given),
        })
    }
}

/// A grace period.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GracePeriodRequest {
    #[schema(schema_with = grace_periods, required = true)]
    #[serde(default, deserialize_with = "whole")]
    grace_period_minutes: Option<i64>,
}

fn grace_periods() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("In minutes."))
        .enum_values(Some(GracePeriod::ALL.map(GracePeriod::minutes)))
        .examples([30])
        .build()
}

impl GracePeriodRequest {
    pub(super) fn parse(self) -> Result<GracePeriod, Error> {
        let minutes = self
            .grace_period_minutes
            .ok_or_else(|| Error::invalid_field("gracePeriodMinutes", FieldCode::Required))?;
        GracePeriod::try_from(minutes).map_err(|_| Error::invalid_field("gracePeriodMinutes", FieldCode::OutOfRange))
    }
}

/// When a patient eats; what is absent is not known any more.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct MealTimesRequest {
    /// Within 6 to 10 in the morning.
    #[schema(example = "7-8AM")]
    morning_meal: Option<String>,
    /// Within noon to 5.
    #[schema(example = "12-1PM")]
    afternoon_meal: Option<String>,
    /// Within 6 to 10 in the evening.
    #[schema(example = "6-7PM")]
    night_meal: Option<String>,
}

impl MealTimesRequest {
    pub(super) fn parse(self) -> Result<MealTimes, Error> {
        let mut fields = Fields::default();
        let mut range = |field, text: Option<String>, meal| {
            fields.read(field, text.as_deref(), |text| MealRange::parse(meal, text))
        };
        let told = MealTimes {
            morning: range("morningMeal", self.morning_meal, Meal::Morning),
            afternoon: range("afternoonMeal", self.afternoon_meal, Meal::Afternoon),
            night: range("nightMeal", self.night_meal, Meal::Night),
        };
        fields.check(told)
    }
}

/// Whether each type of notification comes, true or false. What is no type of ours is ignored.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, Value>, example = json!({ "CONNECTION_REQUEST": false }))]
pub(crate) struct PreferencesRequest(BTreeMap<String, Value>);

impl PreferencesRequest {
    pub(super) fn parse(self) -> Result<NotificationPreferences, Error> {
        let (mut fields, mut off) = (Fields::default(), Vec::new());
        for (name, comes) in self.0 {
            // Fields that nobody knows are ignored, here as everywhere.
            let Ok(kind) = name.parse::<NotificationType>() else {
                continue;
            };
            match comes {
                Value::Bool(true) => {}
                Value::Bool(false) => off.push(kind),
                _ => fields.refuse(kind.label(), FieldCode::Invalid),
            }
        }
        let preferences = NotificationPreferences::without(&off).map_err(|essential| {
            for kind in essential.0 {
                fields.refuse(kind.label(), FieldCode::CannotBeOff);
            }
        });
        match preferences {
            Ok(preferences) => fields.check(preferences),
            Err(()) => Err(fields.into_error()),
        }
    }
}

/// Which doctors.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DoctorParams {
    /// A part of the name, the clinic, the specialty or the licence number, in Khmer or English.
    #[param(value_type = String, required = false, max_length = 100, pattern = r"^[^\u0000]*$")]
    search: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl DoctorParams {
    pub(super) fn parse(self) -> Result<DoctorQuery, Error> {
        let mut fields = Fields::default();
        let text = fields.text("search", self.search, LONGEST_SEARCH);
        let query = DoctorQuery {
            text: text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            page: PageRequest {
                limit: fields.limit(self.limit.as_deref()),
                cursor: self.cursor,
            },
        };
        fields.check(query)
    }
}
