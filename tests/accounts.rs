//! Sign-up, sign-in, sessions, passwords, keys, tokens, and the operator's decisions.

use diesel::prelude::*;
use galena::access::{AccountKind, Role};
use galena::accounts::AccountState;
use galena::clock::{DAY, HOUR, MINUTE, SECOND};
use galena::db::schema::audit_log;
use serde_json::json;

use crate::harness::{Answer, PASSWORD, TestApp};

/// How often the audit log tells of an action.
async fn audited(app: &TestApp, action: &'static str) -> i64 {
    app.read(move |conn| {
        Ok(audit_log::table
            .filter(audit_log::action.eq(action))
            .count()
            .get_result(conn)?)
    })
    .await
}

const SIGN_UP: &[(&str, &str)] = &[
    ("kind", "seller"),
    ("organisation", "Riga Leads SIA"),
    ("country", "LV"),
    ("name", "Anna Ozola"),
    ("email", "Anna.Ozola@riga-leads.example"),
    ("password", "seven green trams sing"),
    ("terms", "true"),
];

on_both!(async fn a_new_seller_waits_for_approval(app) {
    let mut visitor = app.visitor();
    let answer = visitor.post_form("/signup", SIGN_UP).await.expect(303);
    assert_eq!(answer.location(), "/seller");
    visitor.is_signed_in = true;
    let page = visitor.get("/account").await.expect(200);
    assert!(page.text.contains("Riga Leads SIA"), "{}", page.text);
    assert!(page.text.contains("has not approved"), "{}", page.text);
    assert_eq!(page.header("cache-control"), "no-store");

    let operator = app.operator(Role::Admin).await;
    let desk = app.sign_in(&operator.email).await;
    let waiting = desk.get("/operator/approvals").await.expect(200);
    assert!(waiting.text.contains("Riga Leads SIA"));
    let (_, rest) = waiting.text.split_once("/operator/accounts/acc_").unwrap();
    let detail = format!("/operator/accounts/acc_{}", &rest[..32]);

    desk.post_form(&format!("{detail}/reject"), &[]).await.expect(422);
    desk.post_form(&format!("{detail}/reject"), &[("note", "The register does not know you.")]).await.expect(303);
    assert!(visitor.get("/account").await.text.contains("The register does not know you."));
    desk.post_form(&format!("{detail}/reject"), &[("note", "Again")]).await.expect(422);
    desk.post_form(&format!("{detail}/approve"), &[]).await.expect(303);
    let page = visitor.get("/account").await.expect(200);
    assert!(!page.text.contains("has not approved"), "{}", page.text);
    desk.post_form(&format!("{detail}/suspend"), &[("note", "Unpaid claim")]).await.expect(303);
    assert!(visitor.get("/account").await.text.contains("has not approved"));
    desk.post_form(&format!("{detail}/reinstate"), &[]).await.expect(303);
    desk.post_form(&format!("{detail}/commission"), &[("commission", "10001")]).await.expect(422);
    desk.post_form(&format!("{detail}/commission"), &[("commission", "1250")]).await.expect(303);
    assert!(desk.get(&detail).await.text.contains("12.5"));
    for action in ["account.rejected", "account.approved", "account.suspended", "account.reinstated", "account.commission_set"] {
        assert_eq!(audited(app, action).await, 1, "{action}");
    }
});

on_both!(async fn a_wrong_sign_up_keeps_what_was_typed(app) {
    let visitor = app.visitor();
    let mut fields = SIGN_UP.to_vec();
    fields[4] = ("email", "anna@nowhere");
    fields[5] = ("password", "password1234");
    let page = visitor.post_form("/signup", &fields).await.expect(422);
    assert!(page.text.contains("value=\"anna@nowhere\"") && page.text.contains("Riga Leads SIA"), "{}", page.text);
    assert!(page.text.contains("is not an e-mail address") && page.text.contains("is too easy to guess"));
    assert!(!page.text.contains("password1234"));

    visitor.post_form("/signup", SIGN_UP).await.expect(303);
    let taken = app.visitor().post_form("/signup", SIGN_UP).await.expect(422);
    assert!(taken.text.contains("is in use already"), "{}", taken.text);
    let no_terms: Vec<_> = SIGN_UP.iter().filter(|(name, _)| *name != "terms").copied().collect();
    app.visitor().post_form("/signup", &no_terms).await.expect(422);
});

