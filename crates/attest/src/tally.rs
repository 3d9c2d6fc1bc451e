//! What many commits declare, counted per tool, form and model. Counts only: what is held does not
//! grow with the number of commits.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Attestation, Confidence, Form, Role, State, Statement};

/// The schema that this version writes.
pub(crate) const SCHEMA: &str = "ai-detect/markers/v1";
/// Strangers name models and tools as they like; beyond so many different names they are counted together.
const MAX_MODELS: usize = 5_000;
const MAX_TOOLS: usize = 5_000;
/// So many letters of a model's name are kept; tools' are cut where they are read.
const MAX_MODEL_CHARS: usize = 200;
/// So many letters of a line that is not understood.
const MAX_LINE_LENGTH: usize = 80;
const MAX_LINES: usize = 5_000;
const OTHERS: &str = "others";

/// What one commit adds to the count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    state: State,
    unreadable: bool,
    conflicts: bool,
    /// What counts: tool, form, model.
    counted: BTreeSet<Mark>,
    /// What is only listed.
    listed: BTreeSet<(Option<String>, Form, Role, Confidence)>,
    /// Lines that name tools which are not known.
    unknown: BTreeSet<String>,
}

/// What was found in a history.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tally {
    /// Always `ai-detect/markers/v1`.
    pub schema: String,
    /// What was read, as a person would type it.
    pub range: String,
    /// Commits read.
    pub commits: u64,
    /// Commits that declare AI use.
    pub declaring: u64,
    /// Commits that say that no AI was used.
    pub denying: u64,
    /// Commits with something attached that cannot be read.
    pub unreadable: u64,
    /// Commits in which something does not fit together.
    pub conflicting: u64,
    /// Commits with a line that is something like a declaration, and names no tool that is known.
    pub naming_unknown: u64,
    /// Per tool, most commits first. A commit that names two tools counts for both.
    pub tools: Vec<ToolCount>,
    /// Traces that attest nothing: reviews, denials, and what may be a coincidence or a quotation.
    pub listed: Vec<Listed>,
    /// Lines that are something like a declaration, and name no tool that is known; most commits first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownLine>,
}

/// A line that is something like a declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownLine {
    /// The line.
    pub quote: String,
    /// Commits that have it.
    pub commits: u64,
}

/// A tool's commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToolCount {
    /// The tool; none where AI use is declared and no tool named.
    pub tool: Option<String>,
    /// Commits that name it.
    pub commits: u64,
    /// Per form, most commits first.
    pub forms: Vec<FormCount>,
}

/// A form's commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FormCount {
    /// Where the tool is named.
    pub form: Form,
    /// Commits that name it there.
    pub commits: u64,
    /// Per model, most commits first.
    pub models: Vec<ModelCount>,
}

/// A model's commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModelCount {
    /// The model as written; none where none is named.
    pub model: Option<String>,
    /// Commits that name it.
    pub commits: u64,
}

/// A trace that attests nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Listed {
    /// The tool, if it names one.
    pub tool: Option<String>,
    /// Where it stands.
    pub form: Form,
    /// What it says.
    pub role: Role,
    /// How surely.
    pub confidence: Confidence,
    /// Commits that have it.
    pub commits: u64,
}

/// What a commit adds to the count.
pub fn marks(attestation: &Attestation) -> Marks {
    let mut marks = Marks {
        state: attestation.state,
        unreadable: !attestation.unreadable.is_empty(),
        conflicts: !attestation.conflicts.is_empty(),
        ..Marks::default()
    };
    let quoted = attestation.unknown.iter().map(|unknown| unknown.quote.chars().take(MAX_LINE_LENGTH).collect());
    marks.unknown = quoted.collect();
    for statement in &attestation.statements {
        let Statement { tool, form, model, role, confidence, .. } = statement;
        if statement.attests() {
            let model = model.as_ref().map(|model| model.chars().take(MAX_MODEL_CHARS).collect());
            marks.counted.insert((tool.clone(), *form, model));
        } else {
            marks.listed.insert((tool.clone(), *form, *role, *confidence));
        }
    }
    marks
}

/// Tool, form, model.
type Mark = (Option<String>, Form, Option<String>);
type Models = BTreeMap<Option<String>, u64>;
/// Commits, and how many of them name which model.
type Forms = BTreeMap<Form, (u64, Models)>;

