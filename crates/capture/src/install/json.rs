//! Changing a file of JSON by its spans: what is not ours keeps every byte, comments and layout too.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// Where something is in a file: names of members from the top.
pub type Place = Vec<String>;

/// Why a file cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It cannot be parsed.
    #[error("it is no JSON: {0}")]
    Syntax(String),
    /// A member has another type than agents expect there.
    #[error("`{}` is no {wanted}", .place.join("."))]
    Type {
        /// Which one.
        place: Place,
        /// What it should be.
        wanted: &'static str,
    },
}

/// What was added to a container that had been there and was empty: its inner text, to put back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Emptied {
    /// The container.
    pub place: Place,
    /// What stood between its brackets.
    pub inner: String,
}

/// A part of a text, in bytes.
type Span = (usize, usize);

/// A container with its items.
struct Container {
    span: Span,
    items: Vec<Span>,
}

/// Parses a file of JSON, with the comments and commas that some agents allow.
fn parse(text: &str) -> Result<Option<Value<'_>>, EditError> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    parsed.map(|parsed| parsed.value).map_err(|error| EditError::Syntax(error.to_string()))
}

/// The file as plain JSON, to look at. `None` where it is empty.
///
/// # Errors
///
/// When it cannot be parsed.
pub fn value(text: &str) -> Result<Option<serde_json::Value>, EditError> {
    Ok(parse(text)?.map(serde_json::Value::from))
}

fn span(value: &Value<'_>) -> Span {
    (value.start(), value.end())
}

/// The value at a place; `None` where it is missing.
fn at<'a, 'b>(root: &'b Value<'a>, place: &[String]) -> Option<&'b Value<'a>> {
    let mut value = root;
    for name in place {
        value = &property(value.as_object()?, name)?.value;
    }
    Some(value)
}

fn property<'a, 'b>(object: &'b Object<'a>, name: &str) -> Option<&'b jsonc_parser::ast::ObjectProp<'a>> {
    // Of two members of one name, programs take the last.
    object.properties.iter().rev().find(|property| property.name.as_str() == name)
}

fn container(value: &Value<'_>, place: &[String], wanted: &'static str) -> Result<Container, EditError> {
    match (value, wanted) {
        (Value::Object(object), "object") => Ok(Container {
            span: span(value),
            items: object.properties.iter().map(|property| (property.start(), property.end())).collect(),
        }),
        (Value::Array(array), "list") => {
            Ok(Container { span: span(value), items: array.elements.iter().map(span).collect() })
        }
        _ => Err(EditError::Type { place: place.to_vec(), wanted }),
    }
}

/// Adds a member to an object. Returns the new text, and the inner text if the object was empty.
///
/// # Errors
///
/// When the place is missing or is no object.
pub fn add_member(
    text: &str,
    place: &[String],
    name: &str,
    value: &serde_json::Value,
) -> Result<(String, Option<Emptied>), EditError> {
    let name = serde_json::Value::from(name);
    add(text, place, "object", &|indent| format!("{name}: {}", written(value, indent)))
}

/// Adds an item at the end of a list.
///
/// # Errors
///
/// When the place is missing or is no list.
pub fn add_item(
    text: &str,
    place: &[String],
    value: &serde_json::Value,
) -> Result<(String, Option<Emptied>), EditError> {
    add(text, place, "list", &|indent| written(value, indent))
}

