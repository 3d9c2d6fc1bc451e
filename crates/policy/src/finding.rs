//! What a policy says of a commit, as facts: each finding is one variant, and its sentence is written here, once.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::raw::Fact;
use super::signed::Unsigned;
use ai_detect_attest::Conflict;

/// One thing that a policy says of a commit. As JSON it has a `kind`, a `text` and, where it is about one, the `line`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// The line of the message, from 1, that it is about.
    pub line: Option<u32>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A marker that the policy forbids.
    Forbidden {
        /// The marker, in a few words.
        marker: String,
        /// Why it is forbidden.
        why: Option<String>,
        /// What was found.
        quote: String,
        /// Whether it is the only declaration of a tool, and no other form of it is accepted: then nobody is asked to
        /// take it out.
        is_only: bool,
    },
    /// A marker that it requires is not there, or cannot be seen from here.
    Missing {
        /// The marker, in a few words.
        marker: String,
        /// Why it is required.
        why: Option<String>,
        /// Whether the place where it belongs is known.
        visible: bool,
        /// What stands there instead and is not understood, with a line that would be.
        instead: Option<Instead>,
    },
    /// The declaration is in none of the forms that the policy accepts.
    OtherForm {
        /// Those forms, each in a few words.
        accepted: Vec<String>,
        /// Whether the places where they belong are known.
        visible: bool,
    },
    /// A fact that it requires is not stated.
    NotStated {
        /// The fact.
        fact: Fact,
        /// The sensitive classes for which it is required; empty where it always is.
        classes: Vec<String>,
    },
    /// The model is stated, and its version is required and is not.
    ModelWithoutVersion {
        /// The model, as it is stated.
        model: String,
        /// The sensitive classes for which the version is required; empty where it always is.
        classes: Vec<String>,
    },
    /// A tool signs off.
    ToolSignsOff,
    /// No person signs off.
    NoSignOff,
    /// A tool is named as reviewer.
    ToolReviews {
        /// What is named.
        name: String,
    },
    /// No other person's review is recorded.
    NoReview {
        /// The sensitive classes for which it is required; empty where it always is.
        classes: Vec<String>,
    },
    /// The commit has no verified signature.
    UnsignedCommit {
        /// What is wrong with it.
        problem: Unsigned,
        /// The sensitive classes for which it is required; empty where it always is.
        classes: Vec<String>,
    },
    /// The note on the commit has no verified signature.
    UnsignedNote {
        /// What is wrong with it.
        problem: Unsigned,
    },
    /// Commits of one author that declare AI use add more lines than the policy asks for.
    TooLarge {
        /// Added lines, tests not counted.
        added: u32,
        /// The policy asks for fewer than this.
        below: u32,
        /// Whether that is the limit for authors who are new to the project.
        newcomer: bool,
    },
    /// Something that does not fit together.
    Conflict(Conflict),
    /// A line that should attest something and cannot be read.
    UnreadableLine {
        /// The line and what is wrong with it.
        problem: String,
    },
    /// Our note on the commit cannot be read.
    UnreadableNote {
        /// What is wrong with it.
        problem: String,
    },
    /// The policy takes nothing that certain tools helped with, and the commit declares one of them.
    ToolNotAccepted {
        /// Those tools.
        tools: Vec<String>,
        /// Why.
        why: Option<String>,
        /// The mark that declares it.
        quote: String,
    },
    /// The policy takes no AI contributions, and the commit declares one.
    NotAccepted {
        /// What the policy says.
        says: String,
        /// The mark that declares it, where one can be quoted.
        quote: Option<String>,
    },
}

/// Something that stands where a declaration belongs, and is not read as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instead {
    /// What stands there.
    pub quote: String,
    /// A line that is read as a declaration, where the policy shows one.
    pub line: Option<String>,
}

/// What sort of thing a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// A marker that the policy forbids.
    ForbiddenMarker,
    /// A marker that it requires is not there.
    MissingMarker,
    /// A fact that it requires is not stated.
    MissingFact,
    /// A sign-off is missing, or is a tool's.
    SignOff,
    /// No other person's review is recorded, or a tool is named as reviewer.
    Review,
    /// A verified signature is missing.
    Signature,
    /// More lines than the policy asks for.
    Size,
    /// Something that does not fit together.
    Contradiction,
    /// Something worth knowing that is nobody's to mend.
    Remark,
    /// An attestation that cannot be read.
    Unreadable,
    /// Something that cannot be seen from here.
    NotVisible,
    /// What the policy says, for a person to decide on.
    PolicySays,
}

impl FindingKind {
    /// Whether somebody should do something about it: not for what cannot be seen from here, and not for what a policy
    /// says without a conclusion.
    pub(crate) fn asks(self) -> bool {
        !matches!(self, FindingKind::NotVisible | FindingKind::PolicySays | FindingKind::Remark)
    }
}

