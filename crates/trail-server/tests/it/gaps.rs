//! Gaps that an operator closes, and gaps that the arrival of their numbers closes.

use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_server::operator::OperatorError;
use ai_detect_trail_server::setup::{self, Trail};
use ai_detect_trail_store::gaps::{self, OpenGap};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{Place, event, events};

fn trail(place: &Place) -> Trail {
    setup::open_or_create(&place.dir).expect("a trail")
}

fn open(place: &Place) -> Vec<OpenGap> {
    gaps::open(&place.folder()).expect("gaps")
}

/// A collector that was rolled back to before the last checkpoint, and a client that holds that checkpoint: the log then has a gap.
fn forked() -> (Place, String) {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    assert_eq!(collector.post(&token, &events("laptop", 1..=2)).status, 200);
    assert!(collector.end());
    let copy = place.dir.with_extension("copy");
    copy_folder(&place.dir, &copy);
    let collector = place.start();
    assert_eq!(collector.post(&token, &events("laptop", 3..=9)).status, 200);
    assert!(collector.end());
    let note = std::fs::read(place.dir.join("log/checkpoint")).expect("a checkpoint");
    std::fs::remove_dir_all(&place.dir).expect("gone");
    std::fs::rename(&copy, &place.dir).expect("rolled back");
    (place, STANDARD.encode(note))
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir(to).expect("a folder");
    for found in std::fs::read_dir(from).expect("a folder") {
        let found = found.expect("a file");
        let (path, copy) = (found.path(), to.join(found.file_name()));
        if path.is_dir() {
            copy_folder(&path, &copy);
        } else {
            std::fs::copy(&path, &copy).expect("copied");
        }
    }
}

#[test]
fn a_fork_stays_open_until_somebody_says_what_it_was() {
    let (place, note) = forked();
    let token = place.writer();
    let collector = place.start();
    let reply = collector.post_with(&token, &[("Trail-Checkpoint", &note)], &event("laptop", 3));
    assert!(reply.json()["fork"].is_object(), "{reply:?}");
    let gap = open(&place).remove(0);
    assert_eq!((&gap.cause, &gap.client, gap.closes_by_itself), (&GapCause::Fork, &None, false));
    let figures = || collector.get("/metrics", "").body;
    assert!(figures().contains("trail_gaps_open 1\n") && figures().contains("trail_forks 1\n"));
    for reason in ["", " \n", &"x".repeat(2001)] {
        let refused = trail(&place).close_gap(&gap.id.to_string(), reason, None);
        assert!(matches!(refused, Err(OperatorError::Reason)), "{refused:?}");
    }
    let id = gap.id.to_string();
    let reason = "Ada restored the folder by hand on Monday";
    assert_eq!(trail(&place).close_gap(&id[..8], reason, Some("ada@example.org")).expect("closed"), gap.id);
    assert!(figures().contains("trail_gaps_open 0\n") && figures().contains("trail_forks 0\n"));
    let closed: Vec<Value> = place.entries().into_iter().filter(|entry| entry["kind"] == "gap.closed").collect();
    let [closed] = closed.as_slice() else { panic!("{closed:?}") };
    let fields = &closed["fields"];
    assert_eq!((&fields["gap"], &fields["closing"]), (&id.clone().into(), &"resolved".into()));
    assert!(
        fields["person"].is_string() && fields["reason"].is_string() && !closed.to_string().contains("Ada"),
        "{closed}"
    );
    let again = trail(&place).close_gap(&id, reason, None);
    assert!(matches!(again, Err(OperatorError::UnknownGap(_))), "{again:?}");
    // The same checkpoint again is the same fork, which is explained.
    let reply = collector.post_with(&token, &[("Trail-Checkpoint", &note)], &event("laptop", 4));
    assert!(reply.json()["fork"].is_object(), "{reply:?}");
    assert_eq!(open(&place), []);
    drop(collector);
    assert_eq!(place.verified().problems, []);
}

#[test]
fn a_gap_in_numbers_is_closed_by_their_arrival_or_as_a_whole_by_an_operator() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    assert_eq!(collector.post(&token, &events("laptop", [1, 5])).status, 200);
    let gap = open(&place).remove(0);
    assert_eq!((&gap.cause, gap.numbers, gap.closes_by_itself), (&GapCause::NumbersMissing, Some((2, 4)), true));
    assert_eq!(gap.client.as_ref().map(|client| client.as_str()), Some("laptop"));
    assert_eq!(collector.post(&token, &events("laptop", 2..=4)).status, 200);
    assert_eq!(open(&place), []);
    // A client that skips a million millions leaves one gap, whoever may have meant it.
    let far = 1_000_000_000_000;
    assert_eq!(collector.post(&token, &events("laptop", [far])).status, 200);
    let gap = open(&place).remove(0);
    assert_eq!((open(&place).len(), gap.numbers), (1, Some((6, far - 1))));
    trail(&place).close_gap(&gap.id.to_string(), "the client was broken", None).expect("closed");
    assert_eq!(open(&place), []);
    // It does not open again, and nobody says that the numbers came.
    let reply = collector.post(&token, &events("laptop", [far + 1]));
    assert_eq!((reply.json()["acked_through"]["laptop"]["e1"].as_u64(), open(&place)), (Some(5), vec![]));
    // A hole elsewhere is another gap. One of the numbers arrives after all.
    assert_eq!(collector.post(&token, &events("laptop", [far + 3, 9])).status, 200);
    assert_eq!(open(&place).iter().map(|gap| gap.numbers).collect::<Vec<_>>(), [Some((far + 2, far + 2))]);
    assert!(collector.end());
    let gaps = open(&place);
    ai_detect_trail_server::care::rebuild(&place.dir).expect("rebuilt");
    assert_eq!((open(&place), place.verified().problems), (gaps, vec![]));
    let collector = place.start();
    assert_eq!(collector.post(&token, &events("laptop", [far + 4])).status, 200);
    assert_eq!(open(&place).len(), 1);
}

#[test]
fn what_a_client_says_it_does_not_know_is_listed_and_can_be_closed() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let damaged = r#"{"client":"laptop","epoch":"e1","number":1,"kind":"gap.opened","time":1790000000000000,"gap":"g_0123456789abcdef0123456789abcdef","cause":"spool-damaged","of":"other"}"#;
    assert_eq!(collector.post(&token, damaged).status, 200);
    // Sent again, it is the same gap.
    assert_eq!(collector.post(&token, damaged).status, 200);
    let all = open(&place);
    let [gap] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(gap.cause, GapCause::SpoolDamaged);
    assert_eq!(gap.client.as_ref().map(|client| client.as_str()), Some("laptop"), "no client speaks for another");
    for unknown in ["", "g_", "g_ffff", "g_0123456789abcdef0123456789abcdef0", "%"] {
        let refused = trail(&place).close_gap(unknown, "a reason", None);
        assert!(matches!(refused, Err(OperatorError::UnknownGap(_))), "{unknown}: {refused:?}");
    }
    trail(&place).close_gap("g_0123", "the disk was replaced", None).expect("closed");
    assert_eq!(open(&place), []);
}
