//! The body of a request, within bounds of size, time and memory.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::collector::Collector;
use crate::configuration::Limits;
use crate::refusal::Refusal;

/// How long a body may take.
const TIME: Duration = Duration::from_secs(30);
/// How much is unpacked before memory for it is asked for again.
const STEP: usize = 64 * 1024;
/// What is made of a body takes about as much memory as the body itself, twice.
const FACTOR: usize = 3;

/// How large a body may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// As it is sent, in bytes.
    pub(crate) sent: usize,
    /// Unpacked, in bytes.
    pub(crate) unpacked: usize,
}

impl From<Limits> for Bounds {
    fn from(limits: Limits) -> Self {
        Self { sent: limits.body_bytes, unpacked: limits.unpacked_bytes }
    }
}

/// A body as it was sent. Its memory counts until it is dropped.
pub(crate) struct Received {
    bytes: Vec<u8>,
    max_unpacked: usize,
    is_gzip: bool,
    memory: Option<OwnedSemaphorePermit>,
}

/// A body that was unpacked.
pub(crate) struct Unpacked {
    pub(crate) bytes: Vec<u8>,
    _memory: Option<OwnedSemaphorePermit>,
}

/// Receives a body.
pub(crate) async fn receive(
    collector: &Arc<Collector>,
    headers: &HeaderMap,
    body: Body,
    bounds: impl Into<Bounds>,
) -> Result<Received, Refusal> {
    let is_gzip = match headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => false,
        Some(value) if value.eq_ignore_ascii_case(b"gzip") => true,
        Some(_) => return Err(Refusal::Encoding),
    };
    let Bounds { sent: max, unpacked: max_unpacked } = bounds.into();
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > max) {
        return Err(Refusal::BodyTooLarge { max });
    }
    let mut received = Received { bytes: Vec::new(), max_unpacked, is_gzip, memory: None };
    let all = async {
        let mut body = body;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Refusal::Cut)?.into_data() else { continue };
            if received.bytes.len() + data.len() > max {
                return Err(Refusal::BodyTooLarge { max });
            }
            add_memory(&mut received.memory, collector.memory(data.len())?);
            received.bytes.extend_from_slice(&data);
        }
        Ok(())
    };
    tokio::time::timeout(TIME, all).await.map_err(|_| Refusal::TooSlow { seconds: TIME.as_secs() })??;
    Ok(received)
}

fn add_memory(sum: &mut Option<OwnedSemaphorePermit>, more: OwnedSemaphorePermit) {
    match sum {
        Some(sum) => sum.merge(more),
        None => *sum = Some(more),
    }
}

impl Received {
    /// Unpacks it where it is compressed. It stops at the bound, however much would follow.
    pub(crate) fn unpack(self, collector: &Collector) -> Result<Unpacked, Refusal> {
        let mut memory = self.memory;
        if !self.is_gzip {
            add_memory(&mut memory, collector.memory(self.bytes.len() * (FACTOR - 1))?);
            return Ok(Unpacked { bytes: self.bytes, _memory: memory });
        }
        let max = self.max_unpacked;
        let mut decoder = MultiGzDecoder::new(self.bytes.as_slice());
        let mut bytes = Vec::new();
        let mut step = vec![0; STEP];
        loop {
            let length = decoder.read(&mut step).map_err(|_| Refusal::Gzip)?;
            let Some(read) = step.get(..length).filter(|read| !read.is_empty()) else { break };
            if bytes.len() + read.len() > max {
                return Err(Refusal::UnpackedTooLarge { max });
            }
            add_memory(&mut memory, collector.memory(read.len() * FACTOR)?);
            bytes.extend_from_slice(read);
        }
        Ok(Unpacked { bytes, _memory: memory })
    }
}
