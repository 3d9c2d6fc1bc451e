//! Declaring AI use on commits: nothing of the user's is lost, and nothing is said twice.

use crate::support::{Repo, Run, code, list, text};
use assert_cmd::Command;
use serde_json::Value;

const NOTES: &str = "refs/notes/ai-attest";

/// A repository whose user git knows, with one commit.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.git(&["config", "user.name", "Ada Example"]);
    repo.git(&["config", "user.email", "ada@example.org"]);
    repo.commit_file("a.py", code("a", 6));
    repo
}

/// The binary without what this machine's own agents may have set.
fn command(repo: &Repo, args: &[&str]) -> Command {
    let mut command = repo.command(args);
    for name in [
        "CLAUDECODE",
        "CURSOR_AGENT",
        "GEMINI_CLI",
        "CODEX_THREAD_ID",
        "CODEX_SANDBOX",
        "ANTIGRAVITY_AGENT",
        "AUGMENT_AGENT",
        "OPENCODE_CLIENT",
        "CI",
        "GITHUB_ACTIONS",
        "GITLAB_CI",
    ] {
        command.env_remove(name);
    }
    command
}

fn run(repo: &Repo, args: &[&str]) -> Run {
    Run::of(&mut command(repo, args))
}

fn message(repo: &Repo) -> String {
    repo.git(&["log", "-1", "--format=%B"]).trim_end().to_owned()
}

fn note(repo: &Repo, commit: &str) -> Value {
    serde_json::from_str(&repo.git(&["notes", "--ref", NOTES, "show", commit])).unwrap()
}

#[test]
fn the_last_commit_gets_trailers_and_keeps_everything_else() {
    let repo = repo();
    repo.write("b.py", code("b", 6));
    repo.git(&["add", "--all"]);
    let date = "2020-02-03T04:05:06+0700";
    let body = "Add b\n\nWhy it is there.\n\nReviewed-by: Bob Lee <bob@example.org>\n";
    repo.git(&["commit", "--quiet", "-m", body, "--author", "Zoë <zoe@example.org>", "--date", date]);
    let before = repo.git(&["log", "-1", "--format=%T %P %an %ae %ad %cn %ce %cd"]);
    repo.write("staged.py", "1\n");
    repo.git(&["add", "staged.py"]);
    repo.write("b.py", "changed\n");
    repo.write("untracked.py", "2\n");
    let status = repo.git(&["status", "--porcelain"]);

    let said =
        run(&repo, &["attest", "--tool", "Claude Code", "--model", "claude-opus-4-8", "--integration", "cli"]).text();
    assert!(said.starts_with("amended the last commit"), "{said}");
    assert_eq!(
        message(&repo),
        "Add b\n\nWhy it is there.\n\nReviewed-by: Bob Lee <bob@example.org>\n\
         Assisted-by: Claude Code:claude-opus-4-8\nAI-Path: cli"
    );
    assert_eq!(repo.git(&["log", "-1", "--format=%T %P %an %ae %ad %cn %ce %cd"]), before);
    assert_eq!(repo.git(&["status", "--porcelain"]), status, "neither index nor files were touched");
    assert!(repo.git(&["reflog", "-1"]).contains("commit (amend): Add b"));
    repo.git(&["fsck", "--strict"]);

    let again =
        run(&repo, &["attest", "--tool", "Claude Code", "--model", "claude-opus-4-8", "--integration", "cli"]).text();
    assert_eq!(again, "the last commit already says so\n");
}

#[test]
fn what_was_written_is_read_back_complete() {
    let repo = repo();
    let digest = format!("sha256:{}", "0f".repeat(32));
    run(
        &repo,
        &[
            "attest",
            "--tool",
            "Codex",
            "--model",
            "gpt-5.5",
            "--helper",
            "sparse",
            "--generated",
            "--proportion",
            "80%",
            "--integration",
            "agent",
            "--session",
            "7f3a",
            "--prompt",
            &digest,
            "--output",
            "https://example.org/o/1",
            "--accountable",
            "Bob Lee <bob@example.org>",
            "--requested-by",
            "Ada Example <ada@example.org>",
        ],
    )
    .text();
    let parsed = repo.git(&["log", "-1", "--format=%(trailers:only,unfold)"]);
    assert_eq!(
        parsed.trim(),
        format!(
            "Generated-by: Codex:gpt-5.5 sparse\nAI-Proportion: 80%\nAI-Path: agent\nAI-Session: 7f3a\nAI-Prompt: {digest}\n\
             AI-Output: https://example.org/o/1\nAI-Requested-by: Ada Example <ada@example.org>\n\
             AI-Accountable: Bob Lee <bob@example.org>"
        )
    );
    repo.git(&["commit", "--quiet", "--allow-empty", "-m", "next"]);
    assert_eq!(run(&repo, &["attest", "HEAD~1..HEAD", "--check"]).status, 0);
}

#[test]
fn what_is_written_for_any_tool_is_read_back() {
    let repo = repo();
    repo.branch("topic");
    for (at, more) in [&[][..], &["--helper", "sparse"], &["--generated"]].into_iter().enumerate() {
        repo.commit_file(&format!("b{at}.py"), code("b", 6));
        let unsaid = repo.diff(&["HEAD~1"]);
        assert_eq!(unsaid["commits"][0]["attestation"]["state"], "absent");
        let args = ["attest", "--tool", "MyTool", "--model", "my-model-1", "--no-ask"];
        run(&repo, &[&args[..], more].concat()).text();
        let report = repo.diff(&["HEAD~1"]);
        let found = &report["commits"][0]["attestation"];
        assert_eq!(found["state"], "complete", "{}", message(&repo));
        assert_eq!((text(&found["facts"]["tool"]), text(&found["facts"]["model"])), ("MyTool", "my-model-1"));
    }
    let checked = run(&repo, &["attest", "main", "--check"]);
    assert!(checked.status == 0 && !checked.stdout.contains("nothing"), "{checked:?}");
    let states = repo.run(&["policy", "check", "main", "--format", "json"]).json();
    let states: Vec<&Value> = list(&states["commits"]).iter().map(|commit| &commit["state"]).collect();
    assert_eq!(states, ["complete"; 3]);
}

