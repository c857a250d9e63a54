//! What all pages and API calls share: probes, errors, headers, CSRF, limits, idempotency, logs.

use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use diesel::prelude::*;
use galena::access::{AccountKind, Actor};
use galena::accounts::{self, AccountState, NewAccount};
use galena::clock::{DAY, MINUTE, SECOND};
use galena::db::schema::accounts as accounts_table;
use galena::error::Code;
use galena::web::{Idempotency, idempotent};
use serde_json::json;

use crate::harness::{Backend, PASSWORD, TestApp, Trader, logs};

on_both!(async fn probes_answer(app) {
    app.call("GET", "/healthz").send().await.expect(200);
    app.call("GET", "/readyz").send().await.expect(200);
    let metrics = app.call("GET", "/metrics").send().await.expect(200);
    assert!(metrics.text.contains("galena_http_requests_total"), "{}", metrics.text);
    app.call("GET", "/metrics").header("x-forwarded-for", "203.0.113.9").send().await.expect(404);
});

on_both!(async fn metrics_open_to_the_operators_token(app) with |options| {
    options.metrics_token = Some("a token of the operator".to_owned());
} {
    let ask = |token: &str| app.api("GET", "/metrics", token).header("x-forwarded-for", "203.0.113.9").send();
    ask("a token of the operator").await.expect(200);
    ask("a token of somebody else").await.expect(404);
});

on_both!(async fn errors_are_pages_for_people_and_problems_for_programs(app) {
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
    let named = app.call("GET", "/healthz").header("x-request-id", "anna@example.test").send().await;
    assert!(!named.header("x-request-id").contains('@'));
    let method = app.call("DELETE", "/api/v1/me").send().await.expect(405);
    assert_eq!(method.header("allow"), "GET");
    assert_eq!(method.code(), "method_not_allowed");
    app.call("HEAD", "/signin").send().await.expect(200);
});

on_both!(async fn answers_carry_the_security_headers(app) {
    for path in ["/signin", "/nothing", "/api/v1/me", "/healthz"] {
        let answer = app.call("GET", path).send().await;
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self'",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.header("x-request-id").is_empty());
    }
});

on_both!(async fn bodies_are_limited(app) {
    let buyer = app.buyer("Optika").await;
    let browser = app.sign_in(&buyer.email).await;
    let long = "x".repeat(1024 * 1024);
    browser.post_form("/account/keys", &[("name", &long)]).await.expect(413);
    let answer = app.api("POST", "/api/v1/tokens", &buyer.key).json(&json!({ "x": long })).send().await.expect(413);
    assert_eq!(answer.code(), "payload_too_large");
});

on_both!(async fn a_parameter_that_nobody_knows_is_named(app) {
    let (seller, buyer) = (app.seller("Seller").await, app.buyer("Buyer").await);
    for (path, key) in [
        ("/api/v1/leads?stat=listed", &seller.key),
        ("/api/v1/listings?vertical=eyewear&stat=x", &buyer.key),
        ("/api/v1/purchases?stat=x", &buyer.key),
        ("/api/v1/purchase_requests?stat=x", &buyer.key),
        ("/api/v1/wallet?stat=x", &buyer.key),
    ] {
        let problem = app.api("GET", path, key).send().await.expect(422).json();
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("stat"), &json!("unknown_field")), "{path}");
        assert!(!error["accepted"].as_str().unwrap().is_empty(), "{path}");
    }
    app.call("GET", "/api/v1/me").header("authorization", "Basic x").send().await.expect(401);
});

on_both!(async fn the_type_of_an_error_leads_to_what_it_means(app) {
    let problem = app.call("GET", "/api/v1/me").send().await.expect(401).json();
    let (page, code) = problem["type"].as_str().unwrap().split_once('#').unwrap();
    let meaning = app.call("GET", page).send().await.expect(200).text;
    assert!(meaning.contains(&format!("id=\"{code}\"")), "{code}");
});

