//! What to do about a declaration that nobody would read as one, because neither its tool nor its model is known.

use super::draft::Draft;
use crate::attest::{Error, Registry};
use crate::terminal::escaped;
use crate::yaml;

/// Why nothing is written, with the known spelling of a tool where one is near.
///
/// # Errors
/// Where the data in the program cannot be read.
pub(super) fn told(drafts: &[Draft]) -> Result<String, Error> {
    let registry = Registry::builtin()?;
    let assistants = drafts.iter().filter_map(|draft| draft.declaration.ai()).flat_map(|ai| ai.assistants.as_slice());
    let mut tools: Vec<String> = assistants.map(|assistant| assistant.tool.to_string()).collect();
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
