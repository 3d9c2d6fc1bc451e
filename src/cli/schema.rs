//! `ai-detect schema`: JSON Schemas for reports, settings and rule files.

use clap::ValueEnum;

use super::output::Output;
use super::{Exit, Failure};
use crate::config::Config;
use crate::eval;
use crate::pack::raw::RuleFile;
use crate::report::json;

/// Which schema to print
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Of what
    #[arg(value_enum)]
    of: Of,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// What `diff --format json` prints
    Report,
    /// What `eval --format json` prints
    Eval,
    /// `.ai-detect.yml`
    Config,
    /// A rule file
    Rules,
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let schema = match args.of {
        Of::Report => json::schema(),
        Of::Eval => eval::json::schema(),
        Of::Config => schemars::schema_for!(Config),
        Of::Rules => schemars::schema_for!(RuleFile),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(Failure::failed)?;
    out.print(&(text + "\n"))?;
    Ok(Exit::Analysed)
}
