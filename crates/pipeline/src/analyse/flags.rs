//! Flags: which hunks ask for a person, in what order, and how to resolve them.

use super::Origin;
use ai_detect_policy::suggest::Where;
use ai_detect_policy::{Policy, Remedy, Stance};
use ai_detect_report::gate::{self, Verdict};
use ai_detect_report::{CommitReport, Flag, HunkReport, Stated, Threshold, asked};

pub(super) fn flags(
    hunks: &[HunkReport],
    commits: &[CommitReport],
    threshold: &Threshold,
    origin: Origin,
    policy: Option<&Policy>,
) -> Vec<Flag> {
    let ban = policy.is_some_and(|policy| policy.stance == Stance::Ban);
    let mut flags: Vec<Flag> = hunks
        .iter()
        .enumerate()
        .filter(|(_, hunk)| hunk.verdict.is_flag())
        .map(|(at, hunk)| Flag {
            id: hunk.fingerprint.chars().take(8).collect(),
            fingerprint: hunk.fingerprint.clone(),
            hunk: at,
            path: hunk.path.clone(),
            start_line: hunk.start_line,
            end_line: hunk.end_line,
            severity: gate::severity(hunk.verdict, hunk.sensitive, hunk.log_odds - threshold.log_odds),
            verdict: hunk.verdict,
            probability: hunk.probability,
            resolve: if ban {
                resolve_banned(hunk, &asked(hunk, commits))
            } else {
                resolve(hunk.verdict, &asked(hunk, commits), origin)
            },
        })
        .collect();
    let log_odds = |flag: &Flag| hunks.get(flag.hunk).map_or(0.0, |hunk| hunk.log_odds);
    flags.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| log_odds(b).total_cmp(&log_odds(a)))
            .then_with(|| (&a.path, a.start_line).cmp(&(&b.path, b.start_line)))
    });
    flags
}

/// How many commits are named.
const MAX_ASKED: usize = 3;

/// How to resolve a flag, in one or two sentences.
fn resolve(verdict: Verdict, asked: &[&CommitReport], origin: Origin) -> String {
    let otherwise = "If none did, there is nothing to do: this flag blocks nothing.";
    let is_recorded = Stated::of(verdict, asked.first().copied()) == Stated::RecordedAsHuman;
    let mending = asked.first().and_then(|commit| commit.mending.as_ref());
    let ids: Vec<&str> = asked.iter().take(MAX_ASKED).map(|it| it.id.get(..8).unwrap_or(&it.id)).collect();
    match (verdict, origin) {
        (Verdict::Contradicted, _) if is_recorded => {
            "A recorder's note says that a person wrote these lines. If that is right, there is nothing to do; if not, state the tool in the commit.".into()
        }
        (Verdict::Contradicted, _) => {
            "The commit says that no AI was used. If that is right, there is nothing to do; if not, state the tool instead.".into()
        }
        (Verdict::Unreadable, _) => {
            format!("What is recorded about AI use beside {} cannot be read; `ai-detect diff -v` says why. If a tool helped, a trailer `Assisted-by: TOOL:MODEL` says so, too.", ids.join(", "))
        }
        (Verdict::WrongForm, _) => {
            let how = mending.and_then(restated).unwrap_or_else(|| "its policy says which forms it accepts".into());
            format!("The declaration is in a form that the project does not accept: {how}.")
        }
        (_, Origin::Loose) => format!("If an AI tool helped, say so when committing: `git commit --trailer \"Assisted-by: TOOL:MODEL\"`. {otherwise}"),
        (_, Origin::Commits) if mending.is_some_and(Remedy::is_empty) => {
            format!("If an AI tool helped, say so on the request: the project's policy accepts no line about it in {}. {otherwise}", ids.join(", "))
        }
        (_, Origin::Commits) => {
            format!("If an AI tool helped, add {}. {otherwise}", lines(mending, &ids.join(", ")))
        }
    }
}

/// No line would answer a policy that takes no AI contributions, and what follows is for people.
fn resolve_banned(hunk: &HunkReport, asked: &[&CommitReport]) -> String {
    let is_recorded = Stated::of(hunk.verdict, asked.first().copied()) == Stated::RecordedAsHuman;
    let asked = match hunk.verdict {
        _ if is_recorded => {
            "A recorder's note says that a person wrote these lines. If that is right, there is nothing to do."
        }
        Verdict::Contradicted => "The commit says that no AI was used. If that is right, there is nothing to do.",
        _ => "If no AI tool helped, there is nothing to do: this flag blocks nothing.",
    };
    format!(
        "{asked} If one did, say so on the request; the project's policy takes no AI contributions, and the maintainers decide."
    )
}

/// How to restate a declaration by the policy's own lines; nothing where it has none.
fn restated(mending: &Remedy) -> Option<String> {
    let quoted = |lines: Vec<&str>| lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(" and ");
    let added = |place: Where| {
        quoted(mending.add.iter().filter(|line| line.place == place).map(|line| line.text.as_str()).collect())
    };
    let places = [
        ("take out", quoted(mending.remove.iter().map(String::as_str).collect()), ""),
        ("add", added(Where::Commit), " to the message"),
        ("add", added(Where::Request), " to the request's description"),
    ];
    let parts = places.into_iter().filter(|(_, lines, _)| !lines.is_empty());
    let parts: Vec<String> = parts.map(|(verb, lines, place)| format!("{verb} {lines}{place}")).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What to add where: the policy's own lines, or the trailer that every project understands.
fn lines(mending: Option<&Remedy>, ids: &str) -> String {
    let quoted = |place: Where| -> Vec<String> {
        let lines = mending.iter().flat_map(|mending| &mending.add).filter(|line| line.place == place);
        lines.map(|line| format!("`{}`", line.text)).collect()
    };
    let (commit, request) = (quoted(Where::Commit).join(" and "), quoted(Where::Request).join(" and "));
    match (commit.is_empty(), request.is_empty()) {
        (true, true) => format!("the trailer `Assisted-by: TOOL:MODEL` to {ids}"),
        (false, true) => format!("{commit} to {ids}"),
        (true, false) => format!("{request} to the request's description"),
        (false, false) => format!("{commit} to {ids}, and {request} to the request's description"),
    }
}
