//! The configuration: `config/default.toml`, the environment's own file, the operator's file, then variables.
//!
//! Everything that is wrong with it is reported at once, each with the key and the file or variable that says so.

mod effective;
mod layer;
mod problems;
mod rules;
mod settings;

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use figment::Figment;
use figment::error::Kind;
use figment::value::Value;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use url::Url;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

pub use effective::Effective;
use layer::Layer;
pub use problems::{Problem, Problems};
pub use settings::{LogFormat, LogSettings, ServerSettings};

/// What the server runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine; the default.
    Development,
    /// Automated tests.
    Test,
    /// Patients.
    Production,
}

impl FromStr for Environment {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "development" => Ok(Self::Development),
            "test" => Ok(Self::Test),
            "production" => Ok(Self::Production),
            _ => Err("must be development, test or production"),
        }
    }
}

impl Environment {
    /// The name, as `APP_ENV` has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        }
    }
}

/// Everything that can be set. Each section belongs to the crate that reads it.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the server runs for.
    pub environment: Environment,
    /// The process: its socket and its life.
    pub server: ServerSettings,
    /// How it speaks HTTP.
    pub http: das_tern_http::Settings,
    /// PostgreSQL.
    pub database: das_tern_persistence::Settings,
    /// Redis.
    pub redis: das_tern_cache::Settings,
    /// What the use cases can be set to: the sections `auth`, `limits`, `accounts`, `codes`, `admin`, `connections`,
    /// `schedule`, `pictures`, `exports`, `jobs` and `adherence`.
    pub application: das_tern_application::Settings,
    /// The outside world: the sections `providers`, `sms`, `mail`, `google` and `objects`.
    pub integrations: das_tern_integrations::Settings,
    /// The log.
    pub log: LogSettings,
}

/// Where a configuration is read from, apart from the files that the binary brings along.
#[derive(Debug, Clone, Default)]
pub struct Sources<'a> {
    /// A file of the operator's.
    pub file: Option<&'a Path>,
    /// The variables of the process, all of them.
    pub variables: BTreeMap<String, String>,
}

impl Config {
    /// Reads a configuration, and what it was made of.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(sources: &Sources<'_>) -> Result<(Self, Effective), Problems> {
        let mut problems = Problems::default();
        let environment = environment(&sources.variables, &mut problems);
        let defaults = Layer::defaults(&mut problems);
        let mut layers = vec![Layer::environment(environment, &mut problems)];
        layers.extend(sources.file.map(|path| Layer::file(path, &mut problems)));
        let mut tree = Figment::from(&defaults);
        for layer in layers {
            tree = tree.merge(layer.checked(&defaults, &mut problems));
        }
        for layer in Layer::variables(&sources.variables, &defaults, &mut problems) {
            tree = tree.merge(layer);
        }
        let effective = Effective { environment, tree };
        effective.note_missing(&mut problems);
        let config = Reader {
            effective: &effective,
            defaults: &defaults,
            problems: &mut problems,
        }
        .config();
        match config {
            Some(config) => {
                rules::check(&config, &effective, &mut problems);
                if problems.is_empty() {
                    Ok((config, effective))
                } else {
                    Err(problems)
                }
            }
            None => Err(problems),
        }
    }
}

impl Config {
    /// Where the database is, without the user and the password: `host:port/name`.
    #[must_use]
    pub fn database_place(&self) -> String {
        place(&self.database.url, 5432)
    }

    /// Where Redis is, without the password: `host:port`.
    #[must_use]
    pub fn redis_place(&self) -> String {
        place(&self.redis.url, 6379)
    }
}

/// The tests' configuration, over a database and a Redis of their own.
///
/// # Errors
/// When one of the URLs is none.
pub fn for_tests(database_url: &str, redis_url: &str) -> Result<Config, Problems> {
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", database_url),
        ("REDIS_URL", redis_url),
    ];
    let variables = variables.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    Config::load(&Sources { file: None, variables }).map(|(config, _)| config)
}

fn place(url: &SecretString, usual_port: u16) -> String {
    let Ok(url) = Url::parse(url.expose_secret()) else {
        return "an unreadable URL".to_owned();
    };
    let host = url.host_str().unwrap_or("localhost");
    let port = url.port().unwrap_or(usual_port);
    format!("{host}:{port}{}", url.path().trim_end_matches('/'))
}

fn environment(variables: &BTreeMap<String, String>, problems: &mut Problems) -> Environment {
    let name = variables.get("APP_ENV").map_or("", String::as_str);
    if name.is_empty() {
        return Environment::Development;
    }
    name.parse().unwrap_or_else(|what: &str| {
        problems.add("APP_ENV", None, what);
        // The strictest, so that what else is wrong is not missed.
        Environment::Production
    })
}

