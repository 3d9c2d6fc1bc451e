//! Commit messages: what they declare, their trailers, and what is left of them without.

use ai_detect::attest::{self, Registry, Request};
use ai_detect::change::{Commit, Person};
use ai_detect::vocabulary::message::{self, Message};
use ai_detect::vocabulary::trailers::{self, Trailer};

/// Every reader of a message on the same text; the first byte says where else the text stands.
pub fn run(data: &[u8]) {
    let (kind, rest) = super::chosen(data);
    let text = String::from_utf8_lossy(rest).into_owned();
    let registry = Registry::builtin().unwrap();
    let mut commit = Commit { id: "0".repeat(40), parents: 1, message: text.as_str().into(), ..Commit::default() };
    if kind & 1 == 1 {
        let (name, email) = text.split_once('\n').unwrap_or((&text, ""));
        commit.author = Person { name: name.into(), email: email.into() };
    }
    let lines = text.lines().count() as u32 + 1;
    for statement in attest::read(&commit, registry).statements {
        assert!(statement.line.is_none_or(|line| 0 < line && line <= lines), "{statement:?}");
        assert!(statement.quote.chars().count() <= 201, "{statement:?}");
    }
    let clean = attest::without_markers(&commit.message, registry);
    assert!(clean.len() <= text.len(), "{clean:?}");
    attest::people_in(&text);
    let (body, branch) = text.split_once('\n').unwrap_or((&text, &text));
    let request = Request {
        body: Some(body.into()),
        title: Some(text.clone()),
        branch: Some(branch.into()),
        labels: vec![text.clone()],
    };
    attest::read_request(&request, registry);

    let read = message::trailers(&text);
    let ours = trailers::read(&read).declaration;
    let added = Trailer::new("Assisted-by", "Tool:model-1");
    let with = message::with_trailers(&text, std::slice::from_ref(&added));
    // A key may be written in capitals there.
    let is_added = |found: &Trailer| found.is(&added.key) && found.value == added.value;
    // Below a sentence that asks for such a line it may be taken for the example.
    let is_example = Message::from(with.as_str()).trailers().last().is_some_and(|line| line.quoted);
    let is_stated = message::trailers(&with).iter().any(is_added);
    assert!(is_stated || is_example, "{with:?}");
    if is_stated {
        assert_eq!(message::with_trailers(&with, &[added]), with, "added once");
    }
    if let Some(declaration) = ours {
        let written = trailers::write(&declaration);
        assert_eq!(trailers::read(&written).declaration.as_ref(), Some(&declaration), "{written:?}");
    }
}
