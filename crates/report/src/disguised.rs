//! What was hidden or imitated in a change, in words: scores are taken of texts as a reader compares them.

use super::Report;
use super::words::{counted, lines, short};
use ai_detect_base::lookalikes::{Disguise, Script};
use ai_detect_base::terminal::escaped_name;

/// How many places are named.
const MAX_PLACES: usize = 3;

/// One sentence, where anything was: what, and where.
pub(super) fn summary(report: &Report) -> Option<String> {
    let of_hunks = report.hunks.iter().filter_map(|hunk| {
        let place = || format!("{}:{}", escaped_name(&hunk.path), lines(hunk.start_line, hunk.end_line));
        hunk.disguise.as_ref().map(|disguise| (disguise, place()))
    });
    let of_messages = report.commits.iter().filter_map(|commit| {
        let place = || format!("the message of {}", short(&commit.id));
        commit.disguise.as_ref().map(|disguise| (disguise, place()))
    });
    let (mut whole, mut places) = (Disguise::default(), Vec::new());
    for (disguise, place) in of_messages.chain(of_hunks) {
        whole.add(disguise);
        places.push(place);
    }
    if whole.is_empty() {
        return None;
    }
    let more = places.len().saturating_sub(MAX_PLACES);
    places.truncate(MAX_PLACES);
    let more = if more > 0 { format!(" and {}", counted(more, "other place", "other places")) } else { String::new() };
    Some(format!("Scored as a reader sees it: {}, in {}{more}", what(&whole), places.join(", ")))
}

fn what(disguise: &Disguise) -> String {
    let count = |count: u32, one: &str, many: &str| counted(count as usize, one, many);
    let scripts: Vec<&str> = disguise.scripts.iter().map(|script| name(*script)).collect();
    let mut parts = Vec::new();
    if disguise.invisible_characters > 0 {
        let characters = count(disguise.invisible_characters, "invisible character", "invisible characters");
        parts.push(format!("{characters} ignored"));
    }
    if disguise.lookalike_words > 0 {
        let words = count(disguise.lookalike_words, "word", "words");
        parts.push(format!("{words} with {} letters that look Latin read as Latin", scripts.join(" and ")));
    }
    if disguise.styled_words > 0 {
        parts.push(format!("{} in styled letters read as plain", count(disguise.styled_words, "word", "words")));
    }
    if disguise.lookalike_signs > 0 {
        let signs = count(disguise.lookalike_signs, "sign", "signs");
        parts.push(format!("{signs} that look like a space or punctuation read as such"));
    }
    parts.join(", ")
}

fn name(script: Script) -> &'static str {
    match script {
        Script::Cyrillic => "Cyrillic",
        Script::Greek => "Greek",
        Script::Other => "foreign",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sample;

    #[test]
    fn it_says_what_was_changed_and_where() {
        let mut report = sample::report("x", 5);
        assert_eq!(summary(&report), None);
        let lookalikes =
            Disguise { lookalike_words: 1, scripts: BTreeSet::from([Script::Cyrillic]), ..Disguise::default() };
        report.commits[0].disguise = Some(Disguise { invisible_characters: 12, ..lookalikes });
        let id = short(&report.commits[0].id).to_owned();
        assert_eq!(
            summary(&report).unwrap(),
            format!(
                "Scored as a reader sees it: 12 invisible characters ignored, 1 word with Cyrillic letters that look Latin \
                 read as Latin, in the message of {id}"
            )
        );
        for hunk in &mut report.hunks {
            hunk.path = "src/pay\u{ad}ment.py".into();
            hunk.disguise = Some(Disguise { styled_words: 2, ..Disguise::default() });
        }
        let said = summary(&report).unwrap();
        assert!(said.contains("words in styled letters read as plain"), "{said}");
        assert!(said.contains("src/pay\\u{ad}ment.py:") && said.contains(" other place"), "{said}");
    }
}
