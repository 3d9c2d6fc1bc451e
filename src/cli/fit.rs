//! `ai-detect fit`.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use super::{Exit, Failure};
use crate::eval::manifest::{Label, Manifest};
use crate::fit::calibrate::{self, Scored, Shift};
use crate::fit::{self, Error, folds, local, samples, stages, write};
use crate::pack::{Fitted, Lexicon, Pack, Trees};
use crate::signals::Engine;
use crate::store::together;

/// What is learned from, and where the result goes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Read labelled commits from this file, in the format of `eval`
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,

    /// Find the repositories in this folder, each at DIR/OWNER/NAME; bare ones are accepted
    #[arg(long = "repos-dir", alias = "repos", value_name = "DIR")]
    repos: PathBuf,

    /// Write the model to this folder; `rules: { model: DIR }` in the settings uses it
    #[arg(short, long, alias = "out", value_name = "DIR")]
    output: PathBuf,

    /// Adjust only the thresholds to these human commits; keep weights, lexicons and trees
    #[arg(long)]
    calibrate_only: bool,

    /// Skip rows that cannot be read, and count them
    #[arg(long)]
    keep_going: bool,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let name = args.manifest.display().to_string();
    let content =
        std::fs::read(dir.join(&args.manifest)).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let manifest = Manifest::read(&name, &content).map_err(Failure::usage)?;
    if let Some(problem) = manifest.problems.first().filter(|_| !args.keep_going) {
        return Err(Failure::usage(format!("{name}: row {}: {}", problem.row, problem.problem)));
    }
    let told = |what: &str| out.progress(what);
    let made =
        if args.calibrate_only { calibrated(args, dir, &manifest)? } else { fitted(args, dir, &manifest, &told)? };
    together::replace(&dir.join(&args.output), &made.files)?;
    out.print(&made.summary)?;
    Ok(Exit::Analysed)
}

/// Files, and what is said of them.
struct Made {
    files: Vec<write::File>,
    summary: String,
}

fn fitted(args: &Args, dir: &Path, manifest: &Manifest, told: &dyn Fn(&str)) -> Result<Made, Failure> {
    let mut start = Fitted::builtin().map_err(Failure::failed)?;
    start.code_trees = Trees::default();
    start.message_trees = Trees::default();
    start.lexicons.values_mut().for_each(|lexicon| *lexicon = Lexicon::default());
    let pack = Pack::load(start, &[], &[]).map_err(Failure::failed)?;
    let read = read(args, dir, manifest, &pack)?;
    let samples::Samples { samples, terms, code, message, skipped } = read;
    enough(&samples)?;
    let labels: Vec<bool> = samples.iter().map(|sample| sample.label == Label::Ai).collect();
    let weights: Vec<f64> = samples.iter().map(|sample| fit::weight(sample.label)).collect();
    let repositories: Vec<usize> = samples.iter().map(|sample| sample.repository).collect();
    let of_repository = folds::of(&manifest.repositories);
    let fold = |repository: &usize| of_repository[*repository];
    let folds: Vec<usize> = repositories.iter().map(fold).collect();
    let labelled = stages::Labelled { labels: &labels, weights: &weights, folds: &folds, repositories: &repositories };
    let names = terms.into_names();
    let features: Vec<_> = samples.iter().map(|sample| sample.code.as_ref()).collect();
    let hunks: Vec<_> = samples.iter().map(|sample| sample.hunks.as_slice()).collect();
    let code = stages::fit(&features, &hunks, &code, &names, &labelled, told).map_err(Failure::failed)?;
    let features: Vec<_> = samples.iter().map(|sample| Some(&sample.message)).collect();
    let none = vec![[].as_slice(); samples.len()];
    let message = stages::fit(&features, &none, &message, &names, &labelled, told).map_err(Failure::failed)?;
    told("calibration");
    let scored: Vec<Scored> = samples
        .iter()
        .zip(code.log_odds.iter().zip(&code.hunks))
        .zip(&message.log_odds)
        .map(|((sample, (code, hunks)), message)| Scored {
            repository: sample.repository,
            label: sample.label,
            code: sample.code.as_ref().map(|_| *code),
            message: *message,
            hunks: hunks.clone(),
            single: sample.single,
        })
        .collect();
    let sum = calibrate::sum(&scored).map_err(Failure::failed)?;
    let scored: Vec<Scored> = scored.into_iter().map(|commit| commit.scaled(sum)).collect();
    let made_from = format!("on {} commits of {} repositories", samples.len(), manifest.repositories.len());
    let model = calibrate::model(made_from.clone(), sum.intercept, &scored);
    let summary = format!(
        "Fitted {made_from}, {} rows left out. In repositories that a model had not seen: {}\n",
        skipped.len() + manifest.problems.len(),
        fit::figures(&scored, manifest.repositories.len()),
    );
    Ok(Made { files: write::files(&pack, &code, &message, sum, &model, &made_from), summary })
}

