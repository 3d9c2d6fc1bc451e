//! What a pull or merge request says of itself: its description with the boxes that are ticked in
//! it, its title, the name of its branch, its labels.
//!
//! That is said of the request, and counts for its commits only where a policy says so: nothing here
//! changes a commit's state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::{ToolComments, seen};
use super::facts::{self, Finding, Key};
use super::registry::{MarkerAt, Registry};
use super::schema::Pattern;
use super::{Confidence, Conflict, Covers, Facts, Form, Role, State, Statement, UnknownTool, read};
use ai_detect_base::vocabulary::message::lines::is_unticked;

/// What is known of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Its description, as written.
    pub body: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The branch that it comes from.
    pub branch: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
}

/// A box of the description that is about AI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checkbox {
    /// Its line in the description, from 1.
    pub line: u32,
    /// What stands beside it.
    pub text: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// What a request declares about AI use. It speaks for the request, not for its commits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestAttestation {
    /// How fully the request declares it.
    pub state: State,
    /// What is stated in the request.
    pub facts: Facts,
    /// Every trace: the description from top to bottom, the title, the branch, the labels.
    pub statements: Vec<Statement>,
    /// The boxes of the description that are about AI, ticked or not: a project may ask for one.
    pub boxes: Vec<Checkbox>,
    /// Lines of the description, and the title, that are something like a declaration, and name no tool that is known. The
    /// title is line 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownTool>,
    /// What does not fit together, in neutral sentences.
    pub notes: Vec<String>,
}

/// Reads what a request declares.
pub fn read_request(request: &Request, registry: &Registry) -> RequestAttestation {
    let mut findings = Vec::new();
    let mut boxes = Vec::new();
    let mut unknown = Vec::new();
    if let Some(body) = &request.body {
        let shown = seen(body, ToolComments::Kept);
        // A description has no subject: its first line counts.
        let said: Vec<&str> = shown.lines().map(|line| if is_unticked(line) { "" } else { line }).collect();
        let (found, named) = read::text(&format!(".\n{}", said.join("\n")), registry);
        findings.extend(found.into_iter().map(in_body));
        let in_body = |found: UnknownTool| UnknownTool { line: found.line.saturating_sub(1).max(1), ..found };
        unknown = named.into_iter().map(in_body).collect();
        add_boxes(&shown, registry, &mut findings, &mut boxes);
        findings.sort_by_key(|found| found.statement.line);
    }
    if let Some(title) = &request.title {
        let (found, named) = read::text(subject_of(title), registry);
        findings.extend(found.into_iter().map(in_title));
        unknown.extend(named.into_iter().map(|found| UnknownTool { line: 0, ..found }));
    }
    findings.extend(request.branch.as_deref().and_then(|branch| of_branch(branch, registry)));
    findings.extend(request.labels.iter().filter_map(|label| of_label(label, registry)));
    let facts = facts::of(findings.iter(), &None);
    let denied = findings.iter().any(|found| found.statement.role == Role::Denied && found.is_credible());
    let attests = findings.iter().any(Finding::attests);
    RequestAttestation {
        // Nobody answers for a commit by a request's description: the most that it can be is partial.
        state: facts::state(findings.iter(), &facts, false),
        facts,
        statements: findings.into_iter().map(|found| found.statement).collect(),
        boxes,
        unknown,
        notes: if denied && attests { vec![Conflict::RequestDeniedAndMarked.to_string()] } else { Vec::new() },
    }
}

fn in_body(mut found: Finding) -> Finding {
    found.statement.form = Form::REQUEST_BODY;
    found.statement.covers = Covers::Request;
    found.statement.strict = false;
    found.statement.line = found.statement.line.map(|line| line.saturating_sub(1).max(1));
    found
}

/// The part of a title that is read: its first line.
pub fn subject_of(title: &str) -> &str {
    title.trim().lines().next().unwrap_or_default()
}

fn in_title(mut found: Finding) -> Finding {
    found.statement.form = Form::TITLE;
    found.statement.covers = Covers::Request;
    found.statement.strict = false;
    found.statement.line = None;
    found
}

