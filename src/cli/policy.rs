//! `ai-detect policy`: which policies there are, what one says, and what it says of a range.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::checking;
use super::output::Output;
use super::{Exit, Failure};
use crate::attest::Registry;
use crate::pipeline::TouchedCommit;
use crate::pipeline::evidence::cut_note;
use crate::pipeline::settings::policy_on_disk;
use crate::policy::day::Day;
use crate::policy::examples::Tested;
use crate::policy::{PRESETS, Policy, Sensitive};
use crate::report::policy_explained as explained;
use crate::terminal::{escaped, escaped_name};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the presets, one per line
    List,
    /// Explain what a policy requires, its sources, and what ai-detect cannot check
    Explain {
        /// Preset or policy file
        name: String,
    },
    /// Check the declarations of a range by a policy
    #[command(
        after_help = "Exit status: 0 even if something is missing; 1 for that with --exit-code; 2 for wrong usage or an \
                            invalid policy; 3 if something could not be read."
    )]
    Check(checking::Args),
    /// List the classes of sensitive paths, or those that the commits of a range touch
    Sensitive {
        /// Commits to check: A..B, A...B, or A for A..HEAD
        #[arg(value_name = "RANGE")]
        range: Option<String>,
        /// Read settings from this file instead of from the commit that the change starts from
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Judge the examples of all presets, or of one policy, and check that its source was read within a year
    #[command(after_help = super::EXIT_OF_TESTS)]
    Test {
        /// Preset or policy file; all presets and the sensitive paths if it is left out
        name: Option<String>,
    },
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::List => list(out),
        Command::Explain { name } => {
            out.print(&explained::write(&policy_on_disk(name, dir)?, out.width()))?;
            Ok(Exit::Analysed)
        }
        Command::Check(args) => checking::run(args, dir, out),
        Command::Sensitive { range: None, .. } => classes(out),
        Command::Sensitive { range: Some(range), config } => touched(range, config.as_deref(), dir, out),
        Command::Test { name: None } => test_all(out),
        Command::Test { name: Some(name) } => test_one(&policy_on_disk(name, dir)?, out),
    }
}

fn list(out: &Output) -> Result<Exit, Failure> {
    let mut text = String::new();
    for (name, _) in PRESETS {
        let policy = Policy::preset(name).map_err(Failure::failed)?;
        let _ = writeln!(text, "{name:<18}{:<12}{}", policy.stance.word(), policy.title);
    }
    let _ = writeln!(text, "\n{} policies; `ai-detect policy explain NAME` says more of one", PRESETS.len());
    out.print(&text)?;
    Ok(Exit::Analysed)
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
        let id = commit.id.get(..8).unwrap_or(&commit.id);
        let _ = writeln!(text, "{id}  {}", escaped(commit.subject()));
        for touch in &files.touches {
            let _ = writeln!(text, "    {:<24}{} ({})", touch.class, escaped_name(&touch.path), escaped(&touch.why));
        }
    }
    let _ = writeln!(text, "{commits} of {} commits touch sensitive paths", touched.len());
    text.extend(cut_note(touched.iter().map(|touched| &touched.files)).map(|note| format!("note: {note}\n")));
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn test_all(out: &Output) -> Result<Exit, Failure> {
    let (registry, today) = (registry()?, Day::today());
    let mut examples = 0;
    let mut failures = Vec::new();
    for (name, _) in PRESETS {
        match Policy::preset(name) {
            Ok(policy) => {
                let tested = policy.test(registry, today);
                examples += tested.examples;
                failures.extend(tested.failures.iter().map(ToString::to_string));
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    let (of_paths, failed) = Sensitive::with_examples().map_err(Failure::failed)?.test();
    failures.extend(failed);
    tested(PRESETS.len(), examples + of_paths, &failures, out)
}

fn test_one(policy: &Policy, out: &Output) -> Result<Exit, Failure> {
    let Tested { examples, failures } = policy.test(registry()?, Day::today());
    let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
    tested(1, examples, &failures, out)
}

fn tested(policies: usize, examples: usize, failures: &[String], out: &Output) -> Result<Exit, Failure> {
    let mut text: String = failures.iter().map(|failure| format!("{}\n", escaped(failure))).collect();
    let policies = format!("{policies} {}", if policies == 1 { "policy" } else { "policies" });
    let examples = format!("{examples} example{}", if examples == 1 { "" } else { "s" });
    let _ = writeln!(text, "{policies}, {examples}, {} failed", failures.len());
    out.print(&text)?;
    Ok(if failures.is_empty() { Exit::Analysed } else { Exit::Flags })
}

fn registry() -> Result<&'static Registry, Failure> {
    Registry::builtin().map_err(Failure::failed)
}
