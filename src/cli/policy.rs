//! `ai-detect policy`: which policies there are, what one says, and what it says of a range.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::checking;
use super::output::Output;
use super::{Exit, Failure};
use crate::pipeline::TouchedCommit;
use crate::pipeline::settings::policy_on_disk;
use crate::policy::raw::Read;
use crate::policy::{Kind, Marker, PRESETS, Policy, Sensitive, Stance};
use crate::terminal::{escaped, escaped_name, wrapped};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// One line a preset
    List,
    /// What a policy asks for, where we know it from, and what this program cannot see
    Explain {
        /// A preset, or a policy file
        name: String,
    },
    /// What a policy says of the commits of a range
    Check(checking::Args),
    /// The classes of sensitive paths; with a range, which of them its commits touch
    Sensitive {
        /// A..B, A...B or A
        #[arg(value_name = "RANGE")]
        range: Option<String>,
        /// Settings from a file on disk instead of the commit that the change starts from
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Load all presets and run the examples that sensitive paths carry
    Test,
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::List => list(out),
        Command::Explain { name } => explain(&policy_on_disk(name, dir)?, out),
        Command::Check(args) => checking::run(args, dir, out),
        Command::Sensitive { range: None, .. } => classes(out),
        Command::Sensitive { range: Some(range), config } => touched(range, config.as_deref(), dir, out),
        Command::Test => test(out),
    }
}

fn stance(stance: Stance) -> &'static str {
    match stance {
        Stance::Allow => "allow",
        Stance::Restricted => "restricted",
        Stance::Ban => "ban",
    }
}

