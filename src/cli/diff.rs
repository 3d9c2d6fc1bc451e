//! `ai-detect diff`.

use std::io::Read;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use super::formats::{Format, Printing};
use super::output::Output;
use super::settings::{self, Settings};
use super::{Exit, Failure, git_failure};
use crate::analyse::{Detail, Measures, analyse};
use crate::attest::{self, AIIR_LEDGER, Receipts, Registry, read_request};
use crate::change::{ChangeSet, Substitutes};
use crate::exclude::Excluder;
use crate::git::{self, Checkout, Repository, Request};
use crate::pack::{Fitted, Pack};
use crate::patch;
use crate::policy::Described;
use crate::report::Report;
use crate::report::excerpts::Excerpts;
use crate::signals::Engine;

/// What `diff` looks at and how it says what it found
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A..B or A...B: from their merge base to B, as a pull request shows it; A: from A to HEAD;
    /// nothing: from the default branch to HEAD
    #[arg(value_name = "RANGE", conflicts_with_all = ["staged", "worktree", "patch"])]
    range: Option<String>,

    /// What is staged for the next commit
    #[arg(long, conflicts_with_all = ["worktree", "patch"])]
    staged: bool,

    /// What is not committed yet: staged, unstaged and untracked
    #[arg(long, conflicts_with = "patch")]
    worktree: bool,

    /// A unified diff, without a repository; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    patch: Option<PathBuf>,

    #[command(flatten)]
    printing: Printing,

    /// Settings from a file on disk instead of the commit that the change starts from
    #[arg(long, value_name = "FILE", conflicts_with = "config_from")]
    config: Option<PathBuf>,

    /// Settings and rule packs from a revision
    #[arg(long, value_name = "REV")]
    config_from: Option<String>,

    /// The description of the pull or merge request; `-` reads standard input. What is stated in the
    /// request is reported beside what its commits declare, and counts for them only where the policy says so
    #[arg(long, value_name = "FILE", help_heading = "The request")]
    request_body: Option<PathBuf>,

    /// The branch that the request comes from
    #[arg(long, value_name = "NAME", help_heading = "The request")]
    branch: Option<String>,

    /// A label of the request; may be given more than once
    #[arg(long = "label", value_name = "NAME", help_heading = "The request")]
    labels: Vec<String>,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let request = request(args, dir)?;
    let described = request.as_ref().map(described).transpose()?.flatten();
    let choice = Choice { described: described.as_ref(), ..Choice::of(args) };
    let (mut report, excerpts) = match &args.patch {
        Some(file) => of_patch(choice, file, dir)?,
        None => of_repository(&ends(args), choice, dir)?,
    };
    if let Some(request) = request {
        report.request = Some(read_request(&request, Registry::builtin()?));
    }
    args.printing.print(&report, excerpts.as_ref(), dir, out)
}

/// A report, and the code that its format shows.
type Found = (Report, Option<Excerpts>);

/// The report of a range by the settings in force, or of the default one.
pub(super) fn of_range(range: Option<String>, dir: &Path) -> Result<Report, Failure> {
    let request = range.map_or(Request::Default, Request::Spec);
    of_repository(&request, Choice::default(), dir).map(|(report, _)| report)
}

/// Which settings to use, and what to keep.
#[derive(Clone, Copy, Default)]
struct Choice<'a> {
    /// A file on disk.
    config: Option<&'a Path>,
    /// A revision.
    config_from: Option<&'a str>,
    /// The checkout of a job, where the working tree is nobody's settings.
    checkout: Option<&'a Checkout>,
    /// Whether the code of flagged blocks is kept.
    excerpts: bool,
    /// What the request says, for policies that let it speak.
    described: Option<&'a Described>,
    /// What its reader gets to see.
    detail: Detail,
}

impl<'a> Choice<'a> {
    fn of(args: &'a Args) -> Self {
        Choice {
            config: args.config.as_deref(),
            config_from: args.config_from.as_deref(),
            checkout: None,
            excerpts: args.printing.format == Format::Html,
            described: None,
            detail: match args.printing.format {
                Format::Json => Detail::All,
                Format::Text if args.printing.verbose => Detail::All,
                _ => Detail::Flags,
            },
        }
    }
}

/// The request as policies look at it. A branch's name alone says nothing of a description.
fn described(request: &attest::Request) -> Result<Option<Described>, Failure> {
    let known = request.body.is_some() || !request.labels.is_empty();
    let body = request.body.as_deref().unwrap_or_default();
    let registry = Registry::builtin()?;
    Ok(known.then(|| Described::read(body, &request.labels, registry)))
}