fn add(
    text: &str,
    place: &[String],
    wanted: &'static str,
    write: &dyn Fn(&str) -> String,
) -> Result<(String, Option<Emptied>), EditError> {
    let missing = || EditError::Type { place: place.to_vec(), wanted };
    let root = parse(text)?.ok_or_else(missing)?;
    let container = container(at(&root, place).ok_or_else(missing)?, place, wanted)?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = |indent: &str| write(indent).replace('\n', newline);
    let (start, end) = container.span;
    if let Some((last_start, last_end)) = container.items.last().copied() {
        let inserted = match indentation(text, last_start) {
            Some(indent) => format!(",{newline}{indent}{}", lines(indent)),
            None => format!(", {}", compact(&lines(""))),
        };
        return Ok((inserted_at(text, last_end, &inserted), None));
    }
    let inner = text.get(start + 1..end - 1).unwrap_or("").to_owned();
    let line = text.get(..start).unwrap_or("").rsplit('\n').next().unwrap_or("");
    let outer: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let indent = format!("{outer}{}", unit(text));
    let tail = if inner.contains('\n') { String::new() } else { format!("{newline}{outer}") };
    let inserted = format!("{newline}{indent}{}{tail}", lines(&indent));
    Ok((inserted_at(text, start + 1, &inserted), Some(Emptied { place: place.to_vec(), inner })))
}

fn inserted_at(text: &str, at: usize, inserted: &str) -> String {
    let (before, behind) = text.split_at(at);
    format!("{before}{inserted}{behind}")
}

/// The white space before something that is the first in its line.
fn indentation(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = &before[before.rfind('\n')? + 1..];
    line.chars().all(|c| matches!(c, ' ' | '\t')).then_some(line)
}

/// What the file indents by: the white space before its first member.
fn unit(text: &str) -> String {
    let indented = text.lines().skip(1).find(|line| line.starts_with([' ', '\t']));
    let unit = indented.map(|line| line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect::<String>());
    unit.filter(|unit| unit.len() <= 8).unwrap_or_else(|| "  ".to_owned())
}

/// A value in lines, all but the first indented.
fn written(value: &serde_json::Value, indent: &str) -> String {
    // A value of our own can always be written.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.replace('\n', &format!("\n{indent}"))
}

/// A value in one line.
fn compact(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join(" ")
}

/// Removes the items of lists below a place for which `is_ours` holds, and the groups of items that hold nothing else.
///
/// # Errors
///
/// When the file cannot be parsed.
pub fn remove_items(
    text: &str,
    place: &[String],
    is_ours: &dyn Fn(&serde_json::Value) -> bool,
) -> Result<(String, usize), EditError> {
    let (mut text, mut removed) = (text.to_owned(), 0);
    while let Some(next) = without_one(&text, place, is_ours)? {
        text = next;
        removed += 1;
    }
    Ok((text, removed))
}

/// The text without the first item of ours; `None` where there is none.
fn without_one(
    text: &str,
    place: &[String],
    is_ours: &dyn Fn(&serde_json::Value) -> bool,
) -> Result<Option<String>, EditError> {
    let Some(root) = parse(text)? else { return Ok(None) };
    let Some(below) = at(&root, place) else { return Ok(None) };
    let Some((container, index)) = ours(below, is_ours) else { return Ok(None) };
    Ok(Some(without(text, &container, index)))
}

/// The list and the index of an item of ours.
fn ours(value: &Value<'_>, is_ours: &dyn Fn(&serde_json::Value) -> bool) -> Option<(Container, usize)> {
    match value {
        Value::Object(object) => object.properties.iter().find_map(|property| ours(&property.value, is_ours)),
        Value::Array(array) => {
            let index = array.elements.iter().position(|element| all_ours(element, is_ours));
            match index {
                Some(index) => container(value, &[], "list").ok().map(|container| (container, index)),
                None => array.elements.iter().find_map(|element| ours(element, is_ours)),
            }
        }
        _ => None,
    }
}

/// Whether an item is ours, or a group of which each item is.
fn all_ours(value: &Value<'_>, is_ours: &dyn Fn(&serde_json::Value) -> bool) -> bool {
    let Some(object) = value.as_object() else { return false };
    if is_ours(&serde_json::Value::from(value.clone())) {
        return true;
    }
    let inner = property(object, "hooks").and_then(|property| property.value.as_array());
    inner.is_some_and(|inner| !inner.elements.is_empty() && inner.elements.iter().all(|item| all_ours(item, is_ours)))
}

