use super::binary::{NO_REDIS, TestDatabase, redis_url, run};

const PRODUCTION: [(&str, &str); 10] = [
    ("APP_ENV", "production"),
    ("DATABASE_URL", "postgres://app:correct-horse@127.0.0.1:1/das_tern"),
    ("REDIS_URL", "redis://:battery-staple@127.0.0.1:1"),
    ("DASTERN__AUTH__TOKEN_KEY", "7hZbq0zW9c1kV4tTn2mJxR5dPfY8sLgE"),
    ("DASTERN__SMS__ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
    ("DASTERN__SMS__AUTH_TOKEN", "a-token-of-twilio"),
    ("DASTERN__SMS__SENDER", "+15005550006"),
    ("DASTERN__MAIL__HOST", "mail.internal"),
    ("DASTERN__MAIL__SENDER", "Das Tern <no-reply@das-tern.example>"),
    ("DASTERN__OBJECTS__FOLDER", "objects-of-the-tests"),
];

#[test]
fn check_shows_what_is_in_force_without_secrets() {
    let answer = run(&["check", "--offline"], &PRODUCTION);
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    assert!(
        answer
            .out
            .contains("url = \"postgres://app:********@127.0.0.1:1/das_tern\" # DATABASE_URL"),
        "{}",
        answer.out
    );
    assert!(answer.out.contains("access_ttl_s = 900\n"), "{}", answer.out);
    for secret in [
        "correct-horse",
        "battery-staple",
        "7hZbq0zW9c1kV4tTn2mJxR5dPfY8sLgE",
        "a-token-of-twilio",
    ] {
        assert!(
            !answer.out.contains(secret) && !answer.err.contains(secret),
            "{secret} in {}",
            answer.out
        );
    }
}

#[test]
fn a_file_is_read_where_the_command_line_or_a_variable_says() {
    let path = std::env::temp_dir().join(format!("das-tern-cli-{}.toml", std::process::id()));
    std::fs::write(&path, "[limits]\ngeneral_per_minute = 77\n").unwrap();
    let path = path.to_str().unwrap();
    let by_option = run(&["--config", path, "check", "--offline"], &[]);
    let by_variable = run(&["check", "--offline"], &[("DASTERN_CONFIG", path)]);
    std::fs::remove_file(path).unwrap();
    for answer in [by_option, by_variable] {
        assert!(
            answer.out.contains(&format!("general_per_minute = 77 # {path}")),
            "{} {}",
            answer.out,
            answer.err
        );
    }
}

#[test]
fn a_wrong_configuration_ends_with_2_and_names_everything() {
    let wrong = [
        ("APP_ENV", "production"),
        ("PORT", "http"),
        ("DASTERN__LIMITS__GENERAL", "1"),
    ];
    for command in [&["serve"][..], &["check"], &["migrate", "up"], &["seed"]] {
        let answer = run(command, &wrong);
        assert_eq!(answer.code, Some(2), "{command:?}");
        for key in [
            "server.port",
            "limits.general",
            "database.url",
            "redis.url",
            "auth.token_key",
            "sms.account_sid",
            "mail.host",
            "objects.folder",
        ] {
            assert!(answer.err.contains(key), "{key} is not in {}", answer.err);
        }
    }
}

#[test]
fn check_tells_what_does_not_answer_and_ends_with_1() {
    let short = [("DASTERN__DATABASE__CONNECT_TIMEOUT_MS", "200")];
    let answer = run(&["check"], &[&PRODUCTION[..], &short].concat());
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.out.contains("# PROBLEM: PostgreSQL at 127.0.0.1:1/das_tern"),
        "{}",
        answer.out
    );
    assert!(answer.out.contains("# PROBLEM: Redis at 127.0.0.1:1"), "{}", answer.out);
    assert!(answer.err.contains("2 problems"), "{}", answer.err);
}

#[test]
fn check_tells_how_the_services_are() {
    let database = TestDatabase::create("check");
    let redis = redis_url();
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", &redis),
    ];
    let behind = run(&["check"], &variables);
    assert_eq!(behind.code, Some(1));
    assert!(behind.out.contains("migrations are pending"), "{}", behind.out);
    assert_eq!(run(&["migrate", "up"], &variables).code, Some(0));
    let answer = run(&["check"], &variables);
    assert_eq!(answer.code, Some(0), "{} {}", answer.out, answer.err);
    for finding in [
        "PostgreSQL answers",
        "the schema is up to date",
        "Khmer sorts by",
        "Redis answers",
        "the providers are set up",
    ] {
        assert!(answer.out.contains(&format!("# ok: {finding}")), "{}", answer.out);
    }
}

#[test]
fn production_is_asked_before_it_loses_data() {
    let short = [("DASTERN__DATABASE__CONNECT_TIMEOUT_MS", "200")];
    let production = [&PRODUCTION[..], &short].concat();
    for command in [&["migrate", "down"][..], &["migrate", "fresh"]] {
        let asked = run(command, &production);
        assert_eq!(asked.code, Some(1));
        assert!(asked.err.contains("add --yes"), "{}", asked.err);
        let meant = run(&[command, &["--yes"]].concat(), &production);
        assert!(
            meant.err.contains("no database at 127.0.0.1:1/das_tern"),
            "{}",
            meant.err
        );
    }
}

#[test]
fn production_is_never_seeded() {
    let answer = run(&["seed"], &PRODUCTION);
    assert_eq!(answer.code, Some(1));
    assert!(answer.err.contains("not seeded"), "{}", answer.err);
}

#[test]
fn a_server_without_a_database_says_where_it_looked() {
    let nowhere = "postgres://app:correct-horse@127.0.0.1:1/das_tern";
    let short = ("DASTERN__DATABASE__CONNECT_TIMEOUT_MS", "200");
    let answer = run(&["serve"], &[("DATABASE_URL", nowhere), ("REDIS_URL", NO_REDIS), short]);
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.err.contains("no database at 127.0.0.1:1/das_tern"),
        "{}",
        answer.err
    );
    assert!(!answer.err.contains("correct-horse"), "{}", answer.err);
}

#[test]
fn a_log_for_machines_is_json_in_phnom_penh_time() {
    let variables = [
        ("DASTERN__LOG__FORMAT", "json"),
        ("DASTERN__DATABASE__CONNECT_TIMEOUT_MS", "200"),
    ];
    let answer = run(
        &["serve"],
        &[&variables[..], &[("DATABASE_URL", "postgres://127.0.0.1:1/x")]].concat(),
    );
    let line: serde_json::Value = serde_json::from_str(answer.err.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "INFO", "{line}");
    assert_eq!(line["place"], "127.0.0.1:1/x", "{line}");
    assert!(line["timestamp"].as_str().unwrap().ends_with("+07:00"), "{line}");
}

#[test]
fn a_provider_that_cannot_be_used_is_named_before_anything_else_is_tried() {
    let path = std::env::temp_dir().join(format!("das-tern-cli-{}-file", std::process::id()));
    std::fs::write(&path, "no folder").unwrap();
    let folder = ("DASTERN__OBJECTS__FOLDER", path.to_str().unwrap());
    let served = run(&["serve"], &[folder]);
    let checked = run(&["check"], &[folder, ("DASTERN__DATABASE__CONNECT_TIMEOUT_MS", "200")]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!((served.code, checked.code), (Some(1), Some(1)));
    assert!(
        served.err.contains("cannot use what is outside: the folder"),
        "{}",
        served.err
    );
    assert!(
        checked.out.contains("# PROBLEM: what is outside: the folder"),
        "{}",
        checked.out
    );
}
