//! How fully something declares AI use: the states, and their one order.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How fully a commit declares AI use. A state is greater than another where it says more: see `State::ALL`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The tool, the exact model and an accountable person are known.
    Complete,
    /// Declared, and something of that is missing.
    Partial,
    /// Declared in a form that the policy forbids or in the wrong place. Only a policy can say so.
    WrongForm,
    /// Says that no AI was used.
    Denied,
    /// Something is attached that should say it, and it cannot be read. Neither absent nor clean.
    Unreadable,
    /// Says nothing. Absence is not evidence of anything.
    #[default]
    Absent,
}

impl State {
    /// All states, the one that says least first. Where several speak for a line, the greatest counts. What cannot be
    /// read may say more than what a person's lines say.
    pub(crate) const ALL: [State; 6] =
        [State::Absent, State::Denied, State::Unreadable, State::WrongForm, State::Partial, State::Complete];

    /// Whether AI use is declared, in whatever form.
    pub fn declares(self) -> bool {
        matches!(self, State::Complete | State::Partial | State::WrongForm)
    }

    /// The place in [`State::ALL`].
    pub(crate) fn rank(self) -> u8 {
        match self {
            State::Absent => 0,
            State::Denied => 1,
            State::Unreadable => 2,
            State::WrongForm => 3,
            State::Partial => 4,
            State::Complete => 5,
        }
    }

    /// The word that tables show.
    pub fn word(self) -> &'static str {
        match self {
            State::Complete => "complete",
            State::Partial => "partial",
            State::WrongForm => "wrong-form",
            State::Denied => "no AI",
            State::Unreadable => "unreadable",
            State::Absent => "nothing declared",
        }
    }
}

impl Ord for State {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for State {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How fully a commit declares AI use: by itself, or by a policy's measure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct States {
    /// By all that is known of the commit.
    pub commit: State,
    /// For lines that no record covers.
    pub elsewhere: State,
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn the_list_of_all_states_is_in_their_order() {
        assert!(State::ALL.is_sorted());
        assert!(State::ALL.iter().zip(0..).all(|(state, rank)| state.rank() == rank));
    }
}
