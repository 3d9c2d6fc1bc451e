//! People and repositories: what belongs together has one id from now on, and nobody is renamed or merged in silence.

use ai_detect_trail_log::entry::{Entry, Event, Reading};
use ai_detect_trail_log::ids::{PersonId, Region, RepositoryId, Word};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_log::wire::decode;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::people::{Conflict, Imported, Names, mailmap, table};
use ai_detect_trail_store::writer::Writer;
use proptest::prelude::*;
use tempfile::TempDir;

struct Trail {
    _place: TempDir,
    folder: Folder,
    keys: Keys,
}

fn now() -> Micros {
    Micros::new(1_790_000_000_000_000).expect("a time")
}

impl Trail {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let (region, instance) = (Region::parse("eu").expect("a region"), Word::parse("1").expect("a word"));
        let origin = Origin::new("trail.example.org", region, &instance).expect("an origin");
        let folder = Folder::create(&place.path().join("trail"), &origin).expect("a trail");
        let keys = Keys::open(&folder).expect("keys");
        Self { _place: place, folder, keys }
    }

    /// The id that an event holds which names a person like that.
    fn person(&mut self, text: &str) -> PersonId {
        self.keys.person(text).expect("an id")
    }

    /// The person that an id of an entry stands for.
    fn stands_for(&self, id: PersonId) -> String {
        self.keys.stands_for(&id.to_string()).expect("readable")
    }

    fn import(&mut self, table: &str) -> Imported {
        self.try_import(table, Names::Keep).expect("no conflict")
    }

    fn try_import(&mut self, text: &str, names: Names) -> Result<Imported, Vec<Conflict>> {
        self.keys.import_people(table::read(text).expect("a table"), names).expect("written")
    }

    fn import_mailmap(&mut self, text: &str) -> Result<Imported, Vec<Conflict>> {
        self.keys.import_people(mailmap::read(text).records, Names::Keep).expect("written")
    }

    /// The bytes of a table of `keys.db`, as text.
    fn rows(&self, query: &str) -> String {
        let keys = rusqlite::Connection::open(self.folder.path().join("keys.db")).expect("a database");
        let mut statement = keys.prepare(query).expect("a query");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        rows.map(|row| row.expect("a row") + "\n").collect()
    }
}

#[test]
fn one_address_is_one_person_however_it_is_written() {
    let mut trail = Trail::new();
    let ada = trail.person("Ada Example <Ada@Example.org>");
    for same in ["ada@example.org", " ADA@EXAMPLE.ORG ", "<ada@example.org>", "Countess <ada@example.org>"] {
        assert_eq!(trail.person(same), ada, "{same}");
    }
    let noreply = trail.person("12345+ada@users.noreply.github.com");
    assert_eq!(trail.person("ada@users.noreply.github.com"), noreply);
    assert_eq!(trail.person("77-ada@users.noreply.github.com"), noreply);
    let odd = trail.person("a\u{7}b");
    assert_eq!(trail.person("a\u{7}b"), odd);
    for other in ["bob@example.org", "ada", "ada@example.com", "1+ada@example.org", "Ada Example", "@", "a@", ""] {
        assert_ne!(trail.person(other), ada, "{other}");
        assert_ne!(trail.person(other), noreply, "{other}");
    }
}

#[test]
fn an_import_joins_what_events_named_before() {
    let mut trail = Trail::new();
    let (home, work, login) =
        (trail.person("ada@home.example"), trail.person("ada@work.example"), trail.person("ada-l"));
    let bob = trail.person("bob@work.example");
    let people = "name,email,login\nAda Example,ada@work.example;ada@home.example,github:ada\nBob,bob@work.example,\n";
    let done = trail.import(people);
    assert_eq!((done.added, done.changed, done.joined), (0, 2, 1));
    let ada = trail.stands_for(home);
    assert_eq!(trail.stands_for(work), ada, "ids in entries stay, and stand for one person");
    assert_ne!(trail.stands_for(bob), ada);
    assert_eq!(trail.stands_for(login), login.to_string());
    for text in ["ada@home.example", "Ada <ada@work.example>", "github:ada", "9+ada@users.noreply.github.com"] {
        assert_eq!(trail.person(text).to_string(), ada, "{text}");
    }
    // The same again changes nothing; a new line about the same person adds to it.
    assert_eq!(trail.import(people), Imported { unchanged: 2, ..Imported::default() });
    let done = trail.import("email,account\nada@home.example,ada-l\n");
    assert_eq!((done.changed, done.joined), (1, 1));
    assert_eq!(trail.stands_for(login), ada);
}

