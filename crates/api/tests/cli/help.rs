use super::binary::{Answer, run};

/// What a command says about itself.
fn help(command: &[String]) -> Answer {
    let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    run(&arguments, &[])
}

/// A command and all that are below it, as the help lists them.
fn commands_from(command: &[String]) -> Vec<Vec<String>> {
    let help = help(command).out;
    let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest);
    let names = listed
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    let below = names.flat_map(|name| commands_from(&[command, &[name.to_owned()]].concat()));
    std::iter::once(command.to_vec()).chain(below).collect()
}

#[test]
fn every_command_explains_itself_with_examples() {
    let commands = commands_from(&[]);
    for known in ["migrate fresh", "admin key", "admin doctors photo"] {
        assert!(commands.iter().any(|command| command.join(" ") == known), "{known}");
    }
    for command in commands {
        let help = help(&command);
        assert_eq!(help.code, Some(0), "{command:?}");
        let example = format!("  das-tern {}", command.join(" "));
        let (_, examples) = help
            .out
            .split_once("Examples:")
            .unwrap_or_else(|| panic!("no examples in {}", help.out));
        assert!(examples.contains(example.trim_end()), "{}", help.out);
    }
}

/// What is shown for production has to work there, where more than three variables are needed.
#[test]
fn an_example_for_production_names_its_configuration() {
    for command in commands_from(&[]) {
        for line in help(&command)
            .out
            .lines()
            .filter(|line| line.contains("APP_ENV=production"))
        {
            assert!(line.contains("--config"), "{line}");
        }
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
