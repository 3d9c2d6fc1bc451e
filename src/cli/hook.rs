//! `ai-detect hook`: hooks that remind of attestations while a commit is made.
//!
//! They block nothing unless they were installed to. Putting them in is `install`; here is what they run.

mod install;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::{Exit, Failure, read_text};
use crate::attesting::environment;
use crate::git::{RangeSpec, Repository, without_comments};
use crate::pipeline::{JudgedMessage, Session, Settings, SettingsFrom};
use crate::policy::{FindingKind, Stance};
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
    CommitMsg {
        /// The file with the message
        file: PathBuf,
        /// Exit with status 1 if the message lacks what the project's own policy asks for
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
    let message = without_comments(&text, session.repository().comment_character());
    if message.trim().is_empty() {
        // Git will not commit it.
        return Ok(Exit::Analysed);
    }
    let JudgedMessage { judgement, declared, unknown, policy, is_own_policy, note } = session.judge_message(message)?;
    let agent = environment::agent(&|name| std::env::var(name).ok()).map_err(Failure::failed)?;
    let mut said = String::new();
    if let (Some(agent), None, false) = (&agent, declared, policy.stance == Stance::Ban) {
        let what = match unknown.first() {
            Some(unknown) => unknown.to_string(),
            None => "the message declares nothing about AI".to_owned(),
        };
        let _ = writeln!(said, "{} seems to run this shell, and {what}. If it helped:", agent.tool);
        let _ = writeln!(said, "    ai-detect attest --tool \"{}\" --model MODEL-ID", agent.tool);
    }
    // Without a policy of the project's own, only what is unreadable or contradictory is worth a word.
    let worth = |kind: FindingKind| {
        let shown = !matches!(kind, FindingKind::NotVisible);
        shown && (is_own_policy || matches!(kind, FindingKind::Contradiction | FindingKind::Unreadable))
    };
    let findings: Vec<_> = judgement.findings.iter().filter(|finding| worth(finding.kind())).collect();
    for finding in &findings {
        let _ = writeln!(said, "- {finding}");
    }
    if !findings.is_empty() {
        let lines = judgement.add.iter().filter(|line| line.place == crate::policy::suggest::Where::Commit);
        lines.for_each(|line| {
            let _ = writeln!(said, "    {}", line.text);
        });
    }
    if let Some(note) = note.filter(|_| is_own_policy) {
        let _ = writeln!(said, "note: {note}");
    }
    if !said.is_empty() {
        out.say(&format!("ai-detect (policy {}):", policy.id));
        out.say(&said);
    }
    let refuse = block && is_own_policy && judgement.asks();
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
    if policy.as_ref().is_some_and(|policy| policy.stance == Stance::Ban) || (policy.is_none() && agent.is_none()) {
        return Ok(Exit::Analysed);
    }
    let tool = agent.as_ref().map_or("TOOL", |agent| agent.tool.as_str());
    let lines = policy.as_ref().map_or_else(Vec::new, |policy| {
        let written = policy
            .required
            .iter()
            .chain(&policy.accepted)
            .filter(|marker| marker.place == crate::policy::Place::Commit);
        written.filter_map(|marker| marker.write.clone()).take(1).collect()
    });
    // A policy that wants nothing in the commit gets no hint for it.
    if lines.is_empty() && policy.as_ref().is_some_and(|policy| !policy.forbidden.is_empty()) {
        return Ok(Exit::Analysed);
    }
    let line = lines.first().map_or("Assisted-by: {tool}:{model}", String::as_str);
    let line = line.replace("{tool}", tool).replace("{model}", "MODEL-ID");
    let hint = format!("{comment} If an AI tool helped, say so here, without the {comment}:\n{comment} {line}\n");
    let text = read_text(file, dir)?;
    if text.contains(&hint) {
        return Ok(Exit::Analysed);
    }
    let at = text.split_inclusive('\n').take_while(|line| !line.starts_with(comment)).map(str::len).sum::<usize>();
    let (before, after) = text.split_at_checked(at).unwrap_or((&text, ""));
    let path = dir.join(file);
    Replacement::of(&path)?.write(format!("{before}{hint}{after}").as_bytes())?;
    Ok(Exit::Analysed)
}
