//! Tokens as pictures, to be scanned by another phone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use qrcode::QrCode;
use qrcode::render::svg;
use qrcode::types::QrError;

/// The least width of a picture, in pixels.
const WIDTH: u32 = 240;

/// A QR picture of `text`, an SVG as a `data:` URL.
pub(super) fn picture_of(text: &str) -> Result<String, QrError> {
    let picture = QrCode::new(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(WIDTH, WIDTH)
        .build();
    Ok(format!("data:image/svg+xml;base64,{}", STANDARD.encode(picture)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_an_svg_that_a_page_can_show() {
        let url = picture_of("fXw1Zt0sQk2m3n4b5v6c7x8z9a0s1d2f").unwrap();
        let encoded = url.strip_prefix("data:image/svg+xml;base64,").unwrap();
        let svg = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert!(svg.contains("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
        assert_ne!(url, picture_of("another").unwrap());
    }
}
