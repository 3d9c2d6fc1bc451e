//! What does not fit together in what a commit declares, as facts. `conflicts` finds them; the sentences are here,
//! neutral ones: nobody is accused.

use std::fmt;

/// Two things that a commit, its records or a request say, and that do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// The commit says that no AI was used, and carries a tool's mark.
    DeniedAndMarked {
        /// The tool, where it is named.
        tool: Option<String>,
    },
    /// The commit says that no AI was used, and a record names a tool's lines.
    DeniedAndRecorded {
        /// The tool, where it is named.
        tool: Option<String>,
    },
    /// The commit says that no AI was used, and our note on it names a tool.
    DeniedAndNoted,
    /// The commit says that no AI was used, and the request's description declares some.
    DeniedAndRequested,
    /// The commit carries a tool's mark, and its record saw only a person.
    MarkedAndRecordedAsHuman {
        /// The tool, where it is named.
        tool: Option<String>,
    },
    /// The commit changes no file and carries a tool's mark.
    MarkWithoutChange {
        /// The tool, where it is named.
        tool: Option<String>,
    },
    /// A tool is named in a `Signed-off-by` line.
    SignedOffByTool {
        /// The tool, where it is named.
        tool: Option<String>,
    },
    /// A tool is named as a reviewer of what it wrote.
    ReviewedByItsTool {
        /// The tool.
        tool: String,
    },
    /// A person is said to have reviewed the commit, and none is named.
    UnnamedReview,
    /// A tool is the author, and no person is named.
    NobodyAnswers,
    /// A tool is named as answering for the commit.
    ToolAnswers {
        /// What is named.
        name: String,
    },
    /// More than one model is named for the whole commit.
    SeveralModels {
        /// The first of them, as written.
        models: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// Our note names several tools for the same lines.
    SeveralToolsForLines,
    /// Entries of a git-ai note name sessions that the note does not describe.
    UndescribedSessions {
        /// How many entries.
        entries: usize,
    },
    /// An Agent Trace record names another revision than the commit that it is attached to.
    OtherRevision,
    /// The request says that no AI was used, and carries a mark of a tool.
    RequestDeniedAndMarked,
}

impl fmt::Display for Conflict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conflict::DeniedAndMarked { tool } => {
                write!(out, "The commit says that no AI was used, and it also carries a mark of {}.", name(tool))
            }
            Conflict::DeniedAndRecorded { tool } => {
                write!(out, "The commit says that no AI was used, and a record names lines of {}.", name(tool))
            }
            Conflict::DeniedAndNoted => {
                out.write_str("The commit says that no AI was used, and a note on it names a tool.")
            }
            Conflict::DeniedAndRequested => {
                out.write_str("The commit says that no AI was used, and the request's description declares some.")
            }
            Conflict::MarkedAndRecordedAsHuman { tool } => {
                let tool = name(tool);
                write!(out, "The commit carries a mark of {tool}, and its record names only lines that a person wrote.")
            }
            Conflict::MarkWithoutChange { tool } => {
                let tool = name(tool);
                write!(out, "The commit changes no file, and it carries a mark of {tool}, as a template would add it.")
            }
            Conflict::SignedOffByTool { tool } => {
                let tool = tool.as_deref().unwrap_or("A tool");
                write!(out, "{tool} is named in a Signed-off-by line; a sign-off is a person's statement.")
            }
            Conflict::ReviewedByItsTool { tool } => {
                write!(out, "{tool} is named as a reviewer of a commit that it wrote; that is no person's review.")
            }
            Conflict::UnnamedReview => {
                out.write_str("The commit says that a person reviewed it, and it names no person.")
            }
            Conflict::NobodyAnswers => out.write_str("A tool is the author, and no person is named."),
            Conflict::ToolAnswers { name } => {
                write!(out, "{name} is named as answering for the commit; that is a person's to do.")
            }
            Conflict::SeveralModels { models, more } => {
                write!(out, "More than one model is named: {}", models.join(", "))?;
                match more {
                    0 => out.write_str("."),
                    more => write!(out, " and {more} more."),
                }
            }
            Conflict::SeveralToolsForLines => {
                out.write_str("A note names several tools for the same lines; the first is taken.")
            }
            Conflict::UndescribedSessions { entries } => {
                let names =
                    if *entries == 1 { "entry of the git-ai note names" } else { "entries of the git-ai note name" };
                write!(out, "{entries} {names} a session that the note does not describe.")
            }
            Conflict::OtherRevision => {
                out.write_str("The Agent Trace record names another revision than the commit that it is attached to.")
            }
            Conflict::RequestDeniedAndMarked => {
                out.write_str("The request says that no AI was used, and it also carries a mark of one.")
            }
        }
    }
}

fn name(tool: &Option<String>) -> &str {
    tool.as_deref().unwrap_or("an AI tool")
}
