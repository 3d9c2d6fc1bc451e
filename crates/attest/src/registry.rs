//! The marker registry: answers what an address, a name, a key or a word stands for.
//!
//! The data is `rules/markers.yml`; its shape is `schema`, `check` finds mistakes in it, `selftest` runs its
//! own examples, and `index` prepares it for looking up. The order in which a commit is read is `read`.

mod index;
mod model_id;
mod model_in_name;
mod models;
mod names;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Role;
use super::check::{self, Error};
use super::hints::Words;
use super::schema::{File, Labels, Marker, MarkerForm, Pattern, Reads, Tool};
use ai_detect_base::change::Person;
pub(super) use models::alternatives;
use names::ToolNames;

/// A marker and the tool that leaves it; none for markers that any tool may leave.
#[derive(Debug, Clone, Copy)]
pub struct MarkerAt<'r> {
    /// The tool.
    pub tool: Option<&'r Tool>,
    /// The marker.
    pub marker: &'r Marker,
}

impl<'r> MarkerAt<'r> {
    pub(super) fn id(self) -> &'r str {
        &self.marker.id
    }

    pub(super) fn tool_name(self) -> Option<&'r str> {
        self.tool.map(|tool| tool.name.as_str())
    }
}

/// What well-known trailer keys say about whoever is in their value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PersonKey {
    CoAuthor,
    SignOff,
    Review,
    /// Says that it was a person who looked at it.
    HumanReview,
}

/// What a message might contain.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// Whether there is any reason to read on.
    pub(super) any: bool,
    /// The phrases worth trying, in the registry's order.
    pub(super) phrases: Vec<u32>,
}

/// Every marker we know, ready to be looked up.
#[derive(Debug)]
pub struct Registry {
    pub(super) file: File,
    /// Every marker: the index of its tool, and its index there.
    slots: Vec<(Option<usize>, usize)>,
    accounts: FxHashMap<u64, u32>,
    addresses: FxHashMap<String, Vec<u32>>,
    names: FxHashMap<String, Vec<u32>>,
    suffixes: Vec<(String, u32)>,
    model_names: Option<u32>,
    keys: FxHashMap<String, Vec<u32>>,
    person_keys: FxHashMap<String, PersonKey>,
    other_keys: FxHashSet<String>,
    /// Names by which tools are declared, longest first.
    aliases: Vec<(String, usize)>,
    programs: FxHashSet<String>,
    quoting: FxHashSet<String>,
    /// Phrases of programs that quote others.
    quoting_phrases: AhoCorasick,
    hints: Words,
    /// For each hint the phrase that it leads to, if it does.
    hint_of: Vec<Option<u32>>,
    model_hints: AhoCorasick,
    tool_names: ToolNames,
    exact_models: LazyPattern,
    loose_models: LazyPattern,
}

/// The alternatives of many patterns, joined when first needed.
type LazyPattern = Pattern;

static BUILTIN: LazyLock<Result<Registry, Error>> = LazyLock::new(|| {
    // The build script has checked the patterns, and the tests check all else. Here, patterns are compiled when they
    // are first needed.
    let file = serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/rules/markers.json")));
    file.map_err(|error| Error::Builtin { problem: error.to_string() }).and_then(Registry::index)
});

