//! Who may sign: an allowed-signers file as ssh-keygen reads it, and a keyring of OpenPGP public keys.
//!
//! Only reads and checks; what a signature has to do with them is `ssh` and `openpgp`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use pgp::composed::{Deserializable as _, SignedPublicKey};
use ssh_key::PublicKey;

use ai_detect_base::slices::part_of;

/// Everybody who may sign.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    pub(super) ssh: Vec<Allowed>,
    pub(super) pgp: Vec<SignedPublicKey>,
    given: bool,
    /// What of the files cannot be used, in sentences.
    pub notes: Vec<String>,
}

/// A line of an allowed-signers file.
#[derive(Debug, Clone)]
pub(super) struct Allowed {
    /// Patterns of the addresses that the key belongs to.
    pub(super) principals: Patterns,
    /// Patterns of what it may sign; none given means anything.
    pub(super) namespaces: Option<Patterns>,
    /// From when, in seconds since 1970.
    pub(super) after: Option<i64>,
    /// Until when.
    pub(super) before: Option<i64>,
    pub(super) key: PublicKey,
}

/// Why a file of signers cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct Error {
    /// The file, as messages call it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

const ARMOUR: &str = "-----BEGIN PGP ";

impl Signers {
    /// Whether the settings name nobody who may sign.
    pub fn is_empty(&self) -> bool {
        !self.given
    }

    /// Adds an allowed-signers file; `file` is what messages call it.
    ///
    /// # Errors
    /// At the first line that cannot be read.
    pub fn add_allowed(&mut self, file: &str, text: &str) -> Result<(), Error> {
        self.given = true;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |problem| Error { file: file.to_owned(), line: at + 1, problem };
            match allowed(line).map_err(wrong)? {
                Some(allowed) => self.ssh.push(allowed),
                None => self.notes.push(format!(
                    "{file}:{}: certificate authorities are not supported; who signs with a certificate stays unverified",
                    at + 1
                )),
            }
        }
        Ok(())
    }

    /// Adds a keyring: OpenPGP public keys, ASCII-armoured or binary, one after the other.
    ///
    /// # Errors
    /// Where a key cannot be read, or there is none; lines are those of the armoured block.
    pub fn add_keyring(&mut self, file: &str, bytes: &[u8]) -> Result<(), Error> {
        self.given = true;
        let before = self.pgp.len();
        let wrong = |line: usize, problem: String| Error { file: file.to_owned(), line, problem };
        let armoured = std::str::from_utf8(bytes).ok().filter(|text| text.contains(ARMOUR));
        match armoured {
            Some(text) => {
                for (line, block) in blocks(text) {
                    if !block.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----") {
                        return Err(wrong(line, "a keyring holds public keys, and this is none".into()));
                    }
                    let (keys, _) = SignedPublicKey::from_armor_many(block.as_bytes())
                        .map_err(|error| wrong(line, format!("the key cannot be read: {error}")))?;
                    for key in keys {
                        let key = key.map_err(|error| wrong(line, format!("the key cannot be read: {error}")))?;
                        self.pgp.push(key);
                    }
                }
            }
            None => {
                let unreadable = |error| wrong(1, format!("it is no keyring of OpenPGP public keys: {error}"));
                for key in SignedPublicKey::from_bytes_many(bytes).map_err(unreadable)? {
                    self.pgp.push(key.map_err(unreadable)?);
                }
            }
        }
        if self.pgp.len() == before {
            return Err(wrong(1, "it holds no OpenPGP public key".into()));
        }
        Ok(())
    }
}

/// The armoured blocks of a text, each with the line on which it starts.
fn blocks(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut at, mut open) = (0, None);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.starts_with(ARMOUR) {
            found.extend(open.take().and_then(|(start, from)| Some((start, text.get(from..at)?))));
            open = Some((number + 1, at));
        }
        at += line.len();
    }
    found.extend(open.and_then(|(start, from)| Some((start, text.get(from..)?))));
    found
}