/// What lies between two commits, as a job of a forge looks at it: settings come from where the change
/// starts, and what the change does to them is noted.
pub(super) fn between(
    spec: &str,
    stated: &attest::Request,
    by_member: Option<bool>,
    checkout: &Checkout,
) -> Result<Report, Failure> {
    let described = described(stated)?.map(|described| Described { by_member, ..described });
    let choice = Choice { checkout: Some(checkout), described: described.as_ref(), ..Choice::default() };
    let (mut report, _) = of_repository(&Request::Spec(spec.to_owned()), choice, checkout.root())?;
    if let (Some(base), Some(head)) = (&report.range.base, &report.range.head) {
        let repository = checkout.open().map_err(Failure::failed)?;
        report.coverage.notes.extend(settings::changed(&repository, base, head)?);
    }
    if *stated != attest::Request::default() {
        report.request = Some(read_request(stated, Registry::builtin()?));
    }
    Ok(report)
}

fn ends(args: &Args) -> Request {
    match (&args.range, args.staged, args.worktree) {
        (Some(spec), _, _) => Request::Spec(spec.clone()),
        (_, true, _) => Request::Staged,
        (_, _, true) => Request::Worktree,
        _ => Request::Default,
    }
}

fn of_repository(request: &Request, choice: Choice<'_>, dir: &Path) -> Result<Found, Failure> {
    let repository = choice.checkout.map_or_else(|| Repository::open(dir), Checkout::open).map_err(Failure::failed)?;
    let resolved = repository.resolve(request).map_err(|error| match error {
        git::Error::NoCommit => {
            Failure::failed(format!("{error}; use --staged or --worktree to look at what will be the first"))
        }
        other => git_failure(other),
    })?;
    let about_range = resolved.notes().to_vec();
    let mut settings = settings(choice, dir, Some((&repository, resolved.base())))?;
    if choice.checkout.is_some() {
        settings.note = None;
    }
    let excluder = excluder(&settings)?;
    let head = resolved.head().map(str::to_owned);
    // The data is made ready while the repository is read: neither needs the other.
    let mut loaded = None;
    let change = rayon::in_place_scope(|scope| {
        scope.spawn(|_| {
            loaded = Some(pack(&settings));
            // Whoever needs it reports what is wrong with it.
            let _ = Registry::builtin();
        });
        repository.change_set(resolved, &excluder)
    });
    // The system takes back at the end what giving back piece by piece would take long for.
    let mut change = ManuallyDrop::new(change.map_err(Failure::failed)?);
    let unread = attach_receipts(&repository, head.as_deref(), &mut change)?;
    let substitutes = repository.substitutes().map_err(Failure::failed)?;
    // What it keeps of what it read is in the way from here on.
    drop(repository);
    let pack = loaded.unwrap_or_else(|| pack(&settings));
    let pack = ManuallyDrop::new(pack.map_err(|error| settings.pack_failure(error))?);
    let (mut report, excerpts) = report(choice, &change, &pack, settings)?;
    report.coverage.substitutes = Some(substitutes).filter(|found| *found != Substitutes::default());
    report.coverage.notes.extend(about_range);
    report.coverage.notes.extend(unread);
    report.coverage.notes.extend(long_messages(&change));
    Ok((report, excerpts))
}

/// What is known of the request, if anything was given.
fn request(args: &Args, dir: &Path) -> Result<Option<attest::Request>, Failure> {
    let stdin = Some(Path::new("-"));
    if args.patch.as_deref() == stdin && args.request_body.as_deref() == stdin {
        return Err(Failure::usage("--patch and --request-body cannot both read standard input"));
    }
    let body = args.request_body.as_ref().map(|file| content(file, dir)).transpose()?;
    let body = body.map(|(_, content)| String::from_utf8_lossy(&content).into_owned());
    let request = attest::Request { body, branch: args.branch.clone(), labels: args.labels.clone() };
    Ok((request != attest::Request::default()).then_some(request))
}

/// A file's name and content; `-` is standard input.
fn content(file: &Path, dir: &Path) -> Result<(String, Vec<u8>), Failure> {
    if file != Path::new("-") {
        let content = std::fs::read(dir.join(file));
        let content = content.map_err(|error| Failure::failed(format!("{}: {error}", file.display())))?;
        return Ok((file.display().to_string(), content));
    }
    let mut content = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut content);
    read.map_err(|error| Failure::failed(format!("standard input: {error}")))?;
    Ok(("-".to_owned(), content))
}

/// Which messages were not read whole.
fn long_messages(change: &ChangeSet) -> Vec<String> {
    let long = change.commits.iter().filter(|commit| commit.left_out > 0);
    long.map(|commit| {
        let id = commit.id.get(..8).unwrap_or(&commit.id);
        format!("{} bytes in the middle of the message of {id} are not read: it is too long", commit.left_out)
    })
    .collect()
}

