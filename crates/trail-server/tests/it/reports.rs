//! Reports and decisions as entries.

use ai_detect_trail_store::tokens::Role;
use serde_json::{Value, json};

use crate::support::{Collector, Place, Reply};

const COMMIT: &str = "12618c2000000000000000000000000000000000";

fn report() -> Value {
    json!({
        "schema": "ai-detect/report/v1", "tool": {"name": "ai-detect"}, "new_member": [1],
        "commits": [
            {"id": COMMIT, "subject": "Secret subject", "author": "Ada", "added_lines": 6,
             "attestation": {"state": "wrong-form", "facts": {"tool": "Claude Code", "model": "claude-opus-4-8", "session": null}}},
            {"id": "a".repeat(40), "attestation": null},
        ],
        "hunks": [{"path": "src/secret.py", "commits": [{"id": COMMIT, "lines": 6}]}],
        "flags": [{"id": "0000", "fingerprint": "00000000000000000000000000000000", "hunk": 0, "path": "src/secret.py",
            "start_line": 1, "end_line": 6, "severity": "high", "verdict": "wrong-form", "probability": 0.9738,
            "resolve": "See the policy."}],
    })
}

fn post(collector: &Collector, token: &str, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    collector.request("POST", path, &[("Authorization", &bearer)], body.as_bytes())
}

fn of_kind<'a>(entries: &'a [Value], kind: &str) -> Vec<&'a Value> {
    entries.iter().filter(|entry| entry["kind"] == kind).collect()
}

#[test]
fn a_report_becomes_attestations_and_findings_once() {
    let place = Place::new();
    let token = place.token(Role::Writer, Some("ci-7"));
    let collector = place.start();
    for _ in 0..2 {
        let reply = post(&collector, &token, "/v1/reports?repository=git@example.org:app", &report().to_string());
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json()["acked_through"]["ci-7"].as_object().map(|epochs| epochs.len()), Some(1));
    }
    let entries = place.entries();
    let (attestations, findings) = (of_kind(&entries, "attestation"), of_kind(&entries, "finding"));
    assert_eq!((attestations.len(), findings.len()), (1, 1), "{entries:?}");
    let fields = &attestations[0]["fields"];
    assert_eq!((&fields["commit"], &fields["state"]), (&json!(COMMIT), &json!("wrong-form")));
    assert_eq!(fields["model"], "claude-opus-4-8");
    let fields = &findings[0]["fields"];
    assert_eq!((&fields["likelihood"], &fields["commit"]), (&json!(974), &json!(COMMIT)));
    assert_eq!((&fields["place"]["first"], &fields["place"]["last"]), (&json!(1), &json!(6)));
    assert!(fields["repository"].as_str().is_some_and(|id| id.starts_with("r_")));
    let database = std::fs::read(place.dir.join("trail.db-wal")).expect("a database");
    for text in ["secret.py", "Secret subject", "Claude Code"] {
        assert!(!database.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
    }
}

#[test]
fn decisions_become_entries() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let row = json!({"repository": "o/a", "request": 7, "fingerprint": "0".repeat(32), "decision": "dismissed",
        "reason": "Ada wrote this by hand", "when": "2026-11-30T08:00:00Z", "who": "ada"});
    let reply = post(&collector, &token, "/v1/reports", &format!("{row}\n{row}\n"));
    assert_eq!(reply.status, 200, "{reply:?}");
    let entries = place.entries();
    let decisions = of_kind(&entries, "decision");
    assert_eq!(decisions.len(), 2);
    assert_eq!(decisions[0]["fields"]["resolution"], "dismissed");
    assert!(decisions[0]["fields"]["person"].as_str().is_some_and(|id| id.starts_with("p_")));
    assert!(decisions[0]["extra"].is_string());
}

#[test]
fn what_is_no_report_is_refused() {
    let place = Place::new();
    let token = place.writer();
    let collector = place.start();
    let mut other = report();
    other["schema"] = "ai-detect/scan/v1".into();
    for body in ["", "[]", "{}", "no JSON", &other.to_string(), "{\"schema\":\"ai-detect/report/v1\",\"flags\":7}"] {
        let reply = post(&collector, &token, "/v1/reports", body);
        assert_eq!((reply.status, reply.code().as_str()), (400, "report"), "{body}");
    }
    assert_eq!(post(&collector, &place.token(Role::Reader, None), "/v1/reports", "{}").status, 403);
}
