//! The literals that an expression needs.

use ai_detect_style_format::literals::needed;

fn literals(pattern: &str) -> Option<Vec<String>> {
    needed(pattern).unwrap()
}

#[test]
fn every_match_holds_one_of_the_literals() {
    assert_eq!(literals(r"\b(let me|i will)\s+now"), Some(vec!["let me".into(), "i will".into()]));
    assert_eq!(literals(r"^\s*step \d+:"), Some(vec!["step ".into()]));
    assert_eq!(literals(r"(foo|\d+)"), None);
    assert_eq!(literals(r"(foo)?\d"), None);
}

#[test]
fn what_is_no_pattern_is_said() {
    assert!(needed("(unclosed").unwrap_err().contains("unclosed group"));
}
