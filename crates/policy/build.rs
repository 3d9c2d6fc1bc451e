//! Prepares the sensitive paths as JSON without examples.

use std::path::Path;

use ai_detect_build::{Failure, read, rerun_if_changed, write};

fn main() -> Result<(), Failure> {
    rerun_if_changed(Path::new("build.rs"))?;
    write("sensitive-paths.yml", read("sensitive-paths.yml")?)
}
