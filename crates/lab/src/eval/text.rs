//! An evaluation as text: the figures that decide first, all else below. Names that others chose are
//! escaped.

use super::Evaluation;
use super::figures::{By, Comparison, Figures, View};
use super::lines::{LineTruth, MIN_SHARE};
use super::manifest::Label;
use super::requests::{Kind, Rate};
use super::resample::Estimate;
use super::strip::Strip;
use ai_detect_base::terminal::{escaped, fitted};

/// How wide the first column is.
const NAME: usize = 30;
/// How many missing repositories and bad rows are listed.
const MAX_LISTED: usize = 20;

/// Writes an evaluation.
pub fn write(evaluation: &Evaluation) -> String {
    let mut text = summary(evaluation);
    text += &left_out(evaluation);
    text += &flags(evaluation);
    for (level, figures) in [("Commits", &evaluation.commits), ("Hunks", &evaluation.hunks)] {
        for (comparison, what) in [
            (Comparison::Matched, "matched: ai against human-recent of the same repositories"),
            (Comparison::Pooled, "pooled: ai against all people"),
        ] {
            text += &table(&format!("{level}, {what}"), figures, comparison);
        }
        text += &others(level, figures);
    }
    text += &reliability(evaluation);
    text + &legend(evaluation)
}

fn summary(evaluation: &Evaluation) -> String {
    let counts = &evaluation.counts;
    let mut text = format!(
        "{}: {} of {} commits looked at, of {} repositories ({} matched)\n  {} ai, {} human, {} human-recent; {} hunks\n",
        escaped(&evaluation.manifest),
        counts.commits,
        counts.rows,
        counts.repositories,
        evaluation.matched_repositories.len(),
        counts.ai,
        counts.human,
        counts.human_recent,
        counts.hunks,
    );
    if counts.nothing_to_score + counts.no_code_to_score > 0 {
        text += &format!(
            "  {} commits had nothing to score and {} no code to score; they count as the lowest score\n",
            counts.nothing_to_score, counts.no_code_to_score
        );
    }
    text += &format!("  ai-detect {}, model {}\n", evaluation.version, escaped(&evaluation.model));
    text += &stripped(&evaluation.stripped);
    for mean in &evaluation.means {
        text += &format!(
            "  mean log-odds of {}: {:.2}, code alone {:.2}\n",
            mean.label.word(),
            mean.log_odds,
            mean.code_log_odds
        );
    }
    text
}

fn stripped(parts: &[Strip]) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let words: Vec<&str> = parts.iter().map(|part| part.word()).collect();
    format!("  taken out before anything was scored: {}\n", words.join(", "))
}

/// Why a figure stands without an interval.
const NO_INTERVAL: &str = "A figure without one has too few repositories, or too few errors, for resampling to tell.";

/// Writes an evaluation by recorded lines.
pub fn write_lines(truth: &LineTruth) -> String {
    let counts = &truth.counts;
    format!(
        "{} commits with a note under refs/notes/ai; {} not there or merges, {} not readable, {} without lines\n  \
         {} hunks: {} recorded as a tool's, {} as a person's, {} mixed, {} unrecorded (counted from {} of the lines)\n  \
         ai-detect {}, model {}\n{}{}\nIntervals hold 95 % of {} resamplings of whole commits. {NO_INTERVAL}\n",
        counts.notes,
        counts.not_there,
        counts.unreadable,
        counts.without_lines,
        counts.hunks,
        counts.ai,
        counts.human,
        counts.mixed,
        counts.unrecorded,
        percent(MIN_SHARE),
        truth.version,
        escaped(&truth.model),
        stripped(&truth.stripped),
        table("Hunks, recorded AI lines against a known person's", &truth.hunks, Comparison::Pooled),
        super::resample::REPLICATES,
    )
}

fn left_out(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    if !evaluation.missing.is_empty() {
        let rows: usize = evaluation.missing.iter().map(|missing| missing.rows).sum();
        let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
        text += &match evaluation.missing.len() {
            1 => format!("\n1 repository is missing, {rows}:\n"),
            missing => format!("\n{missing} repositories are missing, {rows}:\n"),
        };
        let told = evaluation.missing.iter().map(|missing| format!("{} ({})", missing.repository, missing.rows));
        text += &listed(told, evaluation.missing.len());
    }
    if !evaluation.problems.is_empty() {
        text += &format!("\n{} rows could not be used:\n", evaluation.problems.len());
        let told = evaluation.problems.iter().map(|bad| format!("row {}: {}", bad.row, bad.problem));
        text += &listed(told, evaluation.problems.len());
    }
    text
}

fn listed(lines: impl Iterator<Item = String>, count: usize) -> String {
    let mut text: String = lines.take(MAX_LISTED).map(|line| format!("  {}\n", escaped(&line))).collect();
    if count > MAX_LISTED {
        text += &format!("  and {} more (--format json lists all)\n", count - MAX_LISTED);
    }
    text
}

fn flags(evaluation: &Evaluation) -> String {
    let requests = &evaluation.requests;
    let mut text = format!("\nRequests with any flag, where {} is allowed\n", percent(requests.rate));
    text.extend(requests.any_flag.iter().map(rate));
    text += &format!("\nRequests with any flag at the threshold that promises {}\n", percent(requests.promise));
    text.extend(requests.at_promise.iter().map(rate));
    text
}