fn calibrated(args: &Args, dir: &Path, manifest: &Manifest) -> Result<Made, Failure> {
    let pack = Pack::load(Fitted::builtin().map_err(Failure::failed)?, &[], &[]).map_err(Failure::failed)?;
    let engine = Engine::new(&pack);
    let scores = local::highest(manifest, &dir.join(&args.repos), &engine, args.keep_going).map_err(Failure::usage)?;
    let people = scores.len();
    if people < MIN_PEOPLE {
        return Err(Failure::usage(format!(
            "{people} commits of people are too few to move thresholds; needed are {MIN_PEOPLE}"
        )));
    }
    let model = calibrate::moved(&pack.model, &scores);
    let made_from = format!("the built-in model, its thresholds moved to {people} commits of people");
    let files = vec![("model.yml".into(), write::numbers(&model, &made_from))];
    let mut summary = format!("Made from {made_from}.\n");
    for (with_messages, what) in [(true, "changes with messages"), (false, "bare patches")] {
        let shift = calibrate::shift((&pack.model, &model), &scores, RATE, with_messages);
        summary += &moved(&shift, what);
    }
    if manifest.rows.iter().filter(|row| row.label.is_people()).all(|row| row.author_time < BEFORE_ASSISTANTS) {
        summary += "note: all of these commits are from before June 2021. People of today write differently, and thresholds \
                    are for them: add commits of today that were certainly written without AI.\n";
    }
    Ok(Made { files, summary })
}

/// `bare patches: the threshold for 2 % of changes moved by +0.55 (+0.20 → +0.75); …`
fn moved(shift: &Shift, what: &str) -> String {
    let ((before, after), reached) = (shift.thresholds, shift.reached);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    format!(
        "  {what}: the threshold for {} % of changes moved by {:+.2} ({before:+.2} \u{2192} {after:+.2}); {} of these commits \
         reached it before, {} do now\n",
        RATE * 100.0,
        // Neither -0.00 nor a difference of rounding.
        (shift.by() * 100.0).round() / 100.0 + 0.0,
        percent(reached.0),
        percent(reached.1),
    )
}

/// The rate of the default settings, for which the shift is shown.
const RATE: f64 = 0.02;

/// June 2021, when the first assistant that writes code came out as a preview; in seconds since 1970.
const BEFORE_ASSISTANTS: i64 = 1_622_505_600;

/// Fewer say nothing about rates of one in a hundred.
const MIN_PEOPLE: usize = 200;

fn read(args: &Args, dir: &Path, manifest: &Manifest, pack: &Pack) -> Result<samples::Samples, Failure> {
    let engine = Engine::new(pack);
    let bar = ProgressBar::new(manifest.rows.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} commits, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let read = samples::read(manifest, &dir.join(&args.repos), &engine, args.keep_going, &|rows| bar.inc(rows as u64));
    bar.finish_and_clear();
    read.map_err(Failure::usage)
}

fn enough(samples: &[samples::Sample]) -> Result<(), Failure> {
    let ai = samples.iter().filter(|sample| sample.label == Label::Ai).count();
    let people = samples.len() - ai;
    let repositories: std::collections::BTreeSet<usize> = samples.iter().map(|sample| sample.repository).collect();
    if ai < 100 || people < 100 || repositories.len() < folds::FOLDS {
        return Err(Failure::usage(Error::TooFew { ai, people, repositories: repositories.len() }));
    }
    Ok(())
}