/// Reads a line: `PRINCIPALS [OPTIONS] TYPE KEY [COMMENT]`. `None` for an authority's line.
fn allowed(line: &str) -> Result<Option<Allowed>, String> {
    let (principals, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').ok_or("a quotation mark is never closed")?,
        None => line.split_once([' ', '\t']).ok_or("there is no key behind the principals")?,
    };
    let rest = rest.trim_start();
    let (options, key) = match is_key_type(rest) {
        true => ("", rest),
        false => options(rest)?,
    };
    let mut found = Options::default();
    for option in split(options) {
        found.set(&option)?;
    }
    let mut words = key.split_whitespace();
    let (Some(kind), Some(data)) = (words.next(), words.next()) else {
        return Err("there is no key behind the principals".into());
    };
    let key = PublicKey::from_openssh(&format!("{kind} {data}")).map_err(|error| match is_key_type(key) {
        true => format!("the key cannot be read: {error}"),
        false => format!("`{kind}` is neither an option nor a type of key"),
    })?;
    if found.authority {
        return Ok(None);
    }
    Ok(Some(Allowed {
        principals: Patterns::new(principals),
        namespaces: found.namespaces,
        after: found.after,
        before: found.before,
        key,
    }))
}

/// Options have no such names.
fn is_key_type(text: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|start| text.starts_with(start))
}

/// The options and what stands behind them: blanks within quotation marks end nothing.
fn options(text: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                return Ok((part_of(text, ..at), part_of(text, at..)));
            }
            _ => {}
        }
    }
    Err(if quoted { "a quotation mark is never closed".into() } else { "there is no key behind the principals".into() })
}

/// At commas outside of quotation marks.
fn split(options: &str) -> Vec<String> {
    let (mut found, mut quoted) = (vec![String::new()], false);
    for c in options.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(String::new()),
            c => found.last_mut().into_iter().for_each(|last| last.push(c)),
        }
    }
    found.retain(|option| !option.is_empty());
    found
}

#[derive(Default)]
struct Options {
    authority: bool,
    namespaces: Option<Patterns>,
    after: Option<i64>,
    before: Option<i64>,
}

impl Options {
    fn set(&mut self, option: &str) -> Result<(), String> {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name.to_ascii_lowercase().as_str() {
            "cert-authority" => self.authority = true,
            "namespaces" => self.namespaces = Some(Patterns::new(value)),
            "valid-after" => self.after = Some(time(value)?),
            "valid-before" => self.before = Some(time(value)?),
            _ => {
                return Err(format!(
                    "no option is called `{name}`: there are cert-authority, namespaces, valid-after and valid-before"
                ));
            }
        }
        Ok(())
    }
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without a `Z`: the result must not depend
/// on where it is computed, so all are taken as UTC.
fn time(text: &str) -> Result<i64, String> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let format = match digits.len() {
        8 => "%Y%m%d",
        12 => "%Y%m%d%H%M",
        14 => "%Y%m%d%H%M%S",
        _ => return Err(no_time(text)),
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let read = DateTime::strptime(format, digits).and_then(|time| TimeZone::UTC.to_timestamp(time));
    read.ok().filter(|_| is_number).map(Timestamp::as_second).ok_or_else(|| no_time(text))
}

fn no_time(text: &str) -> String {
    format!("`{text}` is not a time: YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS")
}

/// Patterns with `*` and `?`, separated by commas; one behind `!` that matches takes all back.
#[derive(Debug, Clone)]
pub(super) struct Patterns(Vec<(bool, String)>);

impl Patterns {
    fn new(list: &str) -> Self {
        let one = |pattern: &str| match pattern.strip_prefix('!') {
            Some(pattern) => (false, pattern.to_owned()),
            None => (true, pattern.to_owned()),
        };
        Patterns(list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()).map(one).collect())
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let hit = |wanted: bool| self.0.iter().any(|(take, pattern)| *take == wanted && matches(pattern, text));
        hit(true) && !hit(false)
    }

    /// As written.
    pub(super) fn shown(&self) -> String {
        let one = |(take, pattern): &(bool, String)| format!("{}{pattern}", if *take { "" } else { "!" });
        self.0.iter().map(one).collect::<Vec<_>>().join(",")
    }
}

