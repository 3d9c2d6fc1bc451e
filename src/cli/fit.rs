//! `ai-detect fit`.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use super::{Exit, Failure};
use crate::analyse::Detail;
use crate::eval::manifest::{Label, Manifest};
use crate::eval::run::{Scores, Scoring, score};
use crate::fit::calibrate::{self, Scored, Shift};
use crate::fit::compared::{Compared, compared};
use crate::fit::{self, Error, folds, local, samples, stages, write};
use crate::pack::{Fitted, Lexicon, Pack, Trees};
use crate::pipeline::{Settings, Standards};
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
    let content = std::fs::read(dir.join(&args.manifest))
        .map_err(|error| Failure::usage(crate::unread::sentence(&name, &error)))?;
    let manifest = Manifest::read(&name, &content).map_err(Failure::usage)?;
    if let Some(problem) = manifest.problems.first().filter(|_| !args.keep_going) {
        return Err(Failure::usage(format!("{name}: row {}: {}", problem.row, problem.problem)));
    }
    let told = |what: &str| out.progress(what);
    let made =
        if args.calibrate_only { calibrated(args, dir, &manifest)? } else { fitted(args, dir, &manifest, &told)? };
    together::replace(&dir.join(&args.output), &made.files)?;
    let folder = args.output.display();
    let next = format!("Written to {folder}. To use it, name it in .ai-detect.yml: rules: {{ model: {folder} }}\n");
    out.print(&(made.summary + &next))?;
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
    told("the built-in model, for comparison");
    let compared = compared(manifest, &scored, &by_builtin(args, dir, manifest)?);
    let summary = format!(
        "Fitted {made_from}, {} rows left out. In repositories that a model had not seen: {}\n{}",
        skipped.len() + manifest.problems.len(),
        fit::figures(&scored, manifest.repositories.len()),
        compared.map_or_else(String::new, beside_builtin),
    );
    Ok(Made { files: write::files(&pack, &code, &message, sum, &model, &made_from), summary })
}

/// The same commits, scored by the built-in model.
fn by_builtin(args: &Args, dir: &Path, manifest: &Manifest) -> Result<Scores, Failure> {
    let standards = Standards::of(Settings::default())?;
    let engine = standards.engine();
    let scoring = Scoring {
        repositories: &dir.join(&args.repos),
        engine: &engine,
        analyser: &standards.analyser(&engine, Detail::Numbers),
        registry: standards.registry,
        config: &standards.settings.config,
        excluder: &standards.excluder,
        control: false,
        // The fit has refused rows that cannot be read, or was asked to leave them out.
        keep_going: true,
        strip: &[],
        // Flags of groups are not compared.
        near: f64::NEG_INFINITY,
    };
    score(manifest, &scoring, &|_| {}).map_err(Failure::usage)
}

fn beside_builtin(compared: Compared) -> String {
    let Compared { new, builtin } = compared;
    let mut text =
        format!("The built-in model on the same commits: AUC {builtin:.3} against all people; this one {new:.3}.\n");
    if compared.prefers_builtin() {
        text += "note: the built-in model separates these commits better. Keep it, or fit on more commits: some thousands, of \
                 dozens of repositories. `--calibrate-only` adjusts only its thresholds.\n";
    }
    text
}

fn calibrated(args: &Args, dir: &Path, manifest: &Manifest) -> Result<Made, Failure> {
    let pack = Pack::load(Fitted::builtin().map_err(Failure::failed)?, &[], &[]).map_err(Failure::failed)?;
    let engine = Engine::new(&pack);
    let scores = local::highest(manifest, &dir.join(&args.repos), &engine, args.keep_going).map_err(Failure::usage)?;
    let people = scores.len();
    if people < MIN_PEOPLE {
        return Err(Failure::usage(format!(
            "{people} commits of people with enough code to score are too few to move thresholds; {MIN_PEOPLE} are needed \
             (the manifest has {} rows of people)",
            manifest.rows.iter().filter(|row| row.label.is_people()).count()
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
