//! What the YAML library says of a file, in words for people who do not know its types.
//!
//! The library gives its problems as text alone, so its text is read here and nowhere else.

use super::nearest;

/// A problem of the library in plain words. `line` is the line of the file that it is about.
pub(super) fn plain(problem: &str, line: &str) -> String {
    let (path, what) = with_path(problem);
    let plain = of_syntax(what, line).or_else(|| of_shape(what)).unwrap_or_else(|| what.to_owned());
    format!("{path}{plain}")
}

/// The key that stands twice, if that is the problem.
pub(super) fn duplicate_key(problem: &str) -> Option<&str> {
    let (_, what) = with_path(problem);
    let quoted = what.strip_prefix("duplicate field `").and_then(|rest| rest.split('`').next());
    quoted.or_else(|| what.strip_prefix("duplicate entry with key \"").and_then(|rest| rest.split('"').next()))
}

/// The library names the key that holds the problem in front: `thresholds: unknown field …`.
fn with_path(problem: &str) -> (&str, &str) {
    let end = problem.find(": ").map(|at| at + 2).unwrap_or(0);
    let (path, what) = problem.split_at_checked(end).unwrap_or(("", problem));
    let is_path = !path.is_empty() && !path.trim_end().contains(' ') && !path.contains('`');
    if is_path { (path, what) } else { ("", problem) }
}

fn of_syntax(what: &str, line: &str) -> Option<String> {
    if line.starts_with('\t') || what.contains("found a tab character") {
        return Some("the line starts with a tab; YAML takes spaces only".into());
    }
    let told = if what.contains("mapping values are not allowed") {
        "a `:` stands where none can: put the text in quotes, or indent it as the line above"
    } else if what.contains("more than one document") {
        "the file holds more than one document: take out `---` and what is below it"
    } else if what.contains("did not find expected key") {
        "the line is not of the form `key: value`, or is indented in another way than those above"
    } else if what.contains("found character that cannot start any token") {
        "a value starts with a character that means something in YAML: put the value in quotes"
    } else {
        return None;
    };
    Some(told.into())
}

fn of_shape(what: &str) -> Option<String> {
    if let Some(key) = duplicate_key(what) {
        return Some(format!("`{key}` stands here a second time"));
    }
    if let Some(rest) = what.strip_prefix("unknown field `") {
        let (key, rest) = rest.split_once('`')?;
        let keys = names(rest);
        return Some(match (nearest(key, keys.iter().copied()), keys.as_slice()) {
            (Some(near), _) => format!("there is no key `{key}`. Did you mean `{near}`?"),
            (None, []) => format!("there is no key `{key}`"),
            (None, keys) => format!("there is no key `{key}`; there are {}", listed(keys)),
        });
    }
    if let Some(rest) = what.strip_prefix("unknown variant `") {
        let (word, rest) = rest.split_once('`')?;
        let words = names(rest);
        let near =
            nearest(word, words.iter().copied()).map_or(String::new(), |near| format!(". Did you mean `{near}`?"));
        return Some(format!("`{word}` is not one of {}{near}", listed(&words)));
    }
    if let Some(rest) = what.strip_prefix("missing field `") {
        return Some(format!("the key `{}` is missing", rest.split('`').next()?));
    }
    if what.starts_with("data did not match any variant of untagged enum") {
        return Some("a text or a list of texts is wanted".into());
    }
    let rest = what.strip_prefix("invalid type: ").or_else(|| what.strip_prefix("invalid value: "))?;
    let (found, expected) = rest.rsplit_once(", expected ")?;
    wanted(expected, &value(found))
}

/// The names in backticks behind "expected".
fn names(rest: &str) -> Vec<&str> {
    let expected = rest.split_once("expected").map_or("", |(_, names)| names);
    expected.split('`').skip(1).step_by(2).collect()
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What was found.
enum Found<'a> {
    Value(&'a str),
    List,
    Keys,
    Nothing,
}

/// `string "yes"` is `yes`, and "integer `5`" is `5`.
fn value(found: &str) -> Found<'_> {
    let between = |mark: char| Some(found.split_once(mark)?.1.rsplit_once(mark)?.0);
    match found {
        "sequence" => Found::List,
        "map" => Found::Keys,
        "unit value" => Found::Nothing,
        found => Found::Value(between('"').or_else(|| between('`')).unwrap_or(found)),
    }
}

