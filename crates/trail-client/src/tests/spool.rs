//! Numbers, epochs, batches and acknowledgements.

use std::collections::BTreeMap;

use crate::event::{Class, Event, InvalidEvent, Series};
use crate::spool::{Acknowledged, Cursor, Problem, Sender};
use ai_detect_trail_log::ids::ClientId;
use serde_json::{Map, Value, json};

use crate::tests::support::*;

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("not an object") };
    map
}

#[test]
fn events_are_numbered_from_one_and_sent_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    assert!(!spool.exists() && spool.status().unwrap().is_none());
    let first = spool.append(&light([1, 2])).unwrap();
    let second = spool.append(&light([3])).unwrap();
    assert_eq!((first.first.get(), first.last.get(), second.first.get()), (1, 2, 3));
    assert_eq!(first.epoch, second.epoch);
    let sent = waiting(&spool);
    assert_eq!(numbers(&sent), [1, 2, 3]);
    assert_eq!(sent[2]["session"], "s-3");
}

#[test]
fn a_line_has_the_same_bytes_in_every_version() {
    // A collector takes the same number with other bytes for another event.
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    let fields = object(json!({"tool": "copilot", "path": "src/\u{e4}\n\".rs", "place": {"first": 1, "last": 2}}));
    let events = [
        Event::new(Class::Light, "edit", at(-5), &fields).unwrap(),
        Event::new(Class::Light, "session.end", at(7), &Map::new()).unwrap(),
    ];
    let epoch = spool.append(&events).unwrap().epoch;
    let batch = spool.next_batch(&sender(), &mut Cursor::default(), 1000).unwrap().unwrap();
    let expected = format!(
        r#"{{"client":"laptop","epoch":"{epoch}","number":1,"kind":"edit","time":-5,"path":"src/ä\n\".rs","place":{{"first":1,"last":2}},"tool":"copilot"}}
{{"client":"laptop","epoch":"{epoch}","number":2,"kind":"session.end","time":7}}
"#
    );
    assert_eq!(String::from_utf8(batch.lines).unwrap(), expected);
}

#[test]
fn what_cannot_be_an_event_is_refused_with_its_reason() {
    let made = |kind: &str, fields| Event::new(Class::Light, kind, at(1), &object(fields));
    assert!(matches!(made("Not a word", json!({})), Err(InvalidEvent::Kind(_))));
    assert_eq!(made("edit", json!({"number": 7})), Err(InvalidEvent::Reserved("number")));
    assert!(matches!(
        made("edit", json!({"text": "x".repeat(70_000)})),
        Err(InvalidEvent::TooLong { bytes: 70_001.. })
    ));
    let deep = (0..20).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(made("edit", json!({ "a": deep })), Err(InvalidEvent::TooDeep));
    assert!(made("edit", json!({"a": [[[1]]], "text": "x".repeat(60_000)})).is_ok());
}

#[test]
fn a_start_of_the_machine_begins_an_epoch_and_so_does_a_closing_heartbeat() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    let first = spool.append(&light([1])).unwrap();
    let restarted = spool.clone().with_boot("boot-2");
    let second = restarted.append(&light([2])).unwrap();
    assert_ne!(first.epoch, second.epoch);
    assert_eq!(second.first.get(), 1);
    let closing = restarted.heartbeat(at(NOON), true).unwrap();
    assert_eq!((&closing.epoch, closing.last.get()), (&second.epoch, 2));
    let third = restarted.append(&light([3])).unwrap();
    assert_ne!(third.epoch, second.epoch);
    let sent = waiting(&restarted);
    assert_eq!(numbers(&sent), [1, 1, 2, 1]);
    let heartbeat = &sent[2];
    assert_eq!(
        (&heartbeat["kind"], &heartbeat["made"], &heartbeat["waiting"]),
        (&json!("heartbeat"), &json!(2), &json!(3))
    );
    assert_eq!(heartbeat["closing"], true);
}

#[test]
fn batches_are_bounded_in_events_and_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    spool.append(&light(0..2500)).unwrap();
    let long = Event::new(Class::Detailed, "edit", at(1), &object(json!({"text": "x".repeat(60_000)}))).unwrap();
    spool.append(&vec![long; 40]).unwrap();
    let mut cursor = Cursor::default();
    let mut sizes = Vec::new();
    while let Some(batch) = spool.next_batch(&sender(), &mut cursor, 1000).unwrap() {
        assert!(batch.lines.len() <= 1 << 20);
        sizes.push(batch.events);
    }
    assert_eq!(sizes, [1000, 1000, 516, 17, 7]);
}

#[test]
fn what_is_acknowledged_is_not_sent_again_and_nothing_else_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    let epoch = spool.append(&light(1..=10)).unwrap().epoch;
    let series = Series { client: client(), epoch };
    let mut cursor = Cursor::default();
    let batch = spool.next_batch(&sender(), &mut cursor, 6).unwrap().unwrap();
    assert_eq!(batch.events, 6);
    // It claims more than it was sent.
    let changed = spool.acknowledge(&BTreeMap::from([(series.clone(), 9)]), at(NOON)).unwrap();
    assert_eq!(changed, Acknowledged { events: 6, ..Acknowledged::default() });
    assert_eq!(numbers(&waiting(&spool)), [7, 8, 9, 10]);
    // Of another client, or another epoch: nothing.
    let other = Series { client: ClientId::parse("desktop").unwrap(), ..series };
    assert_eq!(spool.acknowledge(&BTreeMap::from([(other, 10)]), at(NOON)).unwrap().events, 0);
    let status = spool.status().unwrap().unwrap();
    assert_eq!((status.waiting.events, status.kept, status.made), (4, 6, 10));
}

