//! The folder of a recorded trail, as all its commands name it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ai_detect_trail_server::clock::ClockError;
use ai_detect_trail_server::operator::OperatorError;
use ai_detect_trail_server::setup::{self, SetupError, Trail};
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;

use serde::Serialize;

use crate::cli::Failure;
use crate::cli::formats::TextOrJson;
use crate::cli::output::Output;
use crate::report::json;

/// Which folder
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FolderArg {
    /// Folder of the trail
    #[arg(long = "dir", value_name = "DIR", default_value = "trail")]
    trail: PathBuf,
}

impl FolderArg {
    /// Its path, seen from where the program runs.
    pub(super) fn path(&self, dir: &Path) -> PathBuf {
        dir.join(&self.trail)
    }

    /// The trail in it.
    pub(super) fn open(&self, dir: &Path) -> Result<Folder, Failure> {
        Ok(Folder::open(&self.path(dir))?)
    }

    /// The trail in it, to change how it is run.
    pub(super) fn operate(&self, dir: &Path) -> Result<Trail, Failure> {
        // Nothing is made where there is no trail.
        self.open(dir)?;
        Ok(setup::open_or_create(&self.path(dir))?)
    }
}

/// Which folder, and how what is in it is listed
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    pub(super) folder: FolderArg,

    /// Choose the output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl ListArgs {
    /// Prints a list, for people or for programs.
    pub(super) fn print(&self, text: &str, rows: &impl Serialize, out: &Output) -> Result<(), Failure> {
        match self.format {
            TextOrJson::Text => out.print(text),
            TextOrJson::Json => out.print(&json::pretty(rows).map_err(Failure::failed)?),
        }
    }
}

impl From<OperatorError> for Failure {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Setup(error) => error.into(),
            other => Failure::usage(other),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoTrail(_) | StoreError::NotOurs(_) | StoreError::Newer { .. } => Failure::usage(error),
            other => Failure::failed(other),
        }
    }
}

impl From<Arc<StoreError>> for Failure {
    fn from(error: Arc<StoreError>) -> Self {
        Failure::failed(error)
    }
}

impl From<ClockError> for Failure {
    fn from(error: ClockError) -> Self {
        Failure::failed(error)
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::Store(store) => match &*store {
                StoreError::NoTrail(_) | StoreError::NotOurs(_) | StoreError::Newer { .. } => Failure::usage(store),
                _ => Failure::failed(store),
            },
            SetupError::Clock(_) => Failure::failed(error),
            SetupError::Configuration(_)
            | SetupError::Origin { .. }
            | SetupError::Region { .. }
            | SetupError::NoToken(_)
            | SetupError::TokenName
            | SetupError::RevokedClient(_) => Failure::usage(error),
        }
    }
}
