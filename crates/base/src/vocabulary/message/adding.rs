//! Adding trailers to a message where git will find them, without touching anything else.

use std::ops::Range;

use super::super::Declaration;
use super::super::trailers::{self, Trailer};
use super::Message;

/// The message with a declaration in it: lines of git's trailer block that it makes obsolete go, and its own are added.
pub fn with_declaration(message: &str, declaration: &Declaration) -> String {
    let parsed = Message::from(message);
    let obsolete = parsed.trailers().iter().filter(|line| {
        let trailer = Trailer { key: line.key.clone(), value: line.value.clone() };
        line.strict && !line.quoted && declaration.replaces(&trailer)
    });
    let obsolete: Vec<Range<usize>> = obsolete.map(|line| line.lines.clone()).collect();
    let kept = message.split_inclusive('\n').enumerate();
    let kept = kept.filter(|(at, _)| !obsolete.iter().any(|lines| lines.contains(at)));
    let kept: String = kept.map(|(_, line)| line).collect();
    with_trailers(&kept, &trailers::write(declaration))
}

/// The message with trailers at its end: in git's trailer block where there is one, else in a
/// paragraph of their own. A trailer that the block already has is not repeated.
pub fn with_trailers(message: &str, trailers: &[Trailer]) -> String {
    let ending = if message.contains("\r\n") { "\r\n" } else { "\n" };
    // Without the blank space at its end `Signed-off-by: ` makes no block any more, so that is what counts.
    let kept = Message::from(message.trim_end());
    let mut new: Vec<&Trailer> = Vec::new();
    for trailer in trailers {
        if !has_in_block(&kept, trailer) && !new.contains(&trailer) {
            new.push(trailer);
        }
    }
    if new.is_empty() {
        return message.to_owned();
    }
    let mut text = kept.as_str().to_owned();
    if text.is_empty() {
        // A message of trailers alone has its first one as its subject, for git as for people.
        text.push_str("(no subject)");
    }
    text.push_str(ending);
    let has_block = kept.trailers().iter().any(|line| line.strict);
    if !has_block {
        text.push_str(ending);
    }
    for trailer in new {
        text.push_str(&trailer.to_string());
        text.push_str(ending);
    }
    text
}

fn has_in_block(message: &Message, trailer: &Trailer) -> bool {
    let mut block = message.trailers().iter().filter(|line| line.strict && !line.quoted);
    block.any(|line| trailer.is(&line.key) && line.value == trailer.value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line() -> [Trailer; 1] {
        [Trailer::new("Assisted-by", "Claude:claude-opus-4-8")]
    }

    #[test]
    fn a_block_is_joined_and_a_paragraph_is_not() {
        let with = |message: &str| with_trailers(message, &line());
        let block = "s\n\nbody\n\nSigned-off-by: A <a@b.c>\n";
        assert_eq!(with(block), "s\n\nbody\n\nSigned-off-by: A <a@b.c>\nAssisted-by: Claude:claude-opus-4-8\n");
        assert_eq!(with("s\n\nbody\n"), "s\n\nbody\n\nAssisted-by: Claude:claude-opus-4-8\n");
        assert_eq!(with("s"), "s\n\nAssisted-by: Claude:claude-opus-4-8\n");
        assert_eq!(with("s\r\n\r\nbody\r\n"), "s\r\n\r\nbody\r\n\r\nAssisted-by: Claude:claude-opus-4-8\r\n");
    }

    #[test]
    fn nothing_is_said_twice() {
        let once = with_trailers("s\n", &line());
        assert_eq!(with_trailers(&once, &line()), once);
        let elsewhere = "s\n\nAssisted-by: Claude:claude-opus-4-8\n\nbody\n";
        assert_ne!(with_trailers(elsewhere, &line()), elsewhere, "git does not see that one");
    }

    #[test]
    fn a_fuller_declaration_takes_the_place_of_a_poorer_one() {
        let declaration = trailers::read(&line()).declaration.unwrap();
        let with = |message: &str| with_declaration(message, &declaration);
        assert_eq!(with("s\n\nAssisted-by: Claude\n"), "s\n\nAssisted-by: Claude:claude-opus-4-8\n");
        assert_eq!(
            with("s\n\nAssisted-by:\n Claude\nSigned-off-by: A <a@b.c>\n"),
            "s\n\nSigned-off-by: A <a@b.c>\nAssisted-by: Claude:claude-opus-4-8\n"
        );
        let kept = "s\n\nAssisted-by: Claude\n\nbody\n\nAssisted-by: Codex\n";
        assert_eq!(with(kept), format!("{kept}Assisted-by: Claude:claude-opus-4-8\n"));
        assert_eq!(with(&with(kept)), with(kept));
    }

    #[test]
    fn a_block_that_ends_with_a_trailer_without_a_value_is_told_once_too() {
        let once = with_trailers("s\n\nwords\nAssisted-by: Claude:claude-opus-4-8\nSigned-off-by: ", &line());
        let told = "\nSigned-off-by:\n\nAssisted-by: Claude:claude-opus-4-8\n";
        assert!(once.ends_with(told), "git sees no block without the space: {once:?}");
        assert_eq!(with_trailers(&once, &line()), once);
    }

    #[test]
    fn what_is_quoted_in_the_block_is_not_said() {
        let quoted = "s\n\nSigned-off-by: A <a@b.c>\n```\nAssisted-by: Claude:claude-opus-4-8\n```\n";
        let once = with_trailers(quoted, &line());
        assert_eq!(once, format!("{quoted}Assisted-by: Claude:claude-opus-4-8\n"));
        assert_eq!(with_trailers(&once, &line()), once);
    }

    proptest! {
        #[test]
        fn what_is_added_is_there_and_the_rest_is_as_before(message in "(\\PC|\n|: |-by: |    ){0,120}") {
            let with = with_trailers(&message, &line());
            let read = Message::from(with.as_str());
            prop_assert!(read.trailers().iter().any(|found| found.strict && found.key == "Assisted-by"), "{:?}", with);
            prop_assert!(message.trim().is_empty() || with.starts_with(message.trim_end()));
        }
    }
}
