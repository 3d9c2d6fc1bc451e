//! Turns what recorders kept beside a commit into statements and recorded lines.
//!
//! The formats are read by `records`; a record that holds headers is read like a message.

use std::collections::BTreeMap;

use super::super::conflicts::role;
use super::super::declared::{self, Model};
use super::super::facts::{Evidence, Finding, Key};
use super::super::records::{self, By, Found, Reading};
use super::super::registry::Registry;
use super::super::signature::{self, Checked, Signers};
use super::super::spans::{self, LineRange};
use super::super::{Confidence, Contributor, Covers, Form, RecordedLines, Statement, Unreadable};
use super::own::person;
use super::{LONGEST_QUOTE, cut, evidence_in};
use crate::change::{Commit, Record, RecordKind};
use crate::vocabulary::note;

/// What contributors of one kind, tool and model did.
type Group<'a> = BTreeMap<(Contributor, Option<&'a str>, Option<&'a str>), Vec<(&'a By, &'a str, &'a [LineRange])>>;

/// Why a receipt is a claim.
const RECEIPTS: &str = "those of AIIR receipts are Sigstore bundles, which are not checked; the receipt is a claim";

/// Adds what is recorded of a commit.
pub(super) fn add(commit: &Commit, registry: &Registry, signers: Option<&Signers>, evidence: &mut Evidence) {
    for record in &commit.records {
        // Anybody who can push a ref can write notes: what nobody known has signed is a claim.
        let mut most = Confidence::Medium;
        if let Some(checked) = signers.and_then(|signers| of_note(commit, record, signers)) {
            most = if checked.is_verified() { Confidence::High } else { most };
            evidence.note_signature = Some(checked);
        }
        if signers.is_some() && record.kind == RecordKind::Aiir {
            evidence.receipt_signature = Some(Checked::unasked(RECEIPTS));
        }
        match records::read(record, &commit.id) {
            Found::Headers(headers) => add_headers(&headers, record, registry, evidence),
            Found::Record(form, reading) => add_record((form, most), &reading, record, registry, evidence),
        }
    }
}

/// The signature of a note of ours; the forms of others have none.
fn of_note(commit: &Commit, record: &Record, signers: &Signers) -> Option<Checked> {
    let content = record.content.as_ref().ok().filter(|_| record.kind == RecordKind::Attest)?;
    let (json, block) = note::split(content);
    Some(signature::of_text(block, &note::signed_text(&commit.id, json), commit, signers))
}

fn add_headers(headers: &str, record: &Record, registry: &Registry, evidence: &mut Evidence) {
    // The first line of a message is its subject, and no trailer.
    let said = evidence_in(&format!("\n.\n{headers}"), registry);
    let before = evidence.findings.len();
    for mut found in said.findings.into_iter().filter(|found| found.statement.form == Form::Trailer) {
        found.statement.form = Form::HeaderNote;
        found.statement.confidence = found.statement.confidence.min(Confidence::Medium);
        found.statement.strict = false;
        found.statement.line = found.statement.line.map(|line| line.saturating_sub(2));
        evidence.findings.push(found);
    }
    let in_note = |it| Unreadable { key: None, form: Form::HeaderNote, place: record.place.clone(), ..it };
    let told = !said.unreadable.is_empty();
    evidence.unreadable.extend(said.unreadable.into_iter().map(in_note));
    if evidence.findings.len() == before && !told {
        let reason = "it has headers, and none that says what was used".to_owned();
        evidence.unreadable.push(Unreadable { key: None, form: Form::HeaderNote, place: record.place.clone(), reason });
    }
    evidence.conflicts.extend(said.conflicts);
    evidence.path = evidence.path.take().or(said.path);
    let people = &mut evidence.people;
    people.named = people.named.take().or(said.people.named);
    people.sign_offs.extend(said.people.sign_offs);
}

