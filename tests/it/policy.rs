//! What policies say of the commits of a range, and where they come from.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, list, planted_code, text};
use serde_json::Value;

/// A repository with these settings in its first commit.
fn with_settings(settings: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", settings);
    repo.commit("Set up");
    repo.branch("topic");
    repo
}

fn change(repo: &Repo, path: &str, message: &str) -> String {
    repo.write(path, code(path.split(['.', '/']).next().unwrap(), 6));
    repo.commit(message)
}

fn check(repo: &Repo, args: &[&str]) -> Value {
    repo.run(&[&["policy", "check", "main..topic", "--format", "json"], args].concat()).json()
}

fn states(report: &Value) -> Vec<&str> {
    list(&report["commits"]).iter().map(|commit| text(&commit["state"])).collect()
}

fn kinds(report: &Value, commit: usize) -> Vec<&str> {
    list(&report["commits"][commit]["findings"]).iter().map(|finding| text(&finding["kind"])).collect()
}

fn adds(report: &Value, commit: usize) -> Vec<&str> {
    list(&report["commits"][commit]["add"]).iter().map(|line| text(&line["text"])).collect()
}

const CLAUDE: &str = "Co-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>";
const SIGNED: &str = "Signed-off-by: Ada Example <ada@example.org>";

#[test]
fn a_request_speaks_for_its_commits_where_the_policy_says_so() {
    for (policy, expected) in [("fedora", "attested"), ("agent-model", "unattested")] {
        let repo = Repo::new();
        repo.write(".ai-detect.yml", format!("policy: {policy}\n{PLANTED_CONFIG}"));
        repo.write("planted.yml", PLANTED_PACK);
        repo.commit("Set up");
        repo.branch("topic");
        repo.write("a.py", planted_code("a"));
        repo.commit("Add a\n\nSigned-off-by: Ada Example <ada@example.org>");
        let body = repo.beside("body.md");
        std::fs::write(&body, "What it does.\n\nAssisted-by: Codex:gpt-5.5\n").unwrap();
        let silent = repo.diff(&["main"]);
        assert_eq!(silent["hunks"][0]["verdict"], "unattested");
        let report = repo.diff(&["main", "--description", &body.display().to_string()]);
        assert_eq!(report["hunks"][0]["verdict"], expected, "{policy}: {}", report["commits"][0]["attestation"]);
        assert_eq!(report["request"]["facts"]["tool"], "Codex");
    }
}

#[test]
fn a_ticked_box_is_a_disclosure() {
    let repo = with_settings("policy: fedora\n");
    change(&repo, "a.py", "Add a\n\nAssisted-by: Codex:gpt-5.5");
    change(&repo, "b.py", "Add b");
    let body = repo.beside("body.md");
    std::fs::write(&body, "- [x] I used AI tools for this\n").unwrap();
    let report = check(&repo, &["--description", &body.display().to_string()]);
    assert_eq!(states(&report), ["complete", "complete"]);
    std::fs::write(&body, "- [ ] I used AI tools for this\n").unwrap();
    let report = check(&repo, &["--description", &body.display().to_string()]);
    assert_eq!(states(&report), ["complete", "absent"]);
}

#[test]
fn newcomers_are_asked_for_small_changes_and_nobody_else_is() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "policy: small.yml\n");
    repo.write("small.yml", "extends: llvm\nthresholds: { newcomer_lines: 150 }\n");
    repo.commit("Set up");
    repo.branch("topic");
    let grow = |path: &str, lines: usize| {
        repo.write(path, code("grow", lines));
        repo.commit(&format!("Add {path}\n\nAssisted-by: Codex:gpt-5.5"))
    };
    grow("big.py", 200);
    let report = check(&repo, &[]);
    assert_eq!((kinds(&report, 0), states(&report)), (Vec::<&str>::new(), vec!["complete"]), "Ada has commits before");

    repo.switch("main");
    repo.git(&["switch", "--quiet", "-C", "topic"]);
    let new = ["-c", "user.name=Nia", "-c", "user.email=nia@example.org"];
    let add = |path: &str, lines: usize| {
        repo.write(path, code("new", lines));
        repo.git(&["add", "--all"]);
        let author = ["commit", "--quiet", "--author=Nia <nia@example.org>", "-m", "Add\n\nAssisted-by: Codex:gpt-5.5"];
        repo.git(&[&new[..], &author].concat());
    };
    add("src/a.py", 140);
    add("tests/test_a.py", 300);
    assert_eq!(kinds(&check(&repo, &[]), 0), Vec::<&str>::new(), "tests are not counted");
    add("src/b.py", 10);
    let report = check(&repo, &[]);
    assert_eq!((kinds(&report, 0), states(&report)[0]), (vec!["size"], "complete"));
    let told = text(&report["commits"][0]["findings"][0]["text"]);
    assert!(told.starts_with("Commits of this author that declare AI use add 150 lines, tests not counted"), "{told}");
    repo.write("own.yml", "extends: llvm\nthresholds: { newcomer_lines: 1000, added_lines: 151 }\n");
    assert_eq!(kinds(&check(&repo, &["--policy", "own.yml"]), 0), Vec::<&str>::new());
}

