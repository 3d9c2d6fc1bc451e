//! Sensitive paths: which classes a path or a changed line belongs to.
//!
//! The data is `rules/sensitive-paths.yml`, adjusted by a project's own lines ([`own_paths`]), of which
//! the last that matches counts. How contents are looked at is [`content`]; what a policy asks of such
//! paths is `judge`.

use std::fmt;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::content::{self, Changed, Look};
use super::own_paths::{self, Own};
use ai_detect_base::globs::{Case, Globs, PatternError};
use ai_detect_base::text::Text;
use ai_detect_base::yaml;

const FILE: &str = "sensitive-paths.yml";
const WRITTEN: &str = include_str!("../../../rules/sensitive-paths.yml");
/// What the build script made of it, without examples.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/rules/sensitive-paths.json"));
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    left_out: Vec<String>,
    classes: Vec<Class>,
}

/// A class of paths.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its name in kebab case.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The controls of OWASP AISVS, Appendix C, that name it.
    pub controls: Vec<String>,
    /// Whether it counts in documentation and tests as well.
    #[serde(default)]
    pub everywhere: bool,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    content: Vec<Content>,
    #[serde(default)]
    hits: Vec<String>,
    #[serde(default)]
    misses: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(rename = "in")]
    within: Vec<String>,
    look: Look,
    pattern: String,
    #[serde(default)]
    hits: Vec<Sample>,
    #[serde(default)]
    misses: Vec<Sample>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    path: String,
    text: String,
}

/// A sensitive place that a change touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// The class.
    pub class: String,
    /// The path.
    pub path: String,
    /// What made it so: a word, a pattern, a line.
    pub why: String,
}

impl fmt::Display for Touch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.class, self.path, self.why)
    }
}

/// Tells which paths are sensitive.
#[derive(Debug)]
pub struct Sensitive {
    classes: Vec<Class>,
    left_out: Globs,
    globs: Globs,
    /// For each of the globs its class and its text.
    glob_of: Vec<(usize, String)>,
    /// The classes that have a word.
    class_of_word: FxHashMap<String, Vec<usize>>,
    contents: Vec<OfContent>,
    own: Vec<Own>,
}

/// Files of a class by what they hold.
#[derive(Debug)]
struct OfContent {
    class: usize,
    within: Globs,
    seen: content::Rule,
}

static DEFAULT: LazyLock<Result<Sensitive, String>> =
    LazyLock::new(|| Sensitive::new(&[]).map_err(|error| error.to_string()));

