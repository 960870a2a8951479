//! `evalens completions`: what a shell needs to complete commands and options.

use clap::CommandFactory;

use super::args::CompletionsArgs;
use super::{Arguments, CliError, Exit, output};

/// Prints the script of a shell.
///
/// # Errors
/// Where it cannot be written.
pub fn completions(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "evalens", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
