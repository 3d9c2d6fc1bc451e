//! What the built-in rules are about, in words that people understand. The data is `rules/topics.yml`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What the build script made of the data: a rule, its topic and its kind in each line.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/rules/topics.tsv"));

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// In a few words, such as `wording of comments`.
    pub name: &'static str,
    /// Whether the rule weighs words, so that its title says no more than the topic does.
    pub is_words: bool,
}

/// What a built-in rule is about; nothing for a rule of a project's own pack.
pub fn topic(rule: &str) -> Option<Topic> {
    static TOPICS: LazyLock<FxHashMap<&str, Topic>> = LazyLock::new(|| BUILTIN.lines().filter_map(parsed).collect());
    TOPICS.get(rule).copied()
}

fn parsed(line: &'static str) -> Option<(&'static str, Topic)> {
    let (rule, rest) = line.split_once('\t')?;
    let (name, kind) = rest.split_once('\t')?;
    Some((rule, Topic { name, is_words: kind == "words" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{Fitted, Kind, Pack};

    #[test]
    fn every_built_in_rule_has_a_topic_of_a_few_plain_words() {
        let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
        for rule in &pack.rules {
            let topic = topic(&rule.id).unwrap();
            assert!(topic.name.len() <= 40, "{}: {}", rule.id, topic.name);
            assert!(topic.name.chars().all(|c| c.is_ascii_lowercase() || c == ' '), "{}: {}", rule.id, topic.name);
            assert_eq!(topic.is_words, matches!(rule.kind, Kind::Lexicon(_)), "{}", rule.id);
        }
        assert_eq!(topic("comment-words").map(|topic| topic.name), Some("wording of comments"));
        assert_eq!(topic("a-rule-of-a-project"), None);
    }
}