#[test]
fn no_ai_can_be_said() {
    let repo = repo();
    run(&repo, &["attest", "--no-ai"]).text();
    assert_eq!(message(&repo), "Change a.py\n\nNo-AI: true");
}

#[test]
fn a_foreign_form_is_said_in_our_words_and_kept() {
    let repo = repo();
    repo.commit("Next\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\n");
    run(&repo, &["attest"]).text();
    assert_eq!(
        message(&repo),
        "Next\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nGenerated-by: Claude:claude-opus-4.8"
    );
}

#[test]
fn the_surroundings_and_sensitive_paths_are_seen() {
    let repo = repo();
    repo.commit_file("src/auth/login.py", code("login", 6));
    let ran = Run::of(
        command(&repo, &["attest", "--model", "claude-opus-4-8"])
            .env("CLAUDECODE", "1")
            .env("CLAUDE_CODE_SESSION_ID", "7f3a-11"),
    );
    assert_eq!(ran.stderr, "Claude Code seems to run this shell (CLAUDECODE is set).\n");
    let lines =
        "Assisted-by: Claude Code:claude-opus-4-8\nAI-Path: agent\nAI-Session: 7f3a-11\nAI-Sensitive: authentication";
    assert!(message(&repo).ends_with(lines), "{}", message(&repo));
}

#[test]
fn a_terminal_is_asked_for_what_is_missing() {
    let repo = repo();
    let mut asked = command(&repo, &["attest", "--ask"]);
    let ran = Run::of(asked.write_stdin("Codex\ngpt-5.5\n"));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stderr.starts_with("Which AI tool helped?") && ran.stderr.contains("the model with its version"),
        "{ran:?}"
    );
    assert!(message(&repo).ends_with("Assisted-by: Codex:gpt-5.5"));
    repo.commit_file("b.py", code("b", 6));
    let told = run(&repo, &["attest", "--no-ask"]).error(2);
    assert!(told.starts_with("no AI tool is named"), "{told}");
}

#[test]
fn the_answer_none_declares_that_no_ai_was_used() {
    let repo = repo();
    let ran = Run::of(command(&repo, &["attest", "--ask"]).write_stdin("None\n"));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(message(&repo).ends_with("\nNo-AI: true"), "{}", message(&repo));

    // A name that only begins so is a tool, and options that describe AI use contradict the answer.
    repo.commit_file("b.py", code("b", 6));
    let before = repo.id("HEAD");
    let ran = Run::of(command(&repo, &["attest", "--ask", "--generated"]).write_stdin("none\n"));
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("the answer `none` contradicts the options"), "{ran:?}");
    assert_eq!(repo.id("HEAD"), before);
    let ran = Run::of(command(&repo, &["attest", "--ask"]).write_stdin("Nonesuch\ngpt-5.5\n"));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(message(&repo).ends_with("Assisted-by: Nonesuch:gpt-5.5"), "{}", message(&repo));
}

#[test]
fn without_a_terminal_the_tool_must_be_named() {
    let repo = repo();
    let before = repo.id("HEAD");
    let told = run(&repo, &["attest"]).error(2);
    assert_eq!(told, "no AI tool is named; add --tool NAME and --model ID, or --no-ai if no AI was used");
    let told = run(&repo, &["attest", "--tool", "x", "--prompt", "write a parser"]);
    assert!(told.status == 2 && told.stderr.contains("the text itself is not kept"), "{told:?}");
    assert_eq!(repo.id("HEAD"), before);
}

#[test]
fn what_the_policy_still_misses_is_said() {
    let repo = repo();
    repo.write(".ai-detect.yml", "policy: agent-model\n");
    repo.commit("Have a policy");
    let said = run(&repo, &["attest", "--tool", "Codex", "--model", "gpt-5.5"]).text();
    assert!(said.contains("  - No person has signed off."), "{said}");
    let said = run(&repo, &["attest", "--tool", "Codex", "--model", "gpt-5.5", "--policy", "kubernetes"]).text();
    assert_eq!(said, "the last commit already says so\n");
}

#[test]
fn a_published_commit_is_left_alone_unless_asked() {
    let origin = repo();
    let clone = origin.clone("clone", &[]);
    let before = clone.id("HEAD");
    let told = run(&clone, &["attest", "--tool", "Codex"]).error(3);
    assert!(
        told.starts_with("the last commit is on origin/HEAD already, so your branch would no longer match"),
        "{told}"
    );
    assert!(told.contains("`git push --force-with-lease`") && told.contains("`git push origin refs/notes/ai-attest`"));
    assert_eq!(clone.id("HEAD"), before);
    clone.git(&["config", "user.name", "Ada"]);
    clone.git(&["config", "user.email", "ada@example.org"]);
    clone.commit_file("b.py", code("b", 6));
    run(&clone, &["attest", "--tool", "Codex"]).text();
    clone.git(&["checkout", "--quiet", "--detach", "origin/HEAD"]);
    let said = run(&clone, &["attest", "--tool", "Codex", "--even-if-published"]).text();
    assert!(said.contains("`git push --force-with-lease` brings origin/HEAD up to date"), "{said}");
    assert_ne!(clone.id("HEAD"), before);
    assert_eq!(clone.id("origin/main"), before);
}

#[test]
fn a_signature_is_not_dropped_unless_asked() {
    let repo = repo();
    let raw = String::from_utf8(repo.git_bytes(&["cat-file", "commit", "HEAD"], b"")).unwrap();
    let signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n\n";
    let signed = raw.replacen("\n\n", &format!("\n{signature}"), 1);
    let id = repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], signed.as_bytes());
    repo.git(&["update-ref", "HEAD", String::from_utf8(id).unwrap().trim()]);
    let before = repo.id("HEAD");
    let told = run(&repo, &["attest", "--tool", "Codex"]).error(3);
    assert!(told.contains("the signature would be lost"), "{told}");
    assert_eq!(repo.id("HEAD"), before);
    let said = run(&repo, &["attest", "--tool", "Codex", "--drop-signature"]).text();
    assert!(said.contains("its signature is gone"), "{said}");
    assert!(!repo.git(&["cat-file", "commit", "HEAD"]).contains("gpgsig"));
    repo.git(&["fsck", "--strict"]);
}

