//! How much of a change could be scored, and why the rest was not: in the first lines, because a change that nobody
//! could read must not look clean.

use std::collections::BTreeMap;

use super::kinds::kind;
use crate::looks::likelihood;
use crate::omitted::as_usize;
use crate::words::{self, counted, percent};
use crate::{ExcludedReport, HunkReport, Report, unseen};
use ai_detect_base::change::Reason;

/// How many kinds of text without a grammar are named.
const MAX_KINDS: usize = 4;
/// Below this share of the added lines, nothing is said of the change as a whole.
const MIN_SHARE: f64 = 0.2;

/// Whether a change has something in it and no block of it could be scored.
pub(crate) fn nothing_scored(report: &Report) -> bool {
    let is_new = |left_out: &ExcludedReport| !matches!(left_out.reason, Reason::NotAuthored | Reason::OutsideRange);
    let has_something =
        !report.hunks.is_empty() || report.coverage.excluded.iter().any(is_new) || report.omitted.is_some();
    report.coverage.hunks_scored == 0 && has_something
}

/// Why some of a change was not scored: `300 lines of Swift (no grammar); 46 blocks too short to score (80 lines); 2 lock
/// files`. Nothing where all was.
pub(crate) fn not_scored(report: &Report) -> Option<String> {
    let (mut kinds, mut short, mut short_lines) = (BTreeMap::<String, usize>::new(), 0, 0);
    let mut listed = 0;
    for hunk in report.hunks.iter().filter(|hunk| hunk.probability.is_none()) {
        listed += 1;
        match hunk.language {
            None => *kinds.entry(kind(&hunk.path)).or_default() += hunk.added_lines as usize,
            Some(_) => {
                short += 1;
                short_lines += hunk.added_lines as usize;
            }
        }
    }
    let mut parts: Vec<String> = no_grammar(kinds).into_iter().collect();
    // What other lines of the head say is not repeated.
    if short > 0 && !unseen::says_small(report) {
        let lines = counted(short_lines, "line", "lines");
        parts.push(format!("{} too short to score ({lines})", counted(short, "block", "blocks")));
    }
    parts.extend(left_out(report));
    // The head counts all blocks without a score, whatever their commits declare.
    let unlisted = report.coverage.hunks_unknown.saturating_sub(listed);
    parts.extend((unlisted > 0).then(|| counted(unlisted, "block that is not listed", "blocks that are not listed")));
    (!parts.is_empty()).then(|| format!("Not scored: {}", parts.join("; ")))
}

/// `300 lines of Swift, 2 lines of YAML (no grammar)`, by kind of text, most lines first.
fn no_grammar(kinds: BTreeMap<String, usize>) -> Option<String> {
    let mut kinds: Vec<(String, usize)> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let lines = |count: usize| counted(count, "line", "lines");
    let named = kinds.iter().take(MAX_KINDS);
    let mut named: Vec<String> = named.map(|(kind, count)| format!("{} of {kind}", lines(*count))).collect();
    let others: usize = kinds.iter().skip(MAX_KINDS).map(|(_, lines)| lines).sum();
    named.extend((others > 0).then(|| format!("{} of other kinds", lines(others))));
    (!named.is_empty()).then(|| format!("{} (no grammar)", named.join(", ")))
}

/// What was left out by path or content, by reason. What other lines of the head say is not repeated.
fn left_out(report: &Report) -> Vec<String> {
    let mut by_reason: BTreeMap<Reason, usize> = BTreeMap::new();
    let is_told = unseen::is_much(report);
    for left_out in &report.coverage.excluded {
        let is_code = unseen::holds_code(left_out);
        // Text without a grammar is named by its kind.
        if !(is_code && is_told) && (is_code || left_out.reason != Reason::NoGrammar) {
            *by_reason.entry(left_out.reason).or_default() += 1;
        }
    }
    for (why, count) in report.omitted.iter().flat_map(|omitted| &omitted.excluded) {
        *by_reason.entry(*why).or_default() += as_usize(*count);
    }
    let missing = |why: &Reason| matches!(why, Reason::MissingObject | Reason::Unreadable);
    by_reason.into_iter().filter(|(why, _)| !missing(why)).map(|(why, count)| files(why, count)).collect()
}

/// So many files that were left out for a reason, in words.
fn files(why: Reason, count: usize) -> String {
    let files = |one: &str, many: &str| counted(count, one, many);
    let of = |what: &str| format!("{what} in {}", counted(count, "file", "files"));
    match why {
        Reason::Generated => files("generated file", "generated files"),
        Reason::Vendored => files("vendored file", "vendored files"),
        Reason::LockFile => files("lock file", "lock files"),
        Reason::Minified => files("minified file", "minified files"),
        Reason::Binary => files("binary file", "binary files"),
        Reason::Submodule => files("submodule", "submodules"),
        Reason::Symlink => files("symbolic link", "symbolic links"),
        Reason::TooLarge => files("file beyond a size limit", "files beyond a size limit"),
        Reason::Configured => files("file that the settings leave out", "files that the settings leave out"),
        Reason::NotAuthored => of("lines only moved, copied or changed in white space"),
        Reason::OutsideRange => of("lines merged from outside the range"),
        Reason::NoGrammar => files("file without a grammar", "files without a grammar"),
        Reason::UnusablePath => files("path that cannot be used", "paths that cannot be used"),
        Reason::MissingObject | Reason::Unreadable => {
            files("file that could not be read", "files that could not be read")
        }
    }
}

/// Why one block was not scored.
pub(crate) fn why_not_scored(hunk: &HunkReport) -> &'static str {
    if hunk.language.is_none() { "no grammar" } else { "too short" }
}

