//! How many events a second a collector takes over HTTP, beside what bare SQLite takes in the same transactions:
//! `http FOLDER [EVENTS]`. Clients and collector run in this process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Instant;

use ai_detect_trail_server::{Notice, Options, serve, setup};
use ai_detect_trail_store::tokens::Role;
use ai_detect_trail_store::verify::verify;

const BATCH: u64 = 500;
const BATCH_CLIENTS: u64 = 4;
const SINGLE_CLIENTS: u64 = 50;
const SINGLE_EVENTS: u64 = 100;

/// An inline completion, as light events are.
fn line(client: &str, number: u64) -> String {
    format!(
        r#"{{"client":"{client}","epoch":"e1","number":{number},"kind":"suggestion.accepted","time":{},"session":"s-{}","request_id":"req_{number:012x}","model":"claude-opus-4-8","tool":"copilot","integration":"editor","path":"src/module_{}.rs","first":{},"last":{},"lines":{},"bytes":{},"actor":"human"}}"#,
        1_790_000_000_000_000_u64 + number * 1_700_000,
        number / 300,
        number / 40 % 200,
        number % 900 + 1,
        number % 900 + number % 17 + 1,
        number % 17 + 1,
        number % 700,
    ) + "\n"
}

struct Client {
    stream: TcpStream,
    token: String,
}

impl Client {
    fn connect(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, token: token.to_owned() }
    }

    /// Sends a batch, and waits until it is acknowledged.
    fn post(&mut self, body: &str) {
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nHost: trail\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        self.stream.write_all((head + body).as_bytes()).unwrap();
        let (mut answer, mut part) = (Vec::new(), [0; 4096]);
        loop {
            let read = self.stream.read(&mut part).unwrap();
            assert!(read > 0, "the connection ended");
            answer.extend_from_slice(&part[..read]);
            // The answer is one line of JSON with nothing behind it.
            if answer.ends_with(b"\"}") {
                break;
            }
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
}

fn bare(place: &Path, events: u64) -> f64 {
    let lines: Vec<String> = (1..=events).map(|number| line("laptop", number)).collect();
    let bare = rusqlite::Connection::open(place.join("bare.db")).unwrap();
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE entry (seq INTEGER PRIMARY KEY, client TEXT, epoch TEXT, number INTEGER, kind TEXT, entry BLOB, leaf BLOB) STRICT;
         CREATE INDEX entry_number ON entry (client, epoch, number);
         CREATE TABLE fingerprint (seq INTEGER PRIMARY KEY, fingerprint BLOB) STRICT;",
    )
    .unwrap();
    let began = Instant::now();
    let mut number = 0_i64;
    for batch in lines.chunks(BATCH as usize) {
        bare.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut entry = bare
            .prepare_cached("INSERT INTO entry VALUES (NULL, 'laptop', 'e1', ?1, 'suggestion.accepted', ?2, ?3)")
            .unwrap();
        let mut fingerprint = bare.prepare_cached("INSERT INTO fingerprint VALUES (NULL, ?1)").unwrap();
        for line in batch {
            number += 1;
            entry.execute((number, line.as_bytes(), &[7_u8; 32][..])).unwrap();
            fingerprint.execute([&[7_u8; 32][..]]).unwrap();
        }
        bare.execute_batch("COMMIT").unwrap();
    }
    events as f64 / began.elapsed().as_secs_f64()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let place = PathBuf::from(arguments.next().expect("usage: http FOLDER [EVENTS]"));
    let events: u64 = arguments.next().map_or(100_000, |events| events.parse().expect("a number of events"));
    let dir = place.join("trail");
    let trail = setup::open_or_create(&dir).expect("a new folder");
    let (folder, token) = (trail.folder.clone(), trail.create_token(Role::Writer, "bench", None).unwrap());
    let singles: Vec<String> =
        (0..SINGLE_CLIENTS).map(|_| trail.create_token(Role::Writer, "single", None).unwrap()).collect();
    let (listening, address) = mpsc::channel();
    std::thread::spawn(move || {
        let listen = "127.0.0.1:0".parse().unwrap();
        serve(&Options { dir, listen, tls: None, behind_proxy: false }, |notice| {
            if let Notice::Listening { address, .. } = notice {
                listening.send(address).unwrap();
            }
        })
        .unwrap();
    });
    let address = address.recv().expect("it listens");

    let of_sqlite = bare(&place, events);
    println!("bare SQLite, the same rows in batches of {BATCH}: {of_sqlite:.0} events/s");

    let batches: Vec<Vec<String>> = (0..BATCH_CLIENTS)
        .map(|client| {
            let name = format!("laptop-{client}");
            let of_client = events / BATCH_CLIENTS / BATCH;
            (0..of_client).map(|batch| (1..=BATCH).map(|one| line(&name, batch * BATCH + one)).collect()).collect()
        })
        .collect();
    let count: u64 = batches.iter().map(|batches| batches.len() as u64 * BATCH).sum();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for batches in &batches {
            let mut client = Client::connect(address, &token);
            scope.spawn(move || batches.iter().for_each(|batch| client.post(batch)));
        }
    });
    let of_http = count as f64 / began.elapsed().as_secs_f64();
    println!(
        "HTTP, batches of {BATCH} of {BATCH_CLIENTS} clients: {of_http:.0} events/s, {:.2} of bare SQLite",
        of_http / of_sqlite
    );

    let began = Instant::now();
    std::thread::scope(|scope| {
        for (one, token) in singles.iter().enumerate() {
            let mut client = Client::connect(address, token);
            scope.spawn(move || {
                for number in 1..=SINGLE_EVENTS {
                    client.post(&line(&format!("single-{one}"), number));
                }
            });
        }
    });
    let of_singles = (SINGLE_CLIENTS * SINGLE_EVENTS) as f64 / began.elapsed().as_secs_f64();
    println!("HTTP, single events of {SINGLE_CLIENTS} clients: {of_singles:.0} events/s");

    let began = Instant::now();
    let found = verify(&folder, &folder.verifier().unwrap()).unwrap();
    let rate = found.entries as f64 / began.elapsed().as_secs_f64();
    println!("verify: {rate:.0} events/s, {} problems", found.problems.len());
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
        println!("memory of clients and collector together: {}", peak.trim_start_matches("VmHWM:").trim());
    }
}
