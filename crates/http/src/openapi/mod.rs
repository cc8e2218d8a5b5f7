//! The OpenAPI document: what the routes say about themselves, and what holds for all of them.

pub(crate) mod failures;
mod polish;
mod shapes;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, OpenApi as Document};
use utoipa::{Modify, OpenApi};

use crate::error::FailureBody;

pub(crate) use polish::polish;
pub(crate) use shapes::{Day, Instant};

/// What stands in the document beside the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Das Tern (ដាស់តឿន)",
        description = "Medicines on time, for patients in Cambodia, with the people they trust.\n\n\
            Instants are ISO 8601 with `+07:00`; input without an offset is Phnom Penh time. Lists are bare arrays, newest \
            first; `Link: <…>; rel=\"next\"` leads to the next page. Unknown fields are ignored. Every answer carries \
            `X-Request-Id` and `X-RateLimit-Limit`, `-Remaining` and `-Reset`; every failure has the shape `Failure`, in \
            Khmer or English as `Accept-Language` or else the account says.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/")),
    components(schemas(FailureBody<'static>)),
    modifiers(&Tokens),
    tags(
        (name = "auth", description = "Signing in, staying signed in, signing out"),
        (name = "users", description = "One's own account, and the doctors to choose from"),
        (name = "connections", description = "Who may see a patient's data, and how they came to it"),
        (name = "prescriptions", description = "What a patient takes: grids of medicines, their versions, and the patient's answers"),
        (name = "doses", description = "A patient's medicines of the day and what became of them"),
        (name = "doctor", description = "A doctor's patients, as far as each opened themselves"),
        (name = "audit", description = "Who did what, and who looked"),
        (name = "admin", description = "Verifying doctors, with the administrator's key"),
        (name = "system", description = "Health, metrics and this document"),
    ),
)]
pub(crate) struct Frame;

/// The ways to prove who one is.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Components::new);
        let mut access = Http::new(HttpAuthScheme::Bearer);
        access.bearer_format = Some("JWT".to_owned());
        access.description = Some("The `accessToken` of a session.".to_owned());
        components.add_security_scheme("accessToken", SecurityScheme::Http(access));
        let mut metrics = Http::new(HttpAuthScheme::Bearer);
        metrics.description = Some("The token that the operator configured.".to_owned());
        components.add_security_scheme("metricsToken", SecurityScheme::Http(metrics));
        let key = ApiKeyValue::with_description("X-Admin-Key", "The key whose SHA-256 the operator configured.");
        components.add_security_scheme("adminKey", SecurityScheme::ApiKey(ApiKey::Header(key)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use serde_json::Value;

    fn document() -> Value {
        serde_json::to_value(crate::openapi()).unwrap()
    }

    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.contains("#/components/schemas/Failure"));
        for reference in found {
            assert!(
                document.pointer(reference.trim_start_matches('#')).is_some(),
                "{reference}"
            );
        }
    }

    /// The names that the types of a file or folder have in the document.
    fn shapes_in(place: &Path) -> Vec<String> {
        let mut names = Vec::new();
        if place.is_dir() {
            let entries = fs::read_dir(place).unwrap();
            names.extend(entries.flat_map(|entry| shapes_in(&entry.unwrap().path())));
        } else {
            let source = fs::read_to_string(place).unwrap();
            for shape in source.split("ToSchema)]").skip(1) {
                let kinds = ["struct ", "enum "].map(|kind| Some((shape.find(kind)?, kind.len())));
                let (start, length) = kinds.into_iter().flatten().min().unwrap();
                let (attributes, rest) = (&shape[..start], &shape[start + length..]);
                let name = attributes.split_once("as = ").map_or(rest, |(_, name)| name);
                names.extend(name.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned));
            }
        }
        names
    }

    /// Of two shapes with one name the document shows one, for the other as well.
    #[test]
    fn no_two_shapes_have_one_name() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let places = ["routes", "error.rs", "openapi/shapes.rs"].map(|place| sources.join(place));
        let mut names: Vec<_> = places.iter().flat_map(|place| shapes_in(place)).collect();
        assert!(names.len() > 80 && names.contains(&"Session".to_owned()), "{names:?}");
        assert!(names.contains(&"Failure".to_owned()), "{names:?}");
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
        let verified = &document()["components"]["schemas"]["CodeRequest"]["required"];
        assert_eq!(*verified, serde_json::json!(["identifier", "otp"]));
    }

    #[test]
    fn an_answer_names_every_field_and_a_request_only_what_is_needed() {
        let schemas = &document()["components"]["schemas"];
        for name in ["Dose", "User", "AuditEntry", "Failure"] {
            let required = schemas[name]["required"].as_array().unwrap().len();
            assert_eq!(
                required,
                schemas[name]["properties"].as_object().unwrap().len(),
                "{name}"
            );
        }
        assert_eq!(
            schemas["LoginRequest"]["required"],
            serde_json::json!(["identifier", "password"])
        );
        assert_eq!(schemas["TakenRequest"]["required"], Value::Null);
    }

    #[test]
    fn a_body_without_a_needed_field_may_be_left_out() {
        let paths = &document()["paths"];
        let is_needed = |path: &str, verb: &str| paths[path][verb]["requestBody"]["required"].clone();
        assert_eq!(is_needed("/api/v1/doses/{id}/taken", "patch"), false);
        assert_eq!(is_needed("/api/v1/doses/{id}/reminder-time", "patch"), true);
        assert_eq!(is_needed("/api/v1/prescriptions/patient", "post"), true);
    }

    #[test]
    fn whoever_may_set_a_condition_is_told_how() {
        let paths = &document()["paths"];
        let parameters = |path: &str, verb: &str| paths[path][verb]["parameters"].to_string();
        let prescription = "/api/v1/prescriptions/{id}";
        assert!(parameters(prescription, "get").contains("If-None-Match"));
        assert!(parameters(prescription, "patch").contains("If-Match"));
        assert!(!parameters("/api/v1/doses/{id}/taken", "patch").contains("If-Match"));
        let headers = &paths["/api/v1/prescriptions"]["post"]["responses"]["201"]["headers"];
        assert!(headers["Idempotency-Replayed"].is_object() && headers["ETag"].is_object());
        assert!(paths[prescription]["patch"]["responses"]["200"]["headers"]["ETag"].is_object());
    }

    #[test]
    fn a_text_of_a_request_has_no_nul() {
        let schemas = &document()["components"]["schemas"];
        let pattern = |name: &str, field: &str| schemas[name]["properties"][field]["pattern"].clone();
        assert_eq!(pattern("PrescribeRequest", "symptoms"), "^[^\\u0000]*$");
        assert_eq!(pattern("TimeRequest", "time"), "^([01][0-9]|2[0-3]):[0-5][0-9]$");
    }

    #[test]
    fn every_failure_has_its_sentence_as_an_example() {
        let document = document();
        let refused =
            &document["paths"]["/api/v1/auth/login"]["post"]["responses"]["403"]["content"]["application/json"];
        let locked = &refused["examples"]["ACCOUNT_LOCKED"]["value"];
        assert_eq!(locked["error"]["code"], "ACCOUNT_LOCKED");
        assert!(
            locked["message"]
                .as_str()
                .unwrap()
                .starts_with("Your account is locked")
        );
        assert!(locked["error"]["details"]["lockedUntil"].is_string());
    }
}
