use super::binary::run;

#[test]
fn every_command_explains_itself_with_examples() {
    let commands: [&[&str]; 12] = [
        &[],
        &["serve"],
        &["worker"],
        &["migrate"],
        &["migrate", "up"],
        &["migrate", "down"],
        &["migrate", "status"],
        &["migrate", "fresh"],
        &["seed"],
        &["check"],
        &["openapi"],
        &["healthcheck"],
    ];
    for command in commands {
        let help = run(&[command, &["--help"]].concat(), &[]);
        assert_eq!(help.code, Some(0), "{command:?}");
        let example = format!("  das-tern {}", command.join(" "));
        let (_, examples) = help
            .out
            .split_once("Examples:")
            .unwrap_or_else(|| panic!("no examples in {}", help.out));
        assert!(examples.contains(example.trim_end()), "{}", help.out);
    }
}

#[test]
fn the_help_names_every_command() {
    let help = run(&["--help"], &[]).out;
    for command in ["serve", "worker", "migrate", "seed", "check", "openapi", "healthcheck"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
}

#[test]
fn an_unknown_command_ends_with_2() {
    assert_eq!(run(&["sevre"], &[]).code, Some(2));
}

#[test]
fn the_openapi_document_needs_no_configuration() {
    let answer = run(&["openapi"], &[("APP_ENV", "production")]);
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    let document: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[test]
fn the_openapi_document_can_be_written_to_a_file() {
    let path = std::env::temp_dir().join(format!("das-tern-openapi-{}.json", std::process::id()));
    let answer = run(&["openapi", "--output", path.to_str().unwrap()], &[]);
    let written = std::fs::read_to_string(&path);
    let _ = std::fs::remove_file(&path);
    assert_eq!((answer.code, answer.out.as_str()), (Some(0), ""), "{}", answer.err);
    assert!(written.unwrap().contains("\"openapi\""));
}
