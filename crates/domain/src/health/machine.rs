//! What only the machine shows: its clock and its disk.

use jiff::SignedDuration;

use super::{Check, Finding};

/// A clock further off than this makes fresh look stale, or tokens not yet valid.
pub const CLOCK_LIMIT: SignedDuration = SignedDuration::from_secs(5);

/// Judges how far this machine's clock is ahead of the database's (negative: behind).
pub fn clock(ahead: SignedDuration) -> Finding {
    let off = ahead.as_millis();
    if ahead.abs() <= CLOCK_LIMIT {
        return Finding::ok(Check::Clock, "clock and database agree");
    }
    Finding::warning(
        Check::Clock,
        format!("this machine's clock is {off} ms ahead of the database's (negative: behind)"),
        "decisions use the database's clock; set both by NTP so that logs and tokens agree",
    )
}

/// Below this share of free room a database is about to stop.
pub const DISK_WARNING_PERCENT: u64 = 10;
/// Below this, WAL of one busy hour may not fit.
pub const DISK_ERROR_PERCENT: u64 = 3;

/// Judges the room on the private database's file system, in bytes.
pub fn disk(free: u64, whole: u64) -> Finding {
    let percent = (u128::from(free) * 100)
        .checked_div(u128::from(whole))
        .unwrap_or(0);
    let percent = u64::try_from(percent).unwrap_or(100);
    let text = format!("{percent} % of the disk is free ({} MiB)", free >> 20);
    let remedy =
        "make room, or move the data directory; `reeve cron` prunes what is no longer needed";
    if percent < DISK_ERROR_PERCENT {
        Finding::error(Check::Disk, text, remedy)
    } else if percent < DISK_WARNING_PERCENT {
        Finding::warning(Check::Disk, text, remedy)
    } else {
        Finding::ok(Check::Disk, text)
    }
}
