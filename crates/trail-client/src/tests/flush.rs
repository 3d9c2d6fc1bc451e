//! Sending: what is kept until it arrives, when it is tried again, and what the collector's log shows.

use crate::event::Class;
use crate::flush::{Delivery, Ended, Flushed, Options, flush};
use crate::spool::{Problem, Spool};
use crate::witness::{ForkKind, Witness};
use ai_detect_trail_log::log::key::VerifierKey;
use proptest::prelude::*;

use crate::tests::model::{Fault, Model, key};
use crate::tests::support::*;

struct Client {
    _folder: tempfile::TempDir,
    spool: Spool,
    witness: Witness,
    key: VerifierKey,
    now: i64,
}

impl Client {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (spool, witness) = (spool(folder.path()), Witness::at(folder.path()));
        Self { _folder: folder, spool, witness, key: key("eu", 1).verifier(), now: NOON }
    }

    fn flush_with(&self, model: &Model, options: Options) -> Flushed {
        let Self { spool, witness, key, .. } = self;
        flush(&Delivery { spool, sender: sender(), key, witness, collector: model, earlier: None }, options).unwrap()
    }

    fn flush(&self, model: &Model) -> Flushed {
        self.flush_with(model, Options { now: at(self.now), at_once: false, deadline: None })
    }

    fn flush_at_once(&self, model: &Model) -> Flushed {
        self.flush_with(model, Options { now: at(self.now), at_once: true, deadline: None })
    }
}

#[test]
fn what_waits_arrives_with_a_heartbeat() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light(1..=2500)).unwrap();
    let flushed = client.flush(&model);
    assert_eq!((flushed.delivered, flushed.waiting, flushed.ended), (2501, 0, Ended::Done));
    let stored = model.stored.borrow();
    let heartbeat = stored.lines.values().find(|line| line.contains("heartbeat")).unwrap();
    assert!(heartbeat.contains(r#""made":2501,"waiting":2501"#), "{heartbeat}");
    drop(stored);
    // Soon after, nothing but the event itself is sent; and an idle client sends nothing.
    client.spool.append(&light([1])).unwrap();
    assert_eq!(client.flush(&model).delivered, 1);
    let calls = *model.calls.borrow();
    assert_eq!((client.flush(&model).delivered, *model.calls.borrow()), (0, calls));
}

#[test]
fn a_client_that_made_nothing_says_so_from_time_to_time() {
    let (mut client, model) = (Client::new(), Model::new());
    assert_eq!((client.flush(&model).delivered, client.flush(&model).delivered), (1, 0));
    client.now += 11 * MINUTE;
    assert_eq!((client.flush(&model).delivered, client.flush(&model).delivered), (1, 0));
    assert!(model.stored.borrow().lines.values().all(|line| line.contains("heartbeat")));
    // Who has signed off is not heard of again before there is something to say.
    client.spool.heartbeat(at(client.now), true).unwrap();
    assert_eq!(client.flush(&model).delivered, 1);
    client.now += 11 * MINUTE;
    let calls = *model.calls.borrow();
    assert_eq!((client.flush(&model).delivered, *model.calls.borrow()), (0, calls));
    client.spool.append(&light([1])).unwrap();
    assert_eq!(client.flush(&model).delivered, 2);
}

#[test]
fn failures_are_tried_again_later_and_drop_nothing() {
    let (mut client, model) = (Client::new(), Model::new());
    client.spool.append(&light([1])).unwrap();
    let mut waited = 0;
    for _ in 0..40 {
        model.fails([Fault::Refuses]);
        assert!(matches!(client.flush(&model).ended, Ended::Failed(Problem::Refused { status: 403, .. })));
        let Ended::NotBefore(until) = client.flush(&model).ended else { panic!("it does not wait") };
        let pause = until - client.now;
        assert!(pause > 0 && pause <= 25 * MINUTE);
        waited = waited.max(pause);
        client.now = until;
    }
    // It comes back after minutes, not seconds, once it has failed for long.
    assert!(waited > 7 * MINUTE, "{waited}");
    let flushed = client.flush(&model);
    assert_eq!((flushed.waiting, flushed.ended), (0, Ended::Done));
    assert_eq!(client.spool.delivery().unwrap().failures, 0);
}

#[test]
fn a_collector_that_asks_to_wait_is_given_that_time_and_a_little_more() {
    let (mut client, model) = (Client::new(), Model::new());
    client.spool.append(&light([1])).unwrap();
    model.fails([Fault::Busy]);
    assert_eq!(client.flush(&model).ended, Ended::Failed(Problem::Busy { status: 503 }));
    let Ended::NotBefore(until) = client.flush(&model).ended else { panic!("it does not wait") };
    assert!((MINUTE / 2..=MINUTE).contains(&(until - NOON)), "{}", until - NOON);
    // A clock that was set back by a day does not make it a day.
    client.now = NOON - DAY;
    assert_eq!(client.flush(&model).ended, Ended::Done);
}

#[test]
fn who_insists_does_not_wait() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light([1])).unwrap();
    model.fails([Fault::LosesRequest, Fault::LosesAnswer]);
    for _ in 0..2 {
        assert!(matches!(client.flush_at_once(&model).ended, Ended::Failed(Problem::Unreachable { .. })));
    }
    let flushed = client.flush_at_once(&model);
    // It had arrived with the second attempt, and is there once.
    assert_eq!((flushed.waiting, model.stored.borrow().lines.len()), (0, 2));
}

