//! What one append costs, as a hook makes it: open the spool, append one event, close. `append FOLDER [PROCESSES] [EVENTS]`.
//!
//! It also appends many events at once, and takes them out again in batches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ai_detect_trail_client::event::{Class, Event};
use ai_detect_trail_client::spool::{Cursor, MAX_BATCH, Sender, Spool};
use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_log::number::Micros;
use serde_json::{Map, Value, json};

const WORKER: &str = "AI_DETECT_BENCH_WORKER";

/// An inline completion, as light events are.
fn event(mark: u64) -> Event {
    let fields = json!({
        "session": format!("s-{}", mark / 300), "request_id": format!("req_{mark:012x}"), "model": "claude-opus-4-8",
        "tool": "copilot", "integration": "editor", "lines": mark % 17 + 1, "bytes": mark % 700, "actor": "human",
        "path": "src/server/routes/login.rs",
    });
    let Value::Object(fields) = fields else { unreachable!("an object") };
    let fields: Map<String, Value> = fields;
    Event::new(Class::Light, "suggestion.accepted", Micros::new(1_796_126_400_000_000).unwrap(), &fields).unwrap()
}

/// One process: appends one event after the other, and prints how long each took, in nanoseconds.
fn worker(folder: &Path, events: u64) {
    let spool = Spool::at(folder);
    let mut took: Vec<u128> = Vec::new();
    for mark in 0..events {
        let event = event(mark);
        let began = Instant::now();
        spool.append(&[event]).expect("appended");
        took.push(began.elapsed().as_nanos());
    }
    took.iter().for_each(|nanos| println!("{nanos}"));
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("usage: append FOLDER [PROCESSES] [EVENTS]"));
    let number = |text: Option<String>, usual| text.map_or(usual, |text| text.parse().expect("a number"));
    let processes = number(arguments.next(), 8);
    let events = number(arguments.next(), 1000);
    if std::env::var_os(WORKER).is_some() {
        return worker(&folder, events);
    }
    for processes in [1, processes] {
        let folder = folder.join(format!("by-{processes}"));
        std::fs::create_dir_all(&folder).unwrap();
        let began = Instant::now();
        let children: Vec<_> = (0..processes)
            .map(|_| {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.arg(&folder).args([processes.to_string(), events.to_string()]).env(WORKER, "1");
                command.stdout(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let mut took: Vec<u64> = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            took.extend(String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse::<u64>().unwrap()));
        }
        let all = began.elapsed();
        took.sort_unstable();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize] / 1000;
        println!(
            "{processes} processes: {:.0} appends/s; one append: median {} µs, 90 % within {} µs, 99 % within {} µs, longest {} µs",
            took.len() as f64 / all.as_secs_f64(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0),
        );
    }
    let folder = folder.join("many");
    std::fs::create_dir_all(&folder).unwrap();
    let spool = Spool::at(&folder);
    let began = Instant::now();
    for batch in 0..100 {
        let events: Vec<Event> = (0..1000).map(|one| event(batch * 1000 + one)).collect();
        spool.append(&events).expect("appended");
    }
    println!("1,000 at once: {:.0} events/s", 100_000.0 / began.elapsed().as_secs_f64());
    let sender = Sender::Client(ClientId::parse("bench").unwrap());
    let (mut cursor, mut sent) = (Cursor::default(), 0);
    let mut marker = Duration::ZERO;
    let began = Instant::now();
    while let Some(batch) = {
        let one = Instant::now();
        let batch = spool.next_batch(&sender, &mut cursor, MAX_BATCH).expect("read");
        marker = marker.max(one.elapsed());
        batch
    } {
        let through = batch.numbers.iter().map(|numbers| (numbers.series.clone(), numbers.last.get())).collect();
        sent += spool.acknowledge(&through, Micros::new(1_796_126_400_000_000).unwrap()).expect("noted").events;
    }
    println!(
        "taken out and acknowledged: {:.0} events/s; a batch with its marker at most {} µs",
        sent as f64 / began.elapsed().as_secs_f64(),
        marker.as_micros()
    );
}