#[test]
fn agent_and_model_need_their_own_form_and_a_persons_sign_off() {
    let repo = with_settings("policy: agent-model\n");
    change(&repo, "a.c", &format!("a\n\nAssisted-by: Claude:claude-opus-4-8 sparse\n{SIGNED}\n"));
    change(&repo, "b.c", &format!("b\n\n{CLAUDE}\n{SIGNED}\n"));
    change(&repo, "c.c", "c\n\nAssisted-by: Claude:claude-opus-4-8\n");
    change(&repo, "d.c", "d\n\nAssisted-by: Claude:claude-opus-4-8\nSigned-off-by: Claude <noreply@anthropic.com>\n");
    change(&repo, "e.c", &format!("e\n\n{SIGNED}\n"));
    let report = check(&repo, &[]);
    assert_eq!(report["policy"], "agent-model");
    assert_eq!(states(&report), ["complete", "wrong-form", "partial", "wrong-form", "absent"]);
    assert_eq!(kinds(&report, 0), Vec::<&str>::new());
    assert_eq!(kinds(&report, 1), ["missing-marker"]);
    assert_eq!(adds(&report, 1), ["Assisted-by: Claude:claude-opus-4.8"]);
    assert_eq!(adds(&report, 2), [SIGNED]);
    assert!(kinds(&report, 3).contains(&"sign-off") && kinds(&report, 3).contains(&"forbidden-marker"));
    assert_eq!(list(&report["commits"][3]["remove"]), ["Signed-off-by: Claude <noreply@anthropic.com>"]);
    assert_eq!(kinds(&report, 4), Vec::<&str>::new());
}

#[test]
fn what_a_policy_asks_of_everybody_is_no_declaration_that_does_not_fit() {
    let repo = with_settings("policy: agent-model\n");
    change(&repo, "a.py", "Add a");
    let printed = repo.run(&["diff", "main..HEAD"]).text();
    assert!(printed.contains(") lacks something that the project's policy asks of every commit"), "{printed}");
    assert!(!printed.contains("declares something"), "{printed}");
}

#[test]
fn kubernetes_wants_the_description_and_nothing_in_the_commit() {
    let repo = with_settings("policy: kubernetes\n");
    change(&repo, "a.go", &format!("a\n\n{CLAUDE}\n"));
    change(&repo, "b.go", "b\n");
    let unknown = check(&repo, &[]);
    assert_eq!(states(&unknown), ["wrong-form", "absent"]);
    assert_eq!(kinds(&unknown, 0), ["forbidden-marker", "not-visible"]);
    assert_eq!(list(&unknown["commits"][0]["remove"]), [CLAUDE]);

    std::fs::write(
        repo.beside("request.md"),
        "What it does.\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n",
    )
    .unwrap();
    let description = repo.beside("request.md");
    let described = check(&repo, &["--description", description.to_str().unwrap()]);
    assert_eq!(states(&described), ["wrong-form", "complete"]);
    assert_eq!(kinds(&described, 1), Vec::<&str>::new());

    std::fs::write(&description, "What it does.\n").unwrap();
    let silent = check(&repo, &["--description", description.to_str().unwrap()]);
    assert_eq!(kinds(&silent, 0), ["forbidden-marker", "missing-marker"]);
    assert_eq!(states(&silent)[1], "absent");
}

#[test]
fn presets_contradict_each_other_and_each_is_right() {
    let repo = with_settings("");
    change(&repo, "a.c", &format!("a\n\n{CLAUDE}\n"));
    let state = |policy: &str| states(&check(&repo, &["--policy", policy]))[0].to_owned();
    assert_eq!(state("default"), "complete");
    assert_eq!(state("fedora"), "complete");
    assert_eq!(state("mesa"), "wrong-form");
    assert_eq!(state("systemd"), "wrong-form");
    assert_eq!(state("apache"), "complete", "it recommends Generated-by, and no more");
    assert_eq!(state("ghostty"), "partial", "the extent is missing");
    assert_eq!(state("full"), "partial");
}

