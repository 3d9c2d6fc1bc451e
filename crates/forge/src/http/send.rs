//! The one place where bytes go out and come in.

use std::time::SystemTime;

use ai_detect_http::ureq::Body;
use ai_detect_http::ureq::http::{Request, Response, header};
use serde_json::Value;

use super::patience::Limits;
use super::{Answer, Call, Client, Error, MAX_BYTES, MAX_REDIRECTS, Method, link};

/// Longer words of a forge are shortened, in characters.
const MAX_WORDS: usize = 300;
/// What is read of an answer that is no success, in bytes.
const MAX_REFUSAL: u64 = 64 << 10;

/// What an answer said, of whatever status.
struct RawResponse {
    status: u16,
    limits: Limits,
    next: Option<String>,
    location: Option<String>,
    bytes: Vec<u8>,
}

impl Client {
    /// Makes a call to a whole address of this origin.
    pub(super) fn at(&self, call: &Call<'_>, mut url: String) -> Result<Answer, Error> {
        let what = format!("{} {}", call.method.word(), call.path);
        let (mut tries, mut redirects) = (1, 0);
        loop {
            let heard = match self.send(call, &url) {
                Ok(heard) => heard,
                Err(problem) => {
                    if call.repeatable && self.patience.borrow_mut().again(tries) {
                        tries += 1;
                        continue;
                    }
                    return Err(Error::Unreachable { what, problem: self.credential.hidden(&problem) });
                }
            };
            let message = match heard.status {
                200..=299 => {
                    let RawResponse { status, next, bytes, .. } = heard;
                    return Ok(Answer { status, next, bytes, what });
                }
                301 | 302 | 307 | 308 if may_follow(call.method, heard.status) && redirects < MAX_REDIRECTS => {
                    redirects += 1;
                    // Without a place to go to, it is no address of the forge.
                    url = self.within(heard.location.as_deref().unwrap_or(""))?;
                    continue;
                }
                _ => self.credential.hidden(&words(&heard.bytes)),
            };
            let now = SystemTime::now();
            if let Some(wait) = heard.limits.wait(heard.status, &message, now) {
                // Nothing was done, whatever the method.
                self.patience.borrow_mut().limited(wait, now)?;
                continue;
            }
            let fault = heard.status >= 500;
            if fault && call.repeatable && self.patience.borrow_mut().again(tries) {
                tries += 1;
                continue;
            }
            return Err(Error::Refused { what, status: heard.status, message });
        }
    }

    fn send(&self, call: &Call<'_>, url: &str) -> Result<RawResponse, String> {
        let mut request = Request::builder().method(call.method.word()).uri(url);
        request = request.header(header::ACCEPT, &self.manner.accept);
        for (name, value) in &self.manner.headers {
            request = request.header(*name, value);
        }
        if let Some((name, value)) = self.credential.header() {
            request = request.header(name, value);
        }
        let response = match &call.body {
            Some(body) => {
                let body = serde_json::to_vec(body).map_err(|error| error.to_string())?;
                let request = request.header(header::CONTENT_TYPE, "application/json").body(body);
                self.agent.run(request.map_err(|error| error.to_string())?)
            }
            None => self.agent.run(request.body(()).map_err(|error| error.to_string())?),
        };
        heard(response.map_err(|error| error.to_string())?)
    }
}

fn may_follow(method: Method, status: u16) -> bool {
    method == Method::Get || matches!(status, 307 | 308)
}

fn heard(response: Response<Body>) -> Result<RawResponse, String> {
    let (parts, body) = response.into_parts();
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let either = |one: &str, other: &str| text(one).or_else(|| text(other));
    let status = parts.status.as_u16();
    let most = if parts.status.is_success() { MAX_BYTES } else { MAX_REFUSAL };
    let bytes = match body.into_with_config().limit(most).read_to_vec() {
        Ok(bytes) => bytes,
        // What was refused is known without the rest of the words.
        Err(_) if !parts.status.is_success() => Vec::new(),
        Err(error) => return Err(error.to_string()),
    };
    Ok(RawResponse {
        status,
        limits: Limits {
            retry_after: text("retry-after"),
            remaining: either("x-ratelimit-remaining", "ratelimit-remaining"),
            reset: either("x-ratelimit-reset", "ratelimit-reset"),
        },
        next: text("link").as_deref().and_then(link::next),
        location: text("location"),
        bytes,
    })
}

/// What a forge says about a refusal: `message`, `error`, or the beginning of the text.
fn words(bytes: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(bytes).ok();
    let said = json.as_ref().and_then(|json| {
        let said = ["message", "error_description", "error"].into_iter().find_map(|key| json.get(key))?;
        let details = json.get("errors").filter(|details| !details.is_null());
        let details = details.map_or_else(String::new, |details| format!(" {details}"));
        Some(said.as_str().map_or_else(|| said.to_string(), str::to_owned) + &details)
    });
    let text = said.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_WORDS).collect()
}
