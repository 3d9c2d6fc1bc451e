//! `ai-detect hook`: hooks that remind of attestations while a commit is made.
//!
//! They block nothing unless they were installed to. Putting them in is `install`; here is what they run.

mod install;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::{Exit, Failure, read_text};
use crate::attesting::environment::{self, Agent};
use crate::git::{RangeSpec, Repository, without_comments};
use crate::pipeline::{JudgedMessage, Session, Settings, SettingsFrom};
use crate::policy::{Place, Policy, Stance};
use crate::report::policy_check::text::of_message;
use crate::store::Replacement;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Install commit-msg and prepare-commit-msg hooks; existing hooks still run
    Install {
        /// Refuse commits that violate the policy
        #[arg(long)]
        block: bool,
        /// Install even if other repositories share the hooks folder
        #[arg(long)]
        shared: bool,
    },
    /// Remove the hooks of ai-detect and restore the previous ones
    Uninstall,
    /// What the hooks run
    #[command(subcommand, hide = true)]
    Run(Run),
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Run {
    /// After a message was written
    #[command(after_help = super::EXIT_OF_CHECKS)]
    CommitMsg {
        /// The file with the message
        file: PathBuf,
        /// Exit with status 1 where `policy check --exit-code` would
        #[arg(long)]
        block: bool,
    },
    /// Before a message is written
    PrepareCommitMsg {
        /// The file with the message
        file: PathBuf,
        /// Where the message comes from
        source: Option<String>,
        /// The commit that it comes from
        commit: Option<String>,
    },
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Install { block, shared } => install::install(*block, *shared, dir, out),
        Command::Uninstall => install::uninstall(dir, out),
        Command::Run(Run::CommitMsg { file, block }) => commit_msg(file, *block, dir, out),
        Command::Run(Run::PrepareCommitMsg { file, source, .. }) => prepare(file, source.as_deref(), dir),
    }
}

/// What is staged, by the settings of the commit that the next one starts from.
fn staged(dir: &Path) -> Result<Session, Failure> {
    Ok(Session::open(dir, &RangeSpec::Staged, SettingsFrom::Start)?)
}

fn commit_msg(file: &Path, block: bool, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let session = staged(dir)?;
    let text = read_text(file, dir)?;
    let comment = session.repository().comment_character();
    let message = without_comments(&text, comment);
    if message.trim().is_empty() {
        // Git will not commit it.
        return Ok(Exit::Analysed);
    }
    let JudgedMessage { judgement, declared, unknown, policy, is_own_policy, note } = session.judge_message(message)?;
    let agent = environment::agent(&|name| std::env::var(name).ok()).map_err(Failure::failed)?;
    let hint = comment.and_then(|comment| hint(comment, is_own_policy.then_some(&policy), agent.as_ref()));
    // Whoever had the hint in the editor has seen it.
    let is_reminded = hint.is_some_and(|hint| text.contains(&hint));
    let mut said = String::new();
    if let (Some(agent), None, false, false) = (&agent, declared, policy.stance == Stance::Ban, is_reminded) {
        let what = match unknown.first() {
            Some(unknown) => unknown.to_string(),
            None => "the message declares nothing about AI".to_owned(),
        };
        let _ = writeln!(said, "{} seems to run this shell, and {what}. If it helped:", agent.tool);
        let _ = writeln!(said, "    ai-detect attest --tool \"{}\" --model MODEL-ID", agent.tool);
    }
    // The reminder quotes the first line that is not understood.
    let others = if said.is_empty() { unknown.as_slice() } else { unknown.get(1..).unwrap_or_default() };
    said += &of_message(&judgement, others, out.width());
    if let Some(note) = note.filter(|_| is_own_policy) {
        let _ = writeln!(said, "note: {note}");
    }
    if !said.is_empty() {
        out.say(&format!("ai-detect (policy {}):", policy.id));
        out.say(&said);
    }
    let refuse = block && judgement.asks();
    if refuse {
        out.say("the commit is refused; `git commit --no-verify` makes it all the same");
    }
    Ok(if refuse { Exit::Flags } else { Exit::Analysed })
}

/// Puts the line that would declare an agent into the message as a comment, where comments are
/// taken out again and where somebody will see it.
fn prepare(file: &Path, source: Option<&str>, dir: &Path) -> Result<Exit, Failure> {
    if !matches!(source, None | Some("" | "template")) {
        return Ok(Exit::Analysed);
    }
    let repository = Repository::open(dir).map_err(Failure::failed)?;
    let Some(comment) = repository.comment_character() else { return Ok(Exit::Analysed) };
    let policy = match repository.head() {
        Some(head) => Settings::from_revision(&repository, &head, false)?.policy,
        // There is no commit yet that could have settings.
        None => None,
    };
    let agent = environment::agent(&|name| std::env::var(name).ok()).map_err(Failure::failed)?;
    let text = read_text(file, dir)?;
    let Some(hint) = hint(comment, policy.as_ref(), agent.as_ref()).filter(|hint| !text.contains(hint)) else {
        return Ok(Exit::Analysed);
    };
    let at = text.split_inclusive('\n').take_while(|line| !line.starts_with(comment)).map(str::len).sum::<usize>();
    let (before, after) = text.split_at_checked(at).unwrap_or((&text, ""));
    let path = dir.join(file);
    Replacement::of(&path)?.write(format!("{before}{hint}{after}").as_bytes())?;
    Ok(Exit::Analysed)
}

/// The comment that offers the line to declare a tool with. Nothing where neither the project's own policy nor an agent
/// asks for one, and nothing where the policy wants none in a commit.
fn hint(comment: char, policy: Option<&Policy>, agent: Option<&Agent>) -> Option<String> {
    let is_ban = policy.is_some_and(|policy| policy.stance == Stance::Ban);
    if is_ban || (policy.is_none() && agent.is_none()) {
        return None;
    }
    let own = policy.and_then(|policy| {
        let markers = policy.required.iter().chain(&policy.accepted);
        markers.filter(|marker| marker.place == Place::Commit).find_map(|marker| marker.write.clone())
    });
    if own.is_none() && policy.is_some_and(|policy| !policy.forbidden.is_empty()) {
        return None;
    }
    let line = own.as_deref().unwrap_or("Assisted-by: {tool}:{model}");
    let tool = agent.map_or("TOOL", |agent| agent.tool.as_str());
    let line = line.replace("{tool}", tool).replace("{model}", "MODEL-ID");
    Some(format!("{comment} If an AI tool helped, say so here, without the {comment}:\n{comment} {line}\n"))
}
