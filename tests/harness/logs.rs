//! What the server logs, kept to be searched.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;

static TEXT: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();

#[derive(Clone)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Starts keeping everything that this process logs; further calls change nothing.
pub fn start() {
    TEXT.get_or_init(|| {
        let text = Arc::new(Mutex::new(Vec::new()));
        let kept = Kept(Arc::clone(&text));
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("info,galena=trace"))
            .with_ansi(false)
            .with_writer(move || kept.clone())
            .init();
        text
    });
}

/// Everything that was logged since.
pub fn text() -> String {
    let text = TEXT.get().expect("logs::start first").lock().unwrap();
    String::from_utf8_lossy(&text).into_owned()
}
