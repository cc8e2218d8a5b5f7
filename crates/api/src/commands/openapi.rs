//! `das-tern openapi`: the document that describes the API.

use std::path::Path;

use anyhow::Context as _;

use super::print;

pub(super) fn run(output: Option<&Path>) -> anyhow::Result<()> {
    let document = format!("{}\n", das_tern_http::openapi().to_pretty_json()?);
    match output {
        Some(path) => std::fs::write(path, document).with_context(|| format!("cannot write {}", path.display())),
        None => print(&document),
    }
}
