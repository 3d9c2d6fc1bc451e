//! `ai-detect languages`: which languages are scored, and which files belong to them.

use std::fmt::Write as _;

use super::output::Output;
use super::{Exit, Failure};
use ai_detect_lang as lang;

pub(super) fn run(out: &Output) -> Result<Exit, Failure> {
    let mut text = String::from("scored:\n");
    for title in titles() {
        let _ = writeln!(text, "  {title:<12}{}", files(title).join(" "));
    }
    text += "\nnot scored: all other text. What commits declare about it is read all the same.\n";
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// The languages as people write them; those that share a title once.
fn titles() -> Vec<&'static str> {
    let mut titles: Vec<&str> = lang::ALL.iter().map(|language| language.title).collect();
    titles.dedup();
    titles
}

/// Extensions and names of the files of a language, and the interpreters in a script's first line.
fn files(title: &str) -> Vec<String> {
    let languages = || lang::ALL.iter().filter(|language| language.title == title);
    let extensions = languages().flat_map(|language| language.extensions).map(|extension| format!(".{extension}"));
    let names = languages().flat_map(|language| language.filenames).map(|name| (*name).to_owned());
    let mut interpreters: Vec<&str> = languages().flat_map(|language| language.interpreters).copied().collect();
    interpreters.dedup();
    extensions.chain(names).chain(interpreters.iter().map(|program| format!("#!{program}"))).collect()
}
