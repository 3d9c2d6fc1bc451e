//! The tree, its proofs and its tiles against RFC 6962, written down a second time in `common`.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crate::log::audit::audit;
use crate::log::frontier::Frontier;
use crate::log::hash::TreeHash;
use crate::log::nodes;
use crate::log::proof::{self, ProofError};
use crate::log::tile::{self, Row, Tile};
use crate::log::tile_builder::TileBuilder;
use crate::log::verify::{self, InvalidProof};
use crate::tests::common::{MemoryLog, reference};
use proptest::prelude::*;

fn bytes(hashes: &[TreeHash]) -> Vec<[u8; 32]> {
    hashes.iter().map(|hash| *hash.as_bytes()).collect()
}

fn leaves(count: usize) -> Vec<[u8; 32]> {
    (0..count).map(|number| reference::leaf(format!("entry {number}").as_bytes())).collect()
}

#[test]
fn roots_are_those_of_the_definition() {
    let all = leaves(600);
    let mut frontier = Frontier::new();
    assert_eq!(*frontier.root().as_bytes(), reference::root(&[]));
    for (number, leaf) in all.iter().enumerate() {
        assert_eq!(frontier.append(TreeHash::from_bytes(*leaf)), number as u64);
        assert_eq!(*frontier.root().as_bytes(), reference::root(&all[..=number]), "{} leaves", number + 1);
        // A frontier that was stored goes on as before.
        let stored = Frontier::from_parts(frontier.size(), &frontier.hashes()).expect("as many hashes as bits");
        assert_eq!(stored, frontier);
        assert!(Frontier::from_parts(frontier.size() ^ 1, &frontier.hashes()).is_err());
    }
}

#[test]
fn proofs_of_all_pairs_up_to_70_leaves() {
    let all = leaves(70);
    for size in 1..=all.len() {
        let log = MemoryLog::of_size(size);
        let (root, mut reader) = (log.frontier.root(), log.reader());
        for index in 0..size {
            let path = proof::inclusion(index as u64, size as u64, |node| reader.node(node)).expect("a proof");
            assert_eq!(bytes(&path), reference::path(index, &all[..size]));
            let leaf = TreeHash::from_bytes(all[index]);
            assert_eq!(verify::inclusion(leaf, index as u64, size as u64, &path, root), Ok(()));
            // It proves no other leaf, and nothing at another place or in another tree.
            let other = TreeHash::from_bytes(all[(index + 1) % all.len()]);
            assert!(verify::inclusion(other, index as u64, size as u64, &path, root).is_err());
            for index_of_another in (0..=size).filter(|another| *another != index) {
                assert!(verify::inclusion(leaf, index_of_another as u64, size as u64, &path, root).is_err());
            }
            for cut in 0..path.len() {
                assert!(verify::inclusion(leaf, index as u64, size as u64, &path[..cut], root).is_err());
            }
            let longer = [path.as_slice(), &[root]].concat();
            assert!(verify::inclusion(leaf, index as u64, size as u64, &longer, root).is_err());
        }
        for old in 1..=size {
            let path = proof::consistency(old as u64, size as u64, |node| reader.node(node)).expect("a proof");
            assert_eq!(bytes(&path), reference::proof(old, &all[..size]));
            let old_root = TreeHash::from_bytes(reference::root(&all[..old]));
            let check = |old: usize, path: &[TreeHash], old_root, root| {
                verify::consistency(old as u64, size as u64, path, old_root, root)
            };
            assert_eq!(check(old, &path, old_root, root), Ok(()));
            let forged = TreeHash::from_bytes(reference::leaf(b"forged"));
            assert!(check(old, &path, forged, root).is_err());
            assert!(check(old, &path, old_root, forged).is_err());
            for place in 0..path.len() {
                let mut changed = path.clone();
                changed[place] = forged;
                assert!(check(old, &changed, old_root, root).is_err());
                assert!(check(old, &path[..place], old_root, root).is_err());
            }
        }
        assert_eq!(proof::consistency(0, size as u64, |node| reader.node(node)).expect("nothing to prove"), []);
    }
}

