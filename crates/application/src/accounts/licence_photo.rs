use das_tern_integrations::StoredObject;

/// The largest file that may show a licence, in bytes.
pub const LICENCE_PHOTO_BYTES: usize = 10 << 20;
const PICTURE_BYTES: usize = 5 << 20;

const TYPES: [(&[u8], &str, &str); 3] = [
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"%PDF-", "application/pdf", "pdf"),
];

/// Why a file is no picture of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LicencePhotoError {
    /// It is larger than files of its type may be.
    #[error("too large")]
    TooLarge,
    /// It is of no type that shows a licence.
    #[error("of an unsupported type")]
    Unsupported,
}

/// A picture of a licence, ready to be stored.
#[derive(Clone)]
pub struct LicencePhoto {
    pub(super) object: StoredObject,
    /// What its name ends in.
    pub(super) extension: &'static str,
}

impl std::fmt::Debug for LicencePhoto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LicencePhoto({} bytes)", self.object.bytes.len())
    }
}

/// Reads a picture of a licence: a JPEG or PNG of at most 5 MB, or a PDF of at most 10 MB. The content decides, whatever
/// the file is called (rules §12).
///
/// # Errors
/// Says what is wrong with it.
pub fn licence_photo(bytes: Vec<u8>) -> Result<LicencePhoto, LicencePhotoError> {
    let known = TYPES.iter().find(|(magic, ..)| bytes.starts_with(magic));
    let (_, media_type, extension) = *known.ok_or(LicencePhotoError::Unsupported)?;
    let largest = if extension == "pdf" {
        LICENCE_PHOTO_BYTES
    } else {
        PICTURE_BYTES
    };
    if bytes.len() > largest {
        return Err(LicencePhotoError::TooLarge);
    }
    let object = StoredObject {
        bytes,
        media_type: media_type.to_owned(),
    };
    Ok(LicencePhoto { object, extension })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(magic: &[u8], length: usize) -> Vec<u8> {
        let mut bytes = magic.to_vec();
        bytes.resize(length, 0);
        bytes
    }

    #[test]
    fn the_content_decides_on_the_type_and_the_type_on_the_size() {
        let [(jpeg, ..), (png, ..), (pdf, ..)] = TYPES;
        for (magic, largest, extension) in [(jpeg, 5 << 20, "jpg"), (png, 5 << 20, "png"), (pdf, 10 << 20, "pdf")] {
            assert_eq!(licence_photo(file(magic, largest)).unwrap().extension, extension);
            let refused = licence_photo(file(magic, largest + 1)).unwrap_err();
            assert_eq!(refused, LicencePhotoError::TooLarge);
        }
        for other in [&b"GIF89a"[..], b"<svg", b"", b"RIFF"] {
            let refused = licence_photo(file(other, 100)).unwrap_err();
            assert_eq!(refused, LicencePhotoError::Unsupported);
        }
    }
}
