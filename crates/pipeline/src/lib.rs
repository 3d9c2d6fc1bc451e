//! From a range to what is said of it: the one way that all commands go.
//!
//! ```text
//! open ─▶ resolve ─▶ settings ─▶ commits, files, records ─┬─▶ read, score ───────────┬─▶ Report
//!                                                         └─▶ attest, judge ─────────┘
//! ```
//!
//! A [`Session`] is a repository with a range of it and the settings in force. What is asked of it is a method:
//! [`Session::report`], [`Session::check`], [`Session::judge_message`]. A patch needs no repository: [`report_on_patch`].
//! A [`Past`] is a part of a history, read commit by commit.
//!
//! The change under review configures nothing: see [`settings`]. All commits are judged by one function,
//! [`policy::JudgedCommit::of`](ai_detect_policy::JudgedCommit::of), and it is called in `evidence` alone, which gathers what
//! it looks at.
//!
//! ```
//! use ai_detect_pipeline::{Asked, SettingsFrom, report_on_patch};
//!
//! # fn main() -> Result<(), ai_detect_pipeline::Error> {
//! let patch = b"--- /dev/null\n+++ b/a.sh\n@@ -0,0 +1,2 @@\n+set -eu\n+echo hi\n";
//! let settings = std::env::temp_dir();
//! let analysis = report_on_patch(("a.patch", patch), &settings, SettingsFrom::Start, &Asked::default())?;
//! assert_eq!(analysis.report.hunks.len(), 1);
//! // Two lines are too few for a score.
//! assert_eq!(analysis.report.hunks[0].probability, None);
//! # Ok(())
//! # }
//! ```

mod again;
pub mod analyse;
mod analysis;
mod ask;
pub mod attesting;
mod check;
pub mod config;
mod error;
pub mod evidence;
mod message;
mod past;
pub mod scan;
mod sensitive_left_out;
mod session;
pub mod settings;
mod standards;
mod stock;
mod surroundings;
mod time;
pub mod trail;

pub use analysis::{Analysis, Asked, report_on_patch};
pub use ask::asker::notes_not_fetched;
pub use ask::{AskError, Question, ask};
pub use error::Error;
pub use message::JudgedMessage;
pub use past::{Extent, Past};
pub use session::{Session, TouchedCommit};
pub use settings::{Settings, SettingsError, SettingsFrom};
pub use standards::Standards;
pub use stock::{Stock, stock};
pub use surroundings::Surroundings;
pub use time::{NotATime, parse_time};
