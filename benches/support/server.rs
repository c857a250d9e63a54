//! The release binary as a process of its own, and what the kernel says of its memory.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The binary of this very build, without options from the environment.
pub fn galena(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_galena"));
    command.current_dir(folder).args(args);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GALENA_")) {
        command.env_remove(name);
    }
    command
}

/// A serving process that ends with this value.
pub struct Server {
    pub child: Child,
    /// `127.0.0.1:port`
    pub address: String,
    /// From the start of the process until `/readyz` answered 200.
    pub ready_after: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the database `data/galena.db` of the folder with the product's own settings.
pub fn serve(folder: &Path) -> Server {
    let start = Instant::now();
    let args = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--api-per-second",
        "1000000",
    ];
    let mut child = galena(folder, &args)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = log.next().expect("the server ended").unwrap();
        if let Some((_, rest)) = line.split_once("address=") {
            break rest.split_whitespace().next().unwrap().to_owned();
        }
    };
    // The log goes on; nobody reads it.
    std::thread::spawn(move || log.for_each(drop));
    while !is_ready(&address) {
        std::thread::sleep(Duration::from_millis(2));
    }
    Server {
        child,
        address,
        ready_after: start.elapsed(),
    }
}

fn is_ready(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let mut answer = String::new();
    let asked = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(asked).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// A line of `/proc/<process>/status` in KiB; none when the process is over.
pub fn memory(child: &Child, line: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let rest = status.lines().find_map(|text| text.strip_prefix(line))?;
    rest.trim_start_matches(':')
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}
