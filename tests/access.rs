//! The table of routes: every line is tried by everyone, without a token, and against the API's document.

use std::collections::BTreeSet;

use galena::access::{AccountKind, Caller, Credential, Role, Rule};
use galena::accounts::AccountState;
use galena::accounts::keys::scopes_of;
use galena::error::Code;
use galena::id::ApiKeyId;
use galena::routes::{Route, TABLE};
use galena::web::is_api;

use crate::harness::{Answer, Browser, START, TestApp, Trader};

/// Somebody who tries every door.
struct Person {
    name: String,
    caller: Option<Caller>,
    browser: Browser,
    key: Option<String>,
}

const PEOPLE: &[(AccountKind, Role, AccountState)] = &[
    (AccountKind::Seller, Role::Owner, AccountState::Approved),
    (AccountKind::Seller, Role::Member, AccountState::Approved),
    (AccountKind::Seller, Role::Viewer, AccountState::Approved),
    (AccountKind::Seller, Role::Owner, AccountState::Pending),
    (AccountKind::Seller, Role::Owner, AccountState::Suspended),
    (AccountKind::Buyer, Role::Owner, AccountState::Approved),
    (AccountKind::Buyer, Role::Member, AccountState::Approved),
    (AccountKind::Buyer, Role::Viewer, AccountState::Approved),
    (AccountKind::Buyer, Role::Owner, AccountState::Rejected),
    (AccountKind::Operator, Role::Admin, AccountState::Approved),
    (AccountKind::Operator, Role::Auditor, AccountState::Approved),
    (AccountKind::Operator, Role::Finance, AccountState::Approved),
];

async fn people(app: &TestApp) -> Vec<Person> {
    let mut people = vec![Person {
        name: "a visitor".to_owned(),
        caller: None,
        browser: app.visitor(),
        key: None,
    }];
    for &(kind, role, state) in PEOPLE {
        let name = format!("{state} {kind} {role}");
        let trader = app.account(kind, role, state, &name).await;
        people.push(Person {
            browser: app.sign_in(&trader.email).await,
            caller: Some(caller(&trader, kind, role, state)),
            key: Some(trader.key),
            name,
        });
    }
    people
}

fn caller(trader: &Trader, account_kind: AccountKind, role: Role, state: AccountState) -> Caller {
    Caller {
        account_id: trader.account,
        account_kind,
        account_name: String::new(),
        approved: state == AccountState::Approved,
        user_id: trader.user,
        user_name: String::new(),
        role,
        credential: Credential::Session,
        origin: None,
    }
}

/// The path with something in the place of each parameter.
fn address(route: &Route) -> String {
    let mut parts = Vec::new();
    for part in route.path.split('/') {
        parts.push(if part.starts_with('{') { "0" } else { part });
    }
    parts.join("/")
}

/// What the guard said; `None` when it let the request through.
fn refusal(answer: &Answer, is_api: bool) -> Option<Code> {
    if is_api {
        let code = if answer.status == 401 || answer.status == 403 {
            answer.code()
        } else {
            return None;
        };
        return [
            Code::Unauthenticated,
            Code::Forbidden,
            Code::AccountNotApproved,
        ]
        .into_iter()
        .find(|known| known.as_str() == code);
    }
    match answer.status {
        303 if answer.location().starts_with("/signin") => Some(Code::Unauthenticated),
        // A page that was let through, then refused for want of its token, says so.
        403 if answer.text.contains("The form has expired") => None,
        403 if answer.text.contains("not approved yet") => Some(Code::AccountNotApproved),
        403 => Some(Code::Forbidden),
        _ => None,
    }
}

on_both!(async fn everybody_passes_where_the_rule_says_and_nowhere_else(app) {
    let people = people(app).await;
    for route in TABLE {
        let (address, api) = (address(route), is_api(route.path));
        for person in &people {
            let mut caller = person.caller.clone();
            let call = match (&person.key, api) {
                (Some(key), true) => {
                    if let Some(caller) = &mut caller {
                        caller.credential = Credential::ApiKey {
                            id: ApiKeyId::new(START),
                            scopes: scopes_of(caller.account_kind).to_vec(),
                        };
                    }
                    app.api(route.method, &address, key)
                }
                _ => person.browser.call(route.method, &address).header("sec-fetch-site", "same-origin"),
            };
            let answer = call.send().await;
            let expected = route.rule.check(caller.as_ref()).err().map(|error| error.refusal().code);
            assert_eq!(
                refusal(&answer, api),
                expected,
                "{} {} by {}: {} {}",
                route.method, route.path, person.name, answer.status, answer.text
            );
            assert!(answer.status != 500, "{} {}: {}", route.method, route.path, answer.text);
        }
    }
});

