//! Figures of a large trail, one step at a time, each with the most memory that it took: `soak STEP FOLDER [EVENTS]`. benches/trail.sh
//! runs all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ai_detect_trail_log::entry::{Entry, Event, Reading};
use ai_detect_trail_log::ids::{ClientId, Epoch, Region, Word};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::Draft;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::prove;
use ai_detect_trail_store::reading;
use ai_detect_trail_store::rebuild::rebuild;
use ai_detect_trail_store::sealer::{Pace, Sealed, Sealer, Window};
use ai_detect_trail_store::segments::name::Day;
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::verify::verify;
use ai_detect_trail_store::writer::Writer;

const BATCH: u64 = 500;
const CLIENTS: u64 = 50;
/// 22 September 2026.
const START: i64 = 1_790_035_200_000_000;
const DAY: i64 = 86_400_000_000;
/// Light events of one day of a thousand developers are more; this makes some tens of files of ten million.
const EVENTS_A_DAY: u64 = 250_000;
/// How many events are in the database before `grow` seals them.
const HOT_WINDOW: u64 = 500_000;

/// Numbers as good as random ones, the same in each run.
fn mixed(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn uuid(seed: u64) -> String {
    let (a, b) = (mixed(seed), mixed(seed ^ 0x5555));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

fn random_id(prefix: &str, seed: u64) -> String {
    format!("{prefix}_{:016x}{:016x}", mixed(seed), mixed(seed ^ 0xaaaa))
}

/// An inline completion, as editors report them: it is shown, and then accepted or rejected, under ids that are random.
fn draft(client: u64, number: u64, order: u64) -> Draft {
    let day = i64::try_from(order / EVENTS_A_DAY).unwrap();
    let within = i64::try_from(order % EVENTS_A_DAY).unwrap();
    // A batch is received at one moment; its events happened in the minute before.
    let received = START + day * DAY + within / 500 * 172_000_000;
    let seed = client << 40 | number;
    let time = received - 60_000_000 + i64::try_from(mixed(seed) % 60_000_000).unwrap();
    // Shown under an odd number, decided under the next.
    let pair = client << 40 | number.div_ceil(2);
    let kind = match (number % 2, mixed(pair) % 10) {
        (1, _) => "suggestion.shown",
        (_, 0..3) => "suggestion.accepted",
        _ => "suggestion.rejected",
    };
    let place = mixed((client << 20) | (number / 40)) % 2000;
    let first = mixed(pair) % 900 + 1;
    let json = format!(
        r#"{{"v":1,"client":"laptop-{client}","epoch":"{epoch}","number":{number},"kind":"{kind}","time":{time},"received":{received},"region":"eu","fields":{{"suggestion":"{suggestion}","session":"{session}","request_id":"{request}","model":"gpt-5.1-codex-mini","tool":"copilot","tool_version":"1.388.0","integration":"editor","repository":"{repository}","place":{{"path":"{path}","first":{first},"last":{last}}},"lines":{lines},"bytes":{bytes},"actor":"human","person":"{person}"}}}}"#,
        epoch = uuid(client).replace('-', ""),
        suggestion = uuid(pair ^ 0x11),
        session = uuid((client << 20) | (number / 300)),
        request = uuid(pair ^ 0x22),
        repository = random_id("r", place % 20),
        path = random_id("f", place),
        last = first + mixed(pair) % 17,
        lines = mixed(pair) % 17 + 1,
        bytes = mixed(pair) % 700,
        person = random_id("p", client),
    );
    let reading = Entry::read(json.as_bytes());
    let (Reading::Whole(entry) | Reading::Partial(entry)) = reading else { panic!("{json}: {reading:?}") };
    let event: Event = entry.event;
    Draft {
        client: ClientId::parse(&format!("laptop-{client}")).unwrap(),
        epoch: Epoch::parse(&uuid(client).replace('-', "")).unwrap(),
        number: Number::new(number).unwrap(),
        time: Micros::new(time).unwrap(),
        received: Micros::new(received).unwrap(),
        exercise: false,
        extra: None,
        event,
        sent: json.into_bytes(),
    }
}

/// The batch that comes after so many events.
fn batch(order: u64, size: u64) -> Vec<Draft> {
    let turn = order / BATCH;
    let (client, first) = (turn % CLIENTS, turn / CLIENTS * BATCH + order % BATCH + 1);
    (0..size).map(|one| draft(client, first + one, order + one)).collect()
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Seconds of processor time that this process has taken: what other work on the machine hardly changes.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

fn size_of(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return std::fs::metadata(path).map_or(0, |found| found.len()) };
    entries.map(|entry| size_of(&entry.unwrap().path())).sum()
}

fn window() -> Window {
    let day = Day::parse("2099-01-01").unwrap();
    Window { before: day, today: day }
}

fn seal_all(folder: &Folder, pace: Pace) -> Sealed {
    Sealer::open(folder, pace, Arc::default()).unwrap().seal(window()).unwrap()
}

fn percentiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1000].as_secs_f64() * 1000.0;
    format!("median {:.2} ms, 99 % {:.2} ms, longest {:.2} ms", at(500), at(990), at(1000))
}

