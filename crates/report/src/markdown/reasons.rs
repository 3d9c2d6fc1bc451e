//! Reasons with their lines, and what to do, as Markdown.

use super::escape::with_code;
use super::{code_span, escaped, fenced};
use crate::view::{Advice, Quote, Reason, Reasons, Step};
use crate::words::cut;

/// How many characters of a quoted line are shown.
const MAX_QUOTE: usize = 140;
/// How many characters of a stranger's text.
const MAX_TEXT: usize = 160;

/// The strongest reasons on both sides, a line each in a quotation; empty where there is none.
pub(super) fn reasons(reasons: &Reasons) -> String {
    let for_ai = reasons.for_ai.iter().map(|reason| item("reads like AI", reason));
    let all: String =
        for_ai.chain(reasons.for_a_person.iter().map(|reason| item("points to a person", reason))).collect();
    if all.is_empty() { all } else { all + "\n" }
}

fn item(label: &str, reason: &Reason) -> String {
    let place =
        reason.place.as_ref().map_or_else(String::new, |place| format!(" {}", code_span(&cut(place, MAX_TEXT))));
    let quote = reason.quote.as_ref().map_or_else(String::new, |quote| format!(": {}", quoted(quote)));
    let rules: Vec<String> = reason.rules.iter().map(|rule| code_span(&cut(rule, MAX_TEXT))).collect();
    let (title, rules) = (escaped(&cut(&reason.title(), MAX_TEXT)), rules.join(", "));
    format!("> {label}: {title} ({rules}){place}{quote}  \n")
}

/// A line as code, with the words that count in bold.
fn quoted(quote: &Quote) -> String {
    let piece = |(text, is_marked): (&str, bool)| {
        let code = code_span(text);
        if is_marked { format!("**{code}**") } else { code }
    };
    quote.fitted(MAX_QUOTE).pieces().into_iter().map(piece).collect()
}

/// What to do, step by step, with what to paste.
pub(super) fn advice(advice: &Advice) -> String {
    let mut out = steps(&advice.steps);
    if let Some(otherwise) = advice.otherwise {
        out += &format!("{otherwise}\n");
    }
    out
}

/// Steps, each with what to paste.
pub(super) fn steps(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        // No line of ours begins with a slash: forges look for commands there.
        let indent = |line: &String| if line.starts_with('/') { " " } else { "" };
        let lines: Vec<_> = step.paste.iter().map(|line| format!("{}{}", indent(line), cut(line, MAX_TEXT))).collect();
        out += &format!("{}\n\n", with_code(&step.what));
        if !lines.is_empty() {
            out += &format!("{}\n", fenced(&lines.join("\n"), ""));
        }
        if let Some(note) = &step.note {
            out += &format!("<sub>({})</sub>\n\n", escaped(note));
        }
    }
    out
}
