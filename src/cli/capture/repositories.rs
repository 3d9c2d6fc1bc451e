//! `ai-detect capture add-repository`, `remove-repository`: which repositories are captured.

use std::path::{Path, PathBuf};

use ai_detect_capture::repositories::Listed;
use ai_detect_trail_client::clock;
use ai_detect_trail_log::wire::normal_repository;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure, git_failure};
use crate::git::Repository;

/// Which one
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A folder of the repository
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

pub(super) fn add(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let folder = dir.join(&args.folder);
    let listed = Listed::of(&folder)?;
    let name = Repository::open(&folder).map_err(git_failure)?.name().map_err(git_failure)?;
    // What a session did before is in its transcript, and nobody asked for that.
    let since = Some(clock::now()?);
    let listed = Listed { name: name.map(|name| normal_repository(&name)), since, ..listed };
    let state = super::state()?;
    let mut repositories = state.repositories()?;
    let (shown, called) = (listed.folder.display().to_string(), listed.name.clone());
    let text = if repositories.add(listed) { "is captured from now on" } else { "was listed already" };
    state.list(&repositories)?;
    // Made now, so that no two hooks make it at once.
    state.key()?;
    let name = called.map_or_else(
        || "it has no name in a trail yet: it has neither a remote nor a commit".to_owned(),
        |name| format!("in a trail it is called {name}"),
    );
    out.print(&format!("{shown} {text}; {name}\n"))?;
    Ok(Exit::Analysed)
}

pub(super) fn remove(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let folder = dir.join(&args.folder);
    let state = super::state()?;
    let mut repositories = state.repositories()?;
    // One that is no longer there is named by the folder that `status` shows.
    let gone = repositories.repositories.iter().find(|known| known.folder == folder).cloned();
    let listed = Listed::of(&folder).or_else(|error| gone.ok_or(error))?;
    let shown = listed.folder.display();
    if !repositories.remove(&listed.common) {
        return Err(Failure::usage(format!("{shown} is not captured")));
    }
    state.list(&repositories)?;
    out.print(&format!("{shown} is captured no longer. What was recorded stays: see `ai-detect capture show`\n"))?;
    Ok(Exit::Analysed)
}
