//! Expressions of workflows, as far as the documents use them: names, texts, `==`, `!=`, `&&`, `||`, `contains` and
//! `format`. Anything else stops the test.

use std::collections::BTreeMap;

/// What names stand for. A name without a value is empty, as on GitHub.
pub(crate) type Values = BTreeMap<String, String>;

/// Puts values in the place of each `${{ … }}`.
pub(crate) fn filled(text: &str, values: &Values) -> String {
    let mut parts = text.split("${{");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once("}}").expect("an expression ends");
        result += &value(expression, values);
        result += rest;
    }
    result
}

/// Whether a condition holds.
pub(crate) fn holds(condition: &str, values: &Values) -> bool {
    let condition = condition.trim();
    let inner = condition.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(condition);
    !matches!(value(inner, values).as_str(), "" | "false" | "0")
}

fn value(expression: &str, values: &Values) -> String {
    let mut rest = Tokens { left: expression, values };
    let found = rest.either();
    assert!(rest.left.trim().is_empty(), "the tests do not know {expression:?} from {:?} on", rest.left);
    found
}

struct Tokens<'a> {
    left: &'a str,
    values: &'a Values,
}

impl Tokens<'_> {
    fn take(&mut self, token: &str) -> bool {
        let left = self.left.trim_start();
        let taken = left.strip_prefix(token);
        if let Some(left) = taken {
            self.left = left;
        }
        taken.is_some()
    }

    fn either(&mut self) -> String {
        let mut found = self.both();
        while self.take("||") {
            let other = self.both();
            found = if matches!(found.as_str(), "" | "false") { other } else { found };
        }
        found
    }

    fn both(&mut self) -> String {
        let mut found = self.compared();
        while self.take("&&") {
            let other = self.compared();
            found = if matches!(found.as_str(), "" | "false") { found } else { other };
        }
        found
    }

    fn compared(&mut self) -> String {
        let found = self.single();
        if self.take("==") {
            return (found == self.single()).to_string();
        }
        if self.take("!=") {
            return (found != self.single()).to_string();
        }
        found
    }

    fn single(&mut self) -> String {
        if self.take("(") {
            let found = self.either();
            assert!(self.take(")"), "a bracket is open before {:?}", self.left);
            return found;
        }
        if self.take("'") {
            let (text, rest) = self.left.split_once('\'').expect("a text ends");
            self.left = rest;
            return text.to_owned();
        }
        let left = self.left.trim_start();
        let end = left.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(left.len());
        let (name, rest) = left.split_at(end);
        self.left = rest;
        match name {
            "contains" => {
                let arguments = self.arguments();
                arguments[0].contains(&arguments[1]).to_string()
            }
            "format" => {
                let arguments = self.arguments();
                let places = arguments.iter().skip(1).enumerate();
                places.fold(arguments[0].clone(), |text, (at, argument)| text.replace(&format!("{{{at}}}"), argument))
            }
            _ => {
                let known = ["github.", "steps.", "matrix.", "runner."];
                assert!(known.iter().any(|context| name.starts_with(context)), "the tests do not know {name:?}");
                self.values.get(name).cloned().unwrap_or_default()
            }
        }
    }

    fn arguments(&mut self) -> Vec<String> {
        assert!(self.take("("), "arguments are expected at {:?}", self.left);
        let mut found = vec![self.either()];
        while self.take(",") {
            found.push(self.either());
        }
        assert!(self.take(")"), "arguments end before {:?}", self.left);
        found
    }
}

#[test]
fn expressions_say_what_they_say_on_github() {
    let values = Values::from([
        ("github.event_name".to_owned(), "issue_comment".to_owned()),
        ("github.event.comment.body".to_owned(), "/ai-detect dismiss".to_owned()),
    ]);
    assert!(holds("github.event_name != 'push' && contains(github.event.comment.body, '/ai-detect')", &values));
    assert!(!holds("github.event_name == 'push' || contains(github.event.comment.body, 'other')", &values));
    assert_eq!(
        filled("a-${{ github.event.issue.number || format('{0}-x', github.event_name) }}", &values),
        "a-issue_comment-x"
    );
}
