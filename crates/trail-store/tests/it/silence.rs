//! Clients that are not heard of any more: a gap says so, once, until they speak again.

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::{GapClosed, GapOpened, Heartbeat};
use ai_detect_trail_log::entry::vocabularies::{GapCause, GapClosing};
use ai_detect_trail_log::entry::{Entry, Reading};
use ai_detect_trail_log::ids::{ClientId, GapId};
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::Draft;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::gaps;
use ai_detect_trail_store::rebuild::rebuild;
use ai_detect_trail_store::silence::note;
use ai_detect_trail_store::writer::{Change, Writer};

use crate::sealing::{DAY, all, checked, draft, sign, started};

const HOURS: i64 = 3_600_000_000;

/// So many hours after the first day.
fn at(hours: i64) -> Micros {
    Micros::new(DAY + hours * HOURS).expect("a time")
}

/// Looks for clients of which nothing came for two days.
fn look(folder: &Folder, writer: &Writer, hours: i64) -> u64 {
    note(folder, writer, at(hours), 48 * HOURS as u64).expect("written")
}

/// The clients that a gap says are silent, and since when they are.
fn silent(folder: &Folder) -> Vec<String> {
    let open = gaps::open(folder).expect("gaps");
    let silent = open.iter().filter(|gap| gap.cause == GapCause::Silent);
    silent.filter_map(|gap| gap.client.as_ref().map(ClientId::to_string)).collect()
}

/// How gaps were opened and closed, in the order of the log.
fn history(folder: &Folder) -> Vec<String> {
    let word = |stored: ai_detect_trail_store::reading::Stored| match Entry::read(&stored.bytes) {
        Reading::Whole(entry) => match entry.event {
            Event::GapOpened(gap) => Some(format!("{} of {}", gap.cause.word(), gap.of.expect("a client"))),
            Event::GapClosed(gap) => Some(gap.closing.word().to_owned()),
            _ => None,
        },
        other => panic!("{other:?}"),
    };
    all(folder, None).into_iter().filter_map(word).collect()
}

#[test]
fn a_client_that_is_quiet_for_too_long_is_a_gap_until_it_speaks_again() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit(vec![draft("laptop", 1, 0), draft("desktop", 1, 0)]).expect("on the disk");
    writer.submit(vec![draft("desktop", 2, 1)]).expect("on the disk");
    assert_eq!((look(&folder, &writer, 48), silent(&folder)), (0, vec![]));
    assert_eq!((look(&folder, &writer, 49), silent(&folder)), (1, vec!["laptop".to_owned()]));
    // It is said once, however often somebody looks.
    assert_eq!((look(&folder, &writer, 60), look(&folder, &writer, 73)), (0, 1));
    assert_eq!(silent(&folder), ["laptop", "desktop"]);
    // Anything that comes is a sign of life, also what was there before.
    writer.submit(vec![draft("laptop", 1, 4)]).expect("on the disk");
    assert_eq!(silent(&folder), ["desktop"]);
    assert_eq!((look(&folder, &writer, 4 * 24 + 49), silent(&folder)), (1, vec!["desktop".into(), "laptop".into()]));
    let expected = ["silent of laptop", "silent of desktop", "resumed", "silent of laptop"];
    assert_eq!(history(&folder), expected);
    drop(writer);
    // The log alone says which gaps are open.
    sign(&folder);
    rebuild(&folder).expect("rebuilt");
    assert_eq!((silent(&folder), checked(&folder).problems), (vec!["desktop".to_owned(), "laptop".into()], vec![]));
}

/// An operator closes a gap by hand.
fn close(writer: &Writer, gap: GapId, hours: i64) {
    let event = Event::GapClosed(GapClosed::new(gap, GapClosing::Resolved));
    assert!(writer.record(event, Some(Change::CloseGap(gap)), at(hours)).expect("on the disk").is_some());
}