fn rate(rate: &Rate) -> String {
    let who = match rate.labels.as_slice() {
        [only] => only.word(),
        _ => "all people",
    };
    let what = match (rate.kind, rate.commits) {
        (Kind::BarePatch, _) => format!("{who}, bare patches"),
        (_, 1) => format!("{who}, commits"),
        (_, commits) => format!("{who}, {commits} commits each"),
    };
    let mut line = format!("  {what:<NAME$} {:<22} {:>5} of {:>5}", shares(&rate.rate), rate.flagged, rate.requests);
    if !rate.labels.contains(&Label::Ai) {
        let worst = rate.worst.iter().map(|worst| {
            format!(
                "{} {} ({} of {})",
                escaped(&worst.repository),
                percent(worst.share()),
                worst.flagged,
                worst.requests
            )
        });
        if let Some(worst) = worst.take(1).next() {
            line += &format!("  most: {worst}");
        }
    }
    line + "\n"
}

/// All figures of one comparison: the parts of the score over everything, and the full score by slice.
fn table(title: &str, figures: &[Figures], comparison: Comparison) -> String {
    let of = |view: View, by: By| {
        figures.iter().filter(move |line| line.comparison == comparison && line.view == view && line.by == by)
    };
    let mut text = String::new();
    for view in [View::Full, View::Code, View::Message, View::Surroundings] {
        text.extend(of(view, By::All).map(|line| row(part(view), line)));
    }
    if text.is_empty() {
        return format!("\n{title}\n  nothing to compare\n");
    }
    for by in [By::Size, By::Language, By::Tool, By::Repository] {
        let lines: String = of(View::Full, by).map(|line| row(&line.slice, line)).collect();
        if !lines.is_empty() {
            text += &format!("  {}\n{lines}", cut(by));
        }
    }
    format!("\n{title}\n{}{text}", header(comparison))
}

/// The comparisons that are told in one line each.
fn others(level: &str, figures: &[Figures]) -> String {
    let lines: String = [
        (Comparison::Human, "ai against human"),
        (Comparison::HumanRecent, "ai against human-recent"),
        (Comparison::Eras, "human-recent against human"),
    ]
    .into_iter()
    .flat_map(|(comparison, name)| {
        let of_it = figures.iter().filter(move |line| line.comparison == comparison && line.view == View::Full);
        of_it.map(move |line| row(name, line))
    })
    .collect();
    if lines.is_empty() {
        return lines;
    }
    format!("\n{level}, one kind of people at a time\n{}{lines}", header(Comparison::Pooled))
}

fn part(view: View) -> &'static str {
    match view {
        View::Full => "all",
        View::Code => "all, code alone",
        View::Message => "all, message alone",
        View::Surroundings => "all, surroundings (control)",
    }
}

fn cut(by: By) -> &'static str {
    match by {
        By::All => "all",
        By::Language => "by language",
        By::Size => "by added lines",
        By::Tool => "by tool, against all people",
        By::Repository => "by repository",
    }
}

fn header(comparison: Comparison) -> String {
    let within = if comparison == Comparison::Matched { "  within repository" } else { "" };
    format!(
        "  {:<NAME$} {:>6} {:>6}  {:<15}  {:<15}  {:<15}  {:<15}  {:<15}{within}\n",
        "", "ai", "people", "AUC", "found at 1 %", "at 5 %", "Brier", "ECE"
    )
}

fn row(name: &str, line: &Figures) -> String {
    let name = fitted(&escaped(name), NAME);
    let optional = |estimate: Option<&Estimate>| estimate.map_or_else(String::new, figure);
    let text = format!(
        "  {name:<NAME$} {:>6} {:>6}  {:<15}  {:<15}  {:<15}  {:<15}  {:<15}  {}",
        line.positives,
        line.negatives,
        figure(&line.auc),
        shares(&line.found_at_1),
        shares(&line.found_at_5),
        optional(line.brier.as_ref()),
        optional(line.calibration_error.as_ref()),
        optional(line.auc_within.as_ref()),
    );
    text.trim_end().to_owned() + "\n"
}

/// `.951 .943–.958`.
fn figure(estimate: &Estimate) -> String {
    let short = |value: f64| {
        let text = format!("{value:.3}");
        text.strip_prefix('0').map(str::to_owned).unwrap_or(text)
    };
    let interval = estimate.interval;
    let interval = interval.map_or_else(String::new, |(low, high)| format!(" {}\u{2013}{}", short(low), short(high)));
    short(estimate.value) + &interval
}

/// `71 % 66–75`; one digit more below ten per cent.
fn shares(estimate: &Estimate) -> String {
    let digits = usize::from(estimate.value < 0.0995);
    let number = |value: f64| format!("{:.digits$}", value * 100.0);
    let interval = estimate.interval.map(|(low, high)| format!(" {}\u{2013}{}", number(low), number(high)));
    // Of few commits no interval is known.
    format!("{} %{}", number(estimate.value), interval.as_deref().unwrap_or(""))
}

fn percent(share: f64) -> String {
    let digits = usize::from(share < 0.0995);
    let text = format!("{:.digits$}", share * 100.0);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text) + " %"
}

fn reliability(evaluation: &Evaluation) -> String {
    if evaluation.reliability.is_empty() {
        return String::new();
    }
    let bins = evaluation
        .reliability
        .iter()
        .map(|bin| format!("  {:>10} {:>14} {:>14}\n", percent(bin.probability), percent(bin.ai), percent(bin.share)));
    format!(
        "\nProbabilities of commits, if {} of all were AI commits\n  {:>10} {:>14} {:>14}\n{}",
        percent(evaluation.prior),
        "said",
        "ai in truth",
        "of all",
        bins.collect::<String>()
    )
}

fn legend(evaluation: &Evaluation) -> String {
    format!(
        "\nIntervals hold 95 % of {} resamplings of whole repositories. {NO_INTERVAL} Of rates of requests, Wilson's interval \
         stands there instead. Brier and ECE are re-weighted to {} AI commits.\n",
        super::resample::REPLICATES,
        percent(evaluation.prior)
    )
}
