use std::collections::{BTreeMap, BTreeSet};

use serde_yaml_ng::Value;

use super::read;

/// What has to be set for PostgreSQL and Redis. The compose file is read whole, whatever is started of it: no more may be
/// asked for.
const NEEDED: [&str; 4] = ["POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_USER", "REDIS_PASSWORD"];

fn compose() -> Value {
    let mut document: Value = serde_yaml_ng::from_str(&read("docker/compose.yml")).unwrap();
    document.apply_merge().unwrap();
    document
}

fn service(name: &str) -> Value {
    compose()["services"][name].clone()
}

fn command(service: &Value) -> String {
    let words = service["command"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap());
    words.collect::<Vec<_>>().join(" ")
}

fn strings(list: &Value) -> Vec<String> {
    list.as_sequence()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_images_are_the_promised_versions() {
    assert!(
        service("postgres")["image"]
            .as_str()
            .unwrap()
            .starts_with("postgres:17")
    );
    assert!(service("redis")["image"].as_str().unwrap().starts_with("redis:7.4"));
}

#[test]
fn both_services_restart_and_are_checked_every_ten_seconds() {
    for (name, check) in [("postgres", "pg_isready"), ("redis", "redis-cli ping")] {
        let service = service(name);
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        let health = &service["healthcheck"];
        assert_eq!(
            (health["interval"].as_str(), health["retries"].as_u64()),
            (Some("10s"), Some(5)),
            "{name}"
        );
        assert!(strings(&health["test"]).join(" ").contains(check), "{name}");
    }
}

#[test]
fn both_services_keep_their_data_in_named_volumes_and_listen_on_loopback() {
    let volumes = compose()["volumes"].clone();
    for (name, port) in [("postgres", "127.0.0.1:5432:5432"), ("redis", "127.0.0.1:6379:6379")] {
        let service = service(name);
        let (volume, _) = strings(&service["volumes"])[0]
            .split_once(':')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        assert!(
            volumes.as_mapping().unwrap().contains_key(volume.as_str()),
            "{name}: {volume}"
        );
        assert_eq!(strings(&service["ports"]), [port]);
    }
}

#[test]
fn all_services_share_a_network_of_their_own() {
    let document = compose();
    let networks = document["networks"].as_mapping().unwrap();
    assert_eq!(networks.len(), 1);
    let network = networks.keys().next().unwrap().as_str().unwrap().to_owned();
    for (name, service) in document["services"].as_mapping().unwrap() {
        assert_eq!(strings(&service["networks"]), [network.as_str()], "{name:?}");
    }
}

#[test]
fn postgres_is_set_to_utf_8_twenty_connections_phnom_penh_and_a_slow_query_log() {
    let postgres = service("postgres");
    for setting in [
        "max_connections=20",
        "timezone=Asia/Phnom_Penh",
        "log_min_duration_statement=1000",
    ] {
        assert!(command(&postgres).contains(setting), "{setting}");
    }
    let environment = &postgres["environment"];
    assert_eq!(
        (&environment["TZ"], &environment["PGTZ"]),
        (&"Asia/Phnom_Penh".into(), &"Asia/Phnom_Penh".into())
    );
    assert!(
        environment["POSTGRES_INITDB_ARGS"]
            .as_str()
            .unwrap()
            .contains("--encoding=UTF8")
    );
}

#[test]
fn redis_has_a_password_a_limit_and_two_ways_to_keep_its_data() {
    let command = command(&service("redis"));
    for setting in [
        "--requirepass",
        "--maxmemory 512mb",
        "--maxmemory-policy allkeys-lru",
        "--save 900 1",
        "--appendonly yes",
    ] {
        assert!(command.contains(setting), "{setting}");
    }
}

#[test]
fn the_api_is_a_profile_and_starts_after_its_migrations() {
    let (api, migrate) = (service("api"), service("migrate"));
    for service in [&api, &migrate] {
        assert_eq!(strings(&service["profiles"]), ["api"]);
        assert_eq!(service["environment"]["APP_ENV"], "production");
    }
    assert_eq!(
        api["depends_on"]["migrate"]["condition"],
        "service_completed_successfully"
    );
    assert_eq!(api["depends_on"]["postgres"]["condition"], "service_healthy");
    assert_eq!(migrate["restart"], "no");
    assert_eq!(command(&migrate), "migrate up");
}

#[test]
fn the_files_of_the_api_outlive_it() {
    let api = service("api");
    let folder = api["environment"]["DASTERN__OBJECTS__FOLDER"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(strings(&api["volumes"]), [format!("objects:{folder}")]);
    assert!(compose()["volumes"].as_mapping().unwrap().contains_key("objects"));
    // A volume takes over the owner of the folder that it covers.
    let image = read("docker/Dockerfile");
    assert!(
        image.contains(&format!("--owner=10001 --group=10001 --mode=0700 {folder}")),
        "{image}"
    );
}

#[test]
fn the_pool_fits_under_the_connections_of_the_server() {
    let pool: u32 = service("api")["environment"]["DASTERN__DATABASE__MAX_CONNECTIONS"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(pool, 15);
}

#[test]
fn only_what_postgres_and_redis_need_must_be_set_and_the_example_chooses_no_password() {
    let text = read("docker/compose.yml");
    let asked: BTreeSet<_> = text
        .split("${")
        .skip(1)
        .map(|part| {
            let (variable, _) = part.split_once('}').unwrap();
            let (name, rule) = variable.split_once(":?").unwrap();
            assert!(!rule.is_empty());
            name
        })
        .collect();
    assert_eq!(asked, BTreeSet::from(NEEDED));
    let example = example();
    for name in NEEDED {
        let value = example
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not in .env.example"));
        assert_eq!(value.is_empty(), name.ends_with("PASSWORD"), "{name}={value}");
    }
}

#[test]
fn the_api_reads_every_key_that_the_example_has() {
    for name in ["api", "migrate"] {
        let files = service(name)["env_file"].clone();
        assert_eq!(
            (&files[0]["path"], &files[0]["required"]),
            (&"../.env".into(), &false.into()),
            "{name}"
        );
    }
    let defaults: toml::Table = read("config/default.toml").parse().unwrap();
    let mut keys = 0;
    for name in example().keys().filter_map(|name| name.strip_prefix("DASTERN__")) {
        let (section, key) = name.split_once("__").unwrap();
        let (section, key) = (section.to_lowercase(), key.to_lowercase());
        assert!(defaults[&section].get(&key).is_some(), "there is no {section}.{key}");
        keys += 1;
    }
    assert!(keys > 15);
}

#[test]
fn redis_does_not_run_as_root() {
    assert!(command(&service("redis")).contains("exec docker-entrypoint.sh redis-server "));
}

/// The variables that `.env.example` sets.
fn example() -> BTreeMap<String, String> {
    let text = read(".env.example");
    let pairs = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