fn list(out: &Output) -> Result<Exit, Failure> {
    let mut text = String::new();
    for (name, _) in PRESETS {
        let policy = Policy::preset(name).map_err(Failure::failed)?;
        let _ = writeln!(text, "{name:<14}{:<12}{}", stance(policy.stance), policy.title);
    }
    let _ = writeln!(text, "\n{} policies; `ai-detect policy explain NAME` says more of one", PRESETS.len());
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn explain(policy: &Policy, out: &Output) -> Result<Exit, Failure> {
    let mut text = format!("{}: {}\n", escaped(&policy.id), escaped(&policy.title));
    let width = out.width().saturating_sub(14);
    let mut field = |label: &str, value: &str| {
        for (at, line) in wrapped(value, width).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let _ = writeln!(text, "  {label:<12}{}", escaped(&line));
        }
    };
    field("stance", stance(policy.stance));
    field("says", &policy.says);
    for (label, markers) in [
        ("requires", &policy.required),
        ("accepts", &policy.accepted),
        ("forbids", &policy.forbidden),
        ("tells", &policy.told),
    ] {
        markers.iter().for_each(|marker| field(label, &shown(marker)));
    }
    let facts = |facts: &[crate::policy::Fact]| facts.iter().map(|fact| fact.words()).collect::<Vec<_>>().join("; ");
    field("facts", &facts(&policy.facts));
    let sign_off = match (policy.sign_off_by_person, policy.sign_off_not_by_tool) {
        (true, true) => "by a person, never by a tool",
        (true, false) => "by a person",
        (false, true) => "never by a tool",
        (false, false) => "",
    };
    field("sign-off", sign_off);
    if policy.reviewed_by_another_person {
        field("review", "by a person other than the one who asked for the generation, recorded in the commit");
    }
    if policy.sensitive.asks() {
        let classes =
            if policy.sensitive.classes.is_empty() { "all".into() } else { policy.sensitive.classes.join(", ") };
        let review = if policy.sensitive.reviewed_by_another_person { "; a review by another person" } else { "" };
        let signed = if policy.sensitive.verified_signature { "; a verified signature" } else { "" };
        field("sensitive", &format!("classes: {classes}; also {}{review}{signed}", facts(&policy.sensitive.facts)));
    }
    if policy.signed_commits {
        field("signature", "of the commit, verified, where it declares AI use");
    }
    if policy.signed_notes {
        field("signature", "of a note, verified; another counts for nothing");
    }
    field("exempt", &exempt(policy));
    if let Some(rate) = policy.flag_rate {
        field("flags", &format!("at most {rate} of people's requests"));
    }
    if let Some(lines) = policy.lines_below {
        field("size", &format!("fewer than {lines} added lines with AI an author and request, tests not counted"));
    }
    if let Some(lines) = policy.newcomer_lines_below {
        field("newcomers", &format!("fewer than {lines} added lines with AI, tests not counted"));
    }
    policy.unchecked.iter().for_each(|what| field("not seen", what));
    if policy.request_covers_commits {
        field("request", "a declaration in its description speaks for all of its commits");
    }
    field("author", &policy.author_text);
    if let Some(source) = &policy.source {
        let read = match source.read {
            Read::Primary => "the text itself was read",
            Read::Secondary => "a summary was read",
            Read::Both => "the text itself was read in part, and a summary",
            Read::Own => "ours",
        };
        field("source", &format!("{} ({}; {read})", source.name, source.as_of));
    }
    if policy.lineage.len() > 1 {
        field("built from", &policy.lineage.join(", "));
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn shown(marker: &Marker) -> String {
    let why = marker.why.as_ref().filter(|why| !marker.shown().contains(why.as_str()));
    let why = why.map_or(String::new(), |why| format!(": {why}"));
    let write = marker.write.as_ref().map_or(String::new(), |line| format!("; for example `{line}`"));
    format!("{}{why}{write}", marker.shown())
}

fn exempt(policy: &Policy) -> String {
    let kinds = policy.exempt_kinds.iter().map(|kind| match kind {
        Kind::Merge => "merges",
        Kind::Revert => "reverts",
        Kind::Program => "commits by programs",
        Kind::Docs => "changes of documentation",
        Kind::Tests => "changes of tests",
    });
    let members = policy.exempt_members.then_some("requests of people of the project");
    members
        .into_iter()
        .chain(kinds)
        .map(str::to_owned)
        .chain(policy.exempt_authors.patterns.iter().cloned())
        .collect::<Vec<_>>()
        .join(", ")
}

fn classes(out: &Output) -> Result<Exit, Failure> {
    let sensitive = Sensitive::builtin().map_err(Failure::failed)?;
    let mut text = String::new();
    for class in sensitive.classes() {
        let controls =
            if class.controls.is_empty() { String::new() } else { format!("  ({})", class.controls.join(", ")) };
        let _ = writeln!(text, "{:<24}{}{controls}", class.id, class.title);
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn touched(range: &str, config: Option<&Path>, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let session = checking::open(Some(range), config, dir)?;
    let mut text = String::new();
    let mut commits = 0;
    let touched = session.commits(&*session.policy()?)?;
    for TouchedCommit { commit, files } in &touched {
        if files.touches.is_empty() {
            continue;
        }
        commits += 1;
        let id = commit.id.get(..8).unwrap_or_default();
        let _ = writeln!(text, "{id}  {}", escaped(commit.subject()));
        for touch in &files.touches {
            let _ = writeln!(text, "    {:<24}{} ({})", touch.class, escaped_name(&touch.path), escaped(&touch.why));
        }
    }
    let _ = writeln!(text, "{commits} of {} commits touch sensitive paths", touched.len());
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn test(out: &Output) -> Result<Exit, Failure> {
    let mut failures: Vec<String> = Vec::new();
    for (name, _) in PRESETS {
        if let Err(error) = Policy::preset(name) {
            failures.push(format!("{name}: {error}"));
        }
    }
    let (examples, failed) = Sensitive::with_examples().map_err(Failure::failed)?.test();
    failures.extend(failed);
    let mut text: String = failures.iter().map(|failure| format!("{failure}\n")).collect();
    let _ = writeln!(text, "{} policies, {examples} examples, {} failed", PRESETS.len(), failures.len());
    out.print(&text)?;
    Ok(if failures.is_empty() { Exit::Analysed } else { Exit::Flags })
}
