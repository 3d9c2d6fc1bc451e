//! What the payloads of each agent mean: every event of the four, and those of other products.

use std::fmt::Write as _;

use ai_detect_capture::agents::{self, Reading};
use ai_detect_capture::event::{Captured, Lines, Tool};
use ai_detect_capture::payload::Payload;
use ai_detect_capture::sender::Sender;

use super::fixtures;

/// What a payload means, in one line.
fn meaning(text: &str, named: Option<Tool>) -> String {
    let payload = match Payload::read(text.as_bytes()) {
        Ok(payload) => payload,
        Err(cause) => return format!("unreadable: {}", cause.word()),
    };
    match Sender::of(&payload, named) {
        None => "unreadable: sender".to_owned(),
        Some(Sender::Other(word)) => format!("of another product: {word}"),
        Some(Sender::Agent(tool)) => {
            let read = match agents::of(tool).unwrap().read(&payload) {
                Reading::Event(event) => described(&event),
                Reading::Nothing => "says nothing about who wrote what".to_owned(),
                Reading::Other(name) => format!("not known: {name}"),
                Reading::Unreadable(cause) => format!("unreadable: {}", cause.word()),
            };
            format!("{}: {read}", tool.word())
        }
    }
}

fn described(event: &Captured) -> String {
    let mut text = event.kind.word().to_owned();
    let model = event.model.as_ref().map(|model| format!("{} ({:?})", model.id, model.source));
    let parts = [
        ("session", event.session.as_ref().map(ToString::to_string)),
        ("model", model),
        ("version", event.tool_version.as_ref().map(ToString::to_string)),
        ("in", event.folder.clone()),
        ("bytes", event.bytes.map(|bytes| bytes.to_string())),
        ("actor", event.actor.as_ref().map(|actor| actor.word().to_owned())),
        ("end", event.end.as_ref().map(|end| end.word().to_owned())),
        ("identity", Some(format!("{:?}", event.identity))),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            write!(text, ", {name} {value}").unwrap();
        }
    }
    for change in &event.changes {
        let lines = match &change.lines {
            Lines::Known(range) => format!("lines {}-{}", range.first, range.last),
            Lines::Find(pieces) => format!("lines to be found: {pieces:?}"),
            Lines::Unknown => "lines unknown".to_owned(),
        };
        write!(text, "\n    {}: {lines}, added {:?}, removed {:?}", change.path, change.added, change.removed).unwrap();
    }
    text
}

fn all(folder: &str, named: Option<Tool>) -> String {
    let line = |(name, text): &(String, String)| format!("{name}\n  {}\n", meaning(text, named));
    fixtures(folder).iter().map(line).collect()
}

#[test]
fn every_event_of_each_agent_is_read() {
    for agent in agents::ALL {
        let word = agent.tool().word();
        let read = all(word, Some(agent.tool()));
        insta::assert_snapshot!(word, read);
        // Whatever the file that called, the payload says who wrote it. Only Copilot CLI may write as VS Code does.
        for other in agents::ALL {
            for (name, text) in fixtures(word).iter().filter(|(name, _)| name != "session-start-as-vs-code") {
                let sender = Sender::of(&Payload::read(text.as_bytes()).unwrap(), Some(other.tool()));
                assert_eq!(sender, Some(Sender::Agent(agent.tool())), "{word}/{name} under {}", other.name());
            }
        }
    }
}

#[test]
fn other_products_are_not_taken_for_one_of_the_four() {
    insta::assert_snapshot!("others", all("others", Some(Tool::ClaudeCode)));
}

#[test]
fn what_cannot_be_read_has_a_cause() {
    insta::assert_snapshot!("unreadable", all("unreadable", Some(Tool::ClaudeCode)));
}

#[test]
fn no_text_of_a_prompt_or_an_edit_is_in_what_is_printed_of_an_event() {
    for agent in agents::ALL {
        let read = all(agent.tool().word(), None);
        for text in ["round the cart total", "total.round()", "Rounding", "pub fn"] {
            assert!(!read.contains(text), "{}: {text}", agent.name());
        }
    }
}
