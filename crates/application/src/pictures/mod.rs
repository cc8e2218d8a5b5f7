//! Pictures that people send: read, turned upright, made smaller and written anew, so that nothing is stored but what can be
//! seen (rules §12).

mod rewrite;

use das_tern_integrations::StoredObject;

use crate::settings::PictureSettings;
use crate::turns::{Turns, Undone};
use rewrite::rewritten;

/// The largest picture, in bytes, as it comes and as it is kept.
pub(crate) const PICTURE_BYTES: usize = 5 << 20;

/// What a picture is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureKind {
    Jpeg,
    Png,
    WebP,
}

impl PictureKind {
    /// The kind of what may be a picture, whatever it is called.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else {
            is_webp.then_some(Self::WebP)
        }
    }
}

/// Why a file does not become a picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// It has too many pixels, or is too large once it is written anew.
    #[error("too large")]
    TooLarge,
    /// It is damaged, or only pretends to be a picture.
    #[error("unreadable")]
    Unreadable,
    /// Too many are read at once.
    #[error(transparent)]
    Crowded(Undone),
}

/// A picture as it is stored.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) object: StoredObject,
    /// What its name ends in.
    pub(crate) extension: &'static str,
}

/// Reads pictures and writes them anew, few at once: each takes a core for a moment, and much memory.
pub(crate) struct Pictures {
    turns: Turns,
    settings: PictureSettings,
}

impl Pictures {
    pub(crate) fn new(settings: &PictureSettings) -> Self {
        Self {
            turns: Turns::new(settings.at_once as usize, settings.wait_ms),
            settings: settings.clone(),
        }
    }

    /// The picture in a file of this kind, without anything that cannot be seen.
    pub(crate) async fn rewrite(&self, kind: PictureKind, bytes: Vec<u8>) -> Result<Picture, PictureError> {
        let settings = self.settings.clone();
        match self.turns.run(move || rewritten(kind, &bytes, &settings)).await {
            Ok(done) => done,
            Err(Undone::Panicked) => {
                tracing::warn!(?kind, "a picture made its decoder panic");
                Err(PictureError::Unreadable)
            }
            Err(crowded @ (Undone::Crowded | Undone::NoThread(_))) => Err(PictureError::Crowded(crowded)),
        }
    }
}
