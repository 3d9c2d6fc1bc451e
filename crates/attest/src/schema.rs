//! The shape of `rules/markers.yml`, as plain data.
//!
//! What the data means, how it is checked and how it is looked up is `registry`.

use std::fmt;
use std::sync::OnceLock;

use regex::Regex;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Confidence, Role};

/// A regular expression that is compiled when it is first needed: a run that meets no marker of
/// some kind never pays for its pattern.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl From<String> for Pattern {
    fn from(source: String) -> Self {
        Pattern { source, compiled: OnceLock::new() }
    }
}

impl Pattern {
    /// The expression as written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The compiled expression. `None` where it is not one: the build script has ruled that out for the built-in
    /// registry, and loading for every other.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.source).ok()).as_ref()
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Why it cannot be compiled, if so.
    pub(super) fn problem(&self) -> Option<String> {
        Regex::new(&self.source).err().map(|error| match error {
            regex::Error::Syntax(text) => text.lines().last().unwrap_or(&text).trim().to_owned(),
            other => other.to_string(),
        })
    }
}

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) version: u32,
    pub(super) keys: Keys,
    #[serde(default)]
    pub(super) branches: Vec<String>,
    #[serde(default)]
    pub(super) labels: Labels,
    pub(super) values: Values,
    pub(super) models: Models,
    pub(super) programs: Programs,
    pub(super) near_misses: NearMisses,
    pub(super) declarations: Vec<Marker>,
    pub(super) tools: Vec<Tool>,
    #[serde(default)]
    pub(super) examples: Vec<Example>,
    #[serde(default)]
    pub(super) counter_examples: Vec<Example>,
}

/// What well-known trailer keys say about the person or tool in their value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// Wrote a part of it.
    pub(super) co_author: Vec<String>,
    /// Vouches for it.
    pub(super) sign_off: Vec<String>,
    /// Looked at it, tried it, or asked for it.
    pub(super) review: Vec<String>,
    /// Says that a person looked at it.
    #[serde(default)]
    pub(super) human_review: Vec<String>,
    /// Anything else that is commonly written as a trailer, so that it can be left out of style.
    pub(super) other: Vec<String>,
}

/// Labels of requests that name no tool, in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Labels {
    pub(super) authored: Vec<String>,
    pub(super) assisted: Vec<String>,
    pub(super) denied: Vec<String>,
}

/// How a value says yes or no.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Values {
    pub(super) no: Pattern,
    pub(super) yes: Pattern,
    /// Neither.
    pub(super) unclear: Pattern,
    /// Ways to say "an AI" without naming one, in lower case.
    pub(super) generic: Vec<String>,
}

/// How models are named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Models {
    /// Words that every name of a model contains one of.
    pub(super) hints: Vec<String>,
    /// Names with a version, as alternatives of one expression.
    pub(super) exact: Vec<String>,
    /// Names of families.
    pub(super) loose: Vec<String>,
    /// Names that move on to newer models by themselves.
    pub(super) moving: Pattern,
    /// What recorders write where they do not know the model.
    pub(super) unnamed: Pattern,
}

/// Accounts that are neither people nor AI tools.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Programs {
    pub(super) addresses: Vec<String>,
    pub(super) names: Vec<String>,
    /// Domains of addresses that belong to nobody, in lower case.
    pub(super) placeholders: Vec<String>,
    /// Accounts whose messages quote other projects' release notes.
    pub(super) quoting: Vec<String>,
    /// Phrases by which such a message is known when a person merged it.
    pub(super) quoting_phrases: Vec<String>,
}

/// What makes a line something like a declaration, although nothing is read of it. All in lower case, words separated by
/// spaces: few runs need them, and a list costs every start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NearMisses {
    /// Words of a key that say that something was made, before one of `by`.
    pub(super) made: String,
    /// Words of a key behind those.
    pub(super) by: String,
    /// Words of a key, before one of `by`, that say what ran it: only a name like an AI tool's counts there.
    pub(super) run: String,
    /// Words of a key that is about AI.
    pub(super) about: String,
    /// Words that may stand beside those in a key that asks for the use of AI and nothing else: `AI-Disclosure`.
    pub(super) asking: String,
    /// Keys for a tool, and keys for a model. They are ordinary words, so that both must stand together.
    pub(super) of_tools: String,
    pub(super) of_models: String,
    /// Keys with such a word that are about something else.
    pub(super) not_about: String,
    /// First words of values that are no AI tools.
    pub(super) programs: String,
    /// Programs that are called agents and have nothing to do with AI.
    pub(super) agents_without_ai: String,
    /// Parts, between hyphens, of names of programs that make code without AI.
    pub(super) parts_of_programs: String,
    /// How names of files end.
    pub(super) endings: String,
    /// Beginnings of addresses of chats with tools.
    pub(super) chats: Vec<String>,
    /// Beginnings of keys that make a message worth reading.
    pub(super) hints: Vec<String>,
}

