//! Text that looks the same to a reader scores the same, and the report says where something was hidden.

use crate::support::{Repo, list, text};
use serde_json::{Value, json};

const MESSAGE: &str = "Add comprehensive retry handling with exponential backoff\n\n\
    This commit introduces a robust retry mechanism that ensures reliable delivery:\n\n\
    - Implement exponential backoff for transient failures\n- Ensure proper cleanup of resources\n";

const CODE: &str = r#"def retry_operation(operation, max_attempts=3):
    """Retry an operation with exponential backoff.

    Args:
        operation: The operation to execute.
        max_attempts: The maximum number of attempts.
    """
    # Validate the input parameters before processing
    if max_attempts < 1:
        raise ValueError("The number of attempts must be positive")
    for attempt in range(max_attempts):
        try:
            # Execute the operation and return the result
            return operation()
        except ConnectionError as error:
            # Handle transient failures gracefully
            logger.warning("Attempt failed, retrying: %s", error)
    return None
"#;

/// The report on one commit.
fn report(message: &str, code: &str) -> (Repo, Value) {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    repo.write("retry.py", code);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--cleanup=verbatim", "-m", message]);
    let report = repo.diff(&["main"]);
    (repo, report)
}

/// Rewrites the letters of comments, documentation and strings.
fn in_prose(code: &str, rewrite: impl Fn(char) -> String) -> String {
    let mut docs = false;
    let mut prose_of = |line: &str| match (line.find('#'), line.find('"'), line.rfind('"')) {
        (_, _, Some(last)) if line.contains("\"\"\"") => {
            docs = !docs;
            last + 1..line.len()
        }
        _ if docs => 0..line.len(),
        (Some(mark), _, _) => mark + 1..line.len(),
        (None, Some(first), Some(last)) => first + 1..last,
        _ => 0..0,
    };
    let lines = code.lines().map(|line| {
        let prose = prose_of(line);
        let rewritten: String = line[prose.clone()].chars().map(&rewrite).collect();
        format!("{}{rewritten}{}\n", &line[..prose.start], &line[prose.end..])
    });
    lines.collect()
}

fn hidden(c: char) -> String {
    if c.is_ascii_alphabetic() { format!("{c}\u{200b}") } else { c.to_string() }
}

fn cyrillic(c: char) -> String {
    let alike =
        [('a', '\u{430}'), ('e', '\u{435}'), ('o', '\u{43e}'), ('p', '\u{440}'), ('c', '\u{441}'), ('x', '\u{445}')];
    alike.into_iter().find(|(latin, _)| *latin == c).map_or(c, |(_, other)| other).into()
}

fn score(report: &Value) -> [&Value; 3] {
    let hunk = &list(&report["hunks"])[0];
    [&hunk["log_odds"], &hunk["message_log_odds"], &report["commits"][0]["message_log_odds"]]
}

#[test]
fn what_a_reader_does_not_see_changes_no_score() {
    let (_, plain) = report(MESSAGE, CODE);
    for (name, rewrite) in [("hidden", hidden as fn(char) -> String), ("cyrillic", cyrillic)] {
        let message: String = MESSAGE.chars().map(rewrite).collect();
        let code = in_prose(CODE, rewrite);
        assert!(code != CODE && message != MESSAGE);
        let (_, disguised) = report(&message, &code);
        assert_eq!(score(&disguised), score(&plain), "{name}");
    }
    // Names are disguised, too; a language decides what they are.
    let (_, names) = report(MESSAGE, &CODE.replace("operation", "op\u{435}ration"));
    assert_eq!(score(&names), score(&plain));
}

#[test]
fn the_report_says_what_was_hidden_and_quotes_what_was_written() {
    let message: String = MESSAGE.chars().map(hidden).collect();
    let code = in_prose(CODE, cyrillic);
    let (repo, report) = report(&message, &code);
    let letters = MESSAGE.chars().filter(char::is_ascii_alphabetic).count();
    assert_eq!(report["commits"][0]["disguise"]["invisible_characters"], json!(letters));
    let of_code = &report["hunks"][0]["disguise"];
    assert!(
        of_code["lookalike_words"].as_u64().unwrap() > 20 && of_code["scripts"] == json!(["cyrillic"]),
        "{of_code}"
    );
    let evidence = list(&report["hunks"][0]["signals"]).iter().flat_map(|signal| list(&signal["evidence"]));
    let quotes: Vec<(&str, u64)> = evidence.map(|it| (text(&it["text"]), it["line"].as_u64().unwrap())).collect();
    let written = |(quote, line): &(&str, u64)| {
        quote.contains('\u{43e}') && code.lines().nth(*line as usize - 1).unwrap().contains(quote)
    };
    assert!(quotes.iter().any(written), "{quotes:?}");
    for args in
        [&["diff", "main"][..], &["diff", "main", "--format", "markdown"], &["diff", "main", "--format", "html"]]
    {
        let printed = repo.run(args).text();
        let words = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("Scored as a reader sees it:") && words.contains("Cyrillic letters that look"),
            "{printed}"
        );
    }
}

#[test]
fn honest_text_in_other_languages_is_not_disguised() {
    let message = "\u{418}\u{441}\u{43f}\u{440}\u{430}\u{432}\u{438}\u{442}\u{44c} \u{43e}\u{448}\u{438}\u{431}\u{43a}\u{443} \u{432} API\n\n\
        \u{4fee}\u{590d} \u{ff21}\u{ff30}\u{ff29}, \u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}, Gr\u{f6}\u{df}e, \u{2764}\u{fe0f}\n";
    let code = format!("\u{feff}{}", CODE.replace("Handle", "\u{41e}\u{431}\u{440}\u{430}\u{431}\u{43e}\u{442}\u{430}\u{442}\u{44c} \u{43e}\u{448}\u{438}\u{431}\u{43a}\u{438}:"));
    let (repo, report) = report(message, &code);
    assert_eq!((&report["commits"][0]["disguise"], &report["hunks"][0]["disguise"]), (&Value::Null, &Value::Null));
    assert!(!repo.run(&["diff", "main"]).text().contains("Scored as a reader sees it"));
}
