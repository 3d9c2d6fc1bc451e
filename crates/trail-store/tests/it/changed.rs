//! Somebody changes the folder: readers hand nothing out as if it were what was recorded, and say what was changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_store::error::{Damage, SegmentProblem, StoreError};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::prove;
use ai_detect_trail_store::reading::{self, Stored};
use ai_detect_trail_store::rebuild::rebuild;
use ai_detect_trail_store::segments::unpacked::unpacks_to_at_most;
use ai_detect_trail_store::segments::{self, entries_of};
use ai_detect_trail_store::verify::Problem;
use ai_detect_trail_store::writer::Writer;

use crate::sealing::{DAY, checked, database, day, draft_with, filled, seal, sign, started};

#[test]
fn a_byte_that_was_changed_in_a_sealed_file_is_found_with_the_file_and_its_entries() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-24");
    let path = folder.path().join("segments/day=2026-09-23/000000000300-000000000599.parquet");
    let whole = fs::read(&path).expect("a file");
    let damages = |folder: &Folder| -> Vec<(u64, u64, SegmentProblem)> {
        let problems = checked(folder).problems.into_iter();
        problems
            .filter_map(|problem| match problem {
                Problem::Rows(Damage::Segment { name, problem }) => Some((name.first, name.last, problem)),
                _ => None,
            })
            .collect()
    };
    for place in (0..whole.len()).step_by(whole.len() / 23) {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(&path, &changed).expect("changed");
        assert_eq!(damages(&folder), [(300, 599, SegmentProblem::Changed)], "byte {place}");
        // Nobody gets an entry out of it, and what lies elsewhere can still be read.
        let key = folder.verifier().expect("a key");
        assert!(prove::entry(&folder, &key, 300).is_err());
        assert!(prove::entry(&folder, &key, 299).is_ok());
    }
    fs::write(&path, &whole[1..]).expect("cut");
    assert!(matches!(damages(&folder)[..], [(300, 599, SegmentProblem::Length { .. })]));
    fs::remove_file(&path).expect("gone");
    assert_eq!(damages(&folder), [(300, 599, SegmentProblem::Missing)]);
    let text = checked(&folder).problems[0].to_string();
    assert_eq!(text, "entries 300 to 599: segments/day=2026-09-23/000000000300-000000000599.parquet is missing");
    fs::write(&path, &whole).expect("mended");
    assert_eq!(checked(&folder).problems, []);
}

#[test]
fn whoever_changes_a_sealed_file_and_its_note_has_still_the_tiles_against_them() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-23");
    forge(&folder, true);
    let problems = checked(&folder).problems;
    let named = |range| problems.iter().any(|one| matches!(one, Problem::Log(one) if one.entries() == range));
    // Entry 7 of the first tile, and entry 157, whose tile of leaves is the same.
    assert!(named((0, 256)) && named((0, 900)), "{problems:?}");
    let key = folder.verifier().expect("a key");
    assert!(prove::entry(&folder, &key, 7).is_err());
}

#[test]
fn what_is_no_sealed_file_is_named_and_left_alone() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-24");
    let segments = folder.path().join("segments");
    let names = ["letter.txt", "day=2026-09-22/000000000000-000000000298.parquet", "day=2026-09-22/1-2.parquet"];
    for name in names {
        fs::write(segments.join(name), "PAR1 but no more").expect("written");
    }
    fs::create_dir(segments.join("day=tomorrow")).expect("made");
    let expected: BTreeSet<PathBuf> = names.iter().map(|name| segments.join(name)).collect();
    let foreign = |folder| -> BTreeSet<PathBuf> {
        let problems = checked(folder).problems.into_iter();
        problems.map(|one| if let Problem::Foreign(path) = one { path } else { panic!("{one:?}") }).collect()
    };
    assert_eq!(foreign(&folder), expected);
    seal(&folder, "2026-12-01");
    assert_eq!(foreign(&folder), expected);
}