on_both!(async fn tries_to_sign_in_are_limited_by_address_and_by_email(app) with |options| {
    options.signin_per_minute = Some(3);
} {
    let buyer = app.buyer("Optika").await;
    let fields = [("email", buyer.email.as_str()), ("password", "a wrong pass phrase")];
    let visitor = app.visitor();
    for _ in 0..3 {
        visitor.post_form("/signin", &fields).await.expect(401);
    }
    let answer = visitor.post_form("/signin", &fields).await.expect(429);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert_eq!(answer.header("retry-after"), "20");
    // Without a trusted proxy nobody chooses their own address.
    let forwarded = visitor.call("POST", "/signin").header("x-forwarded-for", "203.0.113.9");
    let csrf = visitor.csrf().await;
    forwarded
        .header("sec-fetch-site", "same-origin")
        .form(&[("email", "other@example.test"), ("password", "x"), ("csrf", &csrf)])
        .send()
        .await
        .expect(429);
    app.advance(20 * SECOND);
    let right = [("email", buyer.email.as_str()), ("password", PASSWORD)];
    visitor.post_form("/signin", &right).await.expect(303);
    app.visitor().post_form("/signin", &right).await.expect(429);
});

on_both!(async fn one_email_is_limited_from_many_addresses(app) with |options| {
    options.signin_per_minute = Some(3);
    options.trusted_proxies = Some("127.0.0.0/8".to_owned());
} {
    let visitor = app.visitor();
    let csrf = visitor.csrf().await;
    let mut statuses = Vec::new();
    for last in 1..=4 {
        let answer = visitor.call("POST", "/signin")
            .header("x-forwarded-for", &format!("203.0.113.{last}"))
            .header("sec-fetch-site", "same-origin")
            .form(&[("email", "anna@example.test"), ("password", "x"), ("csrf", &csrf)])
            .send()
            .await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
});

on_both!(async fn api_calls_are_limited_by_key(app) with |options| {
    options.api_per_second = Some(5);
} {
    let (one, other) = (app.buyer("One").await, app.buyer("Other").await);
    let me = |who: &Trader| app.api("GET", "/api/v1/me", &who.key).send();
    for left in (0..5).rev() {
        let answer = me(&one).await.expect(200);
        assert_eq!(answer.header("ratelimit-policy"), "\"key\";q=5;w=1");
        assert!(answer.header("ratelimit").starts_with(&format!("\"key\";r={left};")), "{}", answer.header("ratelimit"));
    }
    let answer = me(&one).await.expect(429);
    assert_eq!(answer.code(), "rate_limited");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("retry-after"), "1");
    me(&other).await.expect(200);
    app.advance(SECOND);
    me(&one).await.expect(200);
});

#[test]
fn a_request_in_flight_is_answered_before_the_server_stops() {
    use std::io::{Read as _, Write as _};
    crate::harness::run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let buyer = app.buyer("Optika").await;
        let address = app.address.strip_prefix("http://").unwrap().to_owned();
        let mut slow = std::net::TcpStream::connect(&address).unwrap();
        write!(
            slow,
            "POST /api/v1/tokens HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Length: 2\r\nConnection: close\r\n\r\n{{",
            buyer.key
        )
        .unwrap();
        // Two answers later the slow request has certainly been taken up.
        for _ in 0..2 {
            app.call("GET", "/readyz").send().await.expect(200);
        }
        let rest = tokio::task::spawn_blocking(move || {
            let mut answer = String::new();
            // Written once nobody new is let in.
            while std::net::TcpStream::connect(&address).is_ok() {
                std::thread::yield_now();
            }
            slow.write_all(b"}").unwrap();
            slow.read_to_string(&mut answer).unwrap();
            answer
        });
        app.stop().await;
        let answer = rest.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    });
}

on_both!(async fn what_no_database_keeps_is_refused(app) {
    let buyer = app.buyer("Optika").await;
    let browser = app.sign_in(&buyer.email).await;
    browser.get("/account?x=%00").await.expect(400);
    browser.post_form("/account/keys", &[("name", "a\0b"), ("scopes", "wallet.read")]).await.expect(400);
    let page = browser.get("/nothing/here").await.expect(404);
    assert!(page.text.contains("Optika"), "known on every page: {}", page.text);
});

/// One use of a key whose effect is a new account.
struct Use {
    key: &'static str,
    body: &'static str,
}

