//! What a project configures: settings, rule packs, policies, tables of a model, and the marker registry.

use std::sync::Arc;

use ai_detect::analyse::{Detail, analyse};
use ai_detect::attest::Registry;
use ai_detect::change::{ChangeSet, FileChange, Origin, Range, Span};
use ai_detect::config::Config;
use ai_detect::exclude::Excluder;
use ai_detect::pack::{Fitted, Lexicon, Pack, Source, Trees};
use ai_detect::policy::{Policy, Sensitive};
use ai_detect::signals::Engine;
use ai_detect::text::Text;

const CODE: &str = "# a comment\ndef run(self):\n    \"\"\"Say so.\"\"\"\n    try:\n        return go(self)\n    except E:\n        pass\n";

/// The first byte chooses whose file it is. What is accepted can be used on a small change, and a refusal says
/// something.
pub fn run(data: &[u8]) {
    let (kind, rest) = super::chosen(data);
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let refused = match kind % 6 {
        0 => Config::parse("c.yml", text).map(settings).err().map(|error| error.to_string()),
        1 => {
            let source = Source { name: "p.yml".into(), content: text.into() };
            let fitted = Fitted::builtin().expect("the built-in model");
            Pack::load(fitted, &[source], &[])
                .map(|pack| use_on_code(&pack, &Config::default()))
                .err()
                .map(|error| error.to_string())
        }
        2 => {
            let own = |path: &str| Ok((path == "p.yml").then(|| text.to_owned()));
            Policy::load("p.yml", &own).err().map(|error| error.to_string())
        }
        3 => Registry::from_yaml(text).err().map(|error| error.to_string()),
        4 => Lexicon::parse(text).map(|lexicon| lexicon.find(text)).err().map(|error| error.to_string()),
        _ => Trees::parse(text)
            .map(|trees| assert_eq!(Trees::parse(&trees.write()).ok().map(|again| again.write()), Some(trees.write())))
            .err()
            .map(|error| error.to_string()),
    };
    assert!(refused.is_none_or(|message| !message.is_empty()));
}

fn settings(config: Config) {
    Excluder::new(&config.exclude, config.limits.file_bytes).expect("checked patterns");
    Sensitive::new(&config.sensitive).expect("checked patterns");
}

fn use_on_code(pack: &Pack, config: &Config) {
    let text = Arc::new(Text::new(CODE.into()));
    let authored = vec![Span::new(0, text.len())];
    let file = FileChange {
        path: "a.py".into(),
        old_path: None,
        is_new: true,
        origins: authored.iter().map(|&span| Origin::unknown(span)).collect(),
        authored,
        new: text,
        old: None,
        moved_lines: 0,
        whitespace_lines: 0,
        carried: None,
    };
    let range = Range { spec: "x".into(), base: None, head: None };
    let change =
        ChangeSet { range, commits: Vec::new(), files: vec![file], excluded: Vec::new(), cut_short: Vec::new() };
    let report = analyse(&change, &Engine::new(pack), Registry::builtin().unwrap(), config, Detail::All);
    assert!(report.expect("a report").hunks.iter().all(|hunk| hunk.log_odds.is_finite()));
}
