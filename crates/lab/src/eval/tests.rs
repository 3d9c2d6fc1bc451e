//! From outcomes to what is printed, with outcomes that are made up: nothing here depends on a model.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::SeedableRng as _;

use super::figures::{By, Comparison, View};
use super::manifest::{Label, Manifest, Row};
use super::outcome::{HunkOutcome, Outcome, Scored};
use super::resample::below;
use super::run::{MissingRepository, RangeOutcome, Scores};
use super::tables::Terms;
use super::{Evaluation, scores, text};

/// Two repositories with enough of both kinds to be matched, and one with people of long ago alone.
fn made_up() -> (Manifest, Scores) {
    let repositories = ["ada/engine", "bell/radio", "cora/old"].map(str::to_owned).to_vec();
    let mut manifest = Manifest { name: "made-up.tsv".into(), repositories, ..Manifest::default() };
    let mut scores = Scores::default();
    let mut random = SplitMix64::seed_from_u64(7);
    for (repository, label, count, centre) in [
        (0, Label::Ai, 20, 2.0),
        (0, Label::HumanRecent, 60, -2.0),
        (1, Label::Ai, 30, 3.0),
        (1, Label::HumanRecent, 70, 0.0),
        (2, Label::Human, 100, -3.0),
    ] {
        for _ in 0..count {
            // Between -3 and 3 around the centre.
            let log_odds = centre + below(&mut random, 6001) as f64 / 1000.0 - 3.0;
            let number = manifest.rows.len() + 2;
            manifest.rows.push(Row {
                number,
                label,
                repository,
                commit: format!("{number:040x}"),
                author_time: number as i64,
                tool: if label == Label::Ai { "claude".into() } else { "-".into() },
                language: if number.is_multiple_of(3) { "rust".into() } else { "go".into() },
                added_lines: 5 + (number % 40) as u32,
            });
            scores.rows.push(Some(outcome(log_odds)));
        }
    }
    let range = |first| RangeOutcome { commits: 5, repository: 2, label: Label::Human, first, flagged: first == 182 };
    scores.ranges = (182..280).step_by(5).map(range).collect();
    (manifest, scores)
}

fn outcome(log_odds: f64) -> Outcome {
    let score = Scored { log_odds, probability: 1.0 / (1.0 + (-log_odds).exp()) };
    let hunk = HunkOutcome { score, code: log_odds / 2.0, message: 0.5, language: "rust".into(), added_lines: 7 };
    Outcome {
        score: Some(score),
        code: Some(log_odds / 2.0),
        message: 0.5,
        surroundings: None,
        hunks: vec![hunk],
        scored_hunks: 1,
        flagged: log_odds > 2.5,
        flagged_at_promise: log_odds > 2.8,
        flagged_bare: Some(log_odds > 4.0),
    }
}

const TERMS: Terms<'_> = Terms { model: "made-up", prior: 0.3, rate: 0.02, control: false, strip: &[] };

fn figures(evaluation: &Evaluation, comparison: Comparison, view: View, by: By) -> Vec<&super::figures::Figures> {
    let of = |line: &&super::figures::Figures| (line.comparison, line.view, line.by) == (comparison, view, by);
    evaluation.commits.iter().filter(of).collect()
}

#[test]
fn only_repositories_with_enough_of_both_kinds_are_matched() {
    let (manifest, scores) = made_up();
    let evaluation = Evaluation::of(&manifest, &scores, TERMS);
    assert_eq!(evaluation.matched_repositories, ["ada/engine", "bell/radio"]);
    let all = figures(&evaluation, Comparison::Matched, View::Full, By::All)[0];
    assert_eq!((all.positives, all.negatives, all.repositories), (50, 130, 2));
    // Within one repository the difference between the repositories is no error.
    assert!(all.auc_within.unwrap().value > all.auc.value, "{all:?}");
    let fewer = Scores {
        rows: scores.rows.iter().cloned().enumerate().map(|(at, row)| row.filter(|_| at != 40)).collect(),
        ..scores
    };
    assert_eq!(Evaluation::of(&manifest, &fewer, TERMS).matched_repositories, ["bell/radio"]);
}

#[test]
fn a_score_that_is_the_same_for_all_tells_nothing() {
    let (manifest, scores) = made_up();
    let evaluation = Evaluation::of(&manifest, &scores, TERMS);
    let message = figures(&evaluation, Comparison::Pooled, View::Message, By::All)[0];
    assert_eq!((message.auc.value, message.found_at_5.value), (0.5, 0.0));
    assert_eq!(message.brier, None);
}

#[test]
fn what_could_not_be_scored_counts_as_the_lowest_and_is_counted() {
    let (manifest, mut scores) = made_up();
    let lowest = scores.rows.iter().flatten().filter_map(|found| found.score).map(|score| score.log_odds);
    let lowest = lowest.fold(f64::INFINITY, f64::min);
    scores.rows[0] = Some(Outcome { flagged: false, ..Outcome::default() });
    scores.rows[1] = None;
    let evaluation = Evaluation::of(&manifest, &scores, TERMS);
    let counts = &evaluation.counts;
    assert_eq!((counts.rows, counts.commits, counts.nothing_to_score), (280, 279, 1));
    let table = scores::write(&manifest, &scores);
    let first: Vec<&str> = table.lines().nth(1).unwrap().split('\t').collect();
    assert_eq!((first[0], first[4].parse()), ("ada/engine", Ok(lowest)));
    assert_eq!(table.lines().count(), 280);
}

#[test]
fn an_evaluation_reads_well() {
    let (manifest, mut scores) = made_up();
    scores.missing.push(MissingRepository { repository: "gone/\u{1b}[31maway".into(), rows: 12 });
    let printed = text::write(&Evaluation::of(&manifest, &scores, TERMS));
    insta::with_settings!({ filters => [(r"ai-detect \d\S+,", "ai-detect VERSION,")] }, {
        insta::assert_snapshot!(printed);
    });
}
