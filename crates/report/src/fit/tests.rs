//! Whatever is in a report, it is written small enough, and read again.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::bounds::{MAX_LINE, MAX_PATH, MAX_TEXT};
use crate::gate::Verdict;
use crate::json::{read, write};
use crate::{ExcludedReport, HunkCommit, SignalReport, sample};

/// Written and read again, with what holds of every report.
fn written(report: &Report) -> Report {
    let written = write(report).unwrap();
    assert!(written.len() <= MAX_WRITTEN_BYTES, "{} bytes", written.len());
    let again = read(written.as_bytes()).unwrap();
    assert_eq!(again.flag_count(), report.flag_count());
    assert_eq!(again.commit_count(), report.commit_count());
    for verdict in [Verdict::Unattested, Verdict::WrongForm, Verdict::Unlikely, Verdict::Unknown] {
        assert_eq!(again.verdict_count(verdict), report.verdict_count(verdict), "{verdict:?}");
    }
    let before: HashMap<&str, &HunkReport> =
        report.hunks.iter().map(|hunk| (hunk.fingerprint.as_str(), hunk)).collect();
    for hunk in &again.hunks {
        assert_sums(hunk, before[hunk.fingerprint.as_str()]);
    }
    again
}

/// What is listed and what is omitted add up to what was there.
fn assert_sums(hunk: &HunkReport, before: &HunkReport) {
    let sum = |hunk: &HunkReport| {
        let listed: f64 = hunk.signals.iter().map(|signal| signal.contribution).sum();
        listed + hunk.omitted_signals.map_or(0.0, |omitted| omitted.contribution)
    };
    assert!((sum(hunk) - sum(before)).abs() < 0.001, "{} and {}", sum(hunk), sum(before));
}

/// A report with so many blocks, of which the first ones have a flag, and so many signals in each.
fn large(hunks: usize, flags: usize, signals: usize) -> Report {
    let mut report = sample::report("a text that stands in many places", 1);
    let (hunk, flag) = (report.hunks[0].clone(), report.flags[0].clone());
    let signal = hunk.signals[0].clone();
    report.hunks.clear();
    report.flags.clear();
    for at in 0..hunks {
        let flagged = at < flags;
        let signal = |number: usize| SignalReport { contribution: number as f64 / 100.0, ..signal.clone() };
        report.hunks.push(HunkReport {
            path: format!("src/file{at}.rs"),
            fingerprint: format!("{at:032x}"),
            verdict: if flagged { Verdict::Unattested } else { Verdict::Unlikely },
            log_odds: at as f64 / 1000.0,
            signals: (0..signals).rev().map(signal).collect(),
            ..hunk.clone()
        });
        if flagged {
            let found = &report.hunks[at];
            report.flags.push(crate::Flag {
                id: found.fingerprint[..8].into(),
                fingerprint: found.fingerprint.clone(),
                hunk: at,
                path: found.path.clone(),
                verdict: found.verdict,
                ..flag.clone()
            });
        }
    }
    report
}

#[test]
fn a_report_that_fits_is_written_as_it_is() {
    let report = large(20, 5, 60);
    let again = written(&report);
    assert_eq!(again.omitted, None);
    assert!(again.hunks.iter().all(|hunk| hunk.signals.len() == 60 && hunk.omitted_signals.is_none()));
}

#[test]
fn signals_of_blocks_without_a_flag_go_first() {
    let again = written(&large(2000, 300, 60));
    let (flagged, others): (Vec<_>, Vec<_>) = again.hunks.iter().partition(|hunk| hunk.verdict.is_flag());
    assert!(flagged.iter().all(|hunk| hunk.signals.len() == 60));
    assert_eq!((flagged.len(), others.len()), (300, 1700));
    for hunk in &others {
        let strongest: Vec<f64> = hunk.signals.iter().map(|signal| signal.contribution).collect();
        assert_eq!(strongest[..3], [0.59, 0.58, 0.57]);
        assert_eq!(hunk.omitted_signals.unwrap().count as usize + strongest.len(), 60);
    }
    let omitted = again.omitted.unwrap();
    assert_eq!(omitted.signals, others.iter().map(|hunk| hunk.omitted_signals.unwrap().count).sum::<u64>());
}

