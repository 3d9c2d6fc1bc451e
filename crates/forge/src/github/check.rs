//! A check run: what is said beside a commit where comments may not be written, or when asked for.
//! Its conclusion is always `neutral`: a flag blocks nothing, and no flag is no praise.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{GitHub, shortened};
use crate::http::{Call, Error, Method};
use ai_detect_base::slices::items_of;

/// Annotations that one call takes.
const A_CALL: usize = 50;
/// Annotations that are sent at all; the report has all flags.
const MAX_ANNOTATIONS: usize = 500;
/// The longest summary, in bytes.
const MAX_SUMMARY: usize = 65_535;
/// The longest title of an annotation, in characters.
const MAX_TITLE: usize = 255;
/// The longest message of an annotation, in characters: each may take four bytes of 64 KiB.
const MAX_MESSAGE: usize = 16_000;
const NAME: &str = "ai-detect";

/// What a check run says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// At the lines of files, most urgent first.
    pub annotations: Vec<Annotation>,
}

/// Something said of some lines, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The path at the head.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// One line.
    pub title: String,
    /// More.
    pub message: String,
}

impl GitHub {
    /// Says something beside a commit, once: a run that says the same again changes nothing. Gives the
    /// address where it is to be seen.
    ///
    /// # Errors
    /// Where the forge refuses or cannot be reached.
    pub fn check(&self, head: &str, check: &Check) -> Result<Option<String>, Error> {
        let identity = identity(check);
        let address = |run: &Value| run.get("html_url").and_then(Value::as_str).map(str::to_owned);
        if let Some(run) = self.same_check(head, &identity) {
            return Ok(address(&run));
        }
        let annotations: Vec<Value> = check.annotations.iter().take(MAX_ANNOTATIONS).map(annotation).collect();
        let mut batches = annotations.chunks(A_CALL);
        let path = self.path("check-runs");
        let call = Call::new(Method::Post, &path).body(json!({
            "name": NAME,
            "head_sha": head,
            "status": "completed",
            "conclusion": "neutral",
            "external_id": identity,
            // A check without annotations has an empty first batch.
            "output": output(check, batches.next().unwrap_or(&[])),
        }));
        let run = self.client.json(&call)?;
        let Some(id) = run.get("id").and_then(Value::as_u64) else { return Ok(address(&run)) };
        let path = self.path(&format!("check-runs/{id}"));
        for batch in batches {
            // Each call adds to what is there.
            self.client.call(&Call::new(Method::Patch, &path).body(json!({ "output": output(check, batch) })))?;
        }
        Ok(address(&run))
    }

    /// A run that says the same already. That runs cannot be listed keeps nobody from making one.
    fn same_check(&self, head: &str, identity: &str) -> Option<Value> {
        let path = self.path(&format!("commits/{head}/check-runs"));
        let call = Call::new(Method::Get, &path).query("check_name", NAME).query("per_page", 100);
        let runs = self.client.json(&call).ok()?;
        let runs = runs.get("check_runs").and_then(Value::as_array)?;
        let same = |run: &&Value| run.get("external_id").and_then(Value::as_str) == Some(identity);
        runs.iter().find(same).cloned()
    }
}

fn output(check: &Check, annotations: &[Value]) -> Value {
    let summary = shortened(&check.summary, MAX_SUMMARY);
    json!({ "title": cut(&check.title, MAX_TITLE), "summary": summary, "annotations": annotations })
}

fn annotation(annotation: &Annotation) -> Value {
    json!({
        "path": annotation.path,
        "start_line": annotation.start_line,
        "end_line": annotation.end_line,
        "annotation_level": "notice",
        "title": cut(&annotation.title, MAX_TITLE),
        "message": cut(&annotation.message, MAX_MESSAGE),
    })
}

fn identity(check: &Check) -> String {
    let digest = Sha256::digest(format!("{check:?}"));
    hex::encode(items_of(&digest, ..16))
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
