//! Measuring the commits of a range by a policy: what `policy check` and `attest --check` share.

mod sizes;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::output::Output;
use super::settings::{self, Settings, policy_on_disk};
use super::{Exit, Failure};
use crate::attest::signature::{Checked, Signers};
use crate::attest::{self, Attestation, Registry, State};
use crate::git::{CommitChange, Repository, Request, Resolved};
use crate::policy::content::Changed;
use crate::policy::sensitive::Touch;
use crate::policy::suggest::Where;
use crate::policy::{Described, Judgement, Policy, Sensitive, Stance, Subject, judge};
use crate::report::{signatures, substitutes};
use crate::terminal::{escaped, wrapped};

/// What is measured, and by which policy
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A..B or A...B: from their merge base to B; A: from A to HEAD; nothing: from the default branch to HEAD
    #[arg(value_name = "RANGE")]
    range: Option<String>,

    /// A preset or a policy file, instead of the one that the settings name
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,

    /// The request's description, where the policy asks for something there; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    description: Option<PathBuf>,

    /// A label of the request; may be given several times
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,

    /// Settings from a file on disk instead of the commit that the change starts from
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// All commits, also those with nothing to say of
    #[arg(short, long)]
    verbose: bool,

    /// Exit with status 1 when something is missing, misplaced or contradictory
    #[arg(long)]
    exit_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Args {
    /// A range by the policy in force, as `attest --check` wants it.
    pub(super) fn of(range: Option<String>, policy: Option<String>, config: Option<PathBuf>) -> Self {
        Args {
            range,
            policy,
            description: None,
            labels: Vec::new(),
            config,
            format: Format::Text,
            verbose: false,
            exit_code: true,
        }
    }
}

/// A range with everything that its commits are measured by.
pub(super) struct Checking {
    pub(super) repository: Repository,
    resolved: Resolved,
    spec: String,
    pub(super) policy: Policy,
    pub(super) sensitive: Sensitive,
    signers: Signers,
    notes: Vec<String>,
}

impl Checking {
    pub(super) fn open(
        range: Option<&str>,
        config: Option<&Path>,
        policy: Option<&str>,
        dir: &Path,
    ) -> Result<Self, Failure> {
        let repository = Repository::open(dir).map_err(Failure::failed)?;
        let request = range.map_or(Request::Default, |range| Request::Spec(range.to_owned()));
        let resolved = repository.resolve(&request).map_err(super::git_failure)?;
        let settings = match (config, resolved.base()) {
            (Some(file), _) => settings::from_file(dir, file)?,
            (None, Some(base)) => settings::from_revision(&repository, base, false)?,
            (None, None) => Settings::default(),
        };
        let policy = match policy {
            Some(name) => policy_on_disk(name, dir)?,
            None => match settings.policy {
                Some(policy) => policy,
                None => Policy::preset("default").map_err(Failure::failed)?,
            },
        };
        let sensitive = Sensitive::new(&settings.config.sensitive).map_err(Failure::usage)?;
        let spec = resolved.spec().to_owned();
        let substitutes = substitutes(&repository.substitutes().map_err(Failure::failed)?);
        let notes = settings.note.into_iter().chain(settings.signers.notes.iter().cloned());
        let notes = notes.chain(substitutes).collect();
        Ok(Checking { repository, resolved, spec, policy, sensitive, signers: settings.signers, notes })
    }

    /// The commits of the range with their files, but without the files' contents, and with the
    /// sensitive places that they touch.
    pub(super) fn touches(&self) -> Result<Vec<(CommitChange, Vec<Touch>)>, Failure> {
        let sensitive = &self.sensitive;
        let of = |mut change: CommitChange| {
            let touches = touches_of(sensitive, &change.files);
            change.files.iter_mut().for_each(|file| file.texts = None);
            (change, touches)
        };
        self.repository.commit_changes(&self.resolved, &|path| sensitive.reads(path), &of).map_err(Failure::failed)
    }

    /// The last commit, likewise.
    pub(super) fn last_commit(&self) -> Result<(CommitChange, Vec<Touch>), Failure> {
        let sensitive = &self.sensitive;
        let change = self.repository.commit_change("HEAD", &|path| sensitive.reads(path)).map_err(Failure::failed)?;
        let touches = touches_of(sensitive, &change.files);
        Ok((change, touches))
    }

