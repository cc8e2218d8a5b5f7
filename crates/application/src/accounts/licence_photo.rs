use das_tern_integrations::StoredObject;

use crate::Application;
use crate::pictures::{PICTURE_BYTES, Picture, PictureError, PictureKind};

/// The largest file that may show a licence, in bytes.
pub const LICENCE_PHOTO_BYTES: usize = 10 << 20;

const PDF: &[u8] = b"%PDF-";

/// Why a file is no picture of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LicencePhotoError {
    /// It is larger than files of its type may be, in bytes or in pixels.
    #[error("too large")]
    TooLarge,
    /// It is of no type that shows a licence, or is damaged.
    #[error("of an unsupported type")]
    Unsupported,
    /// Too many pictures are read at once; later it may be taken.
    #[error("too many pictures are read at once")]
    Crowded,
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

/// What a file is, by its content.
#[derive(Debug, PartialEq, Eq)]
enum FileKind {
    Picture(PictureKind),
    Document,
}

impl Application {
    /// Reads a picture of a licence, where there is one: a JPEG or PNG of at most 5 MB, which is written anew without
    /// anything that cannot be seen, or a PDF of at most 10 MB, which stays as it is. The content decides, whatever the file
    /// is called (rules §12).
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub async fn licence_photo(&self, bytes: Option<Vec<u8>>) -> Result<Option<LicencePhoto>, LicencePhotoError> {
        let Some(bytes) = bytes else { return Ok(None) };
        let kind = match sniff(&bytes)? {
            FileKind::Document => return Ok(Some(document(bytes))),
            FileKind::Picture(kind) => kind,
        };
        match self.pictures().rewrite(kind, bytes).await {
            Ok(Picture { object, extension }) => Ok(Some(LicencePhoto { object, extension })),
            Err(PictureError::TooLarge) => Err(LicencePhotoError::TooLarge),
            Err(PictureError::Unreadable) => Err(LicencePhotoError::Unsupported),
            Err(PictureError::Crowded(_)) => Err(LicencePhotoError::Crowded),
        }
    }
}

fn document(bytes: Vec<u8>) -> LicencePhoto {
    let object = StoredObject {
        bytes,
        media_type: "application/pdf".to_owned(),
    };
    LicencePhoto {
        object,
        extension: "pdf",
    }
}

/// What a file is, unless it is too large for that.
fn sniff(bytes: &[u8]) -> Result<FileKind, LicencePhotoError> {
    let (kind, largest) = match PictureKind::of(bytes) {
        Some(kind @ (PictureKind::Jpeg | PictureKind::Png)) => (FileKind::Picture(kind), PICTURE_BYTES),
        None if bytes.starts_with(PDF) => (FileKind::Document, LICENCE_PHOTO_BYTES),
        Some(PictureKind::WebP) | None => return Err(LicencePhotoError::Unsupported),
    };
    if bytes.len() > largest {
        return Err(LicencePhotoError::TooLarge);
    }
    Ok(kind)
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
        let kinds: [(&[u8], usize, FileKind); 3] = [
            (b"\xff\xd8\xff", 5 << 20, FileKind::Picture(PictureKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", 5 << 20, FileKind::Picture(PictureKind::Png)),
            (PDF, 10 << 20, FileKind::Document),
        ];
        for (magic, largest, kind) in kinds {
            assert_eq!(sniff(&file(magic, largest)).unwrap(), kind);
            let refused = sniff(&file(magic, largest + 1)).unwrap_err();
            assert_eq!(refused, LicencePhotoError::TooLarge);
        }
        for other in [&b"GIF89a"[..], b"<svg", b"", b"RIFF\0\0\0\0WEBP"] {
            let refused = sniff(&file(other, 100)).unwrap_err();
            assert_eq!(refused, LicencePhotoError::Unsupported);
        }
    }

    #[test]
    fn a_document_stays_as_it_is() {
        let photo = document(b"%PDF-1.7 and so on".to_vec());
        assert_eq!(
            (photo.object.bytes.as_slice(), photo.extension),
            (&b"%PDF-1.7 and so on"[..], "pdf")
        );
    }
}
