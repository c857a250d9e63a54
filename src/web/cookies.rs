//! The cookies of the product: all `__Host-`, so that no other host or path can set or read them.

use actix_web::cookie::{Cookie, SameSite, time::Duration};

/// The signed-in session.
pub const SESSION: &str = "__Host-galena";
/// What a visitor's CSRF tokens are bound to before they sign in.
pub const VISITOR: &str = "__Host-galena-visitor";
/// A person who showed that a contact is theirs.
pub const SUBJECT: &str = "__Host-galena-subject";
/// A message for the next page.
pub const FLASH: &str = "__Host-galena-flash";

/// A cookie that lives as long as the browser.
pub fn make(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}

/// A cookie that lives for some seconds.
pub fn make_for(name: &'static str, value: String, seconds: i64) -> Cookie<'static> {
    let mut cookie = make(name, value);
    cookie.set_max_age(Duration::seconds(seconds));
    cookie
}

/// A cookie that takes the one of its name away.
pub fn remove(name: &'static str) -> Cookie<'static> {
    make_for(name, String::new(), 0)
}
