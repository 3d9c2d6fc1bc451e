//! Which of two declarations says more: who declares again with more facts means the fuller one.

use super::trailers::{self, Trailer};
use super::{AiUse, Assistant, Declaration, Extent, Involvement, Name, Word};

impl Name {
    /// Whether it is the same name, whatever its case.
    pub fn is_same(&self, other: &Name) -> bool {
        self.to_string().to_lowercase() == other.to_string().to_lowercase()
    }
}

impl Assistant {
    /// Whether it says nothing of a tool that the other one does not say of it.
    pub(crate) fn says_no_more_than(&self, other: &Assistant) -> bool {
        self.tool.is_same(&other.tool)
            && (is_in(self.model.as_ref(), other.model.as_ref()) || self.is_family_of(other.model.as_ref()))
            && self.helpers.iter().all(|helper| other.helpers.contains(helper))
            && (self.extent == other.extent || self.extent == Extent::Assisted)
    }
}

impl Assistant {
    /// Whether its model is the other one without its version: `claude-sonnet` or `sonnet-latest` of `sonnet-4.5`. The tool's
    /// own name in it says nothing more.
    pub fn is_family_of(&self, model: Option<&Word>) -> bool {
        let (Some(own), Some(model)) = (&self.model, model) else { return false };
        let (own, model) = (last_part(own.as_str()), last_part(model.as_str()));
        if has_version(&own) || !has_version(&model) {
            return false;
        }
        let tool = self.tool.to_string().to_lowercase();
        let words: Vec<&str> = words(&model).collect();
        let is_of_model = |word: &str| words.contains(&word) || self::words(&tool).any(|named| named == word);
        self::words(&own).filter(|word| !MOVING.contains(word)).all(is_of_model)
    }
}

/// Words for whichever version is current.
const MOVING: [&str; 4] = ["latest", "preview", "default", "auto"];

/// Whether a model's name in lower case names one version. Which names do is data of the registry, which is not seen from
/// here: a name with a digit may.
fn has_version(model: &str) -> bool {
    model.contains(|c: char| c.is_ascii_digit()) && !words(model).any(|word| word == "latest")
}

