//! The words that all formats share, so that a flag reads the same wherever it is met. Nothing here is escaped:
//! that is for each format.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::groups::{groups, is_of_commit};
use super::looks::{Looks, Number};
use super::{
    AttestationReport, CommitReport, Coverage, Flag, HunkReport, Omitted, Report, SignalReport, Stated, not_looked_at,
    unseen, view,
};
use crate::gate::{Severity, Verdict};
use ai_detect_attest::{State, UnknownTool};
use ai_detect_base::change::{Reason, Substitutes};
use ai_detect_base::slices::part_of;
use ai_detect_base::terminal::is_unsafe;
use ai_detect_style::score::PRIOR;

/// What a reader should know of the analysis itself, a sentence each: evidence that was not looked at comes first.
pub(super) fn notes(report: &Report) -> Vec<Cow<'_, str>> {
    not_looked_at::sentences(report).chain(other_notes(report)).collect()
}

/// The same without evidence that was not looked at: facts about the clone come first.
pub(super) fn other_notes(report: &Report) -> Vec<Cow<'_, str>> {
    let clone = report.coverage.substitutes.iter().flat_map(substitutes).map(Cow::Owned);
    clone.chain(report.coverage.notes.iter().map(|note| Cow::Borrowed(note.as_str()))).collect()
}

/// What a clone puts in the place of objects and parents, a sentence each.
pub fn substitutes(found: &Substitutes) -> Vec<String> {
    let mut told = Vec::new();
    if found.replacements > 0 {
        let objects = counted(found.replacements, "object", "objects");
        let used = match found.replacements_followed {
            true => "they are used, as in git, so another clone may show other code",
            false => "they are not used",
        };
        told.push(format!("this clone has replacements for {objects} in refs/replace/; {used}"));
    }
    if found.grafts > 0 {
        let commits = counted(found.grafts, "commit", "commits");
        told.push(format!(
            "this clone has other parents for {commits} in info/grafts; git uses them, ai-detect does not"
        ));
    }
    told
}

/// Whether any flag is about looks: one about form asks no threshold.
pub(super) fn is_about_looks(report: &Report) -> bool {
    report.flags.iter().any(|flag| flag.verdict != Verdict::WrongForm)
}

/// What every format says of flags once.
pub(super) const KIND: &str =
    "A flag asks a person to look. It does not say who wrote the code, and it blocks nothing.";

/// How many characters of a line that is not understood are shown in a sentence.
const MAX_QUOTE: usize = 60;

/// How many tools are named.
const MAX_TOOLS: usize = 12;

/// What the evidence of a signal says in one line: the words of a lexicon together, else the first place. Commas are
/// words of lexicons, too.
pub(super) fn evidence(signal: &SignalReport) -> String {
    let words = signal.evidence.iter().all(|evidence| evidence.text.len() < 30);
    let most = if words { usize::MAX } else { 1 };
    let texts = signal.evidence.iter().take(most).map(|evidence| evidence.text.as_str());
    // Where a line ends is weighed, and is nothing to look at.
    let shown = texts.filter(|text| !text.contains("[end]") && !text.contains("[line end]"));
    shown.collect::<Vec<_>>().join(" \u{b7} ")
}

/// What a report finds, as a title.
pub fn heading(report: &Report) -> String {
    view::headline(report)
}

/// Whether the project's policy says something of a commit that no flag says.
pub fn has_policy_findings(report: &Report) -> bool {
    !view::policy_findings(report).is_empty()
}

/// The same as sentences, a commit each: what it declares, and what the policy says of that.
pub fn policy_sentences(report: &Report) -> Vec<String> {
    let findings = view::policy_findings(report);
    let sentence = |finding: &view::PolicyFinding<'_>| format!("{}. {}", finding.title(), finding.says.join(" "));
    findings.iter().map(sentence).collect()
}

/// What a report finds, in a few counts; the flags come first.
pub(super) fn counts(report: &Report) -> Vec<String> {
    let flags = match report.flag_count() {
        0 if report.missing_count() > 0 => "no flags in what could be read".into(),
        0 if view::nothing_scored(report) => "nothing could be scored".into(),
        0 if unseen::is_much(report) => format!("no flags in what was analysed{}", view::scored_share(report)),
        0 => "no flags".into(),
        flags => flagged_blocks(report, flags),
    };
    let mut counts = vec![flags];
    counts.extend(view::unfit(report));
    // How many blocks have no score stands beside what was looked at.
    for verdict in [Verdict::Attested, Verdict::Partial, Verdict::Unlikely] {
        let count = report.verdict_count(verdict);
        if count > 0 {
            counts.push(format!("{count} {}", summary_word(verdict)));
        }
    }
    counts
}