impl Finding {
    /// What sort of thing it is.
    pub fn kind(&self) -> FindingKind {
        match &self.what {
            What::Forbidden { .. } => FindingKind::ForbiddenMarker,
            What::Missing { visible: true, .. } | What::OtherForm { visible: true, .. } => FindingKind::MissingMarker,
            What::Missing { .. } | What::OtherForm { .. } => FindingKind::NotVisible,
            What::NotStated { .. } | What::ModelWithoutVersion { .. } => FindingKind::MissingFact,
            What::ToolSignsOff | What::NoSignOff => FindingKind::SignOff,
            What::ToolReviews { .. } | What::NoReview { .. } => FindingKind::Review,
            What::UnsignedCommit { .. } | What::UnsignedNote { .. } => FindingKind::Signature,
            What::TooLarge { .. } => FindingKind::Size,
            // Two models in one commit are worth knowing, and nothing is wrong with them.
            What::Conflict(Conflict::SeveralModels { .. }) => FindingKind::Remark,
            What::Conflict(_) => FindingKind::Contradiction,
            What::UnreadableLine { .. } | What::UnreadableNote { .. } => FindingKind::Unreadable,
            What::ToolNotAccepted { .. } | What::NotAccepted { .. } => FindingKind::PolicySays,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Forbidden { marker, why, quote, is_only } => {
                let why = why.as_ref().map_or(String::new(), |why| format!(": {why}"));
                write!(out, "The policy does not accept {marker}{why}. Found “{quote}”.")?;
                match is_only {
                    true => out.write_str(
                        " The policy accepts no other line that declares this tool, so leave it in: the maintainers decide.",
                    ),
                    false => Ok(()),
                }
            }
            What::Missing { marker, why, visible, instead } => {
                let why = why.as_ref().map_or(String::new(), |why| format!(" ({why})"));
                let unknown = if *visible { "" } else { ", which is not known here" };
                write!(out, "The policy asks for {marker}{why}{unknown}.")?;
                let Some(Instead { quote, line }) = instead else { return Ok(()) };
                write!(out, " “{quote}” stands there, which is not read as one")?;
                match line {
                    Some(line) => write!(out, "; “{line}” is."),
                    None => out.write_str("."),
                }
            }
            What::OtherForm { accepted, .. } => {
                let accepted = accepted.join(", or ");
                write!(out, "The policy accepts {accepted}; the declaration is in another form.")
            }
            What::NotStated { fact, classes } => write!(out, "Not stated: {}{}.", fact.words(), because(classes)),
            What::ModelWithoutVersion { model, classes } => {
                write!(out, "The model is stated without its version: {model}{}.", because(classes))
            }
            What::ToolSignsOff => out.write_str("A tool signs off; a sign-off is a person's statement."),
            What::NoSignOff => out.write_str("No person has signed off."),
            What::ToolReviews { name } => {
                write!(out, "{name} is named as reviewer; a review that counts is a person's.")
            }
            What::NoReview { classes } => {
                out.write_str("No review by a person other than the one who asked for the generation is recorded")?;
                match classes.is_empty() {
                    true => out.write_str("."),
                    false => write!(out, " (the commit touches {}).", classes.join(", ")),
                }
            }
            What::UnsignedCommit { problem, classes } => {
                let because = because(classes);
                write!(out, "The policy asks for a verified signature on the commit{because}: {problem}.")
            }
            What::UnsignedNote { problem } => {
                write!(out, "The policy counts a note only with a verified signature: {problem}.")
            }
            What::TooLarge { added, below, newcomer } => {
                let asks = if *newcomer { "of authors who are new here the policy asks" } else { "the policy asks" };
                write!(
                    out,
                    "Commits of this author that declare AI use add {added} lines, tests not counted; {asks} for fewer \
                     than {below}."
                )
            }
            What::Conflict(conflict) => conflict.fmt(out),
            What::UnreadableLine { problem } => write!(out, "Unreadable attestation: {problem}."),
            What::UnreadableNote { problem } => {
                write!(out, "Unreadable attestation: the note in {}: {problem}.", ai_detect_base::vocabulary::note::REF)
            }
            What::ToolNotAccepted { tools, why, quote } => {
                let why = why.as_ref().map_or(String::new(), |why| format!(" ({why})"));
                let tools = tools.join(" or ");
                write!(
                    out,
                    "The policy says: no contributions made with {tools}{why}. This commit carries “{quote}”. "
                )?;
                out.write_str("The maintainers decide.")
            }
            What::NotAccepted { says, quote } => {
                let quote = quote.as_ref().map_or_else(|| "a declaration".to_owned(), |quote| format!("“{quote}”"));
                write!(out, "The policy says: {says} This commit carries {quote}. The maintainers decide.")
            }
        }
    }
}

fn because(classes: &[String]) -> String {
    match classes.is_empty() {
        true => String::new(),
        false => format!(", because the commit touches {}", classes.join(", ")),
    }
}

/// A finding as it is printed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct Printed {
    /// What sort of thing.
    kind: FindingKind,
    /// A sentence.
    text: String,
    /// The line of the message, from 1, that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Printed { kind: self.kind(), text: self.to_string(), line: self.line }.serialize(serializer)
    }
}

impl JsonSchema for Finding {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Printed::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Printed::json_schema(generator)
    }
}
