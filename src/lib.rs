//! ai-detect reads a change, scores each added block for AI-style signals, looks up what the commits
//! that brought it declare about AI use, and raises a non-blocking flag where likely-AI code is
//! unattested. docs/glossary.md explains the words, and ARCHITECTURE.md shows how data flows.
//!
//! ```text
//! range ──git──▶ ChangeSet ──syntax──▶ Hunk ──signals──▶ Signal ──score──▶ Score ─┐
//!                  │                                                              ├─gate─▶ Verdict ─▶ Report
//!                  └─commits──▶ markers, trailers ──attest──▶ Attestation ────────┘
//! ```
//!
//! [`pipeline`] is the front door. A range of a repository:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use ai_detect::git::RangeSpec;
//! use ai_detect::pipeline::{Asked, Session, SettingsFrom};
//!
//! # fn main() -> Result<(), ai_detect::pipeline::Error> {
//! let range = RangeSpec::Spec("main..topic".into());
//! let session = Session::open(Path::new("."), &range, SettingsFrom::Start)?;
//! let report = session.report(&Asked::default())?.report;
//! for flag in &report.flags {
//!     println!("{}:{} {:?}", flag.path, flag.start_line, flag.verdict);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A patch needs no repository:
//!
//! ```
//! use ai_detect::pipeline::{Asked, SettingsFrom, report_on_patch};
//!
//! let patch = b"--- a/add.py
//! +++ b/add.py
//! @@ -0,0 +1,5 @@
//! +def add(first, second):
//! +    \"\"\"Add two numbers.\"\"\"
//! +    total = first + second
//! +    print(total)
//! +    return total
//! ";
//! let anywhere = std::env::temp_dir();
//! let analysis = report_on_patch(("add.patch", patch), &anywhere, SettingsFrom::Start, &Asked::default())?;
//! let [hunk] = analysis.report.hunks.as_slice() else { panic!("one block was added") };
//! assert_eq!((hunk.path.as_str(), hunk.added_lines), ("add.py", 5));
//! assert!(hunk.probability.is_some());
//! # Ok::<(), ai_detect::pipeline::Error>(())
//! ```
//!
//! Only [`git`], [`forge`], [`pipeline`] (files of settings) and [`cli`] touch the world outside; everything between is
//! pure.

pub use ai_detect_base::{
    change, charset, exclude, globs, invisible, linediff, lines, lookalikes, moved, needles, parallel, readable,
    renames, slices, span, terminal, text, unread, vocabulary, yaml,
};

pub use ai_detect_attest as attest;
#[cfg(feature = "forge")]
pub use ai_detect_forge as forge;
#[cfg(feature = "forge")]
pub use ai_detect_forge::triage;
pub use ai_detect_git as git;
use ai_detect_git::child;
pub use ai_detect_git::patch;
#[cfg(feature = "lab")]
pub use ai_detect_lab::{eval, fit};
pub use ai_detect_lang as lang;
pub use ai_detect_pipeline as pipeline;
pub use ai_detect_pipeline::{analyse, attesting, config, scan, trail};
pub use ai_detect_policy as policy;
pub use ai_detect_report as report;
pub use ai_detect_report::gate;
pub use ai_detect_store as store;
pub use ai_detect_style::{pack, score, signals, syntax};

pub mod cli;
