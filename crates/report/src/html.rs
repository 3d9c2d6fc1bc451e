//! One HTML file that opens offline and asks no network for anything: flags by commit in their context, with filters.
//!
//! The file is a skeleton (`html/page.html`), a style sheet, a script and the data, as JSON in which nothing can end
//! the element that holds it. The script makes every text a text node, so nothing in the data is ever read as HTML; a
//! content security policy names the script and the style sheet by their digests and forbids all else.

mod data;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::excerpts::Excerpts;
use super::formats::{Evidence, Format, Output};
use super::{Report, json};

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "html",
    alias: None,
    endings: &["html", "htm"],
    about: "One file to open in a browser, offline; where there is no code at hand, with the text of the evidence",
    evidence: Evidence::Flags,
    shows_code: true,
    output: Output::Plain,
    write: |report, view| write(report, view.excerpts),
};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The page. Without excerpts it shows the text of the evidence, and says so.
///
/// # Errors
/// Never for a report that this crate made.
pub fn write(report: &Report, excerpts: Option<&Excerpts>) -> Result<String, serde_json::Error> {
    let data = json::compact(&data::of(report, excerpts)?)?;
    // Neither an end tag nor a comment can begin in it.
    let data = data.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let mut out = String::with_capacity(data.len() + PAGE.len() + STYLE.len() + SCRIPT.len() + 200);
    // The pieces are put in from the front, so that no placeholder in the data is taken for one.
    let mut rest = PAGE;
    for (place, piece) in [
        ("{{style-digest}}", digest(STYLE)),
        ("{{script-digest}}", digest(SCRIPT)),
        ("{{style}}", STYLE.into()),
        ("{{data}}", data),
        ("{{script}}", SCRIPT.into()),
    ] {
        if let Some((before, after)) = rest.split_once(place) {
            out.push_str(before);
            out.push_str(&piece);
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// As a content security policy names it.
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn digests_are_written_as_a_content_security_policy_names_them() {
        assert_eq!(digest("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn every_piece_is_put_in_once() {
        let page = write(&sample::report("{{script}} {{data}} {{style}}", 1), None).unwrap();
        assert_eq!(page.matches(SCRIPT).count(), 1);
        assert_eq!(page.matches(STYLE).count(), 1);
        assert!(page.contains(&format!("script-src '{}'", digest(SCRIPT))));
    }

    #[test]
    fn nothing_in_the_data_is_read_as_html() {
        let hostile = "</script><!--<script>alert(1)</script><img src=x onerror=alert(1)>\u{2028}\u{202e}&amp;";
        let (plain, page) = (write(&sample::report("text", 2), None), write(&sample::report(hostile, 2), None));
        let count = |page: &str| ['<', '>', '&'].map(|c| page.matches(c).count());
        let page = page.unwrap();
        assert_eq!(count(&page), count(&plain.unwrap()));
        assert!(!page.contains(['\u{2028}', '\u{202e}']));
    }
}
