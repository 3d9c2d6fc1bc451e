//! What many changes are measured by, made ready once from settings.

use std::collections::BTreeSet;

use super::{Error, Settings, evidence};
use crate::analyse::{Analyser, Detail};
use crate::attest::Registry;
use crate::change::Commit;
use crate::exclude::Excluder;
use crate::git::{self, CommitId, OneByOne};
use crate::pack::Pack;
use crate::policy::{Circumstances, Evidence, Sensitive, Sizes};
use crate::signals::Engine;

/// A commit beside its score.
pub struct Judged<'p> {
    /// What it declares, judged by the policy where there is one.
    pub evidence: Evidence<'p>,
    /// The classes of the sensitive paths that it touched.
    pub sensitive: BTreeSet<String>,
}

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

    /// What a commit declares and, where there is a policy, what that makes of it; and which sensitive paths it touched. A
    /// row holds no findings, and how large a change is decides nothing else, so that sizes are not looked at.
    ///
    /// # Errors
    /// Where the commit or a tree cannot be read.
    pub fn judge(&self, reader: &OneByOne, commit: CommitId, read: &[Commit]) -> Result<Judged<'_>, git::Error> {
        let Standards { settings, sensitive, registry, .. } = self;
        let evidence = Evidence::read(read, Some(&settings.signers), registry);
        let policy = settings.policy.as_ref();
        let reads = |path: &str| match policy {
            Some(policy) => evidence::reads(policy, sensitive)(path),
            None => sensitive.reads(path),
        };
        let touched = reader.touched(commit, &reads)?;
        let touches = evidence::sensitive_touches(&touched, sensitive);
        let classes = touches.into_iter().map(|touch| touch.class).collect();
        let Some(policy) = policy else { return Ok(Judged { evidence, sensitive: classes }) };
        let files = [evidence::touched_files(&touched, policy, sensitive)];
        let circumstances = Circumstances { files: &files, sizes: &Sizes::default(), described: None };
        let evidence = evidence.judged_by(policy, read, &circumstances, registry);
        Ok(Judged { evidence, sensitive: classes })
    }
}
