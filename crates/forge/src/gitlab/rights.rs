//! Who may do what in the project: levels of members, and accounts that are programs.

use super::super::answers::Rights;
use super::{Call, GitLab, Method, flag, number, text};
use crate::triage::{Access, Account, Person};

/// The level of Developer, from which one may push.
const DEVELOPER: u64 = 30;

impl Rights for GitLab {
    fn person(&self, account: &Account, author: bool) -> Person {
        Person { access: self.access(account.id), author, bot: self.is_bot(account) }
    }
}

impl GitLab {
    /// Members of the project and of the groups above it, and of groups that were invited.
    fn access(&self, account: u64) -> Access {
        let path = format!("{}/members/all/{account}", self.project);
        match self.client.json(&Call::new(Method::Get, &path)) {
            Ok(member) => {
                let active = matches!(text(&member, "/state"), "active" | "");
                if active && number(&member, "/access_level") >= DEVELOPER { Access::Write } else { Access::Less }
            }
            Err(error) if error.status() == Some(404) => Access::Less,
            Err(_) => Access::Unknown,
        }
    }

    /// Accounts of access tokens and service accounts say that they are bots; where the question is refused,
    /// their names still do.
    fn is_bot(&self, account: &Account) -> bool {
        if named_as_bot(&account.login) {
            return true;
        }
        let path = format!("/users/{}", account.id);
        self.client.json(&Call::new(Method::Get, &path)).is_ok_and(|user| flag(&user, "/bot"))
    }
}

/// `project_7_bot…`, `group_7_bot…`, as GitLab calls the accounts of access tokens.
fn named_as_bot(login: &str) -> bool {
    let rest = login.strip_prefix("project_").or_else(|| login.strip_prefix("group_"));
    let Some((number, rest)) = rest.and_then(|rest| rest.split_once('_')) else { return false };
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with("bot")
}

#[cfg(test)]
mod tests {
    use super::named_as_bot;

    #[test]
    fn accounts_of_tokens_are_known_by_their_names() {
        assert!(named_as_bot("project_7_bot_a1b2") && named_as_bot("group_12_bot3"));
        assert!(!named_as_bot("project_x_bot") && !named_as_bot("project__bot") && !named_as_bot("robot"));
    }
}
