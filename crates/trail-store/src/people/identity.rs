//! What tells people apart: addresses, logins, subjects, accounts and keys, each in one spelling.

use std::fmt;

use ai_detect_trail_log::commitment::{Fingerprint, FingerprintKey};
use ai_detect_trail_log::wire::MAX_NAME;
use serde::{Deserialize, Serialize};

/// Something that one person has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// What it is.
    pub kind: IdentityKind,
    /// Its text, in one spelling.
    pub text: String,
}

/// What an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// An address of e-mail, as commits have it.
    Email,
    /// A name together with an address that several people use.
    Author,
    /// A login of a forge, such as `github:ada`.
    Login,
    /// The subject under which somebody signs in.
    Subject,
    /// An account of an agent.
    Account,
    /// The name of a key of a provider.
    Key,
    /// What an event names a person by, which is no address.
    Text,
}

impl IdentityKind {
    /// What the index calls it. An event does not say whether it means a login, an account or a subject, so these are one.
    fn space(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Author => "author",
            Self::Login | Self::Subject | Self::Account | Self::Key | Self::Text => "text",
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Identity {
    /// An address. `None` if the text is none.
    pub fn email(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>').trim();
        let (local, host) = text.rsplit_once('@')?;
        let is_part = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
        if !is_part(local) || !is_part(host) || text.len() > MAX_NAME {
            return None;
        }
        let (local, host) = (local.to_lowercase(), host.to_lowercase());
        let local = if host.starts_with("users.noreply.") { without_number(&local) } else { &local };
        Some(Self { kind: IdentityKind::Email, text: format!("{local}@{host}") })
    }

    /// What stands in the place of an address in a commit, whatever it is: `root@localhost`, `ada`, `ada at example.org`.
    pub fn address(text: &str) -> Option<Self> {
        Self::email(text).or_else(|| Self::other(IdentityKind::Email, text))
    }

    /// A name together with an address that several people use.
    pub fn author(name: &str, email: &str) -> Option<Self> {
        let (name, Self { text: email, .. }) = (plain(name)?, Self::address(email)?);
        Some(Self { kind: IdentityKind::Author, text: format!("{name} <{email}>") })
    }

    /// Something else. `None` for an empty text, and for one that is too long.
    pub fn other(kind: IdentityKind, text: &str) -> Option<Self> {
        Some(Self { kind, text: plain(text)? })
    }

    /// The address that a forge makes of a login: `github:ada` commits as `ada@users.noreply.github.com`.
    pub fn noreply(&self) -> Option<Self> {
        let (forge, login) = self.text.split_once(':').filter(|_| self.kind == IdentityKind::Login)?;
        match forge {
            "github" | "gitlab" => Self::email(&format!("{login}@users.noreply.{forge}.com")),
            _ => None,
        }
    }

    /// What a text of an event may mean: the most exact first.
    pub(crate) fn of_text(text: &str) -> Vec<Self> {
        let text = text.trim();
        if let Some((name, email)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'))
            && let Some(email) = Self::address(email)
        {
            return Self::author(name, &email.text).into_iter().chain([email]).collect();
        }
        match Self::email(text) {
            Some(email) => vec![email],
            None => {
                // Whatever a client sends names somebody, if only by these very characters.
                let exact = || Self { kind: IdentityKind::Text, text: text.to_owned() };
                vec![Self::other(IdentityKind::Text, text).unwrap_or_else(exact)]
            }
        }
    }

    /// Its place in the index. Without the key, nobody can tell what it stands for.
    pub(crate) fn digest(&self, key: &FingerprintKey) -> [u8; 32] {
        *Fingerprint::of(key, format!("{}\0{}", self.kind.space(), self.text).as_bytes()).as_bytes()
    }
}

/// A text in one spelling: without spaces around it, with one between words, in lower case.
fn plain(text: &str) -> Option<String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let text = words.join(" ");
    (!text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)).then_some(text)
}

/// GitHub and GitLab put the number of the account before the login, and did not always: `123+ada`, `123-ada`.
fn without_number(local: &str) -> &str {
    let rest = local.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['+', '-']) {
        Some(login) if rest.len() < local.len() && !login.is_empty() => login,
        _ => local,
    }
}
