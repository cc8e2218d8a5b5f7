use das_tern_application::{Error, FieldCode, InvitationRequest, RegistrationRules};
use das_tern_domain::{Identifier, OfferKind, PermissionLevel};
use serde::Deserialize;
use utoipa::ToSchema;

use super::requests::{needed_level, read};
use crate::fields::Fields;

/// The longest token that is looked at, in characters.
const LONGEST_TOKEN: usize = 200;

/// What a code is to open.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCodeRequest {
    #[schema(value_type = String, required = true, pattern = "^(REQUEST|SELECTED|ALLOWED)$", example = "SELECTED")]
    permission_level: Option<String>,
}

impl NewCodeRequest {
    pub(super) fn parse(self) -> Result<PermissionLevel, Error> {
        let mut fields = Fields::default();
        let level = offered_level(&mut fields, self.permission_level);
        read(fields, level)
    }
}

/// A code, or the token of an invitation.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OfferCodeRequest {
    /// In any case.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 200, example = "K7PM2XQ9")]
    token: Option<String>,
}

impl OfferCodeRequest {
    pub(super) fn parse(self) -> Result<String, Error> {
        token("token", self.token)
    }
}

/// An invitation that is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AcceptInvitationRequest {
    /// As it came with the invitation.
    #[serde(alias = "token")]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 200)]
    invitation_token: Option<String>,
}

impl AcceptInvitationRequest {
    pub(super) fn parse(self) -> Result<String, Error> {
        token("invitationToken", self.invitation_token)
    }
}

/// Whom to invite, and how.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewInvitationRequest {
    #[schema(value_type = String, required = true, pattern = "^(PHONE|EMAIL|QR_CODE)$", example = "PHONE")]
    method: Option<String>,
    /// The phone number or e-mail address; needed unless it is a picture, which anybody may scan without one.
    #[schema(example = "+85512345678")]
    contact: Option<String>,
    #[schema(value_type = String, required = true, pattern = "^(REQUEST|SELECTED|ALLOWED)$", example = "SELECTED")]
    permission_level: Option<String>,
}

impl NewInvitationRequest {
    pub(super) fn parse(self, rules: RegistrationRules) -> Result<InvitationRequest, Error> {
        let mut fields = Fields::default();
        let method = fields.required("method", self.method);
        let kind = fields.read("method", method.as_deref(), |method| match method {
            "PHONE" => Ok(OfferKind::Phone),
            "EMAIL" => Ok(OfferKind::Email),
            "QR_CODE" => Ok(OfferKind::QrCode),
            _ => Err(()),
        });
        let contact = kind.and_then(|kind| invited(&mut fields, kind, self.contact, rules));
        let level = offered_level(&mut fields, self.permission_level);
        let wanted = kind
            .zip(level)
            .map(|(kind, level)| InvitationRequest { kind, contact, level });
        read(fields, wanted)
    }
}

fn invited(
    fields: &mut Fields,
    kind: OfferKind,
    contact: Option<String>,
    rules: RegistrationRules,
) -> Option<Identifier> {
    let is_sent = matches!(kind, OfferKind::Phone | OfferKind::Email);
    let text = if is_sent {
        fields.required("contact", contact)?
    } else {
        contact.filter(|text| !text.trim().is_empty())?
    };
    let (read, code) = if kind == OfferKind::Phone || (!is_sent && !text.contains('@')) {
        let phone = text.parse().ok().map(Identifier::Phone);
        let is_taken = |phone: &Identifier| match phone {
            Identifier::Phone(phone) => rules.foreign_phones || phone.is_cambodian(),
            Identifier::Email(_) => false,
        };
        (phone.filter(is_taken), FieldCode::InvalidPhone)
    } else {
        (text.parse().ok().map(Identifier::Email), FieldCode::InvalidEmail)
    };
    if read.is_none() {
        fields.refuse("contact", code);
    }
    read
}

fn token(field: &'static str, text: Option<String>) -> Result<String, Error> {
    let mut fields = Fields::default();
    let text = fields.required(field, text.map(|text| text.trim().to_owned()));
    let token = fields.text(field, text, LONGEST_TOKEN);
    read(fields, token)
}

/// A level that opens something: nobody offers nothing.
fn offered_level(fields: &mut Fields, text: Option<String>) -> Option<PermissionLevel> {
    let level = needed_level(fields, text);
    if level == Some(PermissionLevel::NotAllowed) {
        fields.refuse("permissionLevel", FieldCode::OutOfRange);
    }
    level
}
