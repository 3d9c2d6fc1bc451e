//! A spool that is full: what goes, what stays, and what is said about it.

use std::collections::BTreeSet;

use crate::event::Class;
use crate::spool::{Cursor, Spool};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::tests::support::*;

const SMALL: u64 = 256 << 10;

/// Checks that each number is sent, or counted by a record, or taken by a record; and returns how many events were dropped.
fn accounted(sent: &[Map<String, Value>], made: u64) -> u64 {
    let mut seen = BTreeSet::new();
    let mut dropped = 0;
    for line in sent {
        let number = line["number"].as_u64().unwrap();
        assert!(seen.insert(number), "{number} twice");
        if line["kind"] == "gap.opened" {
            let (first, last) = (line["first"].as_u64().unwrap(), line["last"].as_u64().unwrap());
            assert_eq!((line["cause"].as_str(), last + 1), (Some("overflow"), number));
            assert!(line["since"].as_i64() <= line["until"].as_i64());
            // One event more than numbers: the record took the number of the last one.
            assert_eq!(line["events"].as_u64().unwrap(), last - first + 2);
            dropped += last - first + 2;
            for gone in first..=last {
                assert!(seen.insert(gone), "{gone} twice");
            }
        }
    }
    assert_eq!(seen, (1..=made).collect());
    dropped
}

#[test]
fn light_events_are_summed_up_and_detailed_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path()).with_limit(SMALL);
    let detailed: Vec<_> = (0..50).map(|mark| event(Class::Detailed, mark)).collect();
    spool.append(&detailed).unwrap();
    for batch in 0..100 {
        spool.append(&light(batch * 100..(batch + 1) * 100)).unwrap();
    }
    let status = spool.status().unwrap().unwrap();
    assert!(status.used <= SMALL, "{}", status.used);
    let sent = waiting(&spool);
    let dropped = accounted(&sent, 10_050);
    assert_eq!(sent.iter().filter(|line| line["kind"] == "edit").count(), 50);
    assert_eq!((status.overflow.events, status.made), (dropped, 10_050));
    assert!(dropped > 5000);
    // One record for all of them, and the newest events are there.
    assert_eq!(sent.iter().filter(|line| line["kind"] == "gap.opened").count(), 1);
    assert_eq!(sent.last().unwrap()["session"], "s-9999");
}

#[test]
fn detailed_events_go_before_attestations_and_only_when_nothing_light_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path()).with_limit(SMALL);
    spool.append(&[event(Class::Lasting, 1), event(Class::Lasting, 2)]).unwrap();
    spool.append(&light(0..100)).unwrap();
    for batch in 0..40 {
        let detailed: Vec<_> = (batch * 100..(batch + 1) * 100).map(|mark| event(Class::Detailed, mark)).collect();
        spool.append(&detailed).unwrap();
    }
    let sent = waiting(&spool);
    accounted(&sent, 4102);
    let count = |kind: &str| sent.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!((count("attestation"), count("suggestion.shown")), (2, 0));
    assert!(count("edit") > 100);
}

#[test]
fn what_may_have_been_sent_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path()).with_limit(SMALL);
    spool.append(&light(0..300)).unwrap();
    let batch = spool.next_batch(&sender(), &mut Cursor::default(), 1000).unwrap().unwrap();
    for more in 0..50 {
        spool.append(&light((more + 3) * 100..(more + 4) * 100)).unwrap();
    }
    let again = spool.next_batch(&sender(), &mut Cursor::default(), 300).unwrap().unwrap();
    assert_eq!(again.lines, batch.lines);
    accounted(&waiting(&spool), 5300);
}

#[test]
fn acknowledged_events_go_before_anything_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path()).with_limit(SMALL);
    for more in 0..50 {
        spool.append(&light(more * 100..(more + 1) * 100)).unwrap();
        let batch = spool.next_batch(&sender(), &mut Cursor::default(), 1000).unwrap().unwrap();
        assert_eq!(batch.events, 100);
        spool.acknowledge(&all_of(&batch), at(NOON)).unwrap();
    }
    let status = spool.status().unwrap().unwrap();
    assert_eq!((status.overflow.events, status.waiting.events), (0, 0));
    assert!(status.kept > 0 && status.used <= SMALL);
}

fn step() -> impl Strategy<Value = (u8, u8, u8)> {
    (0..3_u8, 1..120_u8, 0..8_u8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn whatever_comes_in_whatever_order_every_number_is_accounted_for(steps in prop::collection::vec(step(), 20..120)) {
        let folder = tempfile::tempdir().unwrap();
        let spool: Spool = spool(folder.path()).with_limit(96 << 10);
        let mut made = 0;
        let mut arrived: Vec<Map<String, Value>> = Vec::new();
        for (class, many, then) in steps {
            let class = [Class::Light, Class::Detailed, Class::Lasting][usize::from(class)];
            let events: Vec<_> = (0..u64::from(many)).map(|one| event(class, made + one)).collect();
            spool.append(&events).unwrap();
            made += u64::from(many);
            if then == 0 && let Some(batch) = spool.next_batch(&sender(), &mut Cursor::default(), 40).unwrap() {
                arrived.extend(lines(&batch));
                spool.acknowledge(&all_of(&batch), at(NOON)).unwrap();
            }
        }
        let left = waiting(&spool);
        arrived.extend(left);
        accounted(&arrived, made);
    }
}
