//! The configuration as it is in force, for people to read: secrets masked, each value with its source.

use std::fmt;

use figment::Figment;
use figment::value::{Dict, Value};
use url::Url;

use super::Environment;
use super::problems::Problems;

/// The keys whose empty text means that the thing is not wanted; any other empty text is a missing value.
const OPTIONAL: [&str; 18] = [
    "admin.key_hash",
    "auth.token_key_previous",
    "http.metrics_token",
    "mail.host",
    "mail.password",
    "mail.sender",
    "mail.username",
    "objects.access_key_id",
    "objects.bucket",
    "objects.endpoint",
    "objects.folder",
    "objects.region",
    "objects.secret_key",
    "redis.key_prefix",
    "sms.account_sid",
    "sms.auth_token",
    "sms.messaging_service_sid",
    "sms.sender",
];
/// The keys that nobody may read in a log or on a screen.
pub(super) const SECRETS: [&str; 6] = [
    "auth.token_key",
    "auth.token_key_previous",
    "http.metrics_token",
    "mail.password",
    "objects.secret_key",
    "sms.auth_token",
];
/// The keys whose URLs may hold a password.
pub(super) const URLS: [&str; 2] = ["database.url", "redis.url"];
const MASK: &str = "********";

/// All values in force, and where each comes from. Its [`Display`](fmt::Display) is TOML without secrets.
#[derive(Clone)]
pub struct Effective {
    pub(super) environment: Environment,
    pub(super) tree: Figment,
}

impl Effective {
    /// The file or variable that a value comes from.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<String> {
        self.tree.find_metadata(key).map(|metadata| metadata.name.to_string())
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.tree.find_value(key).ok()?.into_string()
    }

    /// A section as serde is to see it, where an optional value that is not set is not there at all.
    pub(super) fn section(&self, name: &str) -> Dict {
        let mut section = self
            .tree
            .find_value(name)
            .ok()
            .and_then(Value::into_dict)
            .unwrap_or_default();
        section.retain(|field, value| !(is_unset(value) && OPTIONAL.contains(&format!("{name}.{field}").as_str())));
        section
    }

    pub(super) fn note_missing(&self, problems: &mut Problems) {
        for (section, values) in self.sections() {
            for field in values
                .iter()
                .filter(|(_, value)| is_unset(value))
                .map(|(field, _)| field)
            {
                let key = format!("{section}.{field}");
                if !OPTIONAL.contains(&key.as_str()) {
                    let variable = match (section.as_str(), field.as_str()) {
                        ("database" | "redis", "url") => format!("{}_URL", section.to_uppercase()),
                        _ => format!("DASTERN__{}__{}", section.to_uppercase(), field.to_uppercase()),
                    };
                    problems.add(key, None, format!("is missing; set it in a file or as {variable}"));
                }
            }
        }
    }

    fn sections(&self) -> Vec<(String, Dict)> {
        let tree: Dict = self.tree.extract().unwrap_or_default();
        tree.into_iter()
            .filter_map(|(name, section)| Some((name, section.into_dict()?)))
            .collect()
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# APP_ENV={}", self.environment.name())?;
        for (section, values) in self.sections() {
            writeln!(f, "\n[{section}]")?;
            for (field, value) in values {
                let key = format!("{section}.{field}");
                write!(f, "{field} = {}", toml(&masked(&key, value)))?;
                match self.source(&key) {
                    Some(source) if source != super::layer::DEFAULTS => writeln!(f, " # {source}")?,
                    _ => writeln!(f)?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn is_unset(value: &Value) -> bool {
    value.as_str() == Some("")
}

fn masked(key: &str, value: Value) -> Value {
    match value.as_str() {
        Some("") | None => value,
        Some(_) if SECRETS.contains(&key) => Value::from(MASK),
        Some(url) if URLS.contains(&key) => Value::from(masked_url(url)),
        Some(_) => value,
    }
}

/// A URL without its password and without its query, which may hold one too.
fn masked_url(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return MASK.to_owned();
    };
    let is_masked = url.password().is_none() || url.set_password(Some(MASK)).is_ok();
    if url.query().is_some() {
        url.set_query(Some(MASK));
    }
    if is_masked { url.to_string() } else { MASK.to_owned() }
}

fn toml(value: &Value) -> String {
    match value {
        Value::String(_, text) => quoted(text),
        Value::Bool(_, is_on) => is_on.to_string(),
        Value::Num(_, number) => match (number.to_i128(), number.to_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(fraction)) => fraction.to_string(),
            (None, None) => "0".to_owned(),
        },
        Value::Array(_, items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Char(..) | Value::Dict(..) | Value::Empty(..) => quoted(""),
    }
}

fn quoted(text: &str) -> String {
    // JSON's escapes are TOML's, but for the slash that JSON need not escape.
    serde_json::Value::from(text).to_string()
}
