//! The job's token for fetching, for the address of the job's own repository alone.
//!
//! actions/checkout need not leave its credentials in the checkout, and should not where other steps keep files of it. Git
//! gets the token in its environment, so no list of processes shows it, as a header for this one address. Redirects are
//! not followed.

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::super::Repository;

/// A token, and the address that it is for.
#[derive(Clone)]
pub struct OriginToken {
    /// The address without a user and without `.git`: `https://github.com/owner/name`.
    url: String,
    /// The whole header.
    header: String,
}

impl std::fmt::Debug for OriginToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("OriginToken").field("url", &self.url).finish_non_exhaustive()
    }
}

impl OriginToken {
    /// A token for a repository's address; nothing where it could be read on the way there, or is no token.
    pub fn new(url: &str, user: &str, token: &str) -> Option<Self> {
        let url = url.trim_end_matches('/').trim_end_matches(".git");
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let is_plain = url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]".contains(&byte));
        if !is_token || !is_plain || !is_private(url) {
            return None;
        }
        let credentials = BASE64_STANDARD.encode(format!("{user}:{token}"));
        Some(OriginToken { url: url.to_owned(), header: format!("Authorization: Basic {credentials}") })
    }

    /// The addresses for which git may have credentials that it uses here: the repository, its owner and its server.
    fn addresses_of_credentials(&self) -> impl Iterator<Item = String> {
        let slashes = self.url.match_indices('/').map(|(at, _)| at).filter(|at| *at > "https://".len());
        let above = slashes.chain([self.url.len()]).filter_map(|end| self.url.get(..end));
        above.flat_map(|url| [url.to_owned(), format!("{url}/"), format!("{url}.git")])
    }

    /// Hands the token to git, if that is the address of `origin` and the checkout has no credentials of its own, for the
    /// server or for this repository: those may have rights that the token lacks.
    pub(super) fn give(&self, command: &mut Command, repository: &Repository) {
        let config = repository.inner.config_snapshot();
        let has_header = |url: &str| {
            let headers = config.plumbing().strings(&format!("http.{url}.extraheader"));
            headers.is_some_and(|headers| headers.last().is_some_and(|header| !header.is_empty()))
        };
        if self.addresses_of_credentials().any(|url| has_header(&url)) {
            return;
        }
        let origin = config.string("remote.origin.url").map(|url| url.to_string());
        let Some(origin) = origin.filter(|origin| origin.trim_end_matches('/').trim_end_matches(".git") == self.url)
        else {
            return;
        };
        let count = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse::<u32>().ok()).unwrap_or(0);
        let header = format!("http.{origin}.extraheader");
        // An empty value takes out what the checkout has: two headers of that name are refused.
        let settings = [(&*header, ""), (&*header, &*self.header), ("http.followRedirects", "false")];
        for ((name, value), at) in settings.into_iter().zip(count..) {
            command.env(format!("GIT_CONFIG_KEY_{at}"), name).env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
        command.env("GIT_CONFIG_COUNT", count.saturating_add(3).to_string());
    }
}

/// Whether nobody on the way reads what is sent.
fn is_private(url: &str) -> bool {
    let host =
        |rest: &str| rest.split('/').next().map(|host| host.rsplit_once(':').map_or(host, |(host, _)| host).to_owned());
    match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => !rest.is_empty(),
        (_, Some(rest)) => host(rest).is_some_and(|host| matches!(host.as_str(), "127.0.0.1" | "[::1]" | "localhost")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_address_that_nobody_reads_along() {
        assert!(OriginToken::new("https://github.com/ada/engine", "x-access-token", "ghs_a").is_some());
        assert!(OriginToken::new("http://127.0.0.1:80/ada/engine.git", "x-access-token", "ghs_a").is_some());
        for url in [
            "http://github.com/ada/engine",
            "http://127.0.0.1.example.org/ada/engine",
            "git@github.com:ada/engine",
            "file:///ada/engine",
            "https://eve@github.com/ada/engine",
            "https://github.com/ada/engine\n[core]",
            "",
        ] {
            assert!(OriginToken::new(url, "x-access-token", "ghs_a").is_none(), "{url}");
        }
        assert!(OriginToken::new("https://github.com/ada/engine", "x-access-token", "a b").is_none());
    }

    #[test]
    fn credentials_of_a_repository_its_owner_and_its_server_count() {
        let token = OriginToken::new("https://github.com/ada/engine", "x-access-token", "ghs_a").unwrap();
        let addresses: Vec<String> = token.addresses_of_credentials().filter(|url| !url.ends_with(".git")).collect();
        assert_eq!(
            addresses,
            [
                "https://github.com",
                "https://github.com/",
                "https://github.com/ada",
                "https://github.com/ada/",
                "https://github.com/ada/engine",
                "https://github.com/ada/engine/",
            ]
        );
        assert!(token.addresses_of_credentials().any(|url| url == "https://github.com/ada/engine.git"));
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = OriginToken::new("https://github.com/ada/engine", "x-access-token", "ghs_a").unwrap();
        let shown = format!("{token:?}");
        assert!(shown.contains("ada/engine") && !shown.contains("Basic"), "{shown}");
    }
}
