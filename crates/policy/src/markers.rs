//! Markers that a policy names: whether a commit or a request has one.
//!
//! What traces AI tools leave, and who is a tool, is `attest`; here only its findings are looked at.

use regex::{Regex, RegexBuilder};

use super::raw::{Named, Place, RawMarker};
use super::subject::{Described, Subject};
use ai_detect_attest::forms::ALL;
use ai_detect_attest::{Form, Registry, Role, Statement};
use ai_detect_base::yaml::{misspelt, near_sentence, nearest};

/// A marker, checked.
#[derive(Debug, Clone)]
pub struct Marker {
    what: What,
    /// Where it is looked for.
    pub place: Place,
    /// Why it is asked for or not accepted.
    pub why: Option<String>,
    /// The line that the author is shown.
    pub write: Option<String>,
}

#[derive(Debug, Clone)]
enum What {
    Trailer { keys: Vec<String>, value: Option<Regex>, names: Option<Named> },
    Form(Vec<Form>),
    Text(Regex),
    Label(String),
    Tool(Vec<String>),
}

/// Where a marker was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The line of the message, from 1, where it stands in one.
    pub line: Option<u32>,
    /// What stands there.
    pub quote: String,
}

/// The forms that a policy can name.
fn forms() -> impl Iterator<Item = Form> {
    Form::all().filter(|form| form.is_for_policies())
}

/// The largest compiled form of one pattern, in bytes.
const MAX_COMPILED: usize = 1 << 20;

fn regex(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| format!("`{pattern}` is no pattern: {}", why(&error)))
}