/// A larger file of receipts is not read.
const LARGEST_LEDGER: u64 = 32 << 20;

/// Receipts lie in the tree that is looked at, and name the commits that they are about. What could
/// not be read of them is told.
fn attach_receipts(
    repository: &Repository,
    head: Option<&str>,
    change: &mut ChangeSet,
) -> Result<Option<String>, Failure> {
    let (ledger, unread) = ledger(repository, head)?;
    let receipts = Receipts::read(&ledger);
    receipts.attach(&mut change.commits);
    let nameless = receipts.nameless;
    let plural = if nameless == 1 { "line of" } else { "lines of" };
    let told = || format!("{nameless} {plural} {AIIR_LEDGER} cannot be read: no commit is named");
    Ok(unread.or_else(|| (nameless > 0).then(told)))
}

/// The file of receipts at a commit, empty where there is none; and why it was not read, where it was not.
pub(super) fn ledger(repository: &Repository, head: Option<&str>) -> Result<(Vec<u8>, Option<String>), Failure> {
    let Some(head) = head else { return Ok((Vec::new(), None)) };
    let size = repository.size_at(head, AIIR_LEDGER).map_err(Failure::failed)?;
    if let Some(size) = size.filter(|size| *size > LARGEST_LEDGER) {
        let told = format!("{AIIR_LEDGER} has {size} bytes; at most {LARGEST_LEDGER} are read, so none of it was");
        return Ok((Vec::new(), Some(told)));
    }
    let ledger = repository.file_at(head, AIIR_LEDGER).map_err(Failure::failed)?;
    Ok((ledger.unwrap_or_default(), None))
}

fn of_patch(choice: Choice<'_>, file: &Path, dir: &Path) -> Result<Found, Failure> {
    let (name, content) = content(file, dir)?;
    // A patch needs no repository, but the wrong one must not pass for none: settings come from it.
    let repository = match Repository::open(dir) {
        Err(error @ git::Error::BareInside { .. }) => return Err(Failure::failed(error)),
        opened => opened.ok(),
    };
    let head = repository.as_ref().and_then(Repository::head);
    let settings = settings(choice, dir, repository.as_ref().map(|repository| (repository, head.as_deref())))?;
    let excluder = excluder(&settings)?;
    let change = patch::read(&name, &content, &excluder).map_err(Failure::failed)?;
    let pack = pack(&settings).map_err(|error| settings.pack_failure(error))?;
    report(choice, &change, &pack, settings)
}

fn settings(
    choice: Choice<'_>,
    dir: &Path,
    repository: Option<(&Repository, Option<&str>)>,
) -> Result<Settings, Failure> {
    match (choice.config, choice.config_from, repository) {
        (Some(file), _, _) => settings::from_file(dir, file),
        (_, Some(revision), Some((repository, _))) => settings::from_revision(repository, revision, true),
        (_, Some(_), None) => Err(Failure::usage("--config-from needs a repository")),
        (_, _, Some((repository, Some(base)))) => settings::from_revision(repository, base, false),
        _ => Ok(Settings::default()),
    }
}

fn pack(settings: &Settings) -> Result<Pack, crate::pack::Error> {
    let fitted = settings.model.clone().map_or_else(Fitted::builtin, Ok)?;
    Pack::load(fitted, &settings.packs, &settings.config.rules.disable)
}

fn excluder(settings: &Settings) -> Result<Excluder, Failure> {
    Excluder::new(&settings.config.exclude, settings.config.limits.file_bytes)
        .map(|excluder| excluder.with_max_change_bytes(settings.config.limits.change_bytes))
        .map_err(Failure::usage)
}

fn report(choice: Choice<'_>, change: &ChangeSet, pack: &Pack, settings: Settings) -> Result<Found, Failure> {
    let engine = Engine::new(pack);
    let measures = Measures {
        policy: settings.policy.as_ref(),
        signers: Some(&settings.signers),
        described: choice.described,
        detail: choice.detail,
    };
    let mut report =
        analyse(change, &engine, Registry::builtin()?, &settings.config, &measures).map_err(Failure::usage)?;
    report.coverage.notes.extend(settings.note);
    if let (Some(policy), Some(described)) = (&settings.policy, choice.described) {
        report.coverage.notes.extend(policy.says_of(described));
    }
    report.coverage.notes.extend(settings.signers.notes);
    let excerpts = choice.excerpts.then(|| Excerpts::of(change, &report));
    Ok((report, excerpts))
}
