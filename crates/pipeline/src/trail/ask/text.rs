//! An answer for people: the code with what is known beside it, then the commits.

use std::fmt::Write as _;

use anstyle::Style;
use jiff::Timestamp;

use super::{Answer, Asked, Cause, CommitAnswer, Evidence, Fact, Frame, Likelihood, Review, Run};
use ai_detect_attest::signature::SignatureState;
use ai_detect_attest::{Confidence, Covers};
use ai_detect_base::terminal::{escaped, fitted};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Lines of code that are shown of a run; of a longer one its start and its end.
const MAX_CODE: usize = 12;
const HALF: usize = 5;

/// Writes an answer for a terminal of so many columns.
pub fn write(answer: &Answer, width: usize) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{BOLD}{}{BOLD:#}", escaped(&head(answer)));
    for note in &answer.notes {
        let _ = writeln!(text, "note: {}", escaped(note));
    }
    text.push('\n');
    match answer.asked {
        Asked::Range { .. } => sums(answer, &mut text),
        Asked::Stack { .. } => frames(&answer.frames, &mut text),
        Asked::Lines { .. } | Asked::Commit { .. } => {}
    }
    for run in &answer.runs {
        one(run, answer, width, &mut text);
    }
    if matches!(answer.asked, Asked::Range { .. }) {
        return text;
    }
    if !answer.commits.is_empty() {
        let _ = writeln!(text, "{BOLD}Commits{BOLD:#}");
    }
    for commit in &answer.commits {
        of_commit(commit, &mut text);
    }
    text
}

fn head(answer: &Answer) -> String {
    match &answer.asked {
        Asked::Lines { path, first: Some(first), last: Some(last), at } => {
            format!("{path}, lines {first} to {last}, at {}", short(at))
        }
        Asked::Lines { path, at, .. } => format!("{path} at {}, which is empty", short(at)),
        Asked::Commit { commit } => format!("commit {}", short(commit)),
        Asked::Range { range } => format!("{range}: {}", counted(answer.runs.len(), "commit", "commits")),
        Asked::Stack { at } => {
            let found = answer.frames.iter().filter(|frame| frame.problem.is_none()).count();
            format!("{found} of {} at {}", counted(answer.frames.len(), "frame", "frames"), short(at))
        }
    }
}

/// How many commits and added lines of a range are of which class.
fn sums(answer: &Answer, text: &mut String) {
    let _ = writeln!(text, "{DIM}evidence      commits  added lines  on sensitive paths{DIM:#}");
    for evidence in Evidence::ALL {
        let of_class = || answer.runs.iter().filter(|run| run.evidence == evidence);
        let lines: u64 = of_class().filter_map(|run| run.added_lines).map(u64::from).sum();
        // Of a commit whose contents are not in the clone, no lines are known.
        let lacks = |run: &&Run| run.likelihood == Likelihood::Missing { missing: Cause::NotInThisClone };
        let lines = if of_class().any(|run| lacks(&run)) { format!("at least {lines}") } else { lines.to_string() };
        let sensitive = of_class().filter(|run| !run.sensitive.is_empty()).count();
        if of_class().next().is_some() {
            let _ = writeln!(text, "{:<12}  {:>7}  {lines:>11}  {sensitive:>18}", evidence.word(), of_class().count());
        }
    }
    text.push('\n');
}

fn frames(frames: &[Frame], text: &mut String) {
    for (frame, number) in frames.iter().zip(1..) {
        let place = match (&frame.problem, &frame.path) {
            (Some(problem), _) => problem.clone(),
            (None, Some(path)) => format!("{path}:{}, below", frame.line),
            (None, None) => String::new(),
        };
        let _ = writeln!(text, "{number:>3} {DIM}{}{DIM:#}\n      {}", escaped(&frame.text), escaped(&place));
    }
    text.push('\n');
}

