use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, GenericImageView as _, ImageEncoder as _, Rgb, RgbImage, Rgba, RgbaImage};
use rstest::rstest;

use super::*;

const RED: Rgb<u8> = Rgb([220, 20, 20]);
const BLUE: Rgb<u8> = Rgb([20, 20, 220]);
/// What a phone writes beside a picture: where it was taken.
const SECRET: &[u8] = b"GPS 11.5564 N 104.9282 E";

fn settings() -> PictureSettings {
    PictureSettings {
        max_pixels: 1_000_000,
        max_side: 100,
        jpeg_quality: 85,
        at_once: 1,
        wait_ms: 10_000,
    }
}

/// A picture that is red on the left and blue on the right.
fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
}

/// The same picture with a secret and an orientation beside it, in a file of this kind.
fn file(kind: PictureKind, picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let exif = exif(orientation);
    match kind {
        PictureKind::Jpeg => {
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
            encoder.set_exif_metadata(exif).unwrap();
            encoder
                .write_image(picture, width, height, ExtendedColorType::Rgb8)
                .unwrap();
        }
        PictureKind::Png => {
            let mut encoder = PngEncoder::new(&mut bytes);
            encoder.set_exif_metadata(exif).unwrap();
            encoder
                .write_image(picture, width, height, ExtendedColorType::Rgb8)
                .unwrap();
        }
        PictureKind::WebP => {
            let mut encoder = WebPEncoder::new_lossless(&mut bytes);
            encoder.set_exif_metadata(exif).unwrap();
            encoder
                .write_image(picture, width, height, ExtendedColorType::Rgb8)
                .unwrap();
        }
    }
    assert_eq!(PictureKind::of(&bytes), Some(kind));
    bytes
}

/// A TIFF head with one entry, the orientation, and the secret after it.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend_from_slice(SECRET);
    exif
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn shown(picture: &Picture) -> RgbImage {
    image::load_from_memory(&picture.object.bytes).unwrap().into_rgb8()
}

fn is_like(one: Rgb<u8>, other: Rgb<u8>) -> bool {
    one.0.iter().zip(other.0).all(|(one, other)| one.abs_diff(other) < 20)
}

#[rstest]
#[case(PictureKind::Jpeg, "image/jpeg", "jpg")]
#[case(PictureKind::Png, "image/png", "png")]
#[case(PictureKind::WebP, "image/jpeg", "jpg")]
fn only_what_can_be_seen_is_kept(#[case] kind: PictureKind, #[case] media_type: &str, #[case] extension: &str) {
    let mut bytes = file(kind, &flag(60, 40), 1);
    assert!(holds(&bytes, SECRET));
    bytes.extend_from_slice(b"<script>something else after the picture</script>");
    let picture = rewritten(kind, &bytes, &settings()).unwrap();
    assert_eq!(
        (&*picture.object.media_type, picture.extension),
        (media_type, extension)
    );
    for hidden in [SECRET, b"Exif", b"eXIf", b"<script>"] {
        assert!(
            !holds(&picture.object.bytes, hidden),
            "{}",
            String::from_utf8_lossy(hidden)
        );
    }
    let shown = shown(&picture);
    assert_eq!(shown.dimensions(), (60, 40));
    assert!(is_like(*shown.get_pixel(5, 20), RED) && is_like(*shown.get_pixel(55, 20), BLUE));
}

#[rstest]
#[case(PictureKind::Jpeg)]
#[case(PictureKind::Png)]
#[case(PictureKind::WebP)]
fn a_picture_that_was_taken_sideways_is_turned_upright(#[case] kind: PictureKind) {
    // A quarter to the right: what was left is at the top.
    let picture = rewritten(kind, &file(kind, &flag(60, 40), 6), &settings()).unwrap();
    let shown = shown(&picture);
    assert_eq!(shown.dimensions(), (40, 60));
    assert!(is_like(*shown.get_pixel(20, 5), RED) && is_like(*shown.get_pixel(20, 55), BLUE));
}

#[test]
fn a_large_picture_that_was_taken_sideways_is_both() {
    let bytes = file(PictureKind::Jpeg, &flag(400, 200), 6);
    let picture = rewritten(PictureKind::Jpeg, &bytes, &settings()).unwrap();
    let shown = shown(&picture);
    assert_eq!(shown.dimensions(), (50, 100));
    assert!(is_like(*shown.get_pixel(25, 10), RED) && is_like(*shown.get_pixel(25, 90), BLUE));
}

