//! Reading the secrets of a request.

use das_tern_application::FieldCode;
use das_tern_domain::{InvalidPassword, NewPassword, PinCode};
use secrecy::{ExposeSecret, SecretString};

use crate::fields::Fields;

/// A secret that must be there and not be empty.
pub(super) fn required_secret(
    fields: &mut Fields,
    field: &'static str,
    secret: Option<SecretString>,
) -> Option<SecretString> {
    let secret = secret.filter(|secret| !secret.expose_secret().is_empty());
    if secret.is_none() {
        fields.refuse(field, FieldCode::Required);
    }
    secret
}

/// A password that somebody wants to have.
pub(super) fn new_password(
    fields: &mut Fields,
    field: &'static str,
    secret: Option<SecretString>,
) -> Option<NewPassword> {
    let secret = required_secret(fields, field, secret)?;
    let code = match NewPassword::parse(secret.expose_secret()) {
        Ok(password) => return Some(password),
        Err(InvalidPassword::TooShort) => FieldCode::TooShort,
        Err(InvalidPassword::TooLong) => FieldCode::TooLong,
        Err(InvalidPassword::Common) => FieldCode::TooCommon,
        Err(InvalidPassword::NotText) => FieldCode::Invalid,
    };
    fields.refuse(field, code);
    None
}

/// A PIN.
pub(super) fn pin_code(fields: &mut Fields, field: &'static str, secret: Option<SecretString>) -> Option<PinCode> {
    let secret = required_secret(fields, field, secret)?;
    fields.read(field, Some(secret.expose_secret()), str::parse)
}
