//! The program `evalens`.
fn main() {}
