//! From the data of a registry to what is looked up in it.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;

use super::names::ToolNames;
use super::{PersonKey, Registry, alternatives};
use crate::check::Error;
use crate::hints::Words;
use crate::schema::{File, Marker};

/// What leads to a marker: by account, address, name, end of a name and key; and the words that make a text worth
/// reading, each with the phrase that it leads to, if it does.
#[derive(Default)]
struct Tables {
    accounts: FxHashMap<u64, u32>,
    addresses: FxHashMap<String, Vec<u32>>,
    names: FxHashMap<String, Vec<u32>>,
    suffixes: Vec<(String, u32)>,
    model_names: Option<u32>,
    keys: FxHashMap<String, Vec<u32>>,
    hints: Vec<(String, Option<u32>)>,
}

impl Registry {
    /// Prepares a registry's data.
    ///
    /// # Errors
    /// Where there is more of it than can be searched for at once.
    pub(super) fn index(file: File) -> Result<Registry, Error> {
        let neutral = file.declarations.iter().enumerate().map(|(at, marker)| ((None, at), marker));
        let specific = file.tools.iter().enumerate().flat_map(|(tool, entry)| {
            entry.markers.iter().enumerate().map(move |(at, marker)| ((Some(tool), at), marker))
        });
        let mut slots = Vec::new();
        let mut tables = Tables::default();
        for (slot, (place, marker)) in (0u32..).zip(neutral.chain(specific)) {
            slots.push(place);
            tables.add(slot, marker);
        }
        let person_keys = [
            (&file.keys.co_author, PersonKey::CoAuthor),
            (&file.keys.sign_off, PersonKey::SignOff),
            (&file.keys.review, PersonKey::Review),
            (&file.keys.human_review, PersonKey::HumanReview),
        ];
        let person_keys =
            person_keys.into_iter().flat_map(|(keys, kind)| lower(keys).map(move |key| (key, kind))).collect();
        let aliases = aliases(&file);
        let Tables { accounts, addresses, names, suffixes, model_names, keys, mut hints } = tables;
        hints.extend(aliases.iter().map(|(alias, _)| (alias.clone(), None)));
        hints.extend(file.models.hints.iter().map(|hint| (hint.clone(), None)));
        let near_misses = file.near_misses.hints.iter().chain(&file.near_misses.chats);
        hints.extend(near_misses.map(|hint| (hint.clone(), None)));
        let (words, hint_of) = hints.into_iter().unzip();
        Ok(Registry {
            slots,
            accounts,
            addresses,
            names,
            suffixes,
            model_names,
            keys,
            person_keys,
            other_keys: lower(&file.keys.other).collect(),
            aliases,
            programs: lower(&file.programs.addresses).chain(lower(&file.programs.names)).collect(),
            quoting: lower(&file.programs.quoting).collect(),
            quoting_phrases: AhoCorasick::new(&file.programs.quoting_phrases).map_err(unsearchable)?,
            hints: Words::new(words),
            hint_of,
            model_hints: automaton(file.models.hints.iter().map(String::as_str), MatchKind::Standard)?,
            tool_names: ToolNames::new(&file.tools)?,
            exact_models: alternatives(&file.models.exact),
            loose_models: alternatives(&file.models.loose),
            file,
        })
    }
}

impl Tables {
    fn add(&mut self, slot: u32, marker: &Marker) {
        for id in &marker.ids {
            self.accounts.insert(*id, slot);
            self.hints.push((format!("{id}+"), None));
        }
        for address in &marker.addresses {
            self.addresses.entry(address.to_lowercase()).or_default().push(slot);
            self.hints.push((address.clone(), None));
        }
        for name in &marker.names {
            self.names.entry(name.to_lowercase()).or_default().push(slot);
            self.hints.push((name.clone(), None));
        }
        for suffix in &marker.suffixes {
            self.suffixes.push((suffix.to_lowercase(), slot));
            let word = suffix.trim_matches(|c: char| !c.is_alphanumeric());
            self.hints.push((word.to_owned(), None));
        }
        if marker.model_names {
            self.model_names = Some(slot);
        }
        for key in &marker.keys {
            self.keys.entry(key.to_lowercase()).or_default().push(slot);
            self.hints.push((format!("{key}:"), None));
            if key.contains('-') {
                self.hints.push((format!("{}:", key.replace('-', " ")), None));
            }
        }
        self.hints.extend(marker.hints.iter().map(|hint| (hint.clone(), Some(slot))));
    }
}

/// The names by which tools are declared, longest first: "claude code" wins over "claude".
fn aliases(file: &File) -> Vec<(String, usize)> {
    let tools = file.tools.iter().enumerate();
    let mut aliases: Vec<(String, usize)> =
        tools.flat_map(|(at, tool)| lower(&tool.aliases).map(move |name| (name, at))).collect();
    aliases.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
    aliases.dedup();
    aliases
}

fn lower(list: &[String]) -> impl Iterator<Item = String> {
    list.iter().map(|text| text.to_lowercase())
}

/// Finds words whatever their case.
pub(super) fn automaton<'a>(words: impl Iterator<Item = &'a str>, kind: MatchKind) -> Result<AhoCorasick, Error> {
    // The fastest kind takes longer to make than the messages of most ranges take to read.
    let cheap = Some(AhoCorasickKind::ContiguousNFA);
    let built = AhoCorasick::builder().kind(cheap).ascii_case_insensitive(true).match_kind(kind).build(words);
    built.map_err(unsearchable)
}

fn unsearchable(error: aho_corasick::BuildError) -> Error {
    Error::Words { problem: error.to_string() }
}
