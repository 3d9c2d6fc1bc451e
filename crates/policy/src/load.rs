//! Reading policies: presets, a project's own, and how they extend each other.
//!
//! The written shape is `raw`; nothing here looks at a commit.

use globset::{GlobBuilder, GlobSetBuilder};

use super::raw::{RawMarker, RawPolicy};
use super::sensitive::Sensitive;
use super::{ExemptAuthors, ForeignClass, Marker, Policy, SensitiveRules, Stance};
use ai_detect_base::slices::items_of;
use ai_detect_base::yaml;
pub(crate) use ai_detect_base::yaml::nearest;

mod place;
mod replaced;

pub use replaced::Replaced;

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../rules/policies/", $name, ".yml")))),*]
    };
}

/// The policies that come with the program: names and texts.
pub static PRESETS: &[(&str, &str)] = presets![
    "default",
    "full",
    "linux-kernel",
    "agent-model",
    "zephyr",
    "fedora",
    "debian",
    "openinfra",
    "apache",
    "spark",
    "llvm",
    "kubernetes",
    "mesa",
    "nodejs",
    "rust",
    "ghostty",
    "nextcloud",
    "systemd",
    "trino",
    "open-code-review",
    "openliberty",
    "netbsd",
    "qemu",
    "gentoo",
    "ban",
];

/// More policies are not read for one, by whatever ways they are reached.
const MAX_BASES: usize = 64;

/// What is wrong with a policy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not YAML, or not of the expected shape.
    #[error(transparent)]
    Shape(#[from] yaml::Error),
    /// A policy that starts from itself.
    #[error("{}: a policy cannot start from itself", .0.join(" extends "))]
    Cycle(Vec<String>),
    /// Neither a preset nor a file.
    #[error("no policy is called `{name}`.{} `ai-detect policy list` names the presets; the name of a file ends in .yml or .yaml", question(.near.as_deref()))]
    Unknown {
        /// As written.
        name: String,
        /// The preset that was perhaps meant.
        near: Option<String>,
    },
    /// Policies that start from ever more others.
    #[error("{0}: a policy starts from at most {MAX_BASES} others, counting each time that one is reached")]
    TooMany(String),
    /// A file that is not there.
    #[error("there is no policy file {0}")]
    NoFile(String),
    /// A file that cannot be read.
    #[error("{0}")]
    Read(String),
    /// A well-formed policy that means nothing.
    #[error("{file}:{line}: {problem}")]
    Meaning {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

impl Error {
    /// The same of files that come from somewhere else than the disk: ` in commit 452e47fb`.
    #[must_use]
    pub fn found(self, at: &str) -> Self {
        let placed = |file: String| if file.starts_with(PRESET) { file } else { format!("{file}{at}") };
        match self {
            Error::Shape(error) => Error::Shape(yaml::Error { file: placed(error.file.clone()), ..error }),
            Error::Meaning { file, line, problem } => Error::Meaning { file: placed(file), line, problem },
            other => other,
        }
    }
}

/// What the texts of presets are called.
const PRESET: &str = "preset ";

fn question(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!(" Did you mean `{near}`?"))
}

/// Reads a policy file by its path; none where there is no such file.
pub(crate) type Reader<'a> = dyn Fn(&str) -> Result<Option<String>, String> + 'a;

impl Policy {
    /// A preset by its name, or a project's file by its path.
    ///
    /// # Errors
    /// Where there is none, it or one that it extends is wrong, or they extend each other in a circle.
    pub fn load(name: &str, read: &Reader<'_>) -> Result<Policy, Error> {
        let mut lineage = Vec::new();
        let mut ancestry = Ancestry { read, above: Vec::new(), left: MAX_BASES + 1 };
        let raw = resolve(name, &mut ancestry, &mut lineage)?;
        checked(name, raw, lineage)
    }

    /// A preset by its name.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn preset(name: &str) -> Result<Policy, Error> {
        Policy::load(name, &|_| Ok(None))
    }
}

