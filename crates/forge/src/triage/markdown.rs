//! Decisions in the summary comment: what was decided by whom, when and why, and how to decide.
//!
//! Everything that came from elsewhere is escaped; nobody is mentioned, so nobody is notified.

use std::collections::BTreeMap;

use super::command::{FINGERPRINT, MIN_ID};
use super::decision::{Decision, What};
use super::settle::Triage;
use super::standing::{Standing, standings};
use ai_detect_base::slices::before;
use ai_detect_report::markdown::{code_span, escaped, fenced};
use ai_detect_report::{Flag, Report};

/// So many decisions, doubts and answers are shown of each kind.
const MAX_LISTED: usize = 20;

/// A report as it is to be shown: without dismissed flags, confirmed ones first. Everything else stays.
pub fn applied(report: &Report, triage: &Triage) -> Report {
    let standing = standings(report, triage.decisions());
    let shown = standing.iter().filter(|flag| flag.standing != Standing::Dismissed);
    let flags: Vec<Flag> = shown.filter_map(|flag| report.flags.get(flag.at).cloned()).collect();
    Report { flags, ..report.clone() }
}

/// A report whose flags show the ids that a command on this request needs: whole ones where not all blocks that it has
/// shown are known any more.
pub(crate) fn answerable(report: &Report, triage: &Triage) -> Report {
    let mut report = report.clone();
    if triage.state.shown.is_incomplete {
        report.flags.iter_mut().for_each(|flag| flag.id.clone_from(&flag.fingerprint));
    }
    report
}

/// The id of a decided block, as [`answerable`] shows that of a flag.
fn id<'a>(decision: &'a Decision, triage: &Triage) -> &'a str {
    let digits = if triage.state.shown.is_incomplete { FINGERPRINT } else { MIN_ID };
    decision.fingerprint.get(..digits).unwrap_or(&decision.fingerprint)
}

/// Longer sections are told in counts, in bytes: the summary shares the comment.
const MAX_BYTES: usize = 20 << 10;

/// What goes below the summary of [`applied`]: empty where there is nothing to say.
pub(crate) fn section(report: &Report, triage: &Triage) -> String {
    let whole = whole(report, triage);
    if whole.len() <= MAX_BYTES {
        return whole;
    }
    let (decided, doubted) = (triage.decisions().count(), triage.doubted().count());
    format!(
        "\n{decided} decisions count, {doubted} do not, and {} commands were not followed: more than this comment \
         holds. {} lists them.\n{}",
        triage.answers.len(),
        code_span("ai-detect triage --state FILE"),
        how(triage)
    )
}

fn whole(report: &Report, triage: &Triage) -> String {
    let report = &answerable(report, triage);
    let mut out = String::new();
    let flags = standings(report, triage.decisions());
    let flag = |at: usize| report.flags.get(at);
    let of = |standing: Standing| {
        let found = flags.iter().filter(move |flag| flag.standing == standing);
        found.filter_map(|found| Some(line(flag(found.at)?, found.ruling?))).collect::<Vec<_>>()
    };
    list(&mut out, "Confirmed by a reviewer", false, &of(Standing::Confirmed));
    list(&mut out, "Dismissed by a reviewer", true, &of(Standing::Dismissed));
    let attested: Vec<&Decision> = triage.decisions().filter(|decision| !decision.what.is_ruling()).collect();
    attestations(&mut out, &attested, triage);
    let doubted: Vec<String> =
        triage.doubted().map(|(decision, why)| doubted(id(decision, triage), decision, &why.to_string())).collect();
    list(&mut out, "Not confirmed, so that it does not count", true, &doubted);
    let answers = triage.answers.iter().rev().take(MAX_LISTED);
    let mut answers: Vec<String> =
        answers.map(|answer| format!("- **{}**: {}\n", escaped(&answer.who.login), told(&answer.told))).collect();
    answers.reverse();
    list(&mut out, "Not followed", false, &answers);
    if let Some(problem) = triage.problem {
        out += &format!(
            "\nThe record of earlier decisions in this comment does not count, because {problem}. The comments were read \
             again; what they say of a flag counts where they give its whole ID.\n"
        );
    }
    if triage.state.left_out > 0 {
        out += &format!("\n{} more decisions did not fit into this comment.\n", triage.state.left_out);
    }
    if !report.flags.is_empty() {
        out += &how(triage);
    }
    out
}

