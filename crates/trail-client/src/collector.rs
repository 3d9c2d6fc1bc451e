//! Calls to a collector.

use std::io::Write as _;
use std::time::Duration;

use ai_detect_http::ureq::http::{Request, Response, header};
use ai_detect_http::ureq::{Agent, Body};
use ai_detect_http::{Address, Timeouts, encoded};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::answer::{Answer, MAX_ANSWER, Range, message};
use crate::enrolment::{Enrolment, Token};
use crate::event::Series;
use crate::spool::Problem;

/// How long a call to a collector may take.
pub(crate) const TIMEOUTS: Timeouts = Timeouts { call: Duration::from_secs(30), connection: Duration::from_secs(10) };
/// What is read of an answer that is no success, in bytes.
const MAX_REFUSAL: u64 = 64 << 10;
/// Shorter texts are no tokens, and hiding them would hide much else.
const MIN_TOKEN_LENGTH: usize = 8;

/// Why a call brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// What happened.
    pub problem: Problem,
    /// How long the collector asks to wait.
    pub retry_after: Option<Duration>,
}

impl From<Problem> for CallError {
    fn from(problem: Problem) -> Self {
        Self { problem, retry_after: None }
    }
}

/// What takes events: a collector over HTTP, or the trail folder of this user.
pub trait Collector {
    /// Hands over a batch, with the checkpoint that was kept. What it answers is durable there.
    ///
    /// # Errors
    ///
    /// When it is not known that the events arrived.
    fn post_events(&self, lines: &[u8], kept: Option<&str>) -> Result<Answer, CallError>;

    /// What it has of an epoch.
    ///
    /// # Errors
    ///
    /// When it does not say.
    fn range(&self, series: &Series) -> Result<Range, CallError>;
}

/// A collector over HTTP. It follows no redirect: the token goes to the address that was joined, and nowhere else.
#[derive(Debug)]
pub struct HttpCollector {
    agent: Agent,
    address: Address,
    token: Token,
}

impl HttpCollector {
    /// The collector that a client joined.
    ///
    /// # Errors
    ///
    /// When a proxy or certificates are named that cannot be used.
    pub fn new(enrolment: &Enrolment) -> Result<Self, ai_detect_http::Error> {
        let agent = ai_detect_http::agent(TIMEOUTS)?;
        Ok(Self { agent, address: enrolment.address.clone(), token: enrolment.token.clone() })
    }

    fn authorised(
        &self,
        request: ai_detect_http::ureq::http::request::Builder,
    ) -> ai_detect_http::ureq::http::request::Builder {
        request
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.secret()))
            .header(header::ACCEPT, "application/json")
    }

    fn unreachable(&self, detail: &dyn std::fmt::Display) -> CallError {
        Problem::Unreachable { detail: self.hidden(&message(detail.to_string().as_bytes())) }.into()
    }

    /// A text without the token, should an answer repeat it.
    fn hidden(&self, text: &str) -> String {
        let token = self.token.secret();
        if token.len() >= MIN_TOKEN_LENGTH { text.replace(token, "[token]") } else { text.to_owned() }
    }

    fn answered(&self, response: Response<Body>) -> Result<Vec<u8>, CallError> {
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let limit = if parts.status.is_success() { MAX_ANSWER as u64 } else { MAX_REFUSAL };
        let read = body.into_with_config().limit(limit).read_to_vec();
        let retry_after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let problem = match (status, read) {
            (200..=299, Ok(bytes)) => return Ok(bytes),
            (200..=299, Err(error)) => return Err(self.unreachable(&error)),
            (300..=399, _) => Problem::Redirected,
            (413, _) => Problem::TooLarge,
            (429 | 500..=599, _) => Problem::Busy { status },
            // What was refused is known without its words.
            (_, read) => Problem::Refused { status, detail: self.hidden(&message(&read.unwrap_or_default())) },
        };
        Err(CallError { problem, retry_after })
    }
}

impl Collector for HttpCollector {
    fn post_events(&self, lines: &[u8], kept: Option<&str>) -> Result<Answer, CallError> {
        let packed = packed(lines).map_err(|error| self.unreachable(&error))?;
        let mut request = Request::post(self.address.below("/v1/events"))
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .header(header::CONTENT_ENCODING, "gzip");
        if let Some(note) = kept {
            request = request.header("trail-checkpoint", BASE64_STANDARD.encode(note));
        }
        let request = self.authorised(request).body(packed).map_err(|error| self.unreachable(&error))?;
        let response = self.agent.run(request).map_err(|error| self.unreachable(&error))?;
        let bytes = self.answered(response)?;
        Answer::read(&bytes).map_err(|error| Problem::Unreadable { detail: error.to_string() }.into())
    }

    fn range(&self, series: &Series) -> Result<Range, CallError> {
        let Series { client, epoch } = series;
        let query = format!("client={}&epoch={}", encoded(client.as_str()), encoded(epoch.as_str()));
        let request = Request::get(format!("{}?{query}", self.address.below("/v1/range")));
        let request = self.authorised(request).body(()).map_err(|error| self.unreachable(&error))?;
        let response = self.agent.run(request).map_err(|error| self.unreachable(&error))?;
        let bytes = self.answered(response)?;
        Range::read(&bytes, series).map_err(|error| Problem::Unreadable { detail: error.to_string() }.into())
    }
}

fn packed(lines: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(lines)?;
    packer.finish()
}
