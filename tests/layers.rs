//! The direction of dependencies: what each crate may name in its manifest, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of ours, and of the crates that a layer is recognised by.
const ALLOWED: &[(&str, &[&str])] = &[
    ("das-tern-domain", &["sea-orm", "utoipa"]),
    ("das-tern-persistence", &["das-tern-domain", "sea-orm", "sqlx", "tokio"]),
    ("das-tern-cache", &["das-tern-domain", "redis", "tokio"]),
    (
        "das-tern-integrations",
        &["das-tern-domain", "lettre", "object_store", "reqwest", "tokio"],
    ),
    (
        "das-tern-application",
        &[
            "das-tern-cache",
            "das-tern-domain",
            "das-tern-integrations",
            "das-tern-persistence",
            "image",
            "tokio",
        ],
    ),
    (
        "das-tern-http",
        &[
            "actix-web",
            "das-tern-application",
            "das-tern-domain",
            "tokio",
            "utoipa",
        ],
    ),
    ("das-tern-seed", &["das-tern-domain", "das-tern-persistence", "sea-orm"]),
    ("das-tern-migration", &["sea-orm-migration"]),
    (
        "das-tern-api",
        &[
            "actix-web",
            "das-tern-application",
            "das-tern-cache",
            "das-tern-domain",
            "das-tern-http",
            "das-tern-integrations",
            "das-tern-migration",
            "das-tern-persistence",
            "das-tern-seed",
            "sea-orm-migration",
            "tokio",
            "utoipa",
        ],
    ),
    ("xtask", &[]),
];

/// The crates of others that tell a layer: whoever names one of these has a database, a cache, a web, a runtime, a way to the
/// outside world or decoders.
const TELLING: &[&str] = &[
    "actix-web",
    "image",
    "lettre",
    "object_store",
    "redis",
    "reqwest",
    "sea-orm",
    "sea-orm-migration",
    "sqlx",
    "tokio",
    "utoipa",
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let normal = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"].is_null());
            (name(package), normal.map(name).collect())
        })
        .collect()
}

#[test]
fn each_crate_depends_only_on_what_its_layer_may() {
    let dependencies = dependencies();
    for (package, allowed) in ALLOWED {
        let named = &dependencies[*package];
        let telling = named
            .iter()
            .filter(|name| name.starts_with("das-tern-") || TELLING.contains(&name.as_str()));
        let forbidden: Vec<_> = telling.filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(forbidden.is_empty(), "{package} must not depend on {forbidden:?}");
    }
}

#[test]
fn every_crate_has_its_place_in_the_list() {
    let listed: BTreeSet<_> = ALLOWED.iter().map(|(package, _)| (*package).to_owned()).collect();
    let mut present: BTreeSet<_> = dependencies().into_keys().collect();
    present.remove("das-tern-tests");
    assert_eq!(present, listed);
}
