//! Who may do what in the repository.

use serde_json::Value;

use super::PullRequest;
use crate::answers::Rights;
use crate::http::{Call, Method, encoded};
use crate::triage::{Access, Account, Person};

impl Rights for PullRequest<'_> {
    fn person(&self, account: &Account, author: bool) -> Person {
        let path = self.github.path(&format!("collaborators/{}/permission", encoded(&account.login)));
        match self.github.client.json(&Call::new(Method::Get, &path)) {
            Ok(answer) => person(&answer, account, author),
            // Whoever is unknown to the repository has no rights there.
            Err(error) if error.status() == Some(404) => Person { access: Access::Less, author, bot: false },
            Err(_) => Person { access: Access::Unknown, author, bot: false },
        }
    }
}

/// GitHub sums up its roles in four words: maintaining is writing, triaging is reading.
fn person(answer: &Value, account: &Account, author: bool) -> Person {
    let text = |path: &str| answer.pointer(path).and_then(Value::as_str);
    let bot = text("/user/type") == Some("Bot");
    // A name can have changed hands between the comment and the question.
    let same = answer.pointer("/user/id").and_then(Value::as_u64) == Some(account.id);
    let access = match text("/permission").unwrap_or("") {
        _ if !same => Access::Unknown,
        "admin" | "write" => Access::Write,
        "read" | "none" => Access::Less,
        _ => Access::Unknown,
    };
    Person { access, author, bot }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_changed_hands_has_no_rights() {
        let ada = Account { login: "ada".into(), id: 7 };
        let answer = |permission: &str, id: u64| json!({ "permission": permission, "role_name": "x", "user": { "login": "ada", "id": id, "type": "User" } });
        let access = |permission: &str, id: u64| person(&answer(permission, id), &ada, false).access;
        assert_eq!((access("write", 7), access("admin", 7)), (Access::Write, Access::Write));
        assert_eq!((access("read", 7), access("none", 7)), (Access::Less, Access::Less));
        assert_eq!((access("write", 8), access("owner", 7)), (Access::Unknown, Access::Unknown));
    }
}
