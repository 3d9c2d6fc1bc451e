//! A commit object as stored, read by hand: in a scan of a history this is done for every commit, and the git
//! library's own reading looks at each header twice. What is not of the common shape is left to the library.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;

use super::commits::{Stated, before_nul};
use ai_detect_base::change::{Commit, Person};

/// The parents that a commit object names. Nothing where it is not of the common shape.
pub(super) fn parents(data: &[u8]) -> Option<Vec<ObjectId>> {
    let (mut rest, mut parents) = (tree(data)?, Vec::new());
    while let Some(after) = rest.strip_prefix(b"parent ") {
        let (id, after) = cut(after, b'\n')?;
        parents.push(ObjectId::from_hex(id).ok()?);
        rest = after;
    }
    Some(parents)
}

/// What a commit object says. Nothing where it is not of the common shape.
pub(super) fn commit(id: ObjectId, data: &[u8]) -> Option<Commit> {
    let (mut rest, mut parents) = (tree(data)?, 0);
    while let Some(after) = rest.strip_prefix(b"parent ") {
        rest = cut(after, b'\n')?.1;
        parents += 1;
    }
    let (author, rest) = cut(rest.strip_prefix(b"author ")?, b'\n')?;
    let (committer, rest) = cut(rest.strip_prefix(b"committer ")?, b'\n')?;
    // Other headers end at the first empty line; most commits have none.
    let (others, message) = match rest.strip_prefix(b"\n") {
        Some(message) => (None, message),
        None => {
            let end = rest.find(b"\n\n")?;
            (rest.get(..end), rest.get(end + 2..)?)
        }
    };
    let stated = Stated::of(others.and_then(encoding));
    let (author, author_time) = person(author, &stated)?;
    let (committer, _) = person(committer, &stated)?;
    let (message, behind_nul) = before_nul(message);
    let (message, left_out) = stated.bounded(message);
    Some(Commit {
        id: id.to_string(),
        parents,
        author,
        committer,
        author_time,
        message: message.into(),
        unknown_encoding: stated.unknown,
        left_out,
        behind_nul,
        ..Commit::default()
    })
}

/// The name of the encoding, among the headers behind the committer. Lines that go on with a header start with a space.
pub(super) fn encoding(headers: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"encoding ";
    let mut rest = headers;
    loop {
        let (line, after) = cut(rest, b'\n').unwrap_or((rest, b""));
        if let Some(name) = line.strip_prefix(NAME) {
            return Some(name);
        }
        if after.is_empty() {
            return None;
        }
        rest = after;
    }
}

fn tree(data: &[u8]) -> Option<&[u8]> {
    Some(cut(data.strip_prefix(b"tree ")?, b'\n')?.1)
}

/// What is before the first such byte, and what behind it. A search for a text would be prepared anew each time.
fn cut(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let found = memchr::memchr(at, text)?;
    Some((text.get(..found)?, text.get(found + 1..)?))
}

/// `Name <address> seconds zone`. Names with signs of an address in them, and times that are none, are left
/// to the library.
fn person(line: &[u8], stated: &Stated) -> Option<(Person, i64)> {
    let (name, rest) = cut(line, b'<')?;
    let (email, rest) = cut(rest, b'>')?;
    let (seconds, zone) = cut(rest.strip_prefix(b" ")?, b' ')?;
    let plain = |text: &[u8]| memchr::memchr2(b'<', b'>', text).is_none();
    let is_zone = zone.len() == 5 && matches!(zone.first(), Some(b'+' | b'-'));
    if !plain(name) || !plain(email) || !is_zone || !zone.iter().skip(1).all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = seconds.to_str().ok()?.parse().ok()?;
    // As the library has them.
    let (name, email) = (name.trim(), email.trim());
    Some((Person { name: stated.text(name), email: stated.text(email) }, seconds))
}

#[cfg(test)]
mod tests {
    use super::super::commits::plain;
    use super::*;
    use ai_detect_base::change::MAX_MESSAGE;

    const ID: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

    fn id() -> ObjectId {
        ObjectId::from_hex(ID.as_bytes()).unwrap()
    }

    /// Both readings, where there are two.
    fn read(data: &[u8]) -> (Option<Commit>, Option<Commit>) {
        let library = gix::objs::CommitRef::from_bytes(data, gix::hash::Kind::Sha1).ok();
        (commit(id(), data), library.map(|decoded| plain(id(), &decoded)))
    }

    fn object(parents: usize, author: &str, more: &str, message: &str) -> Vec<u8> {
        let parents = format!("parent {ID}\n").repeat(parents);
        format!("tree {ID}\n{parents}author {author}\ncommitter Bob <b@x> 1700000001 -0130\n{more}\n{message}").into()
    }

    #[test]
    fn it_says_what_the_library_says() {
        let signed = "gpgsig -----BEGIN SSH SIGNATURE-----\n U1NI\n \n -----END SSH SIGNATURE-----\nencoding x\n";
        for parents in 0..3 {
            for author in ["Ada Example <ada@example.org> 1700000000 +0000", "A <> 0 +0000", " Ü  < u@x > 12 -0000"] {
                for more in ["", "encoding ISO-8859-1\n", "encoding klingon\n", "encoding KOI8-R\nx y\n", signed] {
                    for message in ["", "x", "Subject\n\nBody\n", "\n\n", "a\r\nb"] {
                        let data = object(parents, author, more, message);
                        let (own, library) = read(&data);
                        assert_eq!(own, library, "{}", String::from_utf8_lossy(&data));
                        assert!(own.is_some());
                        assert_eq!(super::parents(&data).unwrap().len(), parents);
                    }
                }
            }
        }
        for more in ["", "encoding latin1\n", "gpgsig x\n encoding y\nencoding latin1\n", "encoding unheard-of\n"] {
            let mut latin = object(1, "Ada <a@x> 1 +0000", more, "caf");
            latin.push(0xe9);
            let (own, library) = read(&latin);
            assert_eq!(own, library);
            let own = own.unwrap();
            let unknown = more.contains("unheard").then(|| "unheard-of".to_owned());
            assert_eq!(
                (own.message.as_str(), own.unknown_encoding),
                match more.contains("latin1") {
                    true => ("café", None),
                    false => ("caf\u{fffd}", unknown),
                }
            );
        }
    }

    #[test]
    fn a_message_is_read_within_the_same_bounds() {
        for (length, left_out) in [(MAX_MESSAGE, 0), (MAX_MESSAGE + 1, 1), (3 * MAX_MESSAGE, 2 * MAX_MESSAGE)] {
            let (own, library) = read(&object(1, "A <a@x> 0 +0000", "", &"x".repeat(length)));
            assert_eq!(own, library);
            assert_eq!(own.map(|own| own.left_out), Some(left_out));
        }
    }

    #[test]
    fn what_is_not_of_the_common_shape_is_left_to_the_library() {
        for author in ["Ada <a@x>", "Ada <a<b@x> 1 +0000", "Ada a@x 1 +0000", "Ada <a@x> now +0000", "Ada <a@x> 1 +000"]
        {
            assert_eq!(commit(id(), &object(1, author, "", "x")), None, "{author}");
        }
        for data in ["", "tree", "tree x\n", "author A <a@x> 1 +0000\n\nx"] {
            assert_eq!((commit(id(), data.as_bytes()), parents(b"parent x\n")), (None, None), "{data}");
        }
        assert_eq!(parents(format!("tree {ID}\nparent short\n").as_bytes()), None);
    }
}
