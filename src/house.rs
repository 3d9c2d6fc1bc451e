//! House style of commit messages: what a project's own history shows to be template and convention,
//! so that nobody is judged by the form that their project asks for.
//!
//! Learned from the messages before the change, never from the change itself. Pure.

use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

/// How many messages before a change are looked at.
pub const HISTORY: usize = 100;
/// Fewer than this many say nothing of a convention.
const LEAST_MESSAGES: usize = 20;
/// A line or label is template where this share of the messages with a body has it, in per cent.
const TEMPLATE_SHARE: usize = 15;
/// Subjects are prefixed by convention where this share of them is, in per cent.
const PREFIX_SHARE: usize = 50;
/// A label has at most this many words: `Test Plan:`.
const MOST_LABEL_WORDS: usize = 4;

/// What is house style in one project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House {
    /// Lines of the template, numbers made alike.
    lines: FxHashSet<String>,
    /// Labels at the start of lines, with their colon.
    labels: FxHashSet<String>,
    /// Whether subjects start with `feat(scope):`, `parser:` or `[area]`.
    prefixed: bool,
}

impl House {
    /// Learns from the messages before a change.
    pub fn learn<'a>(messages: impl Iterator<Item = &'a str>) -> House {
        let (mut subjects, mut prefixed, mut bodies) = (0, 0, 0);
        let mut lines: FxHashMap<String, usize> = FxHashMap::default();
        let mut labels: FxHashMap<&str, usize> = FxHashMap::default();
        for message in messages {
            let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
            subjects += 1;
            prefixed += usize::from(prefix(subject) > 0);
            bodies += usize::from(!body.trim().is_empty());
            let told: FxHashSet<String> = body.lines().map(plain).filter(|line| line.len() > 2).collect();
            let labelled: FxHashSet<&str> = body.lines().filter_map(|line| label(line.trim())).collect();
            told.into_iter().for_each(|line| *lines.entry(line).or_default() += 1);
            labelled.into_iter().for_each(|label| *labels.entry(label).or_default() += 1);
        }
        if subjects < LEAST_MESSAGES {
            return House::default();
        }
        let least = (bodies * TEMPLATE_SHARE).div_ceil(100).max(LEAST_MESSAGES / 4);
        House {
            lines: lines.into_iter().filter(|(_, count)| *count >= least).map(|(line, _)| line).collect(),
            labels: labels.into_iter().filter(|(_, count)| *count >= least).map(|(label, _)| label.into()).collect(),
            prefixed: prefixed * 100 >= subjects * PREFIX_SHARE,
        }
    }

    /// A message without what is house style.
    pub fn without(&self, message: &str) -> String {
        let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
        let subject = if self.prefixed { subject.get(prefix(subject)..).unwrap_or(subject) } else { subject };
        let mut kept = vec![subject];
        for line in body.lines() {
            let text = line.trim();
            match label(text).filter(|label| self.labels.contains(*label)) {
                Some(label) => kept.extend(text.strip_prefix(label).map(str::trim).filter(|rest| !rest.is_empty())),
                None if text.len() > 2 && self.lines.contains(&plain(line)) => {}
                // What stood around a line that went is one gap.
                None if text.is_empty() && kept.last().is_some_and(|last| last.trim().is_empty()) => {}
                None => kept.push(line),
            }
        }
        kept.join("\n").trim_end().to_owned()
    }
}

/// How long the prefix of a subject is, with the space after it; 0 where there is none.
fn prefix(subject: &str) -> usize {
    let end = match subject.strip_prefix('[') {
        Some(rest) => rest.find("] ").map(|at| at + 1),
        None => subject.find(": ").filter(|&at| {
            let head = subject.get(..at).unwrap_or_default();
            let words = head.split_whitespace().count();
            words == 1 || (head.contains('(') && head.ends_with([')', '!']) && words <= 3)
        }),
    };
    end.filter(|&at| at <= 40).map_or(0, |at| at + 2)
}

/// A label at the start of a line, with its colon.
fn label(line: &str) -> Option<&str> {
    let end = line.find(':')?;
    let (label, rest) = line.split_at(end + 1);
    let words = label.split_whitespace().count();
    let plain = label.starts_with(char::is_uppercase) && words <= MOST_LABEL_WORDS;
    (plain && (rest.is_empty() || rest.starts_with(' '))).then_some(label)
}

/// A line as it is compared: trimmed, numbers made alike.
fn plain(line: &str) -> String {
    let line = line.trim();
    // Most lines hold no number, and copying them is much quicker.
    if !line.bytes().any(|byte| byte.is_ascii_digit()) {
        return line.to_owned();
    }
    let mut plain = String::with_capacity(line.len());
    for c in line.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !plain.ends_with('0') {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(message: impl Fn(usize) -> String) -> House {
        let messages: Vec<String> = (0..40).map(message).collect();
        House::learn(messages.iter().map(String::as_str))
    }

    #[test]
    fn a_template_and_its_labels_go_and_what_was_written_stays() {
        let house = house(|at| {
            format!("Subject {at}\n\nSummary: change {at}\n\n## Checklist\n- [x] Tested on 3.{at}\n\nTest Plan: ran it")
        });
        assert_eq!(
            house.without(
                "Close sockets\n\nSummary: They leaked.\n\n## Checklist\n- [x] Tested on 3.99\n\nTest Plan:\nmake check"
            ),
            "Close sockets\n\nThey leaked.\n\nmake check"
        );
    }

    #[test]
    fn prefixes_go_where_the_project_asks_for_them() {
        let asked = house(|at| format!("fix(area{at}): change"));
        assert_eq!(asked.without("feat(parser)!: read tabs"), "read tabs");
        assert_eq!(asked.without("Read tabs: all of them"), "Read tabs: all of them");
        let free = house(|at| format!("Change {at} things"));
        assert_eq!(free.without("feat: read tabs"), "feat: read tabs");
    }

    #[test]
    fn a_short_history_teaches_nothing() {
        let messages = ["a: b\n\nSame"; 9];
        assert_eq!(House::learn(messages.into_iter()), House::default());
    }
}