#[test]
fn there_is_no_proof_about_what_is_not_there() {
    let log = MemoryLog::of_size(3);
    let mut reader = log.reader();
    let none = proof::inclusion(3, 3, |node| reader.node(node));
    assert!(matches!(none, Err(ProofError::NoSuchEntry { index: 3, size: 3 })));
    let none = proof::consistency(4, 3, |node| reader.node(node));
    assert!(matches!(none, Err(ProofError::Shrinks { old: 4, new: 3 })));
    let root = log.frontier.root();
    assert_eq!(verify::consistency(4, 3, &[], root, root), Err(InvalidProof::Shrinks { old: 4, new: 3 }));
    assert_eq!(verify::consistency(0, 3, &[], root, root), Err(InvalidProof::FromEmpty));
    assert!(reader.node(nodes::Node { level: 0, index: 3 }).is_err());
    assert!(reader.node(nodes::Node { level: 2, index: 0 }).is_err());
    assert!(reader.node(nodes::Node { level: 200, index: u64::MAX }).is_err());
}

#[test]
fn the_tiles_of_70_000_entries_are_those_of_the_specification() {
    // "273 full level 0 tiles, one partial level 0 tile of width 112, one full level 1 tile, one partial level 1 tile of width
    // 17, and one partial level 2 tile of width 1"
    let count = |row| {
        let tiles: Vec<Tile> = tile::row_of(row, 70_000).collect();
        let partial = tiles.iter().filter(|tile| !tile.is_full()).map(|tile| tile.width()).collect::<Vec<_>>();
        (tiles.iter().filter(|tile| tile.is_full()).count(), partial)
    };
    assert_eq!(count(Row::Hashes(0)), (273, vec![112]));
    assert_eq!(count(Row::Hashes(1)), (1, vec![17]));
    assert_eq!(count(Row::Hashes(2)), (0, vec![1]));
    assert_eq!(count(Row::Hashes(3)), (0, vec![]));
    assert_eq!(count(Row::Entries), (273, vec![112]));
    let small: Vec<String> = tile::all(256).map(Tile::path).collect();
    assert_eq!(small, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
}

#[test]
fn a_log_of_70_000_entries_agrees_with_itself_and_with_the_definition() {
    let log = MemoryLog::of_size(70_000);
    let all = leaves(70_000);
    assert_eq!(*log.frontier.root().as_bytes(), reference::root(&all));
    assert_eq!(log.files.keys().copied().collect::<BTreeSet<_>>(), tile::all(70_000).collect());
    let mut reader = log.reader();
    assert_eq!(nodes::root(70_000, |node| reader.node(node)).expect("all tiles are there"), log.frontier.root());
    let mut problems = Vec::new();
    let read = |tile| Ok::<_, Infallible>(log.files.get(&tile).cloned());
    audit(70_000, log.frontier.root(), read, |problem| problems.push(problem)).expect("memory");
    assert_eq!(problems, []);
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let path = proof::inclusion(index, 70_000, |node| reader.node(node)).expect("a proof");
        assert_eq!(bytes(&path), reference::path(index as usize, &all));
    }
}