/// A tool that writes code, or reviews it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// A short name, stable across versions.
    pub id: String,
    /// The name that people know.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
    /// How people call it where they declare it, in lower case.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Whether people have these names too: then a capitalised word behind one makes it a person's.
    #[serde(default)]
    pub namesakes: bool,
    /// Whether the name is also a word: then it must be capitalised where it is declared.
    #[serde(default)]
    pub common_word: bool,
    /// What its own models are called, where these names mean models only beside the tool's: `Composer 3`.
    #[serde(default)]
    pub own_models: Option<Pattern>,
    /// Addresses of pages about it, without scheme and `www.`: people declare the tool by them.
    #[serde(default)]
    pub pages: Vec<String>,
    /// Names that are taken out of a message before its style is judged, however they are written.
    #[serde(default)]
    pub scrub: Vec<String>,
    /// The same for names that are also common words: only as written here.
    #[serde(default)]
    pub scrub_exact: Vec<String>,
    /// How the branches that it makes begin. Requests carry them, commits do not.
    #[serde(default)]
    pub branches: Vec<String>,
    /// What the names of its branches look like, where a beginning would say too little.
    #[serde(default)]
    pub branch_pattern: Option<Pattern>,
    /// Labels of requests that mean it, in lower case.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The traces that it leaves.
    #[serde(default)]
    pub markers: Vec<Marker>,
    /// Commits that have nothing to do with it.
    #[serde(default)]
    pub counter_examples: Vec<Example>,
}

/// Where a marker is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkerForm {
    /// A person's name and address: author, committer, or the value of a trailer.
    Identity,
    /// A trailer with a key of its own.
    Trailer,
    /// A phrase in the message.
    Footer,
    /// An address of a session or task in the message.
    SessionLink,
    /// A box to tick in the description of a request: `pattern` is what stands beside it.
    Checkbox,
}

/// What the value of a trailer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reads {
    /// Nothing that we keep.
    #[default]
    Nothing,
    /// A tool, a model, or both, in free text; or a denial.
    Declaration,
    /// Yes or no.
    YesNo,
    /// Yes or no, or the names of tools and models and nothing else: for keys that are also ordinary words, and for
    /// those that nobody has listed.
    Answer,
    /// Yes means that no AI took part.
    NoYes,
    /// The name of a model.
    Model,
    /// A session, by id or address.
    Session,
    /// Where the prompt is kept, or its digest.
    Prompt,
    /// Where the raw output is kept, or its digest.
    Output,
    /// How much of the change the tool wrote.
    Proportion,
}

/// One trace.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// The tool's id, a slash, and what it is.
    pub id: String,
    /// Where it is looked for.
    pub form: MarkerForm,
    /// How surely it means what it says.
    pub confidence: Confidence,
    /// What the tool did, where the place does not tell.
    #[serde(default)]
    pub role: Option<Role>,
    /// What it did where it is named as a co-author, if that differs.
    #[serde(default)]
    pub co_author: Option<Role>,
    /// How surely it took part where it is only the committer; low unless said otherwise, for
    /// whoever rebases a branch becomes its committer.
    #[serde(default)]
    pub committer: Option<Confidence>,
    /// Identity: the numbers of forge accounts, which survive renames.
    #[serde(default)]
    pub ids: Vec<u64>,
    /// Identity: exact addresses, in lower case.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Identity: whole names, in lower case.
    #[serde(default)]
    pub names: Vec<String>,
    /// Identity: ends of names; what is before is the person who ran the tool.
    #[serde(default)]
    pub suffixes: Vec<String>,
    /// Identity: any name that is the name of a model.
    #[serde(default)]
    pub model_names: bool,
    /// Identity: the name must match too, because people share the address.
    #[serde(default)]
    pub only: Option<Pattern>,
    /// Identity: only where no address is given, or nobody's, because people have the name too.
    #[serde(default)]
    pub addressless: bool,
    /// Trailer: its keys, in lower case.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Trailer: what the value must look like.
    #[serde(default)]
    pub value: Option<Pattern>,
    /// Trailer: what the value is.
    #[serde(default)]
    pub reads: Reads,
    /// Trailer or footer: counts only where its value names a known tool or model.
    #[serde(default)]
    pub known_only: bool,
    /// Footer: counts only where its value is the names of tools and models, and nothing else.
    #[serde(default)]
    pub names_only: bool,
    /// Footer and session link: what a message must contain before the pattern is tried.
    #[serde(default)]
    pub hints: Vec<String>,
    /// Footer, session link and checkbox: the phrase. The groups `tool`, `model`, `session` and `value` (a
    /// free-text declaration) are read. A group `phrase` is the phrase itself, where the pattern looks at more.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// Checkbox: texts that speak of something else.
    #[serde(default)]
    pub unless: Option<Pattern>,
    /// By which way the tool works when it leaves this trace.
    #[serde(default)]
    pub integration: Option<String>,
    /// Where we know it from.
    pub source: String,
    /// What it must find.
    pub examples: Vec<Example>,
    /// What it must leave alone.
    #[serde(default)]
    pub counter_examples: Vec<Example>,
}

/// A commit, in short: a string stands for what the marker's form suggests.
#[derive(Debug, Clone)]
pub enum Example {
    /// A person, a trailer, or the last line of a message, by the form.
    Short(String),
    /// Spelled out.
    Long(Box<LongExample>),
}

// By hand, because an untagged enum would hide where in the file a mistake is.
impl<'de> Deserialize<'de> for Example {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Example;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text, or a mapping with `author`, `trailer` or `message`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Example, E> {
                Ok(Example::Short(text.to_owned()))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Example, A::Error> {
                let long = LongExample::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Example::Long(Box::new(long)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A commit, spelled out, and what should be read from it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LongExample {
    /// `Name <address>`.
    pub author: Option<String>,
    /// `Name <address>`; the author where absent.
    pub committer: Option<String>,
    /// The last paragraph of the message, after a subject.
    pub trailer: Option<String>,
    /// The whole message.
    pub message: Option<String>,
    /// The tool that must be read.
    pub tool: Option<String>,
    /// The model that must be read.
    pub model: Option<String>,
    /// The session that must be read.
    pub session: Option<String>,
    /// The state that must come out.
    pub state: Option<super::State>,
}