#[test]
fn open_liberty_wants_the_model_in_brackets() {
    let repo = with_settings("policy: openliberty\n");
    change(&repo, "a.java", "a\n\nCo-authored-by-AI: GitHub Copilot (GPT-4.1)\n");
    change(&repo, "b.java", "b\n\nAssisted-by: GitHub Copilot:gpt-4.1\n");
    let report = check(&repo, &[]);
    assert_eq!(states(&report), ["complete", "wrong-form"]);
    assert_eq!(adds(&report, 1), ["Co-authored-by-AI: GitHub Copilot (gpt-4.1)"]);
}

#[test]
fn a_ban_says_what_the_policy_says_and_concludes_nothing() {
    let repo = with_settings("policy: ban\n");
    change(&repo, "a.c", &format!("a\n\n{CLAUDE}\n"));
    change(&repo, "b.c", "b\n");
    let report = check(&repo, &["--exit-code"]);
    assert_eq!(states(&report), ["complete", "absent"]);
    assert_eq!(kinds(&report, 0), ["policy-says"]);
    let said = text(&report["commits"][0]["findings"][0]["text"]);
    assert!(said.starts_with("The policy says: AI-generated content is not accepted."), "{said}");
    assert!(said.ends_with("The maintainers decide."), "{said}");
}

#[test]
fn the_default_wants_tool_exact_model_and_person() {
    let repo = with_settings("");
    change(&repo, "a.py", "a\n\nCo-authored-by: Claude <noreply@anthropic.com>\n");
    change(&repo, "b.py", "b\n\nNo-AI: true\n");
    change(&repo, "c.py", "c\n\nNo-AI: true\nAssisted-by: Codex:gpt-5.5\n");
    change(&repo, "d.py", "d\n\nAssisted-by: Codex:gpt-5.5\nAI-Prompt: write a parser\n");
    let report = check(&repo, &[]);
    assert_eq!(states(&report), ["partial", "denied", "complete", "complete"]);
    assert_eq!(adds(&report, 0), ["Generated-by: Claude:MODEL-ID"]);
    assert_eq!(kinds(&report, 2), ["contradiction"]);
    assert_eq!(kinds(&report, 3), ["unreadable"]);
    assert!(text(&report["commits"][3]["findings"][0]["text"]).contains("the text itself is not kept"));
}

#[test]
fn separation_of_duties_takes_another_person_and_no_tool() {
    let repo = with_settings("policy: our.yml\n");
    repo.switch("main");
    repo.write("our.yml", "extends: default\nreviewed_by_another_person: true\n");
    repo.commit("Have a policy");
    repo.git(&["branch", "-f", "topic"]);
    repo.switch("topic");
    let declared = |reviewer: &str| format!("x\n\nAssisted-by: Codex:gpt-5.5\n{reviewer}\n");
    change(&repo, "a.py", &declared("Reviewed-by: Bob Lee <bob@example.org>"));
    change(&repo, "b.py", &declared("Reviewed-by: Ada Example <ada@example.org>"));
    change(&repo, "c.py", &declared("Reviewed-by: Claude <noreply@anthropic.com>"));
    let asked = declared("Reviewed-by: Bob Lee <bob@example.org>\nAI-Requested-by: Bob Lee <bob@example.org>");
    change(&repo, "d.py", &asked);
    let report = check(&repo, &[]);
    assert_eq!(states(&report), ["complete", "partial", "partial", "partial"]);
    assert_eq!(kinds(&report, 2), ["review", "review"]);
    let said = text(&report["commits"][2]["findings"][0]["text"]);
    assert!(said.contains("a review that counts is a person's"), "{said}");
}

