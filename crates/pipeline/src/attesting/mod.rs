//! Making attestations easy: what can be seen of the surroundings, what is still missing, which
//! attestations a squash would lose, and how notes follow rewritten commits.
//!
//! Pure: what the surroundings hold comes in as arguments; writing is `git` and `cli`.

pub mod carry;
pub mod environment;
pub mod squash;
