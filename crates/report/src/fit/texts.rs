//! Texts that are longer than a report holds: all of them are cut alike, and counted.

use crate::bounds::{
    MAX_EVIDENCE, MAX_LANGUAGE, MAX_PASTED_LINES, MAX_PATH, MAX_RULE, MAX_SENSITIVE, MAX_SIGNALS, MAX_TEXT,
    MAX_TOGETHER,
};
use crate::json::check;
use crate::{Omitted, OmittedSignals, Report, SignalReport};
use ai_detect_attest::Facts;

/// How many bytes all notes have together.
const MAX_NOTES: usize = 1 << 20;
/// The longest fact of a commit whose details are not listed, in bytes.
const MAX_FACT: usize = 200;
/// What stands at the end of a text that was cut.
const CUT: &str = "\u{2026}";

/// Cuts the texts of a report, and its lists of texts and of signals.
pub(super) fn cut(report: &mut Report, omitted: &mut Omitted) {
    let mut count = 0;
    let tool = &mut report.tool;
    let policy = report.policy.iter_mut();
    let policy = policy.flat_map(|policy| [&mut policy.id, &mut policy.title, &mut policy.says, &mut policy.text]);
    let whole = [&mut report.range.spec, &mut tool.name, &mut tool.version, &mut tool.model];
    for text in whole.into_iter().chain(policy) {
        count += shorten(text, MAX_TEXT);
    }
    let mut room = MAX_NOTES;
    let before = report.coverage.notes.len();
    report.coverage.notes.retain_mut(|note| {
        count += shorten(note, MAX_TEXT);
        let fits = note.len() <= room;
        room = room.saturating_sub(note.len());
        fits
    });
    omitted.notes += (before - report.coverage.notes.len()) as u64;
    for excluded in &mut report.coverage.excluded {
        count += shorten(&mut excluded.path, MAX_PATH) + shorten(&mut excluded.detail, MAX_TEXT);
        count += excluded.language.as_mut().map_or(0, |language| shorten(language, MAX_LANGUAGE));
    }
    for commit in &mut report.commits {
        count += shorten(&mut commit.subject, MAX_TEXT) + shorten(&mut commit.author, MAX_TEXT);
        count += signals(&mut commit.signals, &mut commit.omitted_signals, &mut omitted.signals);
        if let Some(mending) = &mut commit.mending {
            let before = mending.add.len() + mending.remove.len();
            mending.add.retain(|line| check::is_pasted_line(&line.text));
            mending.remove.retain(|line| check::is_pasted_line(line));
            mending.add.truncate(MAX_PASTED_LINES);
            mending.remove.truncate(MAX_PASTED_LINES);
            count += (before - mending.add.len() - mending.remove.len()) as u64;
        }
    }
    for hunk in &mut report.hunks {
        count += hunk.language.as_mut().map_or(0, |language| shorten(language, MAX_LANGUAGE));
        count += signals(&mut hunk.signals, &mut hunk.omitted_signals, &mut omitted.signals);
        hunk.sensitive_classes.truncate(MAX_SENSITIVE);
        count += hunk.sensitive_classes.iter_mut().map(|class| shorten(class, MAX_RULE)).sum::<u64>();
    }
    for flag in &mut report.flags {
        count += shorten(&mut flag.resolve, MAX_TEXT);
    }
    omitted.texts += count;
}

/// Cuts what a commit or a request declares to the start of each fact.
pub(super) fn cut_facts(facts: &mut Facts, omitted: &mut Omitted) {
    let Facts {
        tool,
        model,
        model_exact: _,
        prompt_reference,
        output_reference,
        accountable,
        integration_path,
        session,
        proportion,
    } = facts;
    let texts = [tool, model, prompt_reference, output_reference, accountable, integration_path, session, proportion];
    omitted.texts += texts.into_iter().flatten().map(|text| shorten(text, MAX_FACT)).sum::<u64>();
}

fn signals(signals: &mut Vec<SignalReport>, omitted: &mut Option<OmittedSignals>, total: &mut u64) -> u64 {
    let before = omitted.map_or(0, |omitted| omitted.count);
    *omitted = OmittedSignals::shorten(signals, |it| it.contribution, *omitted, MAX_SIGNALS);
    *total += omitted.map_or(0, |omitted| omitted.count) - before;
    let mut count = 0;
    for signal in signals {
        count += shorten(&mut signal.rule, MAX_RULE) + shorten(&mut signal.title, MAX_TEXT);
        signal.evidence.truncate(MAX_EVIDENCE);
        for evidence in &mut signal.evidence {
            count += shorten(&mut evidence.text, MAX_TEXT);
            count += evidence.source.as_mut().map_or(0, |source| shorten(source, MAX_TEXT));
        }
        if let Some(together) = &mut signal.together {
            together.rules.truncate(MAX_TOGETHER);
            count += together.rules.iter_mut().map(|rule| shorten(rule, MAX_RULE)).sum::<u64>();
        }
    }
    count
}

/// Cuts a text between characters, and tells whether it was too long.
fn shorten(text: &mut String, most: usize) -> u64 {
    if text.len() <= most {
        return 0;
    }
    let end = (0..=most.saturating_sub(CUT.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.truncate(end);
    text.push_str(CUT);
    1
}
