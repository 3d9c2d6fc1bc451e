//! What to do about the flags of a report, once for all: commands to paste for authors, and the policy's own lines.
//!
//! The reader may be the author or a reviewer, so it is worded for both.

mod declare;

use crate::gate::Verdict;
use crate::groups::{Group, groups};
use crate::paste::{Paste, is_ban};
use crate::words::short;
use crate::{Report, Stated};
use ai_detect_base::terminal::is_unsafe;
use declare::declare;
pub(crate) use declare::{declaring, is_pushed};

/// How many commits are named.
const MAX_NAMED: usize = 5;

/// What to do about all flags.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Advice {
    /// What to do, step by step.
    pub(crate) steps: Vec<Step>,
    /// What holds where no tool helped.
    pub(crate) otherwise: Option<&'static str>,
}

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// In words.
    pub(crate) what: String,
    /// What to paste, a line each.
    pub(crate) paste: Vec<String>,
    /// What else to know of it.
    pub(crate) note: Option<String>,
}

const OTHERWISE: &str = "If none did, there is nothing to do: a flag asks a question and blocks nothing.";

impl Advice {
    /// About the flags of a report; nothing to do where there are none.
    pub(crate) fn of(report: &Report) -> Self {
        let groups = groups(report);
        if groups.is_empty() {
            return Advice::default();
        }
        let of = |about: About| groups.iter().filter(|group| About::of(group) == about).collect::<Vec<_>>();
        let (form, denied, looks) = (of(About::Form), of(About::Denial), of(About::Looks));
        let otherwise = (!looks.is_empty()).then_some(OTHERWISE);
        let mut steps = if is_ban(report) {
            let what = "If an AI tool helped, its author says so on the request; the maintainers decide.";
            vec![Step { what: what.into(), paste: Vec::new(), note: None }]
        } else {
            let mut steps = declare(report, &looks);
            steps.extend(in_the_request(report, &looks));
            steps.extend(restate(report, &form));
            steps
        };
        let (recorded, denied): (Vec<&Group<'_>>, Vec<&Group<'_>>) =
            denied.into_iter().partition(|group| Stated::of_group(group) == Stated::RecordedAsHuman);
        steps.extend(confirm_or_dismiss(&denied, Stated::ByCommit));
        steps.extend(confirm_or_dismiss(&recorded, Stated::RecordedAsHuman));
        Advice { steps, otherwise }
    }
}

/// What the flags of a commit ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// The form of a declaration.
    Form,
    /// Looks, where the commit declares that no AI was used.
    Denial,
    /// Looks, where AI use is not declared.
    Looks,
}

impl About {
    fn of(group: &Group<'_>) -> Self {
        let verdicts = || group.flags.iter().map(|flagged| flagged.flag.verdict);
        if verdicts().all(|verdict| verdict == Verdict::WrongForm) {
            About::Form
        } else if verdicts().all(|verdict| matches!(verdict, Verdict::WrongForm | Verdict::Contradicted)) {
            About::Denial
        } else {
            About::Looks
        }
    }
}