fn one(run: &Run, answer: &Answer, width: usize, text: &mut String) {
    let place = match (run.first, run.last) {
        (Some(first), Some(last)) if first == last => format!("{first}"),
        (Some(first), Some(last)) => format!("{first}-{last}"),
        _ => short(&run.commit).to_owned(),
    };
    let place = match (&answer.asked, &run.path) {
        (Asked::Stack { .. }, Some(path)) => format!("{path}:{place}"),
        _ => place,
    };
    let _ = writeln!(text, "{BOLD}{}{BOLD:#}  {}", escaped(&place), escaped(&says(run, answer)));
    for line in details(run, answer) {
        let _ = writeln!(text, "    {}", escaped(&line));
    }
    code(run, width, text);
    text.push('\n');
}

/// What is known, in one line.
fn says(run: &Run, answer: &Answer) -> String {
    let scope = match run.covers {
        None => "",
        Some(Covers::Lines) => " for these lines",
        Some(Covers::Commit) => " for the commit as a whole",
        Some(Covers::Request) => " for the merged request as a whole",
    };
    let scope = if matches!(answer.asked, Asked::Range { .. } | Asked::Commit { .. }) { "" } else { scope };
    let mut parts = vec![format!("{}{scope}", run.evidence.word())];
    if let Some(cause) = run.cause.filter(|_| run.evidence == Evidence::Unknown) {
        parts.push(cause.words().to_owned());
    }
    let model = run.facts.model.value().map(|name| {
        let is_exact = matches!(&run.facts.model, Fact::Known(known) if known.exact == Some(true));
        if is_exact { name.to_owned() } else { format!("{name} (no exact version)") }
    });
    let named = [run.facts.tool.value().map(str::to_owned), model];
    parts.extend(named.into_iter().flatten());
    if let Some(first) = run.first {
        let moved = run.line_then.filter(|then| *then != first || run.path_then.is_some());
        let then = moved.map_or_else(String::new, |then| match &run.path_then {
            Some(path) if run.path.as_ref() != Some(path) => format!(", as {path}:{then}"),
            _ => format!(", then line {then}"),
        });
        parts.push(format!("by {}{then}", short(&run.commit)));
    } else {
        let subject = answer.commits.iter().find(|commit| commit.id == run.commit).map(|commit| &commit.subject);
        parts.extend(subject.map(|subject| fitted(subject, 60)));
        parts.extend(run.added_lines.map(|lines| format!("+{lines}")));
    }
    if !run.sensitive.is_empty() {
        parts.push(format!("sensitive: {}", run.sensitive.join(", ")));
    }
    parts.join(" · ")
}

fn details(run: &Run, answer: &Answer) -> Vec<String> {
    let mut lines = Vec::new();
    let is_range = matches!(answer.asked, Asked::Range { .. });
    if run.evidence == Evidence::Declared && !is_range {
        let facts = [
            ("model", &run.facts.model),
            ("tool", &run.facts.tool),
            ("integration", &run.facts.integration),
            ("prompt", &run.facts.prompt),
            ("output", &run.facts.output),
        ];
        lines.extend(facts.map(|(name, fact)| format!("{name}: {}", fact_words(fact))));
        lines.push(format!("person: {}", person_words(&run.facts.person)));
    } else if let (Evidence::Denied, false) = (run.evidence, is_range) {
        lines.push(format!("person: {}", person_words(&run.facts.person)));
    }
    match run.likelihood {
        Likelihood::Scored { probability, flagged, block_first, block_last }
            if matches!(run.evidence, Evidence::Unknown | Evidence::Inferred) =>
        {
            let over = if flagged { "over" } else { "under" };
            lines.push(format!(
                "the block of lines {block_first} to {block_last} of that commit is {} likely AI-generated, {over} the \
                 threshold of a flag; an estimate from style",
                percent(probability)
            ));
        }
        _ => {}
    }
    lines
}

