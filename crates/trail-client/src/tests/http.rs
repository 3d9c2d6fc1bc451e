//! Calls over HTTP: what goes out, and what is believed of what comes back.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::collector::{Collector as _, HttpCollector};
use crate::enrolment::Enrolment;
use crate::event::Series;
use crate::spool::Problem;
use ai_detect_trail_log::ids::Epoch;

use crate::tests::model::key;
use crate::tests::support::*;

/// A server that gives each request the next answer, and hands over what it heard.
pub(crate) fn server(answers: Vec<String>) -> (SocketAddr, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let written = reader.get_mut().write_all(answer.as_bytes());
            drop(written);
            if sender.send((head, body)).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} -\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn enrolment(address: SocketAddr) -> Enrolment {
    let key = key("eu", 1).verifier().to_text();
    Enrolment::new(&format!("http://{address}/base"), "adt_secret_token", "laptop", Some("eu"), &key).unwrap()
}

fn collector(answers: Vec<String>) -> (HttpCollector, Receiver<(String, Vec<u8>)>) {
    let (address, heard) = server(answers);
    (HttpCollector::new(&enrolment(address)).unwrap(), heard)
}

#[test]
fn a_batch_goes_out_packed_with_token_and_checkpoint() {
    let (collector, heard) =
        collector(vec![answer(200, "", r#"{"acked_through":{"laptop":{"e1":2}},"checkpoint":""}"#)]);
    let received = collector.post_events(b"{}\n{}\n", Some("note\n")).unwrap();
    let series = Series { client: client(), epoch: Epoch::parse("e1").unwrap() };
    assert_eq!(received.through.get(&series), Some(&2));
    let (head, body) = heard.recv().unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post /base/v1/events "), "{head}");
    for line in ["authorization: bearer adt_secret_token", "content-encoding: gzip", "trail-checkpoint: bm90zqo="] {
        assert!(head.contains(line), "{head}");
    }
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, "{}\n{}\n");
}

#[test]
fn every_refusal_is_told_apart_and_none_shows_the_token() {
    let refusal = r#"{"error":{"code":"x","message":"token adt_secret_token is revoked"}}"#;
    let cases = [
        (answer(503, "retry-after: 7\r\n", ""), Problem::Busy { status: 503 }, Some(7)),
        (answer(429, "retry-after: soon\r\n", ""), Problem::Busy { status: 429 }, None),
        (answer(413, "", ""), Problem::TooLarge, None),
        (answer(307, "location: https://evil.example/v1/events\r\n", ""), Problem::Redirected, None),
        (answer(403, "", refusal), Problem::Refused { status: 403, detail: "token [token] is revoked".into() }, None),
        (
            answer(200, "", "<html>"),
            Problem::Unreadable { detail: "it is not the JSON of such an answer".into() },
            None,
        ),
    ];
    for (answer, problem, retry_after) in cases {
        let (collector, _heard) = collector(vec![answer]);
        let error = collector.post_events(b"{}\n", None).unwrap_err();
        assert_eq!((error.problem, error.retry_after), (problem, retry_after.map(Duration::from_secs)));
    }
    let (collector, _heard) = collector(vec![answer(200, "", &"x".repeat(2 << 20))]);
    let error = collector.post_events(b"{}\n", None).unwrap_err();
    assert!(matches!(error.problem, Problem::Unreachable { .. }), "{error:?}");
    // Nobody is there.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = HttpCollector::new(&enrolment(gone)).unwrap().post_events(b"{}\n", None).unwrap_err();
    assert!(matches!(error.problem, Problem::Unreachable { .. }), "{error:?}");
}

#[test]
fn a_range_is_asked_for_by_name() {
    let body = r#"{"client":"laptop","epoch":"e:1","acked_through":3,"highest":5,"missing":[[4,4]]}"#;
    let (collector, heard) = collector(vec![answer(200, "", body)]);
    let series = Series { client: client(), epoch: Epoch::parse("e:1").unwrap() };
    let range = collector.range(&series).unwrap();
    assert_eq!((range.acknowledged_through, range.highest, range.missing), (3, 5, vec![(4, 4)]));
    assert!(heard.recv().unwrap().0.starts_with("GET /base/v1/range?client=laptop&epoch=e%3A1 "));
}

const FOLDER: &str = "AI_DETECT_TEST_SENDER";
const ADDRESS: &str = "AI_DETECT_TEST_ADDRESS";

/// Not a test: a process that appends and sends.
#[test]
fn a_process_that_sends() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    use crate::flush::{Delivery, Options, flush};
    use crate::witness::Witness;
    let folder = std::path::Path::new(&folder);
    let enrolment = enrolment(std::env::var(ADDRESS).unwrap().parse().unwrap());
    let collector = HttpCollector::new(&enrolment).unwrap();
    let (spool, witness) = (spool(folder), Witness::at(folder));
    for mark in 0..20 {
        spool.append(&light([mark])).unwrap();
        let delivery = Delivery {
            spool: &spool,
            sender: sender(),
            key: &enrolment.key,
            witness: &witness,
            collector: &collector,
            earlier: None,
        };
        flush(&delivery, Options { now: at(NOON), at_once: true, deadline: None }).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn no_byte_of_an_event_leaves_before_its_marker_is_on_the_disk() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    if !Command::new("strace").arg("true").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: strace cannot be run here, so the order of writes is not looked at");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (address, _heard) = server(vec![answer(200, "", r#"{"acked_through":{},"checkpoint":""}"#); 20]);
    let calls = folder.path().join("calls");
    let status = Command::new("strace")
        .args(["-f", "-y", "-e", "trace=write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync", "-o"])
        .arg(&calls)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "tests::http::a_process_that_sends"])
        .env(FOLDER, folder.path().join("trail"))
        .env(ADDRESS, address.to_string())
        .status()
        .unwrap();
    assert!(status.success());
    let (mut unsynced, mut syncing, mut sent) = (false, false, 0);
    for line in std::fs::read_to_string(&calls).unwrap().lines() {
        let of_log = line.contains("spool.db-wal>");
        if line.contains("pwrite64(") && of_log {
            unsynced = true;
        } else if line.contains("sync(") && of_log {
            syncing = line.contains("<unfinished");
            unsynced &= syncing;
        } else if line.contains("sync resumed>") && syncing {
            (syncing, unsynced) = (false, false);
        } else if line.contains("POST /base/v1/events") {
            assert!(!unsynced, "sent before it was on the disk: {line}");
            sent += 1;
        }
    }
    assert_eq!(sent, 20);
}
