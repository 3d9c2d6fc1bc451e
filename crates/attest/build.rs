//! Prepares the marker registry as JSON without examples, and checks its patterns.

use std::path::Path;

use ai_detect_build::{Failure, check_marker_patterns, read, rerun_if_changed, write};

fn main() -> Result<(), Failure> {
    rerun_if_changed(Path::new("build.rs"))?;
    let markers = read("markers.yml")?;
    check_marker_patterns(&markers).map_err(|problem| format!("rules/markers.yml: {problem}"))?;
    write("markers.yml", markers)
}
