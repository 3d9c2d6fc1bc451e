//! Trees: what each number contributes, and files of them.

use ai_detect_style_format::trees::Trees;
use proptest::prelude::*;

const TEXT: &str = "features\ta\tb\ntree\na\t1\tyes\t0.1\nb\t5\tno\t-0.5\n=\t-1\n=\t0.25\n=\t2\n";

fn parts(trees: &Trees, numbers: [f32; 2]) -> [f64; 2] {
    let mut parts = [0.0; 2];
    trees.explain(&numbers, &mut parts);
    parts
}

#[test]
fn each_step_belongs_to_the_number_that_was_asked_about() {
    let trees = Trees::parse(TEXT).unwrap();
    assert_eq!(parts(&trees, [0.0, 3.0]), [-0.5, -0.5]);
    assert_eq!(parts(&trees, [f32::NAN, f32::NAN]), [-0.5, 0.75]);
    assert_eq!(parts(&trees, [2.0, 3.0]), [2.0, 0.0]);
}

#[test]
fn what_is_written_reads_the_same() {
    let trees = Trees::parse(TEXT).unwrap();
    assert_eq!(trees.write(), TEXT);
    assert_eq!(Trees::of_image(&trees.image()), Some(trees));
}

#[test]
fn a_broken_file_is_named_by_its_line() {
    for (text, message) in [
        ("features\ta\ntree\nc\t1\tyes\t0\n", "line 3: `c` is not among the features"),
        ("features\ta\ntree\na\t1\tyes\t0\n=\t1\n", "line 4: the last tree is not complete"),
        ("features\ta\ntree\n=\t1\n=\t1\n", "line 4: the tree was complete before this line"),
        ("features\ta\ntree\n=\tNaN\n", "line 3: `NaN` is no number"),
        ("features\ta\tb\r\r\n", "line 1: a name holds a character that nobody sees"),
    ] {
        assert_eq!(Trees::parse(text).unwrap_err().to_string(), message);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(image: Vec<u8>) {
        if let Some(trees) = Trees::of_image(&image) {
            trees.explain(&[1.0], &mut [0.0]);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(features\ta\n|tree\n|a\t1\tyes\t2\n|=\t1\n|\\PC{0,9}\n){0,20}") {
        if let Ok(trees) = Trees::parse(&text) {
            trees.explain(&[1.0], &mut [0.0]);
        }
    }
}
