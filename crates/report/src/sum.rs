//! Sums of evidence: which signals are shown one by one, which are only counted, and parts that add up as printed.

use super::groups::is_of_commit;
use super::words::counted;
use super::{HunkReport, OmittedSignals, SignalReport};
use ai_detect_style::score::PRIOR;

/// What adds less than this to a sum is counted, not shown: it explains nothing to anybody.
const MIN_SHOWN: f64 = 0.1;

/// How many signals, and their sum.
type Many = (usize, f64);

/// What of a sum is shown and what is only counted.
pub(super) struct Sum<'a> {
    /// The strongest signals that point to AI.
    pub(super) shown: Vec<&'a SignalReport>,
    /// The others that do.
    more: Many,
    /// Those that point to people.
    against: Many,
    /// Those with nothing to measure, on either side.
    unmeasured: Many,
    /// What was assumed before anything was read; nothing for a part of a sum.
    start: Option<f64>,
    /// What the report does not list.
    omitted: Option<OmittedSignals>,
}

impl<'a> Sum<'a> {
    /// Of the signals of a commit, with the `most` strongest shown.
    pub(super) fn of_commit(signals: &[&'a SignalReport], most: usize) -> Self {
        Sum::of(signals.iter().copied(), most)
    }

    /// Of all signals of a block, with the `most` strongest shown.
    pub(super) fn of_hunk(hunk: &'a HunkReport, intercept: f64, most: usize) -> Self {
        Sum::of(&hunk.signals, most).started(hunk, intercept)
    }

    /// Of the signals of a block that are not about its commits as a whole.
    pub(super) fn of_own(hunk: &'a HunkReport, intercept: f64, most: usize) -> Self {
        Sum::of(hunk.signals.iter().filter(|signal| !is_of_commit(signal)), most).started(hunk, intercept)
    }

    /// Of all signals of a block, each of which is shown: those that point to AI first.
    pub(super) fn of_all(hunk: &'a HunkReport, intercept: f64) -> Self {
        let mut sum = Sum::of_hunk(hunk, intercept, usize::MAX);
        sum.shown.extend(hunk.signals.iter().filter(|it| is_counted(it) && it.contribution <= 0.0));
        sum.against = (0, 0.0);
        sum
    }

    fn of(signals: impl IntoIterator<Item = &'a SignalReport>, most: usize) -> Self {
        let found = signals.into_iter().filter(|signal| signal.rule != PRIOR);
        let (measured, unmeasured): (Vec<_>, Vec<_>) = found.partition(|signal| !signal.unmeasured);
        let (mut towards, against): (Vec<_>, Vec<_>) =
            measured.into_iter().partition(|signal| signal.contribution > 0.0);
        towards.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        let strong = towards.iter().take_while(|signal| most == usize::MAX || signal.contribution >= MIN_SHOWN);
        let more = towards.split_off(strong.take(most).count());
        Sum {
            shown: towards,
            more: many(&more),
            against: many(&against),
            unmeasured: many(&unmeasured),
            start: None,
            omitted: None,
        }
    }

    /// With what was assumed of a block: that points to nobody.
    fn started(self, hunk: &HunkReport, intercept: f64) -> Self {
        let assumed = hunk.signals.iter().filter(|signal| signal.rule == PRIOR).map(|signal| signal.contribution);
        Sum { start: Some(intercept + assumed.sum::<f64>()), omitted: hunk.omitted_signals, ..self }
    }

    /// What is not shown, in words, up to a total: `+1.27 from 31 more`, `-1.97 from 29 signals pointing to people`.
    /// `beside` is what else is printed as a part of the total.
    ///
    /// Each number is rounded, and a last part says what that leaves, so that the printed numbers add up.
    pub(super) fn rest(&self, beside: &[f64], total: f64) -> Vec<String> {
        let mut parts = self.parts();
        let shown = self.shown.iter().map(|signal| signal.contribution).chain(beside.iter().copied());
        let printed: i64 = shown.chain(parts.iter().map(|(number, _)| *number)).map(hundredths).sum();
        let left = hundredths(total) - printed;
        if left != 0 {
            parts.push((left as f64 / 100.0, "from rounding".into()));
        }
        // Nothing is printed as less than nothing.
        let plain = |number: f64| if hundredths(number) == 0 { 0.0 } else { number };
        parts.into_iter().map(|(number, words)| format!("{:+.2} {words}", plain(number))).collect()
    }

    fn parts(&self) -> Vec<(f64, String)> {
        let mut parts = Vec::new();
        let (more, against, unmeasured) = (self.more, self.against, self.unmeasured);
        if more.0 > 0 {
            parts.push((more.1, format!("from {} more", more.0)));
        }
        if against.0 > 0 {
            parts.push((against.1, format!("from {} pointing to people", counted(against.0, "signal", "signals"))));
        }
        if unmeasured.0 > 0 {
            let rules = counted(unmeasured.0, "rule", "rules");
            parts.push((unmeasured.1, format!("from {rules} with nothing to measure")));
        }
        if let Some(omitted) = &self.omitted {
            parts.push((omitted.contribution, format!("from {} that this report does not list", omitted.count)));
        }
        parts.extend(self.start.map(|start| (start, "to start with".to_owned())));
        parts
    }
}

/// What the commits of a block add to it, and what that is called: a block of one commit has all of the commit's sum.
pub(super) fn of_commits(hunk: &HunkReport) -> (f64, String) {
    let sum = hunk.signals.iter().filter(|signal| is_of_commit(signal)).map(|signal| signal.contribution).sum();
    match hunk.commits.len() {
        0 | 1 => (sum, "of the commit".to_owned()),
        several => (sum, format!("as its share of {several} commits")),
    }
}

fn many(signals: &[&SignalReport]) -> Many {
    (signals.len(), signals.iter().map(|signal| signal.contribution).sum())
}

/// Whether a signal was measured: neither an assumption nor a rule without anything to measure.
pub(super) fn is_counted(signal: &SignalReport) -> bool {
    signal.rule != PRIOR && !signal.unmeasured
}

/// A number as it is printed, in hundredths.
fn hundredths(number: f64) -> i64 {
    let printed: String = format!("{number:.2}").chars().filter(|c| *c != '.').collect();
    // What is no number is a sum of none.
    printed.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// A block with signals of these contributions; those of the second list had nothing to measure.
    fn hunk(contributions: &[f64], unmeasured: &[f64]) -> HunkReport {
        let mut hunk = sample::report("x", 1).hunks.remove(0);
        let signal = SignalReport { rule: "em-dash-comment".into(), ..hunk.signals.remove(0) };
        let of = |unmeasured: bool| {
            let signal = signal.clone();
            move |contribution: &f64| SignalReport { contribution: *contribution, unmeasured, ..signal.clone() }
        };
        hunk.signals = contributions.iter().map(of(false)).chain(unmeasured.iter().map(of(true))).collect();
        hunk.log_odds = 0.5 + hunk.signals.iter().map(|signal| signal.contribution).sum::<f64>();
        hunk
    }

    /// The printed numbers of all parts, added up.
    fn added_up(sum: &Sum<'_>, total: f64) -> i64 {
        let number = |text: String| text.split(' ').next().and_then(|it| it.parse().ok()).map_or(0, hundredths);
        let shown: i64 = sum.shown.iter().map(|signal| hundredths(signal.contribution)).sum();
        shown + sum.rest(&[], total).into_iter().map(number).sum::<i64>()
    }

    #[test]
    fn printed_numbers_add_up_to_the_printed_sum() {
        let hunk = hunk(&[3.854, 0.1049, 0.1049, 0.0049, 0.0049, -0.0651], &[-0.0949, -0.0949]);
        for most in [0, 1, 2, usize::MAX] {
            let sum = Sum::of_hunk(&hunk, 0.5, most);
            assert_eq!(added_up(&sum, hunk.log_odds), hundredths(hunk.log_odds), "{most}");
        }
        assert_eq!(added_up(&Sum::of_all(&hunk, 0.5), hunk.log_odds), hundredths(hunk.log_odds));
        let rest = Sum::of_hunk(&hunk, 0.5, 1).rest(&[], hunk.log_odds);
        assert_eq!(rest[0], "+0.22 from 4 more");
        assert_eq!(rest.last().map(String::as_str), Some("+0.01 from rounding"));
    }

    #[test]
    fn what_adds_up_already_is_not_corrected() {
        let hunk = hunk(&[1.25, -0.25], &[]);
        let rest = Sum::of_hunk(&hunk, 0.5, 9).rest(&[], hunk.log_odds);
        assert_eq!(rest, ["-0.25 from 1 signal pointing to people", "+0.50 to start with"]);
    }

    #[test]
    fn rules_with_nothing_to_measure_are_one_part() {
        let hunk = hunk(&[1.25], &[-0.5, -0.25, 0.25]);
        for sum in [Sum::of_all(&hunk, 0.5), Sum::of_own(&hunk, 0.5, 9)] {
            assert_eq!(sum.shown.len(), 1);
            let rest = sum.rest(&[], hunk.log_odds);
            assert_eq!(rest, ["-0.50 from 3 rules with nothing to measure", "+0.50 to start with"]);
        }
    }

    #[test]
    fn a_block_of_several_commits_has_a_share_of_their_sums() {
        let mut hunk = sample::report("x", 1).hunks.remove(0);
        assert_eq!(of_commits(&hunk).1, "of the commit");
        hunk.commits.push(crate::HunkCommit { id: "b".repeat(40), lines: 1 });
        assert_eq!(of_commits(&hunk).1, "as its share of 2 commits");
    }
}
