//! A mail server for a test: takes letters over SMTP and keeps them, or turns some away first.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A letter as it came: envelope and content.
#[derive(Debug, Clone)]
pub struct Posted {
    pub from: String,
    pub to: String,
    /// Headers and body, without the soft breaks of quoted-printable lines.
    pub content: String,
}

pub struct MailServer {
    /// What the server's `mail` option is set to.
    pub url: String,
    posted: Arc<Mutex<Vec<Posted>>>,
}

impl MailServer {
    /// Turns the first letters away for a while (451), takes all others.
    pub async fn start(turned_away: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let posted = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&posted);
        tokio::spawn(async move {
            let mut left = turned_away;
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(letter) = converse(stream, &mut left).await {
                    kept.lock().unwrap().push(letter);
                }
            }
        });
        Self { url, posted }
    }

    /// The letters that were taken so far.
    pub fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }
}

/// One connection, up to its first letter.
async fn converse(stream: TcpStream, turned_away: &mut usize) -> Option<Posted> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let (mut from, mut to) = (String::new(), String::new());
    say(&mut writer, "220 mail.example.test").await;
    while let Ok(Some(line)) = lines.next_line().await {
        let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => say(&mut writer, "250 mail.example.test").await,
            "MAIL" => {
                from = address;
                say(&mut writer, "250 go on").await;
            }
            "RCPT" if *turned_away > 0 => {
                *turned_away -= 1;
                say(&mut writer, "451 later").await;
            }
            "RCPT" => {
                to = address;
                say(&mut writer, "250 go on").await;
            }
            "DATA" => {
                say(&mut writer, "354 until a lone dot").await;
                let content = content(&mut lines).await;
                say(&mut writer, "250 taken").await;
                return Some(Posted { from, to, content });
            }
            "QUIT" => {
                say(&mut writer, "221 good-bye").await;
                return None;
            }
            _ => say(&mut writer, "250 so be it").await,
        }
    }
    None
}

async fn content(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> String {
    let mut content = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if line == "." {
            break;
        }
        if let Some(broken) = line.strip_suffix('=') {
            content.push_str(broken);
        } else {
            content.push_str(&line);
            content.push('\n');
        }
    }
    content
}

async fn say(writer: &mut OwnedWriteHalf, line: &str) {
    // A client that has gone away hears nothing, which is its own affair.
    let _ = writer.write_all(format!("{line}\r\n").as_bytes()).await;
}
