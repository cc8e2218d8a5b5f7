//! The language that a client asks for (rules §1).

use das_tern_domain::Language;

/// The language of ours that an `Accept-Language` header likes best; `None` when it names neither.
pub(crate) fn asked_for(header: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for entry in header.split(',') {
        let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let Some(language) = language_of(tag.trim()) else {
            continue;
        };
        let quality = quality(parameters);
        if quality > best.map_or(0.0, |(_, best)| best) {
            best = Some((language, quality));
        }
    }
    best.map(|(language, _)| language)
}

fn language_of(tag: &str) -> Option<Language> {
    let primary = tag.split('-').next()?;
    if primary.eq_ignore_ascii_case("km") {
        Some(Language::Khmer)
    } else if primary.eq_ignore_ascii_case("en") {
        Some(Language::English)
    } else {
        None
    }
}

/// The `q` of an entry of such a header: 1 where there is none, 0 where it cannot be read.
pub(crate) fn quality(parameters: &str) -> f32 {
    let value = parameters
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix(['q', 'Q'])?.strip_prefix('='));
    value.map_or(1.0, |value| value.trim().parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_of_our_languages_is_taken() {
        assert_eq!(asked_for("km"), Some(Language::Khmer));
        assert_eq!(asked_for("en-GB"), Some(Language::English));
        assert_eq!(asked_for("fr, en-GB;q=0.8, km;q=0.5"), Some(Language::English));
        assert_eq!(asked_for("en;q=0.1, KM-KH"), Some(Language::Khmer));
        assert_eq!(asked_for("en;Q=0.1, km;q=0.5"), Some(Language::Khmer));
        assert_eq!(asked_for("en; q=0.9 , km ;q=0.91"), Some(Language::Khmer));
    }

    #[test]
    fn of_two_equals_the_first_is_taken() {
        assert_eq!(asked_for("en, km"), Some(Language::English));
        assert_eq!(asked_for("km;q=0.5, en;q=0.5"), Some(Language::Khmer));
    }

    #[test]
    fn neither_of_ours_is_none() {
        for header in ["", "fr", "*", "en;q=0", "km;q=no", "kmx, enough", ";;,,q=1"] {
            assert_eq!(asked_for(header), None, "{header}");
        }
    }
}