#[test]
fn names_of_tiles_have_one_spelling() {
    // The example of the specification.
    let tile = Tile::in_tree(Row::Hashes(0), 1_234_067, u64::MAX).expect("a tile");
    assert_eq!(tile.path(), "tile/0/x001/x234/067");
    assert_eq!(Tile::from_path("tile/0/x001/x234/067"), Ok(tile));
    for wrong in [
        "tile/0/x000/001",
        "tile/0/x1/234",
        "tile/0/001/234",
        "tile/0/x001",
        "tile/00/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/07",
        "tile/8/000",
        "tile/-1/000",
        "tile/0/",
        "tile/0/+01",
        "tile/entries/1000",
        "tile/0/000/",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/000.p/",
        "tile/0/x018/x446/x744/x073/x709/x551/x616",
    ] {
        assert!(Tile::from_path(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Tile::in_tree(Row::Hashes(0), 1, 256), None);
    assert_eq!(Tile::in_tree(Row::Hashes(9), 0, u64::MAX), None);
    assert_eq!(Tile::in_tree(Row::Entries, u64::MAX, u64::MAX), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn trees_of_any_shape_follow_the_definition(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 1..700),
        index: prop::sample::Index,
        old: prop::sample::Index,
    ) {
        let log = MemoryLog::new(entries);
        let hashes: Vec<[u8; 32]> = log.entries.iter().map(|entry| reference::leaf(entry)).collect();
        let (size, root) = (log.size(), log.frontier.root());
        prop_assert_eq!(*root.as_bytes(), reference::root(&hashes));
        let index = index.index(hashes.len());
        let path = proof::inclusion(index as u64, size, |node| log.reader().node(node)).expect("a proof");
        prop_assert_eq!(bytes(&path), reference::path(index, &hashes));
        prop_assert_eq!(verify::inclusion(TreeHash::from_bytes(hashes[index]), index as u64, size, &path, root), Ok(()));
        let old = old.index(hashes.len()) + 1;
        let path = proof::consistency(old as u64, size, |node| log.reader().node(node)).expect("a proof");
        prop_assert_eq!(bytes(&path), reference::proof(old, &hashes));
        let old_root = TreeHash::from_bytes(reference::root(&hashes[..old]));
        prop_assert_eq!(verify::consistency(old as u64, size, &path, old_root, root), Ok(()));
    }

    #[test]
    fn a_log_that_grows_in_steps_has_the_same_tiles(steps in prop::collection::vec(1..400_usize, 1..5)) {
        let whole = MemoryLog::of_size(steps.iter().sum());
        let mut builder = TileBuilder::new();
        let mut files: BTreeMap<Tile, Vec<u8>> = BTreeMap::new();
        for step in steps {
            let before = builder.size();
            // Each step begins with what the last one left behind.
            builder = TileBuilder::resume(before, |tile: Tile| tile.hashes(&files[&tile])).expect("its own tiles");
            let mut written = BTreeSet::new();
            for entry in &whole.entries[before as usize..before as usize + step] {
                for full in builder.append(TreeHash::of_leaf(entry)) {
                    written.insert(full.tile);
                    files.insert(full.tile, full.bytes);
                }
            }
            for partial in builder.partial() {
                if files.insert(partial.tile, partial.bytes).is_none() {
                    written.insert(partial.tile);
                }
            }
            let expected: BTreeSet<Tile> = tile::changed(before, builder.size()).filter(|tile| tile.row() != Row::Entries).collect();
            prop_assert!(written.is_subset(&expected) && expected.iter().all(|tile| files.contains_key(tile)));
        }
        for (tile, bytes) in whole.files.iter().filter(|(tile, _)| tile.row() != Row::Entries) {
            prop_assert_eq!(files.get(tile), Some(bytes), "{}", tile);
        }
    }

    #[test]
    fn names_of_tiles_come_back(row in 0..8_u8, index: u64, width in 1..=256_u64, entries: bool) {
        let row = if entries { Row::Entries } else { Row::Hashes(row) };
        let index = index >> 20;
        let each = match row { Row::Entries => 0, Row::Hashes(row) => u32::from(row) * 8 };
        let Some(size) = (index * 256 + width).checked_mul(1_u64.checked_shl(each).unwrap_or(0)).filter(|size| *size > 0) else {
            return Ok(());
        };
        let Some(tile) = Tile::in_tree(row, index, size) else { return Ok(()) };
        prop_assert_eq!(tile.width() as u64, width);
        prop_assert_eq!(Tile::from_path(&tile.path()), Ok(tile));
    }

    #[test]
    fn any_text_is_the_name_of_a_tile_or_not(path in "(tile/)?(entries|[0-9]{1,2})/(x[0-9]{3}/){0,3}[0-9]{1,3}(\\.p/[0-9]{1,3})?") {
        if let Ok(tile) = Tile::from_path(&path) {
            prop_assert_eq!(tile.path(), path);
        }
    }
}