#[test]
fn a_collector_that_takes_only_small_batches_gets_small_ones() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light(1..=100)).unwrap();
    *model.most.borrow_mut() = 10;
    assert_eq!(client.flush(&model).waiting, 0);
    client.spool.append(&light([1])).unwrap();
    *model.most.borrow_mut() = 0;
    assert_eq!(client.flush(&model).ended, Ended::Failed(Problem::TooLarge));
    assert_eq!(client.flush(&model).waiting, 1);
}

#[test]
fn two_processes_do_not_send_at_once() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light([1])).unwrap();
    let other = std::fs::File::create(client.spool.folder().join("flush.lock")).unwrap();
    other.lock().unwrap();
    assert_eq!(client.flush(&model).ended, Ended::OtherProcess);
    other.unlock().unwrap();
    assert_eq!(client.flush(&model).ended, Ended::Done);
}

#[test]
fn a_run_ends_in_time() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light([1])).unwrap();
    let options = Options { now: at(NOON), at_once: false, deadline: Some(std::time::Instant::now()) };
    assert_eq!(client.flush_with(&model, options).ended, Ended::OutOfTime);
    assert_eq!(client.flush(&model).waiting, 0);
}

#[test]
fn a_collector_that_was_rolled_back_is_found_and_gets_everything_again() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light(1..=10)).unwrap();
    client.flush(&model);
    let backup = model.stored.borrow().clone();
    client.spool.append(&light(11..=30)).unwrap();
    // Of an epoch that is over: nothing new will be sent under it.
    client.spool.heartbeat(at(NOON), true).unwrap();
    assert_eq!(client.flush(&model).fork, None);
    let all = model.stored.borrow().lines.len();
    *model.stored.borrow_mut() = backup;
    client.spool.append(&light([31])).unwrap();
    let flushed = client.flush(&model);
    assert_eq!(flushed.fork.as_ref().map(|fork| fork.kind), Some(ForkKind::RolledBack));
    assert_eq!((flushed.waiting, model.stored.borrow().lines.len()), (0, all + 1));
    // It is reported at each run, until somebody resolves it.
    assert_eq!(client.flush(&model).fork, flushed.fork);
    client.witness.resolve().unwrap();
    client.spool.append(&light([32])).unwrap();
    assert_eq!(client.flush(&model).fork, None);
}

#[test]
fn a_log_with_two_histories_is_found() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light(1..=10)).unwrap();
    client.flush(&model);
    // Another client fills the restored log until it is as long as before, and longer.
    let (other, second) = (Client::new(), Model::new());
    other.spool.append(&light(100..=140)).unwrap();
    other.flush(&second);
    client.spool.append(&light([11])).unwrap();
    let flushed = client.flush(&second);
    let fork = flushed.fork.unwrap();
    assert_eq!(fork.kind, ForkKind::TwoHistories);
    assert!(fork.kept.is_some() && fork.seen.is_some() && fork.kept != fork.seen);
    // What the first one had is in the second one, too.
    assert_eq!(flushed.waiting, 0);
    assert!(model.stored.borrow().lines.keys().all(|key| second.stored.borrow().lines.contains_key(key)));
}