/// Another trail's file with the same name and number of entries, one of which differs, put in the place of a sealed file, with its note.
fn forge(folder: &Folder, is_noted: bool) {
    let (_other_place, other) = started();
    let writer = Writer::start(&other).expect("a writer");
    for client in ["laptop", "desktop"] {
        let session = |number| if number == 8 { "forged".to_owned() } else { format!("s-{number}") };
        let drafts = (1..=150).map(|number| draft_with(client, number, DAY, &session(number)));
        writer.submit(drafts.collect()).expect("on the disk");
    }
    sign(&other);
    seal(&other, "2026-09-23");
    let name = "segments/day=2026-09-22/000000000000-000000000299.parquet";
    fs::copy(other.path().join(name), folder.path().join(name)).expect("copied");
    if is_noted {
        let note: (i64, Vec<u8>) = database(&other)
            .query_row("SELECT bytes, sha256 FROM segment", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("a note");
        database(folder).execute("UPDATE segment SET bytes = ?1, sha256 = ?2 WHERE first = 0", note).expect("forged");
    }
}

/// What a reader gets before it stops, and why it does.
fn read(folder: &Folder, client: Option<&str>) -> (Vec<Stored>, Option<Damage>) {
    let client = client.map(|client| ClientId::parse(client).expect("an id"));
    let writer = Writer::start(folder).expect("a writer");
    let entries = reading::entries(folder, client, None).expect("readable");
    let entries = entries.audit(&writer, Micros::new(DAY).expect("a time")).expect("on the disk").into_answer();
    let mut found = Vec::new();
    let each = |stored| {
        found.push(stored);
        Ok::<_, StoreError>(())
    };
    match entries.for_each(each) {
        Ok(()) => (found, None),
        Err(StoreError::Damaged { problem, .. }) => (found, Some(problem)),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_row_that_was_changed_is_handed_out_as_changed_whoever_changed_its_hash_too() {
    let forged = "CAST(replace(CAST(entry AS TEXT), 's-8', 's-9') AS BLOB)";
    for (change, is_signed) in [
        (format!("UPDATE entry SET entry = {forged} WHERE seq = 7"), true),
        // With its hash, which the signed tile does not have.
        ("UPDATE entry SET entry = (SELECT entry FROM entry WHERE seq = 8), leaf = (SELECT leaf FROM entry WHERE seq = 8) WHERE seq = 7".to_owned(), true),
        // Nothing is signed for it yet, but its hash was stored with it.
        ("UPDATE entry SET entry = x'7b7d' WHERE seq = 7".to_owned(), false),
    ] {
        let (_place, folder) = filled();
        if !is_signed {
            fs::remove_file(folder.path().join("log/checkpoint")).expect("no checkpoint");
        }
        database(&folder).execute_batch(&change).expect("changed");
        for client in [None, Some("laptop")] {
            let (found, damage) = read(&folder, client);
            let changed: Vec<u64> = found.iter().filter(|stored| stored.is_changed).map(|stored| stored.seq).collect();
            assert_eq!((changed, damage), (vec![7], None), "{change}");
        }
        assert!(read(&folder, Some("desktop")).0.iter().all(|stored| !stored.is_changed), "{change}");
    }
}

#[test]
fn a_row_that_was_removed_ends_the_answer_with_its_index() {
    for seq in [7, 899] {
        let (_place, folder) = filled();
        database(&folder)
            .execute_batch(&format!("DELETE FROM fingerprint WHERE seq = {seq}; DELETE FROM entry WHERE seq = {seq}"))
            .expect("removed");
        assert_eq!(read(&folder, None).1, Some(Damage::Missing { index: seq }));
    }
}

#[test]
fn nobody_gets_an_entry_of_a_sealed_file_that_was_changed_with_its_note() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-24");
    forge(&folder, true);
    let (found, damage) = read(&folder, None);
    assert_eq!(found, []);
    let Some(Damage::Segment { problem: SegmentProblem::Entries { first: 0, last: 255 }, .. }) = damage else {
        panic!("{damage:?}")
    };
}

#[test]
fn a_sealed_file_that_was_changed_is_not_taken_for_the_log_by_a_rebuild() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-24");
    let name = "segments/day=2026-09-22/000000000000-000000000299.parquet";
    let whole = fs::read(folder.path().join(name)).expect("a file");
    for is_noted in [false, true] {
        forge(&folder, is_noted);
        let refused = rebuild(&folder);
        let Err(StoreError::Damaged { problem: Damage::Unsigned { first: 0, last: 255 }, .. }) = refused else {
            panic!("{refused:?}")
        };
        fs::write(folder.path().join(name), &whole).expect("mended");
    }
    // Its note was forged, and the file itself is as it was: that is said, and mended.
    let rebuilt = rebuild(&folder).expect("rebuilt");
    assert_eq!(rebuilt.replaced.iter().map(ToString::to_string).collect::<Vec<_>>(), [name]);
    assert_eq!((rebuild(&folder).expect("rebuilt").replaced, checked(&folder).problems), (vec![], vec![]));
}

#[test]
fn sealed_files_that_are_missing_or_cut_are_known_without_reading_any() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-24");
    assert_eq!(segments::absent(&folder).expect("readable"), []);
    let file = |name: &str| folder.path().join("segments").join(name);
    let (one, other) = (
        file("day=2026-09-22/000000000000-000000000299.parquet"),
        file("day=2026-09-23/000000000300-000000000599.parquet"),
    );
    fs::remove_file(&one).expect("gone");
    let whole = fs::read(&other).expect("a file");
    fs::write(&other, &whole[1..]).expect("cut");
    let length = SegmentProblem::Length { expected: whole.len() as u64, found: whole.len() as u64 - 1 };
    let expected = [(one, SegmentProblem::Missing), (other, length)];
    assert_eq!(segments::absent(&folder).expect("readable"), expected);
}

