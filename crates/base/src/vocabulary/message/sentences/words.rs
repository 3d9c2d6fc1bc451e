//! Words that show how a sentence goes on around a mark.

/// A sentence that stops here goes on below.
pub(super) const OPEN_ENDS: [&str; 18] = [
    "a", "an", "the", "no", "any", "and", "or", "nor", "but", "without", "of", "our", "your", "its", "their", "e.g.",
    "i.e.", "namely",
];

/// What somebody is told to do with a mark: `please add`, `must write`, `if you use AI, add`.
pub(super) const DEMANDED: [&str; 7] = ["add", "append", "put", "write", "include", "use", "carry"];

/// What stands before that.
pub(super) const DEMANDING: [&str; 7] = ["please", "must", "should", "shall", "always", "never", "don't"];

/// The same of those who are told.
pub(super) const DONE: [&str; 7] = ["adds", "appends", "puts", "writes", "includes", "uses", "carries"];

/// Who is told.
pub(super) const TOLD: [&str; 6] = ["if", "whoever", "everybody", "everyone", "contributors", "authors"];

/// Other words that lead to an indented line.
pub(super) const LEADING_ENDS: [&str; 20] = [
    "have", "has", "contain", "contains", "say", "says", "read", "reads", "is", "are", "be", "by", "as", "with",
    "line", "lines", "trailer", "trailers", "footer", "like",
];

/// How a sentence goes on behind a mark.
pub(super) const GOES_ON: [&str; 47] = [
    "line", "lines", "trailer", "trailers", "footer", "footers", "at", "in", "into", "to", "onto", "is", "are", "was",
    "were", "as", "for", "from", "with", "when", "where", "which", "that", "if", "unless", "because", "so", "by", "of",
    "here", "there", "anywhere", "anymore", "again", "must", "should", "may", "can", "cannot", "will", "does", "do",
    "not", "nor", "or", "and", "either",
];

/// How a paragraph starts that goes on with the sentence of the paragraph before.
pub(super) const CONJOINING: [&str; 14] = [
    "and", "but", "or", "nor", "yet", "which", "though", "although", "because", "since", "whereas", "while", "instead",
    "whenever",
];

/// Headings that stand alone above what is shown.
pub(super) const HEADINGS: [&str; 18] = [
    "do:",
    "dos:",
    "don'ts:",
    "right:",
    "before:",
    "after:",
    "given:",
    "input:",
    "output:",
    "expected:",
    "actual:",
    "bad:",
    "good:",
    "wrong:",
    "don't:",
    "do not:",
    "fails on:",
    "passes on:",
];

/// Those of them that stand above what is shown even where nothing follows.
pub(super) const CONTRASTING: [&str; 9] =
    ["don't:", "don'ts:", "do not:", "bad:", "wrong:", "fails on:", "passes on:", "rejected:", "accepted:"];

/// A paragraph of these words alone leads to an example.
pub(super) const LEADING_ALONE: [&str; 8] =
    ["for example", "for instance", "e.g.", "example", "examples", "such as", "like this", "like so"];

/// A line of one of these words alone opens a case that more text closes: `Given`, an example, `the parser fails`.
pub(super) const OPENING_A_CASE: [&str; 6] = ["given", "when", "for", "with", "input", "where"];

/// What a sentence has that ends with a colon and shows what could be written.
pub(super) const SHOWING: [&str; 64] = [
    "one of these",
    "one of the following",
    "following trailers",
    "following trailer",
    "following line",
    "following footer",
    "following lines",
    "accepted",
    "allowed",
    "supported",
    "valid",
    "example",
    "examples",
    "e.g.",
    "instance",
    "such as",
    "like this",
    "like so",
    "like these",
    "as follows",
    "looks like",
    "look like",
    "of the form",
    "in the form",
    "this form",
    "format",
    "template",
    "placeholder",
    "snippet",
    "instead",
    "not",
    "never",
    "no longer",
    "don't",
    "doesn't",
    "must",
    "should",
    "please",
    "forbids",
    "forbidden",
    "rejects",
    "rejected",
    "banned",
    "disallowed",
    "rule",
    "rules",
    "policy",
    "policies",
    "convention",
    "conventions",
    "guideline",
    "guidelines",
    "recognises",
    "recognizes",
    "parses",
    "known trailers",
    "this trailer",
    "these trailers",
    "the trailer",
    "this line",
    "these lines",
    "this footer",
    "the footer",
    "if",
];
