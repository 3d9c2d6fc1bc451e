//! Joining a collector: a code that counts once, for a token, a name, a region and the public key of the log.

use ai_detect_http::Address;
use ai_detect_http::ureq::http::{Request, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::answer::message;
use crate::collector::TIMEOUTS;
use crate::enrolment::{Enrolment, EnrolmentError};

/// The longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 64 << 10;

#[derive(Serialize)]
struct Question<'a> {
    code: &'a str,
    /// A collector elsewhere then refuses before the code is used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer {
    client: String,
    token: String,
    region: String,
    key: String,
}

/// Why a collector was not joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// What it answered does not fit together, or not what was asked for.
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
    /// No call can be made.
    #[error(transparent)]
    Setup(#[from] ai_detect_http::Error),
    /// No connection, or it broke.
    #[error("{origin} cannot be reached: {detail}")]
    Unreachable {
        /// Scheme, host and port.
        origin: String,
        /// What happened.
        detail: String,
    },
    /// It keeps its log elsewhere. The code still counts.
    #[error("{origin} refuses: {detail}")]
    OtherRegion {
        /// Scheme, host and port.
        origin: String,
        /// What it says.
        detail: String,
    },
    /// It asks to wait. The code still counts.
    #[error("{origin} asks to wait: {status} {detail}; the code still counts: try again {}", after(*.retry_after))]
    Wait {
        /// Scheme, host and port.
        origin: String,
        /// The HTTP status.
        status: u16,
        /// What it says.
        detail: String,
        /// After how many seconds, if it says so.
        retry_after: Option<u64>,
    },
    /// Something answers that may stand before the collector, so that the code may be used up.
    #[error(
        "{origin} answers {status} {detail}; whether the collector got the code is not known, and it may be used up: try \
         again {}, and ask for a new one if it is refused",
        after(*.retry_after)
    )]
    Unknown {
        /// Scheme, host and port.
        origin: String,
        /// The HTTP status.
        status: u16,
        /// What it says.
        detail: String,
        /// After how many seconds to try again, if it says so.
        retry_after: Option<u64>,
    },
    /// It refused.
    #[error("{origin} refuses: {status} {detail}; a code counts once and for a short time: ask for a new one")]
    Refused {
        /// Scheme, host and port.
        origin: String,
        /// The HTTP status.
        status: u16,
        /// What it says.
        detail: String,
    },
    /// What it answered cannot be read.
    #[error("{origin} does not answer as a collector does; is the address right?")]
    Unreadable {
        /// Scheme, host and port.
        origin: String,
    },
}

/// What a collector answers where it does not take a request.
#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
}

/// Whether a collector itself says that it takes nothing just now. A proxy before it has other words, and may have passed the code on.
fn is_of_a_collector(body: &[u8]) -> bool {
    let codes = ["busy", "not-written", "not-readable", "not-signed-yet", "clock", "ending"];
    serde_json::from_slice::<Refusal>(body).is_ok_and(|refusal| codes.contains(&refusal.error.code.as_str()))
}

/// When to try again, in words.
fn after(seconds: Option<u64>) -> String {
    match seconds {
        Some(1) => "in a second".to_owned(),
        Some(seconds) => format!("in {seconds} seconds"),
        None => "later".to_owned(),
    }
}

/// Exchanges a code for what binds this machine to the collector. A region that is named must be the collector's.
///
/// # Errors
///
/// When the collector cannot be reached, refuses, or keeps its log elsewhere.
pub fn join(url: &str, code: &str, region: Option<&str>) -> Result<Enrolment, JoinError> {
    let address = Address::parse(url)?;
    let origin = address.origin().to_owned();
    if !address.is_private() {
        return Err(EnrolmentError::InTheOpen { origin }.into());
    }
    let unreachable = |error: &dyn std::fmt::Display| JoinError::Unreachable {
        origin: origin.clone(),
        detail: message(error.to_string().as_bytes()),
    };
    let unreadable = || JoinError::Unreadable { origin: origin.clone() };
    let agent = ai_detect_http::agent(TIMEOUTS)?;
    let question = serde_json::to_vec(&Question { code, region }).map_err(|error| unreachable(&error))?;
    let request =
        Request::post(address.below("/v1/join")).header(header::CONTENT_TYPE, "application/json").body(question);
    let response = agent.run(request.map_err(|error| unreachable(&error))?).map_err(|error| unreachable(&error))?;
    let (parts, body) = response.into_parts();
    let read = body.into_with_config().limit(MAX_ANSWER).read_to_vec();
    if !parts.status.is_success() {
        // What was refused is known without its words.
        let body = read.unwrap_or_default();
        let (status, detail) = (parts.status.as_u16(), message(&body));
        if parts.status == StatusCode::CONFLICT {
            return Err(JoinError::OtherRegion { origin, detail });
        }
        let after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = after.and_then(|seconds| seconds.trim().parse().ok());
        let is_busy = parts.status == StatusCode::SERVICE_UNAVAILABLE && is_of_a_collector(&body);
        return Err(match parts.status {
            StatusCode::TOO_MANY_REQUESTS => JoinError::Wait { origin, status, detail, retry_after },
            _ if is_busy => JoinError::Wait { origin, status, detail, retry_after },
            other if other.is_server_error() => JoinError::Unknown { origin, status, detail, retry_after },
            _ => JoinError::Refused { origin, status, detail },
        });
    }
    let bytes = read.map_err(|error| unreachable(&error))?;
    let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
    let Answer { client, token, region: found, key } = answer;
    // The region that the collector names must be that of its key, and so must be the one that was asked for.
    let joined = Enrolment::new(url, &token, &client, Some(&found), &key)?;
    match region {
        Some(region) => Ok(Enrolment::new(url, &token, &client, Some(region), &key)?),
        None => Ok(joined),
    }
}