fn add_record(
    (form, confidence): (Form, Confidence),
    reading: &Reading,
    record: &Record,
    registry: &Registry,
    evidence: &mut Evidence,
) {
    let unreadable =
        |reason: &String| Unreadable { key: None, form, place: record.place.clone(), reason: cut(reason, 300) };
    evidence.unreadable.extend(reading.unreadable.iter().map(unreadable));
    evidence.conflicts.extend(reading.conflicts.iter().cloned());
    if form == Form::AttestNote {
        add_accountable(reading, registry, evidence);
    }
    for by in reading.shares.iter().map(|share| &share.by).chain(&reading.whole) {
        let person = by.person.as_ref().filter(|_| by.contributor != Contributor::Human);
        if let Some(person) = person.filter(|_| evidence.people.recorded.is_none()) {
            evidence.people.recorded = Some(cut(person, LONGEST_QUOTE));
        }
    }
    let mut groups: Group<'_> = BTreeMap::new();
    for share in &reading.shares {
        let by = &share.by;
        let key = (by.contributor, by.tool.as_deref(), by.model.as_deref());
        groups.entry(key).or_default().push((by, &share.path, &share.ranges));
        let model = model(by, registry);
        let lines = RecordedLines {
            form,
            path: share.path.clone(),
            ranges: share.ranges.clone(),
            contributor: by.contributor,
            tool: tool(by, registry),
            model: model.as_ref().map(|model| model.name.clone()),
            session: by.session.as_ref().map(|session| cut(session, LONGEST_QUOTE)),
            state: Default::default(),
        };
        evidence.lines.push((lines, model));
    }
    for shares in groups.values() {
        let Some((by, _, _)) = shares.first() else { continue };
        evidence.findings.push(finding(form, by, Covers::Lines, quote(shares), confidence, registry));
    }
    for by in &reading.whole {
        let quote = by.tool.clone().unwrap_or_default();
        evidence.findings.push(finding(form, by, Covers::Commit, quote, confidence, registry));
    }
    add_idle(form, &reading.idle, registry, evidence);
}

/// Who answers for the commit by our note on it: by the newest entry that is about all of it, where no trailer says so.
/// Whoever answers for lines that a note carries along does not answer for the others.
fn add_accountable(reading: &Reading, registry: &Registry, evidence: &mut Evidence) {
    let Some(who) = reading.whole.iter().rev().find_map(|by| by.person.as_ref()) else { return };
    match person(who, registry) {
        Ok(person) if evidence.people.named.is_none() => evidence.people.named = Some(cut(&person, LONGEST_QUOTE)),
        Ok(_) => {}
        Err(conflict) => evidence.conflicts.push(conflict),
    }
}

/// Listed, one of a tool and model, and not counted.
fn add_idle(form: Form, idle: &[By], registry: &Registry, evidence: &mut Evidence) {
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
        evidence.findings.push(finding(form, by, Covers::Lines, quote, Confidence::Low, registry));
    }
}

fn finding(form: Form, by: &By, covers: Covers, quote: String, confidence: Confidence, registry: &Registry) -> Finding {
    let model = model(by, registry);
    let statement = Statement {
        form,
        marker: marker(form).to_owned(),
        tool: tool(by, registry),
        model: model.as_ref().map(|model| model.name.clone()),
        role: role(by.contributor),
        confidence,
        covers,
        line: None,
        quote: cut(&quote, LONGEST_QUOTE),
        strict: false,
    };
    let short = |text: &Option<String>| text.as_ref().map(|text| cut(text, LONGEST_QUOTE));
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

/// The name by which a record's kind is known in reports; `rules/markers.yml` holds what they find.
fn marker(form: Form) -> &'static str {
    match form {
        Form::GitAiNote => "record/git-ai",
        Form::WhogititNote => "record/whogitit",
        Form::AgentTrace => "record/agent-trace",
        Form::AiirReceipt => "record/aiir",
        Form::AttestNote => "record/ai-attest",
        _ => "record/headers",
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
    format!("{}{more}, {lines} {plural}", first.unwrap_or_default())
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