#[test]
fn sensitive_paths_need_stricter_facts() {
    let policy = "extends: default\nsensitive:\n  classes: [authentication, ci-privileges]\n  facts: [sensitive-paths, session]\n";
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "policy: our.yml\n");
    repo.write("our.yml", policy);
    repo.commit("Set up");
    repo.branch("topic");
    change(&repo, "src/auth/login.py", "a\n\nAssisted-by: Codex:gpt-5.5\n");
    change(&repo, "src/other.py", "b\n\nAssisted-by: Codex:gpt-5.5\n");
    change(
        &repo,
        "src/auth/token.py",
        "c\n\nAssisted-by: Codex:gpt-5.5\nAI-Session: 7f3a\nAI-Sensitive: authentication\n",
    );
    repo.write(".github/workflows/ci.yml", "on: push\npermissions:\n  contents: write\n");
    repo.commit("d\n\nAssisted-by: Codex:gpt-5.5\n");
    let report = check(&repo, &[]);
    assert_eq!(states(&report), ["partial", "complete", "complete", "partial"]);
    assert_eq!(adds(&report, 0), ["AI-Session: ID", "AI-Sensitive: authentication"]);
    assert!(text(&report["commits"][0]["findings"][0]["text"]).contains("because the commit touches authentication"));
    let touches: Vec<&str> = list(&report["commits"][3]["touches"]).iter().map(text).collect();
    assert_eq!(
        touches,
        [
            "ci-privileges: .github/workflows/ci.yml (line 2 “permissions:”)",
            "ci-workflows: .github/workflows/ci.yml (matches .github/workflows/**)"
        ]
    );
}

#[test]
fn exempt_authors_and_kinds_are_not_measured() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "policy: our.yml\n");
    repo.write("our.yml", "extends: agent-model\nexempt: {authors: ['*@bots.example.org'], kinds: [merge, docs]}\n");
    repo.commit("Set up");
    repo.branch("topic");
    repo.write("docs/x.md", "words\n");
    repo.commit(&format!("docs\n\n{CLAUDE}\n"));
    repo.write("a.c", "int a;\n");
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "-m", "bot", "--author", "Bot <x@bots.example.org>"]);
    let report = check(&repo, &[]);
    let exempt: Vec<&Value> = list(&report["commits"]).iter().map(|commit| &commit["exempt"]).collect();
    assert_eq!(exempt, ["the policy exempts changes of documentation", "the policy exempts Bot"]);
    assert_eq!(states(&report), ["complete", "absent"]);
}

#[test]
fn the_change_under_review_does_not_choose_its_policy() {
    let repo = with_settings("policy: agent-model\n");
    repo.write(".ai-detect.yml", "policy: default\n");
    repo.commit("Relax");
    change(&repo, "a.c", &format!("a\n\n{CLAUDE}\n"));
    let report = check(&repo, &[]);
    assert_eq!((text(&report["policy"]), states(&report)[1]), ("agent-model", "wrong-form"));
    let own = repo.path().join(".ai-detect.yml");
    let report = check(&repo, &["--config", own.to_str().unwrap()]);
    assert_eq!((text(&report["policy"]), states(&report)[1]), ("default", "complete"));
}

#[test]
fn mistakes_in_a_policy_are_told_with_file_line_and_nearest_key() {
    let repo = Repo::new();
    repo.write("own.yml", "title: x\nmarkerz: {}\n");
    repo.write("a.yml", "extends: b.yml\n");
    repo.write("b.yml", "extends: a.yml\n");
    repo.write(".ai-detect.yml", "policy: own.yml\n");
    repo.commit("Set up");
    repo.commit_file("x.py", code("x", 3));
    let told = repo.run(&["policy", "check", "HEAD~1"]).error(2);
    assert!(
        told.starts_with("own.yml in commit ")
            && told.contains(":2:1: there is no key `markerz`. Did you mean `markers`?"),
        "{told}"
    );
    let told = repo.run(&["diff", "HEAD~1"]).error(2);
    assert!(told.starts_with("own.yml in commit ") && told.contains(":2:1: "), "{told}");
    repo.remove(".ai-detect.yml");
    repo.commit("Be done with it");
    repo.commit_file("y.py", code("y", 3));
    let told = repo.run(&["policy", "check", "HEAD~1", "--policy", "a.yml"]).error(2);
    assert!(told.ends_with("a.yml extends b.yml extends a.yml: a policy cannot start from itself"), "{told}");
    let told = repo.run(&["policy", "explain", "kubernets"]).error(2);
    assert!(told.contains("no policy is called `kubernets`. Did you mean `kubernetes`? "), "{told}");
    let told = repo.run(&["policy", "check", "HEAD~1", "--policy", "gone.yml"]).error(2);
    assert!(told.starts_with("there is no policy file gone.yml; its path counts from "), "{told}");
}

