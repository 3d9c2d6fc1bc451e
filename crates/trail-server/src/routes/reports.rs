//! `POST /v1/reports`: what `ai-detect` found and people decided, as entries.

use std::collections::HashMap;
use std::sync::Arc;

use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_store::tokens::Role;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::{events, json, waiting};
use crate::clock::now;
use crate::collector::Collector;
use crate::refusal::Refusal;
use crate::{auth, body, reports};

/// The client of reports whose token is for any.
const CLIENT: &str = "reports";

pub(super) async fn post(
    State(collector): State<Arc<Collector>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let token = auth::token(&collector, &headers, Role::Writer)?;
    let slot = collector.slot(token.id)?;
    let received = body::receive(&collector, &headers, body, collector.limits).await?;
    let repository = query.get("repository").cloned();
    waiting(move || {
        let unpacked = received.unpack(&collector)?;
        let report = |problem: reports::InvalidReport| Refusal::Report { problem: problem.to_string() };
        let events = reports::events(&unpacked.bytes, repository.as_deref()).map_err(report)?;
        if events.len() > collector.limits.events {
            return Err(Refusal::TooManyEvents { max: collector.limits.events });
        }
        let client = match &token.client {
            Some(client) => client.clone(),
            None => ClientId::parse(CLIENT)
                .map_err(|problem| Refusal::Query { name: "client", problem: problem.to_string() })?,
        };
        // The same report again has the same epoch and numbers, so it is there once.
        let epoch = collector.keys().epoch_of(&unpacked.bytes)?;
        let lines = reports::lines(&events, &client, &epoch, now()?);
        let receipt = events::write(&collector, lines)?;
        drop((unpacked, slot));
        Ok(json(&events::answer(&collector, &receipt, None)?))
    })
    .await
}
