//! Sign-up of sellers and buyers, and changes of passwords.

use serde_json::json;

use super::store;
use super::{
    AccountState, NewAccount, NewUser, Passwords, create_account, create_user, password, session,
};
use crate::access::{AccountKind, Actor, Caller, Origin, Role};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, FieldError, Reason, Result};
use crate::id::{AccountId, UserId};
use crate::web::Ctx;

const MAX_NAME_CHARACTERS: usize = 120;
const MAX_EMAIL_CHARACTERS: usize = 254;

/// A new organisation with its first user; parsed, its password not yet hashed.
#[derive(Clone)]
pub struct SignUp {
    pub kind: AccountKind,
    pub organisation: String,
    pub country: String,
    pub name: String,
    pub email: String,
    pub password: String,
}

/// What the sign-up form sends.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct SignUpForm {
    pub kind: String,
    pub organisation: String,
    pub country: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub terms: Option<String>,
}

impl SignUp {
    pub fn parse(form: &SignUpForm) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let kind = match form.kind.as_str() {
            "seller" => Some(AccountKind::Seller),
            "buyer" => Some(AccountKind::Buyer),
            _ => {
                wrong.push(FieldError::new("kind", Reason::NotAllowed, "seller, buyer"));
                None
            }
        };
        let mut keep = |parsed: Result<String, FieldError>| {
            parsed
                .map_err(|error| wrong.push(error))
                .unwrap_or_default()
        };
        let organisation = keep(name("organisation", &form.organisation));
        let country = keep(country("country", &form.country));
        let name = keep(name("name", &form.name));
        let email = keep(email("email", &form.email));
        if let Err(error) = password::check("password", &form.password, &form.email) {
            wrong.push(error);
        }
        if form.terms.is_none() {
            wrong.push(FieldError::new("terms", Reason::Required, ""));
        }
        match kind {
            Some(kind) if wrong.is_empty() => Ok(Self {
                kind,
                organisation,
                country,
                name,
                email,
                password: form.password.clone(),
            }),
            _ => Err(wrong),
        }
    }
}

/// A name of a person or an organisation.
pub fn name(field: &str, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldError::new(field, Reason::Required, ""));
    }
    if text.chars().count() > MAX_NAME_CHARACTERS || text.chars().any(char::is_control) {
        let accepted = format!("at most {MAX_NAME_CHARACTERS} characters on one line");
        return Err(FieldError::new(field, Reason::TooLong, accepted));
    }
    Ok(text.to_owned())
}

/// An ISO 3166-1 alpha-2 code.
pub fn country(field: &str, text: &str) -> Result<String, FieldError> {
    let code = text.trim().to_uppercase();
    rust_iso3166::from_alpha2(&code)
        .map(|country| country.alpha2.to_owned())
        .ok_or_else(|| FieldError::new(field, Reason::CountryUnknown, "two letters, such as LV"))
}

/// An e-mail address to sign in with, in lower case.
pub fn email(field: &str, text: &str) -> Result<String, FieldError> {
    let text = text.trim().to_lowercase();
    let is_address = text.len() <= MAX_EMAIL_CHARACTERS
        && text
            .parse::<lettre::Address>()
            .is_ok_and(|address| address.domain().contains('.'));
    if is_address {
        Ok(text)
    } else {
        Err(FieldError::new(
            field,
            Reason::EmailInvalid,
            "such as anna@example.com",
        ))
    }
}

/// Opens a pending account with its owner.
pub async fn sign_up(
    ctx: &Ctx,
    passwords: &Passwords,
    new: SignUp,
    origin: Origin,
) -> Result<AccountId> {
    let password_hash = passwords.hash(new.password).await?;
    let account = NewAccount {
        kind: new.kind,
        name: new.organisation,
        country: new.country,
        state: AccountState::Pending,
    };
    let user = NewUser {
        email: new.email,
        name: new.name,
        role: Role::Owner,
        password_hash,
    };
    let (now, actor) = (ctx.now(), Actor::Visitor(Some(origin)));
    ctx.write(move |conn| {
        let id = create_account(conn, &account, actor, now)?;
        create_user(conn, id, &user, actor, now)?;
        Ok(id)
    })
    .await
}