#[test]
fn a_draft_can_be_tried_while_the_policy_in_force_is_broken() {
    let repo = with_settings("policy: own.yml\n");
    repo.write("own.yml", "markerz: {}\n");
    repo.commit("Break it");
    change(&repo, "a.c", &format!("a\n\n{CLAUDE}\n"));
    repo.write("draft.yml", "extends: default\n");
    assert!(repo.run(&["policy", "check", "HEAD~1"]).error(2).contains("own.yml"));
    for args in [
        ["policy", "check", "HEAD~1", "--policy", "draft.yml"],
        ["attest", "--check", "HEAD~1", "--policy", "draft.yml"],
    ] {
        assert!(repo.run(&args).text().contains("1 complete"), "{args:?}");
    }
    // Other mistakes in the settings count.
    repo.write(".ai-detect.yml", "policie: own.yml\n");
    repo.commit("Break the settings");
    repo.commit_file("x.py", code("x", 3));
    assert!(
        repo.run(&["policy", "check", "HEAD~1", "--policy", "draft.yml"])
            .error(2)
            .contains("Did you mean `policy`? To use other settings: `--config FILE`")
    );
}

#[test]
fn the_states_of_a_report_come_from_the_policy() {
    let repo = Repo::new();
    repo.write("planted.yml", PLANTED_PACK);
    repo.write(".ai-detect.yml", "policy: kubernetes\nrules:\n  packs: [planted.yml]\n");
    repo.commit("Set up");
    repo.write("a.py", planted_code("a"));
    repo.commit(&format!("a\n\n{CLAUDE}\n"));
    let report = repo.diff(&["HEAD~1"]);
    assert_eq!(report["commits"][0]["attestation"]["state"], "wrong-form");
    assert_eq!(report["hunks"][0]["verdict"], "wrong-form");
    let notes = list(&report["commits"][0]["attestation"]["notes"]);
    assert!(text(&notes[0]).contains("the CLA check fails on it"), "{notes:?}");
    let mending = text(notes.last().unwrap());
    assert!(mending.starts_with(&format!("To mend it, take out `{CLAUDE}` and add `This PR was")), "{notes:?}");
    let texts: std::collections::HashSet<&str> = notes.iter().map(text).collect();
    assert_eq!(texts.len(), notes.len(), "nothing is said twice");
}

#[test]
fn a_projects_lines_adjust_what_is_sensitive() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "sensitive: ['src/pay/** payment', '!src/auth/fixtures/']\n");
    repo.commit("Set up");
    change(&repo, "src/pay/card.py", "pay");
    change(&repo, "src/auth/fixtures/a.py", "fixtures");
    change(&repo, "src/auth/real.py", "auth");
    let said = repo.run(&["policy", "sensitive", "HEAD~3"]).text();
    assert!(said.contains("payment                 src/pay/card.py (the project's `src/pay/** payment`)"), "{said}");
    assert!(!said.contains("fixtures/a.py") && said.contains("src/auth/real.py (the word “auth”)"), "{said}");
    assert!(said.ends_with("2 of 3 commits touch sensitive paths\n"), "{said}");
}

/// The days lie far away on both sides, so that the answers do not change with the day of the run.
#[test]
fn a_source_that_was_read_long_ago_fails_the_test_of_its_policy() {
    let repo = Repo::new();
    let example = "examples: {right: [{message: \"a\\n\\nAssisted-by: Codex:gpt-5.5\\n\"}]}\n";
    let policy = |checked: &str| {
        format!("id: ours\nsource: {{name: P, as_of: v1, read: primary, checked: {checked}}}\n{example}")
    };
    repo.write("policy.yml", policy("2099-01-01"));
    assert_eq!(repo.run(&["policy", "test", "policy.yml"]).text(), "1 policy, 1 example, 0 failed\n");
    let explained = repo.run(&["policy", "explain", "policy.yml"]).text();
    assert!(explained.contains("the text itself was read on 2099-01-01"), "{explained}");
    repo.write("policy.yml", policy("2020-01-01"));
    let run = repo.command(&["policy", "test", "policy.yml"]).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.starts_with("ours: the source (P) was last checked on 2020-01-01, more than a year ago"), "{said}");
}

#[test]
fn everything_that_is_listed_is_explained() {
    let repo = Repo::new();
    let listed = repo.run(&["policy", "list"]).text();
    for name in listed.lines().filter(|line| line.contains("  ")).filter_map(|line| line.split_whitespace().next()) {
        let said = repo.run(&["policy", "explain", name]).text();
        assert!(said.contains("  says ") && said.contains("  source "), "{said}");
    }
    assert!(listed.contains("\nban               ban "), "{listed}");
    let schema = jsonschema::validator_for(&repo.run(&["schema", "policy-check"]).json()).unwrap();
    let kernel = with_settings("policy: agent-model\n");
    change(&kernel, "a.c", &format!("a\n\n{CLAUDE}\n"));
    let report = check(&kernel, &[]);
    assert!(schema.is_valid(&report), "{report}");
    assert!(!schema.is_valid(&serde_json::json!({"schema": "x"})));
    for (of, title) in [("policy", "RawPolicy"), ("attestation", "Note")] {
        assert_eq!(repo.run(&["schema", of]).json()["title"], title);
    }
}

