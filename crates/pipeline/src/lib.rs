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
mod session;
pub mod settings;
mod standards;
mod stock;
mod surroundings;
pub mod trail;

pub use analysis::{Analysis, Asked, report_on_patch};
pub use ask::{AskError, Question, ask};
pub use error::Error;
pub use message::JudgedMessage;
pub use past::{Extent, Past};
pub use session::{Session, TouchedCommit};
pub use settings::{Settings, SettingsError, SettingsFrom};
pub use standards::Standards;
pub use stock::{Stock, stock};
pub use surroundings::Surroundings;
