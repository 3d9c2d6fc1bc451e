//! The kinds of entries, each with its fields.

use serde_json::value::RawValue;

use super::fields::{self, Fit};
use crate::ids::{PathId, PersonId, RepositoryId, Word};
use crate::vocabulary::{Unlisted, vocabulary};

/// The table of kinds: variant, word, fields.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($fields:ident) = $word:literal,)+) => {
        vocabulary! {
            /// What an entry records.
            Kind { $($(#[$doc])* $variant = $word,)+ }
        }

        /// An event with the fields of its kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $variant(fields::$fields),)+
            /// An event of a kind that this version does not know: the word is kept.
            Other(Unlisted, fields::Other),
        }

        impl Event {
            /// The kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$variant(_) => Kind::$variant,)+
                    Self::Other(word, _) => Kind::Other(word.clone()),
                }
            }

            /// The fields as JSON.
            pub(super) fn encode(&self) -> Result<Box<RawValue>, serde_json::Error> {
                match self {
                    $(Self::$variant(fields) => serde_json::value::to_raw_value(fields),)+
                    Self::Other(_, fields) => serde_json::value::to_raw_value(fields),
                }
            }

            /// The fields of a kind out of JSON.
            pub(super) fn decode(kind: Kind, fields: &RawValue) -> Result<Self, serde_json::Error> {
                match kind {
                    $(Kind::$variant => serde_json::from_str(fields.get()).map(Self::$variant),)+
                    Kind::Other(word) => serde_json::from_str(fields.get()).map(|fields| Self::Other(word, fields)),
                }
            }
        }

        impl Event {
            /// How a value fits a field of a kind.
            pub(crate) fn fit(kind: &Kind, name: &str, value: &serde_json::Value) -> Fit {
                match kind {
                    $(Kind::$variant => fields::$fields::fit(name, value),)+
                    Kind::Other(_) => Fit::Unknown,
                }
            }

            /// An event of a known kind out of its fields.
            pub(crate) fn from_fields(
                kind: &Kind,
                fields: serde_json::Map<String, serde_json::Value>,
            ) -> Result<Self, serde_json::Error> {
                let fields = serde_json::Value::Object(fields);
                match kind {
                    $(Kind::$variant => serde_json::from_value(fields).map(Self::$variant),)+
                    Kind::Other(word) => serde_json::from_value(fields).map(|fields| Self::Other(word.clone(), fields)),
                }
            }
        }

        #[cfg(test)]
        impl proptest::prelude::Arbitrary for Event {
            type Parameters = ();
            type Strategy = proptest::prelude::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::prelude::*;
                // In boxes: all kinds together would take more than the stack of a test.
                let other = (any::<Word>(), any::<fields::Other>()).prop_filter_map("unknown", |(kind, it)| Self::other(kind, it));
                let kinds = [$(any::<fields::$fields>().prop_map(Self::$variant).boxed(),)+ other.boxed()];
                proptest::strategy::Union::new(kinds).boxed()
            }
        }
    };
}

events! {
    /// A session of a tool begins.
    SessionStart(SessionStarted) = "session.start",
    /// A session ends.
    SessionEnd(SessionEnded) = "session.end",
    /// Somebody asked a model for something.
    Prompt(Prompt) = "prompt",
    /// A model answered.
    Generation(Generation) = "generation",
    /// Code was offered.
    SuggestionShown(Suggestion) = "suggestion.shown",
    /// It was taken.
    SuggestionAccepted(Suggestion) = "suggestion.accepted",
    /// Some of it was taken.
    SuggestionPartial(Suggestion) = "suggestion.partial",
    /// It was turned down.
    SuggestionRejected(Suggestion) = "suggestion.rejected",
    /// A file was changed.
    Edit(Edit) = "edit",
    /// What a commit declares.
    Attestation(Attestation) = "attestation",
    /// Something that a check found.
    Finding(Finding) = "finding",
    /// What somebody decided about a finding.
    Decision(Decision) = "decision",
    /// A review of a change.
    Review(Review) = "review",
    /// Which commit took over from which.
    Link(Link) = "link",
    /// A client says how far it is.
    Heartbeat(Heartbeat) = "heartbeat",
    /// What figures rest on.
    Fact(Fact) = "fact",
    /// Something is not known.
    GapOpened(GapOpened) = "gap.opened",
    /// A gap is closed.
    GapClosed(GapClosed) = "gap.closed",
    /// Somebody asked the trail for something.
    Access(Access) = "access",
    /// Something was deleted.
    Purge(Purge) = "purge",
    /// What must not be deleted for now.
    Hold(Hold) = "hold",
    /// How the trail is run.
    Configuration(Configuration) = "configuration",
    /// An exercise.
    Drill(Drill) = "drill",
    /// An event that could not be read.
    Unreadable(Unreadable) = "unreadable",
}

/// The fields of an event that name a person, a repository or a file by a random id.
pub(crate) struct Names<'a> {
    pub(crate) person: Option<&'a mut Option<PersonId>>,
    pub(crate) repository: Option<&'a mut Option<RepositoryId>>,
    pub(crate) path: Option<&'a mut PathId>,
}

impl Event {
    /// The fields whose text lies in erasable rows, where the kind has them and clients fill them.
    pub(crate) fn names(&mut self) -> Names<'_> {
        let (mut person, mut repository, mut path) = (None, None, None);
        match self {
            Self::SessionStart(fields) => {
                (person, repository) = (Some(&mut fields.person), Some(&mut fields.repository));
            }
            Self::Prompt(fields) => person = Some(&mut fields.person),
            Self::SuggestionShown(fields)
            | Self::SuggestionAccepted(fields)
            | Self::SuggestionPartial(fields)
            | Self::SuggestionRejected(fields) => {
                (person, repository) = (Some(&mut fields.person), Some(&mut fields.repository));
                path = fields.place.as_mut().map(|place| &mut place.path);
            }
            Self::Edit(fields) => {
                (person, repository) = (Some(&mut fields.person), Some(&mut fields.repository));
                path = fields.place.as_mut().map(|place| &mut place.path);
            }
            Self::Attestation(fields) => {
                (person, repository) = (Some(&mut fields.person), Some(&mut fields.repository));
            }
            Self::Finding(fields) => {
                repository = Some(&mut fields.repository);
                path = fields.place.as_mut().map(|place| &mut place.path);
            }
            Self::Decision(fields) => person = Some(&mut fields.person),
            Self::Review(fields) => (person, repository) = (Some(&mut fields.person), Some(&mut fields.repository)),
            Self::Link(fields) => repository = Some(&mut fields.repository),
            Self::Fact(fields) => repository = Some(&mut fields.repository),
            Self::SessionEnd(_)
            | Self::Generation(_)
            | Self::Heartbeat(_)
            | Self::GapOpened(_)
            | Self::GapClosed(_)
            | Self::Access(_)
            | Self::Purge(_)
            | Self::Hold(_)
            | Self::Configuration(_)
            | Self::Drill(_)
            | Self::Unreadable(_)
            | Self::Other(..) => {}
        }
        Names { person, repository, path }
    }

    /// An event of a kind that this version does not know, which is kept under its word.
    ///
    /// `None` for a word that it knows: such an event has fields of its own.
    pub fn other(kind: Word, fields: fields::Other) -> Option<Self> {
        match Kind::from(kind) {
            Kind::Other(word) => Some(Self::Other(word, fields)),
            _ => None,
        }
    }
}