#[test]
fn sentences_of_policies_are_whole() {
    let repo = Repo::new();
    let ghostty = repo.command(&["policy", "explain", "ghostty"]).env("COLUMNS", "200").output().unwrap();
    let ghostty = String::from_utf8(ghostty.stdout).unwrap();
    let whole = "not seen    who is a maintainer (on GitHub, who belongs to the repository counts as one)";
    assert!(ghostty.contains(whole), "{ghostty}");

    // Commas of sentences and commas of lists cannot be told apart, so that our own lists have a line for each.
    for (name, text) in ai_detect::policy::PRESETS {
        let mut lists = text.lines().filter(|line| line.trim_start().starts_with("unchecked:"));
        assert!(lists.all(|line| !line.contains('[')), "{name}");
    }

    let policy = "title: Ours\nunchecked: [who is new (here, or elsewhere), the rest]\n";
    repo.write("policy.yml", policy);
    let said = repo.run(&["policy", "explain", "policy.yml"]).error(2);
    assert_eq!(
        said,
        "policy.yml:2: unchecked: `who is new (here` opens or closes a bracket alone: within `[…]` a sentence ends at its \
         first comma, so write one sentence a line, behind `- `"
    );
    repo.write(
        "policy.yml",
        policy.replace("[who is new (here, or elsewhere), the rest]", "\n  - who is new (here, or elsewhere)"),
    );
    repo.run(&["policy", "explain", "policy.yml"]).text();
}

#[test]
fn text_says_what_to_paste_and_exit_status_is_asked_for() {
    let repo = with_settings("policy: agent-model\n");
    change(&repo, "a.c", &format!("a \u{1b}[31mred\n\n{CLAUDE}\n{SIGNED}\n"));
    let run = repo.run(&["policy", "check", "main..topic"]);
    let said = run.text();
    let id = repo.id("HEAD");
    let expected = format!(
        "\n{}  wrong-form  “a \\u{{1b}}[31mred”\n  - The policy asks for the trailer `Assisted-by:` in the commit (agent and model version, \
         separated\n    by a colon).\n  add to the message:\n      Assisted-by: Claude:claude-opus-4.8\n",
        &id[..8]
    );
    assert!(said.contains(&expected), "{said}");
    assert_eq!(repo.run(&["policy", "check", "main..topic", "--exit-code"]).status, 1);
    assert_eq!(repo.run(&["attest", "main..topic", "--check"]).status, 1);
}

#[test]
fn what_is_the_same_for_several_commits_is_said_once() {
    let repo = with_settings("policy: mesa\n");
    change(&repo, "a.c", &format!("a\n\n{CLAUDE}\n"));
    change(&repo, "b.c", &format!("b\n\nLonger.\n\n{CLAUDE}\n"));
    change(&repo, "c.c", &format!("c\n\n{CLAUDE}\nCo-authored-by: Claude <noreply@anthropic.com>\n"));
    let said = repo.run(&["policy", "check", "main..topic"]).text();
    let ids: Vec<String> = ["HEAD~2", "HEAD~1"].map(|revision| repo.id(revision)[..8].to_owned()).into();
    let both = format!("\n{}  wrong-form  “a”\n{}  wrong-form  “b”\n  - The policy does not accept", ids[0], ids[1]);
    assert!(said.contains(&both), "{said}");
    assert_eq!(said.matches("take out:").count(), 2, "{said}");
    assert!(said.contains("(line 3)."), "a commit alone has its line: {said}");
}

/// What cannot be read may declare something, whoever wrote the commit.
#[test]
fn an_unreadable_record_is_so_on_an_exempt_commit() {
    let repo = with_settings("policy: default\n");
    repo.write("a.py", code("a", 6));
    repo.git(&["add", "--all"]);
    repo.git(&[
        "commit",
        "--quiet",
        "-m",
        "Bump a",
        "--author",
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    ]);
    repo.git(&["notes", "--ref", "refs/notes/ai", "add", "-m", "a.py\n  s_1 1", "HEAD"]);
    let report = check(&repo, &[]);
    assert_eq!((states(&report), report["commits"][0]["exempt"].is_string()), (vec!["unreadable"], true));
}

