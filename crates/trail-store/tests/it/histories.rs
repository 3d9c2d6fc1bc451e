//! Histories of clients over a network that loses, doubles and reorders, and a collector that starts again: each event that was
//! made is in the log once, or lies in a gap that is open and has the right cause.

use std::collections::{BTreeMap, BTreeSet};

use ai_detect_trail_log::clients::received::Arrival;
use ai_detect_trail_log::entry::fields::{GapOpened, SessionEnded};
use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::entry::{Entry, Event, Reading};
use ai_detect_trail_log::ids::{ClientId, Epoch, ForeignId, GapId, Region, Word};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::verify::verify;
use ai_detect_trail_store::writer::Writer;
use ai_detect_trail_store::{COLLECTOR, Draft, Outcome};
use proptest::prelude::*;

const CLIENTS: [&str; 2] = ["laptop", "job"];

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// A client's batch arrives, once or again: these of its events, in this order.
    Arrives { client: usize, numbers: Vec<u64> },
    /// A client ran out of room, and counts these as dropped.
    Drops { client: usize, first: u64, more: u64 },
    /// The collector starts again.
    Restart,
    /// A checkpoint is signed.
    Sign,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..2_usize, prop::collection::vec(1..25_u64, 1..8)).prop_map(|(client, numbers)| Step::Arrives { client, numbers }),
        1 => (0..2_usize, 1..25_u64, 0..4_u64).prop_map(|(client, first, more)| Step::Drops { client, first, more }),
        1 => Just(Step::Restart),
        1 => Just(Step::Sign),
    ];
    prop::collection::vec(step, 1..20)
}

fn number(number: u64) -> Number {
    Number::new(number).expect("a number")
}

fn draft(client: &str, at: u64, event: Event) -> Draft {
    let time = Micros::new(1_790_000_000_000_000).expect("a time");
    Draft {
        client: ClientId::parse(client).expect("an id"),
        epoch: Epoch::parse("e1").expect("an epoch"),
        number: number(at),
        time,
        received: time,
        exercise: false,
        extra: None,
        event,
        sent: at.to_string().into_bytes(),
    }
}

fn plain(client: &str, at: u64) -> Draft {
    let session = ForeignId::parse(&format!("s-{at}")).expect("an id");
    draft(client, at, Event::SessionEnd(SessionEnded { session: Some(session), end: None, tool: None }))
}

fn log_of(folder: &Folder) -> Vec<Entry> {
    let connection = rusqlite::Connection::open(folder.path().join("trail.db")).expect("a database");
    let mut statement = connection.prepare("SELECT entry FROM entry ORDER BY seq").expect("a query");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    rows.map(|bytes| match Entry::read(&bytes.expect("a row")) {
        Reading::Whole(entry) => *entry,
        other => panic!("{other:?}"),
    })
    .collect()
}

/// What the log itself says: which numbers of each client it holds, and which lie in open gaps, by cause.
#[derive(Default)]
struct Told {
    held: BTreeMap<String, Vec<u64>>,
    open: BTreeMap<GapId, (String, GapCause, u64, u64)>,
}

impl Told {
    fn of(folder: &Folder) -> Self {
        let mut told = Self::default();
        for entry in log_of(folder) {
            let client = entry.client.to_string();
            match &entry.event {
                Event::GapOpened(gap) => {
                    let of = gap.of.as_ref().map_or(client.clone(), ToString::to_string);
                    let (first, last) = gap.first.zip(gap.last).expect("a gap of numbers");
                    let opened = (of, gap.cause.clone(), first.get(), last.get());
                    assert_eq!(told.open.insert(gap.gap, opened), None, "opened twice");
                }
                Event::GapClosed(gap) => assert!(told.open.remove(&gap.gap).is_some(), "closed, and was not open"),
                _ => {}
            }
            told.held.entry(client).or_default().push(entry.number.get());
        }
        told
    }