/// What to do where a commit declares that no AI was used, or a recorder's note says that a person wrote the lines, and the
/// code reads as if AI was used.
fn confirm_or_dismiss(denied: &[&Group<'_>], stated: Stated) -> Option<Step> {
    let ids: Vec<&str> = denied.iter().filter_map(|group| group.commit).map(|commit| short(&commit.id)).collect();
    let flags: Vec<&str> = denied.iter().flat_map(|group| &group.flags).map(|it| it.flag.id.as_str()).collect();
    let (says, flag) = (if ids.len() == 1 { "says" } else { "say" }, if flags.len() == 1 { "flag" } else { "flags" });
    let mut likely = denied.iter().flat_map(|group| &group.flags).filter_map(|it| it.flag.probability);
    let reads = if likely.any(|it| it >= 0.5) { "reads like AI-generated code" } else { "stands out" };
    let says = match stated {
        Stated::RecordedAsHuman => {
            format!("A recorder's note on {} says that a person wrote these lines", named(&ids))
        }
        Stated::ByCommit | Stated::NotCovered => format!("{} {says} that no AI was used", named(&ids)),
    };
    let what = format!(
        "{says}, and the code {reads}. People write like that, too: a reviewer \
         may dismiss the {flag} in a comment on the request:"
    );
    let paste = flags.iter().take(MAX_NAMED).map(|id| format!("/ai-detect dismiss {id} REASON")).collect();
    let note = "if a tool did help after all, its author runs ai-detect attest with --tool and --model";
    (!ids.is_empty()).then(|| Step { what, paste, note: Some(note.to_owned()) })
}

/// The lines that a policy wants in the request's description.
fn in_the_request(report: &Report, looks: &[&Group<'_>]) -> Option<Step> {
    let paste = Paste::of(report, looks.first()?.commit, Verdict::Unattested);
    let what = match paste.commit.is_empty() {
        true => "If an AI tool helped, the author adds to the request's description:",
        false => "The project's policy also asks for this in the request's description:",
    };
    (!paste.request.is_empty()).then(|| Step { what: what.into(), paste: paste.request, note: None })
}

/// The policy's own lines for what is declared in a form that it does not accept: once for all commits with the same
/// lines.
fn restate(report: &Report, form: &[&Group<'_>]) -> Vec<Step> {
    let mut alike: Vec<(Paste, Vec<&str>)> = Vec::new();
    for group in form {
        let paste = Paste::of(report, group.commit, Verdict::WrongForm);
        let at = alike.iter().position(|(known, _)| *known == paste).unwrap_or_else(|| {
            alike.push((paste, Vec::new()));
            alike.len() - 1
        });
        let ids = alike.get_mut(at).map(|(_, ids)| ids);
        ids.into_iter().for_each(|ids| ids.extend(group.commit.map(|commit| short(&commit.id))));
    }
    let left = alike.len().saturating_sub(MAX_NAMED);
    let mut steps: Vec<Step> = alike.iter().take(MAX_NAMED).flat_map(|(paste, ids)| restated(paste, ids)).collect();
    if let Some(last) = steps.last_mut().filter(|_| left > 0) {
        let more = match left {
            1 => "1 more commit needs other lines".to_owned(),
            left => format!("{left} more groups of commits need other lines"),
        };
        last.note = Some(format!("{more}: `ai-detect policy check` shows them"));
    }
    steps
}

fn restated(paste: &Paste, ids: &[&str]) -> Vec<Step> {
    let declare = if ids.len() == 1 { "declares" } else { "declare" };
    let restated = format!("To restate what {} {declare} as the project's policy asks,", named(ids));
    let remove: Vec<String> = paste.remove.iter().map(|line| printable(line)).collect();
    let places = [
        ("take out of the message:", remove),
        ("add to the message:", paste.commit.clone()),
        ("add to the request's description:", paste.request.clone()),
    ];
    let mut steps: Vec<Step> = Vec::new();
    for (place, paste) in places.into_iter().filter(|(_, paste)| !paste.is_empty()) {
        let what = if steps.is_empty() { format!("{restated} {place}") } else { format!("Then {place}") };
        steps.push(Step { what, paste, note: None });
    }
    steps
}

fn printable(line: &str) -> String {
    line.chars().filter(|c| !is_unsafe(*c)).collect()
}

/// Ids of commits, as many as a sentence holds.
fn named(ids: &[&str]) -> String {
    let more = ids.len().saturating_sub(MAX_NAMED);
    let named: Vec<&str> = ids.iter().copied().take(MAX_NAMED).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn pasted(report: &Report) -> Vec<String> {
        Advice::of(report).steps.into_iter().flat_map(|step| step.paste).collect()
    }

    /// One flag about looks, in the commit at the head or in an older one.
    fn report(at_head: bool) -> Report {
        let mut report = sample::report("a", 1);
        let flag = report.flags.remove(usize::from(at_head));
        let hunk = &mut report.hunks[flag.hunk];
        hunk.verdict = Verdict::Unattested;
        report.flags = vec![crate::Flag { verdict: Verdict::Unattested, ..flag }];
        report
    }

    #[test]
    fn the_command_fits_the_commit() {
        let line = "Assisted-by: TOOL:MODEL";
        assert_eq!(pasted(&report(true)), ["ai-detect attest --tool TOOL --model MODEL", line]);
        assert_eq!(pasted(&report(false)), ["ai-detect attest 12618c20^! --tool TOOL --model MODEL", line]);
        let mut both = sample::report("a", 1);
        for (hunk, flag) in both.hunks.iter_mut().zip(&mut both.flags) {
            (hunk.verdict, flag.verdict) = (Verdict::Unattested, Verdict::Unattested);
        }
        let advice = Advice::of(&both);
        assert!(advice.steps[0].what.contains("aaaaaaaa, 12618c20"), "{advice:?}");
        assert_eq!(pasted(&both), ["ai-detect attest COMMIT^! --tool TOOL --model MODEL", line], "once for all");
    }

    fn on_topic(up_to: &str) -> crate::Published {
        crate::Published { up_to: up_to.to_owned(), branch: Some("origin/topic".into()), merged: None }
    }

    #[test]
    fn what_others_have_is_declared_in_two_ways() {
        let two_ways = |commit: &str| {
            let attest = format!("ai-detect attest {commit}--tool TOOL --model MODEL");
            let (rewrite, note) = (format!("{attest} --even-if-published"), format!("{attest} --notes"));
            let (push, push_note) = ("git push --force-with-lease", "git push origin refs/notes/ai-attest");
            [rewrite, push.to_owned(), note, push_note.to_owned(), "Assisted-by: TOOL:MODEL".to_owned()]
        };
        let mut older = report(false);
        let (first, last) = (older.commits[0].id.clone(), older.commits[1].id.clone());
        for up_to in [&first, &last] {
            older.range.published = Some(crate::Published { branch: None, ..on_topic(up_to) });
            assert_eq!(pasted(&older), two_ways("12618c20^! "), "{up_to}");
        }
        let mut newest = report(true);
        newest.range.published = Some(on_topic(&last));
        assert_eq!(pasted(&newest), two_ways(""));
        newest.range.published = Some(on_topic(&first));
        assert_eq!(pasted(&newest)[0], "ai-detect attest --tool TOOL --model MODEL", "only the older one is pushed");
    }

    #[test]
    fn advice_says_which_part_is_pushed() {
        let note = |report: &Report| Advice::of(report).steps[0].note.clone().unwrap_or_default();
        let mut older = report(false);
        let (first, last) = (older.commits[0].id.clone(), older.commits[1].id.clone());
        older.range.published = Some(on_topic(&last));
        assert!(note(&older).ends_with("that commit and the later ones, which are on origin/topic already"));
        older.range.published = Some(on_topic(&first));
        let part = "that commit and the later ones, of which those up to 12618c20 are on origin/topic already";
        assert!(note(&older).ends_with(part), "{}", note(&older));
        let mut newest = report(true);
        newest.range.published = Some(crate::Published { branch: None, ..on_topic(&last) });
        assert!(note(&newest).ends_with("this rewrites that commit, which is pushed already"), "{}", note(&newest));
        let older_command = declare::declaring(&older, &older.commits[0]);
        assert_eq!(older_command, "ai-detect attest 12618c20^! --tool TOOL --model MODEL --even-if-published");
    }

    #[test]
    fn what_is_merged_is_declared_in_a_note_and_not_rewritten() {
        let mut report = report(false);
        let (first, last) = (report.commits[0].id.clone(), report.commits[1].id.clone());
        let merged = |up_to: &str| crate::Published {
            merged: Some(crate::Merged { up_to: up_to.to_owned(), branch: Some("origin/main".into()) }),
            ..on_topic(&last)
        };
        for up_to in [&first, &last] {
            report.range.published = Some(merged(up_to));
            let note = "ai-detect attest 12618c20^! --tool TOOL --model MODEL --notes";
            assert_eq!(pasted(&report), [note, "git push origin refs/notes/ai-attest"], "{up_to}");
            let what = &Advice::of(&report).steps[0].what;
            assert!(what.starts_with("12618c20 is merged into origin/main. If an AI tool helped"), "{what}");
        }
        // The commit at the head is pushed and not merged.
        let mut newest = self::report(true);
        newest.range.published = Some(merged(&first));
        assert_eq!(pasted(&newest)[0], "ai-detect attest --tool TOOL --model MODEL --even-if-published");
    }

    #[test]
    fn a_commit_that_declares_no_ai_is_answered_by_a_reviewer() {
        let mut report = report(true);
        let at = report.flags[0].hunk;
        (report.hunks[at].verdict, report.flags[0].verdict) = (Verdict::Contradicted, Verdict::Contradicted);
        report.commits[1].attestation.state = ai_detect_attest::State::Denied;
        let advice = Advice::of(&report);
        assert_eq!(pasted(&report), ["/ai-detect dismiss 00000001 REASON"]);
        assert!(advice.steps[0].what.starts_with("aaaaaaaa says that no AI was used"), "{advice:?}");
        assert_eq!(advice.otherwise, None, "a reviewer has something to do");
    }

    #[test]
    fn no_word_of_a_stranger_reaches_a_command() {
        let mut report = report(true);
        let line = ai_detect_policy::suggest::Line {
            place: ai_detect_policy::suggest::Where::Commit,
            text: "Assisted-by: $(touch x)".into(),
        };
        report.commits[1].mending = Some(ai_detect_policy::Remedy { add: vec![line], remove: Vec::new() });
        assert_eq!(pasted(&report)[0], "ai-detect attest --tool TOOL --model MODEL");
        report.commits.clear();
        assert_eq!(pasted(&report), ["git commit --trailer \"Assisted-by: TOOL:MODEL\""]);
    }

    #[test]
    fn what_is_not_committed_is_declared_when_committing() {
        let mut report = report(true);
        report.commits.clear();
        assert_eq!(pasted(&report), ["git commit --trailer \"Assisted-by: TOOL:MODEL\""]);
    }

    #[test]
    fn mails_are_declared_in_their_messages() {
        let mut report = report(true);
        report.range.head = None;
        assert_eq!(pasted(&report), ["Assisted-by: TOOL:MODEL"]);
    }

    #[test]
    fn a_report_without_flags_asks_for_nothing() {
        assert_eq!(Advice::of(&sample::report("a", 0)), Advice::default());
    }

    #[test]
    fn a_form_is_restated_by_the_policys_own_lines() {
        let mut report = sample::report("a", 1);
        report.flags.retain(|flag| flag.hunk == 0);
        report.flags[0].verdict = Verdict::WrongForm;
        let line = ai_detect_policy::suggest::Line {
            place: ai_detect_policy::suggest::Where::Commit,
            text: "Assisted-by: Codex:gpt-5".into(),
        };
        let remedy = ai_detect_policy::Remedy { add: vec![line], remove: vec!["Co-authored-by: Codex".into()] };
        report.commits[0].mending = Some(remedy);
        assert_eq!(pasted(&report), ["Co-authored-by: Codex", "Assisted-by: Codex:gpt-5"]);
        assert_eq!(Advice::of(&report).otherwise, None, "whether a tool helped is no question");
    }

    #[test]
    fn commits_are_restated_together_only_where_their_lines_are_the_same() {
        let mut report = sample::report("a", 1);
        let remedy = |tool: &str| ai_detect_policy::Remedy {
            add: vec![ai_detect_policy::suggest::Line {
                place: ai_detect_policy::suggest::Where::Commit,
                text: format!("Assisted-by: {tool}:gpt-5"),
            }],
            remove: Vec::new(),
        };
        report.flags.iter_mut().for_each(|flag| flag.verdict = Verdict::WrongForm);
        report.hunks.iter_mut().for_each(|hunk| hunk.verdict = Verdict::WrongForm);
        let whats =
            |report: &Report| -> Vec<String> { Advice::of(report).steps.into_iter().map(|it| it.what).collect() };
        report.commits.iter_mut().for_each(|commit| commit.mending = Some(remedy("Codex")));
        let same = whats(&report);
        assert!(same.len() == 1 && same[0].contains(" declare as the project's policy asks"), "{same:?}");
        report.commits[1].mending = Some(remedy("Claude"));
        let apart = whats(&report);
        assert!(apart.len() == 2 && apart.iter().all(|what| what.contains(" declares as")), "{apart:?}");
    }
}