/// Counts as commits come in.
#[derive(Debug, Default)]
pub struct Counter {
    commits: u64,
    declaring: u64,
    denying: u64,
    unreadable: u64,
    conflicting: u64,
    models: usize,
    names: BTreeSet<String>,
    tools: BTreeMap<Option<String>, (u64, Forms)>,
    listed: BTreeMap<(Option<String>, Form, Role, Confidence), u64>,
    naming_unknown: u64,
    unknown: BTreeMap<String, u64>,
}

impl Counter {
    /// Adds a commit.
    pub fn add(&mut self, marks: Marks) {
        self.commits += 1;
        self.declaring += u64::from(marks.state.declares());
        self.denying += u64::from(marks.state == State::Denied);
        self.unreadable += u64::from(marks.unreadable);
        self.conflicting += u64::from(marks.conflicts);
        self.naming_unknown += u64::from(!marks.unknown.is_empty());
        for quote in marks.unknown {
            let is_counted = self.unknown.len() < MAX_LINES || self.unknown.contains_key(&quote);
            *self.unknown.entry(if is_counted { quote } else { OTHERS.to_owned() }).or_default() += 1;
        }
        let counted: BTreeSet<_> = marks.counted.into_iter().map(|mark| self.known_mark(mark)).collect();
        let mut before: Option<(Option<String>, Form)> = None;
        for (tool, form, model) in counted {
            let entry = self.tools.entry(tool.clone()).or_default();
            // Sorted, so a tool's and a form's first mark is where the commit counts.
            let same_tool = before.as_ref().is_some_and(|(last, _)| *last == tool);
            let same_form = before.as_ref().is_some_and(|(last, at)| *last == tool && *at == form);
            entry.0 += u64::from(!same_tool);
            let (commits, models) = entry.1.entry(form).or_default();
            *commits += u64::from(!same_form);
            *models.entry(model).or_default() += 1;
            before = Some((tool, form));
        }
        let listed = marks.listed.into_iter();
        let listed: BTreeSet<_> =
            listed.map(|(tool, form, role, sure)| (self.known_tool(tool), form, role, sure)).collect();
        for key in listed {
            *self.listed.entry(key).or_default() += 1;
        }
    }

    /// A mark under the names by which it is counted.
    fn known_mark(&mut self, (tool, form, model): Mark) -> Mark {
        let tool = self.known_tool(tool);
        let (_, forms) = self.tools.entry(tool.clone()).or_default();
        let (_, models) = forms.entry(form).or_default();
        if model.is_none() || models.contains_key(&model) {
            return (tool, form, model);
        }
        let model = if self.models < MAX_MODELS { model } else { Some(OTHERS.to_owned()) };
        self.models += usize::from(!models.contains_key(&model));
        models.entry(model.clone()).or_default();
        (tool, form, model)
    }

    fn known_tool(&mut self, tool: Option<String>) -> Option<String> {
        let tool = tool?;
        if self.names.contains(&tool) {
            return Some(tool);
        }
        if self.names.len() >= MAX_TOOLS {
            return Some(OTHERS.to_owned());
        }
        self.names.insert(tool.clone());
        Some(tool)
    }

