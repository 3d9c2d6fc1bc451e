//! How the trail is run: who asked, what was deleted or held, the configuration, exercises.

use super::fields;
use crate::commitment::Commitment;
use crate::entry::vocabularies::{DrillStage, HoldState, Purpose};
use crate::ids::{DrillId, HoldId, PersonId, TokenId, Version, Word};
use crate::number::{Count, Micros};

fields! {
    /// Somebody asked the trail for something.
    Access {
        must {
            /// What was asked for.
            what: Word,
        }
        may {
            /// Who asked.
            person: PersonId,
            /// With which token.
            token: TokenId,
            /// Why.
            purpose: Purpose,
            /// How many entries the answer rests on.
            entries: Count,
            /// How many bodies it shows.
            bodies: Count,
            /// What exactly was asked, and for which case.
            request: Commitment,
        }
    }

    /// Something was deleted.
    Purge {
        must {
            /// The rule: a retention period, a request of a person.
            rule: Word,
        }
        may {
            /// The bodies.
            bodies: Vec<Commitment>,
            /// How many bodies or rows, where they are not listed.
            count: Count,
            /// Whose.
            subject: PersonId,
            /// Who did it.
            person: PersonId,
            /// Why.
            reason: Commitment,
        }
    }

    /// What must not be deleted for now.
    Hold {
        must {
            /// Names the hold.
            hold: HoldId,
            /// What happened to it.
            state: HoldState,
        }
        may {
            /// Who did it.
            person: PersonId,
            /// The case, and what it covers.
            case: Commitment,
            /// Until when.
            until: Micros,
        }
    }

    /// How the trail is run.
    Configuration {
        must {
            /// The configuration as it is from now on.
            configuration: Commitment,
        }
        may {
            /// The owner of the trail.
            owner: PersonId,
            /// The owner's deputy.
            deputy: PersonId,
            /// Who changed it.
            person: PersonId,
            /// The version of the program.
            program: Version,
        }
    }

    /// An exercise.
    Drill {
        must {
            /// Names the exercise.
            drill: DrillId,
            /// Where it stands.
            stage: DrillStage,
        }
        may {
            /// Through which door the test event came.
            door: Word,
            /// Who did it.
            person: PersonId,
            /// How many facts arrived.
            arrived: Count,
        }
    }
}

impl Configuration {
    /// A configuration, of which nothing else is recorded.
    pub fn new(configuration: Commitment) -> Self {
        Self { configuration, owner: None, deputy: None, person: None, program: None }
    }
}
