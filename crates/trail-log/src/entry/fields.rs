//! What entries of each kind hold, beside what all of them hold.
//!
//! What is not known is absent, never empty and never zero. Fields may be added in later versions, and none is ever removed or
//! changed in its meaning.

use super::vocabularies::{
    Actor, AttestationForm, AttestationState, DrillStage, Evidence, GapCause, GapClosing, HoldState, Integration,
    LinkKind, ModelSource, Purpose, Reasoning, Resolution, ReviewOutcome, SessionEnd, UnreadableCause, Verdict,
};
use crate::commitment::Commitment;
use crate::ids::{
    ClientId, CommitId, DrillId, Epoch, ForeignId, GapId, HoldId, ModelId, PathId, PersonId, Quarter, RepositoryId,
    TokenId, Version, Word,
};
use crate::number::{Count, Micros, Number};

/// The structures of fields: those in `must` are always there, those in `may` only where they are known.
macro_rules! fields {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            must { $($(#[$must_doc:meta])* $must:ident: $must_type:ty,)* }
            may { $($(#[$may_doc:meta])* $may:ident: $may_type:ty,)* }
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(proptest_derive::Arbitrary))]
        pub struct $name {
            $($(#[$must_doc])* pub $must: $must_type,)*
            $(
                $(#[$may_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $may: Option<$may_type>,
            )*
        }

        impl $name {
            /// Whether there is a field of this name, and whether it can hold the value.
            // Some structures are parts of fields, and no kind has them as its own.
            #[allow(dead_code)]
            pub(super) fn fit(name: &str, value: &serde_json::Value) -> Fit {
                $(if name == stringify!($must) {
                    return Fit::of::<$must_type>(value);
                })*
                $(if name == stringify!($may) {
                    return Fit::of::<$may_type>(value);
                })*
                // Kinds without such fields use neither.
                let _ = value;
                Fit::Unknown
            }
        }
    )+};
}

/// How a value fits the fields of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// The kind has no field of that name.
    Unknown,
    /// The field cannot hold the value.
    Unfit,
    /// The field can hold it.
    Fits,
}

impl Fit {
    fn of<'de, T: serde::Deserialize<'de>>(value: &'de serde_json::Value) -> Self {
        if T::deserialize(value).is_ok() { Self::Fits } else { Self::Unfit }
    }
}

fields! {
    /// Lines of a file, counted from 1.
    Place {
        must {
            /// The file.
            path: PathId,
        }
        may {
            /// The first line.
            first: Count,
            /// The last line, which is included.
            last: Count,
        }
    }

    /// A session of a tool begins.
    SessionStarted {
        must {}
        may {
            /// The session, as the tool names it.
            session: ForeignId,
            /// The tool.
            tool: Word,
            /// Its version.
            tool_version: Version,
            /// Through what it was used.
            integration: Integration,
            /// The model that was asked for.
            model: ModelId,
            /// Who started it.
            person: PersonId,
            /// Where.
            repository: RepositoryId,
            /// The session that started this one.
            parent: ForeignId,
        }
    }

    /// A session ends.
    SessionEnded {
        must {}
        may {
            /// The session.
            session: ForeignId,
            /// How.
            end: SessionEnd,
        }
    }

    /// Somebody asked a model for something.
    Prompt {
        must {}
        may {
            /// The session.
            session: ForeignId,
            /// Its place in the session, from 1.
            turn: Count,
            /// The prompt with all turns before it.
            prompt: Commitment,
            /// How many bytes the new turn has.
            bytes: Count,
            /// How many secrets were taken out before it was stored.
            redacted: Count,
            /// Who asked.
            person: PersonId,
        }
    }

    /// A model answered.
    Generation {
        must {}
        may {
            /// The session.
            session: ForeignId,
            /// Its place in the session, from 1.
            turn: Count,
            /// The request, as the provider names it.
            request_id: ForeignId,
            /// The provider.
            provider: Word,
            /// The model.
            model: ModelId,
            /// Where the model's id comes from.
            model_source: ModelSource,
            /// The tool.
            tool: Word,
            /// Its version.
            tool_version: Version,
            /// Through what it was used.
            integration: Integration,
            /// The prompt with all turns before it.
            prompt: Commitment,
            /// The raw output.
            output: Commitment,
            /// What is known of the model's reasoning.
            reasoning: Reasoning,
            /// Tokens that went in.
            tokens_in: Count,
            /// Tokens that came out.
            tokens_out: Count,
            /// How many secrets were taken out before it was stored.
            redacted: Count,
        }
    }

    /// Code that a tool offered, and what became of it.
    Suggestion {
        must {}
        may {
            /// Names the suggestion, so that its events meet.
            suggestion: ForeignId,
            /// The session.
            session: ForeignId,
            /// The request, as the provider names it.
            request_id: ForeignId,
            /// The model.
            model: ModelId,
            /// Where the model's id comes from.
            model_source: ModelSource,
            /// The tool.
            tool: Word,
            /// Its version.
            tool_version: Version,
            /// Through what it was used.
            integration: Integration,
            /// Where.
            repository: RepositoryId,
            /// Which lines.
            place: Place,
            /// How many lines were offered.
            lines: Count,
            /// How many of them were taken.
            lines_taken: Count,
            /// How many bytes were offered.
            bytes: Count,
            /// What was offered.
            output: Commitment,
            /// Who or what decided.
            actor: Actor,
            /// The person who decided.
            person: PersonId,
        }
    }

    /// A file was changed.
    Edit {
        must {}
        may {
            /// Which lines, as they are afterwards.
            place: Place,
            /// The session.
            session: ForeignId,
            /// The request whose answer was the change.
            request_id: ForeignId,
            /// The model.
            model: ModelId,
            /// Where the model's id comes from.
            model_source: ModelSource,
            /// The tool.
            tool: Word,
            /// Where.
            repository: RepositoryId,
            /// Lines that were added.
            added: Count,
            /// Lines that were removed.
            removed: Count,
            /// What was written.
            output: Commitment,
            /// Who or what accepted it.
            actor: Actor,
            /// The person who accepted it.
            person: PersonId,
        }
    }

    /// What a commit declares.
    Attestation {
        must {}
        may {
            /// The commit.
            commit: CommitId,
            /// What it declares.
            state: AttestationState,
            /// Where.
            repository: RepositoryId,
            /// In which form.
            form: AttestationForm,
            /// The tool that it names.
            tool: Word,
            /// The model that it names.
            model: ModelId,
            /// The session that it names.
            session: ForeignId,
            /// The lines that it covers.
            lines: Count,
            /// Who answers for it.
            person: PersonId,
        }
    }

    /// Something that a check found.
    Finding {
        must {}
        may {
            /// What kind of check: of style, of security.
            check: Word,
            /// Names the finding, so that decisions about it meet it.
            finding: ForeignId,
            /// Where.
            repository: RepositoryId,
            /// The commit.
            commit: CommitId,
            /// Which lines.
            place: Place,
            /// What was found.
            verdict: Verdict,
            /// The rule that found it.
            rule: Word,
            /// The likelihood, in thousandths.
            likelihood: Count,
            /// What it said.
            text: Commitment,
        }
    }

    /// What somebody decided about a finding.
    Decision {
        must {}
        may {
            /// The finding.
            finding: ForeignId,
            /// What was decided.
            resolution: Resolution,
            /// Who or what decided.
            actor: Actor,
            /// The person who decided.
            person: PersonId,
            /// Why.
            reason: Commitment,
        }
    }

    /// A review of a change.
    Review {
        must {}
        may {
            /// How it ended.
            outcome: ReviewOutcome,
            /// Where.
            repository: RepositoryId,
            /// The commit that was reviewed.
            commit: CommitId,
            /// The number of the request.
            request: Count,
            /// Who or what reviewed.
            actor: Actor,
            /// The person who reviewed.
            person: PersonId,
            /// What was written.
            text: Commitment,
        }
    }

    /// Which commit took over from which.
    Link {
        must {}
        may {
            /// How.
            link: LinkKind,
            /// The commit that there was.
            from: CommitId,
            /// The commit that there is.
            to: CommitId,
            /// Where.
            repository: RepositoryId,
            /// The number of the request.
            request: Count,
        }
    }

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

    /// What figures rest on, when a commit lands or a quarter closes.
    Fact {
        must {}
        may {
            /// What it is about: a commit, a quarter, a model.
            subject: Word,
            /// Where.
            repository: RepositoryId,
            /// The commit.
            commit: CommitId,
            /// When it landed.
            landed: Micros,
            /// The quarter in which it landed.
            quarter: Quarter,
            /// What is known.
            evidence: Evidence,
            /// The class of sensitive path.
            sensitive: Word,
            /// The model.
            model: ModelId,
            /// The tool.
            tool: Word,
            /// Lines that it adds.
            lines: Count,
            /// Lines of them that are recorded or declared.
            covered: Count,
            /// Recorded lines that are still there unchanged.
            kept: Count,
            /// How many it counts.
            count: Count,
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
        }
    }

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
