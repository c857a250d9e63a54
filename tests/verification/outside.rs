//! Asking others about a contact: a server that answers, one that hangs, one that fails, and none at all.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::check;
use crate::harness::{TestApp, Trader, eyewear_lead, with};

/// What the look-up server does with a request.
#[derive(Clone, Copy)]
enum Manner {
    Says(&'static str),
    Fails,
    Hangs,
}

/// A real HTTP server on a port of its own; it counts its requests, and keeps the last.
struct Lookup {
    url: String,
    asked: Arc<AtomicUsize>,
    manner: Arc<std::sync::Mutex<Manner>>,
    last: Arc<std::sync::Mutex<String>>,
}

impl Lookup {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let lookup = Self {
            url: format!("http://{}/look-up", listener.local_addr().unwrap()),
            asked: Arc::default(),
            manner: Arc::new(std::sync::Mutex::new(manner)),
            last: Arc::default(),
        };
        let (asked, manner) = (Arc::clone(&lookup.asked), Arc::clone(&lookup.manner));
        let last = Arc::clone(&lookup.last);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                asked.fetch_add(1, Ordering::SeqCst);
                let manner = *manner.lock().unwrap();
                let last = Arc::clone(&last);
                std::thread::spawn(move || {
                    let mut bytes = [0; 4_096];
                    let mut request = String::new();
                    while !request.contains("\"value\"") {
                        let read = stream.read(&mut bytes).unwrap_or(0);
                        if read == 0 {
                            return;
                        }
                        request.push_str(&String::from_utf8_lossy(&bytes[..read]));
                    }
                    *last.lock().unwrap() = request;
                    let (status, body) = match manner {
                        Manner::Says(body) => ("200 OK", body),
                        Manner::Fails => ("500 Internal Server Error", "{}"),
                        // Longer than anybody waits; the client goes first.
                        Manner::Hangs => {
                            let _ = stream.read(&mut bytes);
                            return;
                        }
                    };
                    let _ = write!(
                        stream,
                        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n\
                         content-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                });
            }
        });
        lookup
    }

    fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn send(app: &TestApp, seller: &Trader, lead: &Value) -> crate::harness::Answer {
    app.api("POST", "/api/v1/leads", &seller.key)
        .json(lead)
        .send()
        .await
}

fn with_lookup(test: impl AsyncFn(&TestApp, &Lookup)) {
    crate::harness::run(async {
        let lookup = Lookup::start(Manner::Says(r#"{"result": "valid", "detail": "mobile"}"#));
        let url = lookup.url.clone();
        let app = TestApp::start_with(crate::harness::Backend::Sqlite, |options| {
            options.phone_lookup_url = Some(url);
            options.phone_lookup_key = Some("secret-of-the-look-up".to_owned());
            options.lookup_timeout_ms = Some(300);
        })
        .await;
        test(&app, &lookup).await;
        app.stop().await;
    });
}

#[test]
fn a_carrier_that_answers_passes_or_fails_the_check() {
    with_lookup(async |app, lookup| {
        let seller = app.seller("One").await;
        let lead = send(app, &seller, &eyewear_lead(1))
            .await
            .expect(201)
            .json();
        let told = check(&lead, "phone_carrier");
        assert_eq!(
            (&told["verdict"], &told["detail"]),
            (&json!("pass"), &json!("mobile"))
        );
        let request = lookup.last.lock().unwrap().clone();
        assert!(
            request.contains("Bearer secret-of-the-look-up"),
            "{request}"
        );
        assert!(request.contains(r#"{"value":"+37120000001"}"#), "{request}");
        lookup.set(Manner::Says(r#"{"result": "invalid"}"#));
        let answer = send(app, &seller, &eyewear_lead(2)).await.expect(422);
        assert_eq!(answer.field_codes(), ["contact.phone:phone_unreachable"]);
        // What a local check rejects is nobody else's business.
        let asked = lookup.asked();
        let thrown_away = with(eyewear_lead(3), "contact.email", json!("a@mailinator.com"));
        send(app, &seller, &thrown_away).await.expect(422);
        assert_eq!(lookup.asked(), asked);
    });
}

#[test]
fn a_carrier_that_fails_or_hangs_holds_nobody_up() {
    with_lookup(async |app, lookup| {
        let seller = app.seller("One").await;
        lookup.set(Manner::Fails);
        let lead = send(app, &seller, &eyewear_lead(1))
            .await
            .expect(201)
            .json();
        let told = check(&lead, "phone_carrier");
        assert_eq!(
            (&told["verdict"], &told["code"]),
            (&json!("not_checked"), &json!("check_unavailable"))
        );
        lookup.set(Manner::Hangs);
        let start = Instant::now();
        let lead = send(app, &seller, &eyewear_lead(2))
            .await
            .expect(201)
            .json();
        assert_eq!(check(&lead, "phone_carrier")["verdict"], "not_checked");
        assert!(start.elapsed() < Duration::from_secs(10));
        // After five failures in a row nobody is asked for a while.
        lookup.set(Manner::Fails);
        for number in 3..=5 {
            send(app, &seller, &eyewear_lead(number)).await.expect(201);
        }
        let asked = lookup.asked();
        assert_eq!(asked, 5);
        send(app, &seller, &eyewear_lead(6)).await.expect(201);
        assert_eq!(lookup.asked(), asked, "the circuit is open");
        // Then one more is tried, and an answer closes the circuit.
        app.advance(31_000_000);
        lookup.set(Manner::Says(r#"{"result": "valid"}"#));
        for number in 7..=8 {
            let lead = send(app, &seller, &eyewear_lead(number))
                .await
                .expect(201)
                .json();
            assert_eq!(check(&lead, "phone_carrier")["verdict"], "pass");
        }
        assert_eq!(lookup.asked(), asked + 2);
        // Nonsense is no answer.
        lookup.set(Manner::Says("maybe"));
        let lead = send(app, &seller, &eyewear_lead(9))
            .await
            .expect(201)
            .json();
        assert_eq!(check(&lead, "phone_carrier")["verdict"], "not_checked");
    });
}