#[test]
fn a_collector_that_lost_something_gets_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    let epoch = spool.append(&light(1..=10)).unwrap().epoch;
    let series = Series { client: client(), epoch };
    let through = |number| BTreeMap::from([(series.clone(), number)]);
    assert_eq!(waiting(&spool).len(), 10);
    spool.acknowledge(&through(10), at(NOON)).unwrap();
    assert!(waiting(&spool).is_empty());
    // It was restored from a backup, and says so by what it acknowledges.
    let changed = spool.acknowledge(&through(4), at(NOON)).unwrap();
    assert_eq!(changed, Acknowledged { collector_lost: true, ..Acknowledged::default() });
    assert_eq!(numbers(&waiting(&spool)), [5, 6, 7, 8, 9, 10]);
    spool.acknowledge(&through(10), at(NOON)).unwrap();
    // Or it is asked: it lacks a stretch in the middle, and what came last.
    assert_eq!(spool.to_recheck(&sender()).unwrap(), std::slice::from_ref(&series));
    assert_eq!(spool.reconcile(&series, 2, 8, &[(3, 4)]).unwrap(), 4);
    assert_eq!(numbers(&waiting(&spool)), [3, 4, 9, 10]);
    assert!(spool.to_recheck(&sender()).unwrap().is_empty());
}

#[test]
fn acknowledged_events_are_kept_for_two_weeks() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    let epoch = spool.append(&light(1..=3)).unwrap().epoch;
    let through = BTreeMap::from([(Series { client: client(), epoch }, 3)]);
    assert_eq!(waiting(&spool).len(), 3);
    spool.acknowledge(&through, at(NOON)).unwrap();
    let kept = |time| {
        spool.acknowledge(&BTreeMap::new(), at(time)).unwrap();
        spool.status().unwrap().unwrap().kept
    };
    assert_eq!(kept(NOON + 13 * DAY), 3);
    // A clock that was set back keeps them, and one that jumped ahead lets go of nothing that waits.
    assert_eq!(kept(NOON - 400 * DAY), 3);
    spool.append(&light([4])).unwrap();
    assert_eq!(kept(NOON + 15 * DAY), 0);
    assert_eq!(numbers(&waiting(&spool)), [4]);
}

#[test]
fn a_spool_that_was_restored_from_a_copy_begins_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    let epoch = spool.append(&light(1..=3)).unwrap().epoch;
    assert_eq!(waiting(&spool).len(), 3);
    let through = BTreeMap::from([(Series { client: client(), epoch: epoch.clone() }, 5)]);
    let changed = spool.acknowledge(&through, at(NOON)).unwrap();
    assert!(changed.spool_is_older);
    let next = spool.append(&light([4])).unwrap();
    assert_ne!(next.epoch, epoch);
}

#[test]
fn events_stay_with_the_client_that_first_sent_them() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    spool.append(&light([1])).unwrap();
    assert_eq!(waiting(&spool).len(), 1);
    let desktop = ClientId::parse("desktop").unwrap();
    let next = |sender: &Sender| spool.next_batch(sender, &mut Cursor::default(), 1000).unwrap();
    assert_eq!(next(&Sender::Client(desktop.clone())), None);
    let batch = next(&Sender::Importer(desktop)).unwrap();
    assert_eq!(batch.numbers[0].series.client, client());
}

#[test]
fn trouble_with_sending_is_kept_with_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    spool.append(&light([1])).unwrap();
    let refused = Problem::Refused { status: 403, detail: "no".into() };
    spool.delivery_failed(&Problem::Busy { status: 503 }, at(NOON + MINUTE), at(NOON)).unwrap();
    spool.delivery_failed(&refused, at(NOON + 2 * MINUTE), at(NOON + MINUTE)).unwrap();
    let delivery = spool.delivery().unwrap();
    assert_eq!((delivery.failures, delivery.problem_since, delivery.problem), (2, Some(NOON), Some(refused)));
    // Nothing is dropped for it.
    assert_eq!(waiting(&spool).len(), 1);
    spool.acknowledge(&BTreeMap::new(), at(NOON)).unwrap();
    assert_eq!((spool.delivery().unwrap().failures, spool.delivery().unwrap().problem), (0, None));
}

#[test]
fn one_process_a_minute_is_told_to_start_sending_whatever_the_clock_does() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path());
    spool.append(&light([1])).unwrap();
    let claim = |time| spool.claim_start(at(time), at(MINUTE)).unwrap();
    assert!(claim(NOON) && !claim(NOON) && !claim(NOON + MINUTE - 1));
    assert!(claim(NOON + MINUTE) && !claim(NOON + 30));
    // Set back by a day: it does not wait for a day.
    assert!(claim(NOON - DAY) && !claim(NOON - DAY + 1));
    assert!(claim(NOON + 400 * DAY));
}
