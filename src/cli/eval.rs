//! `ai-detect eval`.

use std::path::{Path, PathBuf};

use super::formats::TextOrJson;
use super::output::{Output, progress_bar};
use super::values::{Choice, one_of};
use super::{Exit, Failure};
use crate::analyse::Detail;
use crate::eval::manifest::Manifest;
use crate::eval::run::{NEAR, Scoring, score};
use crate::eval::strip::{Strip, without_name_rules};
use crate::eval::tables::Terms;
use crate::eval::{Error, Evaluation, json, lines, rates, scores, text};
use crate::pipeline::Standards;
use crate::store::Replacement;

/// What can be taken out of a change.
const PARTS: &[Choice<Strip>] = &[
    (Strip::Comments.word(), Strip::Comments, "Authored comments and documentation: cut out of the text"),
    (Strip::Names.word(), Strip::Names, "Names: all become the same, and rules that look at them do not count"),
    (Strip::Message.word(), Strip::Message, "The commit message"),
    (Strip::MessageBody.word(), Strip::MessageBody, "The commit message but for its first line"),
];

/// Which commits are scored, and how it is told how well
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Read labelled commits from this tab-separated file. Its columns: label (ai, human, human-recent), repository
    /// (OWNER/NAME), commit (full id), author_time, tool, language, added_lines
    #[arg(long, value_name = "FILE", required_unless_present = "lines", requires = "repos")]
    manifest: Option<PathBuf>,

    /// Find the repositories in this folder, each at DIR/OWNER/NAME; bare ones are accepted
    #[arg(long = "repos-dir", alias = "repos", value_name = "DIR", requires = "manifest")]
    repos: Option<PathBuf>,

    /// Compare the hunks of this repository with the notes under refs/notes/ai (Git AI Standard 3), which record who
    /// wrote each line; replaces --manifest
    #[arg(long, value_name = "DIR", conflicts_with_all = ["manifest", "repos", "scores", "rates", "control", "keep_going", "every_group"])]
    lines: Option<PathBuf>,

    /// Remove a part of every change before scoring, to measure how much the scores depend on it; repeat the option for
    /// several parts
    #[arg(long, value_parser = one_of(PARTS), value_name = "PART")]
    strip: Vec<Strip>,

    /// Analyse all groups of human commits for flags, even those far from every threshold; slow, for checking that no
    /// flag is missed
    #[arg(long)]
    every_group: bool,

    /// Also write the scores to this file, one row per commit
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,

    /// Also write the error rates of flags to this file, by language, size and half-year, for `trail report --rates`
    #[arg(long, value_name = "FILE")]
    rates: Option<PathBuf>,

    /// Choose the output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    /// Skip rows that cannot be used; count and list them
    #[arg(long)]
    keep_going: bool,

    /// Also score the unchanged lines around each change. A score that separates those recognises the repository, not
    /// the author
    #[arg(long)]
    control: bool,

    /// Read settings and rule packs for all commits from this file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let mut standards = Standards::of(super::settings_on_disk(args.config.as_deref(), dir)?)?;
    if args.strip.contains(&Strip::Names) {
        without_name_rules(&mut standards.pack);
    }
    let engine = standards.engine();
    let analyser = standards.analyser(&engine, Detail::Numbers);
    let scoring = Scoring {
        repositories: dir,
        engine: &engine,
        analyser: &analyser,
        registry: standards.registry,
        config: &standards.settings.config,
        excluder: &standards.excluder,
        control: args.control,
        keep_going: args.keep_going,
        strip: &args.strip,
        near: if args.every_group { f64::INFINITY } else { NEAR },
    };
    let text = match (&args.lines, &args.manifest, &args.repos) {
        (None, Some(manifest), Some(repos)) => {
            let repositories = dir.join(repos);
            labelled(args, dir, manifest, &Scoring { repositories: &repositories, ..scoring })?
        }
        (Some(repository), ..) => recorded(args, &dir.join(repository), &scoring)?,
        _ => return Err(Failure::usage("name --manifest FILE with --repos-dir DIR, or --lines DIR")),
    };
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// Labelled commits against their scores.
fn labelled(args: &Args, dir: &Path, manifest: &Path, scoring: &Scoring<'_>) -> Result<String, Failure> {
    let name = manifest.display().to_string();
    let content =
        std::fs::read(dir.join(manifest)).map_err(|error| Failure::usage(crate::unread::sentence(&name, &error)))?;
    let manifest = Manifest::read(&name, &content).map_err(failure)?;
    if !scoring.repositories.is_dir() {
        let given = args.repos.as_deref().unwrap_or(scoring.repositories);
        return Err(Failure::usage(format!("{} is not a folder", given.display())));
    }
    // Found out now rather than after all the work.
    let scores_file = args.scores.as_ref().map(|path| Replacement::of(&dir.join(path))).transpose()?;
    let rates_file = args.rates.as_ref().map(|path| Replacement::of(&dir.join(path))).transpose()?;
    let bar = progress_bar(manifest.rows.len());
    let found = score(&manifest, scoring, &|rows| bar.inc(rows as u64));
    bar.finish_and_clear();
    let found = found.map_err(failure)?;
    if let Some(file) = scores_file {
        file.write(scores::write(&manifest, &found).as_bytes())?;
    }
    let Scoring { config, control, strip, .. } = *scoring;
    let model = &scoring.engine.pack().model.version;
    if let Some(file) = rates_file {
        let version = env!("CARGO_PKG_VERSION");
        let flag = config.thresholds.flag;
        let about = format!("Flags at the threshold {flag} on {name}, by ai-detect {version} with the model {model}.");
        file.write(rates::rates(&manifest, &found, vec![about]).write().as_bytes())?;
    }
    let terms = Terms { model, prior: config.prior, rate: config.thresholds.flag, control, strip };
    let evaluation = Evaluation::of(&manifest, &found, terms);
    match args.format {
        TextOrJson::Json => json::write(&evaluation).map_err(Failure::failed),
        TextOrJson::Text => Ok(text::write(&evaluation)),
    }
}

/// Recorded lines against the scores of their hunks.
fn recorded(args: &Args, repository: &Path, scoring: &Scoring<'_>) -> Result<String, Failure> {
    if args.strip.contains(&Strip::Comments) {
        return Err(Failure::usage("--strip comments moves lines, and --lines compares them with their records"));
    }
    let bar = progress_bar(0);
    let start = |commits: usize| bar.set_length(commits as u64);
    let truth = lines::measure(repository, scoring, &start, &|commits| bar.inc(commits as u64));
    bar.finish_and_clear();
    let truth = truth.map_err(failure)?;
    match args.format {
        TextOrJson::Json => json::write(&truth).map_err(Failure::failed),
        TextOrJson::Text => Ok(text::write_lines(&truth)),
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Threads(_) => Failure::failed(error),
        other => Failure::usage(other),
    }
}
