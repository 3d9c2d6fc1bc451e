//! Adding our hook to the files of agents, beside what is there, and taking exactly it away again.

pub mod command;
pub mod json;
pub mod switches;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::json::{EditError, Emptied, Place};
use crate::agents::Agent;
use crate::event::Tool;
use crate::state::{State, StateError};

const RECORD: &str = "installed.json";
/// The member under which all agents list hooks by event.
const HOOKS: &str = "hooks";

/// Where an agent reads hooks from, and how it writes them.
#[derive(Debug, Clone, Copy)]
pub struct Hooks {
    /// The variable that moves the agent's folder.
    pub variable: Option<&'static str>,
    /// The agent's folder in the user's home.
    pub folder: &'static str,
    /// The file in it.
    pub file: &'static str,
    /// The file of a project.
    pub project_file: &'static str,
    /// Members that the file must have beside the hooks.
    pub frame: fn() -> Vec<(&'static str, Value)>,
    /// The events, each with what it is limited to.
    pub events: &'static [(&'static str, Option<&'static str>)],
    /// An entry that runs a command on an event.
    pub entry: fn(&Command, Option<&str>) -> Value,
}

/// The command of a hook, for both kinds of shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// For a shell of Unix, and for the shells of Windows that know its quotes.
    pub unix: String,
    /// For PowerShell.
    pub powershell: String,
}

/// Whose hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those of the user, in all projects.
    User,
    /// Those of one project, which others get with it.
    Project(PathBuf),
}

/// What was added where, to take exactly that away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The agent.
    pub agent: String,
    /// The file.
    pub file: PathBuf,
    /// The file was not there.
    pub made_file: bool,
    /// Members that were not there, the outer ones first.
    pub made: Vec<Place>,
    /// Containers that were empty.
    pub emptied: Vec<Emptied>,
    /// The commands that were added, for both kinds of shell.
    #[serde(default)]
    pub commands: Vec<String>,
}

/// All that was added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Record {
    /// They, one a file.
    pub installed: Vec<Installed>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Our hook was added.
    Added(PathBuf),
    /// It was there.
    Already(PathBuf),
    /// It was taken away.
    Removed(PathBuf),
    /// There was none.
    Absent(PathBuf),
}

