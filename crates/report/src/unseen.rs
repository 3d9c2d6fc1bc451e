//! Code of a scored language that was left out: how much of it is said, and in which words.
//!
//! A request without flags must not look clean because its code was not looked at. So whatever was left out is said in the
//! first lines of a report and on the request, unless it is little or the project's own settings name it.

use std::collections::{BTreeMap, BTreeSet};

use super::omitted::as_usize;
use super::words::counted;
use super::{ExcludedReport, Omitted, Report};
use ai_detect_base::change::{Ground, Reason};
use ai_detect_base::exclude::LONG_LINE;
use ai_detect_lang as lang;

/// From so many added lines on, what was left out is said: about one function. Fewer are counted with the rest.
const MIN_LINES: u64 = 20;
/// The same in bytes, for lines that are longer than anybody writes them: 100 a line.
const MIN_BYTES: u64 = 100 * MIN_LINES;
/// From so many bytes on, code in blocks that are too short for a verdict is said: a change of one line in each of a
/// thousand files has fewer.
const MIN_SMALL_BYTES: u64 = 50_000;
/// How many languages of a group are named.
const MAX_LANGUAGES: usize = 3;

/// What was left out for one reason.
#[derive(Default)]
struct Group<'a> {
    files: usize,
    lines: u64,
    bytes: u64,
    /// How many of the files were not read.
    unread: usize,
    languages: BTreeSet<&'a str>,
}

impl<'a> Group<'a> {
    fn add(&mut self, left_out: &ExcludedReport, language: &'a str) {
        self.files += 1;
        self.languages.insert(language);
        match left_out.added_lines {
            Some(lines) => self.lines += u64::from(lines),
            None => self.unread += 1,
        }
        self.bytes = self.bytes.saturating_add(left_out.added_bytes.unwrap_or(0));
    }

    /// `136 added lines of Python`.
    fn amount(&self) -> String {
        let languages = self.languages();
        if self.lines == 0 {
            return languages;
        }
        let more = if self.unread > 0 { " or more" } else { "" };
        let is_long = self.bytes > self.lines.saturating_mul(LONG_LINE as u64);
        let bytes = if is_long { format!(" ({} bytes)", self.bytes) } else { String::new() };
        let lines = if self.lines == 1 { "added line" } else { "added lines" };
        format!("{}{more} {lines}{bytes} of {languages}", self.lines)
    }

    fn languages(&self) -> String {
        let shown: Vec<&str> = self.languages.iter().copied().take(MAX_LANGUAGES).collect();
        let more = self.languages.len() - shown.len();
        match (shown.split_last(), more) {
            (Some((last, [])), 0) => (*last).to_owned(),
            (Some((last, first)), 0) => format!("{} and {last}", first.join(", ")),
            (_, 1) => format!("{} and 1 more language", shown.join(", ")),
            _ => format!("{} and {more} more languages", shown.join(", ")),
        }
    }

    fn told(&self, reason: Reason, ground: Ground) -> String {
        if ground == Ground::Lines && reason != Reason::NoGrammar {
            let were = if self.lines == 1 { "was" } else { "were" };
            return format!("{} {were} left out: {}", self.amount(), of_lines(reason));
        }
        let of = if self.lines == 0 { "of" } else { "with" };
        let one = self.files == 1;
        let were = if one { "was" } else { "were" };
        let files = counted(self.files, "file", "files");
        let done = match (reason, ground) {
            // Words are read all the same.
            (Reason::NoGrammar, Ground::Content) => "not parsed",
            (Reason::NoGrammar, _) => "analysed in part",
            _ => "left out",
        };
        format!("{files} {of} {} {were} {done}, because {}", self.amount(), because(reason, ground, one))
    }
}

/// Which code an exclusion holds, and on what ground it was left out.
fn code(left_out: &ExcludedReport) -> Option<(&'static lang::Language, Ground)> {
    // A report may be a stranger's, and so may the name of a language in it.
    let language = left_out.language.as_deref().and_then(lang::by_name);
    // What was only renamed into an excluded folder adds nothing.
    language.zip(left_out.ground).filter(|_| left_out.added_lines != Some(0))
}

/// Whether an exclusion holds code that nobody asked to leave out.
pub(super) fn holds_code(left_out: &ExcludedReport) -> bool {
    code(left_out).is_some()
}

