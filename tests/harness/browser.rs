//! A browser without script: keeps cookies, sends forms with their token, follows nothing by itself.

use super::call::{Answer, Call};
use super::journal::Journal;

pub struct Browser {
    client: reqwest::Client,
    address: String,
    journal: Journal,
    pub is_signed_in: bool,
}

impl Browser {
    pub fn new(client: reqwest::Client, address: String, journal: Journal) -> Self {
        Self {
            client,
            address,
            journal,
            is_signed_in: false,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    /// A request with this browser's cookies, and nothing else.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(
            &self.client,
            method,
            &format!("{}{path}", self.address),
            &self.journal,
        )
        .without_idempotency_key()
    }

    /// The token that this browser's forms carry.
    pub async fn csrf(&self) -> String {
        let page = if self.is_signed_in {
            "/account"
        } else {
            "/signin"
        };
        let text = self.get(page).await.expect(200).text;
        let (_, rest) = text.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// Sends a form as one of our own pages does.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.call("POST", path)
            .header("sec-fetch-site", "same-origin")
            .form(&fields)
            .send()
            .await
    }

    /// Sends a form with a file.
    pub async fn upload(&self, path: &str, form: reqwest::multipart::Form) -> Answer {
        let csrf = self.csrf().await;
        self.call("POST", path)
            .header("sec-fetch-site", "same-origin")
            .multipart(form.text("csrf", csrf))
            .send()
            .await
    }
}