/// The last line of what the library says; those before draw the pattern again.
fn why(error: &regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or(&told).trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl Marker {
    /// Checks a marker.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub(crate) fn check(raw: RawMarker) -> Result<Self, String> {
        if let Some(unknown) = raw.write.as_deref().and_then(unknown_placeholder) {
            return Err(format!(
                "`write` has `{unknown}`, which nothing fills in; it may have `{{tool}}` and `{{model}}`"
            ));
        }
        if raw.value.is_some() || raw.names.is_some() {
            let is_trailer_alone =
                raw.form.is_none() && raw.text.is_none() && raw.label.is_none() && raw.tool.is_none();
            if raw.trailer.is_none() || !is_trailer_alone {
                return Err("`value` and `names` go with `trailer`".into());
            }
        }
        let what = match (raw.trailer, raw.form, raw.text, raw.label, raw.tool) {
            (Some(keys), None, None, None, None) => What::Trailer {
                keys: keys.into_vec(),
                value: raw.value.as_deref().map(regex).transpose()?,
                names: raw.names,
            },
            (None, Some(forms), None, None, None) => What::Form(forms_of(&forms.into_vec())?),
            (None, None, Some(text), None, None) => What::Text(regex(&text)?),
            (None, None, None, Some(label), None) => What::Label(label),
            (None, None, None, None, Some(tools)) => What::Tool(tools_of(&tools.into_vec())?),
            _ => return Err("a marker has exactly one of `trailer`, `form`, `text`, `label` and `tool`".into()),
        };
        let is_label = matches!(what, What::Label(_));
        Ok(Marker { place: if is_label { Place::Request } else { raw.place }, what, why: raw.why, write: raw.write })
    }

    /// Where a subject has it; none also where the request is not known.
    pub(crate) fn find(&self, subject: &Subject<'_>) -> Vec<Hit> {
        self.find_in(self.place, subject)
    }

    /// The same in another place than its own.
    pub(super) fn find_in(&self, place: Place, subject: &Subject<'_>) -> Vec<Hit> {
        let part = match place {
            Place::Commit => Some((subject.commit.message.as_str(), subject.trailers, &subject.attestation.statements)),
            Place::Request => subject
                .described
                .map(|request| (request.text.as_str(), request.trailers.as_slice(), &request.attestation.statements)),
        };
        let Some((message, trailers, statements)) = part else { return Vec::new() };
        match &self.what {
            What::Trailer { keys, value, names } => trailers
                .iter()
                .filter(|line| !line.quoted && keys.iter().any(|key| key.eq_ignore_ascii_case(&line.key)))
                .filter(|line| value.as_ref().is_none_or(|value| value.is_match(&line.value)))
                .filter(|line| {
                    let ai = statements.iter().any(|statement| names_tool_at(statement, line.line));
                    names.is_none_or(|named| ai == (named == Named::Ai))
                })
                .map(|line| Hit { line: Some(line.line), quote: format!("{}: {}", line.key, line.value) })
                .collect(),
            What::Form(forms) => statements
                .iter()
                .filter(|statement| forms.contains(&statement.form) && statement.attests())
                .map(|statement| Hit { line: statement.line, quote: statement.quote.clone() })
                .collect(),
            What::Text(pattern) => {
                let found = pattern.find(message);
                found
                    .map(|found| Hit { line: None, quote: found.as_str().chars().take(120).collect() })
                    .into_iter()
                    .collect()
            }
            What::Tool(tools) => {
                let registry = subject.registry();
                let is_one = |statement: &&Statement| {
                    let named = statement.tool.as_deref();
                    statement.attests()
                        && named.is_some_and(|named| tools.iter().any(|tool| registry.is_same_tool(named, tool)))
                };
                let found = statements.iter().filter(is_one);
                found.map(|found| Hit { line: found.line, quote: found.quote.clone() }).collect()
            }
            What::Label(label) => {
                let labels = subject.described.map_or(&[][..], |request| &request.labels);
                let found = labels.iter().find(|known| known.eq_ignore_ascii_case(label));
                found.map(|label| Hit { line: None, quote: label.clone() }).into_iter().collect()
            }
        }
    }

    /// Whether a request carries it; what is looked for in commits is on none.
    pub(super) fn is_on(&self, request: &Described) -> bool {
        match &self.what {
            What::Label(label) => request.labels.iter().any(|known| known.eq_ignore_ascii_case(label)),
            What::Text(pattern) => self.place == Place::Request && pattern.is_match(&request.text),
            What::Trailer { .. } | What::Form(_) | What::Tool(_) => false,
        }
    }

    /// Whether it is looked for in what a request says of itself.
    pub(super) fn is_of_requests(&self) -> bool {
        match &self.what {
            What::Label(_) => true,
            What::Text(_) => self.place == Place::Request,
            What::Trailer { .. } | What::Form(_) | What::Tool(_) => false,
        }
    }

    /// A word that stands where it is written, for messages.
    pub(super) fn first_word(&self) -> Option<&str> {
        match &self.what {
            What::Trailer { keys, .. } => keys.first().map(String::as_str),
            What::Form(forms) => forms.first().map(|form| form.id),
            What::Text(pattern) => Some(pattern.as_str()),
            What::Label(label) => Some(label),
            What::Tool(tools) => tools.first().map(String::as_str),
        }
    }

    /// Whether it is a label: a request's labels may be unknown where its description is not.
    pub(crate) fn is_label(&self) -> bool {
        matches!(self.what, What::Label(_))
    }

    /// What it is, in a few words.
    pub(crate) fn shown(&self) -> String {
        let place = match self.place {
            Place::Commit => "in the commit",
            Place::Request => "in the request's description",
        };
        match &self.what {
            What::Trailer { keys, names, .. } => {
                let keys: Vec<String> = keys.iter().map(|key| format!("`{key}:`")).collect();
                let whom = match names {
                    Some(Named::Ai) => " naming an AI tool",
                    Some(Named::Person) => " naming a person",
                    None => "",
                };
                format!("the trailer {}{whom} {place}", keys.join(" or "))
            }
            What::Form(named) if forms().all(|form| named.contains(&form)) => format!("any mark of an AI tool {place}"),
            What::Form(named) => {
                let words: Vec<String> =
                    forms().filter(|form| named.contains(form)).map(|form| form.id.to_owned()).collect();
                format!("an AI tool as {} {place}", words.join(" or "))
            }
            // A pattern tells people nothing.
            What::Text(_) => self.why.clone().unwrap_or_else(|| format!("certain words {place}")),
            What::Label(label) => format!("the label `{label}` on the request"),
            What::Tool(tools) => match self.place {
                Place::Commit => format!("contributions made with {}", tools.join(" or ")),
                Place::Request => format!("requests that declare {}", tools.join(" or ")),
            },
        }
    }

    /// What it is, with every condition.
    pub fn in_full(&self) -> String {
        let place = if self.place == Place::Commit { "in the commit" } else { "in the request's description" };
        match &self.what {
            What::Trailer { value: Some(value), .. } => format!("{}, where its value matches `{value}`", self.shown()),
            What::Text(pattern) => format!("words that match `{pattern}` {place}"),
            What::Tool(_) => format!("{}, in whatever form; the maintainers decide", self.shown()),
            What::Trailer { .. } | What::Form(_) | What::Label(_) => self.shown(),
        }
    }

    /// The tools that it names, in whatever form.
    pub(crate) fn tools(&self) -> Option<&[String]> {
        match &self.what {
            What::Tool(tools) => Some(tools),
            _ => None,
        }
    }

    /// Whether every trailer that names an AI tool is such a marker.
    pub(crate) fn is_any_trailer(&self) -> bool {
        matches!(&self.what, What::Form(forms) if forms.contains(&Form::TRAILER))
    }

    /// Whether a line is such a marker. `filled` reads the same line with examples in place of what is to be filled in.
    pub(crate) fn is_line(&self, as_written: &Subject<'_>, filled: &Subject<'_>) -> bool {
        let has = |subject: &Subject<'_>| !self.find(subject).is_empty();
        match &self.what {
            What::Trailer { value, names: Some(_), .. } => {
                let fits = |value: &Regex| as_written.trailers.iter().any(|line| value.is_match(&line.value));
                has(filled) && value.as_ref().is_none_or(fits)
            }
            What::Form(_) => has(filled),
            What::Trailer { .. } | What::Text(_) | What::Label(_) | What::Tool(_) => has(as_written),
        }
    }
}

