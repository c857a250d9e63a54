//! One call and its answer.

use reqwest::header::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use super::journal::Journal;

/// A call that is being put together.
pub struct Call {
    request: reqwest::RequestBuilder,
    needs_key: bool,
    method: String,
    journal: Journal,
}

impl Call {
    pub fn new(client: &reqwest::Client, method: &str, url: &str, journal: &Journal) -> Self {
        Self {
            request: client.request(method.parse().unwrap(), url),
            needs_key: method == "POST",
            method: method.to_owned(),
            journal: journal.clone(),
        }
    }

    pub fn bearer(mut self, key: &str) -> Self {
        self.request = self.request.bearer_auth(key);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn idempotency_key(mut self, key: &str) -> Self {
        self.needs_key = false;
        self.header("idempotency-key", key)
    }

    /// Sends no `Idempotency-Key`, not even on a POST.
    pub fn without_idempotency_key(mut self) -> Self {
        self.needs_key = false;
        self
    }

    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request = self.request.json(body);
        self
    }

    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.request = self.request.form(fields);
        self
    }

    pub fn multipart(mut self, form: reqwest::multipart::Form) -> Self {
        self.request = self.request.multipart(form);
        self
    }

    pub async fn send(mut self) -> Answer {
        if self.needs_key {
            let key = uuid::Uuid::now_v7().to_string();
            self.request = self.request.header("idempotency-key", key);
        }
        let response = self.request.send().await.unwrap();
        let path = response.url().path().to_owned();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        };
        self.journal.note(&self.method, &path, &answer);
        answer
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.text))
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The `code` of a refusal of the API.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The field codes of a refusal, as `field:code`.
    pub fn field_codes(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| {
                let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
                format!("{}:{}", text("field"), text("code"))
            })
            .collect()
    }

    /// The status; with the body in the message when it is not the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}
