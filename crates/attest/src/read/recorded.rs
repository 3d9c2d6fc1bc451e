//! Turns what recorders kept beside a commit into statements and recorded lines.
//!
//! The formats are in `forms`; a record that holds headers is read like a message.

use std::collections::BTreeMap;

use super::super::conflicts::role;
use super::super::declared::{self, Model};
use super::super::facts::{Evidence, Finding, Key};
use super::super::forms::{Form, Read, Trust};
use super::super::records::{self, By, Reading};
use super::super::registry::Registry;
use super::super::signature::{self, Checked, Signers};
use super::super::spans::{self, LineRange};
use super::super::{Confidence, Contributor, Covers, RecordedLines, Statement, Unreadable};
use super::own::person;
use super::{MAX_QUOTE_LENGTH, cut, evidence_in};
use ai_detect_base::change::{Commit, Record};

/// What contributors of one kind, tool and model did.
type Group<'a> = BTreeMap<(Contributor, Option<&'a str>, Option<&'a str>), Vec<(&'a By, &'a str, &'a [LineRange])>>;

/// Adds what is recorded of a commit.
pub(super) fn add(commit: &Commit, registry: &Registry, signers: Option<&Signers>, evidence: &mut Evidence) {
    for record in &commit.records {
        let Some(form) = Form::of_record(record) else { continue };
        let Some(spec) = form.record() else { continue };
        let most = trusted(&spec.trust, commit, record, signers, evidence);
        match (records::text(record), &spec.read) {
            (Err(reason), _) => add_unreadable(form, record, reason, evidence),
            (Ok(text), Read::Headers) => add_headers(form, text, record, registry, evidence),
            (Ok(text), Read::Recorder { marker, reader }) => {
                let source = Source { form, marker, confidence: most };
                add_record(source, &reader(text, &commit.id), record, registry, evidence);
            }
        }
    }
}

/// What the statements of a record have in common.
#[derive(Clone, Copy)]
struct Source<'a> {
    form: Form,
    marker: &'a str,
    confidence: Confidence,
}

/// How surely a record says something. Keeps what is known of its signature, where signatures are looked at.
fn trusted(
    trust: &Trust,
    commit: &Commit,
    record: &Record,
    signers: Option<&Signers>,
    evidence: &mut Evidence,
) -> Confidence {
    match (trust, signers, &record.content) {
        (Trust::Signed(signed_text), Some(signers), Ok(content)) => {
            let (block, signed) = signed_text(content, &commit.id);
            let checked = signature::of_text(block, &signed, commit, signers);
            let confidence = if checked.is_verified() { Confidence::High } else { Confidence::Medium };
            evidence.note_signature = Some(checked);
            confidence
        }
        (Trust::Unchecked(reason), Some(_), _) => {
            evidence.receipt_signature = Some(Checked::unasked(reason));
            Confidence::Medium
        }
        _ => Confidence::Medium,
    }
}

fn add_unreadable(form: Form, record: &Record, reason: String, evidence: &mut Evidence) {
    let place = record.place.to_owned();
    evidence.unreadable.push(Unreadable { key: None, form, place, reason: cut(&reason, 300) });
}

fn add_headers(form: Form, headers: &str, record: &Record, registry: &Registry, evidence: &mut Evidence) {
    // The first line of a message is its subject, and no trailer.
    let said = evidence_in(&format!("\n.\n{headers}"), registry);
    let before = evidence.findings.len();
    for mut found in said.findings.into_iter().filter(|found| found.statement.form == Form::TRAILER) {
        found.statement.form = form;
        found.statement.confidence = found.statement.confidence.min(Confidence::Medium);
        found.statement.strict = false;
        found.statement.line = found.statement.line.map(|line| line.saturating_sub(2));
        evidence.findings.push(found);
    }
    let in_note = |it| Unreadable { key: None, form, place: record.place.to_owned(), ..it };
    let told = !said.unreadable.is_empty();
    evidence.unreadable.extend(said.unreadable.into_iter().map(in_note));
    if evidence.findings.len() == before && !told {
        let reason = "it has headers, and none that says what was used".to_owned();
        add_unreadable(form, record, reason, evidence);
    }
    evidence.conflicts.extend(said.conflicts);
    evidence.path = evidence.path.take().or(said.path);
    let people = &mut evidence.people;
    people.named = people.named.take().or(said.people.named);
    people.sign_offs.extend(said.people.sign_offs);
}