/// Something in braces that is neither `{tool}` nor `{model}`.
fn unknown_placeholder(line: &str) -> Option<&str> {
    line.match_indices('{').find_map(|(at, _)| {
        let end = line.get(at..)?.find('}')?;
        let placeholder = line.get(at..=at + end)?;
        (!matches!(placeholder, "{tool}" | "{model}")).then_some(placeholder)
    })
}

fn forms_of(words: &[String]) -> Result<Vec<Form>, String> {
    let mut named = Vec::new();
    for word in words {
        match Form::of_id(word).filter(|form| form.is_for_policies()) {
            Some(form) => named.push(form),
            None if word == "any" => named.extend(forms()),
            None => {
                let known: Vec<&str> = ALL.iter().filter(|form| form.is_for_policies()).map(|form| form.id).collect();
                let known: Vec<&str> = known.into_iter().chain(["any"]).collect();
                let near = nearest(word, known.iter().copied());
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(format!("no form is called `{word}`: there are {}{near}", known.join(", ")));
            }
        }
    }
    Ok(named)
}

/// The tools by the names that people know. One that is not known keeps its name, unless it looks like a known one.
fn tools_of(names: &[String]) -> Result<Vec<String>, String> {
    if names.is_empty() || names.iter().any(|name| name.trim().is_empty()) {
        return Err("`tool` names an AI tool, such as `Cursor`, or a list of them".into());
    }
    let registry = Registry::builtin().map_err(|error| error.to_string())?;
    let named = |name: &String| {
        if let Some(tool) = registry.tool(name) {
            return Ok(tool.name.clone());
        }
        if name.contains(',') {
            return Err(format!("`{name}` names several tools: write a list, `[{name}]`"));
        }
        match misspelt(name, registry.tools().iter().map(|tool| tool.name.as_str())) {
            Some(near) => Err(format!("no tool is called `{name}`{}", near_sentence(Some(&near)))),
            None => Ok(name.trim().to_owned()),
        }
    };
    names.iter().map(named).collect()
}

/// Whether a statement at a line names a tool, whatever it says that the tool did.
fn names_tool_at(statement: &Statement, line: u32) -> bool {
    let names = statement.tool.is_some() || statement.model.is_some();
    statement.line == Some(line) && names && statement.role != Role::Denied && statement.is_credible()
}