#[test]
fn an_unfinished_merge_is_left_alone() {
    let repo = repo();
    repo.branch("other");
    repo.commit_file("a.py", "other\n");
    repo.switch("main");
    repo.commit_file("a.py", "main\n");
    repo.try_git(&["merge", "other"], b"");
    let before = repo.id("HEAD");
    let told = run(&repo, &["attest", "--tool", "Codex"]).error(3);
    assert_eq!(told, "a merge is in progress; finish it first, or use --notes");
    assert_eq!(repo.id("HEAD"), before);
    run(&repo, &["attest", "--tool", "Codex", "--notes"]).text();
}

#[test]
fn a_dry_run_writes_nothing() {
    let repo = repo();
    let before = repo.git(&["for-each-ref"]);
    let said = run(&repo, &["attest", "--tool", "Codex", "--dry-run"]).text();
    assert!(said.starts_with("would add to the last commit:\n    Assisted-by: Codex\n"), "{said}");
    run(&repo, &["attest", "--tool", "Codex", "--notes", "--dry-run"]).text();
    assert_eq!(repo.git(&["for-each-ref"]), before);
}

#[test]
fn notes_attest_a_range_and_leave_its_commits_alone() {
    let repo = repo();
    let base = repo.id("HEAD");
    let commits = [repo.commit_file("b.py", code("b", 6)), repo.commit_file("c.py", code("c", 6))];
    let told = run(&repo, &["attest", &base, "--tool", "Codex"]).error(2);
    assert!(told.ends_with("or --notes"), "{told}");
    let said = run(&repo, &["attest", &base, "--tool", "Codex", "--model", "gpt-5.5", "--notes"]).text();
    assert!(said.contains("2 notes in refs/notes/ai-attest"), "{said}");
    assert_eq!(repo.id("HEAD"), commits[1]);
    for commit in &commits {
        let note = note(&repo, commit);
        assert_eq!(note["schema"], "ai-detect/attestation/v1");
        assert_eq!(note["attestations"][0]["declaration"]["involvement"]["ai"]["assistants"][0]["model"], "gpt-5.5");
        assert_eq!(note["attestations"][0]["declaration"]["accountable"], "Ada Example <ada@example.org>");
    }
    let schema = repo.run(&["schema", "attestation"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&note(&repo, &commits[0])));
    assert!(!validator.is_valid(&serde_json::json!({"schema": "x", "attestations": [{"declaration": {}}]})));

    let checked = repo.run(&["policy", "check", &base, "--format", "json"]).json();
    let states: Vec<&Value> = list(&checked["commits"]).iter().map(|commit| &commit["state"]).collect();
    assert_eq!(states, ["complete", "complete"]);
    let again = run(&repo, &["attest", &base, "--tool", "Codex", "--model", "gpt-5.5", "--notes"]).text();
    assert_eq!(again.matches("already says so").count(), 2, "{again}");
    run(&repo, &["attest", "--tool", "Claude Code", "--notes"]).text();
    assert_eq!(list(&note(&repo, &commits[1])["attestations"]).len(), 2, "a second declaration is added");
}

#[test]
fn notes_of_others_and_unreadable_ones_are_never_overwritten() {
    let repo = repo();
    let head = repo.commit_file("b.py", code("b", 6));
    for (content, problem) in
        [("{\"schema\":\"ai-detect/attestation/v9\"}", "this version reads"), ("not ours at all", "not of the form")]
    {
        repo.git(&["notes", "--ref", NOTES, "add", "-f", "-m", content, &head]);
        let before = repo.git(&["for-each-ref"]);
        let told = run(&repo, &["attest", "--tool", "Codex", "--notes"]).error(3);
        assert!(told.contains("is left as it is") && told.contains(problem), "{told}");
        assert_eq!(repo.git(&["for-each-ref"]), before);
        let report = repo.run(&["policy", "check", "HEAD~1..HEAD", "--format", "json"]).json();
        let found = &report["commits"][0];
        assert_eq!((text(&found["state"]), text(&found["findings"][0]["kind"])), ("unreadable", "unreadable"));
    }
}

#[test]
fn notes_join_a_tree_with_fan_out() {
    let repo = repo();
    for at in 0..3 {
        let commit = repo.commit(&format!("c{at}"));
        repo.git(&["notes", "--ref", NOTES, "add", "-m", "{\"schema\":\"x\"}", &commit]);
    }
    // What git itself does once there are many.
    let listing: String = repo
        .git(&["ls-tree", NOTES])
        .lines()
        .map(|line| {
            let (meta, name) = line.split_once('\t').unwrap();
            format!("{meta}\t{}/{}\n", &name[..2], &name[2..])
        })
        .collect();
    repo.git_bytes(&["update-index", "--index-info"], listing.as_bytes());
    let tree = repo.git(&["write-tree"]);
    let commit = repo.git(&["commit-tree", &tree, "-m", "fan out"]);
    repo.git(&["reset", "--quiet"]);
    repo.git(&["update-ref", NOTES, &commit]);
    let newest = repo.commit("newest");
    run(&repo, &["attest", "--tool", "Codex", "--notes"]).text();
    assert!(repo.git(&["ls-tree", "-r", "--name-only", NOTES]).contains(&format!("{}/{}", &newest[..2], &newest[2..])));
    assert_eq!(repo.git(&["notes", "--ref", NOTES, "list"]).lines().count(), 4);
    assert_eq!(note(&repo, &newest)["schema"], "ai-detect/attestation/v1");
}