/// Why hooks could not be added or taken away.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The environment names no home.
    #[error("no home folder is known: set HOME")]
    NoHome,
    /// A file cannot be changed.
    #[error("{}: {source}. Nothing was changed", path.display())]
    Edit {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: EditError,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What was added before cannot be read or noted.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The folder of an agent in the user's home.
///
/// # Errors
///
/// When the environment names no home.
pub fn folder(hooks: &Hooks, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<PathBuf, InstallError> {
    let moved = hooks.variable.and_then(variable).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || variable("HOME").or_else(|| variable("USERPROFILE")).filter(|home| !home.is_empty());
    moved.or_else(|| Some(PathBuf::from(home()?).join(hooks.folder))).ok_or(InstallError::NoHome)
}

/// The file of hooks of an agent.
///
/// # Errors
///
/// When the environment names no home.
pub fn file(
    agent: &dyn Agent,
    scope: &Scope,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<PathBuf, InstallError> {
    let hooks = agent.hooks();
    match scope {
        Scope::User => Ok(folder(&hooks, variable)?.join(hooks.file)),
        Scope::Project(top) => Ok(top.join(hooks.project_file)),
    }
}

/// Which hooks are ours: those with a command that was added, and those whose whole command has the form of ours.
struct Ours {
    tool: Tool,
    commands: Vec<String>,
}

impl Ours {
    fn of(tool: Tool, known: Option<&Installed>) -> Self {
        Self { tool, commands: known.map(|known| known.commands.clone()).unwrap_or_default() }
    }

    fn runs(&self, command: &Value) -> bool {
        let Some(command) = command.as_str() else { return false };
        self.commands.iter().any(|known| known == command) || command::is_own(command, self.tool)
    }

    /// Whether a hook is ours: each command that it has, for whatever shell.
    fn is(&self, entry: &Value) -> bool {
        let mut commands = ["command", "bash", "powershell"].iter().filter_map(|name| entry.get(*name)).peekable();
        commands.peek().is_some() && commands.all(|command| self.runs(command))
    }

    /// Whether an entry is ours, or a group with one of ours.
    fn is_in(&self, entry: &Value) -> bool {
        let inner = entry.get(HOOKS).and_then(Value::as_array);
        self.is(entry) || inner.is_some_and(|inner| inner.iter().any(|entry| self.is(entry)))
    }
}

/// Adds our hook for each event on which it is missing.
///
/// # Errors
///
/// When the file cannot be read, changed or written.
pub fn install(state: &State, agent: &dyn Agent, path: &Path, command: &Command) -> Result<Done, InstallError> {
    let hooks = agent.hooks();
    let before = read(path)?;
    let mut record: Record = state.read(RECORD)?.unwrap_or_default();
    let mut ours = Ours::of(agent.tool(), record.installed.iter().find(|known| known.file == path));
    let mut commands = vec![command.unix.clone(), command.powershell.clone()];
    ours.commands.append(&mut commands.clone());
    let failed = |source| InstallError::Edit { path: path.to_owned(), source };
    if before.as_deref().map(|text| events_of_ours(text, &hooks, &ours)).transpose().map_err(failed)?.unwrap_or(0) == 0
    {
        // What was noted is of an earlier file: this one is somebody's own, or is made now.
        record.installed.retain(|known| known.file != path);
    }
    let empty = before.as_ref().is_none_or(|text| text.trim().is_empty());
    let mut text = before.clone().filter(|_| !empty).unwrap_or_else(|| "{}\n".to_owned());
    let mut installed = Installed {
        agent: agent.tool().word().to_owned(),
        file: path.to_owned(),
        made_file: before.is_none(),
        made: Vec::new(),
        emptied: Vec::new(),
        commands: commands.clone(),
    };
    let mut added = 0;
    let edited = (|| {
        for (name, value) in (hooks.frame)() {
            make(&mut text, &[], name, &value, &mut installed)?;
        }
        make(&mut text, &[], HOOKS, &json!({}), &mut installed)?;
        for (event, limit) in hooks.events {
            if has(&text, event, &ours)? {
                continue;
            }
            make(&mut text, &[HOOKS.to_owned()], event, &json!([]), &mut installed)?;
            let entry = (hooks.entry)(command, *limit);
            let (next, emptied) = json::add_item(&text, &[HOOKS.to_owned(), (*event).to_owned()], &entry)?;
            text = next;
            note_emptied(&mut installed, emptied);
            added += 1;
        }
        json::value(&text)
    })();
    edited.map_err(failed)?;
    if added == 0 {
        return Ok(Done::Already(path.to_owned()));
    }
    write(path, &text)?;
    match record.installed.iter_mut().find(|known| known.file == path) {
        // Added a second time: what was made first is still ours.
        Some(known) => {
            known.made.extend(installed.made);
            known.emptied.extend(installed.emptied);
            commands.retain(|command| !known.commands.contains(command));
            known.commands.append(&mut commands);
        }
        None => record.installed.push(installed),
    }
    state.write(RECORD, &record)?;
    Ok(Done::Added(path.to_owned()))
}

/// Adds a member if it is missing, and notes it.
fn make(
    text: &mut String,
    place: &[String],
    name: &str,
    value: &Value,
    installed: &mut Installed,
) -> Result<(), EditError> {
    let whole = json::value(text)?.unwrap_or(Value::Null);
    let there = place.iter().try_fold(&whole, |value, name| value.get(name)).and_then(|value| value.get(name));
    if there.is_some() {
        return Ok(());
    }
    let (next, emptied) = json::add_member(text, place, name, value)?;
    *text = next;
    note_emptied(installed, emptied);
    installed.made.push([place, &[name.to_owned()]].concat());
    Ok(())
}

/// Notes that a container was empty, unless it is one that we made.
fn note_emptied(installed: &mut Installed, emptied: Option<Emptied>) {
    let emptied = emptied.filter(|emptied| !installed.made.contains(&emptied.place));
    installed.emptied.extend(emptied);
}

/// Whether our hook is there for an event.
fn has(text: &str, event: &str, ours: &Ours) -> Result<bool, EditError> {
    let whole = json::value(text)?.unwrap_or(Value::Null);
    let entries = whole.get(HOOKS).and_then(|hooks| hooks.get(event)).and_then(Value::as_array);
    Ok(entries.is_some_and(|entries| entries.iter().any(|entry| ours.is_in(entry))))
}

fn events_of_ours(text: &str, hooks: &Hooks, ours: &Ours) -> Result<usize, EditError> {
    let mut events = 0;
    for (event, _) in hooks.events {
        events += usize::from(has(text, event, ours)?);
    }
    Ok(events)
}

/// For how many of its events our hook is in a file.
///
/// # Errors
///
/// When the file cannot be read.
pub fn events_in(state: &State, agent: &dyn Agent, path: &Path) -> Result<usize, InstallError> {
    let Some(text) = read(path)? else { return Ok(0) };
    let record: Record = state.read(RECORD)?.unwrap_or_default();
    let ours = Ours::of(agent.tool(), record.installed.iter().find(|known| known.file == path));
    events_of_ours(&text, &agent.hooks(), &ours).map_err(|source| InstallError::Edit { path: path.to_owned(), source })
}

/// Takes our hook away, and what was made for it and holds nothing any more.
///
/// # Errors
///
/// When the file cannot be read, changed or written.
pub fn uninstall(state: &State, agent: &dyn Agent, path: &Path) -> Result<Done, InstallError> {
    let mut record: Record = state.read(RECORD)?.unwrap_or_default();
    let known = record.installed.iter().find(|known| known.file == path).cloned();
    record.installed.retain(|known| known.file != path);
    let failed = |source| InstallError::Edit { path: path.to_owned(), source };
    let ours = Ours::of(agent.tool(), known.as_ref());
    let (before, mut text, removed) = match read(path)? {
        Some(before) => {
            let (text, removed) =
                json::remove_items(&before, &[HOOKS.to_owned()], &|entry| ours.is(entry)).map_err(failed)?;
            (Some(before), text, removed)
        }
        None => (None, String::new(), 0),
    };
    if before.is_none() || removed == 0 {
        if known.is_some() {
            // The file that was noted is gone, and a later one is none of ours.
            state.write(RECORD, &record)?;
        }
        return Ok(Done::Absent(path.to_owned()));
    }
    if let Some(known) = &known {
        text = cleaned(text, known, &(agent.hooks().frame)()).map_err(failed)?;
    }
    let is_empty = json::value(&text).map_err(failed)?.is_none_or(|value| value == json!({}));
    if is_empty && known.as_ref().is_some_and(|known| known.made_file) {
        fs::remove_file(real(path)).map_err(|source| InstallError::File { path: path.to_owned(), source })?;
    } else {
        write(path, &text)?;
    }
    state.write(RECORD, &record)?;
    Ok(Done::Removed(path.to_owned()))
}

/// Without what we made, as far as nobody uses it.
fn cleaned(mut text: String, known: &Installed, frame: &[(&'static str, Value)]) -> Result<String, EditError> {
    let hooks_made = known.made.iter().any(|place| place.as_slice() == [HOOKS]);
    for place in known.made.iter().rev().filter(|place| place.first().is_some_and(|name| name == HOOKS)) {
        text = json::remove_empty(&text, place)?;
    }
    let left = json::value(&text)?.unwrap_or(Value::Null);
    // Hooks that people added to a file of ours need the frame. A file that had hooks without it gets on without it.
    if !hooks_made || left.get(HOOKS).is_none() {
        for (name, value) in frame {
            let place = vec![(*name).to_owned()];
            if known.made.contains(&place) && left.get(name) == Some(value) {
                text = json::remove_empty(&text, &place)?;
            }
        }
    }
    for emptied in known.emptied.iter().rev() {
        text = json::restore_inner(&text, emptied)?;
    }
    Ok(text)
}

/// The file behind links: people keep such files in other places.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn read(path: &Path) -> Result<Option<String>, InstallError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InstallError::File { path: path.to_owned(), source }),
    }
}

/// Gives a file new content, whole, with the rights that it had.
fn write(path: &Path, text: &str) -> Result<(), InstallError> {
    let failed = |source| InstallError::File { path: path.to_owned(), source };
    let path = real(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let rights = fs::metadata(&path).ok().map(|found| found.permissions());
    ai_detect_trail_client::files::replace(&path, text.as_bytes()).map_err(StateError::from)?;
    match rights {
        Some(rights) => fs::set_permissions(&path, rights).map_err(failed),
        None => Ok(()),
    }
}

/// An entry with a matcher around a list of hooks, as Claude Code and Codex write it.
pub fn grouped(command: &Command, limit: Option<&str>) -> Value {
    let mut group = Map::new();
    if let Some(limit) = limit {
        group.insert("matcher".to_owned(), limit.into());
    }
    group.insert(HOOKS.to_owned(), json!([{"type": "command", "command": command.unix}]));
    Value::Object(group)
}

/// An entry that is a command, as Cursor writes it.
pub fn flat(command: &Command, _: Option<&str>) -> Value {
    json!({"command": command.unix})
}

/// An entry with a command for each kind of shell, as Copilot CLI writes it.
pub fn for_both_shells(command: &Command, _: Option<&str>) -> Value {
    json!({"type": "command", "bash": command.unix, "powershell": command.powershell})
}
