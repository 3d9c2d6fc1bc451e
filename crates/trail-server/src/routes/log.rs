//! `GET /checkpoint` and `GET /proof/SEQ`: what others check the log with.

use std::sync::Arc;

use ai_detect_trail_store::prove::{self, ProveError};
use ai_detect_trail_store::reading;
use ai_detect_trail_store::tokens::Role;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::{waiting, with_type};
use crate::auth;
use crate::clock::now;
use crate::collector::Collector;
use crate::refusal::Refusal;

/// The last checkpoint. It shows no entry, so everybody may have it.
pub(super) async fn checkpoint(State(collector): State<Arc<Collector>>) -> Result<Response, Refusal> {
    waiting(move || {
        let text = prove::checkpoint(&collector.folder, &collector.verifier)?;
        Ok(with_type(text.unwrap_or_default(), "text/plain; charset=utf-8"))
    })
    .await
}

/// An entry with its proof. That somebody got it is an entry as well, which is on the disk before the answer goes out.
pub(super) async fn proof(
    State(collector): State<Arc<Collector>>,
    Path(seq): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let token = auth::token(&collector, &headers, Role::Reader)?;
    let slot = collector.slot(token.id)?;
    let seq: u64 = seq.parse().map_err(|_| Refusal::NoSuchRoute)?;
    waiting(move || {
        let proof = match reading::proof(&collector.folder, &collector.verifier, seq, Some(token.id)) {
            Ok(proof) => proof,
            Err(ProveError::NotSigned { .. }) => {
                let entries = reading::figures(&collector.folder, &collector.verifier)?.entries;
                return Err(if seq < entries { Refusal::NotSigned(seq) } else { Refusal::NoEntry(seq) });
            }
            Err(ProveError::Store(error)) => return Err(error.into()),
            Err(error @ (ProveError::Invalid(_) | ProveError::Inconsistent(_))) => {
                crate::log::line(crate::log::Event::Read, &error.to_string());
                return Err(Refusal::NotSigned(seq));
            }
        };
        let audited = proof.audit(&collector.writer, now()?).map_err(|error| collector.not_written(error))?;
        collector.signing.wake();
        drop(slot);
        Ok(with_type(audited.into_answer().to_text(), "text/plain; charset=utf-8"))
    })
    .await
}