/// `142 flagged blocks in 10 commits by 5 authors`. Where the report does not list all flags, their commits are not known.
fn flagged_blocks(report: &Report, flags: usize) -> String {
    let blocks = counted(flags, "flagged block", "flagged blocks");
    let groups = groups(report);
    let commits: Vec<&CommitReport> = groups.iter().filter_map(|group| group.commit).collect();
    if commits.len() < 2 || flags > report.flags.len() {
        return blocks;
    }
    let authors: BTreeSet<&str> = commits.iter().map(|commit| commit.author.as_str()).collect();
    let authors = counted(authors.len(), "author", "authors");
    format!("{blocks} in {} by {authors}", counted(commits.len(), "commit", "commits"))
}

/// What was looked at: `3 commits, 18 added lines in 3 scored blocks of 3 files, 2 blocks not scored`. Verdicts are on all of
/// them: what a commit declares is known of a line, too, that says too little by itself.
pub(super) fn scope(report: &Report) -> String {
    let commits = match report.commit_count() {
        0 => String::new(),
        commits => format!("{}, ", counted(commits, "commit", "commits")),
    };
    let others = match report.coverage.hunks_unknown {
        0 => String::new(),
        others => format!(", {} not scored", counted(others, "block", "blocks")),
    };
    if report.coverage.hunks_scored == 0 {
        return format!("{commits}no block scored{others}");
    }
    format!(
        "{commits}{} in {} of {}{others}",
        counted(report.range.added_lines as usize, "added line", "added lines"),
        counted(report.coverage.hunks_scored, "scored block", "scored blocks"),
        counted(report.coverage.files_scored, "file", "files"),
    )
}

/// What of the change could not be read, and what helps; nothing where all was.
pub fn missing(report: &Report) -> Option<String> {
    let count = report.missing_count();
    (count > 0).then(|| {
        let files = if count == 1 { "1 file is".into() } else { format!("{count} files are") };
        match not_looked_at::left_out_contents(report) {
            Some(None) => format!(
                "{files} not looked at: contents are not in this clone, which is a partial one. `git log -p` of the same \
                 range brings them; in a job, take `filter` out of the checkout, or run `ai-detect ci --fetch`"
            ),
            Some(Some(problem)) => format!(
                "{files} not looked at: contents are not in this clone, which is a partial one, and could not be fetched \
                 ({problem}). Take `filter` out of the checkout"
            ),
            None => format!(
                "{files} not looked at: the content is missing from this clone, damaged, or may not be read. In a partial \
                 clone, `git diff` of the same range fetches it; else clone without --filter and --depth, or see what \
                 `git fsck` says"
            ),
        }
    })
}

/// What of the change is not listed; nothing where all is.
pub(super) fn omitted(report: &Report) -> Option<String> {
    report.omitted.as_ref().and_then(Omitted::sentence)
}

/// How many flags a list leaves out; nothing where it has all.
pub(super) fn unlisted(flags: usize) -> Option<String> {
    (flags > 0).then(|| format!("{} not listed here.", counted(flags, "more flag is", "more flags are")))
}

/// How many of the commits declare AI use, and which tools; nothing where none does.
pub(super) fn declaring(report: &Report) -> Option<String> {
    let declared: Vec<&CommitReport> = report.commits.iter().filter(|commit| is_declared(commit)).collect();
    let tools: BTreeSet<&str> = declared.iter().flat_map(|commit| tools(commit)).map(|(tool, _)| tool).collect();
    let tools: Vec<_> = tools.into_iter().take(MAX_TOOLS).map(|tool| cut(tool, 60)).collect();
    let named = if tools.is_empty() { String::new() } else { format!(" ({})", tools.join(", ")) };
    let of = counted(report.commit_count(), "commit", "commits");
    (!declared.is_empty()).then(|| {
        let declare = if declared.len() == 1 { "declares" } else { "declare" };
        format!("{} of {of} {declare} AI use{named}", declared.len())
    })
}

fn is_declared(commit: &CommitReport) -> bool {
    commit.attestation.state.declares()
}

