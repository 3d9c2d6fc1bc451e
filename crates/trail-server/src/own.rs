//! A trail of one user, without a collector: the process that sends writes into the folder itself, in the same way as a collector.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::number::Number;
use ai_detect_trail_log::wire::decode;
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::prove;
use ai_detect_trail_store::sealer::{Pace, Sealer, Window};
use ai_detect_trail_store::segments::name::Day;
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::writer::Writer;

use crate::clock::now;
use crate::serve::{ServeError, lock};
use crate::setup::{self, SetupError, Trail};

/// A trail of one user, open for writing. Nobody else serves it meanwhile.
pub struct OwnTrail {
    trail: Trail,
    keys: Keys,
    writer: Writer,
    signer: Signer,
    verifier: VerifierKey,
    _lock: File,
}

/// What a trail answers to a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// By client and epoch: through which number it has everything.
    pub acknowledged_through: BTreeMap<(ClientId, Epoch), u64>,
    /// Its checkpoint.
    pub checkpoint: String,
    /// The proof that it continues the one that was kept.
    pub consistency: Option<Vec<TreeHash>>,
}

impl OwnTrail {
    /// Opens the trail in a folder, or makes one.
    ///
    /// # Errors
    ///
    /// When the folder holds something else, a collector serves it, or it cannot be read or written.
    pub fn open(dir: &Path) -> Result<Self, ServeError> {
        let trail = setup::open_or_create(dir)?;
        let lock = lock(dir)?;
        let folder = &trail.folder;
        let store = |error: StoreError| ServeError::from(SetupError::from(error));
        let mut keys = Keys::open(folder).map_err(store)?;
        let writer = Writer::start(folder).map_err(store)?;
        trail.record_configuration(&mut keys, &writer)?;
        let (signer, verifier) = (Signer::open(folder).map_err(store)?, folder.verifier().map_err(store)?);
        Ok(Self { trail, keys, writer, signer, verifier, _lock: lock })
    }

    /// Its folder.
    pub fn folder(&self) -> &Folder {
        &self.trail.folder
    }

    /// The public key of its log.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Takes a batch of lines, as `POST /v1/events` does. When this returns, it is on the disk and signed for.
    ///
    /// # Errors
    ///
    /// When it could not be written.
    pub fn take(&mut self, lines: &[u8], kept: Option<&str>) -> Result<Taken, ServeError> {
        let received = now().map_err(SetupError::from)?;
        let lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let lines = lines.map(|line| (decode(line), line.to_vec())).collect();
        let store = |error: StoreError| ServeError::from(SetupError::from(error));
        let (drafts, bodies) = self.keys.prepare(lines, received).map_err(store)?.into_parts();
        let receipt = self.writer.submit(drafts).map_err(|error| ServeError::from(SetupError::from(error)))?;
        self.keys.settle(&bodies, &receipt).map_err(store)?;
        let signed = self.signer.sign().map_err(store)?;
        let through = receipt.acknowledged_through.into_iter();
        let acknowledged_through = through.map(|(key, number)| (key, number.map_or(0, Number::get))).collect();
        let kept = kept.and_then(|note| Checkpoint::open(note.as_bytes(), &self.verifier).ok());
        // Without a proof, the client sees that the log does not continue what it kept.
        let proof = kept.and_then(|kept| prove::consistency(self.folder(), &self.verifier, &kept).ok());
        Ok(match proof {
            Some(proof) => Taken { acknowledged_through, checkpoint: proof.checkpoint, consistency: Some(proof.path) },
            None => Taken { acknowledged_through, checkpoint: signed, consistency: None },
        })
    }

    /// Moves entries that are older than the configuration says into files.
    ///
    /// # Errors
    ///
    /// When another process seals, and when the folder cannot be read or written.
    pub fn seal(&self) -> Result<(), ServeError> {
        let today = Day::of(now().map_err(SetupError::from)?);
        let window = Window { before: today.before(self.trail.configuration.seal_after_days), today };
        let sealed = Sealer::open(self.folder(), Pace::Fast, Arc::default()).and_then(|mut sealer| sealer.seal(window));
        Ok(sealed.map(|_| ()).map_err(SetupError::from)?)
    }
}
