use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::{Registry, State, about_repository, read};
use super::*;
use ai_detect_base::change::{Commit, Person};

/// The sample of a form, beside the commit that it is about.
fn with_sample(spec: &RecordSpec) -> Commit {
    let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
    let record = Record { place: spec.place.name(), content: Ok(Arc::from(spec.sample.as_bytes())) };
    Commit {
        id: SAMPLE_COMMIT.into(),
        author: ann.clone(),
        committer: ann,
        message: "s\n".into(),
        records: vec![record],
        ..Commit::default()
    }
}

#[test]
fn words_and_labels_are_unique() {
    let ids: BTreeSet<&str> = ALL.iter().map(|form| form.id).collect();
    let labels: BTreeSet<&str> = ALL.iter().map(|form| form.label).collect();
    assert_eq!((ids.len(), labels.len()), (ALL.len(), ALL.len()));
}

#[test]
fn every_sample_is_read_as_its_own_form_and_attests() {
    for form in Form::all() {
        let Some(spec) = form.record() else { continue };
        let found = read(&with_sample(spec), Registry::builtin().unwrap());
        assert!(found.unreadable.is_empty(), "{form:?}: {:?}", found.unreadable);
        assert!(matches!(found.state, State::Complete | State::Partial), "{form:?}: {found:?}");
        assert!(found.statements.iter().all(|statement| statement.form == form), "{form:?}: {found:?}");
    }
}

#[test]
fn every_sample_about_a_repository_is_read_and_attests_no_commit() {
    for form in Form::all() {
        let Found::Repository(spec) = &form.found else { continue };
        let record = Record { place: spec.place.name(), content: Ok(Arc::from(spec.sample.as_bytes())) };
        let found = about_repository(std::slice::from_ref(&record));
        assert!(matches!(found.as_slice(), [one] if one.form == form && one.claim.is_ok()), "{found:?}");
        assert_eq!(Form::of_record(&record), None, "{form:?}");
    }
}

#[test]
fn a_form_is_written_as_its_word_and_read_back() {
    for form in Form::all() {
        let json = serde_json::to_string(&form).unwrap();
        assert_eq!(json, format!("{:?}", form.id));
        // Of a repository as a whole, no statement is made.
        let read = serde_json::from_str::<Form>(&json).ok();
        assert_eq!(read, Some(form).filter(Form::is_of_statements));
    }
    assert!(Form::all().any(|form| !form.is_of_statements()));
    let error = serde_json::from_str::<Form>("\"telepathy\"").unwrap_err().to_string();
    assert!(error.starts_with("no form of attestation is called `telepathy`"), "{error}");
}

#[test]
fn of_two_forms_at_one_place_one_gets_what_the_other_does_not_recognise() {
    for place in places().into_iter().filter(|place| !matches!(place, RecordPlace::File(_))) {
        let here = ALL.iter().filter_map(|form| form.record()).filter(|spec| spec.place.name() == place.name());
        let rest = here.filter(|spec| spec.recognises.is_none());
        assert_eq!(rest.count(), 1, "{}", place.name());
        let broken = Record { place: place.name(), content: Err("it is missing".into()) };
        assert!(Form::of_record(&broken).is_some(), "{}", place.name());
    }
}
