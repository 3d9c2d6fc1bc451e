//! What a history declares, for people to read.

use std::fmt::Write as _;

use ai_detect_attest::tally::{FormCount, Tally};
use ai_detect_attest::{Attestation, Confidence, Role, State};
use ai_detect_base::terminal::{escaped, wrapped};

/// So many models are shown a form.
const MAX_MODELS: usize = 6;
/// So many traces are shown that attest nothing.
const MAX_LISTED: usize = 10;

/// The sums.
pub fn write(tally: &Tally, width: usize) -> String {
    let mut text = format!("{}  {}\n", escaped(&tally.range), commits(tally.commits));
    let share = 100.0 * tally.declaring as f64 / tally.commits.max(1) as f64;
    let mut told = vec![format!("{} declare AI use ({share:.1} %)", grouped(tally.declaring))];
    for (count, what) in [
        (tally.denying, "say that no AI was used"),
        (tally.unreadable, "have a record that cannot be read"),
        (tally.conflicting, "say what does not fit together"),
        (tally.naming_unknown, "hold a line that is like a declaration and not counted"),
    ] {
        if count > 0 {
            told.push(format!("{} {what}", grouped(count)));
        }
    }
    let _ = writeln!(text, "  {}", told.join(" \u{b7} "));
    for tool in &tally.tools {
        let name = tool.tool.as_deref().unwrap_or("(no tool named)");
        let _ = writeln!(text, "\n{:<28} {:>9}", escaped(name), grouped(tool.commits));
        for form in &tool.forms {
            let _ = writeln!(text, "  {:<26} {:>9}", form.form.label, grouped(form.commits));
            for line in wrapped(&models(form), width.saturating_sub(6)) {
                let _ = writeln!(text, "      {line}");
            }
        }
    }
    if !tally.listed.is_empty() {
        text.push_str("\nListed, and attesting nothing\n");
    }
    for row in tally.listed.iter().take(MAX_LISTED) {
        let what = match (row.role, row.confidence) {
            (_, Confidence::Low) => "perhaps",
            (Role::Denied, _) => "no AI",
            _ => "reviewed",
        };
        let name = row.tool.as_deref().map_or_else(|| "-".to_owned(), escaped);
        let _ = writeln!(text, "  {:<26} {:>9}  {name}, {what}", row.form.label, grouped(row.commits));
    }
    let more = tally.listed.len().saturating_sub(MAX_LISTED);
    if more > 0 {
        let _ = writeln!(text, "  {more} more kinds; --format json has all");
    }
    if !tally.unknown.is_empty() {
        text.push_str("\nLike a declaration, and not counted\n");
    }
    for row in tally.unknown.iter().take(MAX_LISTED) {
        let _ = writeln!(text, "  {:<26} {:>9}", escaped(&row.quote), grouped(row.commits));
    }
    let more_unknown = tally.unknown.len().saturating_sub(MAX_LISTED);
    if more_unknown > 0 {
        let _ = writeln!(text, "  {more_unknown} more lines; --format json has all");
    }
    text
}

fn models(form: &FormCount) -> String {
    if form.models.iter().all(|model| model.model.is_none()) {
        return String::new();
    }
    let named = |model: &Option<String>| model.as_deref().map_or_else(|| "no model named".to_owned(), escaped);
    let shown = form.models.iter().take(MAX_MODELS);
    let mut told: Vec<String> =
        shown.map(|model| format!("{} {}", named(&model.model), grouped(model.commits))).collect();
    let more = form.models.len().saturating_sub(MAX_MODELS);
    if more > 0 {
        told.push(format!("{more} more models"));
    }
    told.join(" \u{b7} ")
}

/// One commit, in a few words.
pub fn one(attestation: &Attestation) -> String {
    let state = if attestation.state == State::Absent { "-" } else { attestation.state.word() };
    let facts = &attestation.facts;
    let named = [facts.tool.as_deref(), facts.model.as_deref()].into_iter().flatten().map(escaped);
    let mut forms: Vec<&str> = Vec::new();
    for statement in &attestation.statements {
        if !forms.contains(&statement.form.label) {
            forms.push(statement.form.label);
        }
    }
    let mut unread: Vec<String> = attestation.unreadable.iter().map(|unread| escaped(&unread.place)).collect();
    unread.dedup();
    let unread = if unread.is_empty() { String::new() } else { format!("cannot be read: {}", unread.join(", ")) };
    let mut unknown: Vec<String> = attestation.unknown.iter().map(|unknown| escaped(&unknown.quote)).collect();
    unknown.dedup();
    let unknown = if unknown.is_empty() { String::new() } else { format!("not counted: {}", unknown.join("; ")) };
    let parts = [named.collect::<Vec<_>>().join(", "), forms.join(", "), unread, unknown];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{state:<10}  {}", parts.join("  "))
}

fn commits(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "commit" } else { "commits" })
}

/// Digits in threes.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_attest::{Registry, read};
    use ai_detect_base::change::{Commit, Record};

    #[test]
    fn what_cannot_be_read_is_told_beside_what_can() {
        let content = Ok(b"a.py\n  s_1 1\n".as_slice().into());
        let records = vec![Record { place: "refs/notes/ai", content }];
        let message = "s\n\nAssisted-by: Codex:gpt-5.5\n";
        let of = |message: &str| {
            one(&read(
                &Commit { message: message.into(), records: records.clone(), ..Commit::default() },
                Registry::builtin().unwrap(),
            ))
        };
        assert_eq!(of(message), "partial     Codex, gpt-5.5  trailer  cannot be read: refs/notes/ai");
        assert_eq!(of("s"), "unreadable  cannot be read: refs/notes/ai");
    }
}
