//! The public pages and the dashboards.

use galena::access::Role;
use galena::jobs;

on_both!(
    async fn anyone_sees_the_public_pages(app) {
        let visitor = app.visitor();
        app.write(|conn| galena::verticals::seed(conn, crate::harness::START)).await;
        for path in ["/", "/market", "/market?country=LV&age=30&max_price=x&page=9", "/verticals",
            "/verticals/eyewear", "/terms", "/privacy", "/docs"] {
            let page = visitor.get(path).await.expect(200);
            assert!(page.text.contains("<h1>") && !page.text.contains("style="), "{path}");
        }
        visitor.get("/verticals/nonsense").await.expect(404);
        let script = visitor.get("/docs/swagger-ui-bundle.js").await.expect(200);
        assert!(script.text.contains("SwaggerUIBundle"));
        visitor.get("/docs/index.html").await.expect(404);
    }
);

on_both!(
    async fn each_dashboard_opens_for_its_own_kind_of_account(app) {
        let seller = app.seller("Blue Lens").await;
        let buyer = app.buyer("Glass House").await;
        let operator = app.operator(Role::Admin).await;
        for (trader, home) in [(&seller, "/seller"), (&buyer, "/buyer"), (&operator, "/operator")] {
            let browser = app.sign_in(&trader.email).await;
            for path in ["/seller", "/buyer", "/operator"] {
                let expected = if path == home { 200 } else { 403 };
                browser.get(path).await.expect(expected);
            }
        }
    }
);

on_both!(
    async fn the_audit_log_is_filtered_and_paged(app) {
        let operator = app.operator(Role::Auditor).await;
        app.seller("Blue Lens").await;
        let browser = app.sign_in(&operator.email).await;
        let all = browser.get("/operator/audit?limit=2").await.expect(200).text;
        assert!(all.contains("cursor="), "there is a next page");
        let (_, rest) = all.split_once("rel=\"next\" href=\"").unwrap();
        let next = rest.split('"').next().unwrap().replace("&#38;", "&");
        let second = browser.get(&next).await.expect(200).text;
        assert!(second.contains("<tbody>"));
        let none = browser.get("/operator/audit?action=nothing.").await.expect(200).text;
        assert!(!none.contains("<tbody>"));
        let subject = format!("/operator/audit?subject={}", operator.account);
        let own = browser.get(&subject).await.expect(200).text;
        assert!(own.contains(&operator.account.to_string()));
    }
);

on_both!(
    async fn a_dead_job_is_tried_again_and_on_record(app) {
        let operator = app.operator(Role::Admin).await;
        let now = crate::harness::START;
        app.write(move |conn| jobs::enqueue(conn, "unheard_of", &serde_json::json!({}), now, now)).await;
        while app.read(|conn| jobs::dead(conn, 1)).await.is_empty() {
            app.drain_jobs().await;
            app.advance(galena::clock::DAY);
        }
        let dead = app.read(|conn| jobs::dead(conn, 1)).await.remove(0);
        let browser = app.sign_in(&operator.email).await;
        let queues = browser.get("/operator/queues").await.expect(200).text;
        assert!(queues.contains("unheard_of"));
        let path = format!("/operator/queues/{}/requeue", dead.id);
        let answer = browser.post_form(&path, &[]).await.expect(303);
        assert_eq!(answer.location(), "/operator/queues");
        assert!(app.read(|conn| jobs::dead(conn, 1)).await.is_empty());
        browser.post_form(&path, &[]).await.expect(409);
        let log = browser.get("/operator/audit?action=job.").await.expect(200).text;
        assert!(log.contains("job.requeued"));
    }
);
