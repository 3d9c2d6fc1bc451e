//! What is declared never enters a score: whatever marker a commit carries, it scores the same.

use super::*;
use ai_detect_attest as attest;
use ai_detect_attest::selftest::{Traces, traces};
use ai_detect_base::change::{Commit, Origin, Person, Reason};
use ai_detect_base::exclude::{DEFAULT_MAX_BYTES, Excluder};
use ai_detect_git::patch;
use ai_detect_style::pack::{Fitted, Pack};

const PATCH: &str = include_str!("../../../../testdata/two-blocks.diff");

/// Messages as people write them: a subject only, with a body, with a list and a trailer.
const MESSAGES: &[&str] = &[
    "Change a thing",
    "Read the file once\n\nIt was opened for every line, which is slow where the folder is far away.",
    "feat(parser): accept empty files\n\n- Return early instead of failing\n- Add a test for both cases\n\nFixes: #12\nSigned-off-by: Ann Lee <ann@example.org>",
];

fn ann() -> Person {
    Person { name: "Ann Lee".into(), email: "ann@example.org".into() }
}

/// The change that one commit with such a message brings.
fn change(message: &str, traces: &Traces) -> ChangeSet {
    let mut change =
        patch::read("x", PATCH.as_bytes(), &Excluder::new(&[], DEFAULT_MAX_BYTES).unwrap()).unwrap().change;
    for file in &mut change.files {
        let of_commit = |&span| Origin { commit: Some(0), ..Origin::unknown(span) };
        file.origins = file.authored.iter().map(of_commit).collect();
    }
    let author = traces.author.clone().unwrap_or_else(ann);
    let committer = traces.committer.clone().unwrap_or_else(ann);
    change.commits = vec![Commit { message: message.into(), parents: 1, author, committer, ..Commit::default() }];
    change
}

/// Every number that style decides.
fn scores(report: &Report) -> String {
    let hunks = report.hunks.iter().map(|hunk| (hunk.probability, hunk.log_odds, signals(&hunk.signals)));
    let commits = report.commits.iter();
    let commits = commits.map(|commit| (commit.probability, commit.log_odds, signals(&commit.signals)));
    let range = (report.range.probability, report.range.log_odds, report.threshold.log_odds);
    format!("{:#?}", (hunks.collect::<Vec<_>>(), commits.collect::<Vec<_>>(), range))
}

fn signals(signals: &[ai_detect_report::SignalReport]) -> Vec<(&str, f64, f64)> {
    signals.iter().map(|signal| (signal.rule.as_str(), signal.value, signal.contribution)).collect()
}

#[test]
fn no_marker_of_the_registry_moves_a_score() {
    let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
    let engine = Engine::new(&pack);
    let registry = Registry::builtin().unwrap();
    let report = |message: &str, traces: &Traces| {
        analyse(&change(message, traces), &engine, registry, &Config::default(), Detail::All).unwrap()
    };
    let all = traces(&Registry::builtin_with_examples().unwrap());
    let (mut declared, mut moved) = (0, Vec::new());
    for bare in MESSAGES {
        let without = |message: &str| attest::without_markers(&message.into(), registry).trim().to_owned();
        let style = without(bare);
        let unmarked = report(bare, &Traces::default());
        assert!(unmarked.hunks.len() == 2 && unmarked.hunks.iter().all(|hunk| !hunk.signals.is_empty()));
        for (id, traces) in &all {
            let text = traces.paragraph.as_deref().unwrap_or_default();
            let mut marked = vec![format!("{bare}\n\n{text}\n")];
            // Trailers also stand below trailers.
            if bare.contains("Signed-off-by") && !text.contains('\n') {
                marked.push(format!("{bare}\n{text}"));
            }
            for message in marked {
                // The text is all that scoring gets; the whole way is gone with the longest message.
                let mut same = without(&message) == style;
                if same && bare.contains("Signed-off-by") {
                    let found = report(&message, traces);
                    declared += usize::from(!found.commits[0].attestation.statements.is_empty());
                    same = scores(&found) == scores(&unmarked);
                }
                if !same {
                    moved.push(format!("{id}: {message:?}"));
                }
            }
        }
    }
    assert!(declared > all.len(), "{declared} of {} are found", all.len());
    assert!(moved.is_empty(), "{} moved:\n{}", moved.len(), moved.join("\n"));
}

/// The same lines as a patch, which has no commits.
fn without_commits(change: &ChangeSet) -> ChangeSet {
    let mut bare = ChangeSet { commits: Vec::new(), ..change.clone() };
    for origin in bare.files.iter_mut().flat_map(|file| &mut file.origins) {
        origin.commit = None;
    }
    bare
}

#[test]
fn blocks_that_were_read_once_do_for_several_reports() {
    let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
    let (engine, config) = (Engine::new(&pack), Config::default());
    let sensitive = Sensitive::new(&[]).unwrap();
    let analyser = Analyser::new(&engine, Registry::builtin().unwrap(), &config, &sensitive, Detail::All);
    let (change, text) = (change(MESSAGES[1], &Traces::default()), |report: Report| format!("{report:#?}"));
    let bare = without_commits(&change);
    let blocks = analyser.read(&change);
    for _ in 0..2 {
        assert_eq!(text(analyser.report_read(&change, &blocks)), text(analyser.report(&change)));
    }
    assert_eq!(text(analyser.report_read(&bare, &blocks.loose())), text(analyser.report(&bare)));
    assert_ne!(text(analyser.report(&bare)), text(analyser.report(&change)));
}

#[test]
fn signals_that_are_weighed_again_are_the_same() {
    let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
    let (engine, config) = (Engine::new(&pack), Config::default());
    let sensitive = Sensitive::new(&[]).unwrap();
    let kept = Analyser::new(&engine, Registry::builtin().unwrap(), &config, &sensitive, Detail::All);
    let again = Analyser {
        max_kept: 0,
        ..Analyser::new(&engine, Registry::builtin().unwrap(), &config, &sensitive, Detail::All)
    };
    for message in MESSAGES {
        let change = change(message, &Traces::default());
        let (kept, again) = (kept.report(&change), again.report(&change));
        assert!(kept.hunks.iter().all(|hunk| !hunk.signals.is_empty()));
        assert_eq!(format!("{again:#?}"), format!("{kept:#?}"));
    }
}

#[test]
fn what_no_report_can_name_is_listed_with_its_reason() {
    let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
    let engine = Engine::new(&pack);
    let report = |path: &str, line: u32| {
        let patch = format!("--- a/{path}\n+++ b/{path}\n@@ -0,0 +{line},2 @@\n+a = 1\n+b = 2\n");
        let change =
            patch::read("x", patch.as_bytes(), &Excluder::new(&[], DEFAULT_MAX_BYTES).unwrap()).unwrap().change;
        analyse(&change, &engine, Registry::builtin().unwrap(), &Config::default(), Detail::All).unwrap()
    };
    let long = format!("{}x.py", "d/".repeat(2046));
    for (path, line, named) in [
        (long.as_str(), 1, true),
        (&format!("d{long}"), 1, false),
        ("../x.py", 1, false),
        ("x.py", 99_999_999, true),
        ("x.py", 100_000_000, false),
    ] {
        let report = report(path, line);
        let left_out: Vec<Reason> = report.coverage.excluded.iter().map(|it| it.reason).collect();
        let (hunks, reasons) = if named { (1, vec![]) } else { (0, vec![Reason::UnusablePath]) };
        assert_eq!((report.hunks.len(), left_out), (hunks, reasons), "{path}:{line}");
    }
}
