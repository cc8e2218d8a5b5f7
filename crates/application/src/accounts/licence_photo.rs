use das_tern_integrations::StoredObject;

use crate::pictures::{PICTURE_BYTES, Picture, PictureError, PictureKind};
use crate::{Application, Code, Error, FieldCode};

/// The largest file that may show a licence, in bytes.
pub const LICENCE_PHOTO_BYTES: usize = 10 << 20;

const PDF: &[u8] = b"%PDF-";

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

/// A file that may show a licence, by its first bytes and its size: a JPEG or PNG of at most 5 MB, or a PDF of at most 10 MB.
/// The content decides, whatever the file is called (rules §12).
#[derive(Clone)]
pub struct LicenceFile {
    kind: FileKind,
    bytes: Vec<u8>,
}

impl LicenceFile {
    /// Looks at the beginning of a file. Nothing is unpacked: whoever sends it has not been counted yet.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn of(bytes: Vec<u8>) -> Result<Self, LicencePhotoError> {
        let kind = sniff(&bytes)?;
        Ok(Self { kind, bytes })
    }
}

impl std::fmt::Debug for LicenceFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LicenceFile({} bytes)", self.bytes.len())
    }
}

/// A picture of a licence, ready to be stored.
pub(super) struct LicencePhoto {
    pub(super) object: StoredObject,
    /// What its name ends in.
    pub(super) extension: &'static str,
}

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Picture(PictureKind),
    Document,
}

impl Application {
    /// Reads a picture of a licence, which is written anew without anything that cannot be seen; a PDF stays as it is.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a picture that is damaged, `PAYLOAD_TOO_LARGE` for one that unpacks to too much, `UNAVAILABLE`
    /// while too many are read.
    pub(super) async fn licence_photo(&self, file: LicenceFile) -> Result<LicencePhoto, Error> {
        let kind = match file.kind {
            FileKind::Document => return Ok(document(file.bytes)),
            FileKind::Picture(kind) => kind,
        };
        match self.pictures().rewrite(kind, file.bytes).await {
            Ok(Picture { object, extension }) => Ok(LicencePhoto { object, extension }),
            Err(PictureError::TooLarge) => Err(Error::new(Code::PayloadTooLarge)),
            Err(PictureError::Unreadable) => Err(Error::invalid_field("licensePhoto", FieldCode::UnsupportedFile)),
            Err(PictureError::Crowded(crowded)) => Err(crowded.into()),
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
