//! The `Link` header: which page comes next.

/// The address whose relation is `next`.
pub(super) fn next(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let after = rest.get(start + 1..)?;
        let end = after.find('>')?;
        let url = after.get(..end)?;
        let after = after.get(end + 1..)?;
        let parameters = after.get(..after.find('<').unwrap_or(after.len()))?;
        if parameters.split([';', ',']).any(is_next) {
            return Some(url.to_owned());
        }
        rest = after;
    }
    None
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("rel")
        && value.trim().trim_matches('"').split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_page_is_found_among_others() {
        let header = "<https://x/?page=1>; rel=\"prev\", <https://x/?page=3&a=1,2>; rel=\"next\", <https://x/?page=9>; rel=\"last\"";
        assert_eq!(next(header).unwrap(), "https://x/?page=3&a=1,2");
        assert_eq!(next("<https://x/?page=1>; rel=\"prev\""), None);
        assert_eq!(next("<<<rel=next"), None);
    }
}
