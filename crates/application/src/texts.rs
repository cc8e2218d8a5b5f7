//! The one catalogue of sentences, in Khmer and English.

use das_tern_domain::{ClockTime, Language, zone};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use serde_json::Value;
use time::Duration;
use unic_langid::LanguageIdentifier;

use crate::Error;
use crate::error::FieldCode;

const KHMER: &str = include_str!("../locales/km.ftl");
const ENGLISH: &str = include_str!("../locales/en.ftl");

/// What an instant needs, at most, to reach the next full minute.
const ALMOST_A_MINUTE: Duration = Duration::milliseconds(59_999);

/// A catalogue that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the {language} catalogue: {problem}")]
pub struct InvalidCatalogue {
    language: Language,
    problem: String,
}

/// Every sentence that a person may read, in both languages.
pub struct Texts {
    khmer: FluentBundle<FluentResource>,
    english: FluentBundle<FluentResource>,
}

impl Texts {
    /// Reads the catalogues that are compiled in.
    ///
    /// # Errors
    /// When one of them does not parse.
    pub fn load() -> Result<Self, InvalidCatalogue> {
        Ok(Self {
            khmer: bundle(Language::Khmer, KHMER)?,
            english: bundle(Language::English, ENGLISH)?,
        })
    }

    /// The sentence of a failure, with how long it lasts where the sentence says so: until `HH:mm` in Phnom Penh, or for
    /// minutes, both rounded up.
    #[must_use]
    pub fn error(&self, language: Language, error: &Error) -> String {
        let detail = |name| error.details().get(name);
        let until = detail("lockedUntil").and_then(|instant| zone::parse_instant(instant.as_str()?).ok());
        let until = until.map(|instant| ClockTime::of(instant + ALMOST_A_MINUTE).to_string());
        let seconds = detail("retryAfter").and_then(Value::as_u64);
        let minutes = seconds.map(|seconds| seconds.div_ceil(60).to_string());
        let arguments = [("time", until.as_deref()), ("minutes", minutes.as_deref())];
        let arguments: Vec<_> = arguments
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        self.sentence(language, &message_id("error", error.code().label()), &arguments)
    }

    /// The sentence of an invalid field.
    #[must_use]
    pub fn field(&self, language: Language, code: FieldCode) -> String {
        self.sentence(language, &message_id("field", code.label()), &[])
    }

    /// The sentence `id`, with its arguments. An id that is in no catalogue comes back as it is: the tests see to
    /// it that there is none.
    #[must_use]
    pub fn sentence(&self, language: Language, id: &str, arguments: &[(&'static str, &str)]) -> String {
        let bundle = match language {
            Language::Khmer => &self.khmer,
            Language::English => &self.english,
        };
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        let arguments: FluentArgs<'_> = arguments.iter().map(|(name, value)| (*name, *value)).collect();
        bundle
            .format_pattern(pattern, Some(&arguments), &mut Vec::new())
            .into_owned()
    }
}

fn bundle(language: Language, source: &str) -> Result<FluentBundle<FluentResource>, InvalidCatalogue> {
    let invalid = |problem: String| InvalidCatalogue { language, problem };
    let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| invalid(format!("{errors:?}")))?;
    let locale = match language {
        Language::Khmer => "km",
        Language::English => "en",
    };
    let locale: LanguageIdentifier = locale.parse().map_err(|error| invalid(format!("{error}")))?;
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource)
        .map_err(|errors| invalid(format!("{errors:?}")))?;
    Ok(bundle)
}

fn message_id(prefix: &str, label: &str) -> String {
    format!("{prefix}-{}", label.to_ascii_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Code;

    fn ids(catalogue: &str) -> BTreeSet<&str> {
        catalogue
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(" = "))
            .map(|(id, _)| id)
            .collect()
    }

    #[test]
    fn both_catalogues_have_the_same_sentences() {
        assert_eq!(ids(KHMER), ids(ENGLISH));
    }

    #[test]
    fn every_code_has_a_sentence_in_both_languages() {
        let known = ids(ENGLISH);
        let codes = Code::ALL.iter().map(|code| message_id("error", code.label()));
        let fields = FieldCode::ALL.iter().map(|code| message_id("field", code.label()));
        for id in codes.chain(fields) {
            assert!(known.contains(id.as_str()), "{id} has no sentence");
        }
    }

    #[test]
    fn khmer_sentences_are_khmer_without_zero_width_spaces() {
        for line in KHMER.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert!(line.chars().any(|c| ('\u{1780}'..='\u{17ff}').contains(&c)), "{line}");
            assert!(!line.contains('\u{200b}'), "{line}");
        }
    }

    #[test]
    fn whoever_has_to_wait_is_told_how_long() {
        let texts = Texts::load().unwrap();
        let locked = Error::new(Code::AccountLocked).with("lockedUntil", "2026-03-06T07:20:12.123+07:00");
        assert_eq!(
            texts.error(Language::English, &locked),
            "Your account is locked. Please try again after 07:21."
        );
        let on_the_minute = Error::new(Code::AccountLocked).with("lockedUntil", "2026-03-06T07:20:00.000+07:00");
        assert_eq!(
            texts.error(Language::English, &on_the_minute),
            "Your account is locked. Please try again after 07:20."
        );
        let tried = Error::wait(Code::OtpLocked, 61);
        assert_eq!(
            texts.error(Language::Khmer, &tried),
            "អ្នកបានព្យាយាមច្រើនដងពេក សូមរង់ចាំ 2 នាទី"
        );
    }

    #[test]
    fn arguments_are_put_in() {
        let texts = Texts::load().unwrap();
        let arguments = [("patient", "សុខ"), ("medicine", "Paracetamol"), ("time", "07:00")];
        let sentence = texts.sentence(Language::Khmer, "notify-missed-dose-corrected", &arguments);
        assert_eq!(sentence, "សុខ បានញ៉ាំ Paracetamol (07:00) ហើយ");
    }
}