fn add_boxes(body: &str, registry: &Registry, findings: &mut Vec<Finding>, boxes: &mut Vec<Checkbox>) {
    for (line, (ticked, text)) in body.lines().zip(1..).filter_map(|(line, at)| Some((at, checkbox(line)?))) {
        let fits = |pattern: &Option<Pattern>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
        let about = |at: &MarkerAt<'_>| fits(&at.marker.pattern) && !fits(&at.marker.unless);
        let markers: Vec<MarkerAt<'_>> = registry.boxes().filter(about).collect();
        if markers.is_empty() {
            continue;
        }
        boxes.push(Checkbox { line, text: text.chars().take(200).collect(), ticked });
        // An empty box says nothing, not the contrary.
        for at in markers.into_iter().filter(|_| ticked) {
            let role = at.marker.role.unwrap_or(Role::Assisted);
            // A phrase on the same line has said it already.
            let said = |found: &Finding| found.statement.line == Some(line) && found.statement.role == role;
            if !findings.iter().any(said) {
                let named = super::declared::read(text, registry);
                let found = statement(Form::REQUEST_BODY, at.id(), named.tool, role, at.marker.confidence, text);
                findings.push(Finding { statement: Statement { line: Some(line), ..found.statement }, ..found });
            }
        }
    }
}

/// Whether the box of a list's item is ticked, and what stands beside it.
fn checkbox(line: &str) -> Option<(bool, &str)> {
    let item = line.trim_start().strip_prefix(['-', '*', '+'])?.trim_start();
    let (mark, text) = item.strip_prefix('[')?.split_once(']')?;
    match mark.trim() {
        "x" | "X" | "✓" | "✔" => Some((true, text.trim())),
        "" => Some((false, text.trim())),
        _ => None,
    }
}

fn of_branch(branch: &str, registry: &Registry) -> Option<Finding> {
    let name = branch.strip_prefix("refs/heads/").unwrap_or(branch);
    let (tool, prefix) = registry.by_branch(name)?;
    // `cursor/fix` is made by the tool; `cursor-fix` may as well be about a cursor.
    let confidence = if prefix.ends_with('-') { Confidence::Low } else { Confidence::Medium };
    let id = tool.map_or("declared/branch".to_owned(), |tool| format!("{}/branch", tool.id));
    Some(statement(Form::BRANCH, &id, tool.map(|tool| tool.name.clone()), Role::Authored, confidence, name))
}

fn of_label(label: &str, registry: &Registry) -> Option<Finding> {
    let (tool, role) = registry.by_label(label)?;
    let id = tool.map_or("declared/label".to_owned(), |tool| format!("{}/label", tool.id));
    Some(statement(Form::LABEL, &id, tool.map(|tool| tool.name.clone()), role, Confidence::Medium, label))
}

