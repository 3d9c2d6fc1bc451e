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
    /// Format to describe
    #[arg(value_enum)]
    of: Of,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// Output of `diff --format json`
    Report,
    /// One row of the output of `scan`
    Scan,
    /// Output of `trail ask --format json`
    Ask,
    /// Output of `trail report --format json`
    TrailReport,
    /// Output of `trail status --format json`
    #[cfg(feature = "trail")]
    TrailStatus,
    /// Output of `eval --format json`
    #[cfg(feature = "lab")]
    Eval,
    /// Output of `eval --lines DIR --format json`
    #[cfg(feature = "lab")]
    EvalLines,
    /// Settings file `.ai-detect.yml`
    Config,
    /// Rule file
    Rules,
    /// Policy file
    Policy,
    /// Output of `policy check --format json`
    PolicyCheck,
    /// Git notes, and predicates of in-toto statements, that `attest` writes
    Attestation,
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let schema = match args.of {
        Of::Report => json::schema(),
        Of::Scan => scan::schema(),
        Of::Ask => ask::schema(),
        Of::TrailReport => figures::schema(),
        #[cfg(feature = "trail")]
        Of::TrailStatus => super::trail::status::schema(),
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
