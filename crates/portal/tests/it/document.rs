//! The API's document is locked: whoever changes the API sees it here, and the web client is generated from it.

#[test]
fn the_openapi_document_is_the_committed_one() {
    let committed = include_str!("../../../../web/src/api/openapi.json");
    assert!(
        portal::http::openapi().trim() == committed.trim(),
        "the API changed: cargo run -p portal --example openapi > web/src/api/openapi.json, and look at the difference",
    );
}

#[test]
fn every_problem_has_a_status_of_its_class_and_a_title_without_data() {
    for kind in wire::ProblemType::ALL {
        assert!((400..600).contains(&kind.status()), "{}", kind.slug());
        assert!(
            kind.title().ends_with('.') && !kind.title().contains(['{', '@']),
            "{}",
            kind.slug()
        );
    }
}
