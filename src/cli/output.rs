//! Standard output and standard error: colours where they are wanted, and a reader that goes away
//! is no error.
//!
//! Both may be the log of a job, where a runner obeys certain lines. So nothing that is written here holds a command of
//! a runner. [`Output::commands`] is the only exception.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::terminal::{escaped, unsafe_in, without_commands};

/// Columns where the output is no terminal and nothing says how wide it is.
const DEFAULT_WIDTH: usize = 100;
/// Wider lines are hard to read.
const MAX_WIDTH: usize = 120;

/// The file that `--output` names: `-` is standard output, as elsewhere.
pub(super) fn named_file(output: Option<&Path>) -> Option<&Path> {
    output.filter(|output| *output != Path::new("-"))
}

/// Where text goes.
pub(super) struct Output {
    choice: anstream::ColorChoice,
}

impl Output {
    pub(super) fn new(color: ColorChoice) -> Self {
        Output {
            choice: match color {
                ColorChoice::Auto => anstream::ColorChoice::Auto,
                ColorChoice::Always => anstream::ColorChoice::Always,
                ColorChoice::Never => anstream::ColorChoice::Never,
            },
        }
    }

    /// Writes whole lines to standard output, without any command of a runner.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        self.stream(text).map(drop)
    }

    /// The same for a part of a long output; says whether anybody still reads.
    pub(super) fn stream(&self, text: &str) -> Result<bool, Failure> {
        self.write(&without_commands(text))
    }

    /// Writes lines to standard output that a runner shall obey. They must come from [`crate::report::github`] or
    /// [`crate::forge::github::commands`], which let no stranger's text start a command.
    pub(super) fn commands(&self, lines: &str) -> Result<(), Failure> {
        self.write(lines).map(drop)
    }

    fn write(&self, text: &str) -> Result<bool, Failure> {
        let mut stream = AutoStream::new(std::io::stdout().lock(), self.choice);
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::failed(format!("cannot write the output: {error}"))),
        }
    }

    /// Says something on standard error that is no error: a reminder, a question. It is escaped, line
    /// by line.
    pub(super) fn say(&self, message: &str) {
        let mut stream = AutoStream::new(std::io::stderr().lock(), self.choice);
        for line in message.lines() {
            let _ = writeln!(stream, "{}", without_commands(&escaped(line)));
        }
    }

    /// Asks a question on standard error; what is asked about is escaped.
    pub(super) fn ask(&self, question: &str) {
        let mut stream = AutoStream::new(std::io::stderr().lock(), self.choice);
        let _ = write!(stream, "{} ", without_commands(&escaped(question)));
        let _ = stream.flush();
    }

    /// Says on standard error what went wrong; what a stranger wrote is in it, so it is escaped.
    pub(super) fn error(&self, message: &str) {
        const RED: Style = AnsiColor::Red.on_default().bold();
        let mut stream = AutoStream::new(std::io::stderr().lock(), self.choice);
        // There is nowhere left to say that this failed.
        let _ = writeln!(stream, "{RED}error{RED:#}: {}", escaped(message));
    }

    /// Says on standard error what is being done, where somebody watches.
    #[cfg(feature = "lab")]
    pub(super) fn progress(&self, what: &str) {
        if std::io::stderr().is_terminal() {
            // Nothing depends on its being read.
            let _ = writeln!(std::io::stderr(), "{}", without_commands(&escaped(what)));
        }
    }

    /// Prints the help that was asked for, or what is wrong with the arguments. These may hold anything.
    pub(super) fn usage(&self, error: &clap::Error) -> Result<(), Failure> {
        let plain = error.to_string();
        let text = match unsafe_in(&plain) {
            None => error.render().ansi().to_string(),
            Some(_) => plain.lines().map(|line| escaped(line) + "\n").collect(),
        };
        let text = without_commands(&text);
        if !error.use_stderr() {
            return self.write(&text).map(drop);
        }
        let mut stream = AutoStream::new(std::io::stderr().lock(), self.choice);
        stream.write_all(text.as_bytes()).map_err(|error| Failure::failed(format!("cannot write the output: {error}")))
    }

    /// The width to write for.
    pub(super) fn width(&self) -> usize {
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = || {
            let (terminal_size::Width(width), _) = terminal_size::terminal_size()?;
            std::io::stdout().is_terminal().then_some(usize::from(width))
        };
        columns.or_else(terminal).unwrap_or(DEFAULT_WIDTH).min(MAX_WIDTH)
    }
}

/// On standard error, and only where that is a terminal.
pub(super) fn progress_bar(rows: usize) -> ProgressBar {
    let bar = ProgressBar::new(rows as u64);
    if let Ok(style) = ProgressStyle::with_template("{prefix}{bar:40} {pos} of {len} commits, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar
}
