//! A Merkle log as RFC 6962 and the C2SP specifications define it: hashes, proofs, tiles, signed checkpoints.

pub mod audit;
pub mod bundle;
pub mod checkpoint;
pub mod frontier;
pub mod hash;
pub mod key;
pub mod nodes;
pub mod note;
pub mod origin;
pub mod proof;
pub mod proof_file;
pub mod tile;
pub mod tile_builder;
pub mod tile_reader;
pub mod verify;