/// How many exclusions are not listed and may hold code. Those with code are listed first, so there are none if one
/// without code is listed.
fn omitted(report: &Report) -> u64 {
    let omitted = report.omitted.as_ref().map_or(0, Omitted::excluded_count);
    if report.coverage.excluded.iter().all(holds_code) { omitted } else { 0 }
}

/// What was left out, by reason: nothing of what the settings leave out, and nothing that holds no code.
fn groups(report: &Report) -> BTreeMap<(Reason, Ground), Group<'static>> {
    let mut groups: BTreeMap<(Reason, Ground), Group<'static>> = BTreeMap::new();
    for left_out in &report.coverage.excluded {
        if let Some((language, ground)) = code(left_out) {
            groups.entry((left_out.reason, ground)).or_default().add(left_out, language.title);
        }
    }
    groups
}

fn are_much(groups: &BTreeMap<(Reason, Ground), Group<'_>>) -> bool {
    let sum = |of: fn(&Group<'_>) -> u64| groups.values().map(of).fold(0, u64::saturating_add);
    sum(|group| group.lines) >= MIN_LINES
        || sum(|group| group.bytes) >= MIN_BYTES
        || groups.values().any(|group| group.unread > 0)
}

/// Whether so much code was left out that a request without flags has to say so.
pub fn is_much(report: &Report) -> bool {
    omitted(report) > 0 || are_much(&groups(report)) || small(report).is_some()
}

/// Whether so much code is in blocks that are too short for a verdict that a sentence of its own says so.
pub(super) fn says_small(report: &Report) -> bool {
    small(report).is_some()
}

/// Says that much code is in blocks that are too short for a verdict.
fn small(report: &Report) -> Option<String> {
    let small = report.coverage.small_blocks.filter(|small| small.bytes >= MIN_SMALL_BYTES)?;
    let (lines, blocks) = (counted(small.lines as usize, "added line", "added lines"), small.blocks);
    Some(format!(
        "{lines} ({} bytes) in {blocks} blocks of fewer than five lines were not scored, because a block that short is \
         too little to say anything",
        small.bytes
    ))
}

/// What was left out, a sentence for each reason: `1 file with 136 added lines of Python was left out, because it says
/// that it is generated`. Nothing where that is little.
pub fn told(report: &Report) -> Vec<String> {
    let groups = groups(report);
    let omitted = omitted(report);
    let small = small(report);
    if omitted == 0 && !are_much(&groups) {
        return small.into_iter().collect();
    }
    let listed = groups.iter().map(|((reason, ground), group)| group.told(*reason, *ground));
    let unlisted = (omitted > 0).then(|| {
        let entries = counted(as_usize(omitted), "entry", "entries");
        format!("{entries} of code that may be left out, too, did not fit into the list")
    });
    listed.chain(unlisted).chain(small).collect()
}

fn of_lines(reason: Reason) -> &'static str {
    match reason {
        Reason::TooLarge => "more was added to one file than is analysed",
        _ => "longer lines than people write",
    }
}

