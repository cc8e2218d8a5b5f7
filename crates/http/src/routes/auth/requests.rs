use das_tern_application::{Error, FieldCode, Login};
use das_tern_domain::Identifier;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::fields::Fields;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoginRequest {
    /// A phone number, or an e-mail address.
    #[schema(
        value_type = String,
        required = true,
        max_length = 254,
        pattern = r"^(\+[1-9]([ .()-]?[0-9]){7,14}|0([ .()-]?[0-9]){5,12}|[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)$",
        example = "+85512345678",
    )]
    identifier: Option<String>,
    /// The password.
    #[schema(value_type = String, required = true, min_length = 1, format = Password, example = "password123")]
    password: Option<SecretString>,
}

impl LoginRequest {
    /// The login, on a device of this name.
    pub(super) fn parse(self, device: Option<String>) -> Result<Login, Error> {
        let mut fields = Fields::default();
        let identifier = fields.required("identifier", self.identifier);
        let identifier = identifier.and_then(|text| {
            let identifier = text.parse::<Identifier>().ok();
            if identifier.is_none() {
                fields.refuse("identifier", FieldCode::InvalidIdentifier);
            }
            identifier
        });
        let password = self.password.filter(|password| !password.expose_secret().is_empty());
        if password.is_none() {
            fields.refuse("password", FieldCode::Required);
        }
        match (identifier, password) {
            (Some(identifier), Some(password)) => Ok(Login {
                identifier,
                password,
                device,
            }),
            _ => Err(fields.into_error()),
        }
    }
}

/// A session to go on with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefreshRequest {
    /// The refresh token that came last.
    #[schema(value_type = String, required = true, min_length = 1)]
    refresh_token: Option<String>,
}

impl RefreshRequest {
    pub(super) fn parse(self) -> Result<String, Error> {
        let mut fields = Fields::default();
        let token = fields.required("refreshToken", self.refresh_token);
        token.ok_or_else(|| fields.into_error())
    }
}

/// A session to end.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogoutRequest {
    /// The refresh token of the session, or of another session of one's own.
    refresh_token: Option<String>,
}

impl LogoutRequest {
    pub(super) fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_deref()
    }
}
