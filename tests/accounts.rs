//! Sign-up, sign-in, sessions, keys, tokens, approvals.

use serde_json::json;

on_both!(async fn keys_and_tokens_say_who_is_calling(app) {
    let seller = app.seller("Riga Leads").await;
    let me = app.api("GET", "/api/v1/me", &seller.key).send().await.expect(200);
    assert_eq!(
        me.json(),
        json!({
            "account": seller.account.to_string(),
            "kind": "seller",
            "name": "Riga Leads",
            "approved": true,
            "role": "owner",
        })
    );
    let token = app.api("POST", "/api/v1/tokens", &seller.key).send().await.expect(201).json();
    let token = token["access_token"].as_str().unwrap();
    app.api("GET", "/api/v1/me", token).send().await.expect(200);
    app.call("GET", "/api/v1/me").send().await.expect(401);
    app.api("GET", "/api/v1/me", "gal_live_wrong").send().await.expect(401);
});