    fn gaps(&self, client: &str, number: u64) -> Vec<&GapCause> {
        let of_client =
            self.open.values().filter(|(of, _, first, last)| of == client && (*first..=*last).contains(&number));
        of_client.map(|(_, cause, _, _)| cause).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn each_event_is_there_once_or_in_an_open_gap(steps in steps()) {
        let place = tempfile::tempdir().expect("a folder");
        let (region, instance) = (Region::parse("eu").expect("a region"), Word::parse("1").expect("a word"));
        let origin = Origin::new("trail.example.org", region, &instance).expect("an origin");
        let folder = Folder::create(&place.path().join("trail"), &origin).expect("a trail");
        let mut writer = Writer::start(&folder).expect("a writer");
        let mut arrived = [BTreeSet::new(), BTreeSet::new()];
        let mut dropped = [BTreeSet::new(), BTreeSet::new()];
        // Overflow records have numbers of their own, above those of the events.
        let mut records = 100..;
        for step in steps {
            match step {
                Step::Arrives { client, numbers } => {
                    let batch = numbers.iter().map(|at| plain(CLIENTS[client], *at)).collect();
                    let receipt = writer.submit(batch).expect("on the disk");
                    for (at, outcome) in numbers.into_iter().zip(receipt.outcomes) {
                        let new = arrived[client].insert(at);
                        prop_assert_eq!(outcome, Outcome::Taken(if new { Arrival::New } else { Arrival::Again }));
                        dropped[client].remove(&at);
                    }
                    let through = receipt.acknowledged_through.into_values().next().flatten().map(Number::get);
                    let accounted = |at: &u64| arrived[client].contains(at) || dropped[client].contains(at);
                    prop_assert_eq!(through, (1..).take_while(accounted).last());
                }
                Step::Drops { client, first, more } => {
                    let record = records.next().expect("a number");
                    let event = Event::GapOpened(GapOpened {
                        first: Some(number(first)), last: Some(number(first + more)),
                        ..GapOpened::new(GapId::from_random(u128::from(record).to_be_bytes()), GapCause::Overflow)
                    });
                    writer.submit(vec![draft(CLIENTS[client], record, event)]).expect("on the disk");
                    arrived[client].insert(record);
                    dropped[client].extend((first..=first + more).filter(|at| !arrived[client].contains(at)));
                }
                Step::Restart => {
                    drop(writer);
                    writer = Writer::start(&folder).expect("a writer");
                }
                Step::Sign => drop(Signer::open(&folder).expect("a signer").sign().expect("signed")),
            }
            let told = Told::of(&folder);
            for (client, name) in CLIENTS.into_iter().enumerate() {
                let held = told.held.get(name).cloned().unwrap_or_default();
                let once: BTreeSet<u64> = held.iter().copied().collect();
                prop_assert_eq!(held.len(), once.len(), "a number is there twice");
                prop_assert_eq!(&once, &arrived[client]);
                let through = arrived[client].last().max(dropped[client].last()).copied().unwrap_or(0);
                for at in 1..=through {
                    let causes = told.gaps(name, at);
                    if dropped[client].contains(&at) {
                        prop_assert!(causes.contains(&&GapCause::Overflow), "{} of {} was dropped: {:?}", at, name, causes);
                    } else if !arrived[client].contains(&at) {
                        prop_assert_eq!(causes, [&GapCause::NumbersMissing], "{} of {}", at, name);
                    }
                }
            }
            // What is open has something that is not there.
            for (of, cause, first, last) in told.open.values() {
                let client = usize::from(of == CLIENTS[1]);
                let there = |at: &u64| match cause {
                    GapCause::Overflow => !dropped[client].contains(at),
                    _ => arrived[client].contains(at) || dropped[client].contains(at),
                };
                prop_assert!(!(*first..=*last).all(|at| there(&at)), "{of}: {cause} {first}-{last} is open");
            }
            prop_assert!(told.open.values().all(|(of, ..)| of != COLLECTOR));
        }
        drop(writer);
        Signer::open(&folder).expect("a signer").sign().expect("signed");
        let found = verify(&folder, &folder.verifier().expect("a key")).expect("everything can be read");
        prop_assert_eq!((found.problems, found.signed), (vec![], found.entries));
    }
}
