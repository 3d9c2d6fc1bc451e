//! `GET /healthz`, `/readyz` and `/metrics`: for whoever runs the collector.

use std::sync::Arc;

use ai_detect_trail_store::reading;
use ai_detect_trail_store::tokens::Role;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::{json, waiting, with_type};
use crate::collector::Collector;
use crate::refusal::Refusal;
use crate::{auth, metrics};

/// The process answers.
pub(super) async fn health() -> Response {
    with_type("ok\n".to_owned(), "text/plain; charset=utf-8")
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'static str>,
}

/// It can take events, and sign them.
pub(super) async fn ready(State(collector): State<Arc<Collector>>) -> Result<Response, Refusal> {
    waiting(move || {
        let problem = if !collector.writer.is_running() {
            Some("the writer has stopped after a failed write: see standard error, and start again")
        } else if collector.signing.problem().is_some() {
            Some("the last checkpoint could not be signed: see standard error, and `ai-detect trail verify`")
        } else {
            None
        };
        let status = if problem.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        Ok((status, json(&Ready { ready: problem.is_none(), problem })).into_response())
    })
    .await
}

/// Numbers without names.
pub(super) async fn metrics(State(collector): State<Arc<Collector>>, headers: HeaderMap) -> Result<Response, Refusal> {
    if !collector.open_metrics {
        auth::token(&collector, &headers, Role::Operator)?;
    }
    waiting(move || {
        let figures = reading::figures(&collector.folder, &collector.verifier)?;
        Ok(with_type(metrics::text(&collector.counters, &figures), "text/plain; version=0.0.4; charset=utf-8"))
    })
    .await
}
