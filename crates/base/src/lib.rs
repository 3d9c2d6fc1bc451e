//! What everything else stands on, without git, parsers or networks: texts and lines, globs and renames, changes and
//! commits, messages with their trailers, the words in which commits declare AI use, and output that is safe to print.

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