fn add_record(source: Source<'_>, reading: &Reading, record: &Record, registry: &Registry, evidence: &mut Evidence) {
    for reason in &reading.unreadable {
        add_unreadable(source.form, record, reason.clone(), evidence);
    }
    evidence.conflicts.extend(reading.conflicts.iter().cloned());
    if let Some(who) = &reading.accountable {
        add_accountable(who, registry, evidence);
    }
    for by in reading.shares.iter().map(|share| &share.by).chain(&reading.whole) {
        let person = by.person.as_ref().filter(|_| by.contributor != Contributor::Human);
        if let Some(person) = person.filter(|_| evidence.people.recorded.is_none()) {
            evidence.people.recorded = Some(cut(person, MAX_QUOTE_LENGTH));
        }
    }
    let mut groups: Group<'_> = BTreeMap::new();
    for share in &reading.shares {
        let by = &share.by;
        let key = (by.contributor, by.tool.as_deref(), by.model.as_deref());
        groups.entry(key).or_default().push((by, &share.path, &share.ranges));
        let model = model(by, registry);
        let lines = RecordedLines {
            form: source.form,
            path: share.path.clone(),
            ranges: share.ranges.clone(),
            contributor: by.contributor,
            tool: tool(by, registry),
            model: model.as_ref().map(|model| model.name.clone()),
            session: by.session.as_ref().map(|session| cut(session, MAX_QUOTE_LENGTH)),
            state: Default::default(),
        };
        evidence.lines.push((lines, model));
    }
    for shares in groups.values() {
        let Some((by, _, _)) = shares.first() else { continue };
        evidence.findings.push(finding(source, by, Covers::Lines, quote(shares), registry));
    }
    for by in &reading.whole {
        // A record that names no tool has nothing to quote.
        let quote = by.tool.clone().unwrap_or_default();
        evidence.findings.push(finding(source, by, Covers::Commit, quote, registry));
    }
    add_idle(source, &reading.idle, registry, evidence);
}

/// Who answers for the commit by a record of it, where no trailer says so.
fn add_accountable(who: &str, registry: &Registry, evidence: &mut Evidence) {
    match person(who, registry) {
        Ok(person) if evidence.people.named.is_none() => evidence.people.named = Some(cut(&person, MAX_QUOTE_LENGTH)),
        Ok(_) => {}
        Err(conflict) => evidence.conflicts.push(conflict),
    }
}

/// Listed, one of a tool and model, and not counted.
fn add_idle(source: Source<'_>, idle: &[By], registry: &Registry, evidence: &mut Evidence) {
    let doubtful = Source { confidence: Confidence::Low, ..source };
    let mut seen: BTreeMap<_, (&By, usize)> = BTreeMap::new();
    for by in idle {
        seen.entry((&by.tool, &by.model)).or_insert((by, 0)).1 += 1;
    }
    for (by, count) in seen.values() {
        let quote = if *count == 1 {
            "a session without a line".to_owned()
        } else {
            format!("{count} sessions without a line")
        };
        evidence.findings.push(finding(doubtful, by, Covers::Lines, quote, registry));
    }
}

fn finding(source: Source<'_>, by: &By, covers: Covers, quote: String, registry: &Registry) -> Finding {
    let Source { form, marker, confidence } = source;
    let model = model(by, registry);
    let statement = Statement {
        form,
        marker: marker.to_owned(),
        tool: tool(by, registry),
        model: model.as_ref().map(|model| model.name.clone()),
        role: role(by.contributor),
        confidence,
        covers,
        line: None,
        quote: cut(&quote, MAX_QUOTE_LENGTH),
        strict: false,
    };
    let short = |text: &Option<String>| text.as_ref().map(|text| cut(text, MAX_QUOTE_LENGTH));
    Finding {
        statement,
        model,
        session: short(&by.session),
        prompt: short(&by.prompt),
        output: short(&by.output),
        proportion: short(&by.proportion),
        integration: short(&by.path),
        key: Key::Other,
    }
}

/// `src/a.rs:1-10,15 and 2 more files, 50 lines`
fn quote(shares: &[(&By, &str, &[LineRange])]) -> String {
    let lines: u64 = shares.iter().flat_map(|(_, _, ranges)| ranges.iter()).map(|range| range.len()).sum();
    let files: std::collections::BTreeSet<&str> = shares.iter().map(|(_, path, _)| *path).collect();
    let first = shares.first().map(|(_, path, ranges)| format!("{path}:{}", spans::written(ranges)));
    let more = match files.len().saturating_sub(1) {
        0 => String::new(),
        1 => " and 1 more file".into(),
        more => format!(" and {more} more files"),
    };
    let plural = if lines == 1 { "line" } else { "lines" };
    // Shares without lines have nothing to quote.
    format!("{}{more}, {lines} {plural}", first.as_deref().unwrap_or(""))
}

/// Recorders write `claude`; people know it as Claude.
fn tool(by: &By, registry: &Registry) -> Option<String> {
    let written = by.tool.as_deref()?.trim();
    let known =
        registry.alias(written).filter(|(_, length)| *length == written.len()).map(|(tool, _)| tool.name.clone());
    known.or_else(|| declared::read(written, registry).tool).or_else(|| (!written.is_empty()).then(|| cut(written, 60)))
}

fn model(by: &By, registry: &Registry) -> Option<Model> {
    let written = by.model.as_deref()?.trim().trim_matches('"');
    if written.is_empty() || registry.file.models.unnamed.is_match(written) {
        return None;
    }
    Some(Model { name: cut(written, 80), exact: registry.is_exact(written) })
}
