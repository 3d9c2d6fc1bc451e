//! Which request of a forge a message names: the one that a merge brought, or that a squash was made from.

use std::sync::LazyLock;

use regex::Regex;

/// What forges write: GitHub's merges and squashes, GitLab's merges, Gitea's and Bitbucket's.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        r"\AMerge pull request (#\d+) ",
        r"(?m)^See merge request [\w./-]*(!\d+)\s*$",
        r"\AMerge pull request '[^\n]*' \((#\d+)\) ",
        r"\AMerged in [^\n]* \(pull request (#\d+)\)",
        r"\A[^\n]* \((#\d+)\)[ \t]*(?:\n|\z)",
        r"\A[^\n]* \((!\d+)\)[ \t]*(?:\n|\z)",
    ];
    // Each is tested below.
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
});

/// The request that a message names, such as `#12` or `!12`.
pub fn request_of(message: &str) -> Option<String> {
    let found = PATTERNS.iter().find_map(|pattern| pattern.captures(message)?.get(1))?;
    Some(found.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forge_has_its_own_words() {
        assert_eq!(PATTERNS.len(), 6);
        for (message, request) in [
            ("Merge pull request #31 from ada/topic\n\nAdd maps", "#31"),
            ("Merge branch 'topic' into 'main'\n\nAdd maps\n\nSee merge request group/sub/project!45\n", "!45"),
            ("Merge pull request 'Add maps' (#7) from ada/topic into main", "#7"),
            ("Merge pull request 'Don't panic' (#8) from ada/topic into main", "#8"),
            ("Merged in ada/topic (pull request #9)\n\nAdd maps", "#9"),
            ("Add maps (#12)\n\n* First\n* Second (#3)", "#12"),
            ("Add maps (!5)", "!5"),
        ] {
            assert_eq!(request_of(message).as_deref(), Some(request), "{message}");
        }
        for message in ["Mend #12", "Add maps\n\nLike that one (#3)", "Merge branch 'topic'", "", "(#x)"] {
            assert_eq!(request_of(message), None, "{message}");
        }
    }
}
