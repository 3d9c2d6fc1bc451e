//! What stands on a request: hidden lines of earlier runs, commands of reviewers, and reports of other jobs.

use ai_detect::forge::marker::{Inline, Summary};
use ai_detect::report::{json, text};
use ai_detect::triage::command::{Verb, commands};
use ai_detect::triage::state::{self, StateKey};

/// What is read is written as it was read; commands ask for nothing that acts on a terminal.
pub fn run(data: &[u8]) {
    let body = String::from_utf8_lossy(data);
    let key = StateKey::new("a secret of the tests").expect("a key");
    for key in [None, Some(&key)] {
        if let Ok(Some((state, _))) = state::read(&body, key) {
            let written = state.encode(key);
            assert!(written.len() <= state::MOST_BYTES);
            if state.left_out == 0 && !written.is_empty() {
                let again = state::read(&written, key).expect("what was written").expect("a state").0;
                assert!(again == state || again.left_out > 0, "{again:?}");
            }
        }
    }
    if let Some(summary) = Summary::read(&body) {
        assert_eq!(Summary::read(&summary.before("x")), Some(summary));
    }
    if let Some(inline) = Inline::read(&body) {
        assert_eq!(Inline::read(&inline.before("x")), Some(inline));
    }
    for command in commands(&body) {
        match command {
            Ok(command) => match command.verb {
                Verb::Dismiss { reason } | Verb::Confirm { reason } => super::assert_printable(&reason),
                Verb::Attest { assistant } => super::assert_printable(&assistant),
            },
            Err(misread) => super::assert_printable(&misread.to_string()),
        }
    }
    if let Ok(report) = json::read(data) {
        super::sinks::all(&report);
        text::one(&report, 0, 80);
    }
}
