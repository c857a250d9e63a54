//! What all pages and API calls share.

use crate::harness::{Backend, TestApp};

on_both!(async fn probes_answer(app) {
    app.call("GET", "/healthz").send().await.expect(200);
    app.call("GET", "/readyz").send().await.expect(200);
    let metrics = app.call("GET", "/metrics").send().await.expect(200);
    assert!(metrics.text.contains("galena_http_requests_total"), "{}", metrics.text);
    app.call("GET", "/metrics").header("x-forwarded-for", "203.0.113.9").send().await.expect(404);
});

#[test]
fn errors_are_pages_for_people_and_problems_for_programs() {
    crate::harness::run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let page = app.call("GET", "/nothing/here").send().await.expect(404);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.text.contains("Not found"), "{}", page.text);
        let problem = app
            .call("GET", "/api/v1/nothing")
            .header("x-request-id", "from-the-caller-1")
            .send()
            .await
            .expect(404);
        assert_eq!(problem.header("content-type"), "application/problem+json");
        assert_eq!(problem.header("x-request-id"), "from-the-caller-1");
        assert_eq!(problem.json()["request_id"], "from-the-caller-1");
        assert_eq!(problem.code(), "not_found");
        let method = app.call("DELETE", "/api/v1/me").send().await.expect(405);
        assert_eq!(method.header("allow"), "GET");
        app.stop().await;
    });
}
