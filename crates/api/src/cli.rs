//! The command line.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use das_tern_domain::AccountStatus;

/// The Das Tern server and its tools.
#[derive(Debug, Parser)]
#[command(
    name = "das-tern",
    version,
    about = "The Das Tern server and its tools",
    long_about = "The Das Tern server and its tools.\n\n\
        Configuration comes from the files that are built in (config/default.toml, then the one of APP_ENV), then from \
        --config, then from variables: DATABASE_URL, REDIS_URL, HOST, PORT, and DASTERN__SECTION__KEY for any other key.",
    after_help = "Examples:\n  \
        das-tern check                            what is configured, and whether it works\n  \
        das-tern migrate up && das-tern serve     bring the schema up to date, then serve\n  \
        APP_ENV=production das-tern --config /etc/das-tern.toml serve",
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    /// A TOML file over the built-in ones.
    #[arg(long, global = true, value_name = "FILE", env = "DASTERN_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API until SIGTERM or SIGINT
    #[command(
        long_about = "Serve the API until SIGTERM or SIGINT.\n\n\
            Waits for PostgreSQL, starts without Redis if need be, and prints the address once it answers. Runs the jobs, too, \
            unless jobs.in_server is false. On a signal it says that it is not ready, finishes the requests and jobs it has, \
            closes its connections and exits with 0.",
        after_help = "Examples:\n  das-tern serve\n  PORT=8081 das-tern serve\n  \
            DASTERN__LOG__LEVEL=debug das-tern serve"
    )]
    Serve,
    /// Run the jobs alone until SIGTERM or SIGINT
    #[command(
        long_about = "Run the jobs alone until SIGTERM or SIGINT: what happens without being asked, such as the schedule of the \
            days to come.\n\n\
            Any number of processes may run them at once, servers included. HOST and PORT answer how it is doing, and its \
            metrics. On a signal the jobs stop at the next safe point, and it exits with 0.",
        after_help = "Examples:\n  das-tern worker\n  PORT=8081 das-tern worker\n  DASTERN__JOBS__IN_SERVER=false das-tern serve & \
            PORT=8081 das-tern worker"
    )]
    Worker,
    /// Bring the database's schema up to date, or back
    #[command(
        after_help = "Examples:\n  das-tern migrate up\n  das-tern migrate status --json\n  \
        das-tern migrate down --steps 2"
    )]
    Migrate {
        /// Which way.
        #[command(subcommand)]
        direction: Migrate,
    },
    /// Fill the database with demonstration data (development and test only)
    #[command(
        long_about = "Fill the database with demonstration data, in Khmer and English (development and test only).\n\n\
            Doing it again adds nothing. The logins are +85512345678 and +85512345679 (patients), +85512345680 (doctor) \
            and +85512345681 (family), all with the password password123.",
        after_help = "Examples:\n  das-tern seed\n  das-tern seed --if-empty\n  das-tern seed --large 50000"
    )]
    Seed(Seed),
    /// Verify and reject doctors, and make the administrator's key
    #[command(
        after_help = "Examples:\n  das-tern admin doctors list --status PENDING_VERIFICATION\n  \
        das-tern admin doctors verify KH-2041\n  das-tern admin key"
    )]
    Admin {
        /// What to administer.
        #[command(subcommand)]
        admin: Admin,
    },
    /// Show the configuration in force, and try whether it works
    #[command(
        long_about = "Show the configuration in force, with secrets masked and with the source of each value that is not \
            the default, then try PostgreSQL, its schema and its sorting, and Redis. \
            Providers are not asked.\n\n\
            Exits with 0 if all is well, 1 if a service is not, 2 if the configuration is wrong.",
        after_help = "Examples:\n  das-tern check\n  das-tern check --offline\n  \
            APP_ENV=production das-tern --config /etc/das-tern.toml check"
    )]
    Check {
        /// Look at the configuration only, connect to nothing.
        #[arg(long)]
        offline: bool,
    },
    /// Print the OpenAPI document
    #[command(after_help = "Examples:\n  das-tern openapi | jq .paths\n  das-tern openapi --output openapi.json")]
    Openapi {
        /// Write it to a file instead.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Ask a running server whether it is ready; for containers
    #[command(
        long_about = "Ask the server on HOST and PORT whether it is ready: exits with 0 if it is, with 1 if it is not, or \
            does not say so within 3 seconds.",
        after_help = "Examples:\n  das-tern healthcheck\n  PORT=8081 das-tern healthcheck && echo ready"
    )]
    Healthcheck,
}

