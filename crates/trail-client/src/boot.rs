//! Which start of the machine this is.

/// Names this start of the machine. Empty where the system does not say; then a spool keeps its epoch, and its numbers are
/// kept apart by the marker alone.
#[cfg(target_os = "linux")]
pub(crate) fn boot_id() -> String {
    // Containers without /proc: as on systems that do not say.
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

/// The same, by the time of the start. It is computed from two clocks, so it is rounded; a clock that was set begins an epoch.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn boot_id() -> String {
    const ROUNDING: i64 = 64;
    let up = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic).tv_sec;
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime).tv_sec;
    format!("started-{}", (now - up) / ROUNDING)
}

/// Not known on other systems.
#[cfg(not(unix))]
pub(crate) fn boot_id() -> String {
    String::new()
}
