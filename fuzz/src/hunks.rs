//! Arbitrary bytes as a file of every language: parsing, cutting into hunks, regions, signals, scores, report.

use std::sync::{Arc, LazyLock};

use ai_detect::analyse::{Detail, analyse};
use ai_detect::attest::Registry;
use ai_detect::change::{ChangeSet, FileChange, Origin, Range, Span};
use ai_detect::config::Config;
use ai_detect::linediff;
use ai_detect::pack::{Fitted, Pack};
use ai_detect::report::excerpts::Excerpts;
use ai_detect::report::html;
use ai_detect::signals::Engine;
use ai_detect::text::Text;
use bstr::ByteSlice;

/// One of each language, and text without a grammar.
const PATHS: [&str; 15] = [
    "a.rs", "a.py", "a.js", "a.ts", "a.tsx", "a.go", "A.java", "a.kt", "a.c", "a.cpp", "A.cs", "a.rb", "a.php", "a.sh",
    "a.txt",
];

static PACK: LazyLock<Pack> =
    LazyLock::new(|| Pack::load(Fitted::builtin().expect("the model"), &[], &[]).expect("the rules"));
static ENGINE: LazyLock<Engine<'static>> = LazyLock::new(|| Engine::new(&PACK));

/// The first byte chooses the language; a line `%%%%` parts what was there before from what is there now. Every
/// authored line is in exactly one hunk, unless the file is listed as left out.
pub fn run(data: &[u8]) {
    let (kind, rest) = super::chosen(data);
    let path = PATHS[usize::from(kind) % PATHS.len()];
    let (old, new) = rest.split_once_str("\n%%%%\n").map_or((None, rest), |(old, new)| (Some(old), new));
    let (old, new) = (old.map(|old| Arc::new(Text::new(old.into()))), Arc::new(Text::new(new.into())));
    let authored = authored(old.as_deref(), &new);
    let origins = authored.iter().map(|&span| Origin::unknown(span)).collect();
    let range = Range { spec: "x".into(), base: None, head: None };
    let file = FileChange {
        path: path.into(),
        old_path: None,
        is_new: old.is_none(),
        new,
        old,
        authored,
        moved_lines: 0,
        whitespace_lines: 0,
        carried: None,
        origins,
    };
    let change =
        ChangeSet { range, commits: Vec::new(), files: vec![file], excluded: Vec::new(), cut_short: Vec::new() };
    super::assert_change(&change);
    let report = analyse(&change, &ENGINE, Registry::builtin().unwrap(), &Config::default(), Detail::All);
    let report = report.expect("a report");
    let lines: u32 = change.files.iter().flat_map(|file| &file.authored).map(|span| span.len()).sum();
    let covered: u32 = report.hunks.iter().map(|hunk| hunk.added_lines).sum();
    assert!(covered == lines || (covered < lines && !report.coverage.excluded.is_empty()), "{covered} of {lines}");
    for pair in report.hunks.windows(2) {
        assert!(pair[0].end_line < pair[1].start_line, "{} and {}", pair[0].end_line, pair[1].start_line);
    }
    for hunk in &report.hunks {
        assert!(
            hunk.probability.is_none_or(|share| (0.0..=1.0).contains(&share)) && hunk.log_odds.is_finite(),
            "{hunk:?}"
        );
    }
    if !report.flags.is_empty() {
        html::write(&report, Some(&Excerpts::of(&change, &report))).expect("a page");
    }
}

/// The added lines that are not blank space alone.
fn authored(old: Option<&Text>, new: &Text) -> Vec<Span> {
    let none = Text::default();
    let added = linediff::edits(old.unwrap_or(&none), new).into_iter().map(|edit| edit.new);
    let added: Vec<Span> = added.filter(|span| !span.is_empty()).collect();
    linediff::subtract(&added, &linediff::blank_only(new, &added))
}
