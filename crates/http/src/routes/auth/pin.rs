//! The PIN that protects an unlocked phone.

use actix_web::web::ThinData;
use actix_web::{HttpResponse, post, put};
use das_tern_application::{Application, Code, Error};
use das_tern_domain::Pin;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answers::MessageBody;
use crate::error::Failure;
use crate::extract::{ApiJson, Authenticated};
use crate::fields::Fields;
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::routes::secrets::{required_pin, required_secret};

failures!(SetPinFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, &[Code::InvalidCredentials, Code::AccountLocked]);
failures!(VerifyPinFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY);

/// A PIN to set.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetPinRequest {
    /// Exactly 4 digits.
    #[schema(value_type = String, required = true, pattern = "^[0-9]{4}$", example = "4711")]
    pin_code: Option<SecretString>,
    /// The password of the account.
    #[schema(value_type = String, required = true, min_length = 1, format = Password, example = "password123")]
    password: Option<SecretString>,
}

impl SetPinRequest {
    fn parse(self) -> Result<(Pin, SecretString), Error> {
        let mut fields = Fields::default();
        let pin = required_pin(&mut fields, "pinCode", self.pin_code);
        let password = required_secret(&mut fields, "password", self.password);
        pin.zip(password).ok_or_else(|| fields.into_error())
    }
}

/// A PIN to check.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VerifyPinRequest {
    /// Exactly 4 digits.
    #[schema(value_type = String, required = true, pattern = "^[0-9]{4}$", example = "4711")]
    pin_code: Option<SecretString>,
}

impl VerifyPinRequest {
    fn parse(self) -> Result<Pin, Error> {
        let mut fields = Fields::default();
        let pin = required_pin(&mut fields, "pinCode", self.pin_code);
        pin.ok_or_else(|| fields.into_error())
    }
}

/// Whether a PIN is right.
#[derive(Serialize, ToSchema)]
#[schema(as = PinVerdict)]
pub(crate) struct PinVerdictBody {
    /// No PIN is right where none is set.
    valid: bool,
}

/// Set the PIN.
///
/// It protects the app on an unlocked phone, and opens nothing here. A wrong password counts toward the account's lock.
#[utoipa::path(
    operation_id = "setPin",
    tag = "auth",
    security(("accessToken" = [])),
    request_body = SetPinRequest,
    responses((status = 200, description = "Set", body = MessageBody), SetPinFailures),
)]
#[put("/auth/pin")]
pub(crate) async fn set_pin(
    app: ThinData<Application>,
    caller: Authenticated,
    body: ApiJson<SetPinRequest>,
) -> Result<HttpResponse, Failure> {
    let (pin, password) = body.0.parse()?;
    app.set_pin(&caller.actor, pin, password).await?;
    let message = app.texts().sentence(caller.language, "pin-set", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// Check the PIN.
///
/// After five wrong ones in a row none is checked for 15 minutes.
#[utoipa::path(
    operation_id = "verifyPin",
    tag = "auth",
    security(("accessToken" = [])),
    request_body = VerifyPinRequest,
    responses((status = 200, description = "Checked", body = PinVerdictBody), VerifyPinFailures),
)]
#[post("/auth/pin/verify")]
pub(crate) async fn verify_pin(
    app: ThinData<Application>,
    caller: Authenticated,
    body: ApiJson<VerifyPinRequest>,
) -> Result<HttpResponse, Failure> {
    let valid = app.verify_pin(&caller.actor, body.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(PinVerdictBody { valid }))
}
