//! The request editor without script, and its live count.

use super::*;

/// The value of an input of a page.
fn input<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("no field {name}"));
    let tag = rest.split('>').next().unwrap();
    tag.split_once("value=\"")
        .map_or("", |(_, value)| value.split('"').next().unwrap())
}

fn typed() -> Vec<(&'static str, &'static str)> {
    vec![
        ("vertical", "eyewear"),
        ("name", "Diamond glasses"),
        ("need_phone", "true"),
        ("need_email", "true"),
        ("bid", "600"),
        ("currency", "RUB"),
        ("quantity", "50"),
        ("schedule.days", "mon"),
        ("schedule.days", "fri"),
        ("schedule.from", "09:00"),
        ("schedule.to", "18:00"),
        ("schedule.time_zone", "Europe/Moscow"),
        ("caps.day.count", "7"),
        ("auto_buy", "true"),
    ]
}

on_both!(async fn the_editor_works_without_script(app) {
    let (buyer, seller) = (app.buyer("Glass Shop").await, app.seller("Leads Ltd").await);
    shelve(app, &seller, 1, json!({})).await;
    shelve(app, &seller, 2, json!({ "attributes": { "age": 25 } })).await;
    let browser = app.sign_in(&buyer.email).await;
    let pick = browser.get("/buyer/requests/new").await.expect(200).text;
    assert!(pick.contains("/buyer/requests/new?vertical=eyewear"));
    browser.get("/buyer/requests/new?vertical=eyewear").await.expect(200);

    // A condition is added by a button; everything typed stays.
    let mut form = typed();
    form.extend([("action", "add"), ("add_field:0", "age")]);
    let page = browser.post_form("/buyer/requests", &form).await.expect(200).text;
    for (name, value) in [("name", "Diamond glasses"), ("bid", "600"), ("quantity", "50"), ("caps.day.count", "7"), ("schedule.time_zone", "Europe/Moscow")] {
        assert_eq!(input(&page, name), value, "{name}");
    }
    assert_eq!((input(&page, "c0.field"), input(&page, "c0.value")), ("age", ""));
    assert!(!page.contains("is-invalid"), "nothing is wrong yet");

    // Values are typed into it, another row and a group of alternatives follow.
    let mut form = typed();
    form.extend([
        ("c0.field", "age"), ("c0.group", "0"), ("c0.op", "gte"), ("c0.value", "thirty"), ("c0.strength", "must"),
        ("c1.field", "region"), ("c1.group", "0"), ("c1.op", "in"), ("c1.value", "Moscow, Saint Petersburg"), ("c1.strength", "must"),
        ("c2.field", "employed"), ("c2.group", "0"), ("c2.op", "eq"), ("c2.value", "true"), ("c2.strength", "wish"), ("c2.bonus", "12,50"),
        ("groups", "1"),
        ("c3.field", "marital_status"), ("c3.group", "1"), ("c3.op", "in"), ("c3.value", "has_partner"), ("c3.value", "married"),
    ]);
    let mut wrong = form.clone();
    wrong.push(("action", "save"));
    let page = browser.post_form("/buyer/requests", &wrong).await.expect(422).text;
    assert!(page.contains("f-c0-error") && page.contains("has the wrong type"), "{page}");
    assert_eq!(input(&page, "c0.value"), "thirty");
    assert_eq!(input(&page, "c2.bonus"), "12,50");

    let mut right: Vec<_> = form.iter().map(|&(name, value)| (name, if value == "thirty" { "30" } else { value })).collect();
    let mut check = right.clone();
    check.push(("action", "check"));
    let page = browser.post_form("/buyer/requests", &check).await.expect(200).text;
    assert!(page.contains("data-fits=\"1\""), "{page}");
    assert!(page.contains("50 leads at 600.00 RUB, with up to 12.50 RUB of bonuses each: at most 30625.00 RUB"));

    right.push(("action", "activate"));
    let saved = browser.post_form("/buyer/requests", &right).await.expect(303);
    let path = saved.location().to_owned();
    let shown = browser.get(&path).await.expect(200).text;
    for text in ["Diamond glasses", "Age: at least 30", "Region: one of Moscow, Saint Petersburg", "at least one of:", "missed only by"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let id: RequestId = path.rsplit('/').next().unwrap().parse().unwrap();
    let request = stored(app, id).await;
    assert_eq!(request.state, RequestState::Active);
    assert_eq!(request.filter.json(), json!({ "all": [
        { "field": "age", "op": "gte", "value": 30 },
        { "field": "region", "op": "in", "value": ["RU-MOW", "RU-SPE"] },
        { "field": "employed", "op": "eq", "value": true, "wish": true, "bonus": { "amount": "12.50", "currency": "RUB" } },
        { "any": [{ "field": "marital_status", "op": "in", "value": ["has_partner", "married"] }] },
    ] }));

    // Pause, edit what was saved, and see it again as it was.
    browser.get(&format!("{path}/edit")).await.expect(303);
    browser.post_form(&format!("{path}/pause"), &[]).await.expect(303);
    let page = browser.get(&format!("{path}/edit")).await.expect(200).text;
    assert_eq!((input(&page, "c1.value"), input(&page, "c2.bonus")), ("Moscow, Saint Petersburg", "12.50"));
    assert_eq!(input(&page, "groups"), "1");
    let version = input(&page, "version").to_owned();
    let mut edited = right.clone();
    edited.retain(|(name, _)| *name != "action" && *name != "quantity");
    edited.extend([("version", version.as_str()), ("quantity", "60"), ("action", "save")]);
    browser.post_form(&path, &edited).await.expect(303);
    assert_eq!(stored(app, id).await.quantity, 60);
    let again = browser.post_form(&path, &edited).await;
    assert_eq!(again.status, 412, "the version was another: {}", again.text);
    let list = browser.get("/buyer/requests?state=paused").await.expect(200).text;
    assert!(list.contains("Diamond glasses") && list.contains("/resume"));
    let csv = browser.get("/buyer/requests/export/csv?state=paused").await.expect(200).text;
    assert!(csv.contains("Diamond glasses,Eyewear,Paused,600.00,RUB,60,0,36750.00,0.00"), "{csv}");
    browser.post_form(&format!("{path}/close"), &[]).await.expect(409);
    app.drain_jobs().await;
});

on_both!(async fn the_live_count_is_a_fragment(app) {
    let (buyer, seller) = (app.buyer("Glass Shop").await, app.seller("Leads Ltd").await);
    shelve(app, &seller, 1, json!({})).await;
    let browser = app.sign_in(&buyer.email).await;
    let csrf = browser.csrf().await;
    let send = async |change: (&'static str, &'static str)| {
        let mut form = typed();
        form.retain(|(name, _)| *name != change.0);
        form.extend([change, ("csrf", csrf.as_str())]);
        let call = browser.call("POST", "/buyer/requests/preview").header("sec-fetch-site", "same-origin");
        call.header("hx-request", "true").form(&form).send().await.expect(200).text
    };
    let part = send(("name", "")).await;
    assert!(part.contains("1 lead fits now") && part.contains("50 leads at 600.00 RUB: at most 30000.00 RUB"), "{part}");
    assert!(!part.contains("<html"));
    assert!(!part.contains("example.com"));
    let part = send(("c0.field", "age")).await;
    assert!(part.contains("Age is needed"), "{part}");
    let part = send(("bid", "lots")).await;
    assert!(part.contains("bid is not an amount of money"), "{part}");
});

on_both!(async fn a_filter_too_deep_for_rows_is_kept(app) {
    let buyer = app.buyer("Glass Shop").await;
    let filter = json!({ "all": [{ "not": { "field": "age", "op": "gte", "value": 60 } }] });
    let mut terms = diamond_glasses();
    terms["filter"] = filter.clone();
    let id = make(app, &buyer, &terms).await;
    let browser = app.sign_in(&buyer.email).await;
    let path = format!("/buyer/requests/{id}");
    let page = browser.get(&format!("{path}/edit")).await.expect(200).text;
    assert!(page.contains("nested deeper"));
    let raw = filter.to_string();
    let mut form = typed();
    form.extend([("version", "1"), ("raw_filter", &raw), ("action", "save")]);
    browser.post_form(&path, &form).await.expect(303);
    assert_eq!(stored(app, id).await.filter.json(), filter);
});
