//! The binary: reads `.env` and the command line, runs one command, says what went wrong.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    if let Err(error) = dotenvy::dotenv()
        && !error.not_found()
    {
        eprintln!("galena: .env cannot be read: {}", kind(&error));
        return ExitCode::FAILURE;
    }
    match galena::cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("galena: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The error without the line it quotes, which may hold a secret.
fn kind(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(_, at) => format!("a line is malformed at its character {at}"),
        other => other.to_string(),
    }
}
