//! The places that a configuration comes from: files, then variables, each a layer over the ones before it.

use std::collections::BTreeMap;
use std::path::Path;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Num, Value};
use figment::{Metadata, Profile, Provider};

use super::Environment;
use super::problems::Problems;

/// The variables that other tools agree on, and the keys that they stand for.
const SHORT_NAMES: [(&str, &str); 4] = [
    ("DATABASE_URL", "database.url"),
    ("REDIS_URL", "redis.url"),
    ("HOST", "server.host"),
    ("PORT", "server.port"),
];
const PREFIX: &str = "DASTERN__";
/// The variable that names the operator's file; the command line reads it.
const FILE_VARIABLE: &str = "DASTERN_CONFIG";
/// How alike two keys are when one is probably a slip of the other, from 0 to 1.
const ALIKE: f64 = 0.9;
/// The name of the file that explains every key.
pub(super) const DEFAULTS: &str = "config/default.toml";

/// What one file or one variable says.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    name: String,
    tree: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.tree.clone()))
    }
}

impl Layer {
    /// One value under a name.
    pub(super) fn value(name: impl Into<String>, key: &str, value: Value) -> Self {
        Self {
            name: name.into(),
            tree: nested(key, value),
        }
    }

    /// What the binary brings along for every environment: `config/default.toml`.
    pub(super) fn defaults(problems: &mut Problems) -> Self {
        Self::parse(DEFAULTS, include_str!("../../../../config/default.toml"), problems)
    }

    /// What the binary brings along for one environment.
    pub(super) fn environment(environment: Environment, problems: &mut Problems) -> Self {
        let (name, text) = match environment {
            Environment::Development => (
                "config/development.toml",
                include_str!("../../../../config/development.toml"),
            ),
            Environment::Test => ("config/test.toml", include_str!("../../../../config/test.toml")),
            Environment::Production => (
                "config/production.toml",
                include_str!("../../../../config/production.toml"),
            ),
        };
        Self::parse(name, text, problems)
    }

    /// What a file of the operator's says.
    pub(super) fn file(path: &Path, problems: &mut Problems) -> Self {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text, problems),
            Err(error) => {
                problems.add(&name, None, format!("cannot be read: {error}"));
                Self {
                    name,
                    tree: Dict::new(),
                }
            }
        }
    }

    fn parse(name: &str, text: &str, problems: &mut Problems) -> Self {
        let tree = Toml::from_str(text).unwrap_or_else(|error| {
            problems.add(
                name,
                None,
                format!("is not TOML: {}", error.to_string().trim().replace('\n', "\n      ")),
            );
            Dict::new()
        });
        Self {
            name: name.to_owned(),
            tree,
        }
    }

    /// What the variables say, the short names first. An empty variable says nothing, as in a compose file that passes
    /// on a variable that nobody set.
    pub(super) fn variables(variables: &BTreeMap<String, String>, known: &Self, problems: &mut Problems) -> Vec<Self> {
        let short = SHORT_NAMES
            .iter()
            .filter_map(|&(name, key)| Some((name, key.to_owned(), variables.get(name)?)));
        let long = variables.iter().filter_map(|(name, text)| {
            let key = name.strip_prefix(PREFIX)?.replace("__", ".").to_lowercase();
            Some((name.as_str(), key, text))
        });
        for name in variables.keys().filter(|name| is_slip(name)) {
            problems.add(
                name,
                None,
                "is no variable of ours; that of a key is DASTERN__SECTION__KEY",
            );
        }
        let mut layers = Vec::new();
        for (name, key, text) in short.chain(long).filter(|(_, _, text)| !text.is_empty()) {
            let value = match known.find(&key) {
                Some(Value::Dict(..)) | None => Err(unknown(&key, &known.tree)),
                Some(model) => read(text, &model),
            };
            match value {
                Ok(value) => layers.push(Self::value(name, &key, value)),
                Err(what) => problems.add(key, Some(name.to_owned()), what),
            }
        }
        layers
    }

    pub(super) fn find(&self, key: &str) -> Option<Value> {
        Value::from(self.tree.clone()).find(key)
    }

    /// This layer without the keys that are not in `known`, and without the values of another type than there.
    pub(super) fn checked(mut self, known: &Self, problems: &mut Problems) -> Self {
        let mut strict = Strict {
            source: &self.name,
            known: &known.tree,
            problems,
        };
        self.tree = strict.dict("", self.tree, &known.tree);
        self
    }
}

