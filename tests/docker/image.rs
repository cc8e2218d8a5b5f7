use super::read;

/// The instructions of the Dockerfile, continued lines joined.
fn instructions() -> Vec<(String, String)> {
    let text = read("docker/Dockerfile").replace("\\\n", " ");
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

fn all(name: &str) -> Vec<String> {
    instructions()
        .into_iter()
        .filter(|(instruction, _)| instruction == name)
        .map(|(_, rest)| rest)
        .collect()
}

#[test]
fn the_image_is_built_in_one_stage_and_shipped_in_another() {
    let stages = all("FROM");
    assert_eq!(stages.len(), 2);
    assert!(
        stages
            .iter()
            .all(|stage| !stage.contains(":latest") && stage.contains(':')),
        "{stages:?}"
    );
    assert!(
        stages[1].contains("slim") || stages[1].contains("distroless"),
        "{}",
        stages[1]
    );
    let shipped: Vec<_> = all("COPY")
        .into_iter()
        .filter(|copy| copy.contains("--from="))
        .collect();
    assert_eq!(shipped, ["--from=build /out/das-tern /usr/local/bin/das-tern"]);
}

#[test]
fn the_server_does_not_run_as_root() {
    let users = all("USER");
    assert_eq!(users.len(), 1);
    assert!(!users[0].starts_with("root") && !users[0].starts_with('0'), "{users:?}");
}

#[test]
fn the_container_checks_its_own_health_and_stops_on_sigterm() {
    let health = all("HEALTHCHECK");
    assert!(
        health[0].contains("--interval=10s") && health[0].contains("--retries=5"),
        "{health:?}"
    );
    assert!(health[0].ends_with(r#"CMD ["das-tern", "healthcheck"]"#));
    assert_eq!(all("ENTRYPOINT"), [r#"["das-tern"]"#]);
    assert_eq!(all("STOPSIGNAL"), ["SIGTERM"]);
}

#[test]
fn the_locked_versions_are_built() {
    assert!(
        all("RUN")
            .iter()
            .any(|run| run.contains("cargo build --release --locked"))
    );
}

#[test]
fn secrets_history_and_builds_stay_out_of_the_context() {
    let ignore = read(".dockerignore");
    let admitted: Vec<_> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert_eq!(
        ignore.lines().next(),
        Some("*"),
        "everything is left out unless it is named"
    );
    for name in [".env", ".git", "target", ".dev"] {
        assert!(!admitted.contains(&name), "{name}");
    }
    for name in ["Cargo.toml", "Cargo.lock", "crates", "migration", "config"] {
        assert!(admitted.contains(&name), "{name}");
    }
}
