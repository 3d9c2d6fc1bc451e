//! People and tools by name and address: who a `Name <address>` is.
//!
//! Knows accounts by number and exact address, never by domain: a vendor's employees write code
//! themselves. What follows from an identity is for `read`.

use super::registry::{MarkerAt, Registry};
use ai_detect_base::change::Person;
use ai_detect_base::slices::before;

/// A tool that was recognised by its name or address.
#[derive(Debug, Clone)]
pub(super) struct Known<'r> {
    /// By which marker.
    pub(super) marker: MarkerAt<'r>,
    /// The person who ran the tool, where the name says both.
    pub(super) person: Option<Person>,
}

/// Everybody named in the value of a trailer: usually one, sometimes several, sometimes without
/// brackets, sometimes without an address.
pub fn people(value: &str) -> Vec<Person> {
    let mut people = Vec::new();
    let mut rest = value;
    while let Some((name, after)) = rest.split_once('<') {
        let (email, after) = after.split_once('>').unwrap_or((after, ""));
        people.push(person(name, email));
        rest = after;
    }
    if people.is_empty() {
        let is_address = |word: &&str| word.find('@').is_some_and(|at| at > 0) && word.contains('.');
        let word = value.split_whitespace().find(is_address);
        people.push(match word {
            Some(word) => person(&value.replacen(word, "", 1), word),
            None => person(value, ""),
        });
    }
    people.retain(|person| !person.name.is_empty() || !person.email.is_empty());
    people
}

fn person(name: &str, email: &str) -> Person {
    let clean = |text: &str| text.trim_matches(|c: char| c.is_whitespace() || ",;&\"'*`".contains(c)).to_owned();
    let email = clean(email);
    let email = email.trim_matches(['(', ')', '[', ']']);
    Person { name: clean(name), email: email.strip_prefix("mailto:").unwrap_or(email).to_owned() }
}

/// Which tool this is, if any. Numbers and addresses come before names: those can be anybody's.
pub(super) fn known<'r>(person: &Person, registry: &'r Registry) -> Option<Known<'r>> {
    if !registry.may_be_tool(person) {
        return None;
    }
    let whole = |marker| Known { marker, person: None };
    let email = person.email.trim().to_ascii_lowercase();
    if let Some(marker) = account(&email).and_then(|id| registry.by_account(id)) {
        return Some(whole(marker));
    }
    if let Some(marker) = registry.by_address(&email, &person.name) {
        return Some(whole(marker));
    }
    if let Some((marker, before)) = registry.by_suffix(&person.name) {
        let human = Person { name: before.trim().to_owned(), email: person.email.clone() };
        return Some(Known { marker, person: (!human.name.is_empty()).then_some(human) });
    }
    // `Gemini <beep, the loop is no more>` is no address; `claude <claude>` is one of older systems.
    let no_address = email.is_empty() || (!email.contains('@') && email.contains(' '));
    let name = bare_name(&person.name);
    let name = if no_address { before(&name, ",") } else { &name };
    let named = registry.by_name(name, no_address || registry.is_placeholder(&email));
    named.or_else(|| registry.by_tool_and_model(&person.name)).map(whole)
}

/// Whether this is a person: neither a known tool nor another program.
pub fn is_human(person: &Person, registry: &Registry) -> bool {
    is_person(person, known(person, registry).as_ref(), registry)
}

/// The same where it is already clear which tool it is.
pub(super) fn is_person(person: &Person, known: Option<&Known<'_>>, registry: &Registry) -> bool {
    let nobody = person.name.trim().is_empty() && person.email.trim().is_empty();
    !nobody && known.is_none_or(|known| known.person.is_some()) && !registry.is_program(person)
}

/// The number in a GitHub address of the form `123+login@users.noreply.github.com`.
pub(super) fn account(email: &str) -> Option<u64> {
    let local = email.strip_suffix("@users.noreply.github.com")?;
    local.split_once('+')?.0.parse().ok()
}

/// A name without what stands in brackets behind it, in lower case.
fn bare_name(name: &str) -> String {
    let bare = match (name.rfind(" ("), name.trim_end().ends_with(')')) {
        (Some(at), true) if at > 0 => &name[..at],
        _ => name,
    };
    bare.trim().trim_start_matches('@').to_lowercase()
}

/// How a person is written in reports.
pub(super) fn written(person: &Person) -> String {
    match (person.name.trim(), person.email.trim()) {
        (name, "") => name.to_owned(),
        ("", email) => email.to_owned(),
        (name, email) => format!("{name} <{email}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, email: &str) -> Person {
        Person { name: name.into(), email: email.into() }
    }

    fn marker(name: &str, email: &str) -> Option<String> {
        known(&of(name, email), Registry::builtin().unwrap()).map(|known| known.marker.id().to_owned())
    }

    #[test]
    fn values_name_people_in_many_ways() {
        assert_eq!(people("A B <a@b.c>"), [of("A B", "a@b.c")]);
        assert_eq!(people("A B <a@b.c>, C <c@d.e>"), [of("A B", "a@b.c"), of("C", "c@d.e")]);
        assert_eq!(people("OpenHands-X openhands@all-hands.dev"), [of("OpenHands-X", "openhands@all-hands.dev")]);
        assert_eq!(people("Gemini"), [of("Gemini", "")]);
        assert_eq!(people("<a@b.c>"), [of("", "a@b.c")]);
        assert_eq!(people("A <a@b.c"), [of("A", "a@b.c")]);
        assert_eq!(people(" "), []);
    }

    #[test]
    fn a_number_survives_a_rename() {
        assert_eq!(account("198982749+anything@users.noreply.github.com"), Some(198_982_749));
        assert_eq!(account("someone@users.noreply.github.com"), None);
        assert!(marker("Whoever", "198982749+anything@users.noreply.github.com").is_some());
        assert!(marker("Copilot", "1989827490+copilot@users.noreply.github.com").is_none_or(|id| id.contains("name")));
    }

    #[test]
    fn employees_and_namesakes_are_people() {
        for (name, email) in [
            ("Paul Gauthier", "paul@aider.chat"),
            ("Xingyao Wang", "xingyao@all-hands.dev"),
            ("Devin Gould", "devin@example.org"),
            ("Claude Dupont", "claude@example.fr"),
            ("Claude", "claude.dupont@example.fr"),
            ("Jules", "jules@example.fr"),
            ("Aiden Cline", "aiden@example.org"),
            ("Charlie Marsh", "charliemarsh@openai.com"),
        ] {
            assert!(is_human(&of(name, email), Registry::builtin().unwrap()), "{name} <{email}>");
        }
    }

    #[test]
    fn a_suffix_leaves_its_person() {
        let found = known(&of("Paul Gauthier (aider)", "paul@aider.chat"), Registry::builtin().unwrap());
        let person = found.and_then(|known| known.person);
        assert_eq!(person, Some(of("Paul Gauthier", "paul@aider.chat")));
    }

    #[test]
    fn programs_are_not_people() {
        for (name, email) in [
            ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
            ("GitHub", "noreply@github.com"),
            ("", ""),
        ] {
            assert!(!is_human(&of(name, email), Registry::builtin().unwrap()), "{name} <{email}>");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read(value in "(\\PC|<|>|@| \\(){0,80}") {
            for person in people(&value) {
                is_human(&person, Registry::builtin().unwrap());
                bare_name(&person.name);
            }
        }
    }
}
