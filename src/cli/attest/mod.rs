//! `ai-detect attest`: adds attestations, checks them, and keeps them through squashes and rebases.

mod carry;
mod draft;
mod rewrite;
mod sign;
mod squash;
mod unknown;
mod write;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use super::checking;
use super::output::Output;
use super::values::{Choice, one_of};
use super::{Exit, Failure};
use crate::vocabulary::{IntegrationPath, Name, Proportion, Reference, Who, Word};

/// What is declared, and where it is written
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    /// Commits to declare AI use on: A..B, A for A..HEAD, or COMMIT^! for one alone [default: HEAD]. Trailers on an
    /// older commit rewrite all later commits up to HEAD
    #[arg(value_name = "RANGE")]
    range: Option<String>,

    /// Check the range by the policy, write nothing, and exit with status 1 if a commit violates it
    #[arg(long, conflicts_with_all = ["notes", "dry_run", "statement", "no_ai", "tool"])]
    check: bool,

    /// Follow this preset or policy file instead of the policy in the settings
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,

    /// Read settings from this file instead of from the commit that the change starts from
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Write notes (refs/notes/ai-attest) and leave the commits unchanged
    #[arg(long)]
    notes: bool,

    /// Sign the notes with ssh-keygen or gpg and the key in git's settings gpg.format and user.signingKey
    #[arg(long, requires = "notes")]
    sign: bool,

    /// Print an in-toto statement for each commit and write nothing
    #[arg(long, conflicts_with = "notes")]
    statement: bool,

    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Ask for missing facts even if standard input is not a terminal
    #[arg(long, conflicts_with = "no_ask")]
    ask: bool,

    /// Never ask for missing facts
    #[arg(long)]
    no_ask: bool,

    /// Rewrite commits even if a remote branch has them
    #[arg(long)]
    even_if_published: bool,

    /// Write the declaration even if its tool and model are not known, so that it is not read as a declaration of AI use
    #[arg(long)]
    even_if_unknown: bool,

    /// Rewrite commits or notes even if that invalidates their signatures
    #[arg(long)]
    drop_signature: bool,

    #[command(flatten)]
    facts: Facts,
}

/// What is declared
#[derive(Debug, clap::Args)]
struct Facts {
    /// Declare that no AI was used
    #[arg(long, conflicts_with_all = ["tool", "model", "generated", "proportion", "integration", "session", "prompt", "output"])]
    no_ai: bool,

    /// Name the AI tool
    #[arg(long, value_name = "NAME")]
    tool: Option<Name>,

    /// Give the exact id of the model
    #[arg(long, value_name = "ID")]
    model: Option<Word>,

    /// Name an analysis tool that the AI tool used; repeat the option for several
    #[arg(long = "helper", value_name = "NAME")]
    helpers: Vec<Word>,

    /// Write Generated-by instead of Assisted-by: the tool wrote most of the change
    #[arg(long)]
    generated: bool,

    /// Give the share of the change that the tool wrote, such as 40%
    #[arg(long, value_name = "PERCENT")]
    proportion: Option<Proportion>,

    /// Name how the tool was used
    #[arg(long, alias = "path", value_parser = one_of(INTEGRATION_PATHS), value_name = "KIND")]
    integration: Option<IntegrationPath>,

    /// Give the id or address of the session or request
    #[arg(long, value_name = "ID")]
    session: Option<Word>,

    /// Give the digest (sha256:…) or address of the prompt, never the prompt itself
    #[arg(long, value_name = "REFERENCE")]
    prompt: Option<Reference>,

    /// Give the digest (sha256:…) or address of the raw output, never the output itself
    #[arg(long, value_name = "REFERENCE")]
    output: Option<Reference>,

    /// Name the person who is accountable for the commit, as `Name <address>`
    #[arg(long, value_name = "PERSON")]
    accountable: Option<Who>,

    /// Name the person who requested the generation, as `Name <address>`
    #[arg(long, value_name = "PERSON")]
    requested_by: Option<Who>,
}

