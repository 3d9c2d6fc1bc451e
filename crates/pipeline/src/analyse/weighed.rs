//! The second stage of a block: what counts in it by itself.

use std::borrow::Cow;

use rayon::prelude::*;

use super::read::ReadBlock;
use ai_detect_style::signals::{Engine, Part, Signal};

/// Signals that are kept, or weighed again whenever they are asked for: in a change with very many blocks they would take
/// more memory than all else.
pub(super) enum Signals {
    Kept(Vec<Signal>),
    Again,
}

/// A block that was read, with what counts in it by itself.
pub(super) struct Weighed<'r> {
    pub(super) block: &'r ReadBlock,
    pub(super) own: Signals,
}

/// Weighs blocks. Of more than `max_kept` the signals are not kept.
pub(super) fn weigh<'r>(blocks: &'r [ReadBlock], engine: &Engine<'_>, max_kept: usize) -> Vec<Weighed<'r>> {
    let is_kept = blocks.len() <= max_kept;
    let of = |block: &'r ReadBlock| {
        let own = if is_kept { Signals::Kept(own(block, engine)) } else { Signals::Again };
        Weighed { block, own }
    };
    blocks.par_iter().map(of).collect()
}

/// What counts in a block by itself.
pub(super) fn own(block: &ReadBlock, engine: &Engine<'_>) -> Vec<Signal> {
    if block.scored { engine.weigh(Part::Code, &block.reading) } else { Vec::new() }
}

impl Weighed<'_> {
    /// What counts in it by itself.
    pub(super) fn own(&self, engine: &Engine<'_>) -> Cow<'_, [Signal]> {
        match &self.own {
            Signals::Kept(signals) => Cow::Borrowed(signals),
            Signals::Again => Cow::Owned(own(self.block, engine)),
        }
    }
}
