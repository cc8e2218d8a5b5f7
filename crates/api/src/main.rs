//! `das-tern`: the server and its tools.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything opens a connection. A provider that is there already is this one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    das_tern_api::run()
}
