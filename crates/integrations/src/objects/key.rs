//! What an object may be called.

use crate::Error;

/// The longest key, in bytes.
const LONGEST: usize = 200;
/// What a key may end in, and the media type that it stands for.
const TYPES: [(&str, &str); 4] = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("pdf", "application/pdf"),
];

/// The media type of the object under a key such as `licenses/<uuid>.jpg`: folders and a name of small letters, digits and
/// hyphens, and a type that we keep. No such key leads out of the store, or to a file that is no object.
///
/// # Errors
/// When it is no key.
pub(crate) fn media_type(key: &str) -> Result<&'static str, Error> {
    let invalid = || Error::Refused("no key of an object".to_owned());
    let (name, extension) = key.rsplit_once('.').ok_or_else(invalid)?;
    let (_, media_type) = TYPES
        .iter()
        .find(|(known, _)| *known == extension)
        .ok_or_else(invalid)?;
    let is_valid = key.len() <= LONGEST && name.split('/').all(is_segment);
    is_valid.then_some(*media_type).ok_or_else(invalid)
}

/// Whether a text may stand before the names of objects: folders, without an end.
pub(crate) fn is_folder(prefix: &str) -> bool {
    prefix.len() <= LONGEST && prefix.split('/').all(is_segment)
}

fn is_segment(segment: &str) -> bool {
    let is_plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    !segment.is_empty() && segment.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("licenses/0199d7a8-7a3c-7b4e-9f50-2d1b0c3e4f5a.jpg", "image/jpeg")]
    #[case("medications/0199d7a8.webp", "image/webp")]
    #[case("a/b/c.pdf", "application/pdf")]
    #[case("c.png", "image/png")]
    fn a_key_is_folders_a_name_and_a_type(#[case] key: &str, #[case] expected: &str) {
        assert_eq!(media_type(key).unwrap(), expected);
    }

    #[rstest]
    #[case("")]
    #[case(".jpg")]
    #[case("licenses/.jpg")]
    #[case("licenses/")]
    #[case("licenses/a")]
    #[case("licenses/a.exe")]
    #[case("licenses/a.JPG")]
    #[case("../a.jpg")]
    #[case("licenses/../a.jpg")]
    #[case("licenses/..%2fa.jpg")]
    #[case("licenses//a.jpg")]
    #[case("/etc/a.jpg")]
    #[case("licenses\\a.jpg")]
    #[case("licenses/a\0.jpg")]
    #[case("licenses/a#1.jpg")]
    #[case("licenses/a b.jpg")]
    #[case("licenses/រូប.jpg")]
    fn anything_else_is_none(#[case] key: &str) {
        assert!(media_type(key).is_err());
        assert!(media_type(&format!("{}.jpg", "a".repeat(200))).is_err());
    }

    #[test]
    fn a_folder_leads_nowhere_else() {
        assert!(is_folder("licenses") && is_folder("a/b"));
        assert!(
            !["", "/", "..", "a/", "/a", "a/..", "A", "a.b"]
                .into_iter()
                .any(is_folder)
        );
    }
}
