//! The figures against their definitions, written as plainly as they can be.

use proptest::prelude::*;

use super::*;

fn sample(score: f64, positive: bool) -> Sample {
    Sample { score, positive, group: 0 }
}

/// How often a positive scores above a negative, pair by pair.
fn naive_auc(samples: &[Sample], weights: &[f64]) -> f64 {
    let (mut won, mut pairs) = (0.0, 0.0);
    for yes in samples.iter().filter(|sample| sample.positive) {
        for no in samples.iter().filter(|sample| !sample.positive) {
            let weight = weights[yes.group] * weights[no.group];
            pairs += weight;
            won += weight * if yes.score > no.score { 1.0 } else { 0.5 * f64::from(u8::from(yes.score == no.score)) };
        }
    }
    won / pairs
}

/// The best of all thresholds, tried one by one.
fn naive_found(samples: &[Sample], weights: &[f64], rate: f64) -> f64 {
    let reach = |positive: bool, threshold: f64| {
        let of_class = || samples.iter().filter(move |sample| sample.positive == positive);
        let reached: f64 = of_class().filter(|s| s.score >= threshold).map(|s| weights[s.group]).sum();
        reached / of_class().map(|s| weights[s.group]).sum::<f64>()
    };
    let thresholds = samples.iter().map(|sample| sample.score);
    thresholds.filter(|&t| reach(false, t) <= rate + 1e-12).map(|t| reach(true, t)).fold(0.0, f64::max)
}

/// Every sample stands as often as its weight, times what its class needs to make up the prior.
fn naive_calibration(samples: &[Sample], weights: &[f64], prior: f64) -> (f64, f64) {
    let count = |positive: bool| -> f64 {
        samples.iter().filter(|sample| sample.positive == positive).map(|sample| weights[sample.group]).sum()
    };
    let weight = |sample: &Sample| {
        let share = if sample.positive { prior / count(true) } else { (1.0 - prior) / count(false) };
        weights[sample.group] * share
    };
    let truth = |sample: &Sample| if sample.positive { 1.0 } else { 0.0 };
    let brier = samples.iter().map(|sample| weight(sample) * (sample.score - truth(sample)).powi(2)).sum();
    let mut error = 0.0;
    for bin in 0..10 {
        let here: Vec<&Sample> = samples.iter().filter(|s| ((s.score * 10.0) as usize).min(9) == bin).collect();
        let total: f64 = here.iter().map(|sample| weight(sample)).sum();
        if total > 0.0 {
            let mean = here.iter().map(|sample| weight(sample) * sample.score).sum::<f64>() / total;
            let positive = here.iter().map(|sample| weight(sample) * truth(sample)).sum::<f64>() / total;
            error += total * (mean - positive).abs();
        }
    }
    (brier, error)
}

/// Scores on a coarse grid, so that there are many ties, in four groups; both classes are there.
fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let one = (0..=20u32, any::<bool>(), 0..4usize).prop_map(|(score, positive, group)| Sample {
        score: f64::from(score) / 20.0,
        positive,
        group,
    });
    proptest::collection::vec(one, 0..60).prop_map(|mut samples| {
        samples.extend((0..4).flat_map(|group| [true, false].map(|positive| Sample { score: 0.5, positive, group })));
        samples
    })
}

fn weights() -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec((0..4u32).prop_map(f64::from), 4)
        .prop_filter("some group counts", |weights| weights.iter().sum::<f64>() > 0.0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn ranking_is_what_its_definition_says(samples in samples(), weights in weights()) {
        let ranking = Ranked::new(samples.clone(), 4).ranking(&weights).unwrap();
        prop_assert!((ranking.auc - naive_auc(&samples, &weights)).abs() < 1e-9);
        for (found, rate) in ranking.found.into_iter().zip(RATES) {
            prop_assert!((found - naive_found(&samples, &weights, rate)).abs() < 1e-9);
        }
    }

    #[test]
    fn calibration_is_what_its_definition_says(samples in samples(), weights in weights(), prior in 0.05..0.95f64) {
        let measured = Calibration::new(&samples, 4).measure(&weights, prior).unwrap();
        let (brier, error) = naive_calibration(&samples, &weights, prior);
        prop_assert!((measured.brier - brier).abs() < 1e-9, "{} {brier}", measured.brier);
        prop_assert!((measured.error - error).abs() < 1e-9, "{} {error}", measured.error);
    }
}

#[test]
fn the_extremes_of_ranking() {
    let ranking = |samples: Vec<Sample>| Ranked::new(samples, 1).ranking(&[1.0]);
    let apart = ranking(vec![sample(2.0, true), sample(1.0, false)]).unwrap();
    assert_eq!((apart.auc, apart.found), (1.0, [1.0, 1.0]));
    let upside_down = ranking(vec![sample(1.0, true), sample(2.0, false)]).unwrap();
    assert_eq!((upside_down.auc, upside_down.found), (0.0, [0.0, 0.0]));
    let tied = ranking(vec![sample(1.0, true), sample(1.0, false)]).unwrap();
    assert_eq!((tied.auc, tied.found), (0.5, [0.0, 0.0]));
    assert_eq!(ranking(vec![sample(1.0, true)]), None);
    assert_eq!(ranking(Vec::new()), None);
}

#[test]
fn five_of_a_hundred_false_positives_are_five_in_a_hundred() {
    let mut samples: Vec<Sample> = (0..100).map(|at| sample(f64::from(at), false)).collect();
    samples.push(sample(94.5, true));
    samples.push(sample(93.5, true));
    assert_eq!(Ranked::new(samples, 1).ranking(&[1.0]).unwrap().found, [0.0, 0.5]);
}

#[test]
fn probabilities_that_are_right_have_no_calibration_error() {
    // Of ten things at .3, three are positive, whatever their number in the samples.
    let mut samples = vec![sample(0.3, true); 50];
    samples.extend(vec![sample(0.3, false); 10]);
    let calibration = Calibration::new(&samples, 1);
    let measured = calibration.measure(&[1.0], 0.3).unwrap();
    assert!(measured.error < 1e-12, "{measured:?}");
    assert!((measured.brier - 0.21).abs() < 1e-12, "{measured:?}");
    let bins = calibration.reliability(&[1.0], 0.3);
    assert!(bins.len() == 1 && (bins[0].positive - 0.3).abs() < 1e-12 && (bins[0].share - 1.0).abs() < 1e-12);
}
