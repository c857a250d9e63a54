//! Decisions about leads: by which rule, for which price, kept and made again.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::RunQueryDsl as _;
use galena::access::Role;
use galena::clock::{DAY, SECOND};
use galena::matching::decisions::{self, Verdict};
use serde_json::{Value, json};

use crate::harness::{Browser, TestApp, Trader};
use crate::market;

const PATH: &str = "/operator/verticals/eyewear/selling";

pub async fn admin(app: &TestApp) -> Browser {
    app.sign_in(&app.operator(Role::Admin).await.email).await
}

pub async fn sells_by(desk: &Browser, distribution: &str, pricing: &str) {
    desk.post_form(PATH, &[("distribution", "luck"), ("pricing", pricing)])
        .await
        .expect(422);
    let fields = [
        ("distribution", distribution),
        ("pricing", pricing),
        ("ageing", ""),
        ("stopped", "false"),
    ];
    desk.post_form(PATH, &fields).await.expect(303);
    let page = desk.get(PATH).await.expect(200).text;
    assert!(
        page.contains(&format!("value=\"{distribution}\" selected")),
        "{page}"
    );
}

async fn stands(desk: &Browser, buyer: &Trader, tier: &str, weight: &str) {
    let path = format!("{PATH}/{}", buyer.account);
    desk.post_form(&path, &[("tier", "0"), ("weight", weight)])
        .await
        .expect(422);
    desk.post_form(&path, &[("tier", tier), ("weight", weight)])
        .await
        .expect(303);
}

/// A buyer with money that bids for everybody in Latvia.
async fn bidder(app: &TestApp, name: &str, bid: &str) -> Trader {
    let buyer = app.buyer(name).await;
    market::deposit(app, &buyer, "5000.00", "EUR").await;
    let document = json!({
        "name": name,
        "vertical": "eyewear",
        "filter": {"field": "country", "op": "eq", "value": "LV"},
        "bid": {"amount": bid, "currency": "EUR"},
        "quantity": 400,
        "auto_buy": true,
    });
    let request = market::post_request(app, &buyer, &document).await;
    market::activate(app, &buyer, &request).await;
    app.drain_jobs().await;
    buyer
}

/// Leads that come one a second.
async fn send(app: &TestApp, seller: &Trader, numbers: std::ops::Range<usize>) -> Vec<String> {
    let mut sent = Vec::new();
    for number in numbers {
        app.advance(SECOND);
        sent.extend(market::send_batch(app, seller, &[market::latvian_lead(number, 1)]).await);
    }
    sent
}

async fn prices(app: &TestApp, buyer: &Trader) -> Vec<String> {
    let bought = market::purchases(app, buyer).await;
    bought
        .iter()
        .map(|purchase| purchase["price"]["amount"].as_str().unwrap().to_owned())
        .collect()
}

/// How the newest decisions end when they are made again.
pub async fn replayed(app: &TestApp, newest: i64) -> Vec<Verdict> {
    let vault = Arc::clone(&app.app.vault);
    app.read(move |conn| {
        let kept = decisions::latest(conn, newest)?;
        kept.iter()
            .map(|(decision, digest)| decisions::check(conn, &vault, decision, digest))
            .collect()
    })
    .await
}

on_both!(async fn each_rule_gives_leads_out_as_it_promises(app) {
    let desk = admin(app).await;
    let seller = app.seller("Baltic Leads").await;
    let (high, low) = (bidder(app, "High", "20.00").await, bidder(app, "Low", "12.00").await);
    let counts = async || (market::purchases(app, &high).await.len(), market::purchases(app, &low).await.len());

    send(app, &seller, 0..4).await;
    assert_eq!(counts().await, (4, 0), "the highest bid");

    sells_by(&desk, "round_robin", "first").await;
    send(app, &seller, 10..16).await;
    assert_eq!(counts().await, (7, 3), "one each, in turn");

    sells_by(&desk, "priority", "first").await;
    stands(&desk, &low, "1", "100").await;
    send(app, &seller, 20..24).await;
    assert_eq!(counts().await, (7, 7), "the lower tier");

    sells_by(&desk, "weighted", "first").await;
    stands(&desk, &low, "1", "1000").await;
    stands(&desk, &high, "5", "1").await;
    send(app, &seller, 30..50).await;
    let (after_high, after_low) = counts().await;
    assert!(after_low >= 25 && after_high + after_low == 34, "{after_high} {after_low}");

    let verdicts = replayed(app, 1_000).await;
    assert_eq!(verdicts.len(), 34);
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Same), "{verdicts:?}");
    market::assert_laws(app).await;
});

on_both!(async fn a_second_price_is_just_above_what_others_offered(app) {
    let desk = admin(app).await;
    let seller = app.seller("Baltic Leads").await;
    sells_by(&desk, "price", "second").await;
    let high = bidder(app, "High", "20.00").await;
    send(app, &seller, 0..1).await;
    assert_eq!(prices(app, &high).await, ["9.01"], "above the ask, where nobody else bids");
    let low = bidder(app, "Low", "12.00").await;
    send(app, &seller, 1..2).await;
    assert_eq!(prices(app, &high).await[0], "12.01");
    assert!(prices(app, &low).await.is_empty());
    assert!(replayed(app, 10).await.iter().all(|verdict| *verdict == Verdict::Same));
    market::assert_laws(app).await;
});

