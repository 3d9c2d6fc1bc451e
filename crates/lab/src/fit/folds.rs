//! Folds of whole repositories.

use sha2::{Digest, Sha256};

/// How many folds.
pub const FOLDS: usize = 5;

/// The fold of each repository, by its place in the list: chosen by a hash of the names, so that one
/// more repository moves few others.
pub fn of(repositories: &[String]) -> Vec<usize> {
    let mut order: Vec<(Vec<u8>, usize)> =
        repositories.iter().enumerate().map(|(at, name)| (Sha256::digest(name.to_lowercase()).to_vec(), at)).collect();
    order.sort();
    let mut folds = vec![0; repositories.len()];
    for (place, (_, at)) in order.into_iter().enumerate() {
        if let Some(fold) = folds.get_mut(at) {
            *fold = place % FOLDS;
        }
    }
    folds
}