    /// The judgement of each commit.
    pub(super) fn judged(&self, described: Option<&Described>) -> Result<Vec<Judged>, Failure> {
        let registry = Registry::builtin()?;
        let mut judged = Vec::new();
        let (changes, signers) = (self.touches()?, &self.signers);
        let attestations: Vec<Attestation> =
            changes.par_iter().map(|(change, _)| attest::read_signed(&change.commit, registry, signers)).collect();
        let sizes = self.sizes(&changes, &attestations)?;
        for ((change, touches), attestation) in changes.into_iter().zip(attestations) {
            let commit = &change.commit;
            let paths = change.files.iter().map(|file| file.path.to_string()).collect();
            let subject = Subject::new(commit, &attestation, registry)
                .touching(paths, touches)
                .sized(sizes.get(&commit.author.email.to_lowercase()).copied())
                .described(described);
            let judgement = judge(&self.policy, &subject);
            let touches = subject.touches;
            let (signature, note_signature) = (attestation.signature.clone(), attestation.note_signature.clone());
            judged.push(Judged {
                id: commit.id.clone(),
                subject: commit.subject().to_owned(),
                author: commit.author.name.clone(),
                judgement,
                touches: touches.iter().map(ToString::to_string).collect(),
                signature: signature.unwrap_or_default(),
                note_signature,
            });
        }
        Ok(judged)
    }
}

/// The sensitive places among some files.
pub(super) fn touches_of(sensitive: &Sensitive, files: &[crate::git::Touched]) -> Vec<Touch> {
    let of = |file: &crate::git::Touched| {
        let path = String::from_utf8_lossy(&file.path).into_owned();
        let changed = file.texts.as_ref().map(|texts| Changed { old: &texts.old, new: &texts.new });
        sensitive.touches(&path, changed)
    };
    let mut touches: Vec<Touch> = files.iter().flat_map(of).collect();
    touches.sort();
    touches
}

/// A commit with what the policy says of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Judged {
    /// The full id.
    id: String,
    /// The first line of its message.
    subject: String,
    /// The author's name.
    author: String,
    #[serde(flatten)]
    judgement: Judgement,
    /// The sensitive places that it touches.
    touches: Vec<String>,
    /// Its signature.
    signature: Checked,
    /// The signature of our note on it, where there is a note.
    #[serde(skip_serializing_if = "Option::is_none")]
    note_signature: Option<Checked>,
}

/// What `policy check --format json` prints.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The name and version of this schema: `ai-detect/policy-check/v1`.
    schema: &'static str,
    /// The policy's name.
    policy: &'a str,
    /// The range as a person would type it.
    range: &'a str,
    /// The commits, parents before children.
    commits: &'a [Judged],
    /// What the reader should know of the settings and where they came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// The JSON Schema of what `--format json` prints.