#[test]
fn a_statement_is_printed_for_others_to_sign() {
    let repo = repo();
    let statement = run(&repo, &["attest", "--tool", "Codex", "--model", "gpt-5.5", "--statement"]).json();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["subject"][0]["digest"]["gitCommit"], repo.id("HEAD"));
    assert_eq!(statement["predicate"]["schema"], "ai-detect/attestation/v1");
    assert_eq!(repo.git(&["for-each-ref", NOTES]), "");
}

#[test]
fn a_squash_is_foretold_with_what_keeps_its_attestations() {
    let repo = repo();
    repo.branch("topic");
    repo.write("b.py", code("b", 6));
    repo.commit("One\n\nAssisted-by: Codex:gpt-5.5\nAI-Session: 7f3a\n");
    repo.commit_file("c.py", code("c", 6));
    let said = run(&repo, &["attest", "squash", "main", "--title", "Add b and c", "--number", "7"]).text();
    assert!(said.contains("    Add b and c (#7)\n    \n    * One\n"), "{said}");
    assert!(
        said.ends_with("end the message with:\n\n    Assisted-by: Codex:gpt-5.5\n    AI-Session: 7f3a\n"),
        "{said}"
    );
    let gitlab = run(&repo, &["attest", "squash", "main", "--forge", "gitlab", "--exit-code"]);
    assert_eq!(gitlab.status, 1);
    assert!(gitlab.stdout.contains("“Assisted-by: Codex:gpt-5.5” is gone"), "{}", gitlab.stdout);
}

#[test]
fn notes_follow_a_rebase_by_patch() {
    let repo = repo();
    repo.branch("topic");
    repo.commit_file("b.py", code("b", 6));
    repo.commit_file("c.py", code("c", 6));
    run(&repo, &["attest", "main", "--tool", "Codex", "--model", "gpt-5.5", "--notes"]).text();
    let old = repo.id("HEAD");
    repo.switch("main");
    repo.commit_file("later.py", code("later", 6));
    repo.switch("topic");
    repo.git(&["rebase", "--quiet", "main"]);
    let said = run(&repo, &["attest", "carry", &format!("{old}..HEAD")]).text();
    assert_eq!(said.matches("the same patch").count(), 2, "{said}");
    let carried = note(&repo, "HEAD");
    assert_eq!(carried["attestations"][0]["carried_from"], old);
    assert!(carried["attestations"][0].get("covers").is_none());
    let again = run(&repo, &["attest", "carry", &format!("{old}..HEAD")]).text();
    assert_eq!(again.matches("already there").count(), 2, "{again}");
    assert_eq!(list(&note(&repo, "HEAD")["attestations"]).len(), 1);
}

#[test]
fn notes_of_other_tools_that_stay_behind_are_named() {
    let repo = repo();
    repo.branch("topic");
    repo.commit_file("b.py", code("b", 6));
    repo.git(&["notes", "--ref", "ai", "add", "-m", "x"]);
    let old = repo.id("HEAD");
    repo.git(&["commit", "--quiet", "--amend", "-m", "Better words"]);
    let told = run(&repo, &["attest", "carry", &format!("{old}..HEAD")]).text();
    assert!(told.contains("0 notes on 1 old commit; 0 carried"), "{told}");
    assert!(told.contains("1 note under refs/notes/ai not carried: the tool that wrote them has to do that"), "{told}");
}

#[test]
fn what_a_commit_declares_is_not_denied_beside_it() {
    let repo = repo();
    repo.write("b.py", code("b", 6));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "-m", "Add b\n\nAssisted-by: Codex:gpt-5.5"]);
    let before = repo.id("HEAD");
    for place in [&["attest", "--no-ai"][..], &["attest", "HEAD~..HEAD", "--no-ai", "--notes"]] {
        let told = run(&repo, place).error(2);
        assert!(told.contains("declares AI use (Codex), so --no-ai would contradict it"), "{told}");
    }
    assert_eq!(repo.id("HEAD"), before);
    assert!(!repo.try_git(&["notes", "--ref", NOTES, "show", "HEAD"], b"").0);
}

#[test]
fn notes_follow_their_lines_through_a_squash() {
    let repo = repo();
    repo.branch("topic");
    repo.commit_file("b.py", code("b", 6));
    run(&repo, &["attest", "--tool", "Codex", "--model", "gpt-5.5", "--notes"]).text();
    repo.commit_file("b.py", code("b", 6) + &code("more", 4));
    let old = repo.id("HEAD");
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--squash", "topic"]);
    repo.commit("Squashed");
    let dry = run(&repo, &["attest", "carry", &format!("{old}..main"), "--dry-run"]).text();
    assert!(dry.contains("6 of its 6 lines"), "{dry}");
    assert!(!repo.try_git(&["notes", "--ref", NOTES, "show", "HEAD"], b"").0);
    run(&repo, &["attest", "carry", &format!("{old}..main")]).text();
    let carried = note(&repo, "HEAD");
    assert_eq!(carried["attestations"][0]["covers"], serde_json::json!([{"path": "b.py", "lines": [[1, 6]]}]));
}

/// A file of six functions, with a blank line and a lone bracket after each of their lines, that a pack of rules flags.
fn spaced_code(name: &str) -> String {
    let function = |at: u32| format!("function {name}{at}(a) {{\n\n  const b = a + {at};\n\n  return b;\n\n}}\n\n");
    format!("// xyzzy\n\n{}", (0..6).map(function).collect::<String>())
}

