//! Events as they are listed, and webhooks as a receiver of their own sees them.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use galena::clock::{DAY, HOUR, MINUTE, SECOND};
use galena::error::Code;
use serde_json::{Value, json};

use crate::harness::{TestApp, Trader};
use crate::market;

/// What came in: its headers and its body.
#[derive(Debug, Clone)]
struct Post {
    headers: HashMap<String, String>,
    body: String,
}

impl Post {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Checks the signature as a receiver does; true when one of those sent is right.
    fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signed = format!(
            "{}.{}.{}",
            self.header("webhook-id"),
            self.header("webhook-timestamp"),
            self.body
        );
        self.header("webhook-signature").split(' ').any(|part| {
            let tag = BASE64.decode(part.strip_prefix("v1,").unwrap()).unwrap();
            hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
        })
    }
}

/// A server of a trader's that takes webhooks, and answers as it is told.
struct Receiver {
    url: String,
    posts: Arc<Mutex<Vec<Post>>>,
    answer: Arc<Mutex<(u16, Option<&'static str>)>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let posts: Arc<Mutex<Vec<Post>>> = Arc::default();
        let answer = Arc::new(Mutex::new((204, None)));
        let state = (Arc::clone(&posts), Arc::clone(&answer));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::new(state.clone()))
                .route("/hook", web::post().to(take))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        tokio::spawn(server);
        Self { url, posts, answer }
    }

    fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = (status, None);
    }

    fn posts(&self) -> Vec<Post> {
        self.posts.lock().unwrap().clone()
    }
}

