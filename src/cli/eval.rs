//! `ai-detect eval`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use super::replace::Replacement;
use super::settings::{self, Settings};
use super::{Exit, Failure};
use crate::attest::Registry;
use crate::eval::manifest::Manifest;
use crate::eval::run::{Scoring, score};
use crate::eval::tables::Terms;
use crate::eval::{Error, Evaluation, json, scores, text};
use crate::exclude::Excluder;
use crate::pack::{Fitted, Pack};
use crate::signals::Engine;

/// Which commits are scored, and how it is told how well
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Labelled commits: tab-separated, with the columns label (ai, human, human-recent), repository
    /// (OWNER/NAME), commit (full id), author_time, tool, language, added_lines
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,

    /// Where the repositories lie, each at DIR/OWNER/NAME, bare or not
    #[arg(long, value_name = "DIR")]
    repos: PathBuf,

    /// Write the scores too, one row a commit
    #[arg(long, value_name = "OUT.tsv")]
    scores: Option<PathBuf>,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Leave out rows that cannot be used, count and list them
    #[arg(long)]
    keep_going: bool,

    /// Score the unchanged lines around each change too: what recognises them recognises the
    /// repository, not who wrote the change
    #[arg(long)]
    control: bool,

    /// Settings and rule packs from a file on disk, for all commits
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let file = dir.join(&args.manifest);
    let name = args.manifest.display().to_string();
    let content = std::fs::read(&file).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let manifest = Manifest::read(&name, &content).map_err(failure)?;
    let repositories = dir.join(&args.repos);
    if !repositories.is_dir() {
        return Err(Failure::usage(format!("{} is not a folder", args.repos.display())));
    }
    // Found out now rather than after all the work.
    let scores_file = args.scores.as_ref().map(|path| Replacement::of(&dir.join(path))).transpose()?;
    let settings = args.config.as_deref().map_or(Ok(Settings::default()), |file| settings::from_file(dir, file))?;
    let excluder =
        Excluder::new(&settings.config.exclude, settings.config.limits.file_bytes).map_err(Failure::usage)?;
    let fitted = settings.model.map_or_else(Fitted::builtin, Ok).map_err(Failure::usage)?;
    let pack = Pack::load(fitted, &settings.packs, &settings.config.rules.disable).map_err(Failure::usage)?;
    let engine = Engine::new(&pack);
    let scoring = Scoring {
        repositories: &repositories,
        engine: &engine,
        registry: Registry::builtin(),
        config: &settings.config,
        excluder: &excluder,
        control: args.control,
        keep_going: args.keep_going,
    };
    let bar = progress_bar(manifest.rows.len());
    let found = score(&manifest, &scoring, &|rows| bar.inc(rows as u64));
    bar.finish_and_clear();
    let found = found.map_err(failure)?;
    if let Some(file) = scores_file {
        file.write(scores::write(&manifest, &found).as_bytes())?;
    }
    let rate = settings.config.thresholds.flag;
    let terms = Terms { model: &pack.model.version, prior: settings.config.prior, rate, control: args.control };
    let evaluation = Evaluation::of(&manifest, &found, terms);
    out.print(&match args.format {
        Format::Json => json::write(&evaluation).map_err(Failure::failed)?,
        Format::Text => text::write(&evaluation),
    })?;
    Ok(Exit::Analysed)
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Threads(_) => Failure::failed(error),
        other => Failure::usage(other),
    }
}

/// On standard error, and only where that is a terminal.
fn progress_bar(rows: usize) -> ProgressBar {
    let bar = ProgressBar::new(rows as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} commits, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar
}
