use serde_json::Value;

use super::binary::{NO_REDIS, TestDatabase, run};

fn applied(variables: &[(&str, &str)]) -> Vec<bool> {
    let status = run(&["migrate", "status", "--json"], variables);
    assert_eq!(status.code, Some(0), "{}", status.err);
    let steps: Vec<Value> = serde_json::from_str(&status.out).unwrap();
    assert!(steps.iter().all(|step| step["name"].is_string()), "{}", status.out);
    steps.iter().map(|step| step["applied"].as_bool().unwrap()).collect()
}

#[test]
fn the_schema_goes_up_and_down() {
    let database = TestDatabase::create("migrate");
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", NO_REDIS),
    ];
    assert!(applied(&variables).iter().all(|applied| !applied));

    let up = run(&["migrate", "up"], &variables);
    assert_eq!(up.code, Some(0), "{}", up.err);
    assert!(up.out.contains("applied: m20261123_000001_schema"), "{}", up.out);
    assert!(applied(&variables).iter().all(|applied| *applied));
    assert_eq!(run(&["migrate", "up"], &variables).out, "nothing to do\n");

    assert_eq!(run(&["migrate", "down", "--steps", "2"], &variables).code, Some(0));
    let left = applied(&variables);
    assert_eq!(left.iter().filter(|applied| !**applied).count(), 2);
    let status = run(&["migrate", "status"], &variables).out;
    assert_eq!(status.matches("pending  m").count(), 2, "{status}");

    assert_eq!(run(&["migrate", "fresh"], &variables).code, Some(0));
    assert!(applied(&variables).iter().all(|applied| *applied));
}

#[test]
fn demonstration_data_comes_once() {
    let database = TestDatabase::create("seed");
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", NO_REDIS),
    ];
    assert_eq!(run(&["migrate", "up"], &variables).code, Some(0));
    let first = run(&["seed", "--if-empty"], &variables);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let second = run(&["seed", "--if-empty"], &variables);
    assert_eq!(second.code, Some(0), "{}", second.err);
    assert!(second.out.contains("nothing to do"), "{}", second.out);
}