/// Whether a sentence lacks one of a pair of brackets.
fn is_cut(sentence: &str) -> bool {
    let mut open = 0_i32;
    let is_closed_alone = sentence.chars().any(|sign| {
        open += i32::from(sign == '(') - i32::from(sign == ')');
        open < 0
    });
    is_closed_alone || open != 0
}

struct Resolved {
    raw: RawPolicy,
    /// Texts with their names, to find the line of what turns out to be wrong.
    texts: Vec<(String, String)>,
    /// Inherited lists that were replaced.
    replaced: Vec<Replaced>,
}

/// The policies on the way to one that is read.
struct Ancestry<'a> {
    read: &'a Reader<'a>,
    above: Vec<String>,
    /// How many more may be read.
    left: usize,
}

fn resolve(name: &str, ancestry: &mut Ancestry<'_>, lineage: &mut Vec<String>) -> Result<Resolved, Error> {
    if let Some(at) = ancestry.above.iter().position(|known| known == name) {
        let mut circle = items_of(&ancestry.above, at..).to_vec();
        circle.push(name.to_owned());
        return Err(Error::Cycle(circle));
    }
    ancestry.left = ancestry.left.checked_sub(1).ok_or_else(|| Error::TooMany(name.to_owned()))?;
    let (file, content) = text(name, ancestry.read)?;
    let own = parse(&file, &content)?;
    ancestry.above.push(name.to_owned());
    let (mut merged, mut replaced) = (RawPolicy::default(), Vec::new());
    let mut texts = vec![(file, content)];
    for base in own.extends.clone().into_iter().flat_map(|names| names.into_vec()) {
        let resolved = resolve(&base, ancestry, lineage)?;
        replaced.extend(resolved.replaced);
        replaced.extend(replaced::replaced(&merged, &resolved.raw, &base));
        merged = over(merged, resolved.raw);
        texts.extend(resolved.texts);
    }
    ancestry.above.pop();
    if !lineage.iter().any(|known| known == name) {
        lineage.push(name.to_owned());
    }
    replaced.extend(replaced::replaced(&merged, &own, name));
    Ok(Resolved { raw: over(merged, own), texts, replaced })
}

fn text(name: &str, read: &Reader<'_>) -> Result<(String, String), Error> {
    if let Some((_, content)) = PRESETS.iter().find(|(preset, _)| *preset == name) {
        return Ok((format!("{PRESET}{name}"), (*content).to_owned()));
    }
    if !(name.ends_with(".yml") || name.ends_with(".yaml")) {
        let presets = || PRESETS.iter().map(|(preset, _)| *preset);
        let part = presets().find(|preset| preset.split('-').any(|part| part.eq_ignore_ascii_case(name)));
        let near = part.map(str::to_owned).or_else(|| nearest(name, presets()));
        return Err(Error::Unknown { name: name.into(), near });
    }
    let content = read(name).map_err(Error::Read)?.ok_or_else(|| Error::NoFile(name.into()))?;
    Ok((name.to_owned(), content))
}

fn parse(file: &str, content: &str) -> Result<RawPolicy, Error> {
    // An empty file, or one with nothing but comments, is YAML's null.
    if content.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(RawPolicy::default());
    }
    Ok(yaml::parse(file, content)?)
}

