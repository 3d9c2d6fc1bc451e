//! What a report finds, by commits, in one line; how many commits declare; and from where on a block is flagged.

use super::coverage::nothing_scored;
use super::findings::unfit;
use crate::gate::Verdict;
use crate::groups::{Group, groups};
use crate::words::{self, counted};
use crate::{Report, Stated, not_looked_at, unseen};
use ai_detect_attest::NearMiss;

/// What a commit with flags says of AI use, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    /// That no AI was used.
    NoAi,
    /// Not itself: a recorder's note says that a person wrote the lines.
    RecordedAsHuman,
    /// That AI was used in other lines.
    NotCovered,
    /// Nothing.
    Nothing,
    /// Something about a tool or a key that is not known.
    UnknownTool,
    /// A template's line that nobody filled in.
    Placeholder,
    /// Something about AI that declares no use of it.
    Mention,
    /// Something that cannot be read.
    Unreadable,
    /// That AI was used, in a form that the project does not accept.
    WrongForm,
}

/// How the flagged blocks of a commit look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reads {
    /// Like AI-generated code: at least one of them at 50 % or more.
    LikeAi,
    /// Like little else that people write, at less than 50 %.
    StandsOut,
    /// That is not asked.
    NotAsked,
}

/// What is said of a commit in the headline.
type Kind = (Says, Reads);

fn kind(group: &Group<'_>) -> Kind {
    let has = |verdict| group.flags.iter().any(|it| it.flag.verdict == verdict);
    let stated = Stated::of_group(group);
    let says = if stated == Stated::RecordedAsHuman {
        Says::RecordedAsHuman
    } else if stated == Stated::NotCovered {
        Says::NotCovered
    } else if has(Verdict::Contradicted) {
        Says::NoAi
    } else if has(Verdict::Unattested) {
        let unknown = group.commit.map_or(&[][..], |commit| commit.attestation.unknown.as_slice());
        match unknown {
            [] => Says::Nothing,
            lines if lines.iter().any(|line| line.why.is_unknown()) => Says::UnknownTool,
            lines if lines.iter().any(|line| line.why == NearMiss::Placeholder) => Says::Placeholder,
            _ => Says::Mention,
        }
    } else if has(Verdict::Unreadable) {
        Says::Unreadable
    } else {
        Says::WrongForm
    };
    let about_looks = group.flags.iter().filter(|it| it.flag.verdict != Verdict::WrongForm);
    let likely: Vec<f64> = about_looks.filter_map(|it| it.flag.probability).collect();
    let reads = match likely.iter().any(|likely| *likely >= 0.5) {
        _ if likely.is_empty() => Reads::NotAsked,
        true => Reads::LikeAi,
        false => Reads::StandsOut,
    };
    (says, reads)
}

/// What one commit does, or what several do.
fn does((says, reads): Kind, is_one: bool, in_messages: bool) -> String {
    let verb = |one: &'static str, several: &'static str| if is_one { one } else { several };
    let reads = match reads {
        Reads::LikeAi => Some(verb("reads like AI-generated code", "read like AI-generated code")),
        Reads::StandsOut => Some(verb("stands out", "stand out")),
        Reads::NotAsked => None,
    };
    // What stands beside a commit is said in a sentence of its own.
    let beside = match says {
        Says::RecordedAsHuman => Some(verb(
            "a recorder's note says that a person wrote these lines",
            "recorders' notes say that people wrote these lines",
        )),
        Says::NotCovered => {
            Some(verb("its declaration does not cover these lines", "their declarations do not cover these lines"))
        }
        _ => None,
    };
    if let Some(beside) = beside {
        let reads = reads.unwrap_or(verb("asks for a look", "ask for a look"));
        return format!("{reads}, and {beside}");
    }
    let says = match says {
        Says::RecordedAsHuman | Says::NotCovered => "",
        Says::NoAi => verb("says that no AI was used", "say that no AI was used"),
        // Notes may say what messages do not.
        Says::Nothing if in_messages => verb("declares nothing in its message", "declare nothing in their messages"),
        Says::Nothing => verb("declares nothing", "declare nothing"),
        Says::UnknownTool => verb("names a tool that is not known here", "name a tool that is not known here"),
        Says::Placeholder => verb("leaves a placeholder for the tool", "leave a placeholder for the tool"),
        Says::Mention => verb("only mentions AI", "only mention AI"),
        Says::Unreadable => {
            verb("has a record about AI use that cannot be read", "have a record about AI use that cannot be read")
        }
        Says::WrongForm => verb(
            "declares AI use in a form that the project does not accept",
            "declare AI use in a form that the project does not accept",
        ),
    };
    reads.map_or_else(|| says.to_owned(), |reads| format!("{reads} and {says}"))
}

