//! Libraries that are loaded before the C library, and answer in its place.

use std::path::PathBuf;
use std::process::Command;

use super::Repo;

/// Builds one from its code, for `LD_PRELOAD`.
pub(crate) fn library(repo: &Repo, name: &str, code: &str) -> PathBuf {
    let (source, library) = (repo.beside(&format!("{name}.c")), repo.beside(&format!("{name}.so")));
    std::fs::write(&source, code).unwrap();
    let made =
        Command::new("cc").args(["-shared", "-fPIC", "-w", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(made.unwrap().success());
    library
}

/// A disk that fails as the surroundings say: `DISK_BYTES` fit onto it, the rename with the number
/// `REFUSED_RENAME` is refused, and at the one with the number `KILLED_AT_RENAME` the process is killed.
pub(crate) fn failing_disk(repo: &Repo) -> PathBuf {
    library(repo, "disk", DISK)
}

const DISK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long set(const char *name) { const char *value = getenv(name); return value ? atol(value) : 0; }

int rename(const char *from, const char *to) {
    static long count;
    count++;
    if (count == set("KILLED_AT_RENAME")) raise(SIGKILL);
    if (count == set("REFUSED_RENAME")) { errno = EACCES; return -1; }
    return ((int (*)(const char *, const char *)) dlsym(RTLD_NEXT, "rename"))(from, to);
}

ssize_t write(int file, const void *bytes, size_t count) {
    static long written;
    struct stat about;
    long most = set("DISK_BYTES");
    if (most && !fstat(file, &about) && S_ISREG(about.st_mode)) {
        if (written >= most) { errno = ENOSPC; return -1; }
        if (count > most - written) count = most - written;
        written += count;
    }
    return ((ssize_t (*)(int, const void *, size_t)) dlsym(RTLD_NEXT, "write"))(file, bytes, count);
}
"#;
