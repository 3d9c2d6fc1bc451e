//! How many blocks a change may have. What is read of a block is kept until all are read, so their number bounds memory.

use ai_detect_style::syntax::Outline;
use ai_detect_style::syntax::hunks::Run;

/// How many blocks of a change are looked at: 500,000 lines that stand together are 8,000.
const MAX_BLOCKS: usize = 200_000;
/// From how many lines on a run of added lines is several blocks, and how many lines each has then at least.
const LINES: usize = 30;

/// For each file how many blocks it holds, where it is left out because the change has too many: those with the most are
/// left out first, so that nobody hides a file behind others.
pub(super) fn left_out(outlines: &[Outline]) -> Vec<Option<usize>> {
    let counts: Vec<usize> = outlines.iter().map(|outline| outline.runs.iter().map(blocks).sum()).collect();
    let mut total: usize = counts.iter().sum();
    let mut left_out = vec![None; counts.len()];
    if total <= MAX_BLOCKS {
        return left_out;
    }
    let mut ranks: Vec<(usize, usize)> = counts.into_iter().zip(0..).collect();
    ranks.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)));
    for (count, at) in ranks {
        if total <= MAX_BLOCKS {
            break;
        }
        total -= count;
        if let Some(left_out) = left_out.get_mut(at) {
            *left_out = Some(count);
        }
    }
    left_out
}

/// How many blocks a run may become.
fn blocks(run: &Run) -> usize {
    if run.is_long() { run.span().len() as usize / LINES } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_base::change::Span;

    fn outline(runs: usize, lines: u32) -> Outline {
        let run = |at: usize| {
            let start = at as u32 * (lines + 10);
            Run { authored: vec![Span::new(start, start + lines)] }
        };
        Outline { language: None, runs: (0..runs).map(run).collect() }
    }

    #[test]
    fn files_with_the_most_blocks_are_left_out_and_only_where_there_are_too_many() {
        assert_eq!(left_out(&[outline(120_000, 1), outline(1, 60), outline(79_999, 1)]), [None; 3]);
        assert_eq!(left_out(&[outline(120_000, 1), outline(1, 60), outline(80_000, 1)]), [Some(120_000), None, None]);
        assert_eq!(left_out(&[outline(120_000, 1), outline(120_000, 1), outline(1, 1)]), [None, Some(120_000), None]);
        assert_eq!(left_out(&[outline(1, 6_030_000), outline(5, 20)]), [Some(201_000), None]);
        assert_eq!(left_out(&[]), []);
    }
}
