//! Who sends a request.

use ai_detect_trail_store::tokens::{Role, Token};
use axum::http::{HeaderMap, header};

use crate::collector::Collector;
use crate::refusal::Refusal;

/// The token of a request, if it has the role.
pub(crate) fn token(collector: &Collector, headers: &HeaderMap, needed: Role) -> Result<Token, Refusal> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Refusal::NoToken)?;
    let text = value.to_str().map_err(|_| Refusal::BadToken)?;
    let (scheme, text) = text.split_once(' ').ok_or(Refusal::BadToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoToken);
    }
    let token = collector.token(text.trim())?.ok_or(Refusal::BadToken)?;
    if token.role != needed {
        return Err(Refusal::Role { needed, found: token.role });
    }
    Ok(token)
}
