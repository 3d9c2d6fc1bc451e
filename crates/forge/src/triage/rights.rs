//! Who may ask for what. Knows nothing of comments and flags.

use super::command::Verb;
use super::refusal::Refusal;

/// What an account may do in the repository, as the forge says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// Push, or more.
    Write,
    /// Less than that.
    Less,
    /// The forge would not tell.
    #[default]
    Unknown,
}

/// What matters of somebody who asks for something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Person {
    /// What they may do in the repository.
    pub access: Access,
    /// Whether the request, or a commit of it, is theirs.
    pub author: bool,
    /// Whether the account is a program's.
    pub bot: bool,
}

/// Whether somebody may ask for something: a reviewer with write access for anything, the author of
/// the change for an attestation, a program for nothing.
///
/// # Errors
/// Why not.
pub(crate) fn may(verb: &Verb, person: Person) -> Result<(), Refusal> {
    let attests = matches!(verb, Verb::Attest { .. });
    match (person, person.access) {
        (Person { bot: true, .. }, _) => Err(Refusal::Bot),
        (Person { author: true, .. }, _) if attests => Ok(()),
        (Person { author: true, .. }, _) => Err(Refusal::OwnChange),
        (_, Access::Write) => Ok(()),
        (_, Access::Less) => Err(Refusal::NoAccess),
        (_, Access::Unknown) => Err(Refusal::AccessUnknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let dismiss = Verb::Dismiss { reason: "x".into() };
        let confirm = Verb::Confirm { reason: String::new() };
        let attest = Verb::Attest { assistant: "A:b".into() };
        for access in [Access::Write, Access::Less, Access::Unknown] {
            let author = Person { access, author: true, bot: false };
            assert_eq!(may(&attest, author), Ok(()));
            assert_eq!(may(&dismiss, author), Err(Refusal::OwnChange));
            assert_eq!(may(&confirm, author), Err(Refusal::OwnChange));
            for verb in [&dismiss, &confirm, &attest] {
                assert_eq!(may(verb, Person { access, author: false, bot: true }), Err(Refusal::Bot));
                assert_eq!(may(verb, Person { access, author: true, bot: true }), Err(Refusal::Bot));
                let other = may(verb, Person { access, author: false, bot: false });
                let expected = match access {
                    Access::Write => Ok(()),
                    Access::Less => Err(Refusal::NoAccess),
                    Access::Unknown => Err(Refusal::AccessUnknown),
                };
                assert_eq!(other, expected);
            }
        }
    }
}
