//! Folders that earlier releases have written: today's program opens, checks and goes on with each of them.
//!
//! `testdata/trail/VERSION` is a backup, with sealed files and rows that are not sealed. Before a release that changes what is stored:
//! `FIXTURE=testdata/trail/VERSION cargo test -p ai-detect-trail-store a_folder_for_a_release`.

use std::fs;
use std::path::{Path, PathBuf};

use ai_detect_trail_log::clients::received::Arrival;
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_store::backup::{backup, check, restore};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::rebuild::rebuild;
use ai_detect_trail_store::writer::Writer;
use ai_detect_trail_store::{Draft, Outcome, gaps};

use crate::rebuilding::tables;
use crate::sealing::{checked, draft, files, seal, sign, started};

fn at() -> Micros {
    Micros::new(1_790_500_000_000_000).expect("a time")
}

/// Two days that are sealed, with a conflict, and one that is not, with numbers that are missing.
#[test]
fn a_folder_for_a_release() {
    let Some(place) = std::env::var_os("FIXTURE") else { return };
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let submit = |drafts| drop(writer.submit(drafts).expect("on the disk"));
    for day in 0..3 {
        let numbers = day as u64 * 20 + 1..=day as u64 * 20 + 20;
        submit(numbers.map(|number| draft("laptop", number, day)).collect());
    }
    submit(vec![Draft { sent: b"another".to_vec(), ..draft("laptop", 7, 2) }]);
    submit(vec![draft("laptop", 70, 2)]);
    sign(&folder);
    assert_eq!(seal(&folder, "2026-09-24").files, 2);
    backup(&folder, &writer, &repository().join(place), at()).expect("a backup");
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn folders_of_all_releases_are_read_checked_and_gone_on_with() {
    let releases = fs::read_dir(repository().join("testdata/trail")).expect("folders");
    let releases: Vec<PathBuf> = releases.map(|one| one.expect("a folder").path()).collect();
    assert!(!releases.is_empty());
    for release in releases {
        let place = tempfile::tempdir().expect("a folder");
        let scratch = place.path().join("scratch");
        let found = check(&release, &scratch).expect("readable");
        assert_eq!((found.problems.as_slice(), found.sealed, found.unreadable), (&[][..], 40, 0), "{release:?}");
        // What is made anew today is what that release had written.
        let folder = Folder::open(&scratch).expect("a trail");
        let before = tables(&folder);
        rebuild(&folder).expect("rebuilt");
        assert_eq!(tables(&folder), before, "{release:?}");

        let folder = restore(&release, &place.path().join("restored"), at()).expect("restored");
        let writer = Writer::start(&folder).expect("a writer");
        let again = writer.submit(vec![draft("laptop", 7, 0), draft("laptop", 61, 3)]).expect("on the disk");
        assert_eq!(again.outcomes, [Outcome::Taken(Arrival::Again), Outcome::Taken(Arrival::New)]);
        let other = writer.submit(vec![Draft { sent: b"a third".to_vec(), ..draft("laptop", 7, 0) }]);
        assert_eq!(other.expect("on the disk").outcomes, [Outcome::Taken(Arrival::Conflict)]);
        assert!(gaps::open(&folder).expect("gaps").iter().any(|gap| gap.numbers == Some((61, 69))));
        drop(writer);
        sign(&folder);
        assert!(seal(&folder, "2026-12-01").entries > 20);
        assert!(files(&folder).len() > 2);
        assert_eq!(checked(&folder).problems, [], "{release:?}");
    }
}
