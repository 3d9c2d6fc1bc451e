//! What any form declares, in our own words; and what our note on a commit declares.

use super::{Attestation, Role, State};
use ai_detect_base::change::Commit;
use ai_detect_base::vocabulary::note::{self, Note};
use ai_detect_base::vocabulary::{AiUse, Assistant, Declaration, Extent, Involvement, Name, Reference, Who, Word};

/// Our note among what is attached to a commit.
///
/// # Errors
/// Why it cannot be read.
pub fn own_note(commit: &Commit) -> Option<Result<Note, String>> {
    let record = commit.records.iter().find(|record| record.place == note::REF)?;
    Some(match &record.content {
        Ok(content) => Note::read(content).map_err(|error| error.to_string()),
        Err(reason) => Err(reason.clone()),
    })
}

/// What another form declares, in our words, as far as it names a tool; what does not fit our
/// grammar is left out.
pub fn declaration_of(attestation: &Attestation) -> Option<Declaration> {
    let facts = &attestation.facts;
    let accountable = facts.accountable.as_deref().and_then(|who| Who::new(who).ok());
    if attestation.state == State::Denied {
        return Some(Declaration { involvement: Involvement::NoAi, accountable });
    }
    let tool = Name::new(facts.tool.as_deref()?).ok()?;
    let authored = attestation.statements.iter().any(|statement| statement.role == Role::Authored);
    let assistant = Assistant {
        extent: if authored { Extent::Generated } else { Extent::Assisted },
        tool,
        model: facts.model.as_deref().and_then(model_word),
        helpers: Vec::new(),
    };
    let reference = |text: &Option<String>| text.as_deref().and_then(|text| Reference::new(text).ok());
    Some(Declaration {
        involvement: Involvement::Ai(AiUse {
            proportion: facts.proportion.as_deref().and_then(|text| text.parse().ok()),
            session: facts.session.as_deref().and_then(|session| Word::new(session).ok()),
            prompt: reference(&facts.prompt_reference),
            output: reference(&facts.output_reference),
            ..AiUse::of(assistant)
        }),
        accountable,
    })
}

/// `Claude Opus 4.5` has spaces, which a model's id has not.
fn model_word(model: &str) -> Option<Word> {
    let spaced = model.contains(char::is_whitespace);
    let joined = model.split_whitespace().collect::<Vec<_>>().join("-");
    Word::new(if spaced { joined.to_lowercase() } else { joined }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Registry, read};
    use ai_detect_base::change::{Commit, Person};

    #[test]
    fn a_foreign_form_can_be_said_in_our_words() {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let message = "s\n\nCo-Authored-By: Claude Opus 4.5 (1M context) <noreply@anthropic.com>\n";
        let commit = Commit { author: ann.clone(), committer: ann, message: message.into(), ..Commit::default() };
        let found = read(&commit, Registry::builtin().unwrap());
        let ours = declaration_of(&found).unwrap();
        assert_eq!(
            ai_detect_base::vocabulary::trailers::write(&ours).iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["Generated-by: Claude:claude-opus-4.5", "AI-Accountable: Ann Lee <ann@example.org>"]
        );
    }
}
