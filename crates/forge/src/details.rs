//! A request as the forge has it now. A job's event has it as it was when the event was made, and a job that is run again
//! gets the same event again.

use ai_detect_attest as attest;

/// A request as it stands now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Its body, title, branch and labels.
    pub stated: attest::Request,
    /// Whether somebody who belongs to the repository opened it, where the forge says so.
    pub by_member: Option<bool>,
    /// The commit that it starts from.
    pub base: Option<String>,
    /// The commit that it ends at.
    pub head: Option<String>,
}
