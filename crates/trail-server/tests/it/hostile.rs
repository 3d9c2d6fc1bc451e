//! Clients that mean harm, or are merely many: each is bounded, and others go on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use ai_detect_trail_store::tokens::Role;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Collector, Place, Reply, event, events};

const GZIP: (&str, &str) = ("Content-Encoding", "gzip");

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn post(collector: &Collector, token: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let bearer = format!("Bearer {token}");
    collector.request("POST", "/v1/events", &[&[("Authorization", bearer.as_str())], headers].concat(), body)
}

/// Begins a request, and does not end it.
fn begin(collector: &Collector, token: &str, length: usize, part: &[u8]) -> TcpStream {
    let mut stream = collector.connect();
    stream.write_all(&beginning(token, length, part)).expect("sent");
    stream
}

/// The same where the collector may refuse before it has read everything.
fn begin_or_be_refused(collector: &Collector, token: &str, length: usize, part: &[u8]) -> TcpStream {
    let mut stream = collector.connect();
    drop(stream.write_all(&beginning(token, length, part)));
    stream
}

fn beginning(token: &str, length: usize, part: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: trail\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), part].concat()
}

fn is_ended(mut stream: TcpStream) -> bool {
    let mut rest = Vec::new();
    // Either end is an end; only the client's own patience is not.
    !matches!(stream.read_to_end(&mut rest), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

#[test]
fn a_client_that_is_slow_with_its_headers_is_let_go() {
    let place = Place::new();
    let collector = place.start();
    let silent = collector.connect();
    let mut slow = collector.connect();
    slow.write_all(b"POST /v1/events HTTP/1.1\r\nHost: tr").expect("sent");
    let mut idle = collector.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: trail\r\n\r\n").expect("sent");
    for stream in [silent, slow, idle] {
        assert!(is_ended(stream));
    }
}

#[test]
fn bodies_are_bounded_before_and_after_they_are_unpacked() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let zeros = gzip(&vec![b' '; 17 << 20]);
    assert!(zeros.len() < 1 << 20);
    // What would be hundreds of megabytes.
    let many: Vec<u8> = std::iter::repeat_n(zeros.as_slice(), 20).flatten().copied().collect();
    let long = events("laptop", 1..=5001);
    for (reply, status, code) in [
        (post(&collector, &token, &[GZIP], &zeros), 413, "unpacked-too-large"),
        (post(&collector, &token, &[GZIP], &many), 413, "unpacked-too-large"),
        (post(&collector, &token, &[], &vec![b'x'; (4 << 20) + 1]), 413, "body-too-large"),
        (post(&collector, &token, &[], long.as_bytes()), 413, "too-many-events"),
        (post(&collector, &token, &[GZIP], b"no gzip"), 400, "gzip"),
        (post(&collector, &token, &[GZIP], &zeros[..zeros.len() / 2]), 400, "gzip"),
        (post(&collector, &token, &[("Content-Encoding", "br")], b"x"), 415, "encoding"),
    ] {
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{reply:?}");
    }
    // Without a length that is known before.
    let mut stream = collector.connect();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: t\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut writer = stream.try_clone().expect("a second handle");
    let sending = std::thread::spawn(move || {
        let chunk = [format!("{:x}\r\n", 1 << 20).as_bytes(), &vec![b'x'; 1 << 20], b"\r\n"].concat();
        (0..100).take_while(|_| writer.write_all(&chunk).is_ok()).count()
    });
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
    drop(stream);
    sending.join().expect("it ends");
    // A whole batch in gzip, and of many parts.
    let parts = [gzip(events("laptop", 1..=2).as_bytes()), gzip(event("laptop", 3).as_bytes())].concat();
    assert_eq!(post(&collector, &token, &[GZIP], &parts).json()["acked_through"]["laptop"]["e1"], 3);
    assert_eq!(place.numbers("laptop"), [1, 2, 3]);
    bounded(&collector);
}

/// The most memory that it ever had.
fn bounded(collector: &Collector) {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", collector.id())) else { return };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    let peak: u64 = peak.expect("a peak");
    assert!(peak < 300 << 10, "{peak} KiB");
}

#[test]
fn headers_are_bounded() {
    let place = Place::new();
    let collector = place.start();
    let long = "x".repeat(40_000);
    let reply = collector.request("GET", "/healthz", &[("X-Long", &long)], b"");
    assert_eq!(reply.status, 431);
    let many: Vec<_> = (0..100).map(|_| ("X-Many", "x")).collect();
    assert_eq!(collector.request("GET", "/healthz", &many, b"").status, 431);
    assert_eq!(collector.get("/healthz", "").status, 200);
}

#[test]
fn connections_beyond_the_limit_are_sent_away() {
    let place = Place::with("limits: {connections: 8}\n");
    let token = place.writer();
    let collector = place.start();
    let idle: Vec<TcpStream> = (0..8).map(|_| collector.connect()).collect();
    let reply = collector.post(&token, &event("laptop", 1));
    assert_eq!(reply.status, 503);
    assert!(reply.retry_after().is_some_and(|seconds| seconds > 0), "{reply:?}");
    // Those that hold the places are let go by themselves.
    assert!(idle.into_iter().all(is_ended));
    assert_eq!(collector.post(&token, &event("laptop", 1)).status, 200);
}

#[test]
fn ten_thousand_connections_leave_it_standing() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let mut held = Vec::new();
    for _ in 0..10_000 {
        // This machine may have fewer ports or files than that.
        let Ok(stream) = TcpStream::connect(collector.address) else { break };
        held.push(stream);
        if held.len() > 600 {
            held.drain(..300);
        }
    }
    drop(held);
    let mut number = 0;
    let mut status = 503;
    while status == 503 && number < 100 {
        number += 1;
        status = collector.post(&token, &event("laptop", 1)).status;
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert_eq!(status, 200);
    bounded(&collector);
}

#[test]
fn a_token_has_so_many_requests_at_a_time() {
    let place = Place::with("limits: {requests_per_token: 2}\n");
    let (one, other) = (place.writer(), place.writer());
    let collector = place.start();
    // On a busy machine the first ones may be given up before all are read, so more are begun each time.
    let mut held: Vec<TcpStream> = Vec::new();
    let ask = || {
        held.extend((0..2).map(|_| begin(&collector, &one, 100, b"{")));
        collector.post(&one, &event("laptop", 1))
    };
    let reply = until(ask, 429);
    assert_eq!(reply.code(), "token-busy");
    assert!(reply.retry_after().is_some_and(|seconds| seconds > 0));
    assert_eq!(collector.post(&other, &event("laptop", 1)).status, 200);
    drop(held);
    until(|| collector.post(&one, &event("laptop", 2)), 200);
}

/// Asks again until the collector has heard what others did.
fn until(mut ask: impl FnMut() -> Reply, status: u16) -> Reply {
    let mut reply = ask();
    for _ in 0..1_500 {
        if reply.status == status {
            return reply;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        reply = ask();
    }
    panic!("it never answers {status}: {reply:?}");
}

#[test]
fn all_bodies_together_are_bounded() {
    let limits = "limits: {body_bytes: 1048576, unpacked_bytes: 1048576, memory_bytes: 4194304}\n";
    let place = Place::with(limits);
    let (token, other) = (place.writer(), place.writer());
    let collector = place.start();
    let half = vec![b' '; 1_000_000];
    let large = gzip(&vec![b' '; 1_000_000]);
    // The collector may turn away a body of these rather than the whole one, or give one up that took too long. So one more is begun
    // each time, and none of them counts as an answer.
    let mut held: Vec<TcpStream> = Vec::new();
    let ask = || {
        held.truncate(7);
        held.insert(0, begin_or_be_refused(&collector, &other, 1_048_000, &half));
        post(&collector, &token, &[GZIP], &large)
    };
    let reply = until(ask, 503);
    assert_eq!(reply.code(), "busy");
    assert!(reply.retry_after().is_some_and(|seconds| (1..=60).contains(&seconds)), "{reply:?}");
    drop(held);
    until(|| post(&collector, &token, &[GZIP], &large), 200);
}

#[test]
fn requests_that_are_under_way_end_before_the_collector_does() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let body = event("laptop", 1);
    let (first, rest) = body.as_bytes().split_at(20);
    let mut stream = begin(&collector, &token, body.len(), first);
    // The collector has read the head before it is asked to end.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let ending = std::thread::spawn(move || collector.end());
    std::thread::sleep(std::time::Duration::from_millis(300));
    stream.write_all(rest).expect("sent");
    assert_eq!(Reply::read(stream).expect("an answer").status, 200);
    assert!(ending.join().expect("it ends"));
    assert_eq!(place.numbers("laptop"), [1]);
}

/// A file system of a few megabytes. It goes with the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = std::process::Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(folder.path()).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg("--lazy").arg(self.0.path()).status());
    }
}