pub(super) fn schema() -> schemars::Schema {
    schemars::schema_for!(Document<'static>)
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let mut checking = Checking::open(args.range.as_deref(), args.config.as_deref(), args.policy.as_deref(), dir)?;
    let described = described(args, dir)?;
    checking.notes.extend(described.iter().flat_map(|described| checking.policy.says_of(described)));
    let judged = checking.judged(described.as_ref())?;
    let text = match args.format {
        Format::Json => {
            let document = Document {
                schema: "ai-detect/policy-check/v1",
                policy: &checking.policy.id,
                range: &checking.spec,
                commits: &judged,
                note: Some(checking.notes.join(" ")).filter(|notes| !notes.is_empty()),
            };
            serde_json::to_string_pretty(&document).map_err(Failure::failed)? + "\n"
        }
        Format::Text => written(&checking, &judged, args.verbose, out.width()),
    };
    out.print(&text)?;
    let asks = judged.iter().any(|judged| judged.judgement.asks());
    Ok(if args.exit_code && asks { Exit::Flags } else { Exit::Analysed })
}

fn described(args: &Args, dir: &Path) -> Result<Option<Described>, Failure> {
    let registry = Registry::builtin()?;
    let Some(file) = &args.description else {
        // A label alone also says something of the request.
        let labelled = !args.labels.is_empty();
        return Ok(labelled.then(|| Described::read("", &args.labels, registry)));
    };
    let text = super::read_text(file, dir)?;
    Ok(Some(Described::read(&text, &args.labels, registry)))
}

/// The states, those that ask for something first.
const STATES: [State; 6] =
    [State::WrongForm, State::Unreadable, State::Partial, State::Complete, State::Denied, State::Absent];

fn written(checking: &Checking, judged: &[Judged], verbose: bool, width: usize) -> String {
    let policy = &checking.policy;
    let mut text = format!(
        "policy {} ({}): {}, {} commit{}\n",
        escaped(&policy.id),
        escaped(&policy.title),
        escaped(&checking.spec),
        judged.len(),
        if judged.len() == 1 { "" } else { "s" }
    );
    let counts: Vec<String> = STATES
        .iter()
        .map(|state| (judged.iter().filter(|commit| commit.judgement.state == *state).count(), state.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let exempt = judged.iter().filter(|commit| commit.judgement.exempt.is_some()).count();
    let exempt = if exempt > 0 { format!(" · {exempt} of them exempt") } else { String::new() };
    let _ = writeln!(text, "  {}{exempt}", counts.join(" · "));
    let signed: Vec<&Checked> = judged.iter().map(|commit| &commit.signature).collect();
    if let Some(told) = signatures::counted(&signed) {
        let _ = writeln!(text, "  signatures: {told}");
    }
    let told = judged.iter().filter(|commit| verbose || !commit.judgement.findings.is_empty());
    for group in groups(told) {
        several(&mut text, &group, policy.stance, verbose, width);
    }
    let asks = judged.iter().any(|commit| commit.judgement.asks());
    if asks && !policy.author_text.is_empty() {
        let _ = writeln!(text);
        paragraph(&mut text, "", &policy.author_text, width);
    }
    for note in &checking.notes {
        let _ = writeln!(text);
        paragraph(&mut text, "note  ", note, width);
    }
    text
}

/// Commits of which the same is said, so that it is said once; in the order of the first of each.
fn groups<'a>(judged: impl Iterator<Item = &'a Judged>) -> Vec<Vec<&'a Judged>> {
    let mut groups: Vec<Vec<&Judged>> = Vec::new();
    let same = |a: &Judgement, b: &Judgement| {
        // Which line it is differs from message to message.
        let findings = a.findings.iter().map(|found| &found.what).eq(b.findings.iter().map(|found| &found.what));
        a.state == b.state && a.exempt == b.exempt && a.add == b.add && a.remove == b.remove && findings
    };
    for commit in judged {
        let like =
            |group: &&mut Vec<&Judged>| group.first().is_some_and(|first| same(&first.judgement, &commit.judgement));
        match groups.iter_mut().find(like) {
            Some(group) => group.push(commit),
            None => groups.push(vec![commit]),
        }
    }
    groups
}

fn several(text: &mut String, group: &[&Judged], stance: Stance, verbose: bool, width: usize) {
    let Some(Judged { judgement, .. }) = group.first() else { return };
    // By a policy that takes none, no declaration is complete or partial.
    let declared = stance == Stance::Ban && matches!(judgement.state, State::Complete | State::Partial);
    let word = if declared { "declared" } else { judgement.state.word() };
    let _ = writeln!(text);
    for commit in group {
        let id = commit.id.get(..8).unwrap_or(&commit.id);
        let _ = writeln!(text, "{id}  {word}  “{}”", escaped(&commit.subject));
        if verbose {
            commit.touches.iter().for_each(|touch| {
                let _ = writeln!(text, "  touches {}", escaped(touch));
            });
            for told in signatures::told(Some(&commit.signature), commit.note_signature.as_ref(), None) {
                paragraph(text, "  ", &told, width);
            }
        }
    }
    if let Some(reason) = &judgement.exempt {
        paragraph(text, "  ", &format!("Not measured: {reason}."), width);
    }
    for finding in &judgement.findings {
        let line = finding.line.filter(|_| group.len() == 1).map(|line| format!(" (line {line})."));
        let said = finding.to_string();
        let said = line.map_or_else(|| said.clone(), |line| said.trim_end_matches('.').to_owned() + &line);
        paragraph(text, "  - ", &said, width);
    }
    for (place, title) in
        [(Where::Commit, "add to the message:"), (Where::Request, "add to the request's description:")]
    {
        let lines: Vec<_> = judgement.add.iter().filter(|line| line.place == place).collect();
        if !lines.is_empty() {
            let _ = writeln!(text, "  {title}");
            lines.iter().for_each(|line| {
                let _ = writeln!(text, "      {}", escaped(&line.text));
            });
        }
    }
    if !judgement.remove.is_empty() {
        let _ = writeln!(text, "  take out:");
        judgement.remove.iter().for_each(|line| {
            let _ = writeln!(text, "      {}", escaped(line));
        });
    }
}

fn paragraph(text: &mut String, lead: &str, said: &str, width: usize) {
    use unicode_width::UnicodeWidthStr;
    for (at, line) in wrapped(said, width.saturating_sub(lead.width())).into_iter().enumerate() {
        let indent = if at == 0 { lead.to_owned() } else { " ".repeat(lead.width()) };
        let _ = writeln!(text, "{indent}{}", escaped(&line));
    }
}
