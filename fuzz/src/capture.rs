//! Payloads of hooks: nothing panics, and what comes out of any bytes fits a trail and holds no free text.

use ai_detect_capture::agents::{self, Reading};
use ai_detect_capture::edits::find;
use ai_detect_capture::event::{Captured, Lines};
use ai_detect_capture::paths::absolute;
use ai_detect_capture::payload::Payload;
use ai_detect_capture::record::{Placed, edit, event, other};
use ai_detect_capture::repositories::Found;
use ai_detect_capture::sender::Sender;
use ai_detect_capture::state::MachineKey;
use ai_detect_trail_log::number::Micros;

/// The first byte chooses the agent that the command names.
pub fn run(data: &[u8]) {
    let (chosen, rest) = super::chosen(data);
    let Ok(now) = Micros::new(0) else { return };
    let named = agents::ALL.get(usize::from(chosen) % agents::ALL.len()).map(|agent| agent.tool());
    let Ok(payload) = Payload::read(rest) else { return };
    let _ = Sender::of(&payload, named);
    // Any agent may be handed any payload: the sender is only decided by what is in it.
    for agent in agents::ALL {
        let _ = agent.answer(&payload);
        match agent.read(&payload) {
            Reading::Event(captured) => recorded(&captured, now),
            Reading::Other(name) => drop(other(agent.tool().word(), &name, now)),
            Reading::Nothing | Reading::Unreadable(_) => {}
        }
    }
}

fn recorded(captured: &Captured, now: Micros) {
    let key = MachineKey::fixed(1);
    let found = Found { repository: Some("example.org/app".to_owned()), path: "src/a.rs".to_owned(), since: None };
    assert!(event(captured, &found, &key, now).is_ok());
    for change in &captured.changes {
        drop(absolute(&change.path, captured.folder.as_deref()));
        match &change.lines {
            Lines::Known(range) => assert!(range.first >= 1 && range.first <= range.last, "{range:?}"),
            Lines::Find(pieces) => {
                for piece in pieces {
                    let file = format!("above\n{}\nbelow\n", piece.text);
                    if let Some(range) = find(&file, std::slice::from_ref(piece)) {
                        assert!(range.first > 1 && range.first <= range.last, "{range:?}");
                    }
                }
            }
            Lines::Unknown => {}
        }
        assert!(edit(captured, &Placed { found: found.clone(), change: change.clone() }, &key, now).is_ok());
    }
}
