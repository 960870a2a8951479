//! The program `evalens`: a subcommand runs without a display, everything else opens the window.

use std::process::ExitCode;

use clap::Parser;
use evalens::cli::{self, Arguments, Exit, args};
use evalens::store::log;

fn main() -> ExitCode {
    let arguments = Arguments::parse_from(args::verbose_behind(std::env::args_os()));
    if arguments.verbose {
        log::speak();
    }
    match arguments.command {
        Some(command) => ExitCode::from(cli::run(command).code()),
        None => match evalens::ui::app::run(arguments.paths) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                cli::output::say(&format!("evalens: {problem}"));
                ExitCode::from(Exit::Unusable.code())
            }
        },
    }
}
