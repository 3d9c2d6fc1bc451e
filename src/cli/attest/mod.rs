//! `ai-detect attest`: adds attestations, checks them, and keeps them through squashes and rebases.

mod carry;
mod draft;
mod rewrite;
mod sign;
mod squash;
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

    /// The commits: A..B, or A for A..HEAD; COMMIT^! for one alone; nothing: the last commit. Trailers on older ones
    /// rewrite all that come after them, up to HEAD
    #[arg(value_name = "RANGE")]
    range: Option<String>,

    /// Write nothing; say what the policy misses in the range, and exit with status 1 if it does
    #[arg(long, conflicts_with_all = ["notes", "dry_run", "statement", "no_ai", "tool"])]
    check: bool,

    /// The policy to go by, instead of the one that the settings name
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,

    /// Settings from a file on disk instead of the commit that the change starts from
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Write notes (refs/notes/ai-attest) and leave the commits as they are
    #[arg(long)]
    notes: bool,

    /// Sign the notes with your own key, by git's settings gpg.format and user.signingKey: runs ssh-keygen or gpg
    #[arg(long, requires = "notes")]
    sign: bool,

    /// Print an in-toto statement for each commit, and write nothing
    #[arg(long, conflicts_with = "notes")]
    statement: bool,

    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Ask for what is missing even where standard input is no terminal
    #[arg(long, conflicts_with = "no_ask")]
    ask: bool,

    /// Never ask
    #[arg(long)]
    no_ask: bool,

    /// Rewrite commits although a remote branch has them
    #[arg(long)]
    even_if_published: bool,

    /// Rewrite commits, or add to a note, although signatures will not hold any more
    #[arg(long)]
    drop_signature: bool,

    #[command(flatten)]
    facts: Facts,
}

/// What is declared
#[derive(Debug, clap::Args)]
struct Facts {
    /// No AI was used
    #[arg(long, conflicts_with_all = ["tool", "model", "generated", "proportion", "path", "session", "prompt", "output"])]
    no_ai: bool,

    /// The tool
    #[arg(long, value_name = "NAME")]
    tool: Option<Name>,

    /// The model's exact id
    #[arg(long, value_name = "ID")]
    model: Option<Word>,

    /// An analysis tool that it used; may be given several times
    #[arg(long = "helper", value_name = "NAME")]
    helpers: Vec<Word>,

    /// The tool wrote most of the change: Generated-by instead of Assisted-by
    #[arg(long)]
    generated: bool,

    /// How much of the change the tool wrote, such as 40%
    #[arg(long, value_name = "SHARE")]
    proportion: Option<Proportion>,

    /// By which way the tool worked
    #[arg(long, value_parser = one_of(INTEGRATION_PATHS), value_name = "WAY")]
    path: Option<IntegrationPath>,

    /// The session or request, by id or address
    #[arg(long, value_name = "ID")]
    session: Option<Word>,

    /// The prompt's digest (sha256:…) or address; never the prompt
    #[arg(long, value_name = "REFERENCE")]
    prompt: Option<Reference>,

    /// The raw output's digest (sha256:…) or address; never the output
    #[arg(long, value_name = "REFERENCE")]
    output: Option<Reference>,

    /// The person who answers for the commit, as `Name <address>`
    #[arg(long, value_name = "PERSON")]
    accountable: Option<Who>,

    /// Who asked for the generation, as `Name <address>`
    #[arg(long, value_name = "PERSON")]
    requested_by: Option<Who>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Predict the message of a squash merge, which attestations it would lose, and what keeps them
    Squash(squash::Args),
    /// Carry our notes from rewritten commits to the new ones
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
    // The last commit alone is no range: it may have no parent.
    let session = checking::open(Some(args.range.as_deref().unwrap_or("HEAD")), args.config.as_deref(), dir)?;
    let policy = checking::policy(&session, args.policy.as_deref(), dir)?;
    let mut commits = match &args.range {
        Some(_) => session.commits(&policy)?,
        None => vec![session.last_commit(&policy)?],
    };
    commits.retain(|touched| touched.commit.parents < 2 || args.range.is_none());
    if commits.is_empty() {
        return Err(Failure::usage("the range has no commit to attest"));
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
    let is_alone = |range: &&String| !range.contains("..") && !range.ends_with("^!");
    if let Some(one) = args.range.as_ref().filter(|range| is_alone(range) && (drafts.len() > 1 || is_one_commit(range)))
    {
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
