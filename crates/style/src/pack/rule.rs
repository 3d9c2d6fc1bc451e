//! Checked rules.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Reasoning traces and thinking aloud.
    Reasoning,
    /// Narration and restated code.
    Narration,
    /// Placeholders and "rest unchanged" stubs.
    Placeholders,
    /// Chat residue and Markdown fences.
    Chat,
    /// Templated documentation and parameter lists.
    Docstrings,
    /// Headings, dividers, numbered steps, emoji and typography.
    Layout,
    /// Defensive error handling and logging habits.
    Defensive,
    /// Naming and the shape of identifiers.
    Naming,
    /// The rhythm of lines, functions and comments.
    Uniformity,
    /// Test naming and structure.
    Tests,
    /// Block size and bursts of new files.
    Size,
    /// A break with the style of the same file before the change.
    StyleBreak,
    /// Habits that point to people.
    Human,
    /// Words and their weights.
    Lexicon,
    /// The style of the commit message.
    Message,
    /// What is known before anything is read: the prior, and the rest of the commit.
    Context,
}

/// Where a rule looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Comments that are not documentation, markers removed.
    Comment,
    /// Documentation comments and docstrings, markers removed.
    Docstring,
    /// The contents of string literals.
    String,
    /// Names.
    Identifier,
    /// The added lines as they stand.
    Code,
    /// Functions, whole.
    Function,
    /// Test functions, whole, and calls that define a test.
    Test,
    /// A commit message without markers.
    Message,
    /// Its first line.
    Subject,
    /// The rest of it.
    Body,
}

impl Scope {
    /// Whether it is about the commit message, not the code.
    pub fn is_message(self) -> bool {
        matches!(self, Scope::Message | Scope::Subject | Scope::Body)
    }
}

/// A checked rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// One line about the code.
    pub title: String,
    /// The same where its number does not count.
    pub otherwise: Option<String>,
    /// Why it means something.
    pub why: String,
    /// When it misleads.
    pub misleads: String,
    /// What it is about.
    pub family: Family,
    /// Where it looks; `None` for a whole hunk.
    pub scope: Option<Scope>,
    /// The languages it looks at; `None` is any.
    pub languages: Option<Vec<String>>,
    /// How it looks.
    pub kind: Kind,
    /// Log-odds for each time it counts, or what the sum of a lexicon's words is multiplied by; beside what the
    /// trees make of its number.
    pub weight: f64,
    /// How often it counts at most.
    pub cap: f64,
    /// Examples in which it must fire.
    pub hits: Vec<Example>,
    /// Examples in which it must not.
    pub misses: Vec<Example>,
    /// Which file it was read from.
    pub source: String,
}

impl Rule {
    /// Whether it looks at a language; text without a grammar is `None`.
    pub(crate) fn applies_to(&self, language: Option<&str>) -> bool {
        self.languages.as_ref().is_none_or(|names| language.is_some_and(|name| names.iter().any(|n| n == name)))
    }

    /// Whether it reads the lines as they stand, comments among them, without knowing which is which.
    pub fn reads_code_as_written(&self) -> bool {
        self.scope == Some(Scope::Code) && matches!(self.kind, Kind::Lexicon(_))
    }

    /// Whether it is about the commit message.
    pub fn is_message(&self) -> bool {
        self.scope.is_some_and(Scope::is_message)
    }

    /// What is said of what was measured: the title only where it holds. Without a number (`NaN`), there was too
    /// little to measure.
    pub fn says(&self, number: f64) -> String {
        self.title_where((!number.is_nan()).then(|| self.holds(number)))
    }

    /// The same of a signal that was read from a report. A report holds how far the rule takes what was measured, from 0 on,
    /// and not the number itself. Nothing where there was too little to measure.
    pub fn says_of_value(&self, value: Option<f64>) -> String {
        self.title_where(value.map(|value| self.shape_of_number().is_none() || value > 0.0))
    }

    /// The title where it holds, and its opposite where it does not. Nothing where there was too little to measure.
    fn title_where(&self, holds: Option<bool>) -> String {
        match (holds, &self.otherwise) {
            (None, _) => format!("{}: nothing to measure", self.title),
            (Some(true), _) => self.title.clone(),
            (Some(false), Some(otherwise)) => otherwise.clone(),
            (Some(false), None) => format!("{}: no", self.title),
        }
    }

    /// Whether the title is true of a number that was measured.
    fn holds(&self, number: f64) -> bool {
        self.shape_of_number().is_none_or(|shape| shape.of(number) > 0.0)
    }

    /// How a number counts of which the title may not hold. Numbers of regions count wherever there is one.
    fn shape_of_number(&self) -> Option<Shape> {
        match self.kind {
            Kind::Metric { shape, .. } if self.scope.is_none() || self.is_message() => Some(shape),
            _ => None,
        }
    }

    /// Whether a number counts the other way than the rule does in general. The weight points to one side where the title
    /// is true and to the other where it is not; trees, which weigh a number beside all others, may turn that round.
    pub fn is_atypical(&self, number: f64, contribution: f64) -> bool {
        let general = if self.holds(number) { self.weight } else { -self.weight };
        self.otherwise.is_some() && !number.is_nan() && general * contribution < 0.0
    }

