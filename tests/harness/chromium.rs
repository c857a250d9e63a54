//! A real browser for a test: Chromium under a chromedriver of its own, with a fresh profile.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{PASSWORD, TestApp};

const DRIVER: &str = "/usr/bin/chromedriver";
/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Chromium {
    pub client: Client,
    address: String,
    driver: Driver,
    _profile: TempDir,
}

/// The driver and its browsers, in a process group of their own that ends with the test.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

impl Chromium {
    /// A browser on the given server; none unless `TEST_BROWSER=1` asks for one.
    pub async fn start(app: &TestApp) -> Option<Self> {
        if std::env::var("TEST_BROWSER").is_err() {
            println!("skipped: set TEST_BROWSER=1 to test in Chromium (needs {DRIVER})");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let (driver, port) = tokio::task::spawn_blocking(start_driver).await.unwrap();
        let options = json!({
            "goog:chromeOptions": { "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--no-first-run",
                "--disable-dev-shm-usage", "--window-size=1280,900",
                format!("--user-data-dir={}", profile.path().display()),
            ]},
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(options) = options else {
            unreachable!("an object was written above")
        };
        let mut builder =
            ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        let client = builder
            .capabilities(options)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Some(Self {
            client,
            address: app.address.clone(),
            driver,
            _profile: profile,
        })
    }

    /// Opens a path of the server.
    pub async fn open(&self, path: &str) {
        let address = format!("{}{path}", self.address);
        self.client.goto(&address).await.unwrap();
    }

    /// The path and query of the page that is shown.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.as_str().replacen(&self.address, "", 1)
    }

    /// Signs in a user made by the harness.
    pub async fn sign_in(&self, email: &str) {
        self.open("/signin").await;
        self.fill(&[("email", email), ("password", PASSWORD)]).await;
        self.submit("main form").await;
    }

    /// Fills fields by name: texts are typed, options chosen, boxes and radio buttons ticked.
    pub async fn fill(&self, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            let field = self.find(&format!("main [name='{name}']")).await;
            let kind = field.prop("type").await.unwrap().unwrap_or_default();
            match kind.as_str() {
                "select-one" => field.select_by_value(value).await.unwrap(),
                "hidden" => panic!("{name} is nothing that a person fills"),
                "checkbox" => field.click().await.unwrap(),
                "radio" => {
                    self.click(&format!("main [name='{name}'][value='{value}']"))
                        .await;
                }
                "file" => field.send_keys(value).await.unwrap(),
                _ => {
                    field.clear().await.unwrap();
                    field.send_keys(value).await.unwrap();
                }
            }
        }
    }

    /// Clicks the submit button of a form and waits for the page that follows.
    pub async fn submit(&self, form: &str) {
        self.leave(&format!("{form} button[type=submit]")).await;
    }

    /// Clicks what leads to another page, and waits for that page.
    pub async fn leave(&self, css: &str) {
        let page = self.find("html").await;
        self.click(css).await;
        let gone = async {
            while page.tag_name().await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, gone)
            .await
            .unwrap_or_else(|_| panic!("{css} leads nowhere"));
        self.find("body").await;
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Waits for an element.
    pub async fn find(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Waits until the page shows a text.
    pub async fn wait_for_text(&self, text: &str) {
        let seen = async {
            while !self.text().await.contains(text) {
                tokio::task::yield_now().await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        assert!(
            seen.is_ok(),
            "{text:?} does not appear on:\n{}",
            self.text().await
        );
    }

    /// What a person reads on the page; spaces of any width are plain ones.
    pub async fn text(&self) -> String {
        let text = self.find("body").await.text().await.unwrap();
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    /// How many elements there are.
    pub async fn count(&self, css: &str) -> usize {
        let found = self.client.find_all(Locator::Css(css)).await.unwrap();
        found.len()
    }

    /// Writes a picture of what is shown to `<folder>/<name>.png`.
    pub async fn screenshot(&self, folder: &Path, name: &str) {
        let picture = self.client.screenshot().await.unwrap();
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Runs a script and answers what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// What the console has said since the last call: errors and breaches of the CSP.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(ConsoleLog).await.unwrap();
        log.as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Shows the page as on a phone, or on a desk again.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    pub async fn stop(self) {
        let Self { client, driver, .. } = self;
        client.close().await.unwrap();
        drop(driver);
    }
}

/// Starts the driver on a free port, which it tells on its output.
fn start_driver() -> (Driver, u16) {
    let mut child = Command::new(DRIVER)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("chromedriver (apt-get install chromium-driver)");
    let output = BufReader::new(child.stdout.take().unwrap());
    let driver = Driver(child);
    let port = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })
        .expect("chromedriver tells its port");
    (driver, port)
}

/// Chromium's own command for its console.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session_id.unwrap_or_default();
        base_url.join(&format!("session/{session}/se/log"))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (
            reqwest::Method::POST,
            Some(r#"{"type":"browser"}"#.to_owned()),
        )
    }
}
