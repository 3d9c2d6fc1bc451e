//! Our own vocabulary: what an attestation of this project's making says, and its three writings.
//!
//! One type of facts, [`Declaration`], written as trailers that any git tool can parse
//! ([`trailers`]), as a git note in JSON ([`note`]) and as an in-toto statement ([`statement`]).
//! Reading, writing and reading again is the identity. `docs/attestation.md` is the specification.
//!
//! Where trailers stand in a commit's message is [`message`]. How other tools' traces are read is `attest`; what a
//! project requires is `policy`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod message;
pub mod note;
mod richer;
pub mod statement;
pub mod trailers;
mod words;

pub use words::{Name, Problem, Proportion, Reference, Who, Word};

/// What somebody declares about one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Whether AI took part, and how.
    pub involvement: Involvement,
    /// The person who answers for the commit, as `Name <address>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accountable: Option<Who>,
}

/// Whether AI took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Involvement {
    /// No AI was used.
    NoAi,
    /// AI was used.
    Ai(AiUse),
}

/// How AI was used. There is always at least one assistant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AiUse {
    /// The tools, in the order in which they are named.
    pub assistants: Assistants,
    /// How much of the change they wrote, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proportion: Option<Proportion>,
    /// By which way they worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<IntegrationPath>,
    /// The session or request, by id or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Word>,
    /// The prompt's digest or address; never the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Reference>,
    /// The raw output's digest or address; never the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Reference>,
    /// The classes of sensitive paths that the change touches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<Word>,
    /// Who asked for the generation, as `Name <address>`; nobody named means the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<Who>,
}

/// One tool that took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assistant {
    /// Whether it wrote most of the change or helped a person to.
    pub extent: Extent,
    /// The tool's name.
    pub tool: Name,
    /// The model's exact id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Word>,
    /// Analysis tools that it used, such as `coccinelle`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helpers: Vec<Word>,
}

/// How much a tool did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// It helped: `Assisted-by`.
    Assisted,
    /// It wrote most of the change: `Generated-by`.
    Generated,
}

/// By which way a tool worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntegrationPath {
    /// An editor.
    Ide,
    /// A terminal.
    Cli,
    /// A build or check job.
    Ci,
    /// An agent that works on its own, on the forge or elsewhere.
    Agent,
    /// A chat in a browser.
    Web,
}

impl IntegrationPath {
    /// All of them.
    pub const ALL: [IntegrationPath; 5] =
        [IntegrationPath::Ide, IntegrationPath::Cli, IntegrationPath::Ci, IntegrationPath::Agent, IntegrationPath::Web];

    /// The word that is written.
    pub const fn word(self) -> &'static str {
        match self {
            IntegrationPath::Ide => "ide",
            IntegrationPath::Cli => "cli",
            IntegrationPath::Ci => "ci",
            IntegrationPath::Agent => "agent",
            IntegrationPath::Web => "web",
        }
    }
}

/// One tool or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Assistant>", into = "Vec<Assistant>")]
#[schemars(with = "Vec<Assistant>", extend("minItems" = 1))]
pub struct Assistants(Vec<Assistant>);

impl Assistants {
    /// The tools, of which there is at least one.
    pub fn as_slice(&self) -> &[Assistant] {
        &self.0
    }
}

impl TryFrom<Vec<Assistant>> for Assistants {
    type Error = Problem;

    fn try_from(list: Vec<Assistant>) -> Result<Self, Problem> {
        if list.is_empty() { Err(Problem::NoAssistant) } else { Ok(Assistants(list)) }
    }
}

impl From<Assistants> for Vec<Assistant> {
    fn from(assistants: Assistants) -> Self {
        assistants.0
    }
}

impl From<Assistant> for Assistants {
    fn from(one: Assistant) -> Self {
        Assistants(vec![one])
    }
}

impl AiUse {
    /// One tool and nothing else known.
    pub fn of(assistant: Assistant) -> Self {
        AiUse {
            assistants: assistant.into(),
            proportion: None,
            path: None,
            session: None,
            prompt: None,
            output: None,
            sensitive: Vec::new(),
            requested_by: None,
        }
    }
}

impl Declaration {
    /// How AI was used, if it was.
    pub fn ai(&self) -> Option<&AiUse> {
        match &self.involvement {
            Involvement::NoAi => None,
            Involvement::Ai(ai) => Some(ai),
        }
    }
}

#[cfg(test)]
pub(crate) mod samples {
    //! Declarations of every shape, for round trips.

    use proptest::prelude::*;

    use super::*;

    pub(crate) fn word() -> impl Strategy<Value = Word> {
        "[a-zA-Z0-9][a-zA-Z0-9./_+:@-]{0,20}".prop_map(|text| Word::new(text).unwrap())
    }

    pub(crate) fn name() -> impl Strategy<Value = Name> {
        "[A-Za-zé日][A-Za-z0-9.é-]{0,8}( [A-Za-z0-9.é-]{1,8}){0,2}".prop_map(|text| Name::new(text).unwrap())
    }

    fn who() -> impl Strategy<Value = Who> {
        ("[A-Z][a-zé]{0,8}( [A-Z][a-zé']{0,8}){0,2}", "[a-z0-9.+-]{1,9}@[a-z]{1,9}\\.org")
            .prop_map(|(name, email)| Who::new(format!("{name} <{email}>")).unwrap())
    }

    fn reference() -> impl Strategy<Value = Reference> {
        prop_oneof!["sha256:[0-9a-f]{64}", "https://[a-z]{1,9}\\.org/[a-zA-Z0-9/_?=&.-]{0,20}"]
            .prop_map(|text| Reference::new(text).unwrap())
    }

    fn assistant() -> impl Strategy<Value = Assistant> {
        let extent = prop_oneof![Just(Extent::Assisted), Just(Extent::Generated)];
        (extent, name(), proptest::option::of(word()), proptest::collection::vec(word(), 0..3))
            .prop_map(|(extent, tool, model, helpers)| Assistant { extent, tool, model, helpers })
    }

    fn ai() -> impl Strategy<Value = AiUse> {
        use proptest::option::of;
        let path = proptest::sample::select(IntegrationPath::ALL.to_vec());
        let class = "[a-z][a-z-]{0,12}".prop_map(|text| Word::new(text).unwrap());
        (
            proptest::collection::vec(assistant(), 1..4),
            of((0u8..=100).prop_map(|percent| Proportion::new(percent).unwrap())),
            of(path),
            of(word()),
            of(reference()),
            of(reference()),
            proptest::collection::vec(class, 0..3),
            of(who()),
        )
            .prop_map(|(assistants, proportion, path, session, prompt, output, sensitive, requested_by)| {
                AiUse {
                    assistants: Assistants::try_from(assistants).unwrap(),
                    proportion,
                    path,
                    session,
                    prompt,
                    output,
                    sensitive,
                    requested_by,
                }
            })
    }

    pub(crate) fn declaration() -> impl Strategy<Value = Declaration> {
        let involvement = prop_oneof![1 => Just(Involvement::NoAi), 6 => ai().prop_map(Involvement::Ai)];
        (involvement, proptest::option::of(who()))
            .prop_map(|(involvement, accountable)| Declaration { involvement, accountable })
    }
}
