//! What the collector answers, to whom, and what is in the log then.

use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::proof_file::ProofFile;
use ai_detect_trail_log::log::verify::consistency;
use ai_detect_trail_store::tokens::Role;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{Collector, Place, event, events};

fn checkpoint(place: &Place, note: &str) -> Checkpoint {
    let key = place.folder().verifier().expect("a key");
    Checkpoint::open(note.as_bytes(), &key).expect("signed by the log")
}

#[test]
fn a_batch_is_acknowledged_and_is_in_the_log_once() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    for _ in 0..2 {
        let reply = collector.post(&token, &events("laptop", 1..=3));
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json()["acked_through"], json!({"laptop": {"e1": 3}}));
        checkpoint(&place, reply.json()["checkpoint"].as_str().expect("a note"));
    }
    // A batch that overlaps, of two clients.
    let reply = collector.post(&token, &(events("laptop", 2..=5) + &events("ci-1", 1..=1)));
    assert_eq!(reply.json()["acked_through"], json!({"laptop": {"e1": 5}, "ci-1": {"e1": 1}}));
    assert_eq!((place.numbers("laptop"), place.numbers("ci-1")), (vec![1, 2, 3, 4, 5], vec![1]));
    assert!(collector.end(), "it ends with status 0");
    let found = place.verified();
    // All but the entry about looking at the entries, which came after the last checkpoint, or before it.
    assert!(found.problems.is_empty() && found.signed + 2 >= found.entries, "{found:?}");
}

#[test]
fn a_hole_is_answered_and_asked_for() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let reply = collector.post(&token, &events("laptop", [1, 2, 5, 9]));
    assert_eq!(reply.json()["acked_through"]["laptop"]["e1"], 2);
    let range = collector.get("/v1/range?client=laptop&epoch=e1", &token).json();
    let expected =
        json!({"client": "laptop", "epoch": "e1", "acked_through": 2, "highest": 9, "missing": [[3, 4], [6, 8]]});
    assert_eq!(range, expected);
    let unknown = collector.get("/v1/range?client=laptop&epoch=e2", &token).json();
    let expected = json!({"client": "laptop", "epoch": "e2", "acked_through": 0, "highest": 0, "missing": []});
    assert_eq!(unknown, expected);
    for path in ["/v1/range", "/v1/range?client=laptop", "/v1/range?client=a%20b&epoch=e"] {
        let reply = collector.get(path, &token);
        assert_eq!((reply.status, reply.code().as_str()), (400, "query"), "{path}");
    }
}

#[test]
fn whoever_lacks_the_right_is_refused_and_never_sent_elsewhere() {
    let place = Place::new();
    let (any, laptop) = (place.writer(), place.token(Role::Writer, Some("laptop")));
    let (reader, operator) = (place.token(Role::Reader, None), place.token(Role::Operator, None));
    let collector = place.start();
    let one = event("laptop", 1);
    assert_eq!(collector.post(&laptop, &one).status, 200);
    let both = event("laptop", 2) + &event("ci-1", 1);
    for (reply, status, code) in [
        (collector.post(&laptop, &both), 403, "other-client"),
        (collector.post(&laptop, &event("ci-1", 1)), 403, "other-client"),
        (collector.post(&any, &event("collector", 1)), 403, "reserved-client"),
        (collector.post(&any, &event("collector:x", 1)), 403, "reserved-client"),
        (collector.post(&reader, &one), 403, "role"),
        (collector.post(&operator, &one), 403, "role"),
        (collector.post("adt_nobody", &one), 401, "bad-token"),
        (collector.request("POST", "/v1/events", &[], one.as_bytes()), 401, "no-token"),
        (collector.request("POST", "/v1/events", &[("Authorization", "Basic eDp5")], one.as_bytes()), 401, "no-token"),
        (collector.get("/v1/range?client=ci-1&epoch=e1", &laptop), 403, "other-client"),
        (collector.get("/proof/0", &any), 403, "role"),
        (collector.get("/v1/events", &any), 405, "method"),
        (collector.get("/v1/events/", &any), 404, "no-such-route"),
        (collector.get("/", &any), 404, "no-such-route"),
    ] {
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{reply:?}");
        assert!(!reply.head.contains("\r\nlocation:"), "{reply:?}");
    }
    // Of a batch that is refused, nothing is taken.
    assert_eq!((place.numbers("laptop"), place.numbers("ci-1")), (vec![1], vec![]));
}

