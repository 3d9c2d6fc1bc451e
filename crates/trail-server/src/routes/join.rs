//! `POST /v1/join`: a one-time code, for a token of one client.

use std::sync::Arc;
use std::time::Instant;

use ai_detect_trail_store::tokens::{NewToken, Role};
use ai_detect_trail_store::writer::Change;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{json, waiting};
use crate::accept::Peer;
use crate::body::{self, Bounds};
use crate::clock::now;
use crate::collector::Collector;
use crate::refusal::Refusal;
use crate::setup::configuration_entry;

/// A code and its braces are much shorter.
const BOUNDS: Bounds = Bounds { sent: 4096, unpacked: 4096 };

#[derive(Deserialize)]
struct Question {
    code: String,
    /// Where the client wants its events to stay.
    #[serde(default)]
    region: Option<String>,
}

/// What binds a client to this collector.
#[derive(Serialize)]
struct Answer {
    client: String,
    token: String,
    region: String,
    key: String,
}

/// What is kept as the body of the entry.
#[derive(Serialize)]
struct Joined<'a> {
    joined: &'a str,
    invitation: String,
    token: String,
}

pub(super) async fn post(
    State(collector): State<Arc<Collector>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let received = body::receive(&collector, &headers, body, BOUNDS).await?;
    waiting(move || {
        let unpacked = received.unpack(&collector)?;
        let Question { code, region } = serde_json::from_slice(&unpacked.bytes).map_err(|_| Refusal::JoinBody)?;
        // Before the code is used up.
        let found = collector.folder.region()?;
        if region.is_some_and(|region| region != found.as_str()) {
            return Err(Refusal::OtherRegion { found });
        }
        collector.codes.begin(peer.0, Instant::now())?;
        let answer = join(&collector, code.trim());
        match &answer {
            Ok(_) => {
                collector.codes.succeeded(peer.0);
                collector.counters.joins.add(1);
                collector.signing.wake();
            }
            Err(_) => collector.counters.joins_refused.add(1),
        }
        answer.map(|answer| json(&answer))
    })
    .await
}

fn join(collector: &Collector, code: &str) -> Result<Answer, Refusal> {
    let at = now()?;
    let invitation = collector.invitation(code, at)?.ok_or(Refusal::Code)?;
    let (token, text) = NewToken::random(Role::Writer, &invitation.name, Some(invitation.client.clone()))?;
    let client = invitation.client.to_string();
    let what = Joined { joined: &client, invitation: invitation.id.to_string(), token: token.id.to_string() };
    let event = configuration_entry(&mut collector.keys(), &what, at)?;
    let change = Change::Join { invitation: invitation.id, token };
    let recorded = collector.writer.record(event, Some(change), at).map_err(|error| collector.not_written(error))?;
    // Somebody else was faster with the same code.
    recorded.ok_or(Refusal::Code)?;
    let region = collector.folder.region()?.to_string();
    Ok(Answer { client, token: text, region, key: collector.verifier.to_text() })
}