on_both!(async fn sign_in_tells_nobody_who_has_an_account(app) {
    let buyer = app.buyer("Optika").await;
    let visitor = app.visitor();
    let tries = [
        (buyer.email.as_str(), "a wrong pass phrase"),
        ("nobody@example.test", PASSWORD),
    ];
    let mut answers = Vec::new();
    for (email, password) in tries {
        let answer = visitor.post_form("/signin", &[("email", email), ("password", password)]).await.expect(401);
        assert!(answer.headers.get("set-cookie").is_none_or(|cookie| !cookie.to_str().unwrap().contains("__Host-galena=")));
        answers.push(answer.text.replace(email, ""));
    }
    // The request id and the token differ; the words do not.
    let words = |text: &str| text.contains("E-mail or password is wrong");
    assert!(answers.iter().all(|text| words(text)), "{answers:?}");
    assert_eq!(audited(app, "user.sign_in_failed").await, 2);

    let capitals = buyer.email.to_uppercase();
    let answer = visitor.post_form("/signin", &[("email", &capitals), ("password", PASSWORD)]).await.expect(303);
    let cookie = answer.headers.get_all("set-cookie").iter()
        .map(|cookie| cookie.to_str().unwrap())
        .find(|cookie| cookie.starts_with("__Host-galena="))
        .unwrap();
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
});

on_both!(async fn sign_in_goes_back_to_where_one_wanted_to_be_on_this_site_only(app) {
    let buyer = app.buyer("Optika").await;
    let refused = app.visitor().get("/account?tab=1").await.expect(303);
    assert_eq!(refused.location(), "/signin?next=%2Faccount%3Ftab%3D1");
    for (next, to) in [("/account?tab=1", "/account?tab=1"), ("//evil.example", "/buyer"), ("https://evil.example", "/buyer"), ("", "/buyer")] {
        let fields = [("email", buyer.email.as_str()), ("password", PASSWORD), ("next", next)];
        let answer = app.visitor().post_form("/signin", &fields).await.expect(303);
        assert_eq!(answer.location(), to);
    }
});

fn is_out(answer: &Answer) -> bool {
    answer.status == 303 && answer.location().starts_with("/signin")
}

on_both!(async fn sessions_end_when_unused_or_old(app) {
    let buyer = app.buyer("Optika").await;
    let idle = app.sign_in(&buyer.email).await;
    app.advance(12 * HOUR - SECOND);
    idle.get("/account").await.expect(200);
    app.advance(12 * HOUR - SECOND);
    idle.get("/account").await.expect(200);
    app.advance(12 * HOUR);
    assert!(is_out(&idle.get("/account").await));

    let busy = app.sign_in(&buyer.email).await;
    for _ in 0..(30 * DAY / (11 * HOUR)) {
        app.advance(11 * HOUR);
        busy.get("/account").await.expect(200);
    }
    app.advance(11 * HOUR);
    assert!(is_out(&busy.get("/account").await));

    let out = app.sign_in(&buyer.email).await;
    out.post_form("/signout", &[]).await.expect(303);
    assert!(is_out(&out.get("/account").await));
    assert_eq!(audited(app, "user.signed_out").await, 1);
});

on_both!(async fn the_sweep_removes_dead_sessions(app) {
    use galena::db::schema::sessions;
    let buyer = app.buyer("Optika").await;
    app.sign_in(&buyer.email).await;
    let count = || app.read(|conn| Ok(sessions::table.count().get_result::<i64>(conn)?));
    app.tick().await;
    assert_eq!(count().await, 1);
    app.advance(12 * HOUR);
    app.tick().await;
    assert_eq!(count().await, 0);
});

on_both!(async fn a_changed_password_ends_the_other_sessions(app) {
    let buyer = app.buyer("Optika").await;
    let (here, elsewhere) = (app.sign_in(&buyer.email).await, app.sign_in(&buyer.email).await);
    let change = |present: &'static str, password: &'static str, again: &'static str| {
        [("present", present), ("password", password), ("again", again)]
    };
    let new = "nine slow rivers bend";
    let wrong = here.post_form("/account/password", &change("not my password", new, new)).await.expect(422);
    assert!(wrong.text.contains("is not your present password"));
    here.post_form("/account/password", &change(PASSWORD, new, "nine slow rivers")).await.expect(422);
    here.post_form("/account/password", &change(PASSWORD, "short", "short")).await.expect(422);
    elsewhere.get("/account").await.expect(200);
    here.post_form("/account/password", &change(PASSWORD, new, new)).await.expect(303);
    here.get("/account").await.expect(200);
    assert!(is_out(&elsewhere.get("/account").await));
    let sign_in = |password| [("email", "optika@example.test"), ("password", password)];
    app.visitor().post_form("/signin", &sign_in(PASSWORD)).await.expect(401);
    app.visitor().post_form("/signin", &sign_in(new)).await.expect(303);
    assert_eq!(audited(app, "user.password_changed").await, 1);
});