/// Who hides a declaration from readers has not declared anything: the template's own comment would declare every request.
#[test]
fn what_nobody_sees_of_a_description_declares_nothing() {
    let repo = with_settings("policy: kubernetes\n");
    change(&repo, "a.go", "a\n");
    let described = |body: &str| {
        let description = repo.beside("request.md");
        std::fs::write(&description, body).unwrap();
        states(&check(&repo, &["--description", description.to_str().unwrap()]))[0].to_owned()
    };
    let line = "Assisted-by: Claude Code:claude-opus-4-8";
    assert_eq!(described(&format!("Hello\n\n{line}\n")), "complete");
    for hidden in [
        "nothing",
        "<!--\nLINE\n-->",
        "<!-- GENERATED WITH CLAUDE CODE -->",
        "[//]: # (\nLINE\n)",
        "<template>\n\nLINE\n\n</template>",
    ] {
        assert_eq!(described(&format!("Hello\n\n{}\n", hidden.replace("LINE", line))), "absent", "{hidden}");
    }
}

/// Whoever puts all into one enormous file is not judged as if there were nothing in it.
#[test]
fn a_file_of_code_that_is_too_large_to_be_read_is_named_in_a_note() {
    let repo = with_settings("policy: our.yml\n");
    repo.switch("main");
    repo.write("our.yml", "extends: default\ntitle: Ours\nthresholds: { added_lines: 100 }\n");
    repo.commit("Have a policy");
    repo.branch("other");
    repo.write("a.py", code("a", 60_000));
    repo.commit("Add a\n\nAssisted-by: Codex:gpt-5.5");
    let report = repo.run(&["policy", "check", "main..other", "--format", "json"]).json();
    assert!(text(&report["note"]).contains("1 commit is judged in part by paths alone"), "{report}");
}

#[test]
fn a_forbidden_tool_is_shown_and_left_to_a_person_and_nothing_is_asked_of_its_author() {
    let repo = with_settings("policy: our.yml\n");
    repo.switch("main");
    repo.write("our.yml", "extends: default\nmarkers: { forbidden: [{ tool: Cursor, why: its licence }] }\n");
    repo.commit("Forbid a tool");
    repo.git(&["switch", "--quiet", "-C", "topic"]);
    change(&repo, "a.py", "Add a\n\nMade-with: Cursor");
    change(&repo, "b.py", "Add b\n\nGenerated with [Cursor](https://cursor.com)");
    change(&repo, "c.py", "Add c\n\nAssisted-by: Claude:claude-opus-4-8");
    let run = repo.run(&["policy", "check", "main..topic", "--exit-code"]);
    let said = run.text();
    assert!(said.contains("  2 declare AI use · 1 complete\n"), "{said}");
    assert!(said.contains("The policy says: no contributions made with Cursor (its licence)."), "{said}");
    assert!(!said.contains("take out:") && !said.contains("add to the message:"), "{said}");
    let report = check(&repo, &[]);
    assert_eq!((kinds(&report, 0), kinds(&report, 1)), (vec!["policy-says"], vec!["policy-says"]));
    let explained = repo.run(&["policy", "explain", "our.yml"]).text();
    let whole = explained.split_whitespace().collect::<Vec<_>>().join(" ");
    let forbids = "forbids contributions made with Cursor, in whatever form; the maintainers decide: its licence";
    assert!(whole.starts_with("our.yml: your file, built from default") && whole.contains(forbids), "{explained}");
}