#[test]
fn on_a_full_disk_events_are_refused_and_access_is_still_recorded() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: no small file system can be mounted here");
        return;
    };
    let place = Place::below(disk.0.path(), "limits: {reserve_bytes: 4194304}\n");
    let (writer, reader) = (place.writer(), place.token(Role::Reader, None));
    let collector = place.start();
    let mut last = 0;
    let refused = loop {
        let reply = collector.post(&writer, &events("laptop", last + 1..=last + 1000));
        if reply.status != 200 {
            break reply;
        }
        last += 1000;
    };
    assert_eq!((refused.status, refused.code().as_str()), (503, "not-written"), "{refused:?}");
    assert!(refused.retry_after().is_some());
    assert!(place.dir.join("reserve").is_file(), "events do not use what is set aside");
    // Nothing at all is left.
    drop(std::fs::write(disk.0.path().join("ballast"), vec![0; 24 << 20]));
    // Files of the database have some room of their own, so that the first entries need nothing else.
    let mut asked = 0;
    while place.dir.join("reserve").exists() {
        let proof = collector.get("/proof/0", &reader);
        assert_eq!(proof.status, 200, "{proof:?}");
        asked += 1;
        assert!(asked < 10_000, "what is set aside is never used");
    }
    // With room again, it is ready by itself, and goes on where it was.
    std::fs::remove_file(disk.0.path().join("ballast")).expect("room");
    until(|| collector.get("/readyz", ""), 200);
    let reply = until(|| collector.post(&writer, &events("laptop", last + 1..=last + 10)), 200);
    assert_eq!(reply.json()["acked_through"]["laptop"]["e1"], last + 10);
    // Signing tries again a moment later.
    until(|| collector.get("/readyz", ""), 200);
    collector.kill();
    assert_eq!(place.numbers("laptop"), (1..=last + 10).collect::<Vec<_>>());
    assert_eq!(place.verified().problems, []);
}
