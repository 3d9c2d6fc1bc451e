//! `GET /v1/range`: how far a client is.

use std::collections::HashMap;
use std::sync::Arc;

use ai_detect_trail_log::ids::{ClientId, Epoch, InvalidId};
use ai_detect_trail_log::number::Number;
use ai_detect_trail_store::reading;
use ai_detect_trail_store::tokens::Role;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::{json, waiting};
use crate::auth;
use crate::collector::Collector;
use crate::refusal::Refusal;

#[derive(Serialize)]
struct Answer {
    client: String,
    epoch: String,
    acked_through: u64,
    highest: u64,
    missing: Vec<[u64; 2]>,
}

pub(super) async fn get(
    State(collector): State<Arc<Collector>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let token = auth::token(&collector, &headers, Role::Writer)?;
    let slot = collector.slot(token.id)?;
    let client = parameter(&query, "client", ClientId::parse)?;
    let epoch = parameter(&query, "epoch", Epoch::parse)?;
    if let Some(allowed) = token.client.filter(|allowed| *allowed != client) {
        return Err(Refusal::OtherRange { allowed });
    }
    waiting(move || {
        let progress = reading::progress(&collector.folder, &client, &epoch)?;
        drop(slot);
        Ok(json(&Answer {
            client: client.to_string(),
            epoch: epoch.to_string(),
            acked_through: progress.acknowledged_through.map_or(0, Number::get),
            highest: progress.highest.map_or(0, Number::get),
            missing: progress.missing.iter().map(|range| [range.first().get(), range.last().get()]).collect(),
        }))
    })
    .await
}

fn parameter<T>(
    query: &HashMap<String, String>,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, InvalidId>,
) -> Result<T, Refusal> {
    let text = query.get(name).map_or("", String::as_str);
    parse(text).map_err(|problem| Refusal::Query { name, problem: problem.to_string() })
}
