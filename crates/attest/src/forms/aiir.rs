//! AIIR receipts: what a scanner of declared markers found in a commit, as JSON.
//!
//! A receipt repeats what the message says, so it counts less than the message. "Human" in a receipt
//! means that the scanner found nothing; that is no statement, and is not taken for one.
//!
//! A receipt carries a hash of what it says: one whose hash does not fit was changed since. Anybody can
//! make a receipt that fits, so it stays a claim. Signatures lie beside receipts as Sigstore bundles;
//! checking them takes the certificates and the log of Sigstore, which are not asked.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{FormSpec, Found, Read, RecordSpec, Trust};
use crate::Contributor;
use crate::records::{By, Reading};
use ai_detect_base::change::RecordPlace;
use ai_detect_base::slices::part_of;

pub(super) static FORM: FormSpec = FormSpec {
    id: "aiir-receipt",
    label: "AIIR receipt",
    about: "An AIIR receipt, in `.aiir/receipts.jsonl`.",
    found: Found::Record(RecordSpec {
        place: RecordPlace::Lines { path: ".aiir/receipts.jsonl", commit_of: named },
        recognises: None,
        read: Read::Recorder { marker: "record/aiir", reader: read },
        trust: Trust::Unchecked(SIGNATURES),
        sample: concat!(
            r#"{"schema": "aiir/commit_receipt.v2", "commit": {"sha": "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"}, "#,
            r#""ai_attestation": {"is_ai_authored": true, "signals_detected": ["co-authored-by: copilot"]}}"#,
        ),
    }),
};

/// Why a receipt is a claim.
const SIGNATURES: &str = "those of AIIR receipts are Sigstore bundles, which are not checked; the receipt is a claim";

#[derive(Debug, Deserialize)]
struct Receipt {
    schema: String,
    commit: Of,
    ai_attestation: Attested,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Debug, Deserialize)]
struct Of {
    sha: String,
}

#[derive(Debug, Deserialize)]
struct Attested {
    is_ai_authored: bool,
    #[serde(default)]
    signals_detected: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Extensions {
    #[serde(default)]
    agent_attestation: Option<Agent>,
}

#[derive(Debug, Deserialize)]
struct Agent {
    #[serde(default)]
    tool_id: Option<String>,
    #[serde(default)]
    model_class: Option<String>,
    #[serde(default)]
    session_id: Option<String>,
}

/// Reads the receipt of a commit.
fn read(text: &str, commit: &str) -> Reading {
    let receipt: Receipt = match serde_json::from_str(text) {
        Ok(receipt) => receipt,
        Err(error) => return Reading::unreadable(format!("it cannot be read: {error}")),
    };
    let version = receipt.schema.strip_prefix("aiir/commit_receipt.v");
    match version.and_then(crate::records::major) {
        Some(1 | 2) => {}
        Some(_) => {
            return Reading::unreadable(format!("it is of a newer version, `{}`; up to v2 are read", receipt.schema));
        }
        None => return Reading::unreadable(format!("`{}` is no receipt of a commit", receipt.schema)),
    }
    if !receipt.commit.sha.eq_ignore_ascii_case(commit) {
        return Reading::unreadable("it is the receipt of another commit");
    }
    if is_changed(text) {
        return Reading::unreadable("it was changed after it was made: its content does not fit its hash");
    }
    if !receipt.ai_attestation.is_ai_authored {
        return Reading::default();
    }
    let agent = receipt.extensions.agent_attestation;
    // `co-authored-by: copilot`, `message_match:co-authored-by: claude`
    let signal = receipt
        .ai_attestation
        .signals_detected
        .first()
        .map(|signal| signal.rsplit(": ").next().unwrap_or(signal).trim().to_owned());
    let by = By {
        contributor: Contributor::Ai,
        tool: agent.as_ref().and_then(|agent| agent.tool_id.clone()).or(signal),
        model: agent.as_ref().and_then(|agent| agent.model_class.clone()),
        session: agent.and_then(|agent| agent.session_id),
        ..By::default()
    };
    Reading { whole: vec![by], ..Reading::default() }
}

/// What is hashed, in both versions.
const CORE: [&str; 6] = ["type", "schema", "version", "commit", "ai_attestation", "provenance"];

/// Whether a receipt has a hash or an id made of it, and it is of something else.
fn is_changed(text: &str) -> bool {
    let Ok(Value::Object(mut receipt)) = serde_json::from_str(text) else { return true };
    let (stated, id) = (receipt.remove("content_hash"), receipt.remove("receipt_id"));
    if stated.is_none() && id.is_none() {
        return false;
    }
    receipt.retain(|key, _| CORE.contains(&key.as_str()));
    let canonical = ascii(&sorted(Value::Object(receipt)).to_string());
    let hash = hex::encode(Sha256::digest(canonical));
    let other = |stated: Option<Value>, expected: String| stated.is_some_and(|stated| stated != expected);
    other(stated, format!("sha256:{hash}")) || other(id, format!("g1-{}", part_of(&hash, ..32)))
}

/// The same with the keys of all objects in order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(fields.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// JSON with everything but what ASCII can print escaped, in units of UTF-16.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    commit: NamedCommit<'a>,
}