#[test]
fn a_gap_that_an_operator_closed_is_not_opened_again_for_the_same_silence() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit(vec![draft("laptop", 1, 0)]).expect("on the disk");
    assert_eq!(look(&folder, &writer, 49), 1);
    close(&writer, gaps::open(&folder).expect("gaps")[0].id, 50);
    assert_eq!((look(&folder, &writer, 51), look(&folder, &writer, 5000), silent(&folder)), (0, 0, vec![]));
    // The log alone says so as well.
    drop(writer);
    sign(&folder);
    rebuild(&folder).expect("rebuilt");
    let writer = Writer::start(&folder).expect("a writer");
    assert_eq!(look(&folder, &writer, 5001), 0);
    // It speaks, and is silent anew.
    writer.submit(vec![draft("laptop", 2, 3)]).expect("on the disk");
    assert_eq!((look(&folder, &writer, 3 * 24 + 48), look(&folder, &writer, 3 * 24 + 49)), (0, 1));
    assert_eq!(history(&folder), ["silent of laptop", "resolved", "silent of laptop"]);
}

#[test]
fn a_pause_is_a_gap_until_its_end_arrives_and_nothing_else_closes_by_being_over() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let gap = GapId::from_random([7; 16]);
    let says = |client: &str, number, cause: GapCause, until: Option<Micros>| {
        let event = Event::GapOpened(GapOpened { since: Some(at(1)), until, ..GapOpened::new(gap, cause) });
        writer.submit(vec![Draft { event, ..draft(client, number, 0) }]).expect("on the disk");
    };
    let open = || gaps::open(&folder).expect("gaps").into_iter().filter_map(|gap| gap.client).collect::<Vec<_>>();
    let of = |names: &[&str]| names.iter().map(|name| ClientId::parse(name).expect("an id")).collect::<Vec<_>>();
    says("laptop", 1, GapCause::Paused, None);
    says("desktop", 1, GapCause::SpoolDamaged, None);
    assert_eq!(open(), of(&["laptop", "desktop"]));
    // Another client that uses the same id ends nothing here.
    says("other", 1, GapCause::Paused, Some(at(2)));
    says("desktop", 2, GapCause::SpoolDamaged, Some(at(2)));
    assert_eq!(open(), of(&["laptop", "desktop"]));
    says("laptop", 2, GapCause::Paused, Some(at(2)));
    assert_eq!(open(), of(&["desktop"]));
    drop(writer);
    sign(&folder);
    rebuild(&folder).expect("rebuilt");
    assert_eq!((open(), checked(&folder).problems), (of(&["desktop"]), vec![]));
}

#[test]
fn who_signed_off_was_retired_or_is_the_collector_is_never_silent() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let closing = |made| {
        let made = Number::new(made).expect("a number");
        Event::Heartbeat(Heartbeat { made, waiting: None, tools: None, closing: Some(true) })
    };
    let nameless = Draft { client: ClientId::parse("collector:unreadable").expect("an id"), ..draft("x", 1, 0) };
    writer.submit(vec![Draft { event: closing(1), ..draft("job", 1, 0) }, nameless]).expect("on the disk");
    // It signed off, and something that it made never came: that is a gap in its numbers, and no silence.
    writer.submit(vec![Draft { event: closing(9), ..draft("other-job", 1, 0) }]).expect("on the disk");
    writer.submit(vec![draft("old", 1, 0)]).expect("on the disk");
    let retire = Change::RetireClient(ClientId::parse("old").expect("an id"));
    let access = ai_detect_trail_log::entry::fields::Access {
        what: "test".to_owned().try_into().expect("a word"),
        person: None,
        token: None,
        purpose: None,
        entries: None,
        bodies: None,
        request: None,
    };
    writer.record(Event::Access(access), Some(retire), at(1)).expect("on the disk");
    assert_eq!((look(&folder, &writer, 24 * 400), silent(&folder)), (0, vec![]));
}