fn because(reason: Reason, ground: Ground, one: bool) -> &'static str {
    match (reason, ground, one) {
        (Reason::Generated, Ground::Attributes, true) => ".gitattributes calls it generated",
        (Reason::Generated, Ground::Attributes, false) => ".gitattributes calls them generated",
        (Reason::Generated, Ground::Path, true) => "its path is one of generated code",
        (Reason::Generated, Ground::Path, false) => "their paths are those of generated code",
        (Reason::Generated, _, true) => "it says that it is generated",
        (Reason::Generated, _, false) => "they say that they are generated",
        (Reason::Vendored, Ground::Attributes, true) => ".gitattributes calls it vendored",
        (Reason::Vendored, Ground::Attributes, false) => ".gitattributes calls them vendored",
        (Reason::Vendored, _, true) => "its path is one of vendored code",
        (Reason::Vendored, _, false) => "their paths are those of vendored code",
        (Reason::Minified, Ground::Path, true) => "its name is one of minified code",
        (Reason::Minified, Ground::Path, false) => "their names are those of minified code",
        (Reason::Minified, _, true) => "its lines are as long as those of minified code",
        (Reason::Minified, _, false) => "their lines are as long as those of minified code",
        (Reason::Binary, _, true) => "it is binary",
        (Reason::Binary, _, false) => "they are binary",
        (Reason::TooLarge, _, true) => "it is beyond a size limit",
        (Reason::TooLarge, _, false) => "they are beyond a size limit",
        (Reason::LockFile, _, true) => "its name is that of a lock file",
        (Reason::LockFile, _, false) => "their names are those of lock files",
        (Reason::NoGrammar, Ground::Lines, true) => "it was not analysed before, and the patch does not show all of it",
        (Reason::NoGrammar, Ground::Lines, false) => "they were not analysed before, and the patch does not show all",
        (Reason::NoGrammar, _, _) => "parsing would cost too much",
        (_, _, true) => "it could not be analysed",
        (_, _, false) => "they could not be analysed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SmallBlocks, sample};

    fn left_out(language: &str, reason: Reason, ground: Ground, lines: Option<u32>) -> ExcludedReport {
        ExcludedReport {
            path: "a".into(),
            reason,
            detail: "x".into(),
            language: Some(language.into()),
            added_lines: lines,
            added_bytes: lines.map(|lines| u64::from(lines) * 30),
            ground: Some(ground),
            sensitive_classes: Vec::new(),
            commits: Vec::new(),
        }
    }

    fn said(excluded: Vec<ExcludedReport>) -> Vec<String> {
        let mut report = sample::report("x", 0);
        report.coverage.excluded = excluded;
        assert_eq!(is_much(&report), !told(&report).is_empty());
        told(&report)
    }

    #[test]
    fn files_of_one_reason_are_said_together() {
        let vendored = |language| left_out(language, Reason::Vendored, Ground::Path, Some(1000));
        let told = said(["go", "csharp", "cpp", "php", "go"].map(vendored).into());
        let why = "because their paths are those of vendored code";
        assert_eq!(
            told,
            [format!("5 files with 5000 added lines of C#, C++, Go and 1 more language were left out, {why}")]
        );
        let told = said(vec![
            left_out("python", Reason::Generated, Ground::Content, Some(12)),
            left_out("python", Reason::Generated, Ground::Content, Some(8)),
            left_out("python", Reason::Generated, Ground::Attributes, Some(1)),
            left_out("python", Reason::TooLarge, Ground::Lines, Some(1)),
        ]);
        assert_eq!(
            told,
            [
                "1 file with 1 added line of Python was left out, because .gitattributes calls it generated",
                "2 files with 20 added lines of Python were left out, because they say that they are generated",
                "1 added line of Python was left out: more was added to one file than is analysed",
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_said_and_little_is_not() {
        let few = || left_out("python", Reason::Generated, Ground::Content, Some(19));
        assert_eq!(said(vec![few()]), [""; 0]);
        let unread = left_out("rust", Reason::TooLarge, Ground::Content, None);
        assert_eq!(said(vec![unread]), ["1 file of Rust was left out, because it is beyond a size limit"]);
    }

    #[test]
    fn exclusions_that_are_not_listed_are_said_unless_they_held_no_code() {
        let unlisted = |excluded: Vec<ExcludedReport>| {
            let mut report = sample::report("x", 0);
            report.coverage.excluded = excluded;
            report.omitted = Some(Omitted { excluded: [(Reason::LockFile, 7)].into(), ..Omitted::default() });
            assert_eq!(is_much(&report), !told(&report).is_empty());
            told(&report)
        };
        let code = || left_out("python", Reason::Generated, Ground::Content, Some(1));
        let lock_file = || ExcludedReport { language: None, ..code() };
        assert_eq!(unlisted(vec![code(), lock_file()]), [""; 0]);
        let told = unlisted(vec![code()]);
        assert_eq!(told.len(), 2);
        assert!(told[1].starts_with("7 entries"), "{told:?}");
    }

    #[test]
    fn much_code_in_short_blocks_is_said() {
        let mut report = sample::report("x", 0);
        let small = |bytes| Some(SmallBlocks { blocks: 200, lines: 800, bytes });
        report.coverage.small_blocks = small(MIN_SMALL_BYTES - 1);
        assert!(!is_much(&report) && told(&report).is_empty());
        report.coverage.small_blocks = small(220_000);
        assert!(is_much(&report));
        let why = "because a block that short is too little to say anything";
        let expected =
            format!("800 added lines (220000 bytes) in 200 blocks of fewer than five lines were not scored, {why}");
        assert_eq!(told(&report), [expected]);
    }

    #[test]
    fn a_name_that_is_no_language_says_nothing() {
        let hostile = left_out("<!-- x -->", Reason::Generated, Ground::Content, Some(900));
        assert_eq!(said(vec![hostile]), [""; 0]);
    }
}