/// Removes a member of an object, if it is there and holds nothing.
///
/// # Errors
///
/// When the file cannot be parsed.
pub fn remove_empty(text: &str, place: &[String]) -> Result<String, EditError> {
    let (Some((name, above)), Some(root)) = (place.split_last(), parse(text)?) else { return Ok(text.to_owned()) };
    let Some(object) = at(&root, above).and_then(Value::as_object) else { return Ok(text.to_owned()) };
    let is_empty = |value: &Value<'_>| match value {
        Value::Object(object) => object.properties.is_empty(),
        Value::Array(array) => array.elements.is_empty(),
        _ => true,
    };
    let index = object.properties.iter().position(|property| property.name.as_str() == name);
    let Some(index) = index.filter(|index| object.properties.get(*index).is_some_and(|found| is_empty(&found.value)))
    else {
        return Ok(text.to_owned());
    };
    let Some(value) = at(&root, above) else { return Ok(text.to_owned()) };
    Ok(without(text, &container(value, above, "object")?, index))
}

/// Puts back what stood between the brackets of a container, if it is empty again.
///
/// # Errors
///
/// When the file cannot be parsed.
pub fn restore_inner(text: &str, emptied: &Emptied) -> Result<String, EditError> {
    let Some(root) = parse(text)? else { return Ok(text.to_owned()) };
    let Some(value) = at(&root, &emptied.place) else { return Ok(text.to_owned()) };
    let wanted = if value.as_object().is_some() { "object" } else { "list" };
    let container = container(value, &emptied.place, wanted)?;
    let (start, end) = container.span;
    // Comments that were there still are; only white space came before them.
    let inner = text.get(start + 1..end - 1).and_then(|inner| inner.strip_suffix(emptied.inner.as_str()));
    if !container.items.is_empty() || !inner.is_some_and(|added| added.trim().is_empty()) {
        return Ok(text.to_owned());
    }
    let (before, behind) = (text.get(..=start).unwrap_or(""), text.get(end - 1..).unwrap_or(""));
    Ok(format!("{before}{}{behind}", emptied.inner))
}

/// The text without an item, and without the comma and the white space that came with it.
fn without(text: &str, container: &Container, index: usize) -> String {
    let item = |index: usize| container.items.get(index).copied();
    let Some((start, end)) = item(index) else { return text.to_owned() };
    let before = index.checked_sub(1).and_then(item);
    let behind = item(index + 1);
    let is_plain = |from: usize, to: usize| {
        text.get(from..to).is_some_and(|gap| gap.chars().filter(|c| !c.is_whitespace()).eq([',']))
    };
    let (from, to) = match (before, behind) {
        (Some((_, last)), _) if is_plain(last, start) => (last, end),
        (None, Some((next, _))) if is_plain(end, next) => (start, next),
        (None, None) => {
            // A comma may follow the last item where the agent allows it.
            let gap = text.get(end..container.span.1).unwrap_or("");
            let blank = gap.len() - gap.trim_start().len();
            let to = if gap.trim_start().starts_with(',') { end + blank + 1 } else { end };
            (container.span.0 + 1, to)
        }
        // A comment stands between them. It stays, and one comma goes with the item.
        (_, Some((next, _))) => {
            let comma = text.get(end..next).and_then(|gap| gap.find(','));
            (start, comma.map_or(end, |comma| end + comma + 1))
        }
        (Some((_, last)), None) => {
            let comma = text.get(last..start).and_then(|gap| gap.rfind(',')).map(|comma| last + comma);
            let kept = comma.and_then(|comma| text.get(comma + 1..start)).unwrap_or("");
            let from = comma.unwrap_or(start);
            return format!("{}{kept}{}", text.get(..from).unwrap_or(""), text.get(end..).unwrap_or(""));
        }
    };
    // What stands alone in a container may follow a comment, which stays.
    let from =
        if before.is_none() && behind.is_none() && !text.get(from..start).is_some_and(|gap| gap.trim().is_empty()) {
            start
        } else {
            from
        };
    format!("{}{}", text.get(..from).unwrap_or(""), text.get(to..).unwrap_or(""))
}
