//! What to do about a declaration that nobody would read as one, because neither its tool nor its model is known.

use super::draft::Draft;
use crate::attest::{self, Error, Registry, State};
use crate::change::Commit;
use crate::terminal::escaped;
use crate::vocabulary::{AiUse, Assistant, Declaration, Involvement, trailers};
use crate::yaml;

/// The tools of a declaration whose own lines would not be read as declarations, given the message as it was: what else
/// the commit declares does not make them known.
///
/// # Errors
/// Where the data in the program cannot be read.
pub(super) fn tools(draft: &Draft, old: &str) -> Result<Vec<String>, Error> {
    let registry = Registry::builtin()?;
    let assistants = draft.declaration.ai().map_or(&[][..], |ai| ai.assistants.as_slice());
    let line = |assistant: &Assistant| {
        let involvement = Involvement::Ai(AiUse::of(assistant.clone()));
        let alone = trailers::write(&Declaration { involvement, accountable: None });
        alone.first().map(ToString::to_string).unwrap_or_default()
    };
    let is_new = |line: &str| !old.lines().any(|known| known.trim() == line);
    let is_unread = |line: &str| {
        let message = format!("Change\n\n{line}\n").into();
        attest::read(&Commit { message, ..Commit::default() }, registry).state == State::Absent
    };
    let unknown = assistants.iter().map(|assistant| (assistant, line(assistant)));
    let unknown = unknown.filter(|(_, line)| is_new(line) && is_unread(line));
    Ok(unknown.map(|(assistant, _)| assistant.tool.to_string()).collect())
}

/// Why nothing is written, with the known spelling of a tool where one is near.
///
/// # Errors
/// Where the data in the program cannot be read.
pub(super) fn refusal(mut tools: Vec<String>) -> Result<String, Error> {
    let registry = Registry::builtin()?;
    tools.sort();
    tools.dedup();
    let near: Vec<String> = tools.iter().filter_map(|tool| known_spelling(tool, registry)).collect();
    let meant = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", near.join(", ")) };
    Ok(format!(
        "this would not be read as a declaration of AI use, because neither the tool ({}) nor its model is known, so nothing \
         was written.{meant} Give the model's full id, call the tool by one word, use --notes, or add --even-if-unknown",
        escaped(&tools.join(", "))
    ))
}

/// The name of the known tool whose name or other names look most like this one, in quotation marks.
fn known_spelling(tool: &str, registry: &Registry) -> Option<String> {
    let tool = tool.to_lowercase();
    let names = registry.tools().iter().flat_map(|known| {
        let own = (known.name.to_lowercase(), &known.name);
        known.aliases.iter().map(|alias| (alias.clone(), &known.name)).chain([own])
    });
    let names: Vec<(String, &String)> = names.collect();
    let near = yaml::nearest(&tool, names.iter().map(|(spelling, _)| spelling.as_str()))?;
    let found = names.iter().find(|(spelling, _)| *spelling == near)?;
    Some(format!("--tool \"{}\"", found.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_tool_is_named_where_the_spelling_is_near() {
        let registry = Registry::builtin().unwrap();
        for (tool, expected) in
            [("Claude Kode", Some("--tool \"Claude\"")), ("claude-cod", Some("--tool \"Claude\"")), ("xyzzy", None)]
        {
            assert_eq!(known_spelling(tool, registry).as_deref(), expected, "{tool}");
        }
    }
}
