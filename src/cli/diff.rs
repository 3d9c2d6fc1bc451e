//! `ai-detect diff`.

use std::io::Read;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use super::formats::Printing;
use super::output::Output;
use super::{Exit, Failure};
use crate::attest;
use crate::git::{self, RangeSpec};
use crate::pipeline::{Analysis, Asked, Error, Session, SettingsFrom, report_on_patch};
use crate::report::excerpts::Excerpts;
use crate::unread;

/// The example of `--demo`: three commits by people who do not exist.
const DEMO: &[u8] = include_bytes!("../../examples/demo.patch");

/// What `diff` looks at and how it says what it found
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Commits to check: A..B or A...B compares B with their merge base, A compares HEAD with A [default: compare HEAD
    /// with the default branch]
    #[arg(value_name = "RANGE", conflicts_with_all = ["staged", "worktree", "patch", "demo"])]
    range: Option<String>,

    /// Check what is staged for the next commit
    #[arg(long, conflicts_with_all = ["worktree", "patch", "demo"])]
    staged: bool,

    /// Check all uncommitted changes: staged, unstaged and untracked
    #[arg(long, conflicts_with_all = ["patch", "demo"])]
    worktree: bool,

    /// Check a unified diff, a mailed patch or a mailbox of patches instead of a repository; `-` reads standard input.
    /// Messages of mailed patches count as commit messages
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    patch: Option<PathBuf>,

    /// Check a small example instead of a repository: three commits, of which one gets a flag
    #[arg(long)]
    demo: bool,

    #[command(flatten)]
    printing: Printing,

    /// Read settings from this file instead of from the commit that the change starts from
    #[arg(long, value_name = "FILE", conflicts_with = "config_from")]
    config: Option<PathBuf>,

    /// Read settings and rule packs from this revision
    #[arg(long, value_name = "REV")]
    config_from: Option<String>,

    /// Read the description of the pull or merge request from this file; `-` reads standard input. The report shows
    /// what it states; it counts as a declaration of the commits only if the policy accepts that
    #[arg(long, alias = "request-body", value_name = "FILE", help_heading = "Pull or merge request")]
    description: Option<PathBuf>,

    /// Set the title of the request
    #[arg(long, value_name = "TITLE", help_heading = "Pull or merge request")]
    title: Option<String>,

    /// Set the branch that the request comes from
    #[arg(long, value_name = "BRANCH", help_heading = "Pull or merge request")]
    branch: Option<String>,

    /// Add a label of the request; repeat the option for several
    #[arg(long = "label", value_name = "LABEL", help_heading = "Pull or merge request")]
    labels: Vec<String>,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let request = request(args, dir)?;
    let asked = Asked { request: request.as_ref(), detail: args.printing.explains()?, ..Asked::default() };
    let settings = match (&args.config, &args.config_from) {
        (Some(file), _) => SettingsFrom::File { dir, file },
        (None, Some(revision)) => SettingsFrom::Revision(revision),
        // What the documents show of the example must be what everybody sees.
        (None, None) if args.demo => SettingsFrom::Defaults,
        (None, None) => SettingsFrom::Start,
    };
    let analysis = match patch(args, dir)? {
        Some((name, content)) => of_patch((&name, &content), dir, settings, &asked)?,
        None => analysis(&range(args), dir, settings, &asked)?,
    };
    let excerpts = args.printing.shows_code()?.then(|| Excerpts::of(&analysis.change, &analysis.report));
    args.printing.print(&analysis.report, excerpts.as_ref(), dir, out)
}

/// The memory of what a report was made from is never freed: the program is about to end, and freeing would take longer.
fn analysis(
    request: &RangeSpec,
    dir: &Path,
    settings: SettingsFrom<'_>,
    asked: &Asked<'_>,
) -> Result<ManuallyDrop<Analysis>, Failure> {
    let analysis =
        Session::open(dir, request, settings).and_then(|session| session.within(super::surroundings()).report(asked));
    let analysis = analysis.map_err(|error| match error {
        Error::Git(error @ git::Error::NoCommit) => {
            Failure::failed(format!("{error}; use --staged or --worktree to look at what will be the first"))
        }
        Error::Git(error @ git::Error::NoRepository { .. }) => {
            Failure::failed(format!("{error}, or read a patch with --patch FILE"))
        }
        Error::Settings(error) if error.is_of_content() && matches!(settings, SettingsFrom::Start) => {
            let advice = "To use other settings: `--config FILE` or `--config-from REV`";
            Failure::usage(super::with_advice(&error, advice))
        }
        other => super::range_failure(other, dir),
    });
    analysis.map(ManuallyDrop::new)
}

fn of_patch(
    patch: (&str, &[u8]),
    dir: &Path,
    settings: SettingsFrom<'_>,
    asked: &Asked<'_>,
) -> Result<ManuallyDrop<Analysis>, Failure> {
    let analysis = report_on_patch(patch, dir, settings, asked);
    let analysis = analysis.map_err(|error| match error {
        Error::NoRepository => Failure::usage("--config-from needs a repository"),
        other => other.into(),
    });
    analysis.map(ManuallyDrop::new)
}

/// The patch to check instead of a repository: its name and its content.
fn patch(args: &Args, dir: &Path) -> Result<Option<(String, Vec<u8>)>, Failure> {
    match &args.patch {
        Some(file) => content(file, dir).map(Some),
        None => Ok(args.demo.then(|| ("examples/demo.patch".to_owned(), DEMO.to_vec()))),
    }
}

fn range(args: &Args) -> RangeSpec {
    match (&args.range, args.staged, args.worktree) {
        (Some(spec), _, _) => RangeSpec::Spec(spec.clone()),
        (_, true, _) => RangeSpec::Staged,
        (_, _, true) => RangeSpec::Worktree,
        _ => RangeSpec::Default,
    }
}

/// What is known of the request, if anything was given.
fn request(args: &Args, dir: &Path) -> Result<Option<attest::Request>, Failure> {
    let stdin = Some(Path::new("-"));
    if args.patch.as_deref() == stdin && args.description.as_deref() == stdin {
        return Err(Failure::usage("--patch and --description cannot both read standard input"));
    }
    let body = args.description.as_ref().map(|file| content(file, dir)).transpose()?;
    let body = body.map(|(_, content)| String::from_utf8_lossy(&content).into_owned());
    let (title, branch, labels) = (args.title.clone(), args.branch.clone(), args.labels.clone());
    let request = attest::Request { body, title, branch, labels };
    Ok((request != attest::Request::default()).then_some(request))
}

/// A file's name and content; `-` is standard input.
fn content(file: &Path, dir: &Path) -> Result<(String, Vec<u8>), Failure> {
    if file != Path::new("-") {
        let content = std::fs::read(dir.join(file));
        let name = file.display().to_string();
        let content = content.map_err(|error| Failure::failed(unread::sentence(&name, &error)))?;
        return Ok((file.display().to_string(), content));
    }
    let mut content = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut content);
    read.map_err(|error| Failure::failed(format!("standard input: {error}")))?;
    Ok(("-".to_owned(), content))
}
