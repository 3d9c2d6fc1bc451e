//! What people and their tools do.

use super::fields;
use crate::commitment::Commitment;
use crate::entry::vocabularies::{Actor, Integration, ModelSource, Reasoning, SessionEnd};
use crate::ids::{ForeignId, ModelId, PathId, PersonId, RepositoryId, Version, Word};
use crate::number::Count;

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
            /// The tool.
            tool: Word,
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
            /// The tool.
            tool: Word,
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
}
