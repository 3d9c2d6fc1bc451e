//! The trail: what a history answers about AI involvement. [`ask`] is about places of code and commits, one by one; [`figures`] are
//! shares of many.
//!
//! Pure: what is read from a repository comes in as arguments (`pipeline` gathers it).

pub mod ask;
pub mod figures;
pub mod report;