fn statement(
    form: Form,
    marker: &str,
    tool: Option<String>,
    role: Role,
    confidence: Confidence,
    quote: &str,
) -> Finding {
    let statement = Statement {
        form,
        marker: marker.to_owned(),
        tool: tool.filter(|_| role != Role::Denied),
        model: None,
        role,
        confidence,
        covers: Covers::Request,
        line: None,
        quote: quote.chars().take(200).collect(),
        strict: false,
    };
    Finding {
        statement,
        model: None,
        session: None,
        prompt: None,
        output: None,
        proportion: None,
        integration: None,
        key: Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(name: &str) -> Option<(Option<String>, Confidence)> {
        let request = Request { branch: Some(name.into()), ..Request::default() };
        let found = read_request(&request, Registry::builtin().unwrap()).statements.pop()?;
        Some((found.tool, found.confidence))
    }

    fn body(text: &str) -> RequestAttestation {
        read_request(&Request { body: Some(text.into()), ..Request::default() }, Registry::builtin().unwrap())
    }

    #[test]
    fn branches_are_told_apart_by_how_they_begin() {
        let of = |tool: &str, confidence| Some((Some(tool.to_owned()), confidence));
        assert_eq!(branch("claude/fix-it"), of("Claude", Confidence::Medium));
        assert_eq!(branch("refs/heads/copilot/fix-12"), of("GitHub Copilot", Confidence::Medium));
        assert_eq!(branch("jules-9182736450192837-00ff00ff"), of("Jules", Confidence::Medium));
        assert_eq!(branch("openhands-fix-issue-7"), of("OpenHands", Confidence::Low));
        assert_eq!(branch("cursor-jumps-on-resize"), of("Cursor", Confidence::Low));
        assert_eq!(branch("agent/12"), Some((None, Confidence::Medium)));
        for name in ["main", "fix/claude", "jules-vacation", "claude", "coderabbit"] {
            assert_eq!(branch(name), None, "{name}");
        }
    }

    #[test]
    fn titles_are_read_like_subjects() {
        let title = |text: &str| {
            let request = Request { title: Some(text.into()), ..Request::default() };
            let found = read_request(&request, Registry::builtin().unwrap());
            (found.state, found.statements.first().map(|it| it.form.id), found.unknown.len())
        };
        for text in [
            "[AI-assisted] Add a retry",
            "Draft: [AI-generated] Add a retry",
            "Add a retry (AI-assisted)",
            "Add a retry (generated with Claude Code)",
            "Generated with Claude Code",
        ] {
            assert_eq!(title(text), (State::Partial, Some("title"), 0), "{text}");
        }
        // Components have such names, and people call for help by them.
        for text in ["[AI] Fix the chat module", "Draft: [codex] Redirect", "AI-generated fix for the loop"] {
            assert_eq!(title(text), (State::Absent, None, 1), "{text}");
        }
        for text in
            ["feat(ai): add a panel", "Add AI assistant panel", "Fix the cursor", "", "Retry\n\nAssisted-by: Codex"]
        {
            assert_eq!(title(text), (State::Absent, None, 0), "{text}");
        }
        let request = Request { title: Some("[AI] Fix it".into()), ..Request::default() };
        let quoted = read_request(&request, Registry::builtin().unwrap()).unknown[0].to_string();
        assert_eq!(quoted, "`[AI] Fix it` (the title): this only mentions AI; not counted");
    }

    #[test]
    fn labels_are_whole_words_of_their_own() {
        let label = |name: &str| {
            let request = Request { labels: vec![name.into()], ..Request::default() };
            let found = read_request(&request, Registry::builtin().unwrap());
            (found.state, found.facts.tool)
        };
        assert_eq!(label("Codex"), (State::Partial, Some("Codex".into())));
        assert_eq!(label("ai-generated"), (State::Partial, None));
        assert_eq!(label("no-ai"), (State::Denied, None));
        assert_eq!(label("area: ai"), (State::Absent, None));
    }

    #[test]
    fn a_template_s_own_words_are_nobody_s() {
        let template = "<!-- If a tool helped, say so:\nAssisted-by: Claude:claude-opus-4-8 -->\n\n- [ ] AI was used\n";
        let found = body(template);
        assert_eq!((found.state, found.boxes.len(), found.statements.len()), (State::Absent, 1, 0));
        assert_eq!(found.boxes[0].line, 4);
        let machine = body("Fix\n\n<!-- CURSOR_SUMMARY -->\n");
        assert_eq!(machine.statements[0].role, Role::Reviewed);
    }

    #[test]
    fn what_is_ticked_is_stated() {
        let used = body("Assisted-by: Codex\n- [x] I used AI for the tests\n");
        assert_eq!((used.state, used.facts.tool.as_deref()), (State::Partial, Some("Codex")));
        assert_eq!(used.statements.iter().map(|statement| statement.line).collect::<Vec<_>>(), [Some(1), Some(2)]);
        assert_eq!(body("* [X] No AI was used\n").state, State::Denied);
        let both = body("- [x] No AI was used\n\nhttps://claude.ai/code/session_01Ab\n");
        assert_eq!((both.state, both.notes.len()), (State::Partial, 1));
    }
}