/// A likelihood in per cent. No style says anything for certain.
fn percent(probability: f64) -> String {
    match (probability * 100.0).round() {
        percent if percent > 99.0 => "over 99 %".to_owned(),
        percent if percent < 1.0 => "under 1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// Who answers for a contribution; mostly nobody says, and then the author does.
fn person_words(fact: &Fact) -> String {
    match fact {
        Fact::Known(known) if known.source.ends_with("author") => {
            format!("{}, its author; nobody else is named to answer for it", known.value)
        }
        other => fact_words(other),
    }
}

fn fact_words(fact: &Fact) -> String {
    match fact {
        Fact::Known(known) => {
            let sure = match known.confidence {
                Confidence::High => "high confidence",
                Confidence::Medium => "medium confidence",
                Confidence::Low => "low confidence",
            };
            format!("{} ({}, {sure})", known.value, known.source)
        }
        Fact::Missing { missing } => missing.words().to_owned(),
    }
}

fn review_words(review: &Review) -> String {
    match review {
        Review::Known { people, tools, .. } => {
            let tools = tools.iter().map(|tool| format!("{tool} (a tool)"));
            people.iter().cloned().chain(tools).collect::<Vec<_>>().join(", ")
        }
        Review::Missing { missing } => missing.words().to_owned(),
    }
}

/// The code with its numbers; of many lines those at both ends.
fn code(run: &Run, width: usize, text: &mut String) {
    let Some(first) = run.first else { return };
    let digits = run.last.unwrap_or(first).to_string().len();
    for (at, line) in run.code.iter().enumerate() {
        if run.code.len() > MAX_CODE && at == HALF {
            let _ = writeln!(text, "    {DIM}{:>digits$}  … {} more lines{DIM:#}", "", run.code.len() - 2 * HALF);
        }
        if run.code.len() > MAX_CODE && (HALF..run.code.len() - HALF).contains(&at) {
            continue;
        }
        let line = escaped(&fitted(&line.replace('\t', "    "), width.saturating_sub(digits + 6)));
        let _ = writeln!(text, "    {DIM}{:>digits$}{DIM:#}  {line}", first as usize + at);
    }
}

fn of_commit(commit: &CommitAnswer, text: &mut String) {
    let _ = writeln!(text, "{BOLD}{}{BOLD:#}  {}", short(&commit.id), escaped(&commit.subject));
    let mut lines = vec![match &commit.author {
        Some(author) => format!(
            "by {}, {}",
            [std::slice::from_ref(author), &commit.co_authors].concat().join(" and "),
            day(commit.author_time)
        ),
        None => format!(
            "{}; no person is named beside an estimate, `git show -s {}` names the author",
            day(commit.author_time),
            short(&commit.id)
        ),
    }];
    lines.extend(commit.committer.as_ref().map(|committer| format!("committed by {committer}")));
    if let Some(landed) = commit.landed_time {
        let through = match (&commit.via, &commit.request) {
            (Some(via), Some(request)) => format!(" with {request} (merge {})", short(via)),
            (Some(via), None) => format!(" with the merge {}, which names no request", short(via)),
            (None, Some(request)) => format!(" with {request}"),
            (None, None) => "; no request is named".to_owned(),
        };
        lines.push(format!("landed {}{through}", day(landed)));
    }
    lines.extend(commit.statements.iter().map(|stated| format!("says ({}): {}", stated.source, stated.quote)));
    lines.push(match &commit.review {
        Review::Known { .. } => format!("reviewed: {}", review_words(&commit.review)),
        Review::Missing { .. } => "reviewed: no trailer says; approvals on a forge are in no history".to_owned(),
    });
    lines.extend(commit.signature.map(|signature| {
        match signature {
            SignatureState::Unverified => {
                "signed, and not checked: no settings say whose signatures count, or they do not name \
                                       this one"
                    .to_owned()
            }
            other => format!("signature: {}", other.word()),
        }
    }));
    if let Some(policy) = &commit.policy {
        lines.push(format!("policy {}: {}", policy.id, policy.state.word()));
        lines.extend(policy.findings.iter().map(|finding| format!("  {finding}")));
    }
    for line in lines {
        let _ = writeln!(text, "    {}", escaped(&line));
    }
}

fn day(seconds: i64) -> String {
    let day = Timestamp::from_second(seconds).map(|time| time.strftime("%Y-%m-%d").to_string());
    // A commit can state any number.
    day.map_or_else(|_| "at no time that a calendar has".to_owned(), |day| format!("{day} (UTC)"))
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
