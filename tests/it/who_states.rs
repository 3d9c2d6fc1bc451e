//! Who states what is known of flagged lines: a recorder's note is no statement of the author, and a declaration about
//! other lines is none about these.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, list, planted_code, text};

const FORMATS: [&str; 8] = ["text", "json", "sarif", "html", "markdown", "github", "junit", "rdjsonl"];
const RECORDED: &str = "a recorder's note says that a person wrote these lines";
const NOT_COVERED: &str = "its declaration does not cover these lines";

/// A repository whose last commit has a flag in `engine.py`, six lines long.
fn flagged(message: &str) -> Repo {
    let repo = Repo::new();
    repo.write("planted.yml", PLANTED_PACK);
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.commit("Plant");
    repo.branch("topic");
    repo.write("engine.py", planted_code("engine"));
    repo.commit(message);
    repo
}

/// What a format says of the range, on one line.
fn diff(repo: &Repo, format: &str) -> String {
    let said = repo.run(&["diff", "main..topic", "--format", format]).text();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn verdict(repo: &Repo) -> String {
    text(&list(&repo.diff(&["main..topic"])["hunks"])[0]["verdict"]).to_owned()
}

fn note_of_git_ai(entry: &str) -> String {
    format!(
        "engine.py\n  {entry}\n---\n{{\"schema_version\": \"authorship/3.0.0\", \"base_commit_sha\": \"\", \"prompts\": \
         {{}}, \"sessions\": {{\"s_00000000000001\": {{\"agent_id\": {{\"tool\": \"claude\", \"id\": \"u-1\", \"model\": \
         \"claude-opus-4-8\"}}}}}}, \"humans\": {{\"h_00000000000001\": {{\"author\": \"Ann <ann@example.org>\"}}}}}}\n"
    )
}

fn note_of_whogitit() -> String {
    let line = |line: u32| format!(r#"{{"line_number": {line}, "source": {{"type": "Human"}}}}"#);
    let lines: Vec<String> = (1..=6).map(line).collect();
    format!(
        r#"{{"version": 3, "session": {{"session_id": "7f", "model": {{"id": "claude-opus-4-8"}}}}, "files": [{{"path": "engine.py", "lines": [{}]}}]}}"#,
        lines.join(", ")
    )
}

#[test]
fn a_recorder_that_saw_a_person_type_is_not_the_author() {
    for (place, note) in [("ai", note_of_git_ai("h_00000000000001 1-6")), ("whogitit", note_of_whogitit())] {
        let repo = flagged("Add an engine");
        repo.git(&["notes", &format!("--ref={place}"), "add", "-m", &note, "topic"]);
        assert_eq!(verdict(&repo), "contradicted", "{place}");
        for format in FORMATS {
            let said = diff(&repo, format);
            for denial in ["says that no AI was used", "says the commit. Is", "declares that no AI was used."] {
                assert!(!said.contains(denial), "{place}, {format}: {said}");
            }
            let plain =
                ["&#39;", "&#x27;", "&apos;"].iter().fold(said.to_lowercase(), |said, it| said.replace(it, "'"));
            assert!(plain.contains(RECORDED), "{place}, {format}: {said}");
        }
    }
}

#[test]
fn a_commit_that_denies_is_said_to_deny() {
    let repo = flagged("Add an engine\n\nNo-AI: true");
    assert_eq!(verdict(&repo), "contradicted");
    let said = diff(&repo, "text");
    assert!(said.contains("says that no AI was used") && !said.contains(RECORDED), "{said}");
    assert!(diff(&repo, "github").contains("No AI was used here, says the commit. Is that right?"));
}

#[test]
fn a_declaration_about_other_lines_is_said_not_to_cover_these() {
    let repo = flagged("Add an engine");
    repo.git(&["notes", "--ref=ai", "add", "-m", &note_of_git_ai("s_00000000000001::t_01 1"), "topic"]);
    assert_eq!(verdict(&repo), "unattested");
    let said = diff(&repo, "text");
    assert!(said.contains(" This commit ") && said.contains(&format!(", and {NOT_COVERED}")), "{said}");
    assert!(said.contains(&format!("but {NOT_COVERED}")), "{said}");
    assert!(!said.contains("declares nothing"), "{said}");
}

#[test]
fn a_declaration_about_all_lines_covers_them() {
    let repo = flagged("Add an engine");
    repo.git(&["notes", "--ref=ai", "add", "-m", &note_of_git_ai("s_00000000000001::t_01 1-6"), "topic"]);
    assert_eq!(verdict(&repo), "attested");
    assert!(!diff(&repo, "text").contains(NOT_COVERED));
}