on_both!(async fn keys_are_shown_once_scoped_and_revocable(app) {
    let seller = app.seller("Riga Leads").await;
    // The list is ordered by time, and the harness has made a key already.
    app.advance(SECOND);
    let browser = app.sign_in(&seller.email).await;
    browser.post_form("/account/keys", &[("name", "CRM")]).await.expect(422);
    browser.post_form("/account/keys", &[("name", "CRM"), ("scopes", "wallet.read")]).await.expect(422);
    let made = browser.post_form("/account/keys", &[("name", "CRM"), ("scopes", "leads.read")]).await.expect(201);
    let (_, rest) = made.text.split_once("id=\"new-key\">").unwrap();
    let key = rest.split('<').next().unwrap().to_owned();
    assert!(key.starts_with("gal_live_"), "{key}");
    let list = browser.get("/account/keys").await.expect(200);
    assert!(!list.text.contains(&key));
    assert!(list.text.contains(&format!("gal_live_…{}", &key[key.len() - 4..])), "{}", list.text);

    let token = app.api("POST", "/api/v1/tokens", &key).send().await.expect(201).json();
    assert_eq!(token["scopes"], json!(["leads.read"]));
    let token = token["access_token"].as_str().unwrap().to_owned();

    let ids: Vec<String> = list.text.match_indices("/account/keys/key_")
        .map(|(at, found)| list.text[at + found.len() - 4..][..36].to_owned())
        .collect();
    // The newest key is listed first.
    let revoke = format!("/account/keys/{}/revoke", ids[0]);
    let other = app.seller("Liepaja Leads").await;
    app.sign_in(&other.email).await.post_form(&revoke, &[]).await.expect(404);
    browser.post_form(&revoke, &[]).await.expect(303);
    for credential in [&key, &token] {
        app.api("GET", "/api/v1/me", credential).send().await.expect(401);
    }
    app.api("GET", "/api/v1/me", &seller.key).send().await.expect(200);
    browser.post_form(&revoke, &[]).await.expect(404);
    assert_eq!(audited(app, "api_key.revoked").await, 1);
});

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
    app.call("GET", "/api/v1/me").send().await.expect(401);
    app.api("GET", "/api/v1/me", "gal_live_wrong").send().await.expect(401);
    let browser = app.sign_in(&seller.email).await;
    browser.get("/api/v1/me").await.expect(401);
});

on_both!(async fn access_tokens_live_fifteen_minutes_and_do_not_renew_themselves(app) {
    let buyer = app.buyer("Optika").await;
    let answer = app.api("POST", "/api/v1/tokens", &buyer.key).send().await.expect(201).json();
    assert_eq!(answer["expires_in"], 900);
    let token = answer["access_token"].as_str().unwrap();
    app.api("POST", "/api/v1/tokens", token).send().await.expect(403);
    app.advance(15 * MINUTE - SECOND);
    app.api("GET", "/api/v1/me", token).send().await.expect(200);
    app.advance(SECOND);
    app.api("GET", "/api/v1/me", token).send().await.expect(401);
    let forged = format!("{}x", &token[..token.len() - 1]);
    app.api("GET", "/api/v1/me", &forged).send().await.expect(401);
});

on_both!(async fn only_an_admin_decides_about_accounts(app) {
    let seller = app.account(AccountKind::Seller, Role::Owner, AccountState::Pending, "Riga Leads").await;
    let approve = format!("/operator/accounts/{}/approve", seller.account);
    for role in [Role::Auditor, Role::Finance] {
        let operator = app.operator(role).await;
        let desk = app.sign_in(&operator.email).await;
        desk.get("/operator/approvals").await.expect(200);
        desk.post_form(&approve, &[]).await.expect(403);
    }
    let admin = app.operator(Role::Admin).await;
    let desk = app.sign_in(&admin.email).await;
    let own = format!("/operator/accounts/{}/suspend", admin.account);
    desk.post_form(&own, &[("note", "An operator's account has no standing")]).await.expect(422);
    let listed = desk.get("/operator/accounts?state=pending&kind=seller").await.expect(200);
    assert!(listed.text.contains("Riga Leads"));
    let empty = desk.get("/operator/accounts?state=suspended").await.expect(200);
    assert!(empty.text.contains("No account fits"), "{}", empty.text);
    desk.post_form(&approve, &[]).await.expect(303);
});