#[test]
fn a_note_that_followed_through_squashes_still_attests_its_blocks() {
    let repo = repo();
    repo.write(".ai-detect.yml", crate::support::PLANTED_CONFIG);
    repo.write("planted.yml", crate::support::PLANTED_PACK);
    let base = repo.commit("Settings");
    repo.branch("topic");
    repo.commit_file("b.js", spaced_code("b"));
    run(&repo, &["attest", "--tool", "Codex", "--model", "gpt-5.5", "--notes"]).text();
    repo.commit_file("c.js", spaced_code("c"));
    let verdicts = |range: &str| {
        let report = repo.diff(&[range]);
        let of = |hunk: &Value| (text(&hunk["path"]).to_owned(), text(&hunk["verdict"]).to_owned());
        list(&report["hunks"]).iter().map(of).collect::<Vec<_>>()
    };
    let expected = [("b.js", "attested"), ("c.js", "unattested")].map(|(path, is)| (path.to_owned(), is.to_owned()));
    assert_eq!(verdicts(&format!("{base}..topic")), expected);
    // Once into a branch, and with that into another one.
    for (from, into) in [("topic", "release"), ("release", "main")] {
        if into == "release" {
            repo.git(&["switch", "--quiet", "--create", into, &base]);
        } else {
            repo.switch(into);
            repo.commit_file("later.js", "later();\n");
        }
        let before = repo.id("HEAD");
        repo.git(&["merge", "--quiet", "--squash", from]);
        repo.commit("Squashed");
        run(&repo, &["attest", "carry", &format!("{from}..{into}")]).text();
        assert_eq!(verdicts(&format!("{before}..{into}")), expected, "{from} into {into}");
    }
}

#[test]
fn nothing_is_written_where_somebody_else_was_faster() {
    let repo = repo();
    let old = repo.id("HEAD");
    repo.commit_file("b.py", code("b", 6));
    let opened = ai_detect::git::Repository::open(repo.path()).unwrap();
    let before = repo.git(&["for-each-ref"]);
    assert!(opened.move_head(&old, &repo.id("HEAD"), "too late").is_err(), "HEAD is another commit by now");
    assert_eq!(repo.git(&["for-each-ref"]), before);

    let mut notes = opened.own_notes(NOTES).unwrap();
    notes.set(&old, b"ours".to_vec());
    repo.git(&["notes", "--ref", NOTES, "add", "-m", "theirs", &old]);
    assert!(notes.save("too late").is_err());
    assert_eq!(repo.git(&["notes", "--ref", NOTES, "show", &old]), "theirs");
}

#[test]
fn a_linked_work_tree_amends_its_own_head() {
    let repo = repo();
    repo.git(&["worktree", "add", "--quiet", "-b", "side", repo.beside("side").to_str().unwrap()]);
    let side = repo.at(repo.beside("side"));
    side.commit_file("b.py", code("b", 6));
    let main = repo.id("main");
    run(&side, &["attest", "--tool", "Codex"]).text();
    assert!(message(&side).ends_with("Assisted-by: Codex"));
    assert_eq!((repo.id("main"), side.git(&["status", "--porcelain"])), (main, String::new()));
    run(&side, &["hook", "install"]).text();
    assert!(repo.path().join(".git/hooks/commit-msg").exists());
}

#[test]
fn a_tools_commit_names_the_person_who_attests_it() {
    let repo = repo();
    repo.write("b.py", code("b", 6));
    repo.git(&["add", "--all"]);
    let devin = "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>";
    repo.git(&["commit", "--quiet", "-m", "By a tool", "--author", devin]);
    let ran = run(&repo, &["attest", "--model", "devin-2"]);
    assert!(ran.stderr.contains("The author Devin AI is a program"), "{}", ran.stderr);
    let lines = "Generated-by: Devin:devin-2\nAI-Accountable: Ada Example <ada@example.org>";
    assert!(message(&repo).ends_with(lines), "{}", message(&repo));
}

#[test]
fn messages_that_are_not_utf8_are_left_alone() {
    let repo = repo();
    repo.git(&["config", "i18n.commitEncoding", "ISO-8859-1"]);
    repo.git_bytes(&["commit", "--quiet", "--allow-empty", "-F", "-"], b"caf\xe9\n");
    let before = repo.id("HEAD");
    let told = run(&repo, &["attest", "--tool", "Codex"]).error(3);
    assert!(told.contains("not UTF-8"), "{told}");
    assert_eq!(repo.id("HEAD"), before);
    run(&repo, &["attest", "--tool", "Codex", "--notes"]).text();
}

#[test]
fn without_a_name_no_note_is_written() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 6));
    let told = run(&repo, &["attest", "--tool", "Codex", "--notes"]).error(3);
    assert_eq!(told, "git does not know who you are: set user.name and user.email");
    run(&repo, &["attest", "--tool", "Codex"]).text();
    assert!(message(&repo).ends_with("Assisted-by: Codex"), "amending keeps the committer, so no name is needed");
}

#[test]
fn what_nobody_will_read_as_a_declaration_is_not_written_unless_asked() {
    let repo = repo();
    let before = repo.id("HEAD");
    let unknown = ["attest", "--tool", "My Tool", "--model", "x"];
    for args in [&unknown[..], &[&unknown[..], &["--dry-run"]].concat()] {
        let told = run(&repo, args).error(2);
        assert!(told.starts_with("this would not be read as a declaration of AI use"), "{told}");
        assert!(!told.contains("Did you mean"), "{told}");
    }
    let told = run(&repo, &["attest", "--tool", "Claude Kode", "--model", "x"]).error(2);
    assert!(told.contains("Did you mean --tool \"Claude\"?"), "{told}");
    assert_eq!(repo.id("HEAD"), before);
    // What else the commit declares does not make the new line known.
    repo.git(&["commit", "-q", "--amend", "-m", "Change a.py\n\nAssisted-by: Codex:gpt-5.5"]);
    let told = run(&repo, &["attest", "--tool", "Clod", "--model", "mymodel"]).error(2);
    assert!(told.contains("neither the tool (Clod) nor its model is known"), "{told}");
    run(&repo, &["attest", "--tool", "Claude", "--model", "mymodel"]).text();
    repo.git(&["commit", "-q", "--amend", "-m", "Change a.py"]);
    run(&repo, &[&unknown[..], &["--even-if-unknown"]].concat()).text();
    assert!(message(&repo).ends_with("Assisted-by: My Tool:x"), "{}", message(&repo));
}

#[test]
fn a_full_model_id_is_read_whatever_the_tool_is_called() {
    let repo = repo();
    run(&repo, &["attest", "--tool", "home-made", "--model", "custom-7b"]).text();
    assert!(message(&repo).ends_with("Assisted-by: home-made:custom-7b"), "{}", message(&repo));
}