#[derive(Deserialize)]
struct NamedCommit<'a> {
    sha: &'a str,
}

/// The commit that a receipt names, by its full id. Where the line is broken, it is looked for behind `"commit"`.
fn named(line: &[u8]) -> Option<&str> {
    let id = match serde_json::from_slice::<Named<'_>>(line) {
        Ok(named) => named.commit.sha,
        Err(_) => named_in_broken(std::str::from_utf8(line).ok()?)?,
    };
    (matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

fn named_in_broken(text: &str) -> Option<&str> {
    let (_, commit) = text.split_once("\"commit\"")?;
    let (_, sha) = commit.split_once("\"sha\"")?;
    sha.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = super::super::SAMPLE_COMMIT;

    fn receipt(version: &str, found: bool) -> String {
        format!(
            r#"{{"type": "aiir.commit_receipt", "schema": "aiir/commit_receipt.{version}", "commit": {{"sha": "{ID}"}}, "ai_attestation": {{"is_ai_authored": {found}, "signals_detected": ["co-authored-by: copilot"]}}}}"#
        )
    }

    #[test]
    fn a_receipt_names_what_its_scanner_found() {
        let reading = read(&receipt("v2", true), ID);
        assert_eq!(reading.whole[0].tool.as_deref(), Some("copilot"));
        assert_eq!(read(&receipt("v2", false), ID), Reading::default(), "nothing found is nothing said");
    }

    #[test]
    fn newer_broken_and_foreign_receipts_are_unreadable() {
        assert!(read(&receipt("v3", true), ID).unreadable[0].contains("newer version"));
        assert!(read("{", ID).unreadable[0].contains("cannot be read"));
        assert!(read(&receipt("v2", true), "11").unreadable[0].contains("another commit"));
    }

    /// The hashes were made by another implementation of the canonical form.
    #[test]
    fn a_receipt_that_was_changed_is_unreadable() {
        for (version, subject, hash) in [
            ("1.0.4", "Größe 🎉", "d20a6b3db1e0048191eb76e11ab41effb1ca2b782a860a02d4df4e137aebb310"),
            // The last is DEL.
            ("1.7.0", "Größe 🎉\u{7f}", "86cb8ed0f0a4750844f6846ee77332b1f3a400fe925fce78f0763a701ca9e061"),
        ] {
            let schema = if version.starts_with("1.0") { "v1" } else { "v2" };
            let id = hash.get(..32).unwrap();
            let whole = format!(
                r#"{{"type":"aiir.commit_receipt","schema":"aiir/commit_receipt.{schema}","version":"{version}","commit":{{"sha":"{ID}","subject":"{subject}\n\"x\" </b>","files_changed":1}},"ai_attestation":{{"is_ai_authored":true,"signals_detected":["message_match:co-authored-by: claude"],"signal_count":1}},"provenance":{{"repository":null,"tool":"x","generator":"aiir.cli"}},"content_hash":"sha256:{hash}","receipt_id":"g1-{id}","timestamp":"2026-01-01T00:00:00Z","extensions":{{}}}}"#
            );
            assert_eq!(read(&whole, ID).whole[0].tool.as_deref(), Some("claude"), "{version}");
            // What is not hashed may differ, and so may the order of keys.
            assert_eq!(read(&whole.replace("2026-01-01", "2026-01-02"), ID).unreadable, [""; 0]);
            for (from, to) in [("claude", "nobody"), ("g1-", "g2-"), ("sha256:", "sha512:")] {
                let changed = read(&whole.replace(from, to), ID);
                assert!(changed.unreadable[0].contains("changed after it was made"), "{version} {from}");
            }
            let without = whole.replace("content_hash", "no_hash").replace("receipt_id", "no_id");
            assert_eq!(read(&without, ID).unreadable, [""; 0], "a receipt without a hash is a claim like the others");
        }
    }

    #[test]
    fn the_commit_of_a_receipt_is_found_also_where_the_line_is_cut() {
        let whole = receipt("v2", true);
        let cut = format!("{{\"commit\": {{\"sha\": \"{ID}\"");
        assert_eq!([&whole, &cut].map(|line| named(line.as_bytes())), [Some(ID); 2]);
        assert_eq!(named(b"not json"), None);
        let other = "11".repeat(20);
        let nested = format!(r#"{{"parent": {{"sha": "{other}"}}, "commit": {{"sha": "{ID}"}}}}"#);
        assert_eq!(named(nested.as_bytes()), Some(ID));
        assert_eq!(named(format!(r#"{{"commit": {{"sha": "{ID}00"}}}}"#).as_bytes()), None, "no id has 42 digits");
    }
}