#[test]
fn a_revoked_token_is_refused_at_once() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    assert_eq!(collector.post(&token, &event("laptop", 1)).status, 200);
    let trail = ai_detect_trail_server::setup::open_or_create(&place.dir).expect("a trail");
    let all = ai_detect_trail_store::tokens::Tokens::open(&trail.folder).expect("tokens").all().expect("readable");
    trail.revoke_token(&all[0].id.to_string()).expect("revoked");
    assert_eq!(collector.post(&token, &event("laptop", 2)).code(), "bad-token");
    assert_eq!(place.numbers("laptop"), [1]);
}

#[test]
fn what_cannot_be_read_is_kept_and_the_rest_is_taken() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let deep = format!(
        r#"{{"client":"c","epoch":"e1","number":2,"kind":"prompt","x":{}{}}}"#,
        "[".repeat(9999),
        "]".repeat(9999)
    );
    let body = [event("c", 1), deep, "\nnot JSON at all\r\n\n".to_owned(), event("c", 3)].concat();
    for _ in 0..2 {
        let reply = collector.post(&token, &body);
        assert_eq!((reply.status, &reply.json()["acked_through"]), (200, &json!({"c": {"e1": 3}})), "{reply:?}");
    }
    let kinds: Vec<_> = place.entries().iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect();
    let expected = ["configuration", "configuration", "heartbeat", "unreadable", "unreadable", "heartbeat"];
    assert_eq!(kinds, expected);
}

#[test]
fn a_client_that_keeps_a_checkpoint_gets_a_proof_that_the_log_continues_it() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let mut kept = collector.get("/checkpoint", "").body;
    for number in 1..=4 {
        let header = STANDARD.encode(&kept);
        let reply = collector.post_with(&token, &[("Trail-Checkpoint", &header)], &event("laptop", number)).json();
        let (old, note) = (checkpoint(&place, &kept), reply["checkpoint"].as_str().expect("a note").to_owned());
        let new = checkpoint(&place, &note);
        let hashes = reply["consistency"].as_array().expect("a proof").iter();
        let path: Vec<_> = hashes.map(|hash| TreeHash::from_base64(hash.as_str().unwrap()).unwrap()).collect();
        assert_eq!(consistency(old.size, new.size, &path, old.root, new.root), Ok(()));
        assert!(reply.get("fork").is_none());
        kept = note;
        std::thread::sleep(std::time::Duration::from_millis(600));
    }
    // What is no checkpoint of this log says nothing about it.
    for header in ["", "AAAA", "no base64", &STANDARD.encode("someone/else\n1\nAAAA\n")] {
        let reply = collector.post_with(&token, &[("Trail-Checkpoint", header)], &event("laptop", 5));
        assert_eq!(reply.status, 200);
        assert!(reply.json().get("fork").is_none() && reply.json().get("consistency").is_none());
    }
}

#[test]
fn a_log_that_was_rolled_back_is_found_by_the_next_client() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    collector.post(&token, &events("laptop", 1..=3));
    assert!(collector.end());
    let backup = tempfile::tempdir().expect("a folder");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let (from, to) = (format!("{}/.", from.display()), to.display().to_string());
        assert!(std::process::Command::new("cp").args(["-a", &from, &to]).status().expect("cp").success());
    };
    copy(&place.dir, backup.path());
    let collector = place.start();
    collector.post(&token, &events("laptop", 4..=9));
    assert!(collector.end());
    let kept = std::fs::read(place.dir.join("log/checkpoint")).expect("a checkpoint");
    std::fs::remove_dir_all(&place.dir).expect("gone");
    std::fs::create_dir(&place.dir).expect("a folder");
    copy(backup.path(), &place.dir);
    let collector = place.start();
    let header = STANDARD.encode(&kept);
    for number in [10, 11] {
        let reply = collector.post_with(&token, &[("Trail-Checkpoint", &header)], &event("laptop", number));
        assert_eq!(reply.status, 200, "{reply:?}");
        let held = checkpoint(&place, std::str::from_utf8(&kept).expect("text"));
        assert_eq!(reply.json()["fork"], json!({"size": held.size, "root": held.root.to_base64()}));
    }
    // The events are taken all the same, and the fork is in the log once.
    assert_eq!(place.numbers("laptop"), [1, 2, 3, 10, 11]);
    let forks = place.entries().iter().filter(|entry| entry["fields"]["cause"] == "fork").count();
    assert_eq!(forks, 1);
    assert!(collector.get("/metrics", "").body.contains("\ntrail_forks 1\n"));
}

