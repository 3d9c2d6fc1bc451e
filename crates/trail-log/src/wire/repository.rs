//! One name for all addresses of a repository.

/// The address of a repository without what differs between clones of it: scheme, user, password, port, `.git`.
///
/// `https://ada:secret@Example.org/team/app.git` and `git@example.org:team/app` become `example.org/team/app`. A password in an
/// address never goes further than this.
pub fn normal_repository(address: &str) -> String {
    let address = address.trim();
    if let Some((_, rest)) = address.split_once("://") {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = without_user(authority).split(':').next().unwrap_or_default();
        return joined(host, path);
    }
    // `user@host:path`: the user ends at the last `@` before the path, since a password may hold a colon.
    let authority = address.split('/').next().unwrap_or_default();
    let has_user = authority.contains('@');
    let rest = authority.rfind('@').map_or(address, |at| address.get(at + 1..).unwrap_or_default());
    match rest.split_once(':') {
        // One letter is a drive of Windows, and a slash before the colon begins a local path.
        Some((host, path)) if has_user || (host.len() > 1 && !host.contains('/')) => joined(host, path),
        _ => trimmed(rest).to_owned(),
    }
}

fn without_user(authority: &str) -> &str {
    authority.rsplit('@').next().unwrap_or_default()
}

fn joined(host: &str, path: &str) -> String {
    let (host, path) = (host.to_ascii_lowercase(), trimmed(path.trim_start_matches('/')));
    if path.is_empty() { host } else { format!("{host}/{path}") }
}

fn trimmed(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::normal_repository;

    #[test]
    fn all_addresses_of_a_repository_have_one_name() {
        for address in [
            "https://example.org/team/app",
            "https://example.org/team/app.git",
            "https://example.org/team/app.git/",
            "https://Example.ORG:8443/team/app",
            "https://ada:secret@example.org/team/app.git",
            "https://ada:s:e:c@example.org/team/app.git",
            "ssh://git@example.org:22/team/app.git",
            "git@example.org:team/app.git",
            "example.org:team/app",
            " git@example.org:/team/app ",
        ] {
            assert_eq!(normal_repository(address), "example.org/team/app", "{address}");
        }
    }

    #[test]
    fn local_paths_and_names_stay_as_they_are() {
        for (address, expected) in [
            ("/srv/git/app.git", "/srv/git/app"),
            ("../app", "../app"),
            ("C:\\work\\app", "C:\\work\\app"),
            ("app", "app"),
            ("team/app", "team/app"),
            ("", ""),
            ("https://", ""),
            ("käse/täter", "käse/täter"),
        ] {
            assert_eq!(normal_repository(address), expected, "{address}");
        }
    }

    #[test]
    fn no_password_is_left() {
        for address in ["https://x:hunter2@h/a", "https://hunter2@h:1/a", "ssh://u:hunter2@h", "u:hunter2@h:a"] {
            assert!(!normal_repository(address).contains("hunter2"), "{address}");
        }
    }
}
