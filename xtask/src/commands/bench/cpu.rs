//! What a process and its children have used, as Linux tells it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// The kernel's clock ticks in a second; fixed for user space on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// User and system time that a process has used so far.
pub(crate) fn time_of(pid: u32) -> Result<Duration> {
    let stat = Stat::read(pid)?;
    Ok(stat.time)
}

/// The same for a process and all of its children, ended ones included.
pub(crate) fn time_of_family(pid: u32) -> Result<Duration> {
    let own = Stat::read(pid)?;
    let mut total = own.time + own.ended_children;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end between the listing and the reading.
        if let Ok(stat) = Stat::read(child)
            && stat.parent == pid
        {
            total += stat.time;
        }
    }
    Ok(total)
}

/// The memory that a process has in RAM, in MiB.
pub(crate) fn resident_mib(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS in /proc")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib / 1024.0)
}

struct Stat {
    parent: u32,
    time: Duration,
    ended_children: Duration,
}

impl Stat {
    fn read(pid: u32) -> Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name stands in parentheses and may contain anything, so the fields are counted from behind it.
        let (_, fields) = text.rsplit_once(')').context("an unknown form of /proc/PID/stat")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |index: usize| -> Result<u64> {
            Ok(fields.get(index).context("too few fields in /proc/PID/stat")?.parse()?)
        };
        let ticks = |ticks: u64| Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND);
        Ok(Self {
            parent: u32::try_from(number(1)?)?,
            time: ticks(number(11)? + number(12)?),
            ended_children: ticks(number(13)? + number(14)?),
        })
    }
}
