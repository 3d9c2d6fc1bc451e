//! What many changes are measured by, made ready once from settings.

use super::{Error, Settings};
use crate::analyse::{Analyser, Detail};
use crate::attest::Registry;
use crate::exclude::Excluder;
use crate::pack::Pack;
use crate::policy::Sensitive;
use crate::signals::Engine;

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
}