#[test]
fn another_key_is_reported_and_another_region_gets_nothing() {
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light(1..=3)).unwrap();
    *model.key.borrow_mut() = key("eu", 2);
    let flushed = client.flush(&model);
    assert_eq!(flushed.fork.map(|fork| fork.kind), Some(ForkKind::OtherKey));
    let (client, model) = (Client::new(), Model::new());
    client.spool.append(&light(1..=2000)).unwrap();
    *model.key.borrow_mut() = key("us", 1);
    let flushed = client.flush(&model);
    assert_eq!(flushed.ended, Ended::Failed(Problem::OtherRegion { found: "us".into() }));
    assert_eq!((flushed.delivered, *model.calls.borrow()), (0, 1));
}

#[test]
fn a_collector_that_hides_its_log_owes_a_proof() {
    let (client, model) = (Client::new(), Model::new());
    let unproven = || client.spool.delivery().unwrap().unproven_since;
    client.spool.append(&light([1])).unwrap();
    client.flush(&model);
    assert_eq!(unproven(), None);
    *model.is_silent.borrow_mut() = true;
    client.spool.append(&light([2])).unwrap();
    assert_eq!((client.flush(&model).fork, unproven()), (None, Some(NOON)));
    *model.is_silent.borrow_mut() = false;
    client.spool.append(&light([3])).unwrap();
    client.flush(&model);
    assert_eq!(unproven(), None);
}

#[derive(Debug, Clone)]
enum Step {
    Append(Class, u64),
    Flush(Vec<Fault>),
    Backup,
    Restore,
    Restart,
    Close,
    /// The clock jumps, by hours.
    Clock(i64),
}

fn fault() -> impl Strategy<Value = Fault> {
    use Fault::{Busy, Doubles, LosesAnswer, LosesRequest, Refuses};
    prop::sample::select(vec![LosesRequest, LosesAnswer, Doubles, Busy, Refuses])
}

fn step() -> impl Strategy<Value = Step> {
    let class = prop::sample::select(vec![Class::Light, Class::Detailed, Class::Lasting]);
    prop_oneof![
        6 => (class, 1..60_u64).prop_map(|(class, many)| Step::Append(class, many)),
        6 => prop::collection::vec(fault(), 0..3).prop_map(Step::Flush),
        1 => Just(Step::Backup),
        1 => Just(Step::Restore),
        1 => Just(Step::Restart),
        1 => Just(Step::Close),
        1 => (-48..48_i64).prop_map(Step::Clock),
    ]
}

/// How many histories: more by hand, `HISTORIES=100000`.
fn histories() -> u32 {
    std::env::var("HISTORIES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(histories()))]
    #[test]
    fn each_event_is_in_the_log_once_or_in_a_counted_gap(steps in prop::collection::vec(step(), 1..40)) {
        let (mut client, model) = (Client::new(), Model::new());
        let mut backup = model.stored.borrow().clone();
        let (mut made, mut boots) = (0, 1);
        for step in steps {
            match step {
                Step::Append(class, many) => {
                    let events: Vec<_> = (made..made + many).map(|mark| event(class, mark)).collect();
                    client.spool.append(&events).unwrap();
                    made += many;
                }
                Step::Flush(faults) => {
                    model.fails(faults);
                    client.flush(&model);
                    client.now += MINUTE;
                }
                Step::Backup => backup = model.stored.borrow().clone(),
                Step::Restore => *model.stored.borrow_mut() = backup.clone(),
                Step::Restart => {
                    boots += 1;
                    client.spool = client.spool.with_boot(&format!("boot-{boots}"));
                }
                Step::Close => {
                    client.spool.heartbeat(at(client.now), true).unwrap();
                }
                Step::Clock(hours) => client.now += hours * 60 * MINUTE,
            }
        }
        // The network is mended, and the client makes one event more.
        model.faults.borrow_mut().clear();
        client.spool.append(&light([made])).unwrap();
        made += 1;
        for _ in 0..3 {
            client.flush_at_once(&model);
        }
        prop_assert_eq!(client.spool.status().unwrap().unwrap().waiting.events, 0);
        let stored = model.stored.borrow();
        prop_assert_eq!(stored.conflicts, 0);
        let marks = stored.lines.values().filter_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["session"].as_str()?.strip_prefix("s-")?.parse::<u64>().ok()
        });
        let mut marks: Vec<u64> = marks.collect();
        marks.sort_unstable();
        prop_assert_eq!(marks, (0..made).collect::<Vec<_>>());
    }
}