impl Registry {
    /// The registry that comes with the program, as the build script prepared it: without examples.
    ///
    /// # Errors
    /// Where the data in the program cannot be read. Without it, no trace would be found, so that there is no registry
    /// to go on with.
    pub fn builtin() -> Result<&'static Registry, Error> {
        BUILTIN.as_ref().map_err(Error::clone)
    }

    /// The same with its examples, and checked.
    ///
    /// # Errors
    /// As [`Registry::from_yaml`].
    pub fn builtin_with_examples() -> Result<Registry, Error> {
        Registry::from_yaml(include_str!("../../../rules/markers.yml"))
    }

    /// Loads a registry from YAML and checks all of it, patterns included.
    ///
    /// # Errors
    /// Where the text is not YAML, has keys that mean nothing, or has entries that cannot work.
    pub fn from_yaml(text: &str) -> Result<Registry, Error> {
        let file = check::parse(text)?;
        check::check(&file, text)?;
        Registry::index(file)
    }

    /// The tools, in the file's order.
    pub fn tools(&self) -> &[Tool] {
        &self.file.tools
    }

    /// The tool of a name, as people write it in declarations: `Cursor`, `cursor agent`.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        let name = name.trim();
        let named = |tool: &&Tool| tool.id.eq_ignore_ascii_case(name) || tool.name.eq_ignore_ascii_case(name);
        let by_alias = || self.alias(name).filter(|(_, length)| *length == name.len()).map(|(tool, _)| tool);
        self.file.tools.iter().find(named).or_else(by_alias)
    }

    /// Whether two names are those of one tool: `Claude` and `Claude Code`.
    pub fn is_same_tool(&self, one: &str, other: &str) -> bool {
        match (self.tool(one), self.tool(other)) {
            (Some(one), Some(other)) => one.id == other.id,
            (None, None) => one.trim().eq_ignore_ascii_case(other.trim()),
            _ => false,
        }
    }

    /// Every marker with its tool.
    pub(crate) fn markers(&self) -> impl Iterator<Item = MarkerAt<'_>> {
        (0..self.slots.len() as u32).filter_map(|slot| self.at(slot))
    }

    pub(super) fn at(&self, slot: u32) -> Option<MarkerAt<'_>> {
        at(&self.file, &self.slots, slot)
    }

    fn at_each<'a>(&'a self, slots: Option<&'a Vec<u32>>) -> impl Iterator<Item = MarkerAt<'a>> {
        slots.into_iter().flatten().filter_map(|slot| self.at(*slot))
    }

    pub(super) fn by_account(&self, id: u64) -> Option<MarkerAt<'_>> {
        self.accounts.get(&id).and_then(|slot| self.at(*slot))
    }

    pub(super) fn by_address(&self, email: &str, name: &str) -> Option<MarkerAt<'_>> {
        let fits = |found: &MarkerAt<'_>| found.marker.only.as_ref().is_none_or(|only| only.is_match(name));
        self.at_each(self.addresses.get(email)).find(fits)
    }

    /// The marker whose suffix the name has, and what is before it.
    pub(super) fn by_suffix<'n>(&self, name: &'n str) -> Option<(MarkerAt<'_>, &'n str)> {
        let name = name.trim_end();
        self.suffixes.iter().find_map(|(suffix, slot)| {
            let cut = name.len().checked_sub(suffix.len())?;
            let tail = name.get(cut..)?;
            (tail.eq_ignore_ascii_case(suffix)).then_some(())?;
            Some((self.at(*slot)?, name.get(..cut)?))
        })
    }

    /// The marker for a display name, in lower case and without brackets behind it.
    pub(super) fn by_name(&self, name: &str, addressless: bool) -> Option<MarkerAt<'_>> {
        let listed = self.at_each(self.names.get(name)).find(|found| addressless || !found.marker.addressless);
        let is_model =
            || self.model(name).is_some_and(|model| model.exact && model.start == 0 && model.end == name.len());
        listed.or_else(|| self.model_names.filter(|_| is_model()).and_then(|slot| self.at(slot)))
    }

    /// The marker of models as names, for a name that holds a tool and its exact model.
    pub(super) fn by_tool_and_model(&self, name: &str) -> Option<MarkerAt<'_>> {
        self.model_names.filter(|_| self.names_tool_and_model(name)).and_then(|slot| self.at(slot))
    }

    /// The markers with a key. `X-` in front of a key means nothing.
    pub(super) fn by_key<'a>(&'a self, key: &str) -> impl Iterator<Item = MarkerAt<'a>> {
        let listed = self.keys.get(key).or_else(|| self.keys.get(key.strip_prefix("x-")?));
        self.at_each(listed)
    }

    /// The markers of boxes to tick.
    pub(super) fn boxes(&self) -> impl Iterator<Item = MarkerAt<'_>> {
        self.markers().filter(|at| at.marker.form == MarkerForm::Checkbox)
    }

    /// Whose branch this is, if any tool's, and the beginning that says so; empty where the whole
    /// name does.
    pub(super) fn by_branch(&self, name: &str) -> Option<(Option<&Tool>, &str)> {
        let tools = self.file.tools.iter();
        let whole =
            tools.clone().find(|tool| tool.branch_pattern.as_ref().is_some_and(|pattern| pattern.is_match(name)));
        if let Some(tool) = whole {
            return Some((Some(tool), ""));
        }
        let own = tools.flat_map(|tool| tool.branches.iter().map(move |prefix| (Some(tool), prefix.as_str())));
        let shared = self.file.branches.iter().map(|prefix| (None, prefix.as_str()));
        let fits = |(_, prefix): &(Option<&Tool>, &str)| name.len() > prefix.len() && name.starts_with(prefix);
        own.chain(shared).filter(fits).max_by_key(|(tool, prefix)| (prefix.len(), tool.is_some()))
    }

    /// What a label says, and of which tool.
    pub(super) fn by_label(&self, label: &str) -> Option<(Option<&Tool>, Role)> {
        let label = label.trim().to_lowercase();
        let listed = |list: &[String]| list.contains(&label);
        if let Some(tool) = self.file.tools.iter().find(|tool| listed(&tool.labels)) {
            return Some((Some(tool), Role::Authored));
        }
        let Labels { authored, assisted, denied } = &self.file.labels;
        let roles = [(authored, Role::Authored), (assisted, Role::Assisted), (denied, Role::Denied)];
        roles.into_iter().find(|(list, _)| listed(list)).map(|(_, role)| (None, role))
    }

    pub(super) fn person_key(&self, key: &str) -> Option<PersonKey> {
        self.person_keys.get(key).copied()
    }

    /// Whether the key is a known one that says nothing about AI by itself.
    pub(super) fn is_other_key(&self, key: &str) -> bool {
        self.other_keys.contains(key)
    }

    /// Whether the key is one that trailers are known to have.
    pub(super) fn is_trailer_key(&self, key: &str) -> bool {
        self.person_keys.contains_key(key) || self.keys.contains_key(key) || self.other_keys.contains(key)
    }

    /// The tool whose name the text starts with, and the length of that name.
    pub(super) fn alias(&self, text: &str) -> Option<(&Tool, usize)> {
        self.aliases.iter().find_map(|(alias, tool)| {
            let head = text.get(..alias.len())?;
            let after = text.get(alias.len()..)?.chars().next();
            let whole = after.is_none_or(|c| !c.is_alphanumeric());
            (whole && head.eq_ignore_ascii_case(alias)).then_some(())?;
            Some((self.file.tools.get(*tool)?, alias.len()))
        })
    }

    /// The tool whose page a text is the address of.
    pub(super) fn by_page(&self, text: &str) -> Option<&Tool> {
        let place = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let place = place.strip_prefix("www.").unwrap_or(place);
        let leads_to = |page: &String| {
            place.strip_prefix(page.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        self.file.tools.iter().find(|tool| tool.pages.iter().any(leads_to))
    }

    /// Whether a text is a name of a tool that is as well somebody's first name, and nothing else: `Jules`.
    pub(super) fn is_first_name(&self, text: &str) -> bool {
        self.alias(text).is_some_and(|(tool, length)| tool.namesakes && length == text.len() && !text.contains(' '))
    }

    /// The marker of trailers that ask for the use of AI and are not listed.
    pub(super) fn of_unlisted_keys(&self) -> Option<MarkerAt<'_>> {
        self.by_key("ai").find(|at| at.marker.reads == Reads::Answer)
    }

    /// Whether an account is a program that is no AI tool, or no account at all but a forge.
    pub(super) fn is_program(&self, person: &Person) -> bool {
        listed(&self.programs, person) || person.name.contains("[bot]") || person.email.contains("[bot]@")
    }

    /// Whether an address, in lower case, is one that belongs to nobody.
    pub(super) fn is_placeholder(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or(email, |(_, domain)| domain);
        self.file.programs.placeholders.iter().any(|placeholder| placeholder == domain)
    }

    /// Whether a message by this author, or with these phrases, quotes other projects.
    pub(super) fn is_quoting(&self, author: &Person, message: &str) -> bool {
        listed(&self.quoting, author) || self.quoting_phrases.is_match(message)
    }

    /// Whether a look at the person's name and address is worth while.
    pub(super) fn may_be_tool(&self, person: &Person) -> bool {
        self.hints.any(&person.email) || self.hints.any(&person.name) || self.model_hints.is_match(&person.name)
    }

    /// The names of tools in a text, as spans.
    pub(super) fn tool_names(&self, text: &str) -> Vec<Range<usize>> {
        self.tool_names.find(text)
    }

    /// What the message might contain.
    pub(super) fn hints(&self, message: &str) -> Hints {
        let mut found = Hints::default();
        self.hints.each(message, |word| {
            found.any = true;
            found.phrases.extend(self.hint_of.get(word as usize).copied().flatten());
            true
        });
        found.phrases.sort_unstable();
        found.phrases.dedup();
        found
    }
}

fn at<'a>(file: &'a File, slots: &[(Option<usize>, usize)], slot: u32) -> Option<MarkerAt<'a>> {
    let (tool, marker) = *slots.get(slot as usize)?;
    match tool {
        None => Some(MarkerAt { tool: None, marker: file.declarations.get(marker)? }),
        Some(tool) => {
            let tool = file.tools.get(tool)?;
            Some(MarkerAt { tool: Some(tool), marker: tool.markers.get(marker)? })
        }
    }
}

fn listed(list: &FxHashSet<String>, person: &Person) -> bool {
    list.contains(&person.email.to_lowercase()) || list.contains(&person.name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_within_words_are_no_hints() {
        let registry = Registry::builtin().unwrap();
        assert!(!registry.hints("an example, simply sampled").any);
        assert!(!registry.hints("Fix the parser for trailing commas").any);
        assert!(registry.hints("see CLAUDE.md").any);
    }
}
