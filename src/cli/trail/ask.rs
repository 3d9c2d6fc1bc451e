//! `ai-detect trail ask`: who or what wrote code, as far as the history tells.

use std::path::{Path, PathBuf};

use crate::cli::formats::TextOrJson;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, read_text};
use crate::pipeline::{self, AskError, Question};
use crate::report::json;
use crate::trail::ask::{place::Place, text};

/// What is asked
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("about").required(true))]
pub(in crate::cli) struct Args {
    /// File or lines to look up: src/a.rs, src/a.rs:12 or src/a.rs:12-20
    #[arg(value_name = "PATH[:FROM-TO]", group = "about")]
    place: Option<Place>,

    /// Look up one commit
    #[arg(long, value_name = "REV", group = "about")]
    commit: Option<String>,

    /// Look up the commits of a range, such as v1.0..v2.0; commits on sensitive paths come first
    #[arg(long, value_name = "RANGE", group = "about")]
    range: Option<String>,

    /// Look up the frames of the stack trace in this file; `-` reads standard input
    #[arg(long, value_name = "FILE", group = "about")]
    stack: Option<PathBuf>,

    /// Look up lines in this revision
    #[arg(long, value_name = "REV", default_value = "HEAD", conflicts_with_all = ["commit", "range"])]
    at: String,

    /// Choose the output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Pipeline(error) => error.into(),
            other => Failure::usage(other),
        }
    }
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let answer = pipeline::ask(dir, &question(args, dir)?)?;
    match args.format {
        TextOrJson::Text => out.print(&text::write(&answer, out.width()))?,
        TextOrJson::Json => out.print(&json::pretty(&answer).map_err(Failure::failed)?)?,
    }
    Ok(Exit::Analysed)
}

fn question(args: &Args, dir: &Path) -> Result<Question, Failure> {
    let at = args.at.clone();
    match (&args.place, &args.commit, &args.range, &args.stack) {
        (Some(place), _, _, _) => Ok(Question::Lines { place: place.clone(), at }),
        (_, Some(commit), _, _) => Ok(Question::Commit(commit.clone())),
        (_, _, Some(range), _) => Ok(Question::Range(range.clone())),
        (_, _, _, Some(file)) => Ok(Question::Stack { trace: read_text(file, dir)?, at }),
        (None, None, None, None) => Err(Failure::usage("name a PATH, --commit, --range or --stack")),
    }
}
