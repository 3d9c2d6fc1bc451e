//! What a client kept before it joined a collector is sent as carefully as what waits in its spool.

use crate::error::SpoolError;
use crate::event::{Series, write_line};
use crate::flush::{Delivery, Ended, Flushed, Options, flush};
use crate::own::Own;
use crate::spool::{Problem, Spool};
use crate::tests::model::{Fault, Model, key};
use crate::tests::support::*;
use crate::witness::Witness;
use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::number::Number;

struct Client {
    _folder: tempfile::TempDir,
    spool: Spool,
    own: Own,
    witness: Witness,
    key: VerifierKey,
    now: i64,
}

impl Client {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (spool, witness, own) = (spool(folder.path()), Witness::at(folder.path()), Own::below(folder.path()));
        Self { _folder: folder, spool, own, witness, key: key("eu", 1).verifier(), now: NOON }
    }

    /// A batch that went into the trail of this user.
    fn keeps(&self, numbers: impl IntoIterator<Item = u64>) {
        self.keeps_of(self.own.client().unwrap(), numbers);
    }

    fn keeps_of(&self, client: ClientId, numbers: impl IntoIterator<Item = u64>) {
        let series = Series { client, epoch: Epoch::parse("e1").unwrap() };
        let mut lines = Vec::new();
        for number in numbers {
            write_line(&mut lines, &series, Number::new(number).unwrap(), "attestation", NOON, "");
        }
        self.own.keep(&lines, at(self.now)).unwrap();
    }

    fn try_flush(&self, model: &Model) -> Result<Flushed, SpoolError> {
        let Self { spool, witness, key, own, .. } = self;
        let delivery = Delivery { spool, sender: sender(), key, witness, collector: model, earlier: Some(own) };
        flush(&delivery, Options { now: at(self.now), at_once: false, deadline: None })
    }

    fn flush(&self, model: &Model) -> Flushed {
        self.try_flush(model).unwrap()
    }

    fn files(&self) -> usize {
        self.own.waiting().unwrap().len()
    }
}

/// The numbers that a collector has of the epoch, under the name that the client joined with.
fn numbers_at(model: &Model) -> Vec<u64> {
    let stored = model.stored.borrow();
    let of_epoch = stored.lines.keys().filter(|(series, _)| series.epoch.as_str() == "e1");
    of_epoch.inspect(|(series, _)| assert_eq!(series.client, client())).map(|(_, number)| *number).collect()
}

#[test]
fn a_collector_that_takes_only_small_batches_gets_small_ones() {
    let (client, model) = (Client::new(), Model::new());
    client.keeps(1..=100);
    client.keeps(101..=150);
    *model.most.borrow_mut() = 7;
    let flushed = client.flush(&model);
    // With the heartbeat of the spool.
    assert_eq!((flushed.delivered, flushed.waiting, flushed.ended), (151, 0, Ended::Done));
    assert_eq!(numbers_at(&model), (1..=150).collect::<Vec<_>>());
    assert_eq!(client.files(), 0);
    // What the collector showed of its log is remembered.
    assert!(client.witness.kept(&client.key).unwrap().is_some());
}

#[test]
fn a_failure_is_waited_out_and_everything_is_counted_meanwhile() {
    let (mut client, model) = (Client::new(), Model::new());
    client.keeps(1..=3);
    model.fails([Fault::Busy]);
    let flushed = client.flush(&model);
    assert_eq!((flushed.ended, flushed.waiting), (Ended::Failed(Problem::Busy { status: 503 }), 4));
    let status = client.own.status().unwrap();
    assert_eq!((status.events, status.since), (3, Some(NOON)));
    let Ended::NotBefore(until) = client.flush(&model).ended else { panic!("it does not wait") };
    assert!((MINUTE / 2..=MINUTE).contains(&(until - NOON)), "{}", until - NOON);
    client.now = until;
    assert_eq!((client.flush(&model).waiting, client.spool.delivery().unwrap().problem), (0, None));
    assert_eq!(numbers_at(&model), [1, 2, 3]);
}

#[test]
fn an_answer_that_got_lost_makes_nothing_twice() {
    let (mut client, model) = (Client::new(), Model::new());
    client.keeps(1..=3);
    model.fails([Fault::LosesAnswer]);
    assert_eq!(client.flush(&model).waiting, 4);
    client.now += DAY;
    assert_eq!(client.flush(&model).waiting, 0);
    assert_eq!((numbers_at(&model), model.stored.borrow().conflicts), (vec![1, 2, 3], 0));
}

#[test]
fn only_one_process_hands_over() {
    let (client, model) = (Client::new(), Model::new());
    client.keeps(1..=3);
    let other = std::fs::File::create(client.spool.folder().join("flush.lock")).unwrap();
    other.lock().unwrap();
    let flushed = client.flush(&model);
    assert_eq!((flushed.ended, flushed.waiting, *model.calls.borrow()), (Ended::OtherProcess, 3, 0));
    assert_eq!(client.files(), 1);
}

#[test]
fn another_region_takes_nothing_over() {
    let (client, model) = (Client::new(), Model::new());
    client.keeps(1..=3);
    *model.key.borrow_mut() = key("us", 1);
    let flushed = client.flush(&model);
    assert_eq!((flushed.ended, client.files()), (Ended::Failed(Problem::OtherRegion { found: "us".into() }), 1));
}

#[test]
fn what_is_not_acknowledged_stays_and_keeps_nothing_else_from_going() {
    let (mut client, model) = (Client::new(), Model::new());
    client.keeps(2..=3);
    client.spool.append(&light([1])).unwrap();
    let flushed = client.flush(&model);
    // The event of the spool and the heartbeat arrived.
    assert_eq!((flushed.ended, flushed.waiting), (Ended::Failed(Problem::NotAcknowledged), 2));
    assert_eq!(client.spool.status().unwrap().unwrap().waiting.events, 0);
    client.now += DAY;
    client.keeps([1]);
    assert_eq!((client.flush(&model).ended, client.files()), (Ended::Done, 0));
}

#[test]
fn lines_of_another_client_are_not_sent() {
    let (client, model) = (Client::new(), Model::new());
    client.own.client().unwrap();
    client.keeps_of(ClientId::parse("somebody").unwrap(), 1..=3);
    let error = client.try_flush(&model).unwrap_err().to_string();
    assert!(error.contains("own/lines") && error.contains("move the file"), "{error}");
    assert_eq!((*model.calls.borrow(), client.files()), (0, 1));
}
