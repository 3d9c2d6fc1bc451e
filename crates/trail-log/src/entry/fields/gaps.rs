//! What is not known: how far clients are, gaps, and events that could not be read.

use super::fields;
use crate::commitment::Commitment;
use crate::entry::vocabularies::{GapCause, GapClosing, UnreadableCause};
use crate::ids::{ClientId, Epoch, GapId, PersonId, Word};
use crate::number::{Count, Micros, Number};

fields! {
    /// A client says how far it is.
    Heartbeat {
        must {
            /// The highest number that it gave in its epoch, this one included.
            made: Number,
        }
        may {
            /// How many events wait.
            waiting: Count,
            /// Tools that it captures.
            tools: Vec<Word>,
            /// It signs off: no silence follows from here on.
            closing: bool,
        }
    }

    /// From here on, or in this stretch, something is not known.
    GapOpened {
        must {
            /// Names the gap.
            gap: GapId,
            /// Why.
            cause: GapCause,
        }
        may {
            /// Whose events are missing.
            of: ClientId,
            /// In which of its epochs.
            of_epoch: Epoch,
            /// The first number that is missing.
            first: Number,
            /// The last number that is missing.
            last: Number,
            /// From when.
            since: Micros,
            /// Until when.
            until: Micros,
            /// How many events, where somebody counted them.
            events: Count,
            /// The tool that it is about.
            tool: Word,
        }
    }

    /// A gap is closed.
    GapClosed {
        must {
            /// The gap.
            gap: GapId,
            /// How.
            closing: GapClosing,
        }
        may {
            /// The gap that takes over.
            replaced_by: GapId,
            /// Who decided it.
            person: PersonId,
            /// Why, where somebody decided it.
            reason: Commitment,
        }
    }

    /// An event that could not be read. Its bytes are kept as a body.
    Unreadable {
        must {
            /// The bytes as they came.
            body: Commitment,
            /// How many there are.
            bytes: Count,
            /// Why.
            cause: UnreadableCause,
        }
        may {}
    }

    /// An event of a kind that the collector did not know. All that it held is kept as a body.
    Other {
        must {}
        may {
            /// The event as it came.
            body: Commitment,
            /// How many bytes it has.
            bytes: Count,
        }
    }
}

impl GapOpened {
    /// A gap with a cause, of which nothing else is known.
    pub fn new(gap: GapId, cause: GapCause) -> Self {
        Self {
            gap,
            cause,
            of: None,
            of_epoch: None,
            first: None,
            last: None,
            since: None,
            until: None,
            events: None,
            tool: None,
        }
    }
}

impl GapClosed {
    /// A gap that is closed, and how.
    pub fn new(gap: GapId, closing: GapClosing) -> Self {
        Self { gap, closing, replaced_by: None, person: None, reason: None }
    }
}