/// What a report finds, in one line: `2 of 8 commits read like AI-generated code and declare nothing`.
pub(crate) fn headline(report: &Report) -> String {
    let groups = groups(report);
    if groups.is_empty() {
        return match report.flag_count() {
            0 => match unfit(report) {
                Some(unfit) => format!("{}; {unfit}", without_flags(report)),
                None => without_flags(report).to_owned(),
            },
            // None of them is listed.
            flags => counted(flags, "flagged block", "flagged blocks"),
        };
    }
    let is_partial = report.flag_count() > report.flags.len();
    let in_messages = not_looked_at::lacks_notes(report);
    let mut kinds: Vec<Kind> = groups.iter().filter(|group| group.commit.is_some()).map(kind).collect();
    kinds.sort_unstable();
    let mut parts: Vec<String> = Vec::new();
    for same in kinds.chunk_by(|a, b| a == b) {
        let Some(kind) = same.first() else { continue };
        let is_one = same.len() == 1;
        let subject = match (parts.is_empty(), report.commit_count()) {
            (true, 1) if !is_partial => "This commit".to_owned(),
            (true, commits) => format!("{} of {}", same.len(), counted(commits, "commit", "commits")),
            (false, _) => same.len().to_string(),
        };
        parts.push(format!("{subject} {}", does(*kind, is_one, in_messages)));
    }
    parts.extend(groups.iter().filter(|group| group.commit.is_none()).map(|group| loose(report, group)));
    let lead = if is_partial { "At least " } else { "" };
    format!("{lead}{}", parts.join("; "))
}

/// What is found in blocks that no commit has.
fn loose(report: &Report, group: &Group<'_>) -> String {
    let blocks = counted(group.flags.len(), "block", "blocks");
    let is_one = group.flags.len() == 1;
    let origin = match (report.range.base.is_none(), is_one) {
        (true, _) => "of this patch",
        (false, true) => "that is not committed yet",
        (false, false) => "that are not committed yet",
    };
    let reads = match (kind(group).1, is_one) {
        (Reads::LikeAi, true) => "reads like AI-generated code",
        (Reads::LikeAi, false) => "read like AI-generated code",
        (Reads::StandsOut, true) => "stands out",
        (Reads::StandsOut, false) => "stand out",
        (Reads::NotAsked, true) => "asks for a look",
        (Reads::NotAsked, false) => "ask for a look",
    };
    format!("{blocks} {origin} {reads}")
}

/// What is found where nothing is flagged: that little could be read must not look clean.
fn without_flags(report: &Report) -> &'static str {
    if report.missing_count() > 0 {
        "Not all of this could be looked at"
    } else if nothing_scored(report) {
        "Nothing could be scored"
    } else if unseen::is_much(report) {
        "No flags, but some code was left out"
    } else {
        "No flags"
    }
}

/// How many commits of the range declare AI use: silence means more where others speak.
pub(super) fn context(report: &Report) -> Option<String> {
    let commits = report.commit_count();
    let place = if not_looked_at::lacks_notes(report) { " in its message" } else { "" };
    let none = || format!("None of the {commits} commits of this range declares AI use{place}");
    words::declaring(report).or_else(|| (commits > 1 && !report.flags.is_empty()).then(none))
}

