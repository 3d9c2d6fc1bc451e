//! What `trail` reads of strangers: stack traces, places, tables of error rates, rows, messages of merges, names of models.

use ai_detect::attest::Registry;
use ai_detect::scan::landed::of_line;
use ai_detect::trail::ask::place::Place;
use ai_detect::trail::ask::stack::{Match, file_of, frames};
use ai_detect::trail::figures::rates::Rates;
use ai_detect::vocabulary::message::request_of;

use super::chosen;

/// Nothing of it panics, and what is found is what stands there.
pub fn run(data: &[u8]) {
    let (kind, data) = chosen(data);
    let text = String::from_utf8_lossy(data);
    match kind % 6 {
        0 => traces(&text),
        1 => {
            if let Ok(Place { path, lines, .. }) = text.parse::<Place>() {
                assert!(!path.is_empty() && text.starts_with(&path));
                assert!(lines.is_none_or(|(first, last)| 0 < first && first <= last));
            }
        }
        2 => {
            if let Ok(rates) = Rates::read(&text) {
                assert_eq!(Rates::read(&rates.write()).as_ref(), Ok(&rates));
                assert!(rates.of_half_year(Some("2026-H1")).is_some());
            }
        }
        3 => {
            let _ = of_line(data);
        }
        4 => {
            if let Some(request) = request_of(&text) {
                assert!(text.contains(&request) && request.len() > 1);
            }
        }
        _ => {
            if let Ok(registry) = Registry::builtin()
                && let Some(id) = registry.model_id(&text)
            {
                assert!(!id.is_empty() && !id.contains(char::is_whitespace), "{text:?}");
            }
        }
    }
}

fn traces(text: &str) {
    let files: Vec<String> = ["src/a.py", "lib/a.py", "src/main/java/com/foo/Bar.java"].map(str::to_owned).into();
    for frame in frames(text).named {
        assert!(frame.line > 0 && frame.text.chars().count() <= 200);
        match file_of(&frame.path, &files) {
            Match::File(file) => assert!(files.contains(&file)),
            Match::Several(several) => assert!(several.len() > 1),
            Match::Nothing | Match::Library => {}
        }
    }
}
