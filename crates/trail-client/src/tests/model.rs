//! A collector in memory, and a network that fails in every way.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use crate::answer::{Answer, Range};
use crate::collector::{CallError, Collector};
use crate::event::Series;
use crate::spool::Problem;
use ai_detect_trail_log::clients::ranges;
use ai_detect_trail_log::clients::received::{Arrival, Known, Received};
use ai_detect_trail_log::ids::{ClientId, Epoch, Region, Word};
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::SigningKey;
use ai_detect_trail_log::log::nodes::{Node, root};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::log::proof;
use ai_detect_trail_log::number::Number;
use serde_json::{Map, Value};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not arrive.
    LosesRequest,
    /// It arrives, and its answer does not.
    LosesAnswer,
    /// It arrives twice.
    Doubles,
    /// The collector has no room just now.
    Busy,
    /// The token was revoked, for now.
    Refuses,
}

/// What the collector has. A backup is a copy of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stored {
    received: BTreeMap<Series, Received>,
    pub(crate) lines: BTreeMap<(Series, u64), String>,
    /// How often a number came with other content.
    pub(crate) conflicts: usize,
    leaves: Vec<TreeHash>,
}

impl Stored {
    fn node(&self, node: Node) -> Result<TreeHash, Infallible> {
        let length = 1_usize << node.level;
        let first = node.index as usize * length;
        Ok(root_of(&self.leaves[first..first + length]))
    }
}

fn root_of(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => TreeHash::of_empty_tree(),
        [leaf] => *leaf,
        leaves => {
            let middle = leaves.len().next_power_of_two() / 2;
            TreeHash::of_node(&root_of(&leaves[..middle]), &root_of(&leaves[middle..]))
        }
    }
}

/// A collector and the network before it.
pub(crate) struct Model {
    pub(crate) stored: RefCell<Stored>,
    pub(crate) faults: RefCell<VecDeque<Fault>>,
    pub(crate) key: RefCell<SigningKey>,
    /// It hands out no checkpoint.
    pub(crate) is_silent: RefCell<bool>,
    /// The most events that it takes at once.
    pub(crate) most: RefCell<usize>,
    pub(crate) calls: RefCell<usize>,
}

pub(crate) fn key(region: &str, seed: u8) -> SigningKey {
    let (region, instance) = (Region::parse(region).unwrap(), Word::parse(&format!("log{seed}")).unwrap());
    let origin = Origin::new("trail.example.org", region, &instance).unwrap();
    SigningKey::new(origin.name().clone(), &[seed; 32])
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            stored: RefCell::default(),
            faults: RefCell::default(),
            key: RefCell::new(key("eu", 1)),
            is_silent: RefCell::new(false),
            most: RefCell::new(5000),
            calls: RefCell::new(0),
        }
    }

    pub(crate) fn fails(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// Takes a batch. It numbers, compares and counts as the store does.
    fn take(&self, lines: &[u8]) -> BTreeMap<Series, u64> {
        let mut stored = self.stored.borrow_mut();
        let mut touched = BTreeMap::new();
        for line in std::str::from_utf8(lines).unwrap().lines() {
            let members: Map<String, Value> = serde_json::from_str(line).unwrap();
            let text = |name: &str| members[name].as_str().unwrap().to_owned();
            let series = Series {
                client: ClientId::parse(&text("client")).unwrap(),
                epoch: Epoch::parse(&text("epoch")).unwrap(),
            };
            let number = members["number"].as_u64().unwrap();
            let known = stored.lines.get(&(series.clone(), number)).map(|known| known == line);
            let received = stored.received.entry(series.clone()).or_default();
            let known = if known == Some(true) { Known::Same } else { Known::Other };
            let arrival = received.take(Number::new(number).unwrap(), || Ok::<_, Infallible>(known)).unwrap();
            if members["kind"] == "gap.opened" && members["cause"] == "overflow" && arrival == Arrival::New {
                let of = |name: &str| Number::new(members[name].as_u64().unwrap()).unwrap();
                received.drop_counted(ranges::Range::new(of("first"), of("last")).unwrap()).unwrap();
            }
            match arrival {
                Arrival::New => {
                    stored.leaves.push(TreeHash::of_leaf(line.as_bytes()));
                    stored.lines.insert((series.clone(), number), line.to_owned());
                }
                Arrival::Conflict => {
                    stored.leaves.push(TreeHash::of_leaf(line.as_bytes()));
                    stored.conflicts += 1;
                }
                Arrival::Again | Arrival::AgainUnchecked => {}
            }
            touched.insert(series, 0);
        }
        for (series, through) in &mut touched {
            *through = stored.received[series].acknowledged_through().map_or(0, Number::get);
        }
        touched
    }

    fn answer(&self, through: BTreeMap<Series, u64>, kept: Option<&str>) -> Answer {
        let stored = self.stored.borrow();
        let size = stored.leaves.len() as u64;
        if size == 0 || *self.is_silent.borrow() {
            return Answer { through, checkpoint: None, consistency: None };
        }
        let key = self.key.borrow();
        let root = root(size, |node| stored.node(node)).unwrap();
        let note = Checkpoint { origin: key.name().clone(), size, root }.sign(&key).unwrap();
        // It proves what it can: a proof from a tree that it never had leads nowhere.
        let kept = kept.and_then(|kept| Checkpoint::open(kept.as_bytes(), &key.verifier()).ok());
        let consistency = kept.and_then(|kept| proof::consistency(kept.size, size, |node| stored.node(node)).ok());
        Answer { through, checkpoint: Some(note), consistency }
    }
}

impl Collector for Model {
    fn post_events(&self, lines: &[u8], kept: Option<&str>) -> Result<Answer, CallError> {
        *self.calls.borrow_mut() += 1;
        let lost = || Problem::Unreachable { detail: "the connection broke".into() };
        let fault = self.faults.borrow_mut().pop_front();
        if lines.iter().filter(|byte| **byte == b'\n').count() > *self.most.borrow() {
            return Err(Problem::TooLarge.into());
        }
        match fault {
            Some(Fault::LosesRequest) => return Err(lost().into()),
            Some(Fault::Busy) => {
                let retry_after = Some(Duration::from_secs(30));
                return Err(CallError { problem: Problem::Busy { status: 503 }, retry_after });
            }
            Some(Fault::Refuses) => return Err(Problem::Refused { status: 403, detail: "revoked".into() }.into()),
            _ => {}
        }
        let through = self.take(lines);
        match fault {
            Some(Fault::LosesAnswer) => return Err(lost().into()),
            Some(Fault::Doubles) => {
                self.take(lines);
            }
            _ => {}
        }
        Ok(self.answer(through, kept))
    }

    fn range(&self, series: &Series) -> Result<Range, CallError> {
        let stored = self.stored.borrow();
        let Some(received) = stored.received.get(series) else { return Ok(Range::default()) };
        let Some(highest) = received.highest() else { return Ok(Range::default()) };
        let missing = received.missing(ranges::Range::through(highest));
        Ok(Range {
            acknowledged_through: received.acknowledged_through().map_or(0, Number::get),
            highest: highest.get(),
            missing: missing.iter().map(|range| (range.first().get(), range.last().get())).collect(),
        })
    }
}