on_both!(async fn no_form_is_taken_without_its_token_or_from_another_site(app) {
    let people = people(app).await;
    let forms = TABLE.iter().filter(|route| route.method != "GET" && !is_api(route.path));
    for route in forms {
        let address = address(route);
        let person = people
            .iter()
            .find(|person| route.rule.check(person.caller.as_ref()).is_ok())
            .unwrap_or_else(|| panic!("nobody may use {} {}", route.method, route.path));
        let other = people.iter().find(|other| other.name != person.name && other.caller.is_some()).unwrap();
        let (own, foreign) = (person.browser.csrf().await, other.browser.csrf().await);
        let tries = [
            ("cross-site", own.as_str()),
            ("same-site", own.as_str()),
            ("same-origin", ""),
            ("same-origin", foreign.as_str()),
        ];
        for (site, token) in tries {
            let answer = person.browser.call(route.method, &address)
                .header("sec-fetch-site", site)
                .form(&[("csrf", token)])
                .send()
                .await;
            assert_eq!(answer.status, 403, "{} {site}", route.path);
            assert!(answer.text.contains("The form has expired"), "{} {site}: {}", route.path, answer.text);
        }
        let parts = reqwest::multipart::Form::new().text("note", "no token");
        let upload = person
            .browser
            .call(route.method, &address)
            .header("sec-fetch-site", "same-origin")
            .multipart(parts)
            .send()
            .await;
        assert_eq!(upload.status, 403, "{} as an upload", route.path);
        // An old browser that names no site must name its origin.
        let silent = person.browser.call(route.method, &address).form(&[("csrf", &own)]).send().await;
        assert_eq!(silent.status, 403, "{}", route.path);
    }
});

#[test]
fn the_rules_fit_the_addresses() {
    for route in TABLE {
        let label = format!("{} {}", route.method, route.path);
        let kind = match route.path.split('/').nth(1) {
            Some("seller") => Some(AccountKind::Seller),
            Some("buyer") => Some(AccountKind::Buyer),
            Some("operator") => Some(AccountKind::Operator),
            _ => None,
        };
        if let Some(expected) = kind {
            assert!(
                matches!(route.rule, Rule::Roles { kind, .. } if kind == expected),
                "{label}"
            );
        }
        if let Rule::Parties {
            reads,
            buyer_scope,
            seller_scope,
            desk_scope,
        } = route.rule
        {
            // A side without a scope is let in by no key.
            let sides = [buyer_scope, seller_scope, desk_scope];
            assert!(
                is_api(route.path) && sides.into_iter().flatten().count() > 1,
                "{label}: each side has pages of its own, and scopes"
            );
            assert_eq!(reads, route.method == "GET", "{label} changes things");
        }
        if let Rule::Roles {
            roles,
            approved,
            scope,
            ..
        } = route.rule
        {
            if route.method != "GET" {
                assert!(
                    approved && !roles.contains(&Role::Viewer),
                    "{label} changes things"
                );
            }
            assert_eq!(
                scope.is_some(),
                is_api(route.path),
                "{label}: keys pass by scopes, pages have none"
            );
        }
    }
    let lines: BTreeSet<_> = TABLE
        .iter()
        .map(|route| (route.method, route.path))
        .collect();
    assert_eq!(lines.len(), TABLE.len(), "a line stands twice");
}

#[test]
fn the_document_of_the_api_tells_of_every_route_and_of_no_other() {
    let document = serde_json::to_value(galena::app::api_document()).unwrap();
    let mut told = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            told.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let served: BTreeSet<_> = TABLE
        .iter()
        .filter(|route| route.path.starts_with("/api/") && route.path != "/api/v1/openapi.json")
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(told, served);
}