#[test]
fn names_and_addresses_lie_in_one_erasable_row_and_nowhere_else() {
    let mut trail = Trail::new();
    let seen = trail.person("Ada Example <ada@example.org>");
    trail.import("name,email\nAda Example,ada@example.org\n");
    assert!(trail.rows("SELECT details FROM person").contains("ada@example.org"));
    for table in [
        "SELECT text FROM name",
        "SELECT hex(digest) || person FROM person_index",
        "SELECT id || stands_for FROM alias",
    ] {
        let rows = trail.rows(table).to_lowercase();
        assert!(!rows.contains("ada") && !rows.contains(&hex("ada@example.org")), "{table}");
    }
    // Erased: the id still means the same person, and nobody can tell whom.
    let keys = rusqlite::Connection::open(trail.folder.path().join("keys.db")).expect("a database");
    keys.execute("DELETE FROM person", []).expect("erased");
    assert_eq!(trail.person("ada@example.org"), seen);
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn conflicts_are_named_and_then_nothing_changes() {
    let mut trail = Trail::new();
    trail.import("name,email\nAda,ada@example.org\nBob,bob@example.org\n");
    // Another name for somebody who is known.
    let conflicts = trail.try_import("name,email\nZoe,zoe@example.org\nAda Lovelace,ada@example.org\n", Names::Keep);
    let renamed = Conflict::OtherName { line: 3, known: "Ada".into(), named: "Ada Lovelace".into() };
    assert_eq!(conflicts, Err(vec![renamed]));
    let new = trail.person("zoe@example.org");
    assert_eq!(trail.rows("SELECT details FROM person WHERE imported = 1").lines().count(), 2, "{new} is not imported");
    // Two who were imported as different people.
    let conflicts =
        trail.try_import("email\nada@example.org;bob@example.org\n", Names::Replace).expect_err("a conflict");
    assert_eq!(
        conflicts[0].to_string(),
        "line 2: `ada@example.org` and `bob@example.org` were imported before as different people"
    );
    // One address of two people within the file; without a name it is one more line about the same person.
    let conflicts = trail
        .try_import("name,email\nC,c@x.example\nD,d@x.example;c@x.example\n", Names::Keep)
        .expect_err("a conflict");
    assert_eq!(conflicts[0].to_string(), "lines 2 and 3 give `c@x.example` to people with different names");
    let done = trail.import("name,email\nC,c@x.example\n,d@x.example;c@x.example\n  C ,d@x.example\n");
    assert_eq!((done.added, done.changed), (1, 0));
    assert_eq!(trail.person("c@x.example"), trail.person("d@x.example"));
    // Asked for, the name is taken.
    assert!(trail.try_import("name,email\nAda Lovelace,ada@example.org\n", Names::Replace).is_ok());
    assert!(trail.rows("SELECT details FROM person").contains("Ada Lovelace"));
}

#[test]
fn a_mailmap_joins_addresses_as_git_reads_it() {
    let mut trail = Trail::new();
    let old = trail.person("ada@old.example");
    let shared = trail.person("Bob <root@localhost.example>");
    let map = "\
        # People\n\
        \n\
        Ada Example <ada@example.org> <ada@old.example>\n\
        <ada@example.org> <ada@older.example> # and a word about it\n\
        Ada Example <ada@alone.example>\n\
        Carol <carol@example.org> Carol C <root@localhost.example>\n\
        Dan <dan@example.org> Dan D <root@localhost.example>\n";
    let done = trail.import_mailmap(map).expect("no conflict");
    assert_eq!((done.added, done.changed, done.joined), (3, 1, 0));
    assert_eq!(trail.import_mailmap(map).expect("no conflict").unchanged, 4);
    let ada = trail.person("ada@example.org");
    assert_eq!((trail.person("ada@old.example"), trail.person("ada@older.example")), (ada, ada));
    assert_eq!(old, ada, "the id that events had goes on");
    // The same name alone does not make the same person.
    assert_ne!(trail.person("ada@alone.example"), ada);
    // An address that several people use is nobody's by itself.
    assert_eq!(trail.person("Carol C <root@localhost.example>"), trail.person("carol@example.org"));
    assert_eq!(trail.person("Dan D <root@localhost.example>"), trail.person("dan@example.org"));
    assert_eq!(trail.person("root@localhost.example"), shared);
}

#[test]
fn a_mailmap_may_hold_what_is_no_address() {
    let map = "\
        Ada <ada@example.org> ada <ada>\n\
        Bob <bob at example.org>\n\
        Bob <bob@example.org> <bob at example.org>\n\
        Carol <carol@example.org> <=>\n\
        Dan Danish <dan@example.org> dan <dan@laptop.(none)>\n\
        Nobody's name\n\
        Empty <>\n\
        Open <open@example.org\n\
        <only@example.org>\n";
    let read = mailmap::read(map);
    assert_eq!((read.records.len(), read.passed_over), (6, vec![6, 7, 8]));
    let mut trail = Trail::new();
    assert_eq!(trail.import_mailmap(map).expect("no conflict").added, 5);
    assert_eq!(trail.person("Bob <Bob at example.org>"), trail.person("bob@example.org"));
    assert_eq!(trail.person("ada <ada>"), trail.person("ada@example.org"));
    assert_eq!(trail.person("dan <dan@laptop.(none)>"), trail.person("Dan Danish <dan@example.org>"));
}

#[test]
fn what_is_no_list_of_people_is_refused_with_its_line() {
    for (text, expected) in [
        ("", "no column says"),
        ("name\nAda\n", "no column says"),
        ("name;email\nAda;a@b\n", "the column `name;email` is none of name, email"),
        ("email,team\na@b,x\n", "the column `team` is none of"),
        ("name,email\nAda,a@b\nBob,\n", "line 3: nothing says"),
        ("name,email\nAda,not an address\n", "line 2: a value is no address"),
        ("name,email\nAda\n", "not a table in CSV"),
        ("login\n\"a\u{7}b\"\n", "line 2: a value"),
    ] {
        let error = table::read(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let quoted = "\u{feff}Name , EMAIL\r\n\"Example, Ada\r\nCountess\",\" A@B.example ; c@d.example \"\r\n";
    let records = table::read(quoted).expect("a table");
    assert_eq!((records.len(), records[0].line, records[0].identities.len()), (1, 2, 2));
}

#[test]
fn repositories_that_were_joined_have_one_id_and_so_have_their_paths() {
    let mut trail = Trail::new();
    let writer = Writer::start(&trail.folder).expect("a writer");
    let mut next = 0;
    let mut edit = |trail: &mut Trail, repository: &str, path: &str| -> (RepositoryId, String) {
        next += 1;
        let line = format!(
            r#"{{"client":"laptop","epoch":"e1","number":{next},"time":1,"kind":"edit","repository":"{repository}","path":"{path}"}}"#
        );
        let prepared = trail.keys.prepare(vec![(decode(line.as_bytes()), line.into_bytes())], now()).expect("ids");
        let (drafts, _) = prepared.into_parts();
        writer.submit(drafts.clone()).expect("on the disk");
        let Event::Edit(edit) = &drafts[0].event else { panic!("{drafts:?}") };
        (edit.repository.expect("a repository"), edit.place.as_ref().expect("a place").path.to_string())
    };
    let (main, shared) = edit(&mut trail, "https://example.org/team/app", "src/a.rs");
    let (fork, shared_there) = edit(&mut trail, "git@example.org:ada/app.git", "src/a.rs");
    let (_, own) = edit(&mut trail, "git@example.org:ada/app.git", "src/b.rs");
    assert!(main != fork && shared != shared_there);
    let others = ["ssh://git@example.org/ada/app".to_owned(), "example.org/old-name".to_owned()];
    let done = trail.keys.alias_repositories("example.org/team/app.git", &others).expect("joined");
    assert_eq!((done.id, done.changed), (main, 2));
    assert_eq!(trail.keys.stands_for(&fork.to_string()).expect("readable"), main.to_string());
    assert_eq!(trail.keys.stands_for(&shared_there).expect("readable"), shared);
    assert_eq!(trail.keys.stands_for(&own).expect("readable"), own);
    for (repository, path, expected) in
        [("git@example.org:ada/app.git", "src/a.rs", &shared), ("https://example.org/old-name", "src/b.rs", &own)]
    {
        assert_eq!(edit(&mut trail, repository, path), (main, expected.clone()), "{repository}");
    }
    // The same again, and the other way round, changes nothing.
    assert_eq!(trail.keys.alias_repositories("example.org/team/app", &others).expect("joined").changed, 0);
    let same =
        trail.keys.alias_repositories("example.org/ada/app", &["example.org/team/app".to_owned()]).expect("joined");
    assert_eq!((same.id, same.changed), (main, 0));
    // Joined to yet another one, all ids that ever were stand for that one.
    let last =
        trail.keys.alias_repositories("example.org/new-home", &["example.org/team/app".to_owned()]).expect("joined");
    for id in [main, fork] {
        assert_eq!(trail.keys.stands_for(&id.to_string()).expect("readable"), last.id.to_string());
    }
    assert_eq!(trail.keys.repositories().expect("readable").len(), 1);
    assert_eq!(
        ai_detect_trail_store::verify::verify(&trail.folder, &trail.folder.verifier().expect("a key"))
            .expect("readable")
            .problems,
        []
    );
}

#[test]
fn people_of_the_first_format_keep_their_ids() {
    let mut trail = Trail::new();
    let ids = [PersonId::from_random([1; 16]), PersonId::from_random([2; 16]), PersonId::from_random([3; 16])];
    let keys = rusqlite::Connection::open(trail.folder.path().join("keys.db")).expect("a database");
    keys.execute_batch("DROP TABLE person; DROP TABLE person_index; DROP TABLE alias; DELETE FROM secret WHERE name = 'people'; PRAGMA user_version = 1;")
        .expect("as it was");
    for (text, id) in ["ada@example.org", "Ada <ada@example.org>", "the-robot"].into_iter().zip(ids) {
        keys.execute("INSERT INTO name VALUES ('person', '', ?1, ?2)", (text, id.to_string())).expect("as it was");
    }
    drop(keys);
    trail.keys = Keys::open(&trail.folder).expect("keys");
    assert_eq!((trail.person("Ada <ada@example.org>"), trail.person("the-robot")), (ids[0], ids[2]));
    assert_eq!(trail.stands_for(ids[1]), ids[0].to_string(), "both meant one address");
    assert_eq!(trail.rows("SELECT text FROM name"), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is imported in whatever order, after what events: two identities have one id if and only if some import joined them.
    #[test]
    fn people_are_those_that_imports_joined(
        seen in prop::collection::vec(0..8_u8, 0..6),
        tables in prop::collection::vec(prop::collection::vec(prop::collection::vec(0..8_u8, 1..3), 1..4), 0..4),
    ) {
        let mut trail = Trail::new();
        let address = |one: u8| format!("p{one}@example.org");
        let before: Vec<(u8, PersonId)> = seen.into_iter().map(|one| (one, trail.person(&address(one)))).collect();
        // Who belongs to whom, naively: a representative each; and who was imported.
        let mut of: Vec<u8> = (0..8).collect();
        let mut imported = [false; 8];
        for rows in tables {
            let text: String = rows.iter().map(|row| row.iter().map(|one| address(*one)).collect::<Vec<_>>().join(";") + "\n").collect();
            let mut joined = of.clone();
            for row in &rows {
                for one in row {
                    let (from, to) = (joined[usize::from(*one)], joined[usize::from(row[0])]);
                    joined.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
                }
            }
            // It is a conflict to join two who were imported as different people.
            let clash = (0..8).any(|a| (0..8).any(|b| imported[a] && imported[b] && of[a] != of[b] && joined[a] == joined[b]));
            let done = trail.try_import(&format!("email\n{text}"), Names::Keep);
            prop_assert_eq!(done.is_err(), clash, "{}", text);
            if !clash {
                of = joined;
                for row in &rows {
                    for one in row {
                        let group = of[usize::from(*one)];
                        (0..8).filter(|at| of[*at] == group).for_each(|at| imported[at] = true);
                    }
                }
                prop_assert_eq!(trail.import(&format!("email\n{text}")).added, 0);
            }
        }
        let ids: Vec<PersonId> = (0..8).map(|one| trail.person(&address(one))).collect();
        for a in 0..8 {
            for b in 0..8 {
                prop_assert_eq!(ids[a] == ids[b], of[a] == of[b], "{} and {}", a, b);
            }
        }
        for (one, id) in before {
            prop_assert_eq!(trail.stands_for(id), ids[usize::from(one)].to_string());
        }
    }
}

/// An entry holds none of the texts: a check of the whole way, from a line to the log.
#[test]
fn no_entry_holds_a_name() {
    let mut trail = Trail::new();
    let writer = Writer::start(&trail.folder).expect("a writer");
    let line = r#"{"client":"laptop","epoch":"e1","number":1,"time":1,"kind":"prompt","person":"Ada Example <ada@example.org>"}"#;
    let prepared = trail.keys.prepare(vec![(decode(line.as_bytes()), line.as_bytes().to_vec())], now()).expect("ids");
    writer.submit(prepared.into_parts().0).expect("on the disk");
    let log = rusqlite::Connection::open(trail.folder.path().join("trail.db")).expect("a database");
    let entry: Vec<u8> = log.query_row("SELECT entry FROM entry", [], |row| row.get(0)).expect("an entry");
    let Reading::Whole(entry) = Entry::read(&entry) else { panic!("{entry:?}") };
    let Event::Prompt(prompt) = entry.event else { panic!("{entry:?}") };
    assert_eq!(prompt.person, Some(trail.person("ada@example.org")));
}

#[test]
fn a_person_with_more_addresses_than_anybody_has_is_a_conflict_and_long_files_are_none() {
    let mut trail = Trail::new();
    let addresses = |from: usize, to: usize| {
        (from..to).map(|number| format!("a{number}@example.org")).collect::<Vec<_>>().join(";")
    };
    let of = |addresses: &str| format!("name,email\nAda,{addresses}\n");
    let too_many = |line, found| Err(vec![Conflict::TooMany { line, found }]);
    assert_eq!(trail.try_import(&of(&addresses(0, 60_000)), Names::Keep), too_many(2, 60_000));
    // The same where each row has a few of them and shares one with the next.
    let chain: String = (0..5_000).map(|row| format!("{}\n", addresses(row, row + 2))).collect();
    assert_eq!(trail.try_import(&format!("email\n{chain}"), Names::Keep), too_many(2, 5_001));
    // As many as are allowed, and no one more with a later import.
    assert_eq!(trail.import(&of(&addresses(0, 1_000))).added, 1);
    assert_eq!(trail.try_import(&of(&addresses(999, 1_001)), Names::Keep), too_many(2, 1_001));
    // Many people are many people.
    let many: String = (2_000..5_000).map(|number| format!("a{number}@example.org\n")).collect();
    assert_eq!(trail.import(&format!("email\n{many}")).added, 3_000);
}
