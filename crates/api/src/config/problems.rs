//! What is wrong with a configuration, all of it at once.

use std::fmt;

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, such as `database.max_connections`; or the file, where the file itself is the trouble.
    pub key: String,
    /// The file or variable that says so; nothing where nobody says anything.
    pub source: Option<String>,
    /// What is wrong, and what to do about it.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) if *source != self.key => write!(f, "{} (from {source}): {}", self.key, self.what),
            _ => write!(f, "{}: {}", self.key, self.what),
        }
    }
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Each of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// Notes a problem, unless its key has one already: what follows from a wrong value is no news.
    pub(super) fn add(&mut self, key: impl Into<String>, source: Option<String>, what: impl Into<String>) {
        let key = key.into();
        if !self.mentions(&key) {
            self.0.push(Problem {
                key,
                source,
                what: what.into(),
            });
        }
    }

    pub(super) fn mentions(&self, key: &str) -> bool {
        self.0.iter().any(|problem| problem.key == key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(f, "the configuration has a problem:")?,
            count => writeln!(f, "the configuration has {count} problems:")?,
        }
        for problem in &self.0 {
            writeln!(f, "  - {problem}")?;
        }
        f.write_str("Every key is explained in config/default.toml.")
    }
}

impl std::error::Error for Problems {}