/// `top` over `base`: what is given replaces what is inherited, and `also` adds to it.
fn over(base: RawPolicy, top: RawPolicy) -> RawPolicy {
    fn list<T>(base: Option<Vec<T>>, top: Option<Vec<T>>, also: Vec<T>) -> Option<Vec<T>> {
        let mut list = top.or(base);
        if !also.is_empty() {
            list.get_or_insert_with(Vec::new).extend(also);
        }
        list
    }
    let mut merged = RawPolicy {
        // A policy that is built from another one is not that other one.
        id: top.id,
        title: top.title,
        source: top.source,
        stance: top.stance.or(base.stance),
        extends: None,
        says: top.says.or(base.says),
        // Examples of another policy may be wrong by this one.
        examples: top.examples,
        unchecked: list(base.unchecked, top.unchecked, top.also.unchecked),
        request_covers_commits: top.request_covers_commits.or(base.request_covers_commits),
        facts: list(base.facts, top.facts, top.also.facts),
        reviewed_by_another_person: top.reviewed_by_another_person.or(base.reviewed_by_another_person),
        ..RawPolicy::default()
    };
    merged.markers.required = list(base.markers.required, top.markers.required, top.also.required);
    merged.markers.accepted = list(base.markers.accepted, top.markers.accepted, top.also.accepted);
    merged.markers.forbidden = list(base.markers.forbidden, top.markers.forbidden, top.also.forbidden);
    merged.markers.told = top.markers.told.or(base.markers.told);
    merged.sign_off.by_person = top.sign_off.by_person.or(base.sign_off.by_person);
    merged.sign_off.not_by_tool = top.sign_off.not_by_tool.or(base.sign_off.not_by_tool);
    merged.exempt.authors = list(base.exempt.authors, top.exempt.authors, top.also.exempt_authors);
    merged.exempt.members = top.exempt.members.or(base.exempt.members);
    merged.exempt.labels = top.exempt.labels.or(base.exempt.labels);
    merged.exempt.kinds = list(base.exempt.kinds, top.exempt.kinds, top.also.exempt_kinds);
    merged.sensitive.classes = top.sensitive.classes.or(base.sensitive.classes);
    merged.sensitive.facts = top.sensitive.facts.or(base.sensitive.facts);
    merged.sensitive.reviewed_by_another_person =
        top.sensitive.reviewed_by_another_person.or(base.sensitive.reviewed_by_another_person);
    merged.sensitive.verified_signature = top.sensitive.verified_signature.or(base.sensitive.verified_signature);
    merged.signatures.commits = top.signatures.commits.or(base.signatures.commits);
    merged.signatures.notes = top.signatures.notes.or(base.signatures.notes);
    merged.thresholds.flag = top.thresholds.flag.or(base.thresholds.flag);
    merged.thresholds.added_lines = top.thresholds.added_lines.or(base.thresholds.added_lines);
    merged.thresholds.newcomer_lines = top.thresholds.newcomer_lines.or(base.thresholds.newcomer_lines);
    merged.author.text = top.author.text.or(base.author.text);
    merged
}

/// The classes that do not come with the program, with their places: the settings must define them.
fn foreign_classes(classes: &[String], texts: &[(String, String)]) -> Result<Vec<ForeignClass>, Error> {
    let known = Sensitive::builtin().map_err(Error::Read)?;
    let foreign = classes.iter().filter(|class| known.class(class).is_none());
    let placed = |class: &String| {
        let (file, line) = place::of_class(class, texts).unwrap_or_default();
        ForeignClass { name: class.clone(), file, line }
    };
    Ok(foreign.map(placed).collect())
}

impl Policy {
    /// Checks that every class of sensitive paths that it names exists. `own` are those that the settings define.
    ///
    /// # Errors
    /// At the first class that nobody defines.
    pub fn check_classes(&self, own: &[String]) -> Result<(), Error> {
        let Some(foreign) = self.sensitive.foreign_classes.iter().find(|class| !own.contains(&class.name)) else {
            return Ok(());
        };
        let known = Sensitive::builtin().map_err(Error::Read)?;
        let known = known.classes().iter().map(|class| class.id.as_str()).chain(own.iter().map(String::as_str));
        let near = nearest(&foreign.name, known);
        let problem = format!(
            "no class of sensitive paths is called `{}`.{} `ai-detect policy sensitive` lists the classes; lines below \
             `sensitive:` in .ai-detect.yml define others",
            foreign.name,
            question(near.as_deref())
        );
        Err(Error::Meaning { file: foreign.file.clone(), line: foreign.line, problem })
    }
}

