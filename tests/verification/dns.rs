//! Whether domains take mail, asked of a name server that speaks DNS.

use std::net::UdpSocket;

use serde_json::{Value, json};

use super::check;
use crate::harness::{Backend, TestApp, eyewear_lead, run, with};

const MX: u16 = 15;
const A: u16 = 1;

/// A name server on a port of its own; answers what the table says.
fn name_server() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut bytes) {
            if let Some(answer) = answer(&bytes[..length]) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    address
}

/// The answer to one question (RFC 1035, 4.1); none for a domain that keeps silent.
fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let (mut at, mut labels) = (12, Vec::new());
    while query[at] != 0 {
        let length = usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..=at + length]).to_lowercase());
        at += length + 1;
    }
    let kind = u16::from_be_bytes([query[at + 1], query[at + 2]]);
    let question = &query[12..at + 5];
    let mail = [&[0, 10, 2][..], b"mx", &[0xc0, 12]].concat();
    let (code, data) = match (labels.join(".").as_str(), kind) {
        ("mail.example", MX) => (0, Some(mail)),
        ("null.example", MX) => (0, Some(vec![0, 0, 0])),
        ("bare.example", A) => (0, Some(vec![192, 0, 2, 1])),
        ("bare.example" | "none.example" | "mail.example" | "null.example", _) => (0, None),
        ("silent.example", _) => return None,
        _ => (3, None),
    };
    let count = u8::from(data.is_some());
    let mut answer = [
        &query[..2],
        &[0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0],
        question,
    ]
    .concat();
    if let Some(data) = data {
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0, 60]);
        answer.extend(length);
        answer.extend(data);
    }
    Some(answer)
}

#[test]
fn a_domain_that_takes_no_mail_is_refused() {
    run(async {
        let server = name_server();
        let app = TestApp::start_with(Backend::Sqlite, |options| {
            options.dns = Some(server);
            options.lookup_timeout_ms = Some(2_000);
        })
        .await;
        let seller = app.seller("Baltic Leads").await;
        for (number, domain, verdict, code) in [
            (1, "mail.example", "pass", ""),
            (2, "bare.example", "pass", ""),
            (3, "none.example", "fail", "mail_domain_takes_none"),
            (4, "null.example", "fail", "mail_domain_takes_none"),
            (5, "nowhere.example", "fail", "mail_domain_unknown"),
            (6, "silent.example", "not_checked", "check_unavailable"),
        ] {
            let address = json!(format!("anna.ozola{number}@{domain}"));
            let lead = with(eyewear_lead(number), "contact.email", address);
            let answer = app
                .api("POST", "/api/v1/leads", &seller.key)
                .json(&lead)
                .send()
                .await;
            if verdict == "fail" {
                let expected = format!("contact.email:{code}");
                assert_eq!(answer.expect(422).field_codes(), [expected], "{domain}");
                continue;
            }
            let lead: Value = answer.expect(201).json();
            let told = check(&lead, "email_domain");
            assert_eq!(told["verdict"], verdict, "{domain}: {told}");
            assert_eq!(told["code"].as_str().unwrap_or_default(), code, "{domain}");
        }
        app.stop().await;
    });
}
