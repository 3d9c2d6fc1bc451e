//! What many changes are measured by, made ready once from settings.

use super::evidence::{self, Judging};
use super::{Error, Settings};
use crate::analyse::{Analyser, Detail};
use ai_detect_attest::Registry;
use ai_detect_base::change::Commit;
use ai_detect_base::exclude::Excluder;
use ai_detect_git::{self as git, CommitId, OneByOne};
use ai_detect_policy::{Considered, Evidence, Sensitive, TouchedFiles};
use ai_detect_style::pack::Pack;
use ai_detect_style::signals::Engine;

/// Settings with everything that follows from them.
pub struct Standards {
    /// The settings.
    pub settings: Settings,
    /// What is left out.
    pub excluder: Excluder,
    /// Which paths are sensitive.
    pub sensitive: Sensitive,
    /// The rules and the model.
    pub pack: Pack,
    /// The markers that are known.
    pub registry: &'static Registry,
}

impl Standards {
    /// Makes ready what settings choose.
    ///
    /// # Errors
    /// Where a pattern or a rule pack is wrong.
    pub fn of(settings: Settings) -> Result<Self, Error> {
        Ok(Standards {
            excluder: settings.excluder().map_err(Error::Exclude)?,
            sensitive: Sensitive::new(&settings.config.sensitive)?,
            pack: settings.pack()?,
            registry: Registry::builtin()?,
            settings,
        })
    }

    /// The rules, ready to be asked.
    pub fn engine(&self) -> Engine<'_> {
        Engine::new(&self.pack)
    }

    /// What reads and scores changes.
    pub fn analyser<'a>(&'a self, engine: &'a Engine<'a>, detail: Detail) -> Analyser<'a> {
        Analyser::new(engine, self.registry, &self.settings.config, &self.sensitive, detail)
    }

    /// What a commit did to files; without a policy, as far as it shows which sensitive paths it touched.
    ///
    /// # Errors
    /// Where the commit or a tree cannot be read.
    pub(crate) fn touched(&self, reader: &OneByOne, commit: CommitId) -> Result<TouchedFiles, git::Error> {
        let Standards { settings, sensitive, .. } = self;
        match &settings.policy {
            Some(policy) => {
                let touched = reader.touched(commit, &evidence::reads(policy, sensitive))?;
                Ok(evidence::touched_files(&touched, policy, sensitive))
            }
            None => {
                let touched = reader.touched(commit, &|path| sensitive.reads(path))?;
                Ok(evidence::sensitive_files(&touched, sensitive))
            }
        }
    }

    /// What a commit declares and, where there is a policy, what it makes of that. No finding is kept of such a commit, so
    /// that it does not matter who is new.
    ///
    /// # Errors
    /// Never: no history is read.
    pub fn evidence<'e>(&'e self, read: &'e [Commit], files: &'e TouchedFiles) -> Result<Evidence<'e>, git::Error> {
        let Standards { settings, registry, .. } = self;
        let signers = Some(&settings.signers);
        let Some(policy) = &settings.policy else { return Ok(Evidence::read(read, signers, registry)) };
        let judging = Judging { repository: None, base: None, signers, described: None, registry };
        let considered: Vec<Considered<'_>> = read.iter().map(|commit| Considered { commit, files }).collect();
        Ok(Evidence::Judged(judging.by(policy, &considered)?))
    }

    /// What a reader should know of a commit whose files are too large to be looked into.
    pub(crate) fn cut_note(&self, commit: CommitId, files: &TouchedFiles) -> Option<String> {
        let commit = commit.short();
        let what = match self.settings.policy {
            Some(_) => format!("{commit} is"),
            None => format!("the sensitive paths of {commit} are"),
        };
        files.is_cut.then(|| evidence::judged_by_paths(&what))
    }
}