/// What a commit of a report declares, in a few words. Where notes were not looked at, only its message is spoken of.
pub(super) fn declares_in(report: &Report, commit: &CommitReport) -> String {
    let told = declares(commit);
    let is_silent = commit.attestation.state == State::Absent && commit.attestation.unknown.is_empty();
    if is_silent && not_looked_at::lacks_notes(report) { format!("{told} in its message") } else { told }
}

/// The same of flagged lines of the commit, and what is stated of these lines alone.
pub(super) fn declares_of(report: &Report, commit: &CommitReport, stated: Stated) -> String {
    declares_in(report, commit) + stated.but()
}

/// What a commit declares, in a few words.
pub(super) fn declares(commit: &CommitReport) -> String {
    let facts = &commit.attestation.facts;
    let several = tools(commit);
    let tool = match several.as_slice() {
        [] | [_] => {
            [facts.tool.as_deref(), facts.model.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        several => {
            let named = |(tool, model): &(&str, Option<&str>)| match model {
                Some(model) => format!("{tool}, {model}"),
                None => (*tool).to_owned(),
            };
            several.iter().take(MAX_TOOLS).map(named).collect::<Vec<_>>().join("; ")
        }
    };
    let tool = cut(&tool, 100);
    let unknown = &commit.attestation.unknown;
    match commit.attestation.state {
        State::Absent if !unknown.is_empty() => {
            let more = match unknown.len().saturating_sub(1) {
                0 => String::new(),
                more => format!("; {more} more like it"),
            };
            let short = |text: &str| cut(text, MAX_QUOTE).into_owned();
            let first =
                unknown.first().map(|it| UnknownTool { quote: short(&it.quote), name: short(&it.name), ..it.clone() });
            first.map_or_else(String::new, |first| format!("says {first}{more}"))
        }
        State::Complete | State::Partial => format!("declares {}", if tool.is_empty() { "AI use" } else { &*tool }),
        State::WrongForm => "declares AI use in a form the project does not accept".into(),
        State::Denied => "declares that no AI was used".into(),
        State::Unreadable => "has a record about AI that cannot be read".into(),
        State::Absent => "declares nothing about AI".into(),
    }
}

/// The tools that the statements of a commit name, each with the first model beside it; the one of its facts first. None
/// where its facts name none.
fn tools(commit: &CommitReport) -> Vec<(&str, Option<&str>)> {
    let AttestationReport { facts, statements, .. } = &commit.attestation;
    let Some(first) = facts.tool.as_deref() else { return Vec::new() };
    let mut tools = vec![(first, None)];
    for statement in statements.iter().filter(|statement| statement.attests()) {
        let (Some(tool), model) = (statement.tool.as_deref(), statement.model.as_deref()) else { continue };
        if let Some((_, known)) = tools.iter_mut().find(|(known, _)| *known == tool) {
            *known = known.or(model);
        } else if tools.len() < MAX_TOOLS {
            tools.push((tool, model));
        }
    }
    tools
}

fn summary_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Partial => "attested in part",
        Verdict::Unlikely => "below the threshold",
        other => other.word(),
    }
}

/// How many lines came along with renamed and copied files; nothing where none did.
pub(super) fn carried(report: &Report) -> Option<String> {
    let Coverage { lines_renamed, lines_copied, .. } = report.coverage;
    let lines = |count: u32| counted(count as usize, "line", "lines");
    match (lines_renamed, lines_copied) {
        (0, 0) => None,
        (renamed, 0) => Some(format!("Renamed files brought {} along.", lines(renamed))),
        (0, copied) => Some(format!("Copied files brought {} along.", lines(copied))),
        (renamed, copied) => {
            Some(format!("Renamed files brought {} along, and copied files {}.", lines(renamed), lines(copied)))
        }
    }
}

/// Why something was left out, as a person says it.
pub(super) fn reason(reason: Reason) -> String {
    let name = serde_json::to_value(reason).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or("left out").replace('-', " ")
}

/// `low`, `medium` or `high`.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
    }
}

/// The start of an id, as people write it, and nothing but digits: it is shown in commands to copy.
pub(super) fn short(id: &str) -> &str {
    let digits = id.bytes().take(8).take_while(u8::is_ascii_hexdigit).count();
    part_of(id, ..digits)
}