/// Reads the sections one by one, and goes on after a wrong value with the default in its place.
struct Reader<'a> {
    effective: &'a Effective,
    defaults: &'a Layer,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn config(&mut self) -> Option<Config> {
        let server = self.section("server");
        let http = self.section("http");
        let database = self.section("database");
        let redis = self.section("redis");
        let auth = self.section("auth");
        let limits = self.section("limits");
        let accounts = self.section("accounts");
        let codes = self.section("codes");
        let admin = self.section("admin");
        let connections = self.section("connections");
        let schedule = self.section("schedule");
        let pictures = self.section("pictures");
        let exports = self.section("exports");
        let integrations = self.integrations();
        let jobs = self.section("jobs");
        let adherence = self.section("adherence");
        let log = self.section("log");
        Some(Config {
            environment: self.effective.environment,
            server: server?,
            http: http?,
            database: database?,
            redis: redis?,
            application: das_tern_application::Settings {
                auth: auth?,
                limits: limits?,
                accounts: accounts?,
                codes: codes?,
                admin: admin?,
                connections: connections?,
                schedule: schedule?,
                pictures: pictures?,
                jobs: jobs?,
                adherence: adherence?,
                exports: exports?,
            },
            integrations: integrations?,
            log: log?,
        })
    }

    fn integrations(&mut self) -> Option<das_tern_integrations::Settings> {
        let providers = self.section("providers");
        let sms = self.section("sms");
        let mail = self.section("mail");
        let google = self.section("google");
        let objects = self.section("objects");
        Some(das_tern_integrations::Settings {
            providers: providers?,
            sms: sms?,
            mail: mail?,
            google: google?,
            objects: objects?,
        })
    }

    fn section<T: DeserializeOwned + Validate>(&mut self, name: &str) -> Option<T> {
        let mut values = self.effective.section(name);
        loop {
            let error = match Value::from(values.clone()).deserialize::<T>() {
                Ok(section) => {
                    self.note_invalid(name, section.validate());
                    return Some(section);
                }
                Err(error) => error,
            };
            let field = field_of(&error);
            let key = format!("{name}.{field}");
            self.problems
                .add(&key, self.effective.source(&key), reason(&error.kind));
            // A default that is refused as well would be refused for ever.
            let default = self
                .defaults
                .find(&key)
                .filter(|default| values.get(&field) != Some(default))?;
            values.insert(field, default);
        }
    }

    fn note_invalid(&mut self, section: &str, outcome: Result<(), ValidationErrors>) {
        let Err(errors) = outcome else { return };
        let sorted: BTreeMap<_, _> = errors.into_errors().into_iter().collect();
        for (field, errors) in sorted {
            let ValidationErrorsKind::Field(errors) = errors else {
                continue;
            };
            for error in errors {
                let what = sentence(&error);
                // A rule about a whole section begins its sentence with the field to change.
                let (field, what) = match what.split_once(' ') {
                    Some((first, rest)) if field == "__all__" => (first.trim_end_matches(':'), rest),
                    _ => (&*field, what.as_str()),
                };
                let key = format!("{section}.{field}");
                self.problems.add(&key, self.effective.source(&key), what);
            }
        }
    }
}

fn field_of(error: &figment::Error) -> String {
    match &error.kind {
        Kind::MissingField(field) => field.to_string(),
        _ => error.path.first().cloned().unwrap_or_default(),
    }
}

/// Why serde refuses a value, without the value: it may be a secret in the wrong place.
fn reason(kind: &Kind) -> String {
    match kind {
        Kind::MissingField(_) => "is missing".to_owned(),
        Kind::UnknownVariant(_, known) => format!("must be one of {}", known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) | Kind::InvalidLength(_, expected) => {
            format!("must be {}", in_words(expected))
        }
        Kind::Message(message) => message.clone(),
        _ => "cannot be read".to_owned(),
    }
}

/// A type of numbers as those know it who do not write Rust.
fn in_words(expected: &str) -> String {
    let largest = match expected {
        "u8" => u8::MAX.to_string(),
        "u16" => u16::MAX.to_string(),
        "u32" => u32::MAX.to_string(),
        "u64" | "usize" => return "a whole number from 0 on".to_owned(),
        other => return other.to_owned(),
    };
    format!("a whole number from 0 to {largest}")
}

fn sentence(error: &ValidationError) -> String {
    let unit = if error.code == "length" { " characters long" } else { "" };
    let bound = |name: &str| error.params.get(name).map(|bound| format!("{bound}{unit}"));
    match (&error.message, bound("min"), bound("max")) {
        (Some(message), ..) => message.to_string(),
        (None, Some(min), Some(max)) => format!("must be between {min} and {max}"),
        (None, Some(min), None) => format!("must be at least {min}"),
        (None, None, Some(max)) => format!("must be at most {max}"),
        (None, None, None) => error.code.to_string(),
    }
}

#[cfg(test)]
mod tests;
