//! What the compose file and the Dockerfile promise, read from their text; and the same promises kept by local services.

mod compose;
mod image;
mod services;

use std::path::PathBuf;

/// A file of the checkout.
fn read(path: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", path].iter().collect();
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