/// Which way the schema goes.
#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// Apply the migrations that are pending
    #[command(
        after_help = "Examples:\n  das-tern migrate up\n  APP_ENV=production das-tern --config /etc/das-tern.toml migrate up"
    )]
    Up,
    /// Take the latest migrations back, with the data that they hold
    #[command(
        after_help = "Examples:\n  das-tern migrate down\n  das-tern migrate down --steps 2\n  \
        APP_ENV=production das-tern --config /etc/das-tern.toml migrate down --yes"
    )]
    Down {
        /// Take so many back.
        #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        #[command(flatten)]
        consent: Consent,
    },
    /// List the migrations, applied and pending
    #[command(after_help = "Examples:\n  das-tern migrate status\n  \
        das-tern migrate status --json | jq -r '.[] | select(.applied | not).name'")]
    Status {
        /// As JSON: a list of objects with `name`, `applied`, and `later` for those of a later release.
        #[arg(long)]
        json: bool,
    },
    /// Give a role what the server needs, and no more
    ///
    /// For a server that runs as another role than the owner of the schema: it then can change neither the schema nor the
    /// audit trail. To be repeated after `up`.
    #[command(
        after_help = "Examples:\n  das-tern migrate grant das_tern_app\n  das-tern migrate up && das-tern migrate grant das_tern_app"
    )]
    Grant {
        /// The role, which exists already.
        role: String,
    },
    /// Drop everything, then apply all migrations
    #[command(after_help = "Examples:\n  das-tern migrate fresh\n  das-tern migrate fresh && das-tern seed")]
    Fresh {
        #[command(flatten)]
        consent: Consent,
    },
}

/// What to administer.
#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Make a key for administration over HTTP
    #[command(
        long_about = "Make a key for administration over HTTP. The key is shown once; the server is configured with its \
            hash, as admin.key_hash.",
        after_help = "Examples:\n  das-tern admin key\n  \
        curl -H \"X-Admin-Key: …\" http://localhost:8080/api/v1/admin/doctors"
    )]
    Key,
    /// See and judge doctors
    #[command(after_help = "Examples:\n  das-tern admin doctors list\n  das-tern admin doctors verify KH-2041")]
    Doctors {
        /// What to do.
        #[command(subcommand)]
        action: Doctors,
    },
}

/// What to do about doctors.
#[derive(Debug, Subcommand)]
pub(crate) enum Doctors {
    /// List the doctors who confirmed their accounts, newest first
    #[command(
        after_help = "Examples:\n  das-tern admin doctors list --status PENDING_VERIFICATION\n  \
        das-tern admin doctors list --json | jq -r .licenseNumber"
    )]
    List {
        /// Only those of this standing.
        #[arg(long, value_name = "STATUS")]
        status: Option<AccountStatus>,
        /// As JSON: an object a line.
        #[arg(long)]
        json: bool,
    },
    /// Verify a doctor, who is told and may then connect and prescribe
    #[command(after_help = "Examples:\n  das-tern admin doctors verify KH-2041\n  \
        das-tern admin doctors verify 0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60")]
    Verify {
        /// The doctor's id, or the number of the licence.
        #[arg(value_name = "DOCTOR")]
        doctor: String,
    },
    /// Reject a doctor, who is told why and cannot sign in any more
    #[command(after_help = "Examples:\n  das-tern admin doctors reject KH-2041 --reason 'The licence has expired.'")]
    Reject {
        /// The doctor's id, or the number of the licence.
        #[arg(value_name = "DOCTOR")]
        doctor: String,
        /// Why, for the doctor to read.
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
    },
    /// Save the picture of a doctor's licence
    #[command(after_help = "Examples:\n  das-tern admin doctors photo KH-2041 --output licence.jpg")]
    Photo {
        /// The doctor's id, or the number of the licence.
        #[arg(value_name = "DOCTOR")]
        doctor: String,
        /// Where to.
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// A word for what destroys data.
#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// Really destroy data; asked for in production.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// What to fill the database with.
#[derive(Debug, Args)]
pub(crate) struct Seed {
    /// Do nothing if there are users already.
    #[arg(long, conflicts_with = "large")]
    pub(crate) if_empty: bool,
    /// So many more patients, with their prescriptions and doses, for measurements.
    #[arg(long, value_name = "PATIENTS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) large: Option<u32>,
}