/// From where on a block is flagged, and what that means. Nothing where no flag is about looks, and nothing of what a job
/// says of itself that is not trusted.
pub(super) fn threshold(report: &Report) -> Option<String> {
    let is_asked = report.flags.is_empty() || words::is_about_looks(report);
    if report.is_foreign || !is_asked || report.coverage.hunks_scored == 0 {
        return None;
    }
    let rate = report.threshold.request_rate;
    let is_whole = |of: &f64| rate * of >= 0.5 && (rate * of - (rate * of).round()).abs() < 1e-6;
    let of = [100.0, 1_000.0, 10_000.0].into_iter().find(is_whole).unwrap_or(10_000.0);
    let (count, from) = ((rate * of).round(), words::threshold(report));
    Some(format!("A block is flagged from {from}: {count} in {of} changes written by people alone reach that."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use ai_detect_attest::{State, UnknownTool};

    /// A report with flags of these verdicts and probabilities, a commit each, of eight commits.
    fn report(flags: &[(Verdict, f64)]) -> Report {
        let mut report = sample::report("a text", 1);
        report.hunks.truncate(1);
        report.flags.truncate(1);
        let (hunk, flag) = (report.hunks.remove(0), report.flags.remove(0));
        report.commits.truncate(1);
        report.commits[0].attestation.unknown.clear();
        report.commits[0].attestation.state = State::Absent;
        let commit = report.commits.remove(0);
        for at in 0..8 {
            let id = format!("{at}").repeat(40);
            report.commits.push(crate::CommitReport { id, ..commit.clone() });
        }
        for (at, (verdict, likely)) in flags.iter().enumerate() {
            let mut hunk = hunk.clone();
            (hunk.verdict, hunk.probability) = (*verdict, Some(*likely));
            if *verdict == Verdict::Contradicted {
                report.commits[at].attestation.state = State::Denied;
            }
            hunk.commits[0].id = report.commits[at].id.clone();
            report.hunks.push(hunk);
            report.flags.push(crate::Flag { hunk: at, verdict: *verdict, probability: Some(*likely), ..flag.clone() });
        }
        report
    }

    #[test]
    fn the_unit_is_the_commit() {
        use Verdict::{Contradicted, Unattested, Unreadable, WrongForm};
        for (flags, expected) in [
            (&[(Unattested, 0.9)][..], "1 of 8 commits reads like AI-generated code and declares nothing"),
            (&[(Unattested, 0.9), (Unattested, 0.6)], "2 of 8 commits read like AI-generated code and declare nothing"),
            (&[(Unattested, 0.4)], "1 of 8 commits stands out and declares nothing"),
            (&[(Contradicted, 0.4)], "1 of 8 commits stands out and says that no AI was used"),
            (&[(WrongForm, 0.4)], "1 of 8 commits declares AI use in a form that the project does not accept"),
            (
                &[(Unreadable, 0.9), (Contradicted, 0.9), (Unattested, 0.9)],
                "1 of 8 commits reads like AI-generated code and says that no AI was used; 1 reads like AI-generated code \
                 and declares nothing; 1 reads like AI-generated code and has a record about AI use that cannot be read",
            ),
        ] {
            assert_eq!(headline(&report(flags)), expected);
        }
    }

    #[test]
    fn a_commit_with_a_line_about_ai_does_not_declare_nothing() {
        let mut report = report(&[(Verdict::Unattested, 0.9)]);
        for (why, says) in [
            (NearMiss::Tool, "names a tool that is not known here"),
            (NearMiss::Key, "names a tool that is not known here"),
            (NearMiss::Mention, "only mentions AI"),
            (NearMiss::Chat, "only mentions AI"),
            (NearMiss::Placeholder, "leaves a placeholder for the tool"),
        ] {
            let unknown = UnknownTool { line: 3, quote: "Generated-By: X".into(), name: "X".into(), why };
            report.commits[0].attestation.unknown = vec![unknown];
            assert_eq!(headline(&report), format!("1 of 8 commits reads like AI-generated code and {says}"));
        }
    }

    #[test]
    fn where_notes_were_not_looked_at_only_messages_are_spoken_of() {
        let mut report = report(&[(Verdict::Unattested, 0.9), (Verdict::Unattested, 0.9)]);
        report.coverage.not_looked_at =
            vec![crate::NotLookedAt::Notes { in_job: false, problem: None, remote: None, bare: false }];
        let expected = "2 of 8 commits read like AI-generated code and declare nothing in their messages";
        assert_eq!(headline(&report), expected);
        assert!(context(&report).is_some_and(|context| context.ends_with(" declares AI use in its message")));
    }

    #[test]
    fn flags_that_are_not_listed_make_a_count_a_lower_bound() {
        let mut report = report(&[(Verdict::Unattested, 0.9)]);
        report.omitted = Some(crate::Omitted { flags: 4, ..crate::Omitted::default() });
        assert!(headline(&report).starts_with("At least 1 of 8 commits reads "), "{}", headline(&report));
    }

    #[test]
    fn a_single_commit_and_a_patch_are_spoken_of_as_such() {
        let mut one = report(&[(Verdict::Unattested, 0.9)]);
        one.commits.truncate(1);
        assert_eq!(headline(&one), "This commit reads like AI-generated code and declares nothing");
        one.commits.clear();
        assert_eq!(headline(&one), "1 block that is not committed yet reads like AI-generated code");
        one.range.base = None;
        assert_eq!(headline(&one), "1 block of this patch reads like AI-generated code");
    }

    #[test]
    fn where_nothing_could_be_scored_nothing_is_called_clean() {
        let mut report = report(&[]);
        report.coverage.excluded.clear();
        assert_eq!(headline(&report), "No flags");
        report.coverage.hunks_scored = 0;
        let empty = headline(&report);
        report.hunks = sample::report("a", 1).hunks;
        assert_eq!((empty.as_str(), headline(&report).as_str()), ("No flags", "Nothing could be scored"));
    }

    #[test]
    fn the_threshold_is_explained_in_words() {
        let mut report = report(&[(Verdict::Unattested, 0.9)]);
        report.threshold.log_odds = 0.0;
        let of = |report: &Report| threshold(report).unwrap_or_default();
        assert_eq!(of(&report), "A block is flagged from 50 %: 2 in 100 changes written by people alone reach that.");
        report.threshold.request_rate = 0.005;
        assert!(of(&report).contains("5 in 1000 changes"), "{}", of(&report));
        report.is_foreign = true;
        assert_eq!(threshold(&report), None);
    }
}