    /// The result.
    pub fn finish(self, range: String) -> Tally {
        let model = |(model, commits)| ModelCount { model, commits };
        let form = |(form, (commits, models)): (Form, (u64, Models))| {
            let mut models: Vec<ModelCount> = models.into_iter().map(model).collect();
            models.sort_by_key(|model| std::cmp::Reverse(model.commits));
            FormCount { form, commits, models }
        };
        let mut tools: Vec<ToolCount> = Vec::new();
        for (tool, (commits, forms)) in self.tools {
            let mut forms: Vec<FormCount> = forms.into_iter().map(form).collect();
            forms.sort_by_key(|form| std::cmp::Reverse(form.commits));
            tools.push(ToolCount { tool, commits, forms });
        }
        tools.sort_by_key(|tool| std::cmp::Reverse(tool.commits));
        let listed = self.listed.into_iter();
        let mut listed: Vec<Listed> = listed
            .map(|((tool, form, role, confidence), commits)| Listed { tool, form, role, confidence, commits })
            .collect();
        listed.sort_by_key(|row| std::cmp::Reverse(row.commits));
        let unknown = self.unknown.into_iter().map(|(quote, commits)| UnknownLine { quote, commits });
        let mut unknown: Vec<UnknownLine> = unknown.collect();
        unknown.sort_by_key(|row| std::cmp::Reverse(row.commits));
        Tally {
            schema: SCHEMA.into(),
            range,
            commits: self.commits,
            declaring: self.declaring,
            denying: self.denying,
            unreadable: self.unreadable,
            conflicting: self.conflicting,
            naming_unknown: self.naming_unknown,
            tools,
            listed,
            unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Registry, read};
    use super::*;
    use ai_detect_base::change::{Commit, Person};

    fn counted(messages: &[&str]) -> Tally {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let mut counter = Counter::default();
        for message in messages {
            let commit =
                Commit { author: ann.clone(), committer: ann.clone(), message: (*message).into(), ..Commit::default() };
            counter.add(marks(&read(&commit, Registry::builtin().unwrap())));
        }
        counter.finish("x".into())
    }

    #[test]
    fn a_commit_counts_once_per_tool_form_and_model() {
        let tally = counted(&[
            "s\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
            "s\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
            "s\n\nAssisted-by: Codex:gpt-5.5\n",
            "s\n\nNo AI was used.\n",
            "s\n",
        ]);
        assert_eq!((tally.commits, tally.declaring, tally.denying), (5, 3, 1));
        let claude = &tally.tools[0];
        assert_eq!((claude.tool.as_deref(), claude.commits), (Some("Claude"), 2));
        let forms: Vec<(Form, u64, usize)> = claude.forms.iter().map(|f| (f.form, f.commits, f.models.len())).collect();
        assert_eq!(forms, [(Form::TRAILER, 2, 2), (Form::FOOTER, 1, 1)]);
        assert_eq!(tally.tools[1].forms[0].models[0].model.as_deref(), Some("gpt-5.5"));
        assert_eq!(tally.listed[0].role, Role::Denied);
    }

    #[test]
    fn names_of_models_do_not_pile_up() {
        let mut counter = Counter::default();
        for at in 0..MAX_MODELS + 100 {
            let counted = [(None, Form::TRAILER, Some(format!("m{at}")))].into();
            counter.add(Marks { counted, ..Marks::default() });
        }
        let tally = counter.finish(String::new());
        let models = &tally.tools[0].forms[0].models;
        assert_eq!((models.len(), models[0].model.as_deref(), models[0].commits), (MAX_MODELS + 1, Some(OTHERS), 100));
    }

    #[test]
    fn names_of_tools_do_not_pile_up() {
        let mut counter = Counter::default();
        for at in 0..MAX_TOOLS + 100 {
            // Two in each commit, and the first ones again in all of them.
            let names = [format!("t{at}"), format!("u{at}"), "t0".to_owned()].map(Some);
            let counted = names.clone().into_iter().map(|tool| (tool, Form::TRAILER, None)).collect();
            let key = |tool| (tool, Form::FOOTER, Role::Reviewed, Confidence::High);
            let listed = names.into_iter().map(key).collect();
            counter.add(Marks { counted, listed, ..Marks::default() });
        }
        let tally = counter.finish(String::new());
        let found: Vec<(Option<&str>, u64)> =
            tally.tools.iter().take(3).map(|tool| (tool.tool.as_deref(), tool.commits)).collect();
        // A commit with two of the others counts once.
        assert_eq!(found, [(Some("t0"), 5_100), (Some(OTHERS), 2_600), (Some("t1"), 1)]);
        assert_eq!((tally.tools.len(), tally.listed.len()), (MAX_TOOLS + 1, MAX_TOOLS + 1));
        assert_eq!(tally.listed[1].commits, 2_600);
    }

    #[test]
    fn names_of_models_are_kept_in_part() {
        let tally = counted(&[&format!("s\n\nAssisted-by: Codex:openai/gpt-5.5{}\n", "x".repeat(10_000))]);
        assert_eq!(tally.tools[0].forms[0].models[0].model.as_ref().map(String::len), Some(MAX_MODEL_CHARS));
    }
}
