//! Changing the password.

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, post};
use das_tern_application::{Account, Application, Code, Error, PasswordChange};
use das_tern_domain::Identifier;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::SessionBody;
use super::device;
use crate::error::Failure;
use crate::extract::{ApiJson, Authenticated};
use crate::fields::Fields;
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::routes::secrets::{new_password, required_secret};

failures!(
    ChangePasswordFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, &[Code::InvalidCredentials, Code::AccountLocked]
);

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangePasswordRequest {
    /// The password that is used now.
    #[schema(value_type = String, required = true, min_length = 1, format = Password, example = "password123")]
    current_password: Option<SecretString>,
    /// The one to use from now on: at least 8 characters, at most 72 bytes, and none that many people have.
    #[schema(value_type = String, required = true, min_length = 8, max_length = 72, format = Password, example = "Tr4ktor-rot")]
    new_password: Option<SecretString>,
}

impl ChangePasswordRequest {
    fn parse(self, account: &Account, device: Option<String>) -> Result<PasswordChange, Error> {
        let own = [&account.phone_number, &account.email].into_iter().flatten();
        let own: Vec<Identifier> = own.filter_map(|text| text.parse().ok()).collect();
        let mut fields = Fields::default();
        let current = required_secret(&mut fields, "currentPassword", self.current_password);
        let new = new_password(&mut fields, "newPassword", self.new_password.as_ref(), &own);
        match (current, new) {
            (Some(current), Some(new)) => Ok(PasswordChange { current, new, device }),
            _ => Err(fields.into_error()),
        }
    }
}

/// Change the password.
///
/// Ends all sessions, this one too, and answers a new one. A wrong current password counts toward the account's lock.
#[utoipa::path(
    operation_id = "changePassword",
    tag = "auth",
    security(("accessToken" = [])),
    request_body = ChangePasswordRequest,
    responses((status = 200, description = "Changed; go on with this session", body = SessionBody<'static>), ChangePasswordFailures),
)]
#[post("/auth/change-password")]
pub(crate) async fn change_password(
    app: ThinData<Application>,
    caller: Authenticated,
    request: HttpRequest,
    body: ApiJson<ChangePasswordRequest>,
) -> Result<HttpResponse, Failure> {
    let change = body.0.parse(&caller.actor.account, device(&request))?;
    let session = app.change_password(&caller.actor, change).await?;
    Ok(HttpResponse::Ok().json(SessionBody::from(&session)))
}
