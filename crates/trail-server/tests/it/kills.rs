//! A collector that is killed at random moments, and clients that send again what was not acknowledged.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{Collector, Place, events, request};

/// How often the collector is killed: more by hand, `KILLS=1000`.
const KILLS: &str = "KILLS";
const CLIENTS: u64 = 3;

#[test]
fn what_was_acknowledged_is_there_once_whenever_the_collector_is_killed() {
    let kills: u64 = std::env::var(KILLS).map_or(6, |kills| kills.parse().expect("a number"));
    let place = Place::new();
    let token = place.writer();
    let address: Mutex<Option<SocketAddr>> = Mutex::new(None);
    let over = AtomicBool::new(false);
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_micros() as u64;
    let acknowledged: Vec<u64> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (token, address, over) = (&token, &address, &over);
                scope.spawn(move || send(&format!("client-{client}"), token, address, over, seed + client))
            })
            .collect();
        for kill in 0..kills {
            let collector = place.start();
            *address.lock().unwrap_or_else(PoisonError::into_inner) = Some(collector.address);
            std::thread::sleep(Duration::from_millis(20 + random(seed ^ kill) % 300));
            collector.kill();
        }
        over.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    assert!(acknowledged.iter().sum::<u64>() > 0, "nothing was acknowledged");
    for (client, through) in acknowledged.iter().enumerate() {
        let numbers = place.numbers(&format!("client-{client}"));
        let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
        // In order, without holes, and once; perhaps more than the client has heard of.
        assert_eq!(numbers, expected);
        assert!(numbers.len() as u64 >= *through, "client {client}: {through} were acknowledged");
    }
    assert_eq!(place.verified().problems, []);
    println!("{kills} kills, {} events acknowledged", acknowledged.iter().sum::<u64>());
}

#[test]
fn no_answer_goes_out_before_its_events_are_on_the_disk() {
    if !Command::new("strace").arg("true").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: strace cannot be run here, so the order of writes is not looked at");
        return;
    }
    let (place, other) = (Place::new(), tempfile::tempdir().expect("a folder"));
    let token = place.writer();
    let calls = other.path().join("calls");
    let trace = "trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg";
    let file = calls.to_str().expect("a name");
    let strace = ["strace", "-D", "-f", "-y", "-s", "24", "-e", trace, "-o", file];
    let collector = Collector::run_below(&strace, &place, |command| command).expect("it listens");
    for number in 1..=30 {
        assert_eq!(collector.post(&token, &events("laptop", number * 3..number * 3 + 3)).status, 200);
    }
    collector.kill();
    let (mut unsynced, mut syncing, mut answers) = (false, false, 0);
    for line in std::fs::read_to_string(&calls).expect("calls").lines() {
        let of_log = line.contains("trail.db-wal>");
        if of_log && line.contains("pwrite64(") {
            unsynced = true;
        } else if of_log && line.contains("sync(") {
            syncing = line.contains("<unfinished");
            unsynced &= syncing;
        } else if syncing && line.contains("sync resumed>") {
            (syncing, unsynced) = (false, false);
        } else if line.contains("HTTP/1.1 200") {
            assert!(!unsynced, "answered before it was on the disk: {line}");
            answers += 1;
        }
    }
    assert_eq!(answers, 30);
}

/// A client: it sends batches, and sends again what was not acknowledged. Returns through which number it was.
fn send(name: &str, token: &str, address: &Mutex<Option<SocketAddr>>, over: &AtomicBool, seed: u64) -> u64 {
    let bearer = format!("Bearer {token}");
    let (mut through, mut turn) = (0, seed);
    while !over.load(Ordering::Relaxed) {
        turn = random(turn);
        let size = turn % 40 + 1;
        let batch = events(name, through + 1..=through + size);
        let to = *address.lock().unwrap_or_else(PoisonError::into_inner);
        let reply =
            to.and_then(|to| request(to, "POST", "/v1/events", &[("Authorization", &bearer)], batch.as_bytes()));
        match reply {
            Some(reply) if reply.status == 200 => {
                let acked = reply.json()["acked_through"][name]["e1"].as_u64().expect("a number");
                assert!(acked >= through + size, "{reply:?}");
                through = acked;
            }
            Some(reply) => assert!([429, 503].contains(&reply.status), "{reply:?}"),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    through
}

/// A number that looks random (splitmix64).
fn random(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
