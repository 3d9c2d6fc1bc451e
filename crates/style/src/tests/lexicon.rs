//! Lexicons: terms and what they weigh.

use ai_detect_style_format::lexicon::{Lexicon, hash};

#[test]
fn terms_are_found_with_their_weights() {
    let lexicon = Lexicon::parse("# remark\nvia\t1.5\r\nso the\t-0.25\nnever\t-99\n").unwrap();
    let weight = |term: &str| lexicon.find(term).map(|number| lexicon.weight(number));
    assert_eq!([weight("so the"), weight("via"), weight("so")], [Some(-0.25), Some(1.5), None]);
    assert_eq!(weight("never"), Some(-511.0 / 32.0));
}

#[test]
fn a_broken_line_is_named() {
    let error = Lexicon::parse("via\t1.5\nso the -0.25\n").unwrap_err();
    assert_eq!(error.to_string(), "line 2: expected a term, a tab and a number, found `so the -0.25`");
    assert!(Lexicon::parse("a\tNaN\n").is_err());
    assert!(Lexicon::parse("a\t1\na\t2\n").is_err());
}

#[test]
fn an_empty_lexicon_knows_nothing() {
    assert_eq!(Lexicon::default().find(""), None);
    assert_eq!(Lexicon::parse("# nothing\n").unwrap().find("#"), None);
    assert!(Lexicon::parse("# nothing\n#\t1\n").unwrap().find("#").is_some());
}

#[test]
fn hardly_any_other_term_passes_for_one() {
    let terms = |from: usize| (from..from + 20_000).map(|number| format!("term {number}"));
    let lexicon = Lexicon::parse(&terms(0).map(|term| format!("{term}\t0.5\n")).collect::<String>()).unwrap();
    assert!(terms(0).all(|term| lexicon.find(&term).is_some()));
    assert!(terms(20_000).filter(|term| lexicon.find(term).is_some()).count() < 3);
}

proptest::proptest! {
    #[test]
    fn every_term_is_found_and_no_other(terms in proptest::collection::btree_set("[a-c ]{1,4}|\\PC{1,12}", 0..60)) {
        let told: Vec<&String> = terms.iter().collect();
        let text: String = told.iter().zip(0..).map(|(term, at)| format!("{term}\t{}\n", f64::from(at) / 8.0)).collect();
        let lexicon = Lexicon::parse(&text).unwrap();
        let mut known = Vec::new();
        lexicon.find_together(&mut told.iter().zip(0..).map(|(term, at)| (hash(term.as_bytes()), at)).collect(), &mut known);
        let weighed: Vec<(f64, i32)> = known.iter().map(|(number, at)| (lexicon.weight(*number), *at)).collect();
        assert_eq!(weighed, (0..told.len() as i32).map(|at| (f64::from(at) / 8.0, at)).collect::<Vec<_>>());
        assert_eq!(lexicon.find("not there"), None);
    }

    #[test]
    fn no_bytes_make_it_panic(image: Vec<u8>, term in "[a-c]{0,3}") {
        let lexicon = Lexicon::of_image(image.into());
        let _ = (lexicon.find(&term), lexicon.weight(3), lexicon.weight(u32::MAX));
    }
}