#[test]
fn an_amended_commit_says_how_to_undo_it_and_what_it_lost() {
    let repo = repo();
    let before = repo.id("HEAD");
    let told = run(&repo, &["attest", "--no-ai"]).text();
    assert!(told.contains("    No-AI: true\n") && !told.contains("removed:"), "{told}");
    assert!(told.contains(&format!("`git reset --soft {before}` undoes it\n")), "{told}");
    let told = run(&repo, &["attest", "--tool", "Codex"]).text();
    assert!(told.contains("    Assisted-by: Codex\n    removed: No-AI: true\n"), "{told}");
    repo.git(&["reset", "--quiet", "--soft", &before]);
    assert_eq!(message(&repo), "Change a.py");
}

#[test]
fn a_note_about_ai_use_takes_back_one_about_no_ai() {
    let repo = repo();
    let told = run(&repo, &["attest", "--no-ai", "--notes"]).text();
    assert!(told.contains("No-AI: true") && !told.contains("removed:"), "{told}");
    let told = run(&repo, &["attest", "--tool", "Codex", "--model", "gpt-5.5", "--notes"]).text();
    assert!(told.contains("    Assisted-by: Codex:gpt-5.5\n    removed: No-AI: true\n"), "{told}");
    let scanned = repo.run(&["markers", "scan", "HEAD"]).text();
    assert!(scanned.contains("1 declare AI use") && !scanned.contains("does not fit together"), "{scanned}");
}

#[test]
fn whoever_attests_the_commit_of_a_program_is_named_and_told_so() {
    let repo = repo();
    let bot = "some-ci[bot] <1+some-ci[bot]@users.noreply.github.com>";
    let me = "Ada Example <ada@example.org>";
    let of_bot = || {
        repo.write("b.py", code("b", 6));
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--allow-empty", "--author", bot, "-m", "Update b.py"]);
    };
    of_bot();
    let ran = run(&repo, &["attest", "--tool", "Codex"]);
    assert!(ran.stderr.contains(&format!("the declaration names you as accountable ({me})")), "{}", ran.stderr);
    assert!(message(&repo).contains(&format!("AI-Accountable: {me}")), "{}", message(&repo));
    of_bot();
    let ran = run(&repo, &["attest", "--tool", "Codex", "--accountable", me]);
    assert_eq!(ran.stderr, "", "whoever says it knows it");
    repo.commit_file("c.py", code("c", 6));
    run(&repo, &["attest", "--tool", "Codex"]).text();
    assert!(!message(&repo).contains("AI-Accountable"), "an author who is a person answers");
}

#[test]
fn what_the_policy_says_of_the_size_is_told_at_once() {
    let repo = repo();
    repo.write(".ai-detect.yml", "policy: our.yml\n");
    repo.write("our.yml", "extends: default\ntitle: Ours\nthresholds: { added_lines: 100 }\n");
    repo.commit("Have a policy");
    repo.commit_file("b.py", code("b", 120));
    let told = run(&repo, &["attest", "--tool", "Codex", "--model", "gpt-5.5"]).text();
    assert!(told.contains("120"), "{told}");
}

#[test]
fn declaring_again_with_more_leaves_one_line() {
    let repo = repo();
    let declare = |more: &[&str]| run(&repo, &[&["attest", "--no-ask", "--tool", "Claude Code"], more].concat()).text();
    declare(&[]);
    declare(&["--model", "claude-opus-4-8", "--proportion", "40%"]);
    let with_model = "Change a.py\n\nAssisted-by: Claude Code:claude-opus-4-8\nAI-Proportion: 40%";
    assert_eq!(message(&repo), with_model);
    for poorer in [&[][..], &["--model", "claude-opus-4-8"]] {
        assert_eq!(declare(poorer), "the last commit already says so\n");
    }
    declare(&["--generated", "--proportion", "60%"]);
    assert_eq!(message(&repo), "Change a.py\n\nGenerated-by: Claude Code:claude-opus-4-8\nAI-Proportion: 60%");
    declare(&["--model", "claude-sonnet-5"]);
    let lines = message(&repo);
    assert!(
        lines.contains("Claude Code:claude-opus-4-8\n") && lines.contains("Claude Code:claude-sonnet-5"),
        "{lines}"
    );
    run(&repo, &["attest", "--no-ask", "--tool", "Codex"]).text();
    assert_eq!(message(&repo).matches("Claude Code:").count(), 2, "another tool takes nothing away");
}

#[test]
fn a_version_replaces_the_line_of_the_same_model_without_one() {
    for (written, args) in [
        ("Assisted-by: Claude:claude-sonnet", &["--model", "sonnet-4.5"][..]),
        ("Assisted-by: Claude:claude-sonnet", &["--tool", "Claude", "--model", "sonnet-4.5"]),
        ("Assisted-by: Claude:sonnet-latest", &["--tool", "Claude", "--model", "sonnet-4.5"]),
    ] {
        let repo = repo();
        repo.git(&["commit", "-q", "--amend", "-m", &format!("Change a.py\n\n{written}")]);
        run(&repo, &[&["attest", "--no-ask"], args].concat()).text();
        assert_eq!(message(&repo), "Change a.py\n\nAssisted-by: Claude:sonnet-4.5", "{written}");
    }
    let repo = repo();
    repo.git(&["commit", "-q", "--amend", "-m", "Change a.py\n\nAssisted-by: Claude:claude-sonnet"]);
    run(&repo, &["attest", "--no-ask", "--tool", "Claude", "--model", "claude-opus-4-8"]).text();
    assert_eq!(message(&repo).matches("Assisted-by: Claude:").count(), 2, "another model is another line");
}

