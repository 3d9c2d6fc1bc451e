//! One event of an agent, in the same form for all agents.

use ai_detect_trail_client::event::Class;
use ai_detect_trail_log::entry::vocabularies::{Actor, SessionEnd};
use ai_detect_trail_log::ids::{ForeignId, ModelId, Version};
use serde::Serialize;

/// An agent whose payloads are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Claude Code, of Anthropic.
    ClaudeCode,
    /// Codex, of OpenAI.
    Codex,
    /// Cursor, of Anysphere.
    Cursor,
    /// Copilot CLI, of GitHub.
    CopilotCli,
}

impl Tool {
    /// The word for it: in events, on the command line, in rows.
    pub fn word(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Cursor => "cursor",
            Self::CopilotCli => "copilot-cli",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// A session begins.
    #[serde(rename = "session.start")]
    SessionStart,
    /// A session ends.
    #[serde(rename = "session.end")]
    SessionEnd,
    /// A person asked for something.
    #[serde(rename = "prompt")]
    Prompt,
    /// The model answered.
    #[serde(rename = "generation")]
    Generation,
    /// An inline completion was taken.
    #[serde(rename = "suggestion.accepted")]
    SuggestionAccepted,
    /// The agent changed files.
    #[serde(rename = "edit")]
    Edit,
}

impl Kind {
    /// The kind in a trail.
    pub fn word(self) -> &'static str {
        match self {
            Self::SessionStart => "session.start",
            Self::SessionEnd => "session.end",
            Self::Prompt => "prompt",
            Self::Generation => "generation",
            Self::SuggestionAccepted => "suggestion.accepted",
            Self::Edit => "edit",
        }
    }
}

/// How sure the name of a model is. A model that is not known is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelSource {
    /// The provider's answer names it.
    Exact,
    /// It was asked for. Another one may have answered.
    Requested,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// How sure it is.
    pub source: ModelSource,
}

/// Names that stand where no model is known.
const NO_MODELS: [&str; 6] = ["auto", "default", "unknown", "none", "<synthetic>", "inherit"];

impl Model {
    /// The model that somebody asked for, if the text names one.
    pub fn requested(name: Option<&str>) -> Option<Self> {
        let name = name?;
        if NO_MODELS.iter().any(|placeholder| name.eq_ignore_ascii_case(placeholder)) {
            return None;
        }
        // What is no id, such as a name with spaces that a menu shows, is not known to be one model.
        Some(Self { id: ModelId::parse(name).ok()?, source: ModelSource::Requested })
    }
}

/// Lines of a file, counted from 1, the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LineRange {
    /// The first line.
    pub first: u64,
    /// The last line.
    pub last: u64,
}

/// Text that an edit wrote, with which its lines can be found in the file. It stays in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text, which may have lines around those that changed.
    pub text: String,
    /// The first changed line in the text, from 0.
    pub first: usize,
    /// The last changed line in the text.
    pub last: usize,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Logs and snapshots must not hold what an agent wrote.
        write!(f, "{} bytes, lines {} to {}", self.text.len(), self.first, self.last)
    }
}

/// Where the lines of a change are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lines {
    /// From the first to the last line that the agent wrote. Lines between them may be older.
    Known(LineRange),
    /// To be found in the file.
    Find(Vec<Piece>),
    /// Not known: deleted, a cell of a notebook, or a person's lines are among them.
    Unknown,
}

/// Which of two reports of the same edit this is. They have no id in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The call of a tool, which has an id.
    Call,
    /// The change of a file, which has none.
    File,
}

/// What the other report of the same edit has as well. It stays in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Twin {
    /// Which of the two this is.
    pub side: Side,
    /// What the edit wrote, in each form in which the other report may have it.
    pub texts: Vec<String>,
}

impl std::fmt::Debug for Twin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Logs and snapshots must not hold what an agent wrote.
        write!(f, "{:?} with {} texts", self.side, self.texts.len())
    }
}

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file, as the agent names it.
    pub path: String,
    /// Its lines, as they are afterwards.
    pub lines: Lines,
    /// Lines that were added, where they can be counted.
    pub added: Option<u64>,
    /// Lines that were removed, where they can be counted.
    pub removed: Option<u64>,
    /// How another report of the same change is recognised, where the agent sends one.
    pub twin: Option<Twin>,
}

impl Change {
    /// Takes in a later change of the same file.
    pub fn join(&mut self, later: &Self) {
        self.lines = match (std::mem::replace(&mut self.lines, Lines::Unknown), &later.lines) {
            (Lines::Find(mut pieces), Lines::Find(more)) => {
                pieces.extend(more.iter().cloned());
                Lines::Find(pieces)
            }
            // The later change may have moved the lines of the earlier one.
            _ => Lines::Unknown,
        };
        self.added = self.added.zip(later.added).map(|(one, other)| one + other);
        self.removed = self.removed.zip(later.removed).map(|(one, other)| one + other);
    }
}

/// What makes two reports the same one: hooks run twice, in several products, and side by side.
#[derive(Clone, PartialEq, Eq)]
pub enum Identity {
    /// An id that the agent gives to this event alone.
    Id(String),
    /// An id that the provider gives to an answer, whatever session it is copied to.
    OfProvider(String),
    /// Its content, within a short time. Only a digest under a key of this machine is kept.
    Content(String),
    /// Nothing: each report is one.
    None,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "id {id}"),
            Self::OfProvider(id) => write!(f, "id of the provider {id}"),
            Self::Content(text) => write!(f, "content of {} bytes", text.len()),
            Self::None => f.write_str("none"),
        }
    }
}

/// One event of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Captured {
    /// What happened.
    pub kind: Kind,
    /// The agent.
    pub tool: Tool,
    /// Its version.
    pub tool_version: Option<Version>,
    /// The session, as the agent names it.
    pub session: Option<ForeignId>,
    /// The request, as the provider names it. No hook of the four says it.
    pub request_id: Option<ForeignId>,
    /// The model.
    pub model: Option<Model>,
    /// Where the agent works.
    pub folder: Option<String>,
    /// What changed, one a file.
    pub changes: Vec<Change>,
    /// How many bytes a prompt has.
    pub bytes: Option<u64>,
    /// Who accepted it.
    pub actor: Option<Actor>,
    /// How the session ended.
    pub end: Option<SessionEnd>,
    /// What makes two reports the same.
    pub identity: Identity,
}

impl Captured {
    /// An event of which nothing else is known.
    pub fn new(kind: Kind, tool: Tool) -> Self {
        Self {
            kind,
            tool,
            tool_version: None,
            session: None,
            request_id: None,
            model: None,
            folder: None,
            changes: Vec::new(),
            bytes: None,
            actor: None,
            end: None,
            identity: Identity::None,
        }
    }

    /// How much is kept of a change: inline completions of a few lines are light, everything that an agent does is detailed.
    pub fn class(&self, change: Option<&Change>) -> Class {
        /// From this many lines on, a completion is no small one.
        const MANY_LINES: u64 = 20;
        let lines = change.and_then(|change| change.added);
        match self.kind {
            Kind::SuggestionAccepted if lines.is_none_or(|lines| lines < MANY_LINES) => Class::Light,
            _ => Class::Detailed,
        }
    }
}

/// An id that a tool gave, if it has the form of one. Free text is none.
pub fn foreign_id(text: Option<&str>) -> Option<ForeignId> {
    ForeignId::parse(text?).ok()
}