on_both!(async fn inputs_that_are_changed_are_noticed(app) {
    let seller = app.seller("Baltic Leads").await;
    let (first, _second) = (bidder(app, "First", "20.00").await, bidder(app, "Second", "20.00").await);
    send(app, &seller, 0..6).await;
    assert!(replayed(app, 10).await.iter().all(|verdict| *verdict == Verdict::Same));
    let shown = market::purchases(app, &first).await;
    let purchase = shown[0]["id"].as_str().unwrap();
    let opened = app.api("GET", &format!("/api/v1/purchases/{purchase}"), &first.key).send().await.expect(200).json();
    assert!(opened["explanation"]["decision"].as_str().unwrap().starts_with("dec_"));

    let kept = app.read(|conn| decisions::latest(conn, 1)).await;
    let (decision, digest) = kept[0].clone();
    let vault = Arc::clone(&app.app.vault);
    let mut dearer = decision.clone();
    dearer.body.contenders[0].price += 1;
    let (forged, own) = (dearer.clone(), dearer.digest().unwrap());
    let verdicts = app
        .read(move |conn| {
            Ok([
                decisions::check(conn, &vault, &dearer, &digest)?,
                decisions::check(conn, &vault, &forged, &own)?,
            ])
        })
        .await;
    assert_eq!(verdicts[0], Verdict::Tampered("its digest is another"));
    assert_eq!(verdicts[1], Verdict::Tampered("the audit log has another digest"));
    let mut turned = decision.clone();
    turned.body.contenders.swap(0, 1);
    let seed = vec![7; 32];
    assert!(matches!(turned.replay(&seed), Verdict::Differs(_)) || matches!(decision.replay(&seed), Verdict::Differs(_)));

    // A row that somebody changes in the database.
    app.write(|conn| {
        let last = "(SELECT id FROM decisions ORDER BY id DESC LIMIT 1)";
        let body = "replace(body, '\"ask\":900', '\"ask\":901')";
        diesel::sql_query(format!("UPDATE decisions SET body = {body} WHERE id = {last}")).execute(conn)?;
        Ok(())
    })
    .await;
    let told: HashMap<bool, usize> = replayed(app, 10).await.iter().fold(HashMap::new(), |mut told, verdict| {
        *told.entry(*verdict == Verdict::Same).or_default() += 1;
        told
    });
    assert_eq!(told, HashMap::from([(true, 5), (false, 1)]));
});

on_both!(async fn seeds_are_published_when_their_day_is_over(app) {
    app.tick().await;
    let draws = async || app.call("GET", "/api/v1/draws").send().await.expect(200).json()["data"].clone();
    let before = draws().await;
    assert_eq!(before.as_array().unwrap().len(), 8, "today and a week");
    assert!(before.as_array().unwrap().iter().all(|draw| draw["seed"].is_null()));
    app.advance(DAY);
    app.tick().await;
    let after = draws().await;
    let published: Vec<&Value> = after.as_array().unwrap().iter().filter(|draw| !draw["seed"].is_null()).collect();
    assert_eq!(published.len(), 1);
    let seed: Vec<u8> = published[0]["seed"]
        .as_str()
        .unwrap()
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let hash = galena::vault::hex(&galena::vault::sha256(&seed));
    assert_eq!(json!(hash), published[0]["commitment"]);
    assert!(before.as_array().unwrap().iter().any(|draw| draw["commitment"] == json!(hash)), "it was promised before");
    let page = app.visitor().get("/market/draws").await.expect(200).text;
    assert!(page.contains(&hash));
});

on_both!(async fn what_the_exchange_stops_is_not_sold(app) {
    let seller = app.seller("Baltic Leads").await;
    let buyer = bidder(app, "Optika", "20.00").await;
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    let set = async |stopped| {
        let fields = [("distribution", "price"), ("pricing", "first"), ("ageing", ""), ("stopped", stopped)];
        desk.post_form(PATH, &fields).await.expect(303);
    };
    let bought = async || market::purchases(app, &buyer).await.len();
    set("true").await;
    let leads = send(app, &seller, 0..2).await;
    assert_eq!(bought().await, 0);
    let by_hand = format!("/api/v1/listings/{}/buy", leads[0]);
    let refused = app.api("POST", &by_hand, &buyer.key).json(&json!({})).send().await;
    assert_eq!(refused.code(), "not_for_sale", "{}", refused.text);
    set("false").await;
    send(app, &seller, 2..3).await;
    assert_eq!(bought().await, 1);

    let suspend = format!("/operator/accounts/{}/suspend", buyer.account);
    desk.post_form(&suspend, &[("note", "Does not answer its mail")]).await.expect(303);
    send(app, &seller, 3..4).await;
    let gates: Vec<Option<u16>> = app
        .read(|conn| Ok(decisions::latest(conn, 1)?.into_iter().flat_map(|(one, _)| one.body.tries).map(|tried| tried.gate).collect()))
        .await;
    assert_eq!(gates, [Some(219)]);
});