#[test]
fn a_note_that_says_more_takes_the_place_of_the_poorer_one() {
    let repo = repo();
    let declare = |more: &[&str]| {
        run(&repo, &[&["attest", "--notes", "--no-ask", "--tool", "Claude Code"], more].concat()).text();
        let note = note(&repo, "HEAD");
        let models = list(&note["attestations"]).iter().map(|entry| {
            let assistants = &entry["declaration"]["involvement"]["ai"]["assistants"];
            assistants[0]["model"].as_str().unwrap_or("none").to_owned()
        });
        models.collect::<Vec<_>>()
    };
    assert_eq!(declare(&[]), ["none"]);
    assert_eq!(declare(&["--model", "claude-opus-4-8"]), ["claude-opus-4-8"]);
    assert_eq!(declare(&[]), ["claude-opus-4-8"]);
    assert_eq!(declare(&["--model", "claude-sonnet-5"]), ["claude-opus-4-8", "claude-sonnet-5"]);
}

/// Four commits, of which the last three are nobody else's.
fn unpublished() -> Repo {
    let origin = repo();
    let clone = origin.clone("clone", &[]);
    clone.git(&["config", "user.name", "Ada"]);
    clone.git(&["config", "user.email", "ada@example.org"]);
    for name in ["b", "c", "d"] {
        clone.write(&format!("{name}.py"), code(name, 6));
        clone.git(&["add", "--all"]);
        let author = "Zo\u{eb} <zoe@example.org>";
        clone.git(&[
            "commit",
            "--quiet",
            "-m",
            &format!("Add {name}"),
            "--author",
            author,
            "--date",
            "2020-02-03T04:05:06+0700",
        ]);
    }
    clone
}

const CODEX: [&str; 5] = ["--no-ask", "--tool", "Codex", "--model", "gpt-5.5"];

#[test]
fn an_older_commit_gets_trailers_and_all_else_stays() {
    let repo = unpublished();
    let (before, noted) = (repo.id("HEAD"), repo.id("HEAD~1"));
    run(&repo, &["attest", "HEAD~1^!", "--notes", "--tool", "Cursor", "--no-ask"]).text();
    repo.git(&["notes", "--ref=ai", "add", "-m", "of another tool", "HEAD"]);
    repo.write("staged.py", "1\n");
    repo.git(&["add", "staged.py"]);
    repo.write("d.py", "changed\n");
    let seen = || (repo.git(&["status", "--porcelain"]), repo.git(&["log", "--format=%T %an %ae %ad %cn %ce %cd %s"]));
    let (then, parents) = (seen(), repo.id("HEAD~3"));

    let said = run(&repo, &[&["attest", "HEAD~2^!"], &CODEX[..]].concat()).text();
    let now = repo.id("HEAD");
    let expected = format!(
        "rewrote 3 commits; HEAD was {} and is now {}:\n  {}  \u{201c}Add b\u{201d}\n    Assisted-by: Codex:gpt-5.5\n\
         2 notes carried along\n`git reset --soft {before}` undoes it\n",
        &before[..8],
        &now[..8],
        &repo.git(&["rev-parse", &format!("{before}~2")])[..8]
    );
    assert_eq!(said, expected);
    assert_eq!(seen(), then, "trees, people, dates, index and files are as they were");
    assert_eq!(repo.id("HEAD~3"), parents);
    let bodies = repo.git(&["log", "-3", "--format=%B%x00"]);
    assert_eq!(bodies.matches("Assisted-by").count(), 1);
    assert_eq!(repo.git(&["log", "-1", "--format=%B", "HEAD~2"]).trim_end(), "Add b\n\nAssisted-by: Codex:gpt-5.5");
    assert_eq!(repo.git(&["notes", "--ref=ai", "show", "HEAD"]), "of another tool");
    let carried = note(&repo, "HEAD~1");
    assert_eq!(carried["attestations"][0]["carried_from"], noted.as_str());
    assert!(repo.git(&["reflog", "-1"]).contains("attest: trailers on 1 of 3 commits"));
    repo.git(&["fsck", "--strict"]);

    let again = run(&repo, &[&["attest", "HEAD~2^!"], &CODEX[..]].concat()).text();
    assert_eq!(again, "the commit already says so\n");
    repo.git(&["reset", "--soft", &before]);
    assert_eq!((repo.id("HEAD"), seen().0), (before, then.0));
}

/// A branch with one commit that declares nothing, and a merge after it.
fn merged_in_between() -> Repo {
    let repo = unpublished();
    repo.branch("other");
    repo.commit_file("e.py", code("e", 6));
    repo.switch("main");
    repo.commit_file("f.py", code("f", 6));
    repo.merge("other");
    repo
}

#[test]
fn a_commit_before_a_merge_is_attested_at_a_stop_of_a_rebase() {
    let repo = merged_in_between();
    let old = repo.id("HEAD~1");
    let told = run(&repo, &[&["attest", &format!("{old}^!")], &CODEX[..]].concat()).error(2);
    let advice = format!("run `git rebase --interactive --rebase-merges {}^`", &old[..8]);
    assert!(told.contains(&advice) && told.contains("`ai-detect attest` without a range"), "{told}");

    // The advice, followed to its end.
    let editor = format!("sed -i 's/^pick {}/edit {}/'", &old[..7], &old[..7]);
    let editor = format!("sequence.editor={editor}");
    let parent = format!("{old}^");
    repo.git(&["-c", &editor, "rebase", "--interactive", "--rebase-merges", &parent]);
    assert_eq!(repo.id("HEAD"), old, "the rebase has stopped at the commit");
    let told = run(&repo, &[&["attest", "HEAD~1.."], &CODEX[..]].concat()).text();
    assert!(told.contains("`git rebase --continue` goes on with the rebase"), "{told}");
    // What was written may be corrected at the same stop.
    run(&repo, &["attest", "--no-ask", "--tool", "Codex", "--model", "gpt-5.5", "--session", "7f3a"]).text();
    let several = run(&repo, &[&["attest", "HEAD~2.."], &CODEX[..], &["--session", "8a"]].concat()).error(3);
    assert!(several.contains("only that one can be attested now"), "{several}");
    repo.git(&["-c", "core.editor=true", "rebase", "--continue"]);
    assert_eq!(repo.git(&["log", "-1", "--format=%P"]).split_whitespace().count(), 2, "the merge is there again");
    let body = repo.git(&["log", "-1", "--format=%B", "HEAD~1"]);
    assert!(body.contains("Assisted-by: Codex:gpt-5.5") && body.contains("AI-Session: 7f3a"), "{body}");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");

    // The old id is not taken for one before a merge, and a note on it says that it is no longer there.
    let now = repo.id("HEAD~1");
    let gone = format!("{} is not on this branch any more; it is now {}", &old[..8], &now[..8]);
    let told = run(&repo, &[&["attest", &format!("{old}^!")], &CODEX[..]].concat()).error(2);
    assert_eq!(told, gone);
    let told = run(&repo, &[&["attest", &format!("{old}^!"), "--notes"], &CODEX[..]].concat()).text();
    assert!(told.contains(&format!("note: {gone}\n")), "{told}");
}