/// How AI-like all scored blocks look together, with how much of the change that is. Where little of it could be read,
/// that is all that is said.
pub(super) fn whole(report: &Report) -> Option<String> {
    // Where all flags are about form, nobody asks how anything looks.
    let is_asked = report.flags.is_empty() || words::is_about_looks(report);
    let probability = report.range.probability.filter(|_| is_asked && report.coverage.hunks_scored > 0)?;
    let scored = u64::from(report.range.added_lines);
    let added = added_lines(report).max(scored);
    let share = scored as f64 / added.max(1) as f64;
    if share < MIN_SHARE {
        return Some(format!(
            "Too little of this change can be read to say anything of the whole: {scored} of {added} added lines could be \
             scored."
        ));
    }
    let lines = counted(as_usize(scored), "line", "lines");
    let part = match scored == added {
        true if scored == 1 => "The 1 added line".to_owned(),
        true => format!("All {scored} added lines"),
        false => format!("The {lines} that could be scored ({} of {added} added)", percent(share)),
    };
    Some(format!("{part}, taken as one block: {}.", likelihood(probability)))
}

/// ` (57 % of the added lines)`: how much of a change was scored. Nothing where that is not known.
pub(crate) fn scored_share(report: &Report) -> String {
    let (scored, added) = (u64::from(report.range.added_lines), added_lines(report));
    match added {
        0 => String::new(),
        _ => format!(" ({} of the added lines)", percent(scored.min(added) as f64 / added as f64)),
    }
}

/// All lines that the change adds, scored or not, as far as they are known.
fn added_lines(report: &Report) -> u64 {
    report.coverage.added_lines.unwrap_or_else(|| {
        // Reports of earlier versions list the parts alone.
        let of_hunks = report.hunks.iter().map(|hunk| u64::from(hunk.added_lines));
        let left_out = report.coverage.excluded.iter().filter(|it| it.reason != Reason::NoGrammar);
        of_hunks.chain(left_out.filter_map(|it| it.added_lines).map(u64::from)).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Verdict;
    use crate::sample;

    fn unscored(path: &str, language: Option<&str>, lines: u32) -> crate::HunkReport {
        let mut hunk = sample::report("a", 1).hunks.remove(0);
        hunk.path = path.into();
        hunk.language = language.map(str::to_owned);
        (hunk.probability, hunk.verdict, hunk.added_lines) = (None, Verdict::Unknown, lines);
        hunk
    }

    #[test]
    fn each_cause_is_named() {
        let mut report = sample::report("a", 0);
        report.coverage.excluded.clear();
        assert_eq!(not_scored(&report), None);
        report.hunks = vec![
            unscored("a.swift", None, 280),
            unscored("b.swift", None, 20),
            unscored("c.yml", None, 1),
            unscored("d.py", Some("python"), 2),
            unscored("e.py", Some("python"), 3),
        ];
        let lock_file = ExcludedReport {
            path: "x.lock".into(),
            reason: Reason::LockFile,
            detail: "x".into(),
            language: None,
            added_lines: None,
            added_bytes: None,
            ground: None,
            sensitive_classes: Vec::new(),
            commits: Vec::new(),
        };
        let swift = ExcludedReport { reason: Reason::NoGrammar, path: "a.swift".into(), ..lock_file.clone() };
        let vendored = ExcludedReport { reason: Reason::Vendored, ..lock_file.clone() };
        report.coverage.excluded = vec![lock_file.clone(), lock_file, swift, vendored];
        assert_eq!(
            not_scored(&report).as_deref(),
            Some(
                "Not scored: 300 lines of Swift, 1 line of YAML (no grammar); 2 blocks too short to score (5 lines); \
                 1 vendored file; 2 lock files"
            )
        );
    }

    #[test]
    fn blocks_that_are_not_listed_add_up_to_those_of_the_head() {
        let mut report = sample::report("a", 0);
        report.coverage.excluded.clear();
        let declared = crate::HunkReport { verdict: Verdict::Attested, ..unscored("d.py", Some("python"), 2) };
        report.hunks = vec![unscored("e.py", Some("python"), 3), declared];
        report.coverage.hunks_unknown = 9;
        let expected = "Not scored: 2 blocks too short to score (5 lines); 7 blocks that are not listed";
        assert_eq!(not_scored(&report).as_deref(), Some(expected));
    }

    #[test]
    fn a_part_is_not_called_the_whole() {
        let mut report = sample::report("a", 1);
        report.coverage.excluded.clear();
        report.range.added_lines = 12;
        let of = |report: &Report| whole(report).unwrap_or_default();
        assert_eq!(of(&report), "All 12 added lines, taken as one block: very likely AI style (97 %).");
        report.hunks.push(unscored("a.zig", None, 28));
        let part = "The 12 lines that could be scored (30 % of 40 added), taken as one block:";
        assert_eq!(of(&report), format!("{part} very likely AI style (97 %)."));
        assert_eq!(scored_share(&report), " (30 % of the added lines)");
        report.range.probability = Some(0.3);
        assert_eq!(of(&report), format!("{part} does not read like AI-generated code (30 %)."));
        report.hunks.push(unscored("b.zig", None, 21));
        let few = "Too little of this change can be read to say anything of the whole";
        assert_eq!(of(&report), format!("{few}: 12 of 61 added lines could be scored."));
        report.coverage.added_lines = Some(24);
        assert!(of(&report).starts_with("The 12 lines that could be scored (50 % of 24 added)"), "{}", of(&report));
        report.coverage.hunks_scored = 0;
        assert_eq!(whole(&report), None);
    }
}