struct Strict<'a> {
    source: &'a str,
    known: &'a Dict,
    problems: &'a mut Problems,
}

impl Strict<'_> {
    fn dict(&mut self, path: &str, tree: Dict, known: &Dict) -> Dict {
        let mut checked = Dict::new();
        for (name, value) in tree {
            let key = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            if let Some(value) = self.value(&key, value, known.get(&name)) {
                checked.insert(name, value);
            }
        }
        checked
    }

    fn value(&mut self, key: &str, value: Value, model: Option<&Value>) -> Option<Value> {
        let what = match (value, model) {
            (Value::Dict(tag, tree), Some(Value::Dict(_, known))) => {
                return Some(Value::Dict(tag, self.dict(key, tree, known)));
            }
            (value, Some(model)) if kind(&value) == kind(model) => return Some(value),
            (value, Some(model)) => format!("must be {}, is {}", kind(model), kind(&value)),
            (_, None) => unknown(key, self.known),
        };
        self.problems.add(key, Some(self.source.to_owned()), what);
        None
    }
}

/// Whether a variable was probably meant for us, but is none that we read.
fn is_slip(name: &str) -> bool {
    name.starts_with("DASTERN_") && !name.starts_with(PREFIX) && name != FILE_VARIABLE
}

/// A variable's text as a value of the same type as `model`; a list is separated by commas.
fn read(text: &str, model: &Value) -> Result<Value, String> {
    let wrong = || format!("must be {}", kind(model));
    match model {
        Value::Bool(..) => text.parse::<bool>().map(Value::from).map_err(|_| wrong()),
        Value::Num(_, Num::F32(_) | Num::F64(_)) => text.parse::<f64>().map(Value::from).map_err(|_| wrong()),
        Value::Num(..) => text.parse::<i64>().map(Value::from).map_err(|_| wrong()),
        Value::Array(..) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(items.map(Value::from).collect::<Vec<_>>().into())
        }
        _ => Ok(Value::from(text)),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(..) | Value::Char(..) => "text",
        Value::Bool(..) => "true or false",
        Value::Num(_, Num::F32(_) | Num::F64(_)) => "a number",
        Value::Num(..) => "a whole number",
        Value::Array(..) => "a list",
        Value::Dict(..) => "a section",
        Value::Empty(..) => "nothing",
    }
}

fn unknown(key: &str, known: &Dict) -> String {
    let what = "is no key of the configuration".to_owned();
    let likeness = |candidate: &String| strsim::jaro_winkler(key, candidate);
    match keys(known)
        .into_iter()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
    {
        Some(nearest) if likeness(&nearest) > ALIKE => format!("{what}; did you mean {nearest}?"),
        _ => what,
    }
}

fn keys(tree: &Dict) -> Vec<String> {
    let fields = |(section, values): (&String, &Value)| {
        let names = values
            .as_dict()
            .map(|fields| fields.keys().map(|field| format!("{section}.{field}")).collect());
        names.unwrap_or_else(Vec::new)
    };
    tree.iter().flat_map(fields).collect()
}

fn nested(key: &str, value: Value) -> Dict {
    match key.split_once('.') {
        Some((section, rest)) => Dict::from([(section.to_owned(), nested(rest, value).into())]),
        None => Dict::from([(key.to_owned(), value)]),
    }
}
