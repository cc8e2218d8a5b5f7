use std::fs::{self, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

/// Who runs PostgreSQL when we are root, since it refuses to run as root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The unprivileged account to use; `None` when we are not root anyway.
    pub(crate) fn unprivileged() -> Result<Option<Self>> {
        if !is_root()? {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let named = |name: &str| {
            let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            Some(Self {
                uid: fields.next()?.parse().ok()?,
                gid: fields.next()?.parse().ok()?,
            })
        };
        let account = named("postgres").or_else(|| named("nobody"));
        account
            .map(Some)
            .context("PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody`")
    }
}

/// Whether this process runs as root.
fn is_root() -> Result<bool> {
    let own = std::env::temp_dir().join(format!("das-tern-owner-{}", std::process::id()));
    fs::write(&own, [])?;
    let uid = fs::metadata(&own)?.uid();
    fs::remove_file(&own)?;
    Ok(uid == 0)
}

/// A folder that services keep their files in.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    is_temporary: bool,
}

impl Folder {
    /// The folder `.dev` of this checkout, or, where the account that PostgreSQL runs as cannot reach it, one of this
    /// checkout's own below the system's temporary folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn of_checkout() -> Result<Self> {
        let checkout = checkout();
        let path = if Account::unprivileged()?.is_some() && !is_open(&checkout) {
            let mut hasher = DefaultHasher::new();
            checkout.hash(&mut hasher);
            Path::new("/var/tmp").join(format!("das-tern-{:016x}", hasher.finish()))
        } else {
            checkout.join(".dev")
        };
        make(&path, 0o755, &path)?;
        Ok(Self {
            path,
            is_temporary: false,
        })
    }

    /// A folder that is removed when it is dropped.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn temporary(name: &str) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("das-tern-{name}-{}-{number}", std::process::id()));
        make(&path, 0o755, &path)?;
        Ok(Self {
            path,
            is_temporary: true,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder in it that everybody may read.
    pub(crate) fn open(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        make(&path, 0o755, &self.path)?;
        Ok(path)
    }

    /// A folder in it, owned by the account that PostgreSQL runs as, and by nobody else to be read.
    pub(crate) fn private(&self, name: &str, account: Option<Account>) -> Result<PathBuf> {
        let path = self.path.join(name);
        make(&path, 0o700, &self.path)?;
        give(&path, account)?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            // What is left in a temporary folder hurts nobody.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes a folder, unless it is there, with this mode whatever the umask. It lies in `all`, or is that.
fn make(path: &Path, mode: u32, all: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).with_context(|| {
        format!(
            "cannot set the mode of {}. If it belongs to another account since a start as root, \
             `sudo chown -R \"$(id -un)\" '{}'` gives it back",
            path.display(),
            all.display()
        )
    })
}

/// Writes a file that only the account that PostgreSQL runs as may read.
pub(crate) fn write_secret(path: &Path, text: &str, account: Option<Account>) -> Result<()> {
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    give(path, account)
}

fn give(path: &Path, account: Option<Account>) -> Result<()> {
    let Some(Account { uid, gid }) = account else {
        return Ok(());
    };
    chown(path, Some(uid), Some(gid)).with_context(|| format!("cannot give {} to account {uid}", path.display()))
}

/// The root of this checkout.
pub(crate) fn checkout() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Whether everybody may pass through a folder and all that it lies in.
fn is_open(path: &Path) -> bool {
    path.ancestors()
        .all(|folder| fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & 0o001 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_for_its_account_alone() {
        let folder = Folder::temporary("secret").unwrap();
        let path = folder.path().join("password");
        let account = Account::unprivileged().unwrap();
        write_secret(&path, "longer than the next", account).unwrap();
        write_secret(&path, "secret", account).unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o600);
        assert!(account.is_none_or(|account| account.uid == metadata.uid()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret");
    }

    /// Below `/proc` nobody may set a mode, not even root.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_is_not_ours_is_named_with_the_way_out() {
        let shown = format!(
            "{:#}",
            make(Path::new("/proc/self"), 0o755, Path::new("/proc")).unwrap_err()
        );
        assert!(shown.contains("/proc/self") && shown.contains("chown -R"), "{shown}");
    }
}