#[test]
fn a_proof_is_an_entry_before_it_is_an_answer() {
    let place = Place::new();
    let (writer, reader) = (place.writer(), place.token(Role::Reader, None));
    let collector = place.start();
    collector.post(&writer, &event("laptop", 1));
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let reply = collector.get("/proof/3", &reader);
    assert_eq!(reply.status, 200, "{reply:?}");
    let proof = ProofFile::parse(reply.body.as_bytes()).expect("a proof");
    proof.verify(&place.folder().verifier().expect("a key")).expect("it holds");
    let entry = String::from_utf8(proof.entry.expect("the entry")).expect("text");
    assert!(entry.contains(r#""client":"laptop""#), "{entry}");
    let folder = place.folder();
    let figures = ai_detect_trail_store::reading::figures(&folder, &folder.verifier().unwrap()).unwrap();
    assert_eq!(figures.entries, 5, "three of the operator, one event, one access");
    let reply = collector.get("/proof/99", &reader);
    assert_eq!((reply.status, reply.code().as_str()), (404, "no-such-entry"));
    assert_eq!(collector.get("/proof/-1", &reader).status, 404);
}

#[test]
fn the_configuration_is_recorded_when_it_changes() {
    let place = Place::with("owner: Ada Example <ada@example.org>\nregion: eu\n");
    let count = || place.entries().iter().filter(|entry| entry["kind"] == "configuration").count();
    assert!(place.start().end());
    assert!(place.start().end());
    assert_eq!(count(), 1);
    let entry = &place.entries()[0];
    assert_eq!(entry["region"], "eu");
    assert!(entry["fields"]["owner"].as_str().is_some_and(|owner| owner.starts_with("p_")), "{entry}");
    std::fs::write(place.dir.join("trail.yml"), "owner: Ada Example <ada@example.org>\ndeputy: Bo\n").unwrap();
    assert!(place.start().end());
    assert_eq!(count(), 2);
    // Who answers for it stays out of the log.
    let database = std::fs::read(place.dir.join("trail.db")).expect("a database");
    assert!(!database.windows(11).any(|part| part == b"Ada Example"));
}

#[test]
fn a_configuration_that_cannot_hold_stops_the_start_and_says_why() {
    for (configuration, expected) in [
        ("ownr: Ada\n", "ownr"),
        ("region: Not A Region\n", "region"),
        ("limits: {connections: 0}\n", "limits.connections"),
        ("host: \"a b\"\n", "trail.yml"),
    ] {
        let place = Place::with(configuration);
        let problem = Collector::run(&place, |command| command).err().expect("it does not start");
        assert!(problem.contains(expected), "{configuration}: {problem}");
    }
    let place = Place::with("region: eu\n");
    assert!(place.start().end());
    std::fs::write(place.dir.join("trail.yml"), "region: us\n").expect("written");
    let problem = Collector::run(&place, |command| command).err().expect("it does not start");
    assert!(problem.contains("`eu`") && problem.contains("`us`"), "{problem}");
    let place = Place::new();
    std::fs::create_dir(&place.dir).expect("a folder");
    std::fs::write(place.dir.join("thesis.txt"), "mine").expect("written");
    let problem = Collector::run(&place, |command| command).err().expect("it does not start");
    assert!(problem.contains("is not a trail"), "{problem}");
    assert_eq!(std::fs::read_dir(&place.dir).expect("a folder").count(), 1);
}

#[test]
fn one_process_serves_a_folder() {
    let place = Place::new();
    let _collector = place.start();
    let problem = Collector::run(&place, |command| command).err().expect("it does not start");
    assert!(problem.contains("another process serves this trail"), "{problem}");
}

#[cfg(unix)]
#[test]
fn a_command_runs_after_a_checkpoint() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = elsewhere.path().join("kept");
    let configuration =
        format!("after_checkpoint: 'cat > {0}.new && mv {0}.new {0}'\nafter_checkpoint_seconds: 0\n", file.display());
    let place = Place::with(&configuration);
    let token = place.writer();
    let collector = place.start();
    collector.post(&token, &events("laptop", 1..=7));
    assert!(collector.end());
    let kept = std::fs::read_to_string(&file).expect("the command has run");
    assert_eq!(checkpoint(&place, &kept).size, place.verified().signed);
    assert_eq!(kept, std::fs::read_to_string(place.dir.join("log/checkpoint")).expect("a checkpoint"));
}

#[test]
fn an_operator_sees_how_it_is() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    collector.post(&token, &events("laptop", [1, 2, 4]));
    assert_eq!(collector.get("/healthz", "").body, "ok\n");
    assert_eq!(collector.get("/readyz", "").json(), json!({"ready": true}));
    let metrics = collector.get("/metrics", "").body;
    for line in ["trail_events_new_total 3", "trail_gaps_open 1", "trail_batches_total 1"] {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
    assert!(!metrics.contains("laptop"));
}

#[cfg(unix)]
#[test]
fn the_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let _collector = place.start();
    let mode = |name: &str| std::fs::metadata(place.dir.join(name)).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("signing.key"), 0o600);
}