#[test]
fn explain_says_what_a_list_replaces_and_which_class_was_meant() {
    let repo = Repo::new();
    repo.write("base.yml", "facts: [tool, model]\nmarkers: {forbidden: [{trailer: X}, {trailer: Y}]}\n");
    let explained = |own: &str| {
        repo.write("own.yml", format!("extends: base.yml\n{own}"));
        let said = repo.run(&["policy", "explain", "own.yml"]).text();
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let replacing = explained("markers: {forbidden: [{trailer: Z}]}\n");
    let said = "replaces 2 inherited entries of `markers.forbidden`: own.yml has a list of its own.";
    assert!(replacing.contains(said) && replacing.contains("`also: forbidden` would add to them"), "{replacing}");
    assert!(!explained("also: {forbidden: [{trailer: Z}]}\n").contains("replaces"));
    // Not every list can be added to.
    let base = "exempt: {labels: [a]}\nsensitive: {classes: [authentication], facts: [prompt]}\n";
    repo.write("base.yml", base);
    let repeated = explained("exempt: {labels: [b]}\nsensitive: {classes: [cryptography], facts: [session]}\n");
    for key in ["exempt.labels", "sensitive.classes", "sensitive.facts"] {
        let said =
            format!("1 inherited entry of `{key}`: own.yml has a list of its own. To keep them, repeat them there");
        assert!(repeated.contains(&said) && !repeated.contains("`also:"), "{repeated}");
    }
    let misspelt = explained("sensitive: {classes: [autentication], facts: [prompt]}\n");
    assert!(misspelt.contains("your settings must define autentication; did you mean `authentication`?"), "{misspelt}");
    let own = explained("sensitive: {classes: [kernel-of-ours], facts: [prompt]}\n");
    assert!(own.contains("must define kernel-of-ours)"), "{own}");
}

#[test]
fn explain_shows_every_condition_of_a_marker_once() {
    let repo = Repo::new();
    let markers = "  forbidden:\n    - { trailer: Assisted-by, value: '(?i)cursor', why: our rule }\n    - { text: 'xyzzy', why: magic }\n";
    repo.write("own.yml", format!("markers:\n{markers}sensitive: {{ reviewed_by_another_person: true }}\n"));
    let said = repo.run(&["policy", "explain", "own.yml"]).text();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("the trailer `Assisted-by:` in the commit, where its value matches `(?i)cursor`: our rule"),
        "{said}"
    );
    assert!(
        said.contains("words that match `xyzzy` in the commit: magic") && said.matches("magic").count() == 1,
        "{said}"
    );
    assert!(said.contains("classes: all; a review by another person"), "{said}");
}

#[test]
fn under_a_ban_the_counts_say_what_the_rows_say() {
    let repo = with_settings("");
    change(&repo, "a.py", "Add a\n\nAssisted-by: Codex:gpt-5.5");
    change(&repo, "b.py", "Add b");
    let said = repo.run(&["policy", "check", "main..topic", "--policy", "ban"]).text();
    assert!(said.contains("  1 declares AI use · 1 nothing declared\n"), "{said}");
}

#[test]
fn an_empty_range_is_no_result() {
    let repo = with_settings("");
    let said = repo.run(&["policy", "check", "HEAD..HEAD"]).text();
    assert!(said.contains("the range is empty: nothing was checked"), "{said}");
}

#[test]
fn a_class_of_sensitive_paths_that_nobody_defines_is_an_error() {
    let repo = with_settings("sensitive: ['src/money/** billing']\n");
    let policy = |classes: &str| {
        repo.write("own.yml", format!("title: Ours\nsensitive:\n  classes: [{classes}]\n  facts: [session]\n"));
        repo.run(&["policy", "check", "main..topic", "--policy", "own.yml"])
    };
    assert!(policy("payment, billing, project").status == 0, "built in, or defined by the settings");
    let said = policy("payment, paymnt").error(2);
    assert!(
        said.starts_with("own.yml:3: no class of sensitive paths is called `paymnt`. Did you mean `payment`?"),
        "{said}"
    );
    let explained = repo.run(&["policy", "explain", "own.yml"]).text();
    assert!(explained.contains("your settings must define paymnt"), "{explained}");
}

#[test]
fn a_marker_that_can_do_nothing_is_an_error_with_its_line() {
    let repo = Repo::new();
    for (markers, expected) in [
        ("  required:\n    - trailer: X\n      write: 'X: {tol}'\n", "own.yml:3: `write` has `{tol}`"),
        ("  told:\n    - trailer: X\n", "own.yml:3: `told` mentions a `label`"),
        ("  forbidden:\n    - trailer: X\n    - why: because\n", "own.yml:4: a marker has exactly one of"),
        ("  forbidden:\n    - tool: Cursr\n", "own.yml:3: no tool is called `Cursr`"),
    ] {
        repo.write("own.yml", format!("markers:\n{markers}"));
        let said = repo.run(&["policy", "explain", "own.yml"]).error(2);
        assert!(said.starts_with(expected), "{said}");
    }
    repo.write("own.yml", "markers:\n  required:\n    - { trailer: X, write: 'X: {tool} ({model})' }\n  told: [{ label: big, why: it is big }]\n");
    assert_eq!(repo.run(&["policy", "explain", "own.yml"]).status, 0);
}
