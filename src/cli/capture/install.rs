//! `ai-detect capture install`, `uninstall`: our hook in the files of agents.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use ai_detect_capture::agents::{ALL, Agent, named};
use ai_detect_capture::event::Tool;
use ai_detect_capture::install::{self, Done, InstallError, Scope, command, switches};
use ai_detect_capture::repositories::Listed;
use clap::builder::PossibleValuesParser;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// Which hooks
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Agents; without any, those that this machine has
    #[arg(value_name = "AGENT", value_parser = PossibleValuesParser::new(ALL.iter().map(|agent| agent.tool().word())))]
    agents: Vec<String>,

    /// The files of this project in place of the user's own: everybody who works on it gets the hook
    #[arg(long)]
    project: bool,
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        match error {
            InstallError::State(error) => error.into(),
            error @ (InstallError::NoHome | InstallError::Edit { .. }) => Failure::usage(error),
            error @ InstallError::File { .. } => Failure::failed(error),
        }
    }
}

pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

impl Args {
    fn scope(&self, dir: &Path) -> Result<Scope, Failure> {
        Ok(if self.project { Scope::Project(Listed::of(dir)?.folder) } else { Scope::User })
    }

    fn named(&self) -> Vec<&'static dyn Agent> {
        self.agents.iter().filter_map(|word| named(word)).collect()
    }
}

/// Whether an agent was ever used on this machine.
pub(super) fn is_here(agent: &dyn Agent) -> bool {
    install::folder(&agent.hooks(), &variable).is_ok_and(|folder| folder.is_dir())
}

pub(super) fn add(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let (state, scope) = (super::state()?, args.scope(dir)?);
    let mut agents = args.named();
    if agents.is_empty() {
        agents = ALL.iter().copied().filter(|agent| is_here(*agent)).collect();
    }
    if agents.is_empty() {
        let words: Vec<&str> = ALL.iter().map(|agent| agent.tool().word()).collect();
        return Err(Failure::usage(format!("no agent was found on this machine; name one: {}", words.join(", "))));
    }
    let program = std::env::current_exe().map_err(|error| Failure::failed(format!("this program: {error}")))?;
    let program = program.to_str().ok_or_else(|| {
        Failure::usage(format!("{}: agents cannot run a program at a place that is not UTF-8", program.display()))
    })?;
    let mut text = String::new();
    for agent in agents {
        let path = install::file(agent, &scope, &variable)?;
        let done = install::install(&state, agent, &path, &command::of(agent.tool(), &scope, program))?;
        let _ = writeln!(text, "{}: {}", agent.name(), about(&done));
        for switch in switches::of(agent, &variable)? {
            let _ = writeln!(text, "  warning: {switch}");
        }
        if agent.tool() == Tool::CopilotCli && args.project {
            text.push_str("  VS Code reads this file as well; what it sends is counted, and credited to nobody\n");
        }
    }
    let _ = writeln!(text, "\n{}", what_next(state.repositories()?.repositories.len()));
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// What people can do now: nothing is recorded before they say where, and they can see all of it.
fn what_next(repositories: usize) -> String {
    let listed = match repositories {
        0 => {
            "No repository is captured yet, so nothing is recorded. `ai-detect capture add-repository DIR` captures one."
        }
        _ => "What agents do in the listed repositories is recorded, and nothing elsewhere.",
    };
    format!(
        "{listed}\n`ai-detect capture show` shows all that is recorded, `ai-detect capture status` whether it works."
    )
}

pub(super) fn remove(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let (state, scope) = (super::state()?, args.scope(dir)?);
    let mut agents = args.named();
    if agents.is_empty() {
        agents = ALL.to_vec();
    }
    let mut text = String::new();
    for agent in agents {
        let path = install::file(agent, &scope, &variable)?;
        let done = install::uninstall(&state, agent, &path)?;
        let _ = writeln!(text, "{}: {}", agent.name(), about(&done));
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn about(done: &Done) -> String {
    match done {
        Done::Added(path) => format!("hook added to {}", path.display()),
        Done::Already(path) => format!("the hook is in {} already", path.display()),
        Done::Removed(path) => format!("hook removed from {}", path.display()),
        Done::Absent(path) => format!("no hook in {}", path.display()),
    }
}
