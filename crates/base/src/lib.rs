//! What everything else stands on, without git, parsers or networks: texts and lines, globs and renames, changes and
//! commits, messages with their trailers, the words in which commits declare AI use, and output that is safe to print.
//!
//! ```
//! use ai_detect_base::vocabulary::message::{trailers, with_trailers};
//! use ai_detect_base::vocabulary::trailers::{Trailer, read};
//!
//! let message = with_trailers("Add retries", &[Trailer::new("Assisted-by", "Claude Code:claude-opus-4-5")]);
//! assert_eq!(message, "Add retries\n\nAssisted-by: Claude Code:claude-opus-4-5\n");
//!
//! let declaration = read(&trailers(&message)).declaration.ok_or("nothing is declared")?;
//! assert_eq!(declaration.ai().map(|ai| ai.assistants.as_slice().len()), Some(1));
//! # Ok::<(), &str>(())
//! ```

pub mod change;
pub mod charset;
pub mod exclude;
pub mod globs;
pub mod invisible;
pub mod linediff;
pub mod lines;
pub mod lookalikes;
pub mod moved;
pub mod needles;
pub mod parallel;
pub mod readable;
pub mod renames;
pub mod slices;
pub mod span;
pub mod terminal;
pub mod text;
pub mod unread;
pub mod vocabulary;
pub mod yaml;
