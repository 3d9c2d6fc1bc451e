//! GraphQL: one address, errors within answers of success.

use std::time::Duration;

use serde_json::{Value, json};

use super::GitHub;
use crate::http::{Call, Error, Method};

/// What GitHub asks for where a limit says nothing of time.
const UNSAID: Duration = Duration::from_secs(60);

impl GitHub {
    /// Asks for something; it may be asked again after a fault.
    pub(super) fn query(&self, name: &'static str, query: &'static str, variables: Value) -> Result<Value, Error> {
        loop {
            match self.graphql(name, query, &variables, true) {
                Err(Failure::Limited) => self.client.limited(UNSAID)?,
                Err(Failure::Other(error)) => return Err(error),
                Ok(data) => return Ok(data),
            }
        }
    }

    /// Changes something. What changes to the same twice may be asked for twice.
    pub(super) fn mutate(&self, name: &'static str, query: &'static str, variables: Value) -> Result<Value, Error> {
        self.query(name, query, variables)
    }

    fn graphql(&self, name: &str, query: &str, variables: &Value, repeatable: bool) -> Result<Value, Failure> {
        let body = json!({ "operationName": name, "query": query, "variables": variables });
        let call = Call::new(Method::Post, &self.graphql).body(body).repeatable(repeatable);
        let mut answer = self.client.json(&call).map_err(Failure::Other)?;
        let data = answer.get_mut("data").map_or(Value::Null, Value::take);
        let errors = answer.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
        let Some(first) = errors.and_then(|errors| errors.first()) else { return Ok(data) };
        // Part of an answer is better than none: what is missing shows.
        if has_content(&data) {
            return Ok(data);
        }
        // An error without a type or a message is one of theirs, below.
        let text = |key: &str| first.get(key).and_then(Value::as_str).unwrap_or("");
        let status = match text("type") {
            "RATE_LIMITED" => return Err(Failure::Limited),
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => 403,
            "NOT_FOUND" => 404,
            // A fault of theirs has no kind: "Something went wrong while executing your query."
            "" => 502,
            _ => 422,
        };
        let what = format!("POST graphql ({name})");
        let message = text("message").chars().take(300).collect();
        Err(Failure::Other(Error::Refused { what, status, message }))
    }
}

enum Failure {
    Limited,
    Other(Error),
}

/// Whether anything at all was answered: every field of an answer without content is `null`.
fn has_content(data: &Value) -> bool {
    match data {
        Value::Null => false,
        Value::Object(fields) => fields.iter().any(|(name, field)| name != "viewer" && has_content(field)),
        _ => true,
    }
}