type Shared = (
    Arc<Mutex<Vec<Post>>>,
    Arc<Mutex<(u16, Option<&'static str>)>>,
);

async fn take(request: HttpRequest, body: Bytes, shared: Data<Shared>) -> HttpResponse {
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = String::from_utf8(body.to_vec()).unwrap();
    shared.0.lock().unwrap().push(Post { headers, body });
    let (status, retry_after) = *shared.1.lock().unwrap();
    let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if let Some(seconds) = retry_after {
        answer.insert_header(("retry-after", seconds));
    }
    if status == 302 {
        answer.insert_header(("location", "/elsewhere"));
    }
    answer.finish()
}

async fn endpoint(app: &TestApp, who: &Trader, url: &str, kinds: &[&str]) -> String {
    let made = app
        .api("POST", "/api/v1/webhook_endpoints", &who.key)
        .json(&json!({ "url": url, "kinds": kinds }))
        .send()
        .await
        .expect(201);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn secret(app: &TestApp, who: &Trader, endpoint: &str) -> String {
    let path = format!("/api/v1/webhook_endpoints/{endpoint}/secret");
    let answer = app.api("GET", &path, &who.key).send().await.expect(200);
    answer.json()["secret"].as_str().unwrap().to_owned()
}

async fn deliveries(app: &TestApp, who: &Trader, endpoint: &str) -> Vec<Value> {
    let path = format!("/api/v1/webhook_endpoints/{endpoint}/deliveries");
    let answer = app.api("GET", &path, &who.key).send().await.expect(200);
    answer.json()["data"].as_array().unwrap().clone()
}

async fn events(app: &TestApp, who: &Trader, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/events{query}");
    let answer = app.api("GET", &path, &who.key).send().await.expect(200);
    answer.json()["data"].as_array().unwrap().clone()
}

async fn send(app: &TestApp) {
    while app.app.hooks.send_due().await.unwrap() > 0 {}
}

/// A buyer whose request buys one lead of a seller.
async fn sold(app: &TestApp) -> (Trader, Trader, String) {
    let (buyer, seller) = (app.buyer("Optika").await, app.seller("Baltic Leads").await);
    market::deposit(app, &buyer, "500.00", "EUR").await;
    let lead = buy(app, &buyer, &seller, 1).await;
    (buyer, seller, lead)
}

/// Sends a lead of the seller's to the market, and has the buyer pick it.
async fn buy(app: &TestApp, buyer: &Trader, seller: &Trader, number: usize) -> String {
    let leads = market::send_batch(app, seller, &[market::latvian_lead(number, 1)]).await;
    let path = format!("/api/v1/listings/{}/buy", leads[0]);
    app.api("POST", &path, &buyer.key).send().await.expect(201);
    leads[0].clone()
}

on_both!(async fn each_side_sees_its_own_events(app) {
    let (buyer, seller, lead) = sold(app).await;
    let bought = events(app, &buyer, "").await;
    assert_eq!(bought[0]["type"], "purchase.delivered");
    assert_eq!(bought[0]["data"]["lead"], lead.as_str());
    let sold = events(app, &seller, "?type=lead.sold").await;
    assert_eq!(sold.len(), 1);
    assert_eq!(sold[0]["subject"], lead.as_str());
    // The seller does not learn who bought.
    assert!(!sold[0].to_string().contains(&buyer.account.to_string()), "{sold:?}");
    assert!(events(app, &seller, "?type=purchase.delivered").await.is_empty());
    let unknown = app.api("GET", "/api/v1/events?type=lead.stolen", &buyer.key).send().await;
    assert_eq!(unknown.status, 400);
    app.advance(31 * DAY);
    app.tick().await;
    assert!(events(app, &buyer, "?type=purchase.delivered").await.is_empty());
});

on_both!(async fn a_webhook_is_signed_and_sent_once(app) with |options| {
    options.webhooks_anywhere = Some(true);
} {
    let receiver = Receiver::start().await;
    let (buyer, seller) = (app.buyer("Optika").await, app.seller("Baltic Leads").await);
    market::deposit(app, &buyer, "500.00", "EUR").await;
    let hook = endpoint(app, &buyer, &receiver.url, &[]).await;
    let deaf = endpoint(app, &seller, &receiver.url, &["payout.paid"]).await;
    let lead = buy(app, &buyer, &seller, 1).await;
    send(app).await;
    send(app).await;
    let posts = receiver.posts();
    assert_eq!(posts.len(), 1, "{posts:?}");
    let event = posts[0].json();
    assert_eq!(event["type"], "purchase.delivered");
    assert_eq!(event["data"]["lead"], lead.as_str());
    assert_eq!(posts[0].header("webhook-id"), event["id"]);
    let key = secret(app, &buyer, &hook).await;
    assert!(posts[0].is_signed_with(&key));
    assert!(!posts[0].is_signed_with(&secret(app, &seller, &deaf).await));
    let kept = deliveries(app, &buyer, &hook).await;
    assert_eq!(kept[0]["state"], "delivered");
    assert_eq!(kept[0]["last_status"], 204);
    // Nobody's but the owner's.
    let path = format!("/api/v1/webhook_endpoints/{hook}/secret");
    app.api("GET", &path, &seller.key).send().await.expect(404);

    let rotate = format!("/api/v1/webhook_endpoints/{hook}/rotate");
    app.api("POST", &rotate, &buyer.key).send().await.expect(200);
    let test = format!("/api/v1/webhook_endpoints/{hook}/test");
    app.api("POST", &test, &buyer.key).send().await.expect(202);
    send(app).await;
    let fresh = secret(app, &buyer, &hook).await;
    let both = receiver.posts().pop().unwrap();
    assert!(both.is_signed_with(&key) && both.is_signed_with(&fresh));
    app.advance(DAY + SECOND);
    app.api("POST", &test, &buyer.key).send().await.expect(202);
    send(app).await;
    let alone = receiver.posts().pop().unwrap();
    assert!(!alone.is_signed_with(&key) && alone.is_signed_with(&fresh));
});

on_both!(async fn a_receiver_that_fails_is_tried_again_and_given_up(app) with |options| {
    options.webhooks_anywhere = Some(true);
} {
    let receiver = Receiver::start().await;
    let buyer = app.buyer("Optika").await;
    let hook = endpoint(app, &buyer, &receiver.url, &[]).await;
    let test = format!("/api/v1/webhook_endpoints/{hook}/test");
    app.api("POST", &test, &buyer.key).send().await.expect(202);
    // A redirect is a failure, and is not followed.
    receiver.answers(302);
    send(app).await;
    assert_eq!(receiver.posts().len(), 1);
    send(app).await;
    assert_eq!(receiver.posts().len(), 1, "tried again before its time");
    receiver.answers(500);
    for (tries, pause) in [(2, 6 * SECOND), (3, 6 * MINUTE), (4, 34 * MINUTE), (5, 3 * HOUR)] {
        app.advance(pause);
        send(app).await;
        assert_eq!(receiver.posts().len(), tries);
    }
    for _ in 0..10 {
        app.advance(27 * HOUR);
        send(app).await;
    }
    assert_eq!(receiver.posts().len(), 10);
    let kept = deliveries(app, &buyer, &hook).await;
    assert_eq!((kept[0]["state"].as_str(), kept[0]["attempts"].as_i64()), (Some("dead"), Some(10)));
    // All tries are one event to the receiver.
    let ids: Vec<_> = receiver.posts().iter().map(|post| post.header("webhook-id").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));

    receiver.answers(200);
    let replay = format!("/api/v1/webhook_deliveries/{}/replay", kept[0]["id"].as_str().unwrap());
    app.api("POST", &replay, &buyer.key).send().await.expect(202);
    send(app).await;
    assert_eq!(deliveries(app, &buyer, &hook).await[0]["state"], "delivered");
});

on_both!(async fn a_receiver_may_ask_for_time_or_be_gone(app) with |options| {
    options.webhooks_anywhere = Some(true);
} {
    let receiver = Receiver::start().await;
    let buyer = app.buyer("Optika").await;
    let hook = endpoint(app, &buyer, &receiver.url, &[]).await;
    let test = format!("/api/v1/webhook_endpoints/{hook}/test");
    app.api("POST", &test, &buyer.key).send().await.expect(202);
    *receiver.answer.lock().unwrap() = (429, Some("3600"));
    send(app).await;
    app.advance(10 * MINUTE);
    send(app).await;
    assert_eq!(receiver.posts().len(), 1, "it had asked for an hour");
    receiver.answers(410);
    app.advance(HOUR);
    send(app).await;
    assert_eq!(receiver.posts().len(), 2);
    let listed = app.api("GET", "/api/v1/webhook_endpoints", &buyer.key).send().await.expect(200);
    assert_eq!(listed.json()[0]["state"], "disabled");
    assert_eq!(deliveries(app, &buyer, &hook).await[0]["state"], "dead");
    app.api("POST", &test, &buyer.key).send().await.expect(202);
    send(app).await;
    assert_eq!(receiver.posts().len(), 2, "a disabled endpoint is not called");
    // Switched on again, what waited is sent.
    receiver.answers(200);
    app.api("POST", &format!("/api/v1/webhook_endpoints/{hook}"), &buyer.key)
        .json(&json!({"url": receiver.url, "active": true})).send().await.expect(200);
    send(app).await;
    assert_eq!(receiver.posts().len(), 3);
    app.api("POST", &format!("/api/v1/webhook_endpoints/{hook}/remove"), &buyer.key)
        .send().await.expect(200);
    let listed = app.api("GET", "/api/v1/webhook_endpoints", &buyer.key).send().await.expect(200);
    assert_eq!(listed.json(), json!([]));
});

on_both!(async fn webhooks_never_reach_into_the_servers_own_network(app) {
    let buyer = app.buyer("Optika").await;
    for url in [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://0x7f000001/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "https://localhost/hook",
        "https://me:secret@example.com/hook",
        "not an address",
    ] {
        let refused = app
            .api("POST", "/api/v1/webhook_endpoints", &buyer.key)
            .json(&json!({ "url": url, "kinds": ["lead.stolen"] }))
            .send()
            .await
            .expect(422);
        assert_eq!(refused.code(), Code::InvalidContent.as_str());
        assert_eq!(refused.field_codes().len(), 2, "{url}: {}", refused.text);
    }
    for number in 0..10 {
        endpoint(app, &buyer, &format!("https://example.com/hook/{number}"), &[]).await;
    }
    let refused = app
        .api("POST", "/api/v1/webhook_endpoints", &buyer.key)
        .json(&json!({ "url": "https://example.com/one-more" }))
        .send()
        .await
        .expect(422);
    assert_eq!(refused.field_codes(), ["url:too_many"]);
});

on_both!(async fn an_owner_sets_webhooks_up_in_a_browser(app) with |options| {
    options.webhooks_anywhere = Some(true);
} {
    let receiver = Receiver::start().await;
    let buyer = app.buyer("Optika").await;
    let shop = app.sign_in(&buyer.email).await;
    let refused = shop.post_form("/account/webhooks", &[("url", "nowhere")]).await.expect(422);
    assert!(refused.text.contains("value=\"nowhere\""), "{}", refused.text);
    let fields = [("url", receiver.url.as_str()), ("kinds", "purchase.stopped")];
    let made = shop.post_form("/account/webhooks", &fields).await.expect(303);
    let page = made.location().split('?').next().unwrap().to_owned();
    let shown = shop.get(&page).await.expect(200);
    assert!(shown.text.contains("whsec_"), "{}", shown.text);
    shop.post_form(&format!("{page}/test"), &[]).await.expect(303);
    send(app).await;
    assert_eq!(receiver.posts().len(), 1);
    let shown = shop.get(&page).await.expect(200).text;
    let (_, rest) = shown.split_once("/deliveries/").unwrap();
    let replay = format!("{page}/deliveries/{}", rest.split('"').next().unwrap());
    shop.post_form(&replay, &[]).await.expect(303);
    send(app).await;
    assert_eq!(receiver.posts().len(), 2);
    shop.post_form(&page, &[("url", receiver.url.as_str())]).await.expect(303);
    assert!(shop.get(&page).await.text.contains("Nothing is sent: disabled"));
    shop.post_form(&format!("{page}/rotate"), &[]).await.expect(303);
    shop.post_form(&format!("{page}/remove"), &[]).await.expect(303);
    shop.get(&page).await.expect(404);
});
