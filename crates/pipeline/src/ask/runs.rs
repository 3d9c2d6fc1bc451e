//! What is known of a run of lines, put together.

use bstr::ByteSlice as _;

use super::asker::Read;
use crate::trail::ask::facts::{self, Contribution, Known, Speaks};
use crate::trail::ask::{Cause, Evidence, Likelihood, Run};
use ai_detect_attest::Registry;
use ai_detect_base::span::Span;
use ai_detect_git::{self as git, Blame, End};

/// A run of lines as parts for which the same speaks.
pub(super) fn parts(
    (path, run): (&str, &git::Run),
    blame: &Blame,
    known: Option<(&Read, Known<'_>)>,
    registry: &Registry,
) -> Vec<Run> {
    let code =
        |span: Span| (span.start..span.end).map(|line| blame.text.line(line).to_str_lossy().into_owned()).collect();
    let place = |part: Run, span: Span| Run {
        first: Some(span.start + 1),
        last: Some(span.end),
        path_then: Some(run.path.to_string()).filter(|_| run.path != path),
        line_then: Some(run.line + (span.start - run.span.start) + 1),
        code: code(span),
        ..part
    };
    let Some((read, known)) = known else { return vec![place(followed_no_further(run), run.span)] };
    let path = run.path.to_str_lossy();
    let mut found: Vec<(Span, Speaks<'_>)> = Vec::new();
    for line in run.span.start..run.span.end {
        let then = run.line + (line - run.span.start) + 1;
        let speaks = facts::speaks_for(&read.own.attestation, &path, then);
        let here = Span::new(line, line + 1);
        match found.last_mut() {
            // Recorders leave out blank lines and lone brackets.
            Some((span, last)) if *last == speaks || is_bare(blame.text.line(line)) => span.end = line + 1,
            Some((span, last)) if (span.start..span.end).all(|line| is_bare(blame.text.line(line))) => {
                (span.end, *last) = (line + 1, speaks);
            }
            _ => found.push((here, speaks)),
        }
    }
    let part = |(span, speaks): (Span, Speaks<'_>)| {
        let first = run.line + (span.start - run.span.start) + 1;
        let likelihood = read.likelihood(Some((&path, first, first + span.len() - 1)));
        let contribution = facts::contribution(&known, speaks, &likelihood, registry);
        place(run_of(read.own.commit.id.clone(), contribution, likelihood), span)
    };
    found.into_iter().map(part).collect()
}

/// Whether a line holds no letter and no digit.
fn is_bare(line: &[u8]) -> bool {
    !line.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
}

/// Lines that were not followed to the commit that brought them.
fn followed_no_further(run: &git::Run) -> Run {
    let cause = match run.end {
        End::TooMuchWork => Cause::TooMuchWork,
        End::Brought | End::Shallow | End::Unread(_) => Cause::NotInThisClone,
    };
    let contribution = facts::unknown_because(cause);
    run_of(run.commit.to_string(), contribution, Likelihood::Missing { missing: cause })
}

pub(super) fn run_of(commit: String, found: Contribution, likelihood: Likelihood) -> Run {
    let Contribution { evidence, facts, review, cause, covers } = found;
    // A run holds a person or an estimate, never both.
    let is_estimate = matches!(evidence, Evidence::Unknown | Evidence::Inferred);
    let likelihood = if is_estimate { likelihood } else { Likelihood::Missing { missing: Cause::KeptApart } };
    debug_assert_eq!(cause.is_some(), matches!(evidence, Evidence::Unknown | Evidence::Inferred));
    Run {
        first: None,
        last: None,
        path: None,
        commit,
        path_then: None,
        line_then: None,
        evidence,
        covers,
        facts,
        review,
        cause,
        likelihood,
        sensitive: Vec::new(),
        added_lines: None,
        code: Vec::new(),
    }
}
