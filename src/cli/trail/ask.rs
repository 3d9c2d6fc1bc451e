//! `ai-detect trail ask`: who or what wrote code, as far as the history tells.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure, read_text};
use crate::pipeline::{self, AskError, Question};
use crate::report::json;
use crate::trail::ask::{place::Place, text};

/// What is asked
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("about").required(true))]
pub(in crate::cli) struct Args {
    /// A file, or lines of it: src/a.rs, src/a.rs:12, src/a.rs:12-20
    #[arg(value_name = "PATH[:FROM-TO]", group = "about")]
    place: Option<Place>,

    /// One commit
    #[arg(long, value_name = "ID", group = "about")]
    commit: Option<String>,

    /// The commits of a range, such as those of a release: v1.0..v2.0. Commits on sensitive paths come first
    #[arg(long, value_name = "A..B", group = "about")]
    range: Option<String>,

    /// The frames of a stack trace in a file, or - for standard input
    #[arg(long, value_name = "FILE", group = "about")]
    stack: Option<PathBuf>,

    /// The revision whose lines are meant
    #[arg(long, value_name = "REV", default_value = "HEAD", conflicts_with_all = ["commit", "range"])]
    at: String,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
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
        Format::Text => out.print(&text::write(&answer, out.width()))?,
        Format::Json => out.print(&json::pretty(&answer).map_err(Failure::failed)?)?,
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