/// A range as people write it: full ids, which jobs use, are shortened.
pub(super) fn range(spec: &str) -> String {
    let end = |text: &str| {
        let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id { short(text).to_owned() } else { text.to_owned() }
    };
    spec.split("..").map(end).collect::<Vec<_>>().join("..")
}

/// Text of at most a number of characters, with an ellipsis where something was cut.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => text.into(),
        // A joiner or a selector has no purpose without what it belongs to.
        Some((at, _)) => format!("{}\u{2026}", part_of(text, ..at).trim_end_matches(is_unsafe)).into(),
    }
}

/// What a flag asks, and of whose statement.
pub(super) fn question(verdict: Verdict, stated: Stated) -> &'static str {
    match verdict {
        _ if stated == Stated::RecordedAsHuman => {
            "A recorder's note says that a person wrote these lines. Is that right?"
        }
        Verdict::Contradicted => "No AI was used here, says the commit. Is that right?",
        Verdict::Unreadable => "What is recorded about AI use here cannot be read. Did a tool help?",
        Verdict::WrongForm => "AI use is declared here in a form that the project does not accept. Can it be restated?",
        _ => "Did an AI tool help here?",
    }
}

/// The trailer that would answer a flag; what is not known stands in capitals.
pub(super) fn trailer(commit: Option<&CommitReport>) -> String {
    let facts = commit.map(|commit| &commit.attestation.facts);
    let known = |fact: Option<&String>| fact.filter(|fact| fact.chars().all(|c| c != ':' && !is_unsafe(c))).cloned();
    let tool = known(facts.and_then(|facts| facts.tool.as_ref())).unwrap_or_else(|| "TOOL".into());
    let model = known(facts.and_then(|facts| facts.model.as_ref())).unwrap_or_else(|| "MODEL".into());
    format!("Assisted-by: {}:{}", cut(&tool, 60), cut(&model, 60))
}

/// `unattested, very likely AI style (91 %)`; where nothing in the block itself says so, with what does.
pub(super) fn title(flag: &Flag, hunk: &HunkReport) -> String {
    let sensitive = sensitive(hunk).map_or_else(String::new, |sensitive| format!(", {sensitive}"));
    let looks = flag.probability.and_then(|_| Looks::of(flag.verdict, flag.probability).tag(judging(hunk)));
    let looks = looks.map_or_else(String::new, |looks| format!(", {looks}"));
    format!("{}{looks}{sensitive}", flag.verdict.word())
}

/// That the path of a block is sensitive, and why; nothing where it is not.
pub(super) fn sensitive(hunk: &HunkReport) -> Option<String> {
    let classes = match hunk.sensitive_classes.as_slice() {
        [] => String::new(),
        classes => format!(" ({})", cut(&classes.join(", "), MAX_QUOTE)),
    };
    hunk.sensitive.then(|| format!("sensitive path{classes}"))
}

/// `reads like AI-generated code (very likely, 91 %)`, or what else may be said; nothing where the flag is not about looks.
pub(super) fn looks(flag: &Flag, hunk: &HunkReport, number: Number) -> Option<String> {
    Looks::of(flag.verdict, flag.probability).words(number, judging(hunk))
}

/// What a block is judged by, where that is not the block itself.
fn judging(hunk: &HunkReport) -> &'static str {
    if is_by_commit(hunk) { ", judging by its commit" } else { "" }
}

/// Whether a flagged block would have no flag by what stands in it: the rest of its commit's code and the message make it
/// stand out.
pub(super) fn is_by_commit(hunk: &HunkReport) -> bool {
    let own = hunk.signals.iter().filter(|signal| !is_of_commit(signal) && signal.rule != PRIOR);
    hunk.signals.iter().any(is_of_commit) && own.map(|signal| signal.contribution).sum::<f64>() <= 0.0
}

/// From which probability on a hunk is flagged here.
pub(super) fn threshold(report: &Report) -> String {
    percent(ai_detect_style::score::probability(report.threshold.log_odds))
}

/// A probability without digits that mean nothing.
pub fn percent(probability: f64) -> String {
    match probability * 100.0 {
        p if p >= 99.0 => "over 99 %".into(),
        p if p < 1.0 => "under 1 %".into(),
        p => format!("{p:.0} %"),
    }
}

/// A number with its noun.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Lines as people write them: `3` or `3-7`.
pub(super) fn lines(start: u32, end: u32) -> String {
    if end > start { format!("{start}-{end}") } else { start.to_string() }
}
