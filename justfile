# What is done often; `just` lists it.
default:
    @just --list

# A market to look at, on http://127.0.0.1:8080
demo:
    cargo run -- demo

# Formatting, lints and tests on SQLite
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# The same tests on PostgreSQL too: just test-postgres postgres://postgres@localhost/postgres
test-postgres url:
    TEST_DATABASE_URL={{url}} cargo test

# The tests in a real browser (needs chromium and chromium-driver)
test-browser:
    TEST_BROWSER=1 cargo test --test main browser

# Advisories, licences and sources of the dependencies
deny:
    cargo deny check

# What docs/BENCHMARKS.md is made from: just bench sell
bench name:
    cargo bench --bench {{name}}