    /// The name of its kind as in the documentation.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            _ if self.is_message() => "message",
            Kind::Phrase(_) => "phrase",
            Kind::Query(_) => "query",
            Kind::Metric { .. } => "metric",
            Kind::Lexicon(_) => "lexicon",
            Kind::Given => "given",
        }
    }
}

/// How a rule looks.
#[derive(Debug)]
pub enum Kind {
    /// Regular expressions over the text of regions.
    Phrase(Vec<String>),
    /// A tree-sitter query a language.
    Query(BTreeMap<String, String>),
    /// A named number and how it counts.
    Metric {
        /// Its name.
        name: String,
        /// How it counts.
        shape: Shape,
    },
    /// The words of a named lexicon.
    Lexicon(String),
    /// Comes with the change or with the settings: nothing is looked for.
    Given,
}

/// How a number counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Once where it is at least this.
    AtLeast(f64),
    /// Once where it is at most this.
    AtMost(f64),
    /// From 0 at the first to 1 at the second, in a straight line.
    Ramp(f64, f64),
}

impl Shape {
    /// What a number counts, from 0 to 1.
    pub(crate) fn of(self, value: f64) -> f64 {
        match self {
            Shape::AtLeast(least) => f64::from(u8::from(value >= least)),
            Shape::AtMost(most) => f64::from(u8::from(value <= most)),
            Shape::Ramp(from, to) => ((value - from) / (to - from)).clamp(0.0, 1.0),
        }
    }
}

/// An example that a rule carries.
#[derive(Debug, Clone)]
pub enum Example {
    /// A commit message.
    Message(String),
    /// A file; `before` is absent for a new one.
    File {
        /// Its language; `text` for one without a grammar.
        language: String,
        /// Its path, where that matters.
        path: Option<String>,
        /// Before.
        before: Option<String>,
        /// After.
        after: String,
    },
}

#[cfg(test)]
mod tests {
    use crate::pack::{Fitted, Kind, Pack};

    #[test]
    fn what_was_measured_is_told_and_not_its_opposite() {
        let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
        let says = |id: &str, number: f64| pack.rule(id).unwrap().says(number);
        assert_eq!(says("message-conventional", 1.0), "Subject has a conventional prefix (\"fix: \u{2026}\")");
        assert_eq!(says("message-conventional", 0.0), "Subject has no conventional prefix (\"fix: \u{2026}\")");
        assert_eq!(says("message-short-subject", 2.0), "Subject is two or three words");
        assert_eq!(says("break-blank-lines", -0.1), "Block has no more blank lines than the rest of the file");
        assert_eq!(says("long-comments", f64::NAN), "Comments are long: nothing to measure");
        assert_eq!(says("comment-words", -1.0), "Wording of comments");
    }

    #[test]
    fn a_report_that_is_read_back_says_the_same_of_what_was_measured() {
        let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
        for rule in &pack.rules {
            let Kind::Metric { shape, .. } = rule.kind else { continue };
            for number in [0.0, 0.5, 1.0, 2.0, 3.0, 100.0] {
                let value = shape.of(number);
                assert_eq!(rule.says_of_value(Some(value)), rule.says(number), "{} of {number}", rule.id);
            }
            assert_eq!(rule.says_of_value(None), rule.says(f64::NAN));
        }
        let says = |id: &str, number: f64| {
            let rule = pack.rule(id).unwrap();
            let Kind::Metric { shape, .. } = rule.kind else { return String::new() };
            rule.says_of_value(Some(shape.of(number)))
        };
        assert_eq!(says("message-paragraphs", 2.0), "Message has several paragraphs");
        assert_eq!(says("message-bullets", 3.0), "Message lists its changes as bullets");
        assert_eq!(says("message-bullets", 1.0), "Message does not list its changes as bullets");
    }

    #[test]
    fn a_number_that_counts_against_its_rule_is_atypical() {
        let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
        let is = |id: &str, number, contribution| pack.rule(id).unwrap().is_atypical(number, contribution);
        // The rule points to AI, so a prefix may count for AI and its absence for a person.
        assert!(pack.rule("message-conventional").unwrap().weight > 0.0);
        assert!(!is("message-conventional", 1.0, 0.3) && is("message-conventional", 1.0, -0.3));
        assert!(!is("message-conventional", 0.0, -0.3) && is("message-conventional", 0.0, 0.3));
        // This one points to a person.
        assert!(pack.rule("message-first-person").unwrap().weight < 0.0);
        assert!(!is("message-first-person", 3.0, -0.3) && is("message-first-person", 3.0, 0.3));
        assert!(!is("message-first-person", f64::NAN, 0.3), "nothing was measured");
        assert!(!is("comment-words", -1.0, -0.3), "words point to either side");
    }

    #[test]
    fn every_number_that_trees_may_ask_about_has_both_titles() {
        let pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
        for rule in &pack.rules {
            let asked = matches!(rule.kind, Kind::Metric { .. }) && (rule.scope.is_none() || rule.is_message());
            assert_eq!(rule.otherwise.is_some(), asked, "{}", rule.id);
        }
    }
}
