//! Where in the texts of a policy something stands, for messages.
//!
//! Policies are read without places, so their lines are searched for what was read.

use super::RawMarker;
use ai_detect_base::slices::items_of;
use ai_detect_base::yaml::OneOrMany;

/// The file and the line of a marker.
pub(super) fn of_marker(raw: &RawMarker, texts: &[(String, String)]) -> Option<(String, usize)> {
    let words = words_of(raw);
    let (first, _) = words.first()?;
    texts.iter().find_map(|(file, text)| Some((file.clone(), line_of(text, first, &words)?)))
}

/// The file and the line of a class of sensitive paths.
pub(super) fn of_class(class: &str, texts: &[(String, String)]) -> Option<(String, usize)> {
    texts.iter().find_map(|(file, text)| {
        let from =
            text.lines().position(|line| line.trim_start().starts_with("classes:") || line.contains("classes: ["));
        let from = from.unwrap_or(0);
        let at = text.lines().skip(from).position(|line| has_word(line, class))?;
        Some((file.clone(), from + at + 1))
    })
}

/// The keys of a marker, each with a word behind it; the one that a mistake is likely in first.
fn words_of(raw: &RawMarker) -> Vec<(&'static str, String)> {
    let first = |list: &Option<OneOrMany>| list.clone().and_then(|list| list.into_vec().into_iter().next());
    let words = [
        ("value", raw.value.clone()),
        ("text", raw.text.clone()),
        ("form", first(&raw.form)),
        ("tool", first(&raw.tool)),
        ("label", raw.label.clone()),
        ("trailer", first(&raw.trailer)),
        ("write", raw.write.clone()),
        ("why", raw.why.clone()),
    ];
    words.into_iter().filter_map(|(key, word)| Some((key, word?))).collect()
}

/// The line of a key in the item of a list that has all words.
fn line_of(text: &str, first: &str, words: &[(&str, String)]) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let is_start = |line: &str| line.trim_start().starts_with("- ");
    (0..lines.len()).find_map(|at| {
        let line = lines.get(at)?;
        let is_inline = line.contains('{') || line.contains('[');
        if !is_start(line) && !is_inline {
            return None;
        }
        let rest = items_of(&lines, at + 1..);
        let length = rest.iter().position(|line| is_start(line) || !line.starts_with(' ')).unwrap_or(rest.len());
        let item = items_of(&lines, at..at + 1 + length);
        let has_key = |key: &str, line: &str| line.contains(&format!("{key}:"));
        let joined = item.join(" ");
        let is_this = words.iter().all(|(key, word)| {
            let word = word.split_whitespace().next().unwrap_or("");
            has_key(key, &joined) && joined.contains(word)
        });
        let offset = item.iter().position(|line| has_key(first, line)).unwrap_or(0);
        is_this.then_some(at + offset + 1)
    })
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    line.split(|c: char| !is_part(c)).any(|part| part == word)
}