#[test]
fn what_a_file_of_unknown_origin_unpacks_to_is_counted_over_all_of_its_stretches() {
    use std::io::Write as _;
    let packed = |length: usize| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![0; length]).expect("packed");
        packer.finish().expect("packed")
    };
    let file = [b"a header".to_vec(), packed(1000), b"another".to_vec(), packed(500), packed(7)].concat();
    assert!(unpacks_to_at_most(&file, 1507));
    assert!(!unpacks_to_at_most(&file, 1506));
    // One that is cut counts as far as it goes, and what only looks like one does not count.
    let bomb = packed(50 << 20);
    assert!(!unpacks_to_at_most(&bomb[..bomb.len() / 2], 1 << 20));
    assert!(unpacks_to_at_most(b"\x1f\x8b\x08\x1f\x8b\x08 no gzip follows", 0));
}

#[test]
fn bytes_that_look_like_a_million_stretches_are_refused_before_they_are_read_a_million_times() {
    // Each begins a header with a name, which ends at a zero, and there is none.
    assert!(!unpacks_to_at_most(&b"\x1f\x8b\x08\x08".repeat(1 << 20), 1 << 20));
    // Each begins a stretch that is stored as it is, and longer than what follows.
    assert!(!unpacks_to_at_most(&b"\x1f\x8b\x08\0\0\0\0\0\0\0\x01\xff\xff\0\0".repeat(1 << 16), 64 << 20));
    // A few of them may be chance.
    assert!(unpacks_to_at_most(&[&b"\x1f\x8b\x08\x08".repeat(3)[..], &[b'x'; 1000]].concat(), 0));
}

/// Bytes that differ from a sealed file anywhere, and whose SHA-256 nobody compares: they are read or refused.
/// More by hand: `MUTATIONS=1000000`.
#[test]
fn a_file_of_a_stranger_is_read_or_refused() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-23");
    let path = folder.path().join("segments/day=2026-09-22/000000000000-000000000299.parquet");
    let whole = fs::read(path).expect("a file");
    let entries = |bytes: &[u8]| entries_of(bytes.to_vec(), 0, day("2026-09-22"));
    assert_eq!(entries(&whole).map(|entries| entries.len()), Some(300));
    let count = std::env::var("MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(2_000);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |end: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % end as u64).expect("small")
    };
    for _ in 0..count {
        let mut bytes = whole.clone();
        for _ in 0..=below(3) {
            // Half of them in the footer, which says what to read where.
            let from = if below(2) == 0 { 0 } else { whole.len() - 4000 };
            let at = from + below(whole.len() - from);
            let values = [0, 1, 0x7f, 0x80, 0xff, bytes[at] ^ 1 << below(8), bytes[at].wrapping_add(1)];
            bytes[at] = values[below(values.len())];
        }
        if below(8) == 0 {
            bytes.truncate(below(whole.len()));
        }
        let found = entries(&bytes);
        assert!(found.is_none_or(|found| found.len() <= 300));
    }
}

#[test]
fn any_reader_of_parquet_finds_the_columns_and_no_null() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;
    let (_place, folder) = filled();
    seal(&folder, "2026-09-23");
    let path = folder.path().join("segments/day=2026-09-22/000000000000-000000000299.parquet");
    let reader = SerializedFileReader::new(fs::File::open(path).expect("a file")).expect("Parquet");
    let mut count = 0;
    for row in reader.get_row_iter(None).expect("rows") {
        let row = row.expect("a row");
        let columns: Vec<(String, Field)> =
            row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect();
        let value = |name: &str| columns.iter().find(|(found, _)| found == name).expect(name).1.clone();
        assert!(columns.iter().all(|(_, field)| *field != Field::Null));
        let Field::Str(entry) = value("entry") else { panic!("{columns:?}") };
        assert_eq!((columns[0].clone(), value("day")), (("seq".into(), Field::Long(count)), Field::Long(20_718)));
        let Field::Long(number) = value("number") else { panic!("{columns:?}") };
        assert!(entry.contains(&format!("\"number\":{number},")), "{entry}");
        assert_eq!((value("session"), value("model")), (Field::Str(format!("s-{number}")), Field::Str(String::new())));
        count += 1;
    }
    assert_eq!(count, 300);
}