/// Refuses at `field` what is not the caller's password; for steps that a stolen session must not take.
pub async fn confirm_password(
    ctx: &Ctx,
    passwords: &Passwords,
    caller: &Caller,
    field: &str,
    password: String,
) -> Result<()> {
    let user = caller.user_id;
    let hash = ctx
        .db
        .read(move |conn| store::password_hash(conn, user))
        .await?;
    if passwords.verify(password, Some(hash)).await? {
        return Ok(());
    }
    record_refused(ctx, caller).await?;
    Err(Error::invalid_field(field, Reason::PasswordWrong, ""))
}

/// Changes the caller's password after checking the present one; ends the caller's other sessions.
pub async fn change_password(
    ctx: &Ctx,
    passwords: &Passwords,
    caller: &Caller,
    cookie: &str,
    present: String,
    new: String,
) -> Result<()> {
    let user = caller.user_id;
    confirm_password(ctx, passwords, caller, "present", present).await?;
    let email = ctx
        .db
        .read(move |conn| Ok(store::user(conn, user)?.email))
        .await?;
    password::check("password", &new, &email)?;
    let hash = passwords.hash(new).await?;
    let (cookie, actor, now) = (cookie.to_owned(), caller.actor(), ctx.now());
    ctx.write(move |conn| set_password(conn, user, &hash, Some(&cookie), actor, now))
        .await
}

/// Whoever has the session may not know the password: that they tried must show.
async fn record_refused(ctx: &Ctx, caller: &Caller) -> Result<()> {
    let (caller, now) = (caller.clone(), ctx.now());
    ctx.write(move |conn| {
        audit::record(
            conn,
            &audit::Entry {
                at: now,
                actor: caller.actor(),
                account_id: Some(caller.account_id),
                action: "user.password_refused",
                subject: caller.user_id.to_string(),
                detail: json!({}),
            },
        )
    })
    .await
}

/// Sets a password without knowing the present one: the server owner's command.
pub fn reset_password(conn: &mut Conn, email: &str, hash: &str, now: Ts) -> Result<UserId> {
    let Some((user, _)) = store::credentials(conn, email)? else {
        return Err(Error::refused(crate::error::Code::NotFound));
    };
    set_password(conn, user.id, hash, None, Actor::System, now)?;
    Ok(user.id)
}

fn set_password(
    conn: &mut Conn,
    user: UserId,
    hash: &str,
    kept_cookie: Option<&str>,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    store::set_password(conn, user, hash)?;
    let ended = session::end_others(conn, user, kept_cookie)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: None,
            action: "user.password_changed",
            subject: user.to_string(),
            detail: json!({ "sessions_ended": ended }),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = SignUp::parse(&SignUpForm {
            kind: "operator".to_owned(),
            country: "XX".to_owned(),
            email: "anna@localhost".to_owned(),
            ..SignUpForm::default()
        })
        .err()
        .unwrap();
        let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "kind",
                "organisation",
                "country",
                "name",
                "email",
                "password",
                "terms"
            ]
        );
    }

    #[test]
    fn values_are_normalised() {
        let new = SignUp::parse(&SignUpForm {
            kind: "buyer".to_owned(),
            organisation: " Optika SIA ".to_owned(),
            country: "lv".to_owned(),
            name: "Anna Ozola".to_owned(),
            email: " Anna@Example.LV".to_owned(),
            password: "amber bridge 41 tram".to_owned(),
            terms: Some("on".to_owned()),
        })
        .unwrap();
        assert_eq!(
            (new.country.as_str(), new.email.as_str()),
            ("LV", "anna@example.lv")
        );
        assert_eq!(new.organisation, "Optika SIA");
    }
}
