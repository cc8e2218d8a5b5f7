//! Reading the secrets of a request.

use das_tern_application::FieldCode;
use das_tern_domain::{Identifier, NewPassword, Pin, WeakPassword};
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

/// A password that somebody with these identifiers wants to have.
pub(super) fn new_password(
    fields: &mut Fields,
    field: &'static str,
    password: Option<&SecretString>,
    own: &[Identifier],
) -> Option<NewPassword> {
    let text = password.map_or("", |password| password.expose_secret());
    let own: Vec<_> = own.iter().map(Identifier::folded).collect();
    let own: Vec<_> = own.iter().map(String::as_str).collect();
    let code = match NewPassword::choose(text, &own) {
        Ok(password) => return Some(password),
        Err(_) if text.is_empty() => FieldCode::Required,
        Err(WeakPassword::TooShort) => FieldCode::TooShort,
        Err(WeakPassword::TooLong) => FieldCode::TooLong,
        Err(WeakPassword::Common) => FieldCode::CommonPassword,
        Err(WeakPassword::Unreadable) => FieldCode::Invalid,
    };
    fields.refuse(field, code);
    None
}

/// A PIN that must be there.
pub(super) fn required_pin(fields: &mut Fields, field: &'static str, secret: Option<SecretString>) -> Option<Pin> {
    let secret = required_secret(fields, field, secret)?;
    let pin = secret.expose_secret().parse().ok();
    if pin.is_none() {
        fields.refuse(field, FieldCode::InvalidPin);
    }
    pin
}
