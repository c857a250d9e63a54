//! Time and memory of the release binary: `cargo bench --bench footprint` (on Linux: it reads `/proc`).
//!
//! `galena import` of a file of 100,000 lines, and `galena serve` at rest on the database of the demo.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on ends"
)]

#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/figures.rs"]
mod figures;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/server.rs"]
mod server;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/traders.rs"]
mod traders;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use galena::access::AccountKind;
use galena::app::App;
use galena::clock::{Clock, HOUR};
use galena::config::{Config, Options};

use figures::median;
use server::{galena, memory, serve};

const LINES: usize = 100_000;
const IMPORTS: usize = 3;
const STARTS: usize = 5;
/// How long a started server is left alone before its memory is read.
const REST: Duration = Duration::from_secs(5);

fn main() {
    let imports: Vec<(Duration, u64)> = (0..IMPORTS).map(|_| import()).collect();
    let times: Vec<_> = imports.iter().map(|(time, _)| *time).collect();
    let peaks: Vec<_> = imports.iter().map(|(_, peak)| *peak).collect();
    tell("import of 100,000 lines, s", median(&times).as_secs(), 60);
    tell("import, peak memory, MiB", median(&peaks) / 1024, 200);
    let (ready, idle) = starts();
    let ready = u64::try_from(median(&ready).as_millis()).unwrap();
    tell("serve ready on the demo, ms", ready, 1_000);
    tell("serve idle on the demo, MiB", median(&idle) / 1024, 40);
}

fn tell(what: &str, measured: u64, goal: u64) {
    println!("{what:<30} {measured:>7}   goal: under {goal}");
}

/// Imports a file into an empty database; answers the time and the peak memory in KiB.
fn import() -> (Duration, u64) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    make_seller(folder.path());
    std::fs::write(folder.path().join("leads.csv"), table()).unwrap();
    let consent_at = Clock::System.now().minus(HOUR).to_string();
    let args = [
        "import",
        "leads.csv",
        "--seller=seller@example.test",
        "--vertical=eyewear",
        "--consent-text=I agree that an optician calls me about glasses.",
        "--consent-page=https://shop.example/glasses",
        "--consent-given-at",
        &consent_at,
        "--ask=9.00",
        "--currency=EUR",
    ];
    let start = Instant::now();
    let mut child = galena(folder.path(), &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = memory(&child, "VmHWM").unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    let elapsed = start.elapsed();
    let said = BufReader::new(child.stdout.take().unwrap());
    let last = said.lines().last().expect("the import tells").unwrap();
    assert!(
        last.ends_with(&format!("accepted={LINES} refused=0")),
        "{last}"
    );
    (elapsed, peak)
}

fn make_seller(folder: &Path) {
    let config = Config::try_from(Options {
        data: Some(folder.join("data")),
        ..Options::default()
    })
    .unwrap();
    let app = App::open(config, Clock::System).unwrap();
    let now = app.clock.now();
    app.db
        .write_blocking(move |conn| traders::open(conn, AccountKind::Seller, "seller", now))
        .unwrap();
    app.db.close();
}

/// Each line is its own person.
fn table() -> String {
    let mut text = "first_name,last_name,email,phone,country,region,city,postal_code,age,gender,\
                    marital_status,employed,looking_for,interest\n"
        .to_owned();
    for number in 0..LINES {
        writeln!(
            text,
            "Marija,Kalniņa,marija.kalnina.{number}@example.lv,+3712{number:07},LV,LV-RIX,Riga,1010,\
             34,female,has_partner,yes,sunglasses,\"Sunglasses, for driving\""
        )
        .unwrap();
    }
    text
}

/// Times until ready, and memory at rest in KiB.
fn starts() -> (Vec<Duration>, Vec<u64>) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    make_demo(folder.path());
    (0..STARTS)
        .map(|_| {
            let server = serve(folder.path());
            std::thread::sleep(REST);
            (server.ready_after, memory(&server.child, "VmRSS").unwrap())
        })
        .unzip()
}

/// Makes the demo's market where `serve` looks for its database.
fn make_demo(folder: &Path) {
    let args = ["demo", "--data", "data", "--listen", "127.0.0.1:0"];
    let mut child = galena(folder, &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    // The address is told when the market is made.
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}
