//! `ai-detect schema`: JSON Schemas for reports, settings and rule files.

use clap::ValueEnum;

use super::output::Output;
use super::{Exit, Failure};
use crate::config::Config;
#[cfg(feature = "lab")]
use crate::eval;
use crate::pack::raw::RuleFile;
use crate::policy::raw::RawPolicy;
use crate::report::{json, policy_check};
use crate::scan;
use crate::trail::{ask, figures};
use crate::vocabulary::note::Note;

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
    /// A row of what `scan` writes
    Scan,
    /// What `trail ask --format json` prints
    Ask,
    /// What `trail report --format json` prints
    TrailReport,
    /// What `eval --format json` prints
    #[cfg(feature = "lab")]
    Eval,
    /// What `eval --lines REPO --format json` prints
    #[cfg(feature = "lab")]
    EvalLines,
    /// `.ai-detect.yml`
    Config,
    /// A rule file
    Rules,
    /// A policy file
    Policy,
    /// What `policy check --format json` prints
    PolicyCheck,
    /// Our git notes, and the predicate of our in-toto statements
    Attestation,
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let schema = match args.of {
        Of::Report => json::schema(),
        Of::Scan => scan::schema(),
        Of::Ask => ask::schema(),
        Of::TrailReport => figures::schema(),
        #[cfg(feature = "lab")]
        Of::Eval => eval::json::schema(),
        #[cfg(feature = "lab")]
        Of::EvalLines => eval::json::lines_schema(),
        Of::Config => schemars::schema_for!(Config),
        Of::Rules => schemars::schema_for!(RuleFile),
        Of::Policy => schemars::schema_for!(RawPolicy),
        Of::PolicyCheck => policy_check::schema(),
        Of::Attestation => Note::json_schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(Failure::failed)?;
    out.print(&(text + "\n"))?;
    Ok(Exit::Analysed)
}
