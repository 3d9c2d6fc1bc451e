//! What is at which address.

mod events;
mod join;
mod log;
mod range;
mod reports;
mod status;

use std::collections::BTreeMap;
use std::sync::Arc;

use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::number::Number;
use ai_detect_trail_store::Receipt;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Serialize;

use crate::collector::Collector;
use crate::refusal::Refusal;

/// All addresses. Whatever shows an entry is audited: its answer is an [`Audited`](ai_detect_trail_store::access::Audited).
pub(crate) fn router(collector: Arc<Collector>) -> Router {
    Router::new()
        .route("/v1/events", post(events::post))
        .route("/v1/range", get(range::get))
        .route("/v1/join", post(join::post))
        .route("/v1/reports", post(reports::post))
        .route("/checkpoint", get(log::checkpoint))
        .route("/proof/{seq}", get(log::proof))
        .route("/healthz", get(status::health))
        .route("/readyz", get(status::ready))
        .route("/metrics", get(status::metrics))
        .fallback(|| async { Refusal::NoSuchRoute })
        .method_not_allowed_fallback(|| async { Refusal::Method })
        .with_state(collector)
}

/// Runs what waits for the disk on a thread that may wait.
async fn waiting<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    // It fails only if the runtime ends before the work has begun.
    tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Ending)?
}

/// An answer in JSON.
fn json(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => with_type(text, "application/json"),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn with_type(text: String, media_type: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, text).into_response()
}

type AckedThrough = BTreeMap<String, BTreeMap<String, u64>>;

/// Through which number clients need not keep anything.
fn acked_through(receipt: &Receipt) -> AckedThrough {
    let mut all = AckedThrough::new();
    for ((client, epoch), through) in &receipt.acknowledged_through {
        if !ai_detect_trail_store::is_reserved(client) {
            let epochs = all.entry(ClientId::to_string(client)).or_default();
            epochs.insert(Epoch::to_string(epoch), through.map_or(0, Number::get));
        }
    }
    all
}
