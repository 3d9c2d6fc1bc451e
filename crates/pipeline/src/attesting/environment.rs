//! Which AI agent seems to run this program, by the variables that it sets.

use serde::Deserialize;

use ai_detect_base::vocabulary::{IntegrationPath, Name, Word};
use ai_detect_base::yaml;

const FILE: &str = "agents.yml";
const BUILTIN: &str = include_str!("../../../../rules/agents.yml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: u32,
    agents: Vec<Known>,
    build_services: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The tool's name.
    tool: Name,
    /// Any of these variables means that it runs us.
    set: Vec<String>,
    /// The variable with the session's id.
    session: Option<String>,
    /// By which way it works.
    path: Option<IntegrationPath>,
}

/// An agent that seems to run this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its name.
    pub tool: Name,
    /// Its session, where it says so.
    pub session: Option<Word>,
    /// By which way it works, where that is known.
    pub path: Option<IntegrationPath>,
    /// The variable that told.
    pub variable: String,
}

/// Looks for an agent; `variable` gives the value of an environment variable.
///
/// # Errors
/// Never in a released program: the data is tested.
pub fn agent(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Agent>, yaml::Error> {
    let data: File = yaml::parse(FILE, BUILTIN)?;
    let is_set = |name: &String| variable(name).is_some_and(|value| !matches!(value.trim(), "" | "0" | "false"));
    let found = data.agents.iter().find_map(|known| Some((known, known.set.iter().find(|name| is_set(name))?)));
    Ok(found.map(|(known, name)| Agent {
        tool: known.tool.clone(),
        session: known.session.as_deref().and_then(variable).and_then(|session| Word::new(session).ok()),
        path: if data.build_services.iter().any(is_set) { Some(IntegrationPath::Ci) } else { known.path },
        variable: name.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Option<Agent> {
        agent(&|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())).unwrap()
    }

    #[test]
    fn an_agent_is_known_by_its_variable() {
        let found = of(&[("CLAUDECODE", "1"), ("CLAUDE_CODE_SESSION_ID", "7f3a")]).unwrap();
        assert_eq!((found.tool.as_str(), found.session.unwrap().as_str()), ("Claude Code", "7f3a"));
        assert_eq!(found.path, Some(IntegrationPath::Agent));
        assert_eq!(of(&[("CLAUDECODE", "1"), ("CI", "true")]).unwrap().path, Some(IntegrationPath::Ci));
    }

    #[test]
    fn a_build_service_alone_is_no_agent() {
        assert_eq!(of(&[("GITHUB_ACTIONS", "true")]), None);
        assert_eq!(of(&[("CLAUDECODE", "0"), ("GEMINI_CLI", "")]), None);
    }
}
