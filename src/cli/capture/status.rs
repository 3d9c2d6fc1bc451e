//! `ai-detect capture status`: for each agent whether its hook is there and works, and what it cannot see.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ai_detect_capture::agents::{ALL, Agent};
use ai_detect_capture::faults;
use ai_detect_capture::install::{self, Scope, switches};
use ai_detect_capture::rows;
use ai_detect_capture::state::State;

use super::install::{is_here, variable};
use crate::cli::output::Output;
use crate::cli::trail::client::{Client, shown};
use crate::cli::{Exit, Failure};
use crate::terminal::escaped;

/// What the spool holds of a product.
#[derive(Default)]
struct Seen {
    events: u64,
    last: i64,
}

/// What the spool holds.
#[derive(Default)]
struct Tally {
    tools: BTreeMap<String, Seen>,
    other: u64,
    unreadable: u64,
}

impl Tally {
    fn of(client: &Client) -> Result<Self, Failure> {
        let mut tally = Self::default();
        rows::each(&client.spool, |row| -> Result<(), Failure> {
            match row.kind.as_str() {
                "other" => tally.other += 1,
                "unreadable" => tally.unreadable += 1,
                _ => {}
            }
            if let Some(tool) = row.tool {
                let seen = tally.tools.entry(tool).or_default();
                seen.events += 1;
                seen.last = seen.last.max(row.time);
            }
            Ok(())
        })?;
        Ok(tally)
    }
}

pub(super) fn run(out: &Output) -> Result<Exit, Failure> {
    let (client, state) = (Client::find()?, super::state()?);
    let tally = Tally::of(&client)?;
    let mut text = String::new();
    for agent in ALL {
        text.push_str(&about_agent(*agent, &state, &tally)?);
    }
    text.push_str(&about_state(&state, &tally)?);
    let text: String = text.lines().map(|line| escaped(line) + "\n").collect();
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn about_agent(agent: &dyn Agent, state: &State, tally: &Tally) -> Result<String, Failure> {
    let word = agent.tool().word();
    let path = install::file(agent, &Scope::User, &variable)?;
    let (wanted, there) = (agent.hooks().events.len(), install::events_in(state, agent, &path));
    let mut text = format!("{} ({word})\n", agent.name());
    let _ = match &there {
        Ok(0) if is_here(agent) => writeln!(text, "  hook: none; `ai-detect capture install {word}` adds it"),
        Ok(0) => writeln!(text, "  hook: none; the agent was not found on this machine"),
        Ok(events) if *events < wanted => {
            writeln!(
                text,
                "  hook: in {}, for {events} of {wanted} events; `ai-detect capture install {word}` adds the others",
                path.display()
            )
        }
        Ok(_) => writeln!(text, "  hook: in {}", path.display()),
        Err(error) => writeln!(text, "  hook: not known: {error}"),
    };
    let _ = match tally.tools.get(word) {
        Some(seen) => writeln!(text, "  last event: {} (events kept here: {})", shown(seen.last), seen.events),
        None => writeln!(text, "  last event: none is kept here"),
    };
    if there.is_ok_and(|events| events > 0) {
        for switch in switches::of(agent, &variable)? {
            let _ = writeln!(text, "  warning: {switch}");
        }
    }
    let _ = writeln!(text, "  shows: {}\n  does not show: {}", agent.sees(), agent.misses());
    Ok(text)
}

fn about_state(state: &State, tally: &Tally) -> Result<String, Failure> {
    let mut text = "Repositories\n".to_owned();
    let listed = state.repositories()?.repositories;
    if listed.is_empty() {
        text.push_str("  none: nothing is recorded. `ai-detect capture add-repository DIR` captures one\n");
    }
    for listed in &listed {
        let name = listed.name.as_deref().unwrap_or("without a name");
        let gone = if listed.common.exists() { "" } else { "; it is no longer there" };
        let _ = writeln!(text, "  {} ({name}{gone})", listed.folder.display());
    }
    if let Some(pause) = state.pause()? {
        let _ = writeln!(
            text,
            "Paused since {}: nothing is recorded. `ai-detect capture resume` ends it",
            shown(pause.since.get())
        );
    }
    let others: Vec<String> = tally
        .tools
        .iter()
        .filter(|(word, _)| ALL.iter().all(|agent| agent.tool().word() != word.as_str()))
        .map(|(word, seen)| format!("{word} {}", seen.events))
        .collect();
    if !others.is_empty() {
        let _ = writeln!(text, "Other products, credited to nobody: {}", others.join(", "));
    }
    if tally.other + tally.unreadable > 0 {
        let _ = writeln!(text, "Not understood: {} of an unknown kind, {} unreadable", tally.other, tally.unreadable);
    }
    let noted = faults::noted(state)?;
    if let Some(last) = noted.last() {
        let _ = writeln!(
            text,
            "Faults: {}; the last at {}, hook of {}: {}",
            noted.len(),
            shown(last.time.get()),
            last.agent,
            last.fault
        );
    }
    Ok(text)
}
