//! One blocking client for all forges: addresses, credentials, retries, rate limits, pages, and
//! limits on what is read. What is asked and what the answers mean is each forge's business.
//!
//! A credential goes to one origin only (scheme, host and port of the base address): links and
//! redirects elsewhere are refused. It is in no `Debug`, no error and no log.

mod credential;
mod error;
mod link;
mod patience;
mod send;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::time::Duration;

use serde_json::Value;

pub use ai_detect_http::{Address, encoded};
use ai_detect_http::{Timeouts, ureq};
pub use credential::Credential;
pub use error::Error;
pub use patience::Patience;

/// More pages than this are not read.
pub const MAX_PAGES: usize = 50;
/// A longer answer is refused, in bytes.
pub(crate) const MAX_BYTES: u64 = 32 << 20;
const TIMEOUTS: Timeouts = Timeouts { call: Duration::from_secs(30), connection: Duration::from_secs(10) };
/// Redirects within the origin, as of renamed repositories.
const MAX_REDIRECTS: usize = 3;

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or asks with a body.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As in HTTP.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// A call to make.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    method: Method,
    path: &'a str,
    query: Vec<(&'a str, String)>,
    body: Option<Value>,
    repeatable: bool,
}

impl<'a> Call<'a> {
    /// A call to a path below the base address, or to a whole address of the same origin. The parts of
    /// a path are already [`encoded`].
    pub fn new(method: Method, path: &'a str) -> Self {
        let repeatable = method != Method::Post;
        Call { method, path, query: Vec::new(), body: None, repeatable }
    }

    /// With something after the question mark; the value is encoded.
    pub fn query(mut self, name: &'a str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// With a JSON body.
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Whether it may be made again after a fault that leaves open whether it took effect. All but
    /// POST may; a POST that only reads may be said to.
    pub(crate) fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }
}

/// What a forge answered to a call that succeeded.
#[derive(Debug, Clone)]
pub struct Answer {
    /// 200 to 299.
    pub status: u16,
    next: Option<String>,
    bytes: Vec<u8>,
    what: String,
}

impl Answer {
    /// The body as JSON; `null` where there is none.
    ///
    /// # Errors
    /// Where it is no JSON.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        if self.bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.bytes)
            .map_err(|error| Error::Unreadable { what: self.what.clone(), problem: error.to_string() })
    }
}

/// All pages of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The entries, in the forge's order.
    pub items: Vec<Value>,
    /// Whether that is all; no more than [`MAX_PAGES`] are read.
    pub complete: bool,
}

/// What a client sends with every call.
#[derive(Debug, Clone, Default)]
pub struct RequestDefaults {
    /// What kind of answer is asked for.
    pub accept: String,
    /// Further headers, such as the version of an API.
    pub headers: Vec<(&'static str, String)>,
}

/// Speaks to one origin, with one credential.
#[derive(Debug)]
pub struct Client {
    agent: ureq::Agent,
    base: Address,
    credential: Credential,
    manner: RequestDefaults,
    patience: RefCell<Patience>,
}

impl Client {
    /// A client for what lies below a base address. The surroundings may name a proxy
    /// (`HTTPS_PROXY`, `NO_PROXY`) and certificates to trust (`SSL_CERT_FILE`, else the system's).
    ///
    /// # Errors
    /// Where the address is none, the credential cannot stand in a header or would travel in the open
    /// (without TLS it goes to this machine only), or the proxy or the certificates cannot be used.
    pub fn new(base: &str, credential: Credential, manner: RequestDefaults, patience: Patience) -> Result<Self, Error> {
        let base = Address::parse(base)?;
        credential.check()?;
        if credential.is_some() && !base.is_private() {
            return Err(Error::InTheOpen { origin: base.origin().to_owned() });
        }
        Ok(Client {
            agent: ai_detect_http::agent(TIMEOUTS)?,
            base,
            credential,
            manner,
            patience: RefCell::new(patience),
        })
    }

    /// The address that paths are below.
    pub(crate) fn base(&self) -> &Address {
        &self.base
    }

    /// Waits as a limit asks that came with an answer of success, as GraphQL's do.
    ///
    /// # Errors
    /// Where the patience does not last.
    pub(crate) fn limited(&self, wait: Duration) -> Result<(), Error> {
        self.patience.borrow_mut().limited(wait, std::time::SystemTime::now())
    }

    /// Makes a call, again where that is safe and promising.
    ///
    /// # Errors
    /// Where the forge refuses, cannot be reached, or asks to wait longer than the patience lasts.
    pub fn call(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let whole = call.path.contains("://");
        let mut url = if whole { self.within(call.path)? } else { self.base.below(call.path) };
        for (at, (name, value)) in call.query.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(&format!("{name}={}", encoded(value)));
        }
        self.at(call, url)
    }

    /// The same, with the JSON of the answer.
    ///
    /// # Errors
    /// As [`Client::call`], and where the answer is no JSON.
    pub fn json(&self, call: &Call<'_>) -> Result<Value, Error> {
        self.call(call)?.json()
    }

    /// All entries of a list over its pages, as the `Link` header leads; `of` takes the entries out
    /// of a page, where the page itself is none.
    ///
    /// # Errors
    /// As [`Client::call`], and where a page is no list or the next one is said to be elsewhere.
    pub fn list(&self, call: &Call<'_>, of: impl Fn(Value) -> Value) -> Result<Listing, Error> {
        let mut items = Vec::new();
        let mut answer = self.call(call)?;
        for _ in 1..MAX_PAGES {
            let next = answer.next.clone();
            extend(&mut items, of(answer.json()?), &answer.what)?;
            let Some(next) = next else { return Ok(Listing { items, complete: true }) };
            answer = self.at(call, self.within(&next)?)?;
        }
        let complete = answer.next.is_none();
        extend(&mut items, of(answer.json()?), &answer.what)?;
        Ok(Listing { items, complete })
    }

    /// An address that somebody else named, if it is of the same origin.
    fn within(&self, url: &str) -> Result<String, Error> {
        self.base.same_origin(url).ok_or_else(|| Error::Elsewhere { origin: ai_detect_http::shown_origin(url) })
    }
}

fn extend(items: &mut Vec<Value>, page: Value, what: &str) -> Result<(), Error> {
    match page {
        Value::Array(page) => items.extend(page),
        _ => return Err(Error::Unreadable { what: what.to_owned(), problem: "it is no list".into() }),
    }
    Ok(())
}
