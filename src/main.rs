//! The program `evalens`.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let paths = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match evalens::ui::app::run(paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("evalens: {problem}");
            ExitCode::FAILURE
        }
    }
}