/// How to answer, for reviewers and authors.
fn how(triage: &Triage) -> String {
    let whole = if triage.state.shown.is_incomplete {
        " Not all blocks that this request has shown are known any more, so only whole IDs count, as they stand beside \
         the flags."
    } else {
        ""
    };
    format!(
        "\n<sub>To answer, write a line in a comment. Reviewers with write access: {}, {}. Also the author: {}. \
         Decisions show here after the next run.{whole}</sub>\n",
        code_span("/ai-detect dismiss ID reason"),
        code_span("/ai-detect confirm ID"),
        code_span("/ai-detect attest ID TOOL:MODEL"),
    )
}

fn list(out: &mut String, title: &str, folded: bool, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let shown: String = lines.iter().take(MAX_LISTED).map(String::as_str).collect();
    let more = lines.len().saturating_sub(MAX_LISTED);
    let more = if more > 0 { format!("- {more} more\n") } else { String::new() };
    *out += &if folded {
        format!("\n<details><summary>{title}: {}</summary>\n\n{shown}{more}\n</details>\n", lines.len())
    } else {
        format!("\n**{title}**\n\n{shown}{more}")
    };
}

fn line(flag: &Flag, ruling: &Decision) -> String {
    let place = format!("{}:{}-{}", flag.path, flag.start_line, flag.end_line);
    format!("- {} {} {}\n", code_span(&place), code_span(&flag.id), by(ruling))
}

fn by(decision: &Decision) -> String {
    let day = before(&decision.when, "T");
    let text = decision.what.text();
    let text = if text.is_empty() { String::new() } else { format!(": {}", escaped(text)) };
    let word = decision.what.word();
    format!("{word} by **{}** on {}{text}", escaped(&decision.who.login), escaped(day))
}

fn doubted(id: &str, decision: &Decision, why: &str) -> String {
    format!("- {} {}; {why}\n", code_span(id), by(decision))
}

/// What was said in comments, and the lines that say the same in a commit.
fn attestations(out: &mut String, decisions: &[&Decision], triage: &Triage) {
    if decisions.is_empty() {
        return;
    }
    let line = |decision: &&Decision| format!("- {} {}\n", code_span(id(decision, triage)), by(decision));
    let lines: Vec<String> = decisions.iter().map(line).collect();
    list(out, "Said in comments of this request", false, &lines);
    let mut trailers: Vec<String> = decisions.iter().filter_map(|decision| decision.trailer()).collect();
    trailers.sort();
    trailers.dedup();
    *out +=
        "\nThat speaks for the request, and no commit declares anything by it. To declare it, add to the commit:\n\n";
    *out += &fenced(&trailers.join("\n"), "");
}

/// Our own words with pieces of code in them, escaped between the pieces.
fn told(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code_span(part) } else { prose(part) }).collect()
}

/// The escape trims, and the spaces beside a piece of code matter.
fn prose(text: &str) -> String {
    let start = if text.starts_with(' ') { " " } else { "" };
    let end = if text.ends_with(' ') && text.len() > 1 { " " } else { "" };
    format!("{start}{}{end}", escaped(text))
}

/// Why the threads of dismissed flags are closed, in one sentence each, by fingerprint.
pub(crate) fn put_away(report: &Report, triage: &Triage) -> BTreeMap<String, String> {
    let flags = standings(report, triage.decisions());
    let dismissed = flags.iter().filter(|flag| flag.standing == Standing::Dismissed);
    dismissed
        .filter_map(|flag| {
            let ruling = flag.ruling?;
            let What::Dismissed { reason } = &ruling.what else { return None };
            let day = before(&ruling.when, "T");
            let who = escaped(&ruling.who.login);
            let why = format!("Dismissed by **{who}** on {}: {}", escaped(day), escaped(reason));
            Some((ruling.fingerprint.clone(), why))
        })
        .collect()
}
