//! What a collector answers. Everything in it is a stranger's, so it is bounded, and each part has its form.

use std::collections::BTreeMap;

use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::log::hash::TreeHash;
use serde::Deserialize;

use crate::event::Series;

/// The longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 1 << 20;
/// The most hashes of a proof: a log of 2^64 entries needs fewer.
const MAX_HASHES: usize = 130;
/// The most characters of a message that is shown.
const MAX_MESSAGE: usize = 300;

/// What a collector answers to a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Through which numbers it has everything.
    pub through: BTreeMap<Series, u64>,
    /// Its last checkpoint, as a signed note. There is none before it signed for the first time.
    pub checkpoint: Option<String>,
    /// The proof that this checkpoint continues the one that was sent along.
    pub consistency: Option<Vec<TreeHash>>,
}

/// What a collector has of one epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Range {
    /// It has everything through this number.
    pub acknowledged_through: u64,
    /// The highest number that it heard of.
    pub highest: u64,
    /// Which numbers up to that one it lacks.
    pub missing: Vec<(u64, u64)>,
}

/// Why an answer is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnswer {
    /// It is not JSON of this form.
    #[error("it is not the JSON of such an answer")]
    Json,
    /// A name in it is none.
    #[error("it names a client or an epoch that cannot be one")]
    Name,
    /// A hash in it is none.
    #[error("its proof has something that is not a hash, or too many of them")]
    Proof,
    /// It is about another client or epoch than was asked.
    #[error("it is about another client or epoch")]
    Other,
}

#[derive(Deserialize)]
struct RawAnswer {
    acked_through: BTreeMap<String, BTreeMap<String, u64>>,
    #[serde(default)]
    checkpoint: Option<String>,
    #[serde(default)]
    consistency: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct RawRange {
    client: String,
    epoch: String,
    acked_through: u64,
    highest: u64,
    missing: Vec<(u64, u64)>,
}

impl Answer {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// When it has not the form of an answer. Members that this version does not know are passed over.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidAnswer> {
        let raw: RawAnswer = serde_json::from_slice(bytes).map_err(|_| InvalidAnswer::Json)?;
        let mut through = BTreeMap::new();
        for (client, epochs) in raw.acked_through {
            let client = ClientId::parse(&client).map_err(|_| InvalidAnswer::Name)?;
            for (epoch, number) in epochs {
                let epoch = Epoch::parse(&epoch).map_err(|_| InvalidAnswer::Name)?;
                through.insert(Series { client: client.clone(), epoch }, number);
            }
        }
        let hashes = |hashes: Vec<String>| {
            if hashes.len() > MAX_HASHES {
                return Err(InvalidAnswer::Proof);
            }
            let read = |hash: &String| TreeHash::from_base64(hash).map_err(|_| InvalidAnswer::Proof);
            hashes.iter().map(read).collect()
        };
        let consistency = raw.consistency.map(hashes).transpose()?;
        Ok(Self { through, checkpoint: raw.checkpoint.filter(|note| !note.is_empty()), consistency })
    }
}

impl Range {
    /// Reads what a collector has of an epoch.
    ///
    /// # Errors
    ///
    /// When it has not the form of such an answer, or is about something else.
    pub fn read(bytes: &[u8], series: &Series) -> Result<Self, InvalidAnswer> {
        let raw: RawRange = serde_json::from_slice(bytes).map_err(|_| InvalidAnswer::Json)?;
        if raw.client != series.client.as_str() || raw.epoch != series.epoch.as_str() {
            return Err(InvalidAnswer::Other);
        }
        Ok(Self { acknowledged_through: raw.acked_through, highest: raw.highest, missing: raw.missing })
    }
}

/// What a refusal says, made harmless for a terminal: `error.message`, or the beginning of the text.
pub fn message(bytes: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: Words,
    }
    #[derive(Deserialize)]
    struct Words {
        message: String,
    }
    let read: Option<Refusal> = serde_json::from_slice(bytes).ok();
    let text = read.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |refusal| refusal.error.message);
    let harmless = |c: char| if c.is_control() || !c.is_ascii() && !c.is_alphanumeric() { ' ' } else { c };
    let text: String = text.chars().take(MAX_MESSAGE).map(harmless).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Series {
        Series { client: ClientId::parse("laptop").unwrap(), epoch: Epoch::parse("e1").unwrap() }
    }

    #[test]
    fn an_answer_is_read_with_what_newer_versions_add() {
        let hash = TreeHash::of_empty_tree().to_base64();
        let text = format!(
            r#"{{"acked_through":{{"laptop":{{"e1":7}}}},"checkpoint":"note","consistency":["{hash}"],"fork":null,"later":1}}"#
        );
        let answer = Answer::read(text.as_bytes()).unwrap();
        assert_eq!(answer.through, BTreeMap::from([(series(), 7)]));
        assert_eq!((answer.checkpoint.as_deref(), answer.consistency.map(|it| it.len())), (Some("note"), Some(1)));
        // Before the first signature.
        let answer = Answer::read(br#"{"acked_through":{},"checkpoint":""}"#).unwrap();
        assert_eq!(answer, Answer::default());
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let many = format!(r#"{{"acked_through":{{}},"consistency":[{}]}}"#, vec![r#""""#; 200].join(","));
        for (text, expected) in [
            ("<html>", InvalidAnswer::Json),
            ("{}", InvalidAnswer::Json),
            (r#"{"acked_through":{"a":{"e":-1}}}"#, InvalidAnswer::Json),
            (r#"{"acked_through":{"a b":{"e":1}}}"#, InvalidAnswer::Name),
            (r#"{"acked_through":{},"consistency":["x"]}"#, InvalidAnswer::Proof),
            (many.as_str(), InvalidAnswer::Proof),
        ] {
            assert_eq!(Answer::read(text.as_bytes()), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_range_is_about_what_was_asked() {
        let text = br#"{"client":"laptop","epoch":"e1","acked_through":3,"highest":9,"missing":[[4,5],[8,8]]}"#;
        let range = Range::read(text, &series()).unwrap();
        assert_eq!((range.highest, range.missing), (9, vec![(4, 5), (8, 8)]));
        let other = Series { epoch: Epoch::parse("e2").unwrap(), ..series() };
        assert_eq!(Range::read(text, &other), Err(InvalidAnswer::Other));
    }

    #[test]
    fn a_message_cannot_write_on_the_terminal() {
        assert_eq!(message(br#"{"error":{"code":"x","message":"no\u001b[31m \n rights"}}"#), "no [31m rights");
        assert_eq!(message("caf\u{e9} \u{202e}x".as_bytes()), "caf\u{e9} x");
        assert_eq!(message(&[b'x'; 5000]).len(), MAX_MESSAGE);
    }
}