impl Facts {
    /// Whether an option describes AI use, which contradicts `--no-ai`.
    fn describe_ai_use(&self) -> bool {
        self.model.is_some()
            || !self.helpers.is_empty()
            || self.generated
            || self.proportion.is_some()
            || self.integration.is_some()
            || self.session.is_some()
            || self.prompt.is_some()
            || self.output.is_some()
            || self.requested_by.is_some()
    }
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Predict the message of a squash merge, and show which declarations it would lose and how to keep them
    #[command(
        after_help = "Exit status: 0 if done; 1 if a declaration would be lost and --exit-code is set; 2 for wrong usage or \
                      invalid settings; 3 if it failed."
    )]
    Squash(squash::Args),
    /// Copy notes of ai-detect from rewritten commits to their new versions
    Carry(carry::Args),
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match &args.command {
        Some(Command::Squash(args)) => squash::run(args, dir, out),
        Some(Command::Carry(args)) => carry::run(args, dir, out),
        None if args.check => {
            checking::run(&checking::Args::of(args.range.clone(), args.policy.clone(), args.config.clone()), dir, out)
        }
        None => attest(args, dir, out),
    }
}

fn attest(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    // The last commit alone is no range: it may have no parent. `HEAD..HEAD` would have no commit.
    let range = args.range.as_deref().filter(|range| !matches!(*range, "HEAD" | "@"));
    let named = args.policy.as_deref();
    let session = checking::open_for(named, Some(range.unwrap_or("HEAD")), args.config.as_deref(), dir)?;
    let policy = checking::policy(&session, args.policy.as_deref(), dir)?;
    let mut commits = match range {
        Some(_) => session.commits(&policy)?,
        None => vec![session.last_commit(&policy)?],
    };
    commits.retain(|touched| touched.commit.parents < 2 || range.is_none());
    if commits.is_empty() {
        return Err(Failure::usage(format!(
            "{} has no commit to declare AI use on, merges apart: leave the range out for the last commit, or write \
             `COMMIT^!` for one commit, or `COMMIT..` for all that came after it",
            range.unwrap_or("HEAD")
        )));
    }
    let asks = args.ask || (!args.no_ask && std::io::stdin().is_terminal() && std::io::stderr().is_terminal());
    let drafting = draft::Drafting { facts: &args.facts, session: &session, policy: &policy };
    let drafts = drafting.drafts(commits, asks, out)?;
    if args.statement {
        return write::statements(&drafts, session.repository(), out);
    }
    if args.notes {
        return write::notes(args, &drafts, session.repository(), out);
    }
    let is_alone = |range: &&str| !range.contains("..") && !range.ends_with("^!");
    if let Some(one) = range.filter(|range| is_alone(range) && (drafts.len() > 1 || is_one_commit(range))) {
        let commits =
            if drafts.len() == 1 { "is 1 commit".to_owned() } else { format!("are {} commits", drafts.len()) };
        return Err(Failure::usage(format!(
            "`{one}` means `{one}..HEAD`, which {commits}: write `{one}..` to rewrite all that came after, `{one}^!` for that \
             commit alone, or --notes"
        )));
    }
    rewrite::trailers(args, &drafts, &session, &policy, out)
}

/// Whether a revision is written as one commit and not as a branch: `HEAD~1`, `@^`, an id. Who writes it so may mean that one.
fn is_one_commit(revision: &str) -> bool {
    let is_id = revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    revision.contains(['~', '^']) || is_id
}

/// Where a tool may run.
const INTEGRATION_PATHS: &[Choice<IntegrationPath>] = &[
    (IntegrationPath::Ide.word(), IntegrationPath::Ide, "An editor"),
    (IntegrationPath::Cli.word(), IntegrationPath::Cli, "A terminal"),
    (IntegrationPath::Ci.word(), IntegrationPath::Ci, "A build or check job"),
    (
        IntegrationPath::Agent.word(),
        IntegrationPath::Agent,
        "An agent that works on its own, on the forge or elsewhere",
    ),
    (IntegrationPath::Web.word(), IntegrationPath::Web, "A chat in a browser"),
];
