//! What a reader takes for the same text is the same; honest text stays byte for byte.

use proptest::prelude::*;

use super::*;

fn comparable(text: &str) -> (String, Disguise) {
    let mut disguise = Disguise::default();
    let comparable = Surroundings::of(text).comparable(text, &mut disguise).into_owned();
    (comparable, disguise)
}

fn assert_same(text: &str) {
    assert_eq!(comparable(text), (text.to_owned(), Disguise::default()));
}

#[test]
fn words_that_look_alike_are_alike() {
    for (disguised, seen) in [
        ("compre\u{200b}hensive er\u{ad}ror han\u{2060}dling", "comprehensive error handling"),
        ("r\u{435}view of th\u{435} r\u{435}try", "review of the retry"),
        ("\u{455}\u{441}\u{43e}\u{440}\u{435} of th\u{43e}se", "scope of those"),
        ("\u{406}mplement t\u{43e}\u{43a}en", "Implement token"),
        ("robust c\u{3bf}nfiguration", "robust configuration"),
        ("\u{13a1}eview it", "Review it"),
        ("\u{1d42b}\u{1d41e}\u{1d42f}\u{1d422}\u{1d41e}\u{1d430}", "review"),
        ("\u{ff52}\u{ff45}\u{ff56}iew", "review"),
        ("re\u{2174}iew, con\u{fb01}gure", "review, configure"),
        ("retr\u{336}y\u{336}", "retry"),
        ("two\u{3164}words\u{2800}here", "two words here"),
        ("a\u{1}b\u{7f}c", "abc"),
        ("two\u{a0}words, th\u{435}\u{2009}end\u{2024} So\u{37e}", "two words, the end. So;"),
        ("a \u{202e}weiver\u{202c} of \u{202e}ti", "a review of it"),
    ] {
        let (comparable, disguise) = comparable(disguised);
        assert_eq!(comparable, seen);
        assert!(!disguise.is_empty(), "{disguised}");
    }
}

#[test]
fn what_was_changed_is_counted() {
    let (_, disguise) = comparable("r\u{435}view of\u{200b}\u{ad} th\u{435} \u{1d42b}\u{1d41e} pl\u{3b1}n");
    let scripts = BTreeSet::from([Script::Cyrillic, Script::Greek]);
    assert_eq!(
        disguise,
        Disguise { invisible_characters: 2, lookalike_words: 3, styled_words: 1, lookalike_signs: 0, scripts }
    );
}

#[test]
fn honest_text_stays_as_it_is() {
    for honest in [
        "Retry with back-off, 3 times\n\n- \u{2014} \u{201c}quoted\u{201d} \u{2026} \u{2192}",
        "\u{418}\u{441}\u{43f}\u{440}\u{430}\u{432}\u{438}\u{442}\u{44c} \u{43e}\u{448}\u{438}\u{431}\u{43a}\u{443} \u{432} API: \u{430} \u{438} \u{43e}, \u{441}\u{43e}\u{440}, \u{43e}\u{441}\u{430}",
        "git\u{43e}\u{432}\u{44b}\u{439} \u{43a}\u{43e}\u{43c}\u{43c}\u{438}\u{442}",
        "\u{394}\u{3b9}\u{3cc}\u{3c1}\u{3b8}\u{3c9}\u{3c3}\u{3b7} \u{3c4}\u{3bf}\u{3c5} API",
        "Gr\u{f6}\u{df}e \u{fc}ber u\u{308}ber na\u{ef}ve caf\u{e9} T\u{fc}rk\u{e7}e yap\u{131}ld\u{131}",
        "\u{4fee}\u{590d} \u{ff21}\u{ff30}\u{ff29} \u{9519}\u{8bef}\u{ff0c}Web\u{30b5}\u{30a4}\u{30c8}",
        "\u{5ea}\u{5d9}\u{5e7}\u{5d5}\u{5df} \u{5d5}API \u{627}\u{644}API",
        "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645} \u{915}\u{94d}\u{200d}\u{937}",
        "\u{2764}\u{fe0f} 1\u{fe0f}\u{20e3} \u{1f469}\u{200d}\u{1f52c} \u{1f170}\u{fe0f} \u{2139}\u{fe0f} note",
        "\u{3b1}x + \u{3c3}y = \u{3bb}, 5 \u{3bc}s, 300 \u{212a}, x \u{2208} \u{211d}, \u{2163}",
        "[a-z\u{430}-\u{44f}]",
        "Ti\u{1ebf}ng Vi\u{1ec7}t, \u{1e35}\u{1e5b}\u{1e63}\u{1e47}a",
        "caf\u{e9} \u{a0}: 10\u{202f}000",
        "\u{1b}[1m\u{1b}[38;5;2mrecorded\u{1b}[0m output",
    ] {
        assert_same(honest);
    }
}

#[test]
fn a_russian_word_in_latin_letters_needs_russian_around_it() {
    // "Sor" and "osa" are words; that somebody writes Russian here shows in the letters next to them.
    assert_same("\u{441}\u{43e}\u{440} \u{438} \u{43e}\u{441}\u{430} fix");
    assert_eq!(comparable("\u{441}\u{43e}\u{440}e fix").0, "cope fix");
}

#[test]
fn bytes_that_are_no_text_stay() {
    let mut disguise = Disguise::default();
    let bytes = Surroundings::default().comparable_bytes(b"re\xe2\x80\x8btry \xff\xfe end", &mut disguise);
    assert_eq!((&*bytes, disguise.invisible_characters), (&b"retry \xff\xfe end"[..], 1));
}

proptest! {
    #[test]
    fn ascii_is_not_even_copied(text in "[ -~\t\r\n]{0,60}") {
        let comparable = Surroundings::of(&text).comparable(&text, &mut Disguise::default()).into_owned();
        prop_assert_eq!(&comparable, &text);
        prop_assert!(is_plain(text.as_bytes()));
    }

    #[test]
    fn lines_stay_lines_and_twice_is_once(
        text in "([a-z \n]|[\u{430}-\u{44f}]|[\u{3b1}-\u{3c9}]|[\u{200b}-\u{200f}]|[\u{1d42b}-\u{1d430}]|\u{336}|\\PC){0,24}",
    ) {
        let surroundings = Surroundings::of(&text);
        let once = surroundings.comparable(&text, &mut Disguise::default()).into_owned();
        prop_assert_eq!(once.matches('\n').count(), text.matches('\n').count());
        let twice = surroundings.comparable(&once, &mut Disguise::default()).into_owned();
        prop_assert_eq!(&twice, &once);
        let of_bytes = surroundings.comparable_bytes(text.as_bytes(), &mut Disguise::default());
        prop_assert_eq!(&*of_bytes, once.as_bytes());
    }
}
