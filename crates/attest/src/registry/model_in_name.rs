//! Names of people that are those of a tool and its model: `QoderAI (Qwen 3.5 Max)`, `Claude claude-opus-4-6`.

use super::Registry;
use crate::declared::OF_TOOLS;
use ai_detect_base::slices::part_of;

impl Registry {
    /// Whether a name holds an exact model beside something that can be the name of a tool.
    pub(super) fn names_tool_and_model(&self, name: &str) -> bool {
        self.has_model_in_brackets(name) || self.has_model_behind_tool(name)
    }

    /// `QoderAI (Qwen 3.5 Max)`, but not `Ann Lee (gpt-5.5)`: she stays a person.
    fn has_model_in_brackets(&self, name: &str) -> bool {
        let cut = name.trim_end().strip_suffix(')').and_then(|name| name.rsplit_once('('));
        let Some((before, inner)) = cut else { return false };
        let is_model = self.model(inner).is_some_and(|model| model.exact && model.start == 0);
        is_model && !before.trim().is_empty() && !reads_like_a_person(before)
    }

    /// `Claude claude-opus-4-6` and `GitHub Copilot gpt-5.5`.
    fn has_model_behind_tool(&self, name: &str) -> bool {
        let Some((_, length)) = self.alias(name) else { return false };
        let rest = part_of(name, length..).trim_start_matches([' ', '/', '-', ',']);
        self.model(rest).is_some_and(|model| model.exact && model.start == 0 && model.end == rest.trim_end().len())
    }
}

/// Whether a name has the shape of a person's: several capitalised words, and none that products have.
fn reads_like_a_person(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_name = |word: &&str| {
        let is_capitalised = word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase);
        is_capitalised && !OF_TOOLS.contains(&word.to_lowercase().as_str())
    };
    words.len() > 1 && words.iter().all(is_name)
}
