//! The export with seals, verified as somebody would who has nothing but the file and docs/AUDIT.md.

use aws_lc_rs::digest::{SHA256, digest};
use galena::access::Role;
use serde_json::Value;

use crate::harness::eyewear_lead;

fn hash(parts: &[&[u8]]) -> Vec<u8> {
    digest(&SHA256, &parts.concat()).as_ref().to_vec()
}

fn field(bytes: &[u8]) -> Vec<u8> {
    let length = u64::try_from(bytes.len()).unwrap();
    [&length.to_be_bytes(), bytes].concat()
}

fn optional(bytes: Option<&[u8]>) -> Vec<u8> {
    bytes.map_or_else(|| vec![0], |bytes| [vec![1], field(bytes)].concat())
}

/// The sixteen bytes of an id.
fn uuid(id: &str) -> Vec<u8> {
    let (_, digits) = id.split_once('_').unwrap();
    digits.parse::<uuid::Uuid>().unwrap().as_bytes().to_vec()
}

fn leaf(entry: &Value) -> Vec<u8> {
    let text = |key: &str| entry[key].as_str().map(str::as_bytes);
    let form = if text("address").is_some() {
        "galena audit 2"
    } else {
        "galena audit 1"
    };
    let account = entry["account"].as_str().map(uuid);
    let mut bytes = [
        field(form.as_bytes()),
        field(&uuid(entry["id"].as_str().unwrap())),
        field(&entry["at_micros"].as_i64().unwrap().to_be_bytes()),
        field(text("actor").unwrap()),
        optional(account.as_deref()),
        field(text("action").unwrap()),
        field(text("subject").unwrap()),
        field(text("detail").unwrap()),
        optional(text("request_id")),
    ]
    .concat();
    if let Some(address) = text("address") {
        bytes.extend(field(address));
    }
    hash(&[&[0], &bytes])
}

fn root(mut level: Vec<Vec<u8>>) -> Vec<u8> {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => hash(&[&[1], left, right]),
                alone => alone[0].clone(),
            })
            .collect();
    }
    level.remove(0)
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

on_both!(async fn the_lines_of_the_export_can_be_verified_by_a_third_party(app) {
    let (admin, seller) = (app.operator(Role::Admin).await, app.seller("Blue Lens").await);
    for number in 1..6 {
        app.api("POST", "/api/v1/leads", &seller.key).json(&eyewear_lead(number)).send().await.expect(201);
        app.tick().await;
    }
    let desk = app.sign_in(&admin.email).await;
    app.tick().await;
    let file = desk.get("/operator/audit/export/jsonl").await.expect(200);
    assert_eq!(file.header("content-type"), "application/jsonl; charset=utf-8");
    let lines: Vec<Value> = file.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (entries, seals): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line["type"] == "entry");
    assert!(seals.len() >= 2 && entries.len() > 8, "{}", file.text);
    assert!(entries.iter().all(|entry| !entry["seal"].is_null()), "all of it was sealed before");
    let mut previous = vec![0; 32];
    for seal in seals {
        let mut rows: Vec<_> = entries.iter().filter(|entry| entry["seal"]["seq"] == seal["seq"]).collect();
        rows.sort_by_key(|entry| entry["seal"]["position"].as_i64());
        let leaves: Vec<Vec<u8>> = rows.iter().map(|entry| leaf(entry)).collect();
        for (row, leaf) in rows.iter().zip(&leaves) {
            assert_eq!(&hex(&row["seal"]["leaf"]), leaf, "{row}");
        }
        let number = |key: &str| seal[key].as_i64().unwrap().to_be_bytes();
        assert_eq!(rows.len(), usize::try_from(seal["items"].as_i64().unwrap()).unwrap());
        assert_eq!(hex(&seal["previous_root"]), previous);
        let expected = hash(&[
            b"galena seal 1\0", b"audit", &[0], &number("seq"), &number("items"),
            &number("sealed_at_micros"), &previous, &root(leaves),
        ]);
        assert_eq!(hex(&seal["root"]), expected);
        previous = expected;
    }
});