/// A model's name in lower case, without its vendor: `anthropic/claude-sonnet`.
fn last_part(model: &str) -> String {
    model.rsplit('/').next().unwrap_or(model).to_lowercase()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

impl AiUse {
    fn says_no_more_than(&self, other: &AiUse) -> bool {
        let has = |assistant: &Assistant| other.assistants.as_slice().iter().any(|it| assistant.says_no_more_than(it));
        self.assistants.as_slice().iter().all(has)
            && is_in(self.proportion.as_ref(), other.proportion.as_ref())
            && is_in(self.path.as_ref(), other.path.as_ref())
            && is_in(self.session.as_ref(), other.session.as_ref())
            && is_in(self.prompt.as_ref(), other.prompt.as_ref())
            && is_in(self.output.as_ref(), other.output.as_ref())
            && self.sensitive.iter().all(|class| other.sensitive.contains(class))
            && is_in(self.requested_by.as_ref(), other.requested_by.as_ref())
    }
}

impl Declaration {
    /// Whether it says nothing that the other one does not say.
    pub fn says_no_more_than(&self, other: &Declaration) -> bool {
        let involvement = match (&self.involvement, &other.involvement) {
            (Involvement::NoAi, Involvement::NoAi) => true,
            (Involvement::Ai(ai), Involvement::Ai(other)) => ai.says_no_more_than(other),
            (Involvement::NoAi, Involvement::Ai(_)) | (Involvement::Ai(_), Involvement::NoAi) => false,
        };
        involvement && is_in(self.accountable.as_ref(), other.accountable.as_ref())
    }

    /// Whether a trailer says less of a fact than this declaration, or something else where there is one value. Only
    /// values that our grammar knows: who uses a key of ours in another way keeps the line.
    pub(crate) fn replaces(&self, trailer: &Trailer) -> bool {
        let written = trailers::write(self);
        let is_ours = trailers::read([trailer]).unreadable.is_empty();
        if !is_ours || written.iter().any(|line| trailer.is(&line.key) && line.value == trailer.value) {
            return false;
        }
        let old = trailers::read([trailer]).declaration;
        if old.as_ref().is_some_and(|old| old.involvement == Involvement::NoAi) {
            // Both would contradict each other.
            return self.ai().is_some();
        }
        if let Some(old) = old.as_ref().and_then(Declaration::ai) {
            let old = old.assistants.as_slice();
            let new = self.ai().map_or(&[][..], |ai| ai.assistants.as_slice());
            return old.iter().all(|old| new.iter().any(|new| old.says_no_more_than(new)));
        }
        trailers::HAS_ONE_VALUE.iter().any(|key| trailer.is(key) && written.iter().any(|line| line.is(key)))
    }
}

/// Whether a fact is not stated, or the other one is the same.
fn is_in<T: PartialEq>(fact: Option<&T>, other: Option<&T>) -> bool {
    fact.is_none() || fact == other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::samples;
    use proptest::prelude::*;

    fn declared(value: &str, key: &str) -> Declaration {
        trailers::read([&Trailer::new(key, value)]).declaration.unwrap()
    }

    #[test]
    fn a_fuller_line_of_the_same_tool_replaces_a_poorer_one() {
        let new = declared("Claude Code:claude-opus-4-8 sparse", "Assisted-by");
        for (key, value, replaced) in [
            ("Assisted-by", "Claude Code", true),
            ("assisted-by", "claude code", true),
            ("Assisted-by", "Claude Code:claude-opus-4-8", true),
            ("Assisted-by", "Claude Code [sparse]", true),
            ("Assisted-by", "Claude Code:claude-opus-4-8 sparse", false),
            ("Assisted-by", "Claude Code:claude-opus-4-7", false),
            ("Assisted-by", "Claude Code [coccinelle]", false),
            ("Assisted-by", "Codex", false),
            ("Generated-by", "Claude Code", false),
            ("Signed-off-by", "Claude Code", false),
            ("AI-Proportion", "40%", false),
            ("No-AI", "true", true),
            ("No-AI", "no", false),
        ] {
            assert_eq!(new.replaces(&Trailer::new(key, value)), replaced, "{key}: {value}");
        }
        assert!(declared("Codex", "Generated-by").replaces(&Trailer::new("Assisted-by", "Codex")));
    }

    #[test]
    fn a_model_with_its_version_replaces_the_same_one_without() {
        for (old, new, replaced) in [
            ("Claude:claude-sonnet", "Claude:sonnet-4.5", true),
            ("Claude:claude-sonnet", "Claude:claude-sonnet-4-5", true),
            ("Claude:Sonnet", "Claude:claude-sonnet-4-5", true),
            ("Claude:sonnet-latest", "Claude:sonnet-4.5", true),
            ("Claude Code:anthropic/claude-sonnet", "Claude Code:claude-sonnet-4-5", true),
            ("Claude:claude-sonnet", "Claude:claude-opus-4-8", false),
            ("Claude:claude-sonnet", "Codex:sonnet-4.5", false),
            ("Claude:claude-sonnet-4", "Claude:claude-sonnet-4-5", false),
            ("Claude:claude-sonnet-4-5", "Claude:claude-sonnet", false),
            ("Claude:claude-sonnet", "Claude:sonnet-latest", false),
            ("Claude:claude-sonnet [sparse]", "Claude:sonnet-4.5", false),
        ] {
            let is_replaced = declared(new, "Assisted-by").replaces(&Trailer::new("Assisted-by", old));
            assert_eq!(is_replaced, replaced, "{old} by {new}");
        }
    }

    #[test]
    fn of_a_fact_with_one_value_the_new_one_counts() {
        let both = [Trailer::new("Assisted-by", "Codex"), Trailer::new("AI-Proportion", "60%")];
        let new = trailers::read(&both).declaration.unwrap();
        assert!(new.replaces(&Trailer::new("AI-Proportion", "40%")));
        assert!(!new.replaces(&Trailer::new("AI-Proportion", "60%")));
        assert!(!new.replaces(&Trailer::new("AI-Proportion", "much")), "this may be somebody else's key");
        assert!(!new.replaces(&Trailer::new("AI-Session", "7f3a")), "nothing new is said of it");
    }

    proptest! {
        #[test]
        fn whatever_is_declared_says_no_more_than_itself(declared in samples::declaration()) {
            prop_assert!(declared.says_no_more_than(&declared));
            prop_assert!(trailers::write(&declared).iter().all(|line| !declared.replaces(line)));
        }
    }
}