#[rstest]
#[case(400, 200, (100, 50))]
#[case(200, 400, (50, 100))]
#[case(100, 100, (100, 100))]
#[case(1000, 1, (100, 1))]
fn a_large_picture_is_made_smaller(#[case] width: u32, #[case] height: u32, #[case] expected: (u32, u32)) {
    let bytes = file(PictureKind::Png, &flag(width, height), 1);
    let picture = rewritten(PictureKind::Png, &bytes, &settings()).unwrap();
    assert_eq!(shown(&picture).dimensions(), expected);
}

#[test]
fn what_is_transparent_stays_transparent() {
    let clear = RgbaImage::from_pixel(10, 10, Rgba([220, 20, 20, 0]));
    for (kind, format) in [
        (PictureKind::Png, ImageFormat::Png),
        (PictureKind::WebP, ImageFormat::WebP),
    ] {
        let mut bytes = Cursor::new(Vec::new());
        clear.write_to(&mut bytes, format).unwrap();
        let picture = rewritten(kind, &bytes.into_inner(), &settings()).unwrap();
        assert_eq!(picture.extension, "png");
        let shown = image::load_from_memory(&picture.object.bytes).unwrap();
        assert_eq!(shown.get_pixel(5, 5).0[3], 0);
    }
}

#[test]
fn grey_and_deep_colours_are_read() {
    let grey = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(10, 10, image::Luma([77])));
    let deep = DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(10, 10, Rgb([65535, 0, 257])));
    for (image, expected) in [(grey, Rgb([77, 77, 77])), (deep, Rgb([255, 0, 1]))] {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let picture = rewritten(PictureKind::Png, &bytes.into_inner(), &settings()).unwrap();
        assert_eq!(*shown(&picture).get_pixel(5, 5), expected);
    }
}

#[test]
fn a_bomb_is_refused_by_what_its_head_says() {
    // One colour packs so well that a few kilobytes become hundreds of megabytes.
    let bomb = file(PictureKind::Png, &RgbImage::new(2000, 501), 1);
    assert!(bomb.len() < 20_000, "{}", bomb.len());
    let refused = rewritten(PictureKind::Png, &bomb, &settings()).unwrap_err();
    assert!(matches!(refused, PictureError::TooLarge));
    let just = file(PictureKind::Png, &RgbImage::new(2000, 500), 1);
    assert!(rewritten(PictureKind::Png, &just, &settings()).is_ok());
    // The head of a PNG that says 65,535 by 65,535, without the pixels.
    let mut head = file(PictureKind::Png, &flag(10, 10), 1);
    head[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    assert!(rewritten(PictureKind::Png, &head, &settings()).is_err());
}

#[test]
fn deep_colours_take_twice_the_memory_and_count_twice() {
    let image = DynamicImage::ImageRgba16(image::ImageBuffer::new(1000, 501));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let refused = rewritten(PictureKind::Png, &bytes.into_inner(), &settings()).unwrap_err();
    assert!(matches!(refused, PictureError::TooLarge));
}

#[rstest]
#[case(PictureKind::Jpeg)]
#[case(PictureKind::Png)]
#[case(PictureKind::WebP)]
fn what_is_damaged_is_unreadable_and_nothing_worse(#[case] kind: PictureKind) {
    let whole = file(kind, &flag(60, 40), 1);
    let refused = rewritten(kind, &whole[..20], &settings()).unwrap_err();
    assert!(matches!(refused, PictureError::Unreadable));
    // Whatever byte is wrong, it ends with an answer.
    for position in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[position] ^= 0xff;
        let _ = rewritten(kind, &damaged, &settings());
    }
    for length in (0..whole.len()).step_by(11) {
        let _ = rewritten(kind, &whole[..length], &settings());
    }
}

#[test]
fn a_picture_that_would_be_too_large_once_it_is_written_anew_is_refused() {
    // Noise does not pack at all.
    let mut state = 1_u32;
    let noise = RgbImage::from_fn(1400, 1400, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = state.to_le_bytes();
        Rgb([red, green, blue])
    });
    let generous = PictureSettings {
        max_pixels: 10_000_000,
        max_side: 2000,
        ..settings()
    };
    let refused = rewritten(PictureKind::Png, &file(PictureKind::Png, &noise, 1), &generous).unwrap_err();
    assert!(matches!(refused, PictureError::TooLarge));
}

#[rstest]
#[case(b"GIF89a", None)]
#[case(b"<svg", None)]
#[case(b"", None)]
#[case(b"RIFF\0\0\0\0WAVE", None)]
#[case(b"RIFF\0\0\0\0WEBP", Some(PictureKind::WebP))]
#[case(b"\xff\xd8\xff\xe0", Some(PictureKind::Jpeg))]
fn the_content_decides_on_the_kind(#[case] bytes: &[u8], #[case] expected: Option<PictureKind>) {
    assert_eq!(PictureKind::of(bytes), expected);
}
