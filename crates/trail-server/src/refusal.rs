//! Why a request is refused, and the answer that says so.

use std::sync::Arc;

use ai_detect_trail_log::ids::{ClientId, Region};
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::tokens::Role;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::attempts::TooMany;
use crate::clock::ClockError;

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("send a token: `Authorization: Bearer adt_…`. `ai-detect trail token create` makes one")]
    NoToken,
    #[error("this token is not known, or was revoked: ask the operator of the collector for another one")]
    BadToken,
    #[error("this takes a token with the role {needed}, and yours has the role {found}")]
    Role { needed: Role, found: Role },
    #[error("this token may send for the client `{allowed}` only, and line {line} is of `{found}`: nothing was taken")]
    OtherClient { allowed: ClientId, found: ClientId, line: usize },
    #[error("this token may ask about the client `{allowed}` only")]
    OtherRange { allowed: ClientId },
    #[error("line {line} uses a client id of the collector itself: nothing was taken")]
    ReservedClient { line: usize },
    #[error("the body has more than {max} bytes: send smaller batches")]
    BodyTooLarge { max: usize },
    #[error("the body has more than {max} bytes when it is unpacked: send smaller batches")]
    UnpackedTooLarge { max: usize },
    #[error("the body has more than {max} lines: send smaller batches")]
    TooManyEvents { max: usize },
    #[error("the body did not arrive within {seconds} seconds")]
    TooSlow { seconds: u64 },
    #[error("the body ended before it was whole")]
    Cut,
    #[error("the body is encoded as something else than gzip: send it plain, or with `Content-Encoding: gzip`")]
    Encoding,
    #[error("the body is not valid gzip")]
    Gzip,
    #[error("the query parameter `{name}` is missing or not valid: {problem}")]
    Query { name: &'static str, problem: String },
    #[error(
        "the body is neither a report of `ai-detect diff --format json` nor decisions of `ai-detect triage --export jsonl`: {problem}"
    )]
    Report { problem: String },
    #[error("the body is not `{{\"code\": \"…\"}}`: send the code that the operator of the collector gave you")]
    JoinBody,
    #[error("this collector keeps its log in region {found}: nobody joined, and the code still counts")]
    OtherRegion { found: Region },
    // One answer for all: whoever guesses learns nothing.
    #[error("nobody can join with this code: it is mistyped, was used, or has expired")]
    Code,
    #[error("too many codes from this address were refused: {max} in a minute are the most")]
    TooManyCodes { max: usize, retry_after: u64 },
    #[error("there is nothing at this address: see docs/trail/quickstart.md for the addresses")]
    NoSuchRoute,
    #[error("this address takes another method")]
    Method,
    #[error("the log has no entry {0}")]
    NoEntry(u64),
    #[error("entry {0} is not signed for yet: ask again in a second")]
    NotSigned(u64),
    #[error("this token has too many requests at a time: {max} are the most")]
    TokenBusy { max: usize, retry_after: u64 },
    #[error("the collector works on as much as it can: send this again later")]
    Busy { retry_after: u64 },
    #[error("nothing was taken, since it could not be brought to the disk: {source}")]
    Store { source: Arc<StoreError>, retry_after: u64 },
    #[error("the folder cannot be read: {0}")]
    Read(Arc<StoreError>),
    #[error(transparent)]
    Clock(#[from] ClockError),
    #[error("the collector is ending: send this again later")]
    Ending,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Read(Arc::new(error))
    }
}

impl From<TooMany> for Refusal {
    fn from(TooMany { max, retry_after }: TooMany) -> Self {
        Self::TooManyCodes { max, retry_after }
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::Role { .. }
            | Self::OtherClient { .. }
            | Self::OtherRange { .. }
            | Self::ReservedClient { .. }
            | Self::Code => StatusCode::FORBIDDEN,
            Self::BodyTooLarge { .. } | Self::UnpackedTooLarge { .. } | Self::TooManyEvents { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Cut | Self::Gzip | Self::Query { .. } | Self::Report { .. } | Self::JoinBody => {
                StatusCode::BAD_REQUEST
            }
            Self::OtherRegion { .. } => StatusCode::CONFLICT,
            Self::NoSuchRoute | Self::NoEntry(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TokenBusy { .. } | Self::TooManyCodes { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotSigned(_)
            | Self::Busy { .. }
            | Self::Store { .. }
            | Self::Read(_)
            | Self::Clock(_)
            | Self::Ending => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A word that programs can rely on.
    fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::BadToken => "bad-token",
            Self::Role { .. } => "role",
            Self::OtherClient { .. } | Self::OtherRange { .. } => "other-client",
            Self::ReservedClient { .. } => "reserved-client",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::UnpackedTooLarge { .. } => "unpacked-too-large",
            Self::TooManyEvents { .. } => "too-many-events",
            Self::TooSlow { .. } => "too-slow",
            Self::Cut => "cut-short",
            Self::Encoding => "encoding",
            Self::Gzip => "gzip",
            Self::Query { .. } => "query",
            Self::Report { .. } => "report",
            Self::JoinBody => "join",
            Self::OtherRegion { .. } => "other-region",
            Self::Code => "code",
            Self::TooManyCodes { .. } => "too-many-codes",
            Self::NoSuchRoute => "no-such-route",
            Self::Method => "method",
            Self::NoEntry(_) => "no-such-entry",
            Self::NotSigned(_) => "not-signed-yet",
            Self::TokenBusy { .. } => "token-busy",
            Self::Busy { .. } => "busy",
            Self::Store { .. } => "not-written",
            Self::Read(_) => "not-readable",
            Self::Clock(_) => "clock",
            Self::Ending => "ending",
        }
    }

    /// After how many seconds it makes sense to ask again.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TokenBusy { retry_after, .. }
            | Self::TooManyCodes { retry_after, .. }
            | Self::Busy { retry_after }
            | Self::Store { retry_after, .. } => Some(*retry_after),
            Self::NotSigned(_) => Some(1),
            Self::Ending => Some(5),
            Self::Read(_) | Self::Clock(_) => Some(60),
            _ => None,
        }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    error: Problem<'a>,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'a str,
    message: &'a str,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = (self.status(), self.to_string());
        // Two texts are always written as JSON.
        let body = serde_json::to_string(&Answer { error: Problem { code: self.code(), message: &message } });
        let json = HeaderValue::from_static("application/json");
        let mut response = (status, [(header::CONTENT_TYPE, json)], body.unwrap_or_default()).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