fn wanted(expected: &str, found: &Found<'_>) -> Option<String> {
    let wanted = match (expected, found) {
        ("a boolean", Found::Value(word)) => return Some(format!("write `true` or `false`, not `{word}`")),
        ("a boolean", _) => "`true` or `false` is wanted".to_owned(),
        ("a sequence", Found::Value(word)) => {
            let is_plain = word.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
            let quote = if is_plain { "" } else { "\"" };
            format!("a list in brackets is wanted: `[{quote}{word}{quote}]`")
        }
        ("a sequence", _) => "a list in brackets is wanted: `[a, b]`".to_owned(),
        ("f32" | "f64", _) => "a number such as 0.02 is wanted, without `%`".to_owned(),
        ("u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64", _) => {
            "a whole number such as 1000 is wanted".to_owned()
        }
        ("a string" | "a borrowed string", Found::Value(word)) => {
            format!("a text is wanted: put it in quotes, `\"{word}\"`")
        }
        ("a string" | "a borrowed string", _) => "a text is wanted".to_owned(),
        ("map" | "a map", _) => "keys with values are wanted, such as `key: value`".to_owned(),
        (other, _) if other.starts_with("struct ") => "keys with values are wanted, such as `key: value`".to_owned(),
        _ => return None,
    };
    Some(match found {
        Found::Value(word) => format!("found `{word}`; {wanted}"),
        Found::List => format!("found a list; {wanted}"),
        Found::Keys => format!("found keys with values; {wanted}"),
        Found::Nothing => format!("nothing stands behind the key; {wanted}"),
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::{OneOrMany, parse};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code)]
    struct Settings {
        extends: Option<OneOrMany>,
        facts: Option<Vec<Fact>>,
        rate: Option<f64>,
        lines: Option<u32>,
        signed: Option<bool>,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code)]
    struct Inner {
        name: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Fact {
        Tool,
        Model,
    }

    fn problem(text: &str) -> String {
        parse::<Settings>("f.yml", text).unwrap_err().to_string()
    }

    #[test]
    fn problems_are_in_plain_words_and_name_their_place() {
        for (text, expected) in [
            ("extend: x\n", "f.yml:1:1: there is no key `extend`. Did you mean `extends`?"),
            ("facts: tool\n", "f.yml:1:8: facts: found `tool`; a list in brackets is wanted: `[tool]`"),
            ("facts: [toool]\n", "f.yml:1:9: facts[0]: `toool` is not one of `tool`, `model`. Did you mean `tool`?"),
            ("rate: 2%\n", "f.yml:1:7: rate: found `2%`; a number such as 0.02 is wanted, without `%`"),
            ("lines: many\n", "f.yml:1:8: lines: found `many`; a whole number such as 1000 is wanted"),
            ("facts: docs/**\n", "f.yml:1:8: facts: found `docs/**`; a list in brackets is wanted: `[\"docs/**\"]`"),
            ("signed: yes\n", "f.yml:1:9: signed: write `true` or `false`, not `yes`"),
            ("- a\n", "f.yml:1:1: found a list; keys with values are wanted, such as `key: value`"),
            ("inner: x\n", "f.yml:1:8: inner: found `x`; keys with values are wanted, such as `key: value`"),
            ("inner: {}\n", "f.yml:1:8: inner: the key `name` is missing"),
            ("extends: {a: b}\n", "f.yml:1:1: a text or a list of texts is wanted"),
            (
                "rate: 1\n---\nrate: 2\n",
                "f.yml:1:1: the file holds more than one document: take out `---` and what is below it",
            ),
            ("inner:\n\tname: x\n", "f.yml:2:1: the line starts with a tab; YAML takes spaces only"),
            (
                "rate: 1\nextends: a: b\n",
                "f.yml:2:11: a `:` stands where none can: put the text in quotes, or indent it as the line above",
            ),
        ] {
            assert_eq!(problem(text), expected, "{text}");
        }
        assert!(problem("zzz: 1\n").starts_with("f.yml:1:1: there is no key `zzz`; there are `extends`, `facts`"));
    }

    #[test]
    fn a_key_that_stands_twice_is_shown_where_it_stands_again() {
        assert_eq!(problem("rate: 1\nlines: 2\nrate: 3\n"), "f.yml:3:1: `rate` stands here a second time");
        let nested = "lines: 2\ninner:\n  name: a\n  name: b\n";
        assert_eq!(problem(nested), "f.yml:4:3: inner: `name` stands here a second time");
        let commented = "# rate: 0\nrate: 1\n\n# rate: 2\nrate: 3\n";
        assert_eq!(problem(commented), "f.yml:5:1: `rate` stands here a second time");
    }

    #[test]
    fn what_is_right_stays_right() {
        let text = "extends: [a, b]\nfacts: [tool]\nrate: 0.5\nlines: 3\nsigned: true\ninner: { name: x }\n";
        assert!(parse::<Settings>("f.yml", text).is_ok());
    }
}