/// What is wrong with the data or a project's lines.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data.
    #[error(transparent)]
    Data(#[from] yaml::Error),
    /// A pattern.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

impl Sensitive {
    /// The built-in classes, adjusted by a project's lines: `PATTERN [CLASS…]` or `!PATTERN`.
    ///
    /// # Errors
    /// Where a line holds no path pattern.
    pub fn new(own: &[String]) -> Result<Self, Error> {
        let wrong = |problem: String| PatternError { pattern: FILE.into(), problem };
        Sensitive::of(serde_json::from_str(BUILTIN).map_err(|error| wrong(error.to_string()))?, own)
    }

    /// The built-in classes with their examples, for [`Sensitive::test`].
    ///
    /// # Errors
    /// Never in a released program: the data is tested.
    pub fn with_examples() -> Result<Self, Error> {
        Sensitive::of(yaml::parse(FILE, WRITTEN)?, &[])
    }

    fn of(data: File, own: &[String]) -> Result<Self, Error> {
        let wrong = |problem: String| PatternError { pattern: FILE.into(), problem };
        if data.version != 1 {
            return Err(wrong(format!("this program reads version 1, not {}", data.version)).into());
        }
        let (mut globs, mut glob_of, mut contents) = (Globs::new(Case::Same), Vec::new(), Vec::new());
        let mut class_of_word: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, class) in data.classes.iter().enumerate() {
            for word in &class.words {
                class_of_word.entry(word.clone()).or_default().push(at);
            }
            for pattern in &class.paths {
                globs.add(pattern)?;
                glob_of.push((at, pattern.clone()));
            }
            for rule in &class.content {
                contents.push(OfContent {
                    class: at,
                    within: Globs::builtin(Case::Same, &rule.within)?,
                    seen: content::Rule::new(rule.look, &rule.pattern),
                });
            }
        }
        Ok(Sensitive {
            left_out: Globs::builtin(Case::Same, &data.left_out)?,
            globs,
            classes: data.classes,
            glob_of,
            class_of_word,
            contents,
            own: own.iter().map(|line| own_paths::read(line)).collect::<Result<_, _>>()?,
        })
    }

    /// The built-in classes alone.
    ///
    /// # Errors
    /// Never in a released program: the data is tested.
    pub fn builtin() -> Result<&'static Sensitive, String> {
        DEFAULT.as_ref().map_err(Clone::clone)
    }

    /// The classes that there are.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The class with an id.
    pub(crate) fn class(&self, id: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.id == id)
    }

    /// Whether it can matter what a file at this path holds.
    pub fn reads(&self, path: &str) -> bool {
        let counts = |class: usize| {
            self.classes.get(class).is_some_and(|class| class.everywhere || !self.left_out.is_match(path.as_bytes()))
        };
        self.own_of(path).is_none()
            && self.contents.iter().any(|rule| rule.within.is_match(path.as_bytes()) && counts(rule.class))
    }

    fn own_of(&self, path: &str) -> Option<&Own> {
        self.own.iter().rev().find(|own| own.glob.is_match(path.as_bytes()))
    }

    /// The classes of a path, by itself.
    pub fn by_path(&self, path: &str) -> Vec<Touch> {
        let touch = |class: &str, why: String| Touch { class: class.into(), path: path.into(), why };
        if let Some(own) = self.own_of(path) {
            let classes = own.classes.iter().flatten();
            return classes.map(|class| touch(class, format!("the project's `{}`", own.text))).collect();
        }
        let mut found: Vec<Touch> = Vec::new();
        let left_out = self.left_out.is_match(path.as_bytes());
        let mut add = |class: usize, why: String| {
            let Some(class) = self.classes.get(class).filter(|class| class.everywhere || !left_out) else { return };
            if !found.iter().any(|known| known.class == class.id) {
                found.push(touch(&class.id, why));
            }
        };
        for (class, pattern) in self.globs.matches(path.as_bytes()).filter_map(|at| self.glob_of.get(at)) {
            add(*class, format!("matches {pattern}"));
        }
        for word in words(path) {
            for class in self.class_of_word.get(&word).into_iter().flatten() {
                add(*class, format!("the word “{word}”"));
            }
        }
        found.sort();
        found
    }

    /// The classes of a path and of what a change did to it.
    pub fn touches(&self, path: &str, changed: Option<Changed<'_>>) -> Vec<Touch> {
        let mut found = self.by_path(path);
        let Some(changed) = changed.filter(|_| self.own_of(path).is_none()) else { return found };
        for rule in self.contents.iter().filter(|rule| rule.within.is_match(path.as_bytes())) {
            let left_out = self.left_out.is_match(path.as_bytes());
            let Some(class) = self.classes.get(rule.class).filter(|class| class.everywhere || !left_out) else {
                continue;
            };
            if found.iter().any(|touch| touch.class == class.id) {
                continue;
            }
            if let Some(why) = rule.seen.why(changed) {
                found.push(Touch { class: class.id.clone(), path: path.into(), why });
            }
        }
        found.sort();
        found
    }

    /// Runs the examples and counter-examples of the data: how many there are, and those that do
    /// not hold.
    pub fn test(&self) -> (usize, Vec<String>) {
        let (mut examples, mut failures) = (0, Vec::new());
        let is_in = |touches: Vec<Touch>, class: &Class| touches.iter().any(|touch| touch.class == class.id);
        let mut check = |class: &Class, found: bool, wanted: bool, shown: &str| {
            examples += 1;
            if found != wanted {
                let must = if wanted { "must be" } else { "must not be" };
                failures.push(format!("{}: {shown} {must} in it", class.id));
            }
        };
        for class in &self.classes {
            for (list, wanted) in [(&class.hits, true), (&class.misses, false)] {
                for path in list {
                    check(class, is_in(self.by_path(path), class), wanted, path);
                }
            }
            for rule in &class.content {
                for (list, wanted) in [(&rule.hits, true), (&rule.misses, false)] {
                    for sample in list {
                        let (old, new) = (Text::default(), Text::new(sample.text.clone().into_bytes()));
                        let changed = Changed { old: &old, new: &new };
                        let found = is_in(self.touches(&sample.path, Some(changed)), class);
                        check(class, found, wanted, &format!("{} with “{}”", sample.path, sample.text.trim()));
                    }
                }
            }
        }
        (examples, failures)
    }
}

