//! The trail: what a history answers about AI involvement. [`ask`] is about places of code and commits, one by one; [`figures`] are
//! shares of many.
//!
//! Pure: what is read from a repository comes in as arguments (`pipeline` gathers it).

pub mod ask;
pub mod figures;
pub mod report;

/// When GitHub Copilot's technical preview was announced, the first AI coding tool that was offered to the public: 29 June 2021,
/// in seconds since 1970.
pub(crate) const AI_TOOLS_SINCE: i64 = 1_624_924_800;
