//! A gateway of text messages for a test: an HTTP server that takes messages, or does not.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What the gateway does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    /// Answers with this status.
    Answers(u16),
    /// Takes the message, and closes the connection without a word.
    Mute,
}

/// A message that reached the gateway, taken or not.
#[derive(Debug, Clone)]
pub struct Text {
    pub to: String,
    pub body: String,
    /// The headers of the request, in small letters.
    pub head: String,
}

pub struct SmsGateway {
    /// What the server's `sms_url` option is set to.
    pub url: String,
    manner: Arc<Mutex<Manner>>,
    texts: Arc<Mutex<Vec<Text>>>,
}

impl SmsGateway {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gateway = Self {
            url: format!("http://{}/send", listener.local_addr().unwrap()),
            manner: Arc::new(Mutex::new(Manner::Takes)),
            texts: Arc::default(),
        };
        let (manner, texts) = (Arc::clone(&gateway.manner), Arc::clone(&gateway.texts));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (manner, texts) = (Arc::clone(&manner), Arc::clone(&texts));
                std::thread::spawn(move || serve(stream.unwrap(), &manner, &texts));
            }
        });
        gateway
    }

    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// What reached the gateway so far.
    pub fn texts(&self) -> Vec<Text> {
        self.texts.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, manner: &Mutex<Manner>, texts: &Mutex<Vec<Text>>) {
    let mut request = String::new();
    let mut bytes = [0; 4_096];
    let (head, body) = loop {
        let read = stream.read(&mut bytes).unwrap_or(0);
        if read == 0 {
            return;
        }
        request.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        if let Some((head, body)) = request.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str::<Value>(body)
        {
            break (head.to_lowercase(), body);
        }
    };
    texts.lock().unwrap().push(Text {
        to: body["to"].as_str().unwrap().to_owned(),
        body: body["text"].as_str().unwrap().to_owned(),
        head,
    });
    let manner = *manner.lock().unwrap();
    let status = match manner {
        Manner::Takes => 202,
        Manner::Answers(status) => status,
        Manner::Mute => return,
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status} Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
}
