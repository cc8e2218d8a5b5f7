use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::time::timeout;
use actix_web::web::ThinData;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Application, Code, Error, LICENCE_PHOTO_BYTES};
use das_tern_domain::Specialty;
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, TryStreamExt};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::requests::DoctorRegistrationRequest;
use crate::Settings;
use crate::context::RequestContext;
use crate::error::Failure;
use crate::extract::{ApiJson, Held, Incoming, patience};

const PHOTO: &str = "licensePhoto";
/// All that is told beside the picture, in bytes.
const LARGEST_TEXTS: usize = 64 << 10;
/// A picture, and what is told beside it, in bytes.
const LARGEST_FORM: usize = LICENCE_PHOTO_BYTES + LARGEST_TEXTS;
/// More parts than the form has fields; unknown ones are ignored, within reason.
const MOST_PARTS: usize = 32;
/// A client that sends more than it may is heard out up to here, in bytes, so that it gets to read the answer.
const LARGEST_REFUSED: usize = 4 * LARGEST_FORM;

/// A doctor who registers with a picture of the licence.
#[derive(ToSchema)]
#[schema(as = DoctorFormRequest, rename_all = "camelCase")]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct DoctorFormBody {
    #[schema(min_length = 1, max_length = 200, example = "លី សុភា")]
    full_name: String,
    #[schema(min_length = 8, max_length = 72, format = Password, example = "Tr4ktor-rot")]
    password: String,
    email: Option<String>,
    phone_number: Option<String>,
    #[schema(max_length = 255)]
    hospital_clinic: Option<String>,
    specialty: Option<Specialty>,
    #[schema(max_length = 100)]
    license_number: Option<String>,
    /// A JPEG or PNG of at most 5 MB, or a PDF of at most 10 MB.
    #[schema(value_type = Option<String>, format = Binary)]
    license_photo: Option<Vec<u8>>,
}

/// A doctor's registration as JSON, or as a form with a picture of the licence.
pub(crate) struct DoctorForm {
    pub(super) request: DoctorRegistrationRequest,
    pub(super) photo: Option<Vec<u8>>,
    /// The memory that it takes until it was answered.
    _held: Option<Held>,
}

impl FromRequest for DoctorForm {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if is_form(request) {
            let form = Multipart::new(request.headers(), payload.take());
            let patience = patience(request, Settings::upload_timeout);
            let held = Incoming::begin(request, |incoming| &incoming.forms);
            let application = request.app_data::<ThinData<Application>>().cloned();
            let context = RequestContext::of(request);
            return async move {
                let ip = context?.ip;
                let admit = async || match &application {
                    Some(application) => application.admit_licence_photo(ip).await,
                    None => Ok(()),
                };
                let read = timeout(patience, read(form, held, admit)).await;
                read.map_err(|_| Code::MalformedRequest)?
            }
            .boxed_local();
        }
        let json = ApiJson::<DoctorRegistrationRequest>::from_request(request, payload);
        async move {
            Ok(Self {
                request: json.await?.0,
                photo: None,
                _held: None,
            })
        }
        .boxed_local()
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    let essence = content_type.and_then(|value| value.to_str().ok()?.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// Reads the form. Whoever sends it is nobody yet, so that `admit` is asked before anything of a picture is kept.
async fn read(
    mut form: Multipart,
    mut held: Held,
    admit: impl AsyncFn() -> Result<(), Error>,
) -> Result<DoctorForm, Failure> {
    let (mut texts, mut photo, mut taken) = (Map::new(), None, Taken::default());
    while let Some(mut part) = form.try_next().await.map_err(unread)? {
        let name = part.name().unwrap_or_default().to_owned();
        taken.parts += 1;
        let bytes = read_part(&mut part, name == PHOTO, &mut taken, &mut held, &admit).await?;
        if name == PHOTO {
            photo = Some(bytes).filter(|bytes| !bytes.is_empty());
        } else if !taken.is_too_much() {
            let text = String::from_utf8(bytes).map_err(|_| Code::MalformedRequest)?;
            texts.insert(name, Value::String(text));
        }
    }
    if let Some(Err(refusal)) = taken.admitted {
        return Err(refusal.into());
    }
    if taken.is_too_much() {
        return Err(Code::PayloadTooLarge.into());
    }
    let request = serde_json::from_value(Value::Object(texts)).map_err(|_| Code::MalformedRequest)?;
    Ok(DoctorForm {
        request,
        photo,
        _held: Some(held),
    })
}

/// What a form has brought so far.
#[derive(Default)]
struct Taken {
    parts: usize,
    bytes: usize,
    text_bytes: usize,
    /// Whether its picture may be received, where it has one.
    admitted: Option<Result<(), Error>>,
}

impl Taken {
    fn is_too_much(&self) -> bool {
        self.parts > MOST_PARTS || self.bytes > LARGEST_FORM || self.text_bytes > LARGEST_TEXTS
    }

    fn is_refused(&self) -> bool {
        self.is_too_much() || matches!(self.admitted, Some(Err(_)))
    }
}

/// A part's content; of a form that has become too large, or whose picture is one too many, nothing is kept any more.
async fn read_part(
    part: &mut Field,
    is_photo: bool,
    taken: &mut Taken,
    held: &mut Held,
    admit: &impl AsyncFn() -> Result<(), Error>,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.try_next().await.map_err(unread)? {
        taken.bytes += chunk.len();
        if !is_photo {
            taken.text_bytes += chunk.len();
        } else if taken.admitted.is_none() && !chunk.is_empty() {
            taken.admitted = Some(admit().await);
        }
        if taken.bytes > LARGEST_REFUSED {
            return Err(Code::PayloadTooLarge.into());
        }
        if taken.is_refused() {
            bytes = Vec::new();
        } else {
            held.take(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

fn unread(_: MultipartError) -> Failure {
    Code::MalformedRequest.into()
}