#[test]
fn blocks_go_before_flags_and_flags_last() {
    let again = written(&large(60_000, 3000, 1));
    assert_eq!(again.flags.len(), 3000);
    let omitted = again.omitted.unwrap();
    assert!(omitted.hunks[&Verdict::Unlikely] > 1000 && omitted.flags == 0, "{omitted:?}");
    // Those that look most AI-written stay.
    let least = again.hunks.iter().filter(|hunk| !hunk.verdict.is_flag()).map(|hunk| hunk.log_odds).reduce(f64::min);
    assert!(least > Some(3.0), "{least:?}");

    let again = written(&large(40_000, 40_000, 1));
    let omitted = again.omitted.unwrap();
    assert!(omitted.flags > 0 && again.flags.len() > 10_000, "{omitted:?}");
    assert_eq!(again.flags[0].fingerprint, format!("{:032x}", 0));
}

#[test]
fn what_commits_declare_in_detail_and_what_was_excluded_goes_where_it_is_too_much() {
    let mut report = large(10, 2, 5);
    let mut commit = report.commits[0].clone();
    commit.attestation.notes = vec!["x".repeat(4000); 2];
    report.commits.extend((0..6000).map(|at| CommitReport { id: format!("{at:040x}"), ..commit.clone() }));
    let excluded = report.coverage.excluded[0].clone();
    report.coverage.excluded =
        (0..60_000).map(|at| ExcludedReport { path: format!("{at}{}", "d".repeat(500)), ..excluded.clone() }).collect();
    let again = written(&report);
    let omitted = again.omitted.unwrap();
    assert!(omitted.attestations > 1000, "{omitted:?}");
    assert_eq!(again.coverage.excluded.len() as u64 + omitted.excluded_count(), 60_000);
    assert_eq!((again.hunks.len(), again.flags.len()), (10, 2));
}

#[test]
fn exclusions_with_code_stay_where_others_are_too_many() {
    let mut report = large(10, 2, 5);
    let other = ExcludedReport { language: None, ground: None, ..report.coverage.excluded[0].clone() };
    let code = ExcludedReport {
        path: "last.py".into(),
        language: Some("python".into()),
        ground: Some(ai_detect_base::change::Ground::Path),
        added_lines: Some(3),
        ..other.clone()
    };
    report.coverage.excluded =
        (0..60_000).map(|at| ExcludedReport { path: format!("{at}{}", "d".repeat(500)), ..other.clone() }).collect();
    report.coverage.excluded.push(code);
    let again = written(&report);
    assert!(again.omitted.as_ref().unwrap().excluded_count() > 1000);
    assert_eq!(again.coverage.excluded.last().unwrap().path, "last.py");
    assert!(!super::super::is_much_unseen(&again));
}

#[test]
fn what_the_reader_would_refuse_is_counted_instead() {
    let mut report = large(8, 8, 2);
    report.hunks[1].path = "x".repeat(MAX_PATH + 1);
    report.hunks[2].path = "../x".into();
    report.hunks[3].start_line = MAX_LINE + 1;
    report.hunks[4].signals[0].contribution = f64::NAN;
    report.hunks[5].commits = vec![HunkCommit { id: "HEAD".into(), lines: 1 }];
    report.hunks[6].signals = vec![report.hunks[0].signals[0].clone(); 5000];
    for at in 1..4 {
        (report.flags[at].path, report.flags[at].start_line) =
            (report.hunks[at].path.clone(), report.hunks[at].start_line);
    }
    let text = write(&report).unwrap();
    let again = read(text.as_bytes()).unwrap();
    let shown: Vec<&str> = again.flags.iter().map(|flag| flag.path.as_str()).collect();
    assert_eq!(shown, ["src/file0.rs", "src/file6.rs", "src/file7.rs"]);
    assert!(again.flags.iter().all(|flag| again.hunks[flag.hunk].fingerprint == flag.fingerprint));
    assert_eq!((again.flag_count(), again.verdict_count(Verdict::Unattested)), (8, 8));
    assert_eq!(again.hunks[1].omitted_signals.unwrap().count, 3000);
}