#[test]
fn a_stop_for_a_conflict_is_no_place_to_attest() {
    let repo = unpublished();
    repo.git(&["checkout", "--quiet", "-b", "topic", "HEAD~1"]);
    repo.commit_file("d.py", "other\n");
    repo.try_git(&["rebase", "main"], b"");
    let told = run(&repo, &[&["attest"], &CODEX[..]].concat()).error(3);
    assert!(told.starts_with("a rebase is in progress; finish it first"), "{told}");
}

#[test]
fn a_range_gets_trailers_and_a_lone_name_must_say_what_it_means() {
    let repo = unpublished();
    let told = run(&repo, &[&["attest", "HEAD~2"], &CODEX[..]].concat()).error(2);
    assert_eq!(
        told,
        "`HEAD~2` means `HEAD~2..HEAD`, which are 2 commits: write `HEAD~2..` to rewrite all that came after, `HEAD~2^!` \
         for that commit alone, or --notes"
    );
    // One commit is no less than two: whoever writes `HEAD~1` may mean that one, and HEAD may be somebody else's.
    let told = run(&repo, &[&["attest", "HEAD~1"], &CODEX[..]].concat()).error(2);
    assert!(told.starts_with("`HEAD~1` means `HEAD~1..HEAD`, which is 1 commit: "), "{told}");
    let before = repo.id("HEAD");
    let dry = run(&repo, &[&["attest", "HEAD~2..", "--dry-run"], &CODEX[..]].concat()).text();
    assert!(dry.starts_with("would rewrite 2 commits, and add:\n"), "{dry}");
    assert_eq!(repo.id("HEAD"), before);
    run(&repo, &[&["attest", "HEAD~2.."], &CODEX[..]].concat()).text();
    assert_eq!(repo.git(&["log", "-4", "--format=%B"]).matches("Assisted-by: Codex:gpt-5.5").count(), 2);
    let state = repo.run(&["policy", "check", "HEAD~2..", "--format", "json"]).json();
    let states: Vec<&Value> = list(&state["commits"]).iter().map(|commit| &commit["state"]).collect();
    assert_eq!(states, ["complete"; 2]);
    run(&repo, &[&["attest", "HEAD~2..HEAD~1"], &CODEX[..]].concat()).text();
}

#[test]
fn head_alone_is_the_last_commit_and_an_empty_range_says_what_to_write() {
    let repo = unpublished();
    for head in ["HEAD", "@"] {
        let said = run(&repo, &["attest", head, "--tool", "Codex", "--model", "gpt-5.5", "--dry-run"]).text();
        assert!(said.contains("Assisted-by: Codex:gpt-5.5"), "{said}");
        let said = run(&repo, &["attest", head]).error(2);
        assert!(said.contains("--tool NAME and --model ID") && said.contains("--no-ai"), "{said}");
    }
    let said = run(&repo, &["attest", "HEAD..HEAD", "--tool", "Codex"]).error(2);
    assert!(said.contains("HEAD..HEAD has no commit") && said.contains("`COMMIT^!`"), "{said}");
}

#[test]
fn commits_that_others_have_signed_or_merged_are_left_alone() {
    let refused = |repo: &Repo, commit: &str| {
        let refs = repo.git(&["for-each-ref"]);
        let ran = run(repo, &[&["attest", commit], &CODEX[..]].concat());
        assert!(ran.status > 1, "{ran:?}");
        assert_eq!(repo.git(&["for-each-ref"]), refs);
        ran.stderr
    };
    let repo = unpublished();
    let published = repo.id("HEAD~3");
    assert!(refused(&repo, "HEAD~3^!").contains(&format!("{} is on origin/", &published[..8])));
    repo.branch("other");
    repo.commit_file("e.py", code("e", 6));
    repo.switch("main");
    let other = repo.id("other");
    let told = refused(&repo, "other^!");
    assert!(told.contains(&format!("HEAD does not have {}; switch to a branch", &other[..8])), "{told}");
    repo.commit_file("f.py", code("f", 6));
    repo.merge("other");
    let merge = repo.id("HEAD");
    let told = refused(&repo, "HEAD~2^!");
    assert!(told.contains(&format!("{} is a merge after a commit that is to be attested", &merge[..8])), "{told}");

    let repo = unpublished();
    let raw = String::from_utf8(repo.git_bytes(&["cat-file", "commit", "HEAD"], b"")).unwrap();
    let signed =
        raw.replacen("\n\n", "\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n\n", 1);
    let id = repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], signed.as_bytes());
    repo.git(&["update-ref", "HEAD", String::from_utf8(id).unwrap().trim()]);
    let told = refused(&repo, "HEAD~1^!");
    assert!(told.contains(&format!("{} is signed, and the signature would be lost", &repo.id("HEAD")[..8])), "{told}");
    let said = run(&repo, &[&["attest", "HEAD~1^!", "--drop-signature"], &CODEX[..]].concat()).text();
    assert!(said.contains("1 signature is gone"), "{said}");
    repo.git(&["fsck", "--strict"]);
    std::fs::write(repo.path().join(".git/MERGE_HEAD"), repo.id("HEAD~1") + "\n").unwrap();
    assert!(refused(&repo, "HEAD~2^!").contains("a merge is in progress"));
}
