//! What several tests use: a tree as RFC 6962 defines it, over the leaves themselves, and a log in memory.

// Each test uses a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::log::bundle;
use crate::log::checkpoint::Checkpoint;
use crate::log::frontier::Frontier;
use crate::log::hash::TreeHash;
use crate::log::key::{KeyName, SigningKey};
use crate::log::tile::{self, Row, Tile};
use crate::log::tile_builder::TileBuilder;
use crate::log::tile_reader::TileReader;
use sha2::{Digest as _, Sha256};

/// RFC 6962, section 2.1, word for word, with hashes of its own.
pub mod reference {
    use super::*;

    pub fn leaf(entry: &[u8]) -> [u8; 32] {
        let mut input = vec![0x00];
        input.extend(entry);
        Sha256::digest(&input).into()
    }

    /// MTH(D[n]), from hashes of leaves.
    pub fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest(b"").into(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                let mut input = vec![0x01];
                input.extend(root(left));
                input.extend(root(right));
                Sha256::digest(&input).into()
            }
        }
    }

    /// PATH(m, D[n]).
    pub fn path(index: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut path, sibling) =
            if index < k { (path(index, left), root(right)) } else { (self::path(index - k, right), root(left)) };
        path.push(sibling);
        path
    }

    /// PROOF(m, D[n]).
    pub fn proof(old: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
        subproof(old, leaves, true)
    }

    fn subproof(old: usize, leaves: &[[u8; 32]], known: bool) -> Vec<[u8; 32]> {
        if old == leaves.len() {
            return if known { Vec::new() } else { vec![root(leaves)] };
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut proof, sibling) = if old <= k {
            (subproof(old, left, known), root(right))
        } else {
            (subproof(old - k, right, false), root(left))
        };
        proof.push(sibling);
        proof
    }

    /// The largest power of two smaller than n.
    fn split(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }
}

/// A log with all its files.
pub struct MemoryLog {
    pub entries: Vec<Vec<u8>>,
    pub files: BTreeMap<Tile, Vec<u8>>,
    pub frontier: Frontier,
    pub key: SigningKey,
}

impl MemoryLog {
    /// A log of these entries, with the tiles of its size.
    pub fn new(entries: Vec<Vec<u8>>) -> Self {
        let (mut frontier, mut builder, mut files) = (Frontier::new(), TileBuilder::new(), BTreeMap::new());
        for entry in &entries {
            let leaf = TreeHash::of_leaf(entry);
            frontier.append(leaf);
            files.extend(builder.append(leaf).into_iter().map(|full| (full.tile, full.bytes)));
        }
        files.extend(builder.partial().into_iter().map(|partial| (partial.tile, partial.bytes)));
        for tile in tile::row_of(Row::Entries, frontier.size()) {
            let (first, end) = tile.entries();
            let bundled = bundle::encode(&entries[first as usize..end as usize]).expect("short entries");
            files.insert(tile, bundled);
        }
        let name = KeyName::new("trail.example.org/trail/eu/1f2e").expect("a name");
        Self { entries, files, frontier, key: SigningKey::new(name, &[42; 32]) }
    }

    /// A log of so many short entries.
    pub fn of_size(size: usize) -> Self {
        Self::new((0..size).map(|number| format!("entry {number}").into_bytes()).collect())
    }

    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { origin: self.key.name().clone(), size: self.size(), root: self.frontier.root() }
    }

    /// A reader of nodes out of the tiles.
    pub fn reader(&self) -> TileReader<impl FnMut(Tile) -> Result<Vec<u8>, Infallible>> {
        TileReader::new(self.size(), |tile| Ok(self.files.get(&tile).cloned().unwrap_or_default()))
    }
}
