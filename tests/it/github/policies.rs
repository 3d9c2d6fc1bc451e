//! Where the project has a policy, comments carry its own lines and words.

use serde_json::{Value, json};

use super::world::World;
use crate::support::planted_code;

/// One planted block under a policy, posted.
fn under(policy: &str, files: &[(&str, &str)]) -> World {
    let world = World::with(&format!("policy: {policy}\n"), files);
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.log(&[]);
    world
}

/// The summary, and the comment on the block.
fn comments(world: &World) -> [String; 2] {
    let state = world.github.state();
    [state.comments[0].body.clone(), state.threads[0].comments[0].body.clone()]
}

#[test]
fn the_lines_to_paste_are_those_that_the_policy_asks_for() {
    let world = under("agent-model", &[]);
    let [summary, inline] = comments(&world);
    let lines = "\n```\nAssisted-by: TOOL:MODEL-ID\nSigned-off-by: Ada Example <ada@example.org>\n```\n";
    let by_hand = format!("Or, by hand, the author adds these lines to the commit's message:\n{lines}");
    assert!(summary.contains(&by_hand) && summary.contains("\nai-detect attest --tool TOOL"), "{summary}");
    assert!(inline.contains(lines), "{inline}");
    let command = "(`git commit --amend --no-edit --trailer \"Assisted-by: TOOL:MODEL-ID\" --trailer \"Signed-off-by: Ada \
                   Example <ada@example.org>\"`)";
    assert!(inline.contains(command), "{inline}");
    for comment in [&summary, &inline] {
        assert!(comment.contains("The project's policy (Agent and model in Assisted-by): "), "{comment}");
    }
}

#[test]
fn a_policy_that_wants_it_in_the_description_says_so_and_offers_no_trailer() {
    let [summary, inline] = comments(&under("kubernetes", &[]));
    let line = "\n```\nThis PR was written in part with the assistance of generative AI (TOOL).\n```\n";
    for comment in [&summary, &inline] {
        assert!(comment.contains("to the request's description:\n") && comment.contains(line), "{comment}");
        assert!(!comment.contains("Assisted-by: ") && !comment.contains("attest --tool"), "{comment}");
        assert!(comment.contains("The project's policy (Kubernetes): Take AI tools out of"), "{comment}");
    }
}

#[test]
fn a_policy_that_takes_none_is_quoted_and_nothing_is_concluded() {
    for comment in comments(&under("ban", &[])) {
        assert!(comment.contains("says: ") && comment.contains("The maintainers decide."), "{comment}");
        assert!(!comment.contains("Assisted-by") && comment.contains("If an AI tool helped, "), "{comment}");
    }
}

#[test]
fn a_policy_of_ones_own_is_read_from_the_base_and_shown_as_text() {
    let policy = "title: Engine @all\nmarkers:\n  required:\n    - trailer: AI-Tool\n      write: 'AI-Tool: {tool}'\n\
                  facts: [proportion]\nauthor: { text: 'Ask <img src=x> in #ai, please.' }\n";
    let world = under("ai-policy.yml", &[("ai-policy.yml", policy)]);
    for comment in comments(&world) {
        assert!(comment.contains("\n```\nAI-Tool: TOOL\nAI-Proportion: PERCENT%\n```\n"), "{comment}");
        assert!(comment.contains("Ask &lt;img") && comment.contains("ai, please."), "{comment}");
        assert!(!comment.contains("<img") && !comment.contains("@all"), "{comment}");
    }
}

/// A request with one small commit under a policy, posted: no block of it is flagged.
fn small(message: &str) -> World {
    let policy = "extends: default\nalso: { forbidden: [{ tool: Cursor, why: its terms do not fit our licence }] }\n";
    let world = World::with("policy: ai-policy.yml\n", &[("ai-policy.yml", policy)]);
    world.repo.write("small.py", "limit = 3\n");
    world.repo.commit(message);
    world.push();
    world
}

#[test]
fn a_forbidden_tool_is_a_comment_although_no_block_is_flagged() {
    let world = small("Limit\n\nAssisted-by: Cursor:claude-opus-4-5\n");
    let log = world.log(&[]);
    let comment = world.github.state().comments[0].body.clone();
    let id = &world.repo.id("HEAD")[..8];
    for said in [&log.split_whitespace().collect::<Vec<_>>().join(" "), &comment] {
        assert!(said.contains(id) && said.contains("no contributions made with Cursor"), "{said}");
        assert!(said.contains("1 commit does not fit the project's policy"), "{said}");
    }
    assert!(comment.contains("### Nothing could be scored; 1 commit does not fit the project's policy"), "{comment}");
    assert!(comment.contains("**Policy:** ") && !comment.contains("**Policy:** <"), "{comment}");
    assert!(world.github.state().threads.is_empty(), "no block is flagged");
}

#[test]
fn a_declaration_without_its_model_is_answered_with_the_line_to_paste() {
    let world = small("Limit\n\nAssisted-by: GitHub Copilot\n");
    let log = world.log(&[]);
    let comment = world.github.state().comments[0].body.clone();
    assert!(log.contains("Assisted-by: GitHub Copilot:MODEL-ID"), "{log}");
    let unfolded = comment.split("<details>").next().unwrap_or_default();
    assert!(unfolded.contains("\n```\nAssisted-by: GitHub Copilot:MODEL-ID\n```\n"), "{comment}");
}

#[test]
fn a_commit_that_fits_the_policy_gets_no_comment() {
    for message in ["Limit\n\nAssisted-by: Codex:gpt-5.5\n", "Limit"] {
        let world = small(message);
        world.log(&[]);
        assert!(world.github.state().comments.is_empty(), "{message}");
    }
}

/// The event with something else about the request.
fn event(world: &World, key: &str, value: Value) -> Value {
    let mut event = world.event();
    event["pull_request"][key] = value;
    event
}

#[test]
fn people_of_the_project_are_exempt_where_the_policy_says_so() {
    let policy = "markers: { required: [{ trailer: AI-Tool, write: 'AI-Tool: {tool}' }] }\nexempt: { members: true }\n";
    let world = World::with("policy: ai-policy.yml\n", &[("ai-policy.yml", policy)]);
    world.repo.write("engine.py", planted_code("engine"));
    world.repo.commit("Engine\n\nAssisted-by: Codex:gpt-5.5");
    world.push();
    let log = |association: &str| {
        let event = event(&world, "author_association", association.into());
        world.job("pull_request", &event, &["ci", "--dry-run"]).text()
    };
    for outside in ["CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "NONE"] {
        assert!(log(outside).contains("declares AI use in a form the project does not accept"), "{outside}");
    }
    for inside in ["OWNER", "MEMBER", "COLLABORATOR"] {
        let log = log(inside);
        assert!(log.contains("no flags") && log.contains("1 attested"), "{inside}: {log}");
    }
}

#[test]
fn a_label_that_the_policy_speaks_of_is_told_and_nothing_follows() {
    let world = under("llvm", &[]);
    let event = event(&world, "labels", json!([{"name": "Extractive"}]));
    let log = world.job("pull_request", &event, &["ci"]).text();
    let told = "the policy (LLVM) says: requests that take more from reviewers than they give get this label. It \
                has the label `extractive` on the request.";
    let log = log.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(log.contains(told), "{log}");
    assert!(log.contains("1 flag"), "{log}");
}