/// The words of a path in lower case: cut at everything but letters and digits, and where a new
/// word starts in `camelCase`; `OAuth` is one word.
fn words(path: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in path.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let letters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (at, c) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| letters.get(at));
            let after = letters.get(at + 1);
            let starts = c.is_uppercase()
                && before.is_some_and(|before| {
                    before.is_lowercase() || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
                });
            if starts && !word.eq_ignore_ascii_case("o") {
                words.push(std::mem::take(&mut word));
            }
            word.extend(c.to_lowercase());
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::own_paths::PROJECT;
    use super::*;

    fn classes(own: &[&str], path: &str) -> Vec<String> {
        let own: Vec<String> = own.iter().map(|line| (*line).to_owned()).collect();
        Sensitive::new(&own).unwrap().by_path(path).into_iter().map(|touch| touch.class).collect()
    }

    #[test]
    fn the_data_keeps_its_promises() {
        let (examples, failures) = Sensitive::with_examples().unwrap().test();
        assert!(examples > 80);
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn the_last_line_that_matches_counts() {
        let own = ["src/** core", "*.gen.rs", "!src/auth/docs/", "/pay.rs payment personal-data"];
        assert_eq!(classes(&own, "src/auth/mod.rs"), ["core"]);
        assert_eq!(classes(&own, "src/auth/docs/x.rs"), Vec::<String>::new());
        assert_eq!(classes(&own, "deep/a.gen.rs"), [PROJECT]);
        assert_eq!(classes(&own, "pay.rs"), ["payment", "personal-data"]);
        assert_eq!(classes(&own, "other/auth.rs"), ["authentication"], "built-in where no line matches");
    }

    #[test]
    fn a_line_that_is_no_pattern_is_told() {
        let told = |line: &str| Sensitive::new(&[line.to_owned()]).unwrap_err().to_string();
        assert!(told("src/[").starts_with("`src/[` is not a path pattern"));
        assert!(told("!src/ core").contains("names none"));
        assert!(told(" ").contains("empty"));
    }

    #[test]
    fn words_are_cut_where_people_cut_them() {
        assert_eq!(words("src/OAuthClient2.java"), ["src", "oauth", "client2", "java"]);
        assert_eq!(words("HTTPServer_author"), ["http", "server", "author"]);
    }

    #[test]
    fn what_was_removed_counts_as_well() {
        let (old, new) = (Text::new(b"on: push\npermissions: {}\n".to_vec()), Text::new(b"on: push\n".to_vec()));
        let changed = Changed { old: &old, new: &new };
        let found = Sensitive::builtin().unwrap().touches(".github/workflows/ci.yml", Some(changed));
        let privileges = found.iter().find(|touch| touch.class == "ci-privileges").unwrap();
        assert_eq!(privileges.why, "removed “permissions: {}”");
    }
}
