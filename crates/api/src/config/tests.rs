use std::collections::BTreeSet;

use super::*;
use fields::fields_of;

mod fields;
mod outside;

const PRODUCTION: [(&str, &str); 11] = [
    ("APP_ENV", "production"),
    ("DATABASE_URL", "postgres://app:correct-horse@db.internal/das_tern"),
    ("REDIS_URL", "rediss://:battery-staple@redis.internal:6380"),
    ("DASTERN__AUTH__TOKEN_KEY", "7hZbq0zW9c1kV4tTn2mJxR5dPfY8sLgE"),
    ("DASTERN__SMS__ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
    ("DASTERN__SMS__AUTH_TOKEN", "a-token-of-twilio"),
    ("DASTERN__SMS__SENDER", "+15005550006"),
    ("DASTERN__MAIL__HOST", "mail.internal"),
    ("DASTERN__MAIL__SENDER", "Das Tern <no-reply@das-tern.example>"),
    ("DASTERN__MAIL__PORT", "465"),
    ("DASTERN__OBJECTS__FOLDER", "/var/lib/das-tern/objects"),
];

fn load(variables: &[(&str, &str)]) -> Result<(Config, Effective), Problems> {
    load_with(None, variables)
}

fn load_with(file: Option<&Path>, variables: &[(&str, &str)]) -> Result<(Config, Effective), Problems> {
    let variables = variables
        .iter()
        .map(|&(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    Config::load(&Sources { file, variables })
}

fn config(variables: &[(&str, &str)]) -> Config {
    load(variables).unwrap().0
}

fn problems(variables: &[(&str, &str)]) -> Problems {
    load(variables).unwrap_err()
}

fn production(more: &[(&'static str, &'static str)]) -> Result<(Config, Effective), Problems> {
    load(&[&PRODUCTION, more].concat())
}

#[track_caller]
fn assert_names(problems: &Problems, key: &str, source: Option<&str>) {
    let found = problems.iter().find(|problem| problem.key == key);
    let found = found.unwrap_or_else(|| panic!("{key} is not among {problems}"));
    assert_eq!(found.source.as_deref(), source, "{found}");
}

struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("das-tern-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn name(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn every_environment_has_a_configuration_that_holds() {
    assert_eq!(config(&[]).environment, Environment::Development);
    assert_eq!(config(&[("APP_ENV", "test")]).environment, Environment::Test);
    assert_eq!(production(&[]).unwrap().0.environment, Environment::Production);
}

#[test]
fn the_environments_file_is_over_the_defaults() {
    assert_eq!(config(&[]).application.auth.bcrypt_cost, 10);
    assert_eq!(production(&[]).unwrap().0.application.auth.bcrypt_cost, 12);
}

#[test]
fn a_file_is_over_the_environments_file_and_a_variable_over_both() {
    let file = File::new(
        "precedence.toml",
        "[server]\nport = 1111\nworkers = 3\nkeep_alive_s = 9\n",
    );
    let variables = [("PORT", "2222"), ("DASTERN__SERVER__WORKERS", "4")];
    let (config, effective) = load_with(Some(&file.0), &[&variables[..], &[("APP_ENV", "test")]].concat()).unwrap();
    assert_eq!(
        (config.server.port, config.server.workers, config.server.keep_alive_s),
        (2222, 4, 9)
    );
    assert_eq!(effective.source("server.port").as_deref(), Some("PORT"));
    assert_eq!(
        effective.source("server.workers").as_deref(),
        Some("DASTERN__SERVER__WORKERS")
    );
    assert_eq!(effective.source("server.keep_alive_s"), Some(file.name()));
    assert_eq!(effective.source("server.host").as_deref(), Some("config/default.toml"));
}

#[test]
fn a_long_variable_is_over_a_short_one() {
    assert_eq!(config(&[("DASTERN__SERVER__PORT", "1"), ("PORT", "2")]).server.port, 1);
}

#[test]
fn an_empty_variable_says_nothing() {
    assert_eq!(
        config(&[("PORT", ""), ("APP_ENV", ""), ("DASTERN__SERVER__HOST", "")])
            .server
            .port,
        8080
    );
}

#[test]
fn a_list_in_a_variable_is_separated_by_commas() {
    let config = config(&[("DASTERN__HTTP__CORS_ORIGINS", "https://a.example, https://b.example")]);
    assert_eq!(config.http.cors_origins, ["https://a.example", "https://b.example"]);
}

#[test]
fn a_text_of_digits_in_a_variable_stays_a_text() {
    let digits = "0123456789012345678901234567890123456789";
    assert!(load(&[("DASTERN__AUTH__TOKEN_KEY", digits)]).is_ok());
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let text = "[server]\nhots = \"x\"\nworkers = \"many\"\n[surprise]\nkey = 1\n[log]\nformat = \"fancy\"\n";
    let file = File::new("wrong.toml", text);
    let variables = [
        ("PORT", "eighty"),
        ("DASTERN__DATABASE__MAX_CONNECTIONS", "0"),
        ("DASTERN__DATABASE__URL", "mysql://localhost"),
        ("DASTERN__AUTH__BCRYPT_COST", "4"),
        ("DASTERN__AUTH__REFRESH_TTL_DAYS", "-1"),
        ("DASTERN__AUTH__LOCK_MINUTES", "-1"),
        ("DASTERN__AUTH__TOKEN_KEY", "short"),
        ("DASTERN__LIMIT__AUTH_PER_MINUTE", "5"),
        ("DASTERN__LIMITS", "5"),
        ("DASTERN__LOG__LEVEL", "das_tern=loud"),
    ];
    let problems = load_with(Some(&file.0), &variables).unwrap_err();
    for key in ["server.hots", "server.workers", "surprise", "log.format"] {
        assert_names(&problems, key, Some(&file.name()));
    }
    assert_names(&problems, "server.port", Some("PORT"));
    assert_names(
        &problems,
        "limit.auth_per_minute",
        Some("DASTERN__LIMIT__AUTH_PER_MINUTE"),
    );
    assert_names(&problems, "limits", Some("DASTERN__LIMITS"));
    for key in [
        "database.max_connections",
        "database.url",
        "auth.bcrypt_cost",
        "auth.refresh_ttl_days",
        "log.level",
    ] {
        let variable = format!("DASTERN__{}", key.replace('.', "__").to_uppercase());
        assert_names(&problems, key, Some(&variable));
    }
    assert_names(&problems, "auth.token_key", Some("DASTERN__AUTH__TOKEN_KEY"));
    assert_names(&problems, "auth.lock_minutes", Some("DASTERN__AUTH__LOCK_MINUTES"));
    assert_eq!(problems.iter().count(), 14, "{problems}");
}

#[test]
fn what_is_wrong_is_said_without_the_value() {
    let problems = problems(&[
        ("DASTERN__AUTH__TOKEN_KEY", "tooshort"),
        ("DASTERN__AUTH__LOCK_MINUTES", "hunter2"),
    ]);
    let text = problems.to_string();
    assert!(
        text.contains("at least 32 bytes") && text.contains("a whole number"),
        "{text}"
    );
    assert!(!text.contains("tooshort") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_slip_is_told_what_was_probably_meant() {
    let problems = problems(&[("DASTERN__LIMIT__AUTH_PER_MINUTE", "5"), ("DASTERN__NONSENSE", "5")]).to_string();
    assert!(problems.contains("did you mean limits.auth_per_minute?"), "{problems}");
    assert_eq!(problems.matches("did you mean").count(), 1, "{problems}");
}

#[test]
fn a_variable_with_too_few_underscores_is_not_overlooked() {
    let problems = problems(&[
        ("DASTERN_AUTH_TOKEN_KEY", "x"),
        ("DASTERN_CONFIG", "/etc/das-tern.toml"),
    ]);
    assert_names(&problems, "DASTERN_AUTH_TOKEN_KEY", None);
    assert_eq!(problems.iter().count(), 1, "{problems}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_so_is_one_that_is_no_toml() {
    let missing = Path::new("/nonexistent/das-tern.toml");
    assert_names(
        &load_with(Some(missing), &[]).unwrap_err(),
        "/nonexistent/das-tern.toml",
        None,
    );
    let broken = File::new("broken.toml", "[server\nport = 1\n");
    assert_names(&load_with(Some(&broken.0), &[]).unwrap_err(), &broken.name(), None);
}

#[test]
fn an_unknown_environment_is_named() {
    assert_names(&problems(&[("APP_ENV", "staging")]), "APP_ENV", None);
}

#[test]
fn production_has_no_secrets_of_its_own() {
    let problems = problems(&[("APP_ENV", "production")]);
    for key in ["database.url", "redis.url", "auth.token_key"] {
        assert_names(&problems, key, None);
    }
    let defaults = Some("config/default.toml");
    let of_providers = [
        "sms.account_sid",
        "sms.auth_token",
        "sms.sender",
        "mail.host",
        "mail.sender",
        "objects.folder",
    ];
    for key in of_providers {
        assert_names(&problems, key, defaults);
    }
    assert_eq!(problems.iter().count(), 9, "{problems}");
}

#[rstest::rstest]
#[case::development_key("DASTERN__AUTH__TOKEN_KEY", "a key of development that everybody knows")]
#[case::test_key("DASTERN__AUTH__TOKEN_KEY", "a key of the tests that everybody knows")]
#[case::previous_key("DASTERN__AUTH__TOKEN_KEY_PREVIOUS", "a key of development that everybody knows")]
#[case::metrics_token("DASTERN__HTTP__METRICS_TOKEN", "a metrics token of development")]
#[case::database_password("DASTERN__DATABASE__URL", "postgres://app:das_tern_development@db.internal/das_tern")]
#[case::escaped_password(
    "DASTERN__DATABASE__URL",
    "postgres://app:das%5Ftern%5Fdevelopment@db.internal/das_tern"
)]
#[case::password_behind(
    "DASTERN__DATABASE__URL",
    "postgres://app@db.internal/das_tern?password=das_tern_development"
)]
#[case::test_password("DASTERN__DATABASE__URL", "postgres://app:das_tern_test@db.internal/das_tern")]
#[case::migration("DASTERN__SERVER__MIGRATE_ON_START", "true")]
#[case::pretty_log("DASTERN__LOG__FORMAT", "pretty")]
#[case::causes("DASTERN__HTTP__SHOW_CAUSES", "true")]
#[case::unverified_doctors("DASTERN__ACCOUNTS__AUTO_VERIFY_DOCTORS", "true")]
#[case::logged_messages("DASTERN__SMS__PROVIDER", "log")]
#[case::logged_mail("DASTERN__MAIL__PROVIDER", "log")]
#[case::forgotten_files("DASTERN__OBJECTS__PROVIDER", "memory")]
#[case::readable_mail("DASTERN__MAIL__ENCRYPTION", "none")]
#[case::readable_messages("DASTERN__SMS__BASE_URL", "http://api.twilio.com")]
#[case::every_origin("DASTERN__HTTP__CORS_ORIGINS", "https://app.example,*")]
fn production_refuses(#[case] variable: &'static str, #[case] text: &'static str) {
    let problems = production(&[(variable, text)]).unwrap_err();
    let key = variable
        .trim_start_matches("DASTERN__")
        .replace("__", ".")
        .to_lowercase();
    assert_names(&problems, &key, Some(variable));
    assert_eq!(problems.iter().count(), 1, "{problems}");
}

#[rstest::rstest]
#[case::slow_end("DASTERN__SERVER__DRAIN_S", "8", "server.shutdown_timeout_s")]
#[case::too_many_kept("DASTERN__DATABASE__MIN_CONNECTIONS", "99", "database.min_connections")]
#[case::one_connection("DASTERN__DATABASE__MAX_CONNECTIONS", "1", "database.max_connections")]
#[case::yellow_above_green("DASTERN__ADHERENCE__YELLOW_FROM", "81", "adherence.yellow_from")]
#[case::warned_after_the_worst("DASTERN__ADHERENCE__WARNING_MISSES", "4", "adherence.warning_misses")]
#[case::backwards("DASTERN__PROVIDERS__BACKOFF_MIN_MS", "9999", "providers.backoff_min_ms")]
#[case::small_store("DASTERN__OBJECTS__MAX_BYTES", "1000", "objects.max_bytes")]
#[case::too_few_per_address("DASTERN__LIMITS__AUTH_PER_MINUTE_PER_IP", "1", "limits.auth_per_minute")]
fn values_go_together(#[case] variable: &str, #[case] text: &str, #[case] key: &str) {
    let problems = problems(&[(variable, text)]);
    assert!(problems.iter().any(|problem| problem.key == key), "{problems}");
}

#[test]
fn what_is_shown_is_toml_with_sources_and_without_secrets() {
    let secrets = [
        (
            "DASTERN__AUTH__TOKEN_KEY_PREVIOUS",
            "previous-previous-previous-previous",
        ),
        (
            "DASTERN__HTTP__METRICS_TOKEN",
            "metrics-metrics-metrics-metrics-metrics",
        ),
        (
            "DATABASE_URL",
            "postgres://app:hunter2@db.internal/das_tern?password=hunter3",
        ),
    ];
    let (config, effective) = production(&secrets).unwrap();
    let shown = effective.to_string();
    let hidden = [
        "previous-previous",
        "metrics-metrics",
        "hunter2",
        "hunter3",
        "battery-staple",
        "7hZbq0zW9c1kV4tTn2mJxR5dPfY8sLgE",
    ];
    for secret in hidden {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        assert!(!format!("{config:?} {effective:?}").contains(secret), "{secret}");
    }
    assert!(shown.contains("app:********@db.internal/das_tern"), "{shown}");
    assert!(
        shown.contains("token_key = \"********\" # DASTERN__AUTH__TOKEN_KEY"),
        "{shown}"
    );
    let tree: toml::Table = shown.parse().unwrap();
    assert_eq!(tree["server"]["host"].as_str(), Some("0.0.0.0"));
    assert_eq!(tree["limits"]["auth_per_minute"].as_integer(), Some(5));
}

/// A value that the settings keep from their `Debug` output is one that `das-tern check` has to mask.
#[test]
fn every_value_that_the_settings_hide_is_masked() {
    let mut problems = Problems::default();
    let defaults = Layer::defaults(&mut problems);
    let tree: toml::Table = include_str!("../../../../config/default.toml").parse().unwrap();
    for (section, fields) in &tree {
        for (field, default) in fields.as_table().unwrap() {
            let key = format!("{section}.{field}");
            let marker = match key.as_str() {
                "database.url" => "postgres://u:marker-marker-marker-marker-marker@h/d",
                "redis.url" => "redis://u:marker-marker-marker-marker-marker@h",
                _ => "marker-marker-marker-marker-marker",
            };
            let variable = format!("DASTERN__{}__{}", section.to_uppercase(), field.to_uppercase());
            let Ok((config, effective)) = load(&[(&variable, marker)]) else {
                continue;
            };
            assert!(default.is_str() || default.is_array(), "{key}");
            assert!(defaults.find(&key).is_some());
            let is_hidden = !format!("{config:?}").contains("marker-marker");
            assert_eq!(!effective.to_string().contains("marker-marker"), is_hidden, "{key}");
        }
    }
}

#[test]
fn every_key_of_the_defaults_is_read_and_every_setting_has_its_key() {
    let tree: toml::Table = include_str!("../../../../config/default.toml").parse().unwrap();
    let read = [
        ("server", fields_of::<ServerSettings>()),
        ("http", fields_of::<das_tern_http::Settings>()),
        ("database", fields_of::<das_tern_persistence::Settings>()),
        ("redis", fields_of::<das_tern_cache::Settings>()),
        ("auth", fields_of::<das_tern_application::AuthSettings>()),
        ("limits", fields_of::<das_tern_application::LimitSettings>()),
        ("accounts", fields_of::<das_tern_application::AccountSettings>()),
        ("codes", fields_of::<das_tern_application::CodeSettings>()),
        ("admin", fields_of::<das_tern_application::AdminSettings>()),
        ("connections", fields_of::<das_tern_application::ConnectionSettings>()),
        ("adherence", fields_of::<das_tern_application::AdherenceSettings>()),
        ("jobs", fields_of::<das_tern_application::JobSettings>()),
        ("schedule", fields_of::<das_tern_application::ScheduleSettings>()),
        ("pictures", fields_of::<das_tern_application::PictureSettings>()),
        ("exports", fields_of::<das_tern_application::ExportSettings>()),
        ("providers", fields_of::<das_tern_integrations::ProviderSettings>()),
        ("sms", fields_of::<das_tern_integrations::SmsSettings>()),
        ("mail", fields_of::<das_tern_integrations::MailSettings>()),
        ("google", fields_of::<das_tern_integrations::GoogleSettings>()),
        ("objects", fields_of::<das_tern_integrations::ObjectSettings>()),
        ("log", fields_of::<LogSettings>()),
    ];
    assert_eq!(
        tree.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        read.iter().map(|(name, _)| *name).collect()
    );
    for (section, fields) in read {
        let keys: BTreeSet<_> = tree[section].as_table().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, fields.iter().copied().collect(), "{section}");
    }
}

#[test]
fn every_key_of_the_defaults_has_its_comment() {
    let mut previous = "";
    for line in include_str!("../../../../config/default.toml").lines() {
        let is_key = line.starts_with(|first: char| first.is_ascii_lowercase() || first == '[');
        assert!(!is_key || previous.starts_with('#'), "{line}");
        previous = line;
    }
}