/// Lines to paste are kept as long as they fit. As JSON, an escape character takes six times its size.
#[test]
fn lines_to_paste_go_where_they_are_too_much() {
    let mut report = large(2, 2, 5);
    let remove = vec!["\u{1b}".repeat(MAX_TEXT); 200];
    report.commits[0].mending = Some(ai_detect_policy::Remedy { remove: remove.clone(), ..Default::default() });
    let written = write(&report).unwrap();
    assert!(written.len() <= MAX_WRITTEN_BYTES);
    let again = read(written.as_bytes()).unwrap();
    assert_eq!((again.flag_count(), again.commits[0].mending.is_some()), (2, false));
    // What the other commit declares went first: nobody is asked about it.
    assert_eq!(again.omitted.unwrap().attestations, 2);
}

/// A text that is short, or at a bound, or beyond it; some need escapes.
fn any_text() -> impl Strategy<Value = String> {
    let lengths =
        prop_oneof![4 => 0usize..60, 1 => Just(MAX_PATH), 1 => MAX_TEXT - 2..MAX_TEXT + 3, 1 => Just(100_000usize)];
    (prop_oneof!["a", "\u{1b}", "\u{fffd}", "\"", "\u{202e}"], lengths)
        .prop_map(|(letter, length)| letter.repeat(length))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn whatever_is_in_a_report_it_is_written_and_read(
        text in any_text(),
        path in any_text(),
        hunks in prop_oneof![3 => 0usize..30, 1 => Just(8_000)],
        flagged in 0usize..3000,
        signals in prop_oneof![3 => 0usize..80, 1 => Just(2500)],
        commits in prop_oneof![Just(0usize), Just(6000)],
        notes in prop_oneof![Just(0usize), Just(3000)],
        lines in 0usize..200,
    ) {
        // Few blocks with very many signals are enough.
        let hunks = if signals > 80 { hunks.min(30) } else { hunks };
        let mut report = large(hunks, flagged.min(hunks), signals);
        let mut commit = report.commits[0].clone();
        (commit.subject, commit.author) = (text.clone(), text.clone());
        commit.mending = Some(ai_detect_policy::Remedy { remove: vec![text.clone(); lines], ..Default::default() });
        commit.attestation.facts.session = Some(text.clone());
        report.commits[0] = commit.clone();
        let small = CommitReport { mending: None, subject: text.chars().take(1000).collect(), ..report.commits[1].clone() };
        report.commits.extend((0..commits).map(|at| CommitReport { id: format!("{at:040x}"), ..small.clone() }));
        report.coverage.notes = vec![text.clone(); if text.len() > 1000 { notes.min(40) } else { notes }];
        report.coverage.excluded[0].path = path.clone();
        report.coverage.excluded[0].detail = text.clone();
        report.range.spec = text.clone();
        if let (Some(hunk), Some(flag)) = (report.hunks.first_mut(), report.flags.first_mut()) {
            (hunk.path, flag.path) = (path.clone(), path.clone());
            hunk.language = Some(text.clone());
            if let Some(signal) = hunk.signals.first_mut() {
                (signal.rule, signal.title) = (text.clone(), text.clone());
                signal.evidence[0].text = text.clone();
            }
            flag.resolve = text.clone();
        }
        let written = write(&report).unwrap();
        prop_assert!(written.len() <= MAX_WRITTEN_BYTES);
        let again = read(written.as_bytes()).unwrap();
        prop_assert_eq!(again.flag_count(), report.flag_count());
        prop_assert_eq!(again.commit_count(), report.commit_count());
        prop_assert_eq!(write(&again).unwrap(), written);
    }
}