fn entries(folder: &Folder) -> u64 {
    reading::figures(folder, &folder.verifier().unwrap()).unwrap().entries
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: soak fill|grow|seal|verify|rebuild|start|more|latency|sizes FOLDER [EVENTS]";
    let (step, place) = (arguments.next().expect(usage), arguments.next().expect(usage));
    let events: u64 = arguments.next().map_or(0, |events| events.parse().expect("a number of events"));
    let path = Path::new(&place).join("trail");
    let began = Instant::now();
    let rate = |events: u64, began: Instant| events as f64 / began.elapsed().as_secs_f64();
    let open = || Folder::open(&path).unwrap();
    match step.as_str() {
        "fill" | "grow" => {
            let folder = Folder::open(&path).unwrap_or_else(|_| {
                let region = Region::parse("eu").unwrap();
                Folder::create(&path, &Origin::new("localhost", region, &Word::parse("soak").unwrap()).unwrap())
                    .unwrap()
            });
            let before = entries(&folder);
            let writer = Writer::start(&folder).unwrap();
            let mut signer = Signer::open(&folder).unwrap();
            for order in (before..events).step_by(BATCH as usize) {
                writer.submit(batch(order, BATCH)).unwrap();
                if order.is_multiple_of(100_000) {
                    signer.sign().unwrap();
                }
                // The database holds the hot window alone, as in a collector that has run for long.
                if step == "grow" && order.is_multiple_of(HOT_WINDOW) {
                    seal_all(&folder, Pace::Fast);
                }
            }
            signer.sign().unwrap();
            println!(
                "{} events written and signed: {:.0} events/s, with making them",
                events - before,
                rate(events - before, began)
            );
        }
        "seal" => {
            let sealed = seal_all(&open(), Pace::Fast);
            println!(
                "sealed {} entries into {} files: {:.0} events/s",
                sealed.entries,
                sealed.files,
                rate(sealed.entries, began)
            );
        }
        "verify" => {
            let folder = open();
            let found = verify(&folder, &folder.verifier().unwrap()).unwrap();
            println!(
                "verify: {:.0} events/s, {} entries, {} problems",
                rate(found.entries, began),
                found.entries,
                found.problems.len()
            );
        }
        "rebuild" => {
            let rebuilt = rebuild(&open()).unwrap();
            println!("rebuild: {:.0} events/s, {} entries", rate(rebuilt.entries, began), rebuilt.entries);
        }
        "start" => {
            let folder = open();
            let writer = Writer::start(&folder).unwrap();
            Signer::open(&folder).unwrap().sign().unwrap();
            println!(
                "start: {:.3} s until the writer takes events and the log is signed",
                began.elapsed().as_secs_f64()
            );
            drop(writer);
            let key = folder.verifier().unwrap();
            let began = Instant::now();
            prove::entry(&folder, &key, 0).unwrap();
            println!("proof of entry 0: {:.3} s", began.elapsed().as_secs_f64());
        }
        "more" => {
            let folder = open();
            let before = entries(&folder);
            let writer = Writer::start(&folder).unwrap();
            let mut times = Vec::new();
            for one in 0..events {
                let draft = batch(before + one, 1);
                let began = Instant::now();
                writer.submit(draft).unwrap();
                times.push(began.elapsed());
            }
            println!("one more event after {before}: {}", percentiles(&mut times));
        }
        "latency" => {
            let folder = open();
            let before = entries(&folder);
            let writer = Writer::start(&folder).unwrap();
            let is_over = AtomicBool::new(false);
            let mut order = before;
            let mut measure = |goes_on: &dyn Fn(usize) -> bool| {
                let mut times = Vec::new();
                while goes_on(times.len()) {
                    let drafts = batch(order, 50);
                    order += 50;
                    let began = Instant::now();
                    writer.submit(drafts).unwrap();
                    times.push(began.elapsed());
                    std::thread::sleep(Duration::from_millis(3));
                }
                format!("{} batches of 50: {}", times.len(), percentiles(&mut times))
            };
            println!("alone: {}", measure(&|count| count < 500));
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    println!("sealed {:?}", seal_all(&folder, Pace::Gentle));
                    is_over.store(true, Ordering::Relaxed);
                });
                println!("while sealing: {}", measure(&|_| !is_over.load(Ordering::Relaxed)));
            });
        }
        "sizes" => {
            let total = entries(&open()).max(1);
            let each = |name: &str| size_of(&path.join(name)) as f64 / total as f64;
            println!(
                "bytes an event: {:.1} in segments, {:.1} in trail.db, {:.1} in tiles",
                each("segments"),
                each("trail.db"),
                each("log")
            );
        }
        other => panic!("{other}: {usage}"),
    }
    println!("    most memory: {} MiB; processor time: {:.2} s", peak_memory(), processor_seconds());
}
