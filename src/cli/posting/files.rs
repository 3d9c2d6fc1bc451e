//! Files that a job leaves: its summary page, the report, and outputs for later steps.

use std::path::{Path, PathBuf};

use super::{Job, Outcome};
use crate::cli::Failure;
use crate::forge::Forge;
use crate::forge::github::job;
use crate::report::{Report, code_quality, json, markdown, sarif};
use crate::store::Replacement;

/// What a GitLab job gives its merge request as `artifacts:reports:codequality`; in the job's folder.
const CODE_QUALITY: &str = "gl-code-quality-report.json";

impl Job<'_> {
    /// The page that GitHub shows of a job.
    pub(super) fn summary_page(&self, outcome: &Outcome<'_>, told: &str) -> Result<(), Failure> {
        let Some(file) = self.some("GITHUB_STEP_SUMMARY") else { return Ok(()) };
        let told = markdown::fenced(told, "");
        let room = job::MAX_SUMMARY.saturating_sub(told.len() + 2);
        let page = match outcome {
            Outcome::Report(report) => markdown::summary(report, room),
            Outcome::Failed(_) => self.wanted(outcome).summary,
        };
        let written = job::summary(Path::new(&file), &format!("{page}\n{told}"));
        written.map_err(|error| Failure::failed(format!("GITHUB_STEP_SUMMARY: {error}")))
    }

    /// The report in the forms that later steps take, and where they lie.
    pub(super) fn hand_on(&self, outcome: &Outcome<'_>) -> Result<(), Failure> {
        let Outcome::Report(report) = outcome else { return Ok(()) };
        if self.forge == Forge::GitLab {
            let shown = self.shown.borrow();
            let content = code_quality::write(shown.as_ref().unwrap_or(report)).map_err(Failure::failed)?;
            write(Path::new(CODE_QUALITY), &content)?;
        }
        let folder = self.some("RUNNER_TEMP").filter(|_| self.forge == Forge::GitHub).map(PathBuf::from);
        let beside = |ending: &str| {
            let name = format!("ai-detect-{}.{ending}", std::process::id());
            folder.as_ref().map(|folder| folder.join(name))
        };
        let (file, sarif) = (self.args.output.clone().or_else(|| beside("json")), beside("sarif"));
        if let Some(file) = &file {
            write(file, &json::write(report).map_err(Failure::failed)?)?;
        }
        if let Some(file) = &sarif {
            write(file, &sarif::write(report).map_err(Failure::failed)?)?;
        }
        self.outputs(report, file.as_deref(), sarif.as_deref())
    }

    fn outputs(&self, report: &Report, file: Option<&Path>, sarif: Option<&Path>) -> Result<(), Failure> {
        let Some(output) = self.some("GITHUB_OUTPUT") else { return Ok(()) };
        let flags = report.flag_count().to_string();
        let path = |file: Option<&Path>| file.map_or_else(String::new, |file| file.to_string_lossy().into_owned());
        let values = [("flags", flags.as_str()), ("report", &path(file)), ("sarif", &path(sarif))];
        let written = job::outputs(Path::new(&output), &values);
        written.map_err(|error| Failure::failed(format!("GITHUB_OUTPUT: {error}")))
    }
}

fn write(file: &Path, content: &str) -> Result<(), Failure> {
    Ok(Replacement::of_job(file)?.write(content.as_bytes())?)
}