impl Use {
    async fn run(&self, app: &TestApp, who: &Trader) -> galena::error::Result<HttpResponse> {
        let idem = Idempotency {
            endpoint: "POST /api/v1/things".to_owned(),
            key: self.key.to_owned(),
            body_hash: galena::vault::sha256(self.body.as_bytes()),
            account: who.account,
        };
        let now = app.clock.now();
        idempotent(&app.app.ctx, &idem, move |conn| {
            let thing = NewAccount {
                kind: AccountKind::Buyer,
                name: "thing".to_owned(),
                country: "LV".to_owned(),
                state: AccountState::Pending,
            };
            let id = accounts::create_account(conn, &thing, Actor::System, now)?;
            Ok((201, json!({ "id": id })))
        })
        .await
    }
}

async fn things(app: &TestApp) -> i64 {
    app.read(|conn| {
        Ok(accounts_table::table
            .filter(accounts_table::name.eq("thing"))
            .count()
            .get_result(conn)?)
    })
    .await
}

async fn text(response: HttpResponse) -> (u16, bool, Vec<u8>) {
    let (status, is_replay) = (
        response.status().as_u16(),
        response.headers().contains_key("idempotent-replayed"),
    );
    let body = to_bytes(response.into_body()).await.unwrap_or_default();
    (status, is_replay, body.to_vec())
}

on_both!(async fn a_retry_gets_the_first_answer_and_no_second_effect(app) {
    let who = app.buyer("Optika").await;
    let once = Use { key: "k1", body: "{}" };
    let first = text(once.run(app, &who).await.unwrap()).await;
    let again = text(once.run(app, &who).await.unwrap()).await;
    assert_eq!((first.0, first.1, again.0, again.1), (201, false, 201, true));
    assert_eq!(first.2, again.2);
    assert_eq!(things(app).await, 1);

    let other_body = Use { key: "k1", body: "{\"x\":1}" };
    let refused = other_body.run(app, &who).await.unwrap_err();
    assert!(refused.has_code(Code::IdempotencyKeyReused));
    let somebody_else = app.buyer("Other").await;
    once.run(app, &somebody_else).await.unwrap();
    Use { key: "k2", body: "{}" }.run(app, &who).await.unwrap();
    assert_eq!(things(app).await, 3);

    app.advance(DAY + SECOND);
    app.tick().await;
    let fresh = text(once.run(app, &who).await.unwrap()).await;
    assert!(!fresh.1, "a key is forgotten after a day");
    assert_eq!(things(app).await, 4);
});

on_both!(async fn twenty_at_once_have_one_effect(app) {
    let who = app.buyer("Optika").await;
    let once = Use { key: "k1", body: "{}" };
    let outcomes = futures_util::future::join_all((0..20).map(|_| once.run(app, &who))).await;
    let mut originals = 0;
    for outcome in outcomes {
        match outcome {
            Ok(response) => originals += i32::from(!text(response).await.1),
            Err(error) => assert!(error.has_code(Code::IdempotencyInProgress), "{error}"),
        }
    }
    assert_eq!(originals, 1);
    assert_eq!(things(app).await, 1);
});

on_both!(async fn logs_name_nobody_and_hold_no_secret(app) {
    logs::start();
    let buyer = app.buyer("Log Reader").await;
    let browser = app.sign_in(&buyer.email).await;
    let secret = "eleven quiet harbours";
    app.visitor().post_form("/signin", &[("email", &buyer.email), ("password", secret)]).await.expect(401);
    app.visitor().get(&format!("/signin?next=/{}", buyer.email)).await.expect(200);
    browser.post_form("/account/keys", &[("name", "CRM"), ("scopes", "wallet.read")]).await.expect(201);
    browser.get("/nothing/here").await.expect(404);
    let token = app.api("POST", "/api/v1/tokens", &buyer.key).send().await.expect(201).json();
    let token = token["access_token"].as_str().unwrap().to_owned();
    app.api("GET", "/api/v1/me", &token).send().await.expect(200);
    app.advance(MINUTE);
    app.tick().await;
    let text = logs::text();
    assert!(text.contains("answered") && text.contains("/signin"), "the log is being written: {text}");
    for private in [buyer.email.as_str(), PASSWORD, secret, &buyer.key, &token, "__Host-galena"] {
        assert!(!text.contains(private), "the log holds {private}");
    }
});
