use std::io::Cursor;

use das_tern_integrations::StoredObject;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, ImageResult, Limits};

use super::{PICTURE_BYTES, Picture, PictureError, PictureKind};
use crate::settings::PictureSettings;

/// What a pixel takes in memory, in bytes: four channels of a byte each.
const PIXEL_BYTES: u64 = 4;

/// Reads a picture, and writes what can be seen of it. A JPEG stays one, a PNG too; a WebP becomes a JPEG, or a PNG where it
/// is transparent. Of a picture that moves, the first frame is kept.
pub(super) fn rewritten(kind: PictureKind, bytes: &[u8], settings: &PictureSettings) -> Result<Picture, PictureError> {
    let image = read(kind, bytes, settings)?;
    let is_png = match kind {
        PictureKind::Jpeg => false,
        PictureKind::Png => true,
        PictureKind::WebP => image.has_alpha(),
    };
    let (written, media_type, extension) = if is_png {
        (as_png(image), "image/png", "png")
    } else {
        (as_jpeg(image, settings.jpeg_quality), "image/jpeg", "jpg")
    };
    let bytes = written.map_err(|_| PictureError::Unreadable)?;
    if bytes.len() > PICTURE_BYTES {
        return Err(PictureError::TooLarge);
    }
    let object = StoredObject {
        bytes,
        media_type: media_type.to_owned(),
    };
    Ok(Picture { object, extension })
}

/// The pixels, upright, and no more of them than are kept. What would take too much memory is refused by what its head says, before anything is unpacked.
fn read(kind: PictureKind, bytes: &[u8], settings: &PictureSettings) -> Result<DynamicImage, PictureError> {
    let format = match kind {
        PictureKind::Jpeg => ImageFormat::Jpeg,
        PictureKind::Png => ImageFormat::Png,
        PictureKind::WebP => ImageFormat::WebP,
    };
    let unreadable = |_| PictureError::Unreadable;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(settings.max_pixels * PIXEL_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > settings.max_pixels || decoder.total_bytes() > settings.max_pixels * PIXEL_BYTES {
        return Err(PictureError::TooLarge);
    }
    // Before the decoder is used up, and with it what says how the picture was held.
    let orientation = decoder.orientation();
    let image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    // Before it is turned, which takes the picture once more.
    let mut image = bounded(image, settings.max_side);
    if let Ok(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

fn bounded(image: DynamicImage, max_side: u32) -> DynamicImage {
    if image.width().max(image.height()) <= max_side {
        return image;
    }
    image.thumbnail(max_side, max_side)
}

fn as_jpeg(image: DynamicImage, quality: u8) -> ImageResult<Vec<u8>> {
    let image = match image {
        grey @ DynamicImage::ImageLuma8(_) => grey,
        colour => colour.into_rgb8().into(),
    };
    let mut bytes = Vec::new();
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?;
    Ok(bytes)
}

fn as_png(image: DynamicImage) -> ImageResult<Vec<u8>> {
    let image: DynamicImage = match image {
        grey @ DynamicImage::ImageLuma8(_) => grey,
        transparent if transparent.has_alpha() => transparent.into_rgba8().into(),
        colour => colour.into_rgb8().into(),
    };
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    image.write_with_encoder(encoder)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