/// A pattern in which `*` stands for any text and `?` for any letter, in time that does not explode.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Whether what was read of the pattern matches the first so many letters.
    let mut reached = vec![false; text.len() + 1];
    reached.first_mut().into_iter().for_each(|start| *start = true);
    for sign in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut open = false;
        for (at, was) in reached.iter().enumerate() {
            let letter = at.checked_sub(1).and_then(|before| text.get(before));
            open |= *was;
            let now = match sign {
                '*' => open,
                '?' => letter.is_some() && at.checked_sub(1).and_then(|before| reached.get(before)) == Some(&true),
                sign => {
                    letter == Some(&sign) && at.checked_sub(1).and_then(|before| reached.get(before)) == Some(&true)
                }
            };
            next.get_mut(at).into_iter().for_each(|slot| *slot = now);
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

    fn told(text: &str) -> String {
        Signers::default().add_allowed("signers", text).unwrap_err().to_string()
    }

    #[test]
    fn lines_are_read_with_their_options() {
        let mut signers = Signers::default();
        let text = format!(
            "# who\n\nann@example.org,*@corp.example {KEY} ann's laptop\n\
             \"bob@example.org\" namespaces=\"git,file\",valid-after=\"20240101\",valid-before=\"202406301200Z\" {KEY}\n\
             *@ca.example cert-authority {KEY}\n"
        );
        signers.add_allowed("signers", &text).unwrap();
        let [ann, bob] = signers.ssh.as_slice() else { panic!("two lines") };
        assert!(ann.principals.matches("ann@example.org") && ann.principals.matches("x@corp.example"));
        assert!(!ann.principals.matches("ann@example.org.evil"));
        assert!(bob.namespaces.as_ref().unwrap().matches("git"));
        assert_eq!((bob.after, bob.before), (Some(1_704_067_200), Some(1_719_748_800)));
        assert!(signers.notes[0].starts_with("signers:5: certificate authorities are not supported"));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        assert_eq!(told("# x\nann@example.org\n"), "signers:2: there is no key behind the principals");
        assert!(
            told(&format!("a cert-autority {KEY}\n")).starts_with("signers:1: no option is called `cert-autority`")
        );
        assert!(told(&format!("a valid-after=soon {KEY}\n")).starts_with("signers:1: `soon` is not a time"));
        assert!(told("a ssh-ed25519 AAAA\n").starts_with("signers:1: the key cannot be read"));
        assert_eq!(told(&format!("\"a {KEY}\n")), "signers:1: a quotation mark is never closed");
        let keyring = |bytes: &[u8]| Signers::default().add_keyring("keys", bytes).unwrap_err().to_string();
        assert!(keyring(b"hello\n").starts_with("keys:1: "));
        assert_eq!(keyring(b""), "keys:1: it holds no OpenPGP public key");
        let private = b"\n-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxVgE\n-----END PGP PRIVATE KEY BLOCK-----\n";
        assert_eq!(keyring(private), "keys:2: a keyring holds public keys, and this is none");
        let broken = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxjMEZ\n-----END PGP PUBLIC KEY BLOCK-----\n";
        assert!(keyring(broken).starts_with("keys:1: "), "{}", keyring(broken));
    }

    #[test]
    fn times_are_days_minutes_or_seconds_in_utc() {
        assert_eq!(time("20240229"), Ok(1_709_164_800));
        assert_eq!(time("202402292359Z"), Ok(1_709_251_140));
        assert_eq!(time("20240229235959z"), Ok(1_709_251_199));
        for wrong in ["", "2024", "20230229", "20241301", "202402292460", "2024022923595", "+2024022", "2024 229"] {
            assert_eq!(time(wrong), Err(no_time(wrong)));
        }
    }

    #[test]
    fn patterns_match_as_ssh_has_them() {
        let matches = |list: &str, text: &str| Patterns::new(list).matches(text);
        assert!(matches("*", "x") && matches("a?c", "abc") && matches("*@a.org", "x@a.org"));
        assert!(!matches("*@a.org,!x@a.org", "x@a.org") && !matches("!x", "y") && !matches("a", "A"));
        assert!(!matches(&"*a".repeat(50), &"a".repeat(49)));
    }

    proptest::proptest! {
        #[test]
        fn any_file_is_read_or_told(text in "(a |\"|,|namespaces=|valid-after=|2024|ssh-ed25519 |AAAA|\n|\\PC){0,40}") {
            let _ = Signers::default().add_allowed("f", &text);
            let _ = Signers::default().add_keyring("f", text.as_bytes());
        }

        #[test]
        fn any_bytes_are_a_keyring_or_not(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = Signers::default().add_keyring("f", &bytes);
        }
    }
}