fn checked(name: &str, Resolved { raw, texts, replaced }: Resolved, lineage: Vec<String>) -> Result<Policy, Error> {
    let wrong = |needle: &str, problem: String| {
        let found = texts.iter().find_map(|(file, text)| {
            let line = text.lines().position(|line| line.contains(needle))?;
            Some((file.clone(), line + 1))
        });
        // What the texts do not show, such as an alias, is shown where the policy starts.
        let (file, line) = found.unwrap_or_else(|| (name.to_owned(), 1));
        Error::Meaning { file, line, problem }
    };
    let markers = |list: Option<Vec<RawMarker>>| -> Result<Vec<Marker>, Error> {
        let check = |raw: RawMarker| {
            let place = place::of_marker(&raw, &texts);
            Marker::check(raw).map_err(|problem| match place {
                Some((file, line)) => Error::Meaning { file, line, problem },
                // A marker that says nothing is somewhere below this key.
                None => wrong("markers:", problem),
            })
        };
        list.into_iter().flatten().map(check).collect()
    };
    let [required, accepted, forbidden, told] =
        [raw.markers.required, raw.markers.accepted, raw.markers.forbidden, raw.markers.told].map(markers);
    let (required, accepted, forbidden, told) = (required?, accepted?, forbidden?, told?);
    if let Some(marker) = required.iter().chain(&accepted).chain(&told).find(|marker| marker.tools().is_some()) {
        let needle = marker.tools().and_then(|tools| tools.first()).map_or("tool:", String::as_str);
        return Err(wrong(needle, "`tool` goes under `forbidden`; elsewhere name a `trailer` or a `form`".into()));
    }
    if let Some(marker) = told.iter().find(|marker| !marker.is_of_requests()) {
        let needle = marker.first_word().unwrap_or("told:");
        let problem =
            "`told` mentions a `label` of the request, or a `text` with `in: request`; nothing else is mentioned";
        return Err(wrong(needle, problem.into()));
    }
    let classes = raw.sensitive.classes.unwrap_or_default();
    let foreign_classes = foreign_classes(&classes, &texts)?;
    // What neither the policy nor one that it starts from says, it does not ask for.
    let authors = raw.exempt.authors.unwrap_or_default();
    // Not the patterns of paths (`globs`): a slash in a name separates nothing.
    let mut set = GlobSetBuilder::new();
    for pattern in &authors {
        let glob = GlobBuilder::new(pattern).case_insensitive(true).build();
        set.add(glob.map_err(|error| wrong(pattern, format!("`{pattern}` is no pattern: {}", error.kind())))?);
    }
    let set = set.build().map_err(|error| wrong("authors", error.to_string()))?;
    if let Some(rate) = raw.thresholds.flag.filter(|rate| !(0.0001..=0.5).contains(rate)) {
        let problem = format!("thresholds.flag is a rate of false positives between 0.0001 and 0.5, found {rate}");
        return Err(wrong("flag:", problem));
    }
    for (name, lines) in
        [("added_lines:", raw.thresholds.added_lines), ("newcomer_lines:", raw.thresholds.newcomer_lines)]
    {
        if lines == Some(0) {
            return Err(wrong(name, format!("{name} nobody can add fewer than 0 lines")));
        }
    }
    if let Some(cut) = raw.unchecked.iter().flatten().find(|sentence| is_cut(sentence)) {
        let problem = format!(
            "unchecked: `{cut}` opens or closes a bracket alone: within `[…]` a sentence ends at its first comma, so write \
             one sentence a line, behind `- `"
        );
        return Err(wrong(cut, problem));
    }
    Ok(Policy {
        // A policy without a name of its own goes by that of its file.
        id: raw.id.unwrap_or_else(|| name.to_owned()),
        title: raw.title.unwrap_or_else(|| name.to_owned()),
        stance: raw.stance.unwrap_or(Stance::Allow),
        source: raw.source,
        lineage,
        replaced,
        says: raw.says.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
        unchecked: raw.unchecked.unwrap_or_default(),
        request_covers_commits: raw.request_covers_commits.unwrap_or(false),
        required,
        accepted,
        forbidden,
        told,
        facts: raw.facts.unwrap_or_default(),
        sign_off_by_person: raw.sign_off.by_person.unwrap_or(false),
        // A sign-off is a person's statement, wherever nobody says otherwise.
        sign_off_not_by_tool: raw.sign_off.not_by_tool.unwrap_or(true),
        reviewed_by_another_person: raw.reviewed_by_another_person.unwrap_or(false),
        signed_commits: raw.signatures.commits.unwrap_or(false),
        signed_notes: raw.signatures.notes.unwrap_or(false),
        exempt_authors: ExemptAuthors { patterns: authors, set },
        exempt_members: raw.exempt.members.unwrap_or(false),
        exempt_labels: raw.exempt.labels.unwrap_or_default(),
        exempt_kinds: raw.exempt.kinds.unwrap_or_default(),
        sensitive: SensitiveRules {
            classes,
            foreign_classes,
            facts: raw.sensitive.facts.unwrap_or_default(),
            reviewed_by_another_person: raw.sensitive.reviewed_by_another_person.unwrap_or(false),
            verified_signature: raw.sensitive.verified_signature.unwrap_or(false),
        },
        flag_rate: raw.thresholds.flag,
        lines_below: raw.thresholds.added_lines,
        newcomer_lines_below: raw.thresholds.newcomer_lines,
        author_text: raw.author.text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
        examples: raw.examples,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::Fact;
    use super::*;

    fn load(files: &[(&str, &str)]) -> Result<Policy, Error> {
        let files: HashMap<&str, &str> = files.iter().copied().collect();
        Policy::load("own.yml", &|path| Ok(files.get(path).map(|text| (*text).to_owned())))
    }

    fn told(files: &[(&str, &str)]) -> String {
        load(files).unwrap_err().to_string()
    }

    #[test]
    fn every_preset_loads_and_says_where_it_is_from() {
        for (name, _) in PRESETS {
            let policy = Policy::preset(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(policy.id, *name);
            let source = policy.source.unwrap_or_else(|| panic!("{name} names no source"));
            assert!(!source.name.is_empty() && !source.as_of.is_empty(), "{name}");
            assert!(!policy.says.is_empty() && !policy.author_text.is_empty(), "{name}");
        }
    }

    #[test]
    fn what_is_given_replaces_and_also_adds() {
        let own =
            "extends: linux-kernel\ntitle: Ours\nfacts: [tool]\nalso:\n  facts: [session]\n  exempt_kinds: [docs]\n";
        let policy = load(&[("own.yml", own)]).unwrap();
        assert_eq!(policy.title, "Ours");
        assert_eq!(policy.facts, [Fact::Tool, Fact::Session]);
        assert!(policy.sign_off_by_person, "inherited");
        assert_eq!(policy.lineage, ["linux-kernel", "own.yml"]);
        let kernel = Policy::preset("linux-kernel").unwrap();
        assert_eq!(policy.exempt_kinds.len(), kernel.exempt_kinds.len() + 1);
    }

    #[test]
    fn inherited_lists_that_are_replaced_are_known() {
        let base = "facts: [tool, model]\nmarkers: {forbidden: [{trailer: Co-authored-by}]}\n";
        let load_with = |own: &str| load(&[("own.yml", &format!("extends: a.yml\n{own}")), ("a.yml", base)]).unwrap();
        let replaced =
            load_with("facts: [prompt]\nmarkers: {forbidden: [{trailer: X}], accepted: [{trailer: Y}]}\n").replaced;
        let found: Vec<_> = replaced.iter().map(|it| (it.key, it.by.as_str(), it.count)).collect();
        assert_eq!(found, [("facts", "own.yml", 2), ("markers.forbidden", "own.yml", 1)]);
        assert_eq!(load_with("also: {facts: [prompt]}\nsays: Ours\n").replaced, []);
    }

    #[test]
    fn later_bases_lie_over_earlier_ones() {
        let policy = load(&[
            ("own.yml", "extends: [a.yml, b.yml]\n"),
            ("a.yml", "says: A\nfacts: [tool]\n"),
            ("b.yml", "says: B\n"),
        ]);
        let policy = policy.unwrap();
        assert_eq!((policy.says.as_str(), policy.facts.len()), ("B", 1));
    }

    #[test]
    fn a_file_goes_by_its_own_name_whatever_it_is_built_from() {
        let policy = load(&[("own.yml", "extends: linux-kernel\n")]).unwrap();
        assert_eq!((policy.id.as_str(), policy.title.as_str()), ("own.yml", "own.yml"));
        assert!(policy.source.is_none(), "the source is that of another policy");
        let named = load(&[("own.yml", "extends: linux-kernel\nid: ours\ntitle: Our project\n")]).unwrap();
        assert_eq!((named.id.as_str(), named.title.as_str()), ("ours", "Our project"));
    }

    #[test]
    fn circles_are_told_with_their_way() {
        let circle = [("own.yml", "extends: b.yml\n"), ("b.yml", "extends: c.yml\n"), ("c.yml", "extends: b.yml\n")];
        assert_eq!(told(&circle), "b.yml extends c.yml extends b.yml: a policy cannot start from itself");
        assert_eq!(
            told(&[("own.yml", "extends: own.yml\n")]),
            "own.yml extends own.yml: a policy cannot start from itself"
        );
        let diamond = [
            ("own.yml", "extends: [b.yml, c.yml]\n"),
            ("b.yml", "extends: d.yml\n"),
            ("c.yml", "extends: d.yml\n"),
            ("d.yml", ""),
        ];
        assert!(load(&diamond).is_ok(), "two ways to one policy are no circle");
    }

    #[test]
    fn a_policy_that_doubles_its_bases_again_and_again_is_refused() {
        let layers: Vec<(String, String)> = (0..40)
            .flat_map(|at| ["a", "b"].map(|side| (format!("{side}{at}.yml"), at)))
            .map(|(name, at)| (name, format!("extends: [a{0}.yml, b{0}.yml]\n", at + 1)))
            .collect();
        let mut files: Vec<(&str, &str)> = layers.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        files.extend([("own.yml", "extends: a0.yml\n"), ("a40.yml", ""), ("b40.yml", "")]);
        let problem = told(&files);
        assert!(problem.ends_with("a policy starts from at most 64 others, counting each time that one is reached"));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let unknown_key = told(&[("own.yml", "title: x\nfact: [tool]\n")]);
        assert!(
            unknown_key.starts_with("own.yml:2:1: ") && unknown_key.ends_with("Did you mean `facts`?"),
            "{unknown_key}"
        );
        let value = told(&[("own.yml", "facts:\n  - toool\n")]);
        assert!(value.starts_with("own.yml:2:") && value.ends_with("Did you mean `tool`?"), "{value}");
        let pattern = told(&[("own.yml", "markers:\n  required:\n    - trailer: X\n      value: '('\n")]);
        assert_eq!(pattern, "own.yml:4: `(` is no pattern: unclosed group");
        let form = told(&[("own.yml", "markers:\n  forbidden:\n    - form: foter\n")]);
        assert!(form.starts_with("own.yml:3: ") && form.ends_with("did you mean `footer`?"), "{form}");
        let both = told(&[("own.yml", "markers:\n  forbidden:\n    - {form: footer, trailer: X}\n")]);
        assert!(both.contains("exactly one of"), "{both}");
        assert_eq!(told(&[("own.yml", "extends: no.yml\n")]), "there is no policy file no.yml");
        assert!(told(&[("own.yml", "extends: linux-kernal\n")]).contains("Did you mean `linux-kernel`?"));
        assert!(told(&[("own.yml", "thresholds: {flag: 80}\n")]).starts_with("own.yml:1: thresholds.flag"));
    }
}
