//! PostgreSQL and Redis of `docker/compose.yml`, for `up --docker`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::progress::{Step, run};
use crate::services::{Services, checkout};

/// What `up` notes when it has started the containers, so that `down` and `reset` know of them.
pub(super) const NOTE: &str = "COMPOSE";

const SERVICES: [&str; 2] = ["postgres", "redis"];

/// The containers, and whether it was we who started them.
pub(super) struct Containers {
    pub(super) services: Services,
    pub(super) are_ours: bool,
}

/// Starts the containers, unless they run, and says where they are, as `.env` has it.
pub(super) fn start() -> Result<Containers> {
    let step = Step::begin("starting the compose stack");
    let running = compose(&["ps", "--services", "--status", "running"])
        .output()
        .context("cannot run docker")?;
    let running = String::from_utf8_lossy(&running.stdout).into_owned();
    let are_ours = !SERVICES.iter().all(|name| running.lines().any(|line| line == *name));
    let status = compose(&["up", "--detach", "--wait"])
        .args(SERVICES)
        .status()
        .context("cannot run docker")?;
    ensure!(
        status.success(),
        "docker compose failed; is there an .env? Copy .env.example to begin with"
    );
    step.done();
    let settings = fs::read_to_string(checkout().join(".env")).context("cannot read .env")?;
    let services = located(&settings)?;
    Ok(Containers { services, are_ours })
}

/// Stops the containers; their data is kept.
pub(super) fn stop() -> Result<()> {
    run("stopping the containers", compose(&["stop"]).args(SERVICES))
}

/// Removes the containers with the volumes that hold their data.
pub(super) fn delete() -> Result<()> {
    run(
        "deleting the containers and their volumes",
        &mut compose(&["down", "--volumes"]),
    )
}

fn compose(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command
        .args(["compose", "--env-file", ".env", "--file", "docker/compose.yml"])
        .args(arguments)
        .current_dir(checkout());
    command
}

/// Where the containers are reached from this machine.
fn located(settings: &str) -> Result<Services> {
    let value = |name: &str| {
        let line = settings
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
            .with_context(|| format!("{name} is not in .env"))
    };
    let database_url = format!(
        "postgres://{}:{}@127.0.0.1:5432/{}",
        value("POSTGRES_USER")?,
        value("POSTGRES_PASSWORD")?,
        value("POSTGRES_DB")?
    );
    let redis_url = format!("redis://:{}@127.0.0.1:6379", value("REDIS_PASSWORD")?);
    Ok(Services::elsewhere(database_url, redis_url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_containers_are_where_the_settings_say() {
        let settings =
            "# ours\nPOSTGRES_USER=das_tern\nPOSTGRES_PASSWORD=\"one\"\nPOSTGRES_DB=care\nREDIS_PASSWORD=two\n";
        let services = located(settings).unwrap();
        assert_eq!(services.database_url, "postgres://das_tern:one@127.0.0.1:5432/care");
        assert_eq!(services.redis_url, "redis://:two@127.0.0.1:6379");
        assert!(located("POSTGRES_USER=das_tern\n").is_err());
    }
}
