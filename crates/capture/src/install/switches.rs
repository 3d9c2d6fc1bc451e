//! What keeps hooks from running although they are installed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml_edit::{DocumentMut, Item};

use super::{InstallError, folder, json};
use crate::agents::Agent;
use crate::event::Tool;

/// Something that keeps hooks from running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Switch {
    /// A setting turns all hooks off.
    Off {
        /// The file.
        file: PathBuf,
        /// The setting.
        setting: &'static str,
    },
    /// Codex runs a hook only after its user has looked at it and trusted it.
    NotTrusted {
        /// The file in which it would note that.
        file: PathBuf,
    },
    /// A file of settings cannot be read, so nobody knows.
    Unreadable(PathBuf),
}

impl std::fmt::Display for Switch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Off { file, setting } => write!(f, "`{setting}` in {} switches hooks off", file.display()),
            Self::NotTrusted { file } => write!(
                f,
                "no hook is trusted in {}: Codex runs none until you trust it with `/hooks`, and says nothing",
                file.display()
            ),
            Self::Unreadable(file) => write!(f, "{} cannot be read: whether hooks run is not known", file.display()),
        }
    }
}

/// What keeps the hooks of an agent from running, as far as its files say.
///
/// # Errors
///
/// When the environment names no home.
pub fn of(agent: &dyn Agent, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Vec<Switch>, InstallError> {
    let hooks = agent.hooks();
    let folder = folder(&hooks, variable)?;
    Ok(match agent.tool() {
        Tool::ClaudeCode => {
            let managed = if cfg!(target_os = "macos") {
                "/Library/Application Support/ClaudeCode/managed-settings.json"
            } else if cfg!(windows) {
                "C:\\Program Files\\ClaudeCode\\managed-settings.json"
            } else {
                "/etc/claude-code/managed-settings.json"
            };
            let mut found = turned_off(&folder.join("settings.json"), &["disableAllHooks"]);
            found.extend(turned_off(Path::new(managed), &["disableAllHooks", "allowManagedHooksOnly"]));
            found
        }
        Tool::Codex => codex(&folder.join("config.toml")),
        Tool::CopilotCli => {
            let mut found = turned_off(&folder.join("settings.json"), &["disableAllHooks"]);
            found.extend(turned_off(&folder.join("config.json"), &["disableAllHooks"]));
            found
        }
        // Its hooks have no switch.
        Tool::Cursor => Vec::new(),
    })
}

/// The settings that are on in a file of JSON.
fn turned_off(file: &Path, settings: &[&'static str]) -> Vec<Switch> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let Ok(Some(value)) = json::value(&text) else { return vec![Switch::Unreadable(file.to_owned())] };
    let is_on = |setting: &&&'static str| value.get(**setting).and_then(Value::as_bool) == Some(true);
    settings.iter().filter(is_on).map(|setting| Switch::Off { file: file.to_owned(), setting }).collect()
}

fn codex(file: &Path) -> Vec<Switch> {
    let not_trusted = Switch::NotTrusted { file: file.to_owned() };
    let Ok(text) = fs::read_to_string(file) else { return vec![not_trusted] };
    let Ok(document) = text.parse::<DocumentMut>() else { return vec![Switch::Unreadable(file.to_owned())] };
    let feature = |name: &str| document.get("features").and_then(|table| table.get(name)).and_then(Item::as_bool);
    let mut found = Vec::new();
    for (name, setting) in [("hooks", "features.hooks = false"), ("codex_hooks", "features.codex_hooks = false")] {
        if feature(name) == Some(false) {
            found.push(Switch::Off { file: file.to_owned(), setting });
        }
    }
    let trusted = document.get("hooks").and_then(|table| table.get("state")).and_then(Item::as_table_like);
    // Which digest belongs to our hook is known to Codex alone. Without any, ours is not trusted.
    let any = trusted.is_some_and(|table| table.iter().any(|(_, state)| state.get("trusted_hash").is_some()));
    if !any {
        found.push(not_trusted);
    }
    found
}
