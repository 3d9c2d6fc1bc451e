//! The hidden line of the summary comment: it is read only where it is written, and what is read says what was written.

use ai_detect::triage::state::{self, MAX_BYTES};
use ai_detect::triage::{StateKey, Trust};

/// The input as a whole body, below our first line, and as a stranger's text further down.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let key = StateKey::new("a secret of the tests").expect("a key");
    for key in [None, Some(&key)] {
        for body in [text.clone().into_owned(), format!("<!-- ai-detect:summary head=ab run=1 -->\n{text}")] {
            if let Ok(Some((state, trust))) = state::read(&body, key) {
                assert_eq!(trust == Trust::Keyed, key.is_some());
                let written = state.encode(key);
                assert!(written.len() <= MAX_BYTES);
                if !written.is_empty() {
                    let again = state::read(&written, key).expect("what was written").expect("a state").0;
                    assert!(again == state || again.left_out > state.left_out, "{again:?}");
                }
                // Below a line of ours, no text is a state.
                assert_ours(&written, &text, key);
            }
        }
        let fresh = state::State::new(ai_detect::triage::RequestKey {
            forge: "github.com".into(),
            repository: "example/lamp".into(),
            number: 7,
        });
        assert_ours(&fresh.encode(key), &text, key);
    }
}

/// Whatever stands further down, the line of ours is what is read.
fn assert_ours(line: &str, text: &str, key: Option<&StateKey>) {
    if line.is_empty() {
        return;
    }
    let body = format!("<!-- ai-detect:summary head=ab run=1 -->\n{line}\n{text}");
    assert_eq!(state::read(&body, key), state::read(line, key), "{text:?}");
    assert_eq!(state::line(&body), Some(line));
}
