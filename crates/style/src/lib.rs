//! AI style in code and messages: what a block or a message shows ([`signals`]), by which rules ([`pack`]), and what it
//! weighs ([`score`]). Nothing here knows git, or what commits declare.
//!
//! ```
//! use ai_detect_style::pack::{Fitted, Pack};
//! use ai_detect_style::score::sum;
//! use ai_detect_style::signals::message::Message;
//! use ai_detect_style::signals::{Engine, Part};
//!
//! # fn main() -> Result<(), ai_detect_style::pack::Error> {
//! let pack = Pack::load(Fitted::builtin()?, &[], &[])?;
//! let engine = Engine::new(&pack);
//! let log_odds = |text: &str| {
//!     let reading = engine.read_message(&Message { text, added_lines: 40 });
//!     sum(&engine.weigh(Part::Message, &reading))
//! };
//! let wordy = "Add comprehensive retry handling\n\nThis ensures robust and seamless error handling across the codebase.\n";
//! assert!(log_odds(wordy) > log_odds("retry: fix off by one\n"));
//! # Ok(())
//! # }
//! ```

pub mod pack;
pub mod score;
pub mod signals;
pub mod syntax;
#[cfg(test)]
mod tests;
