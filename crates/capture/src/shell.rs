//! The patches that a shell command applies: those that `apply_patch` is given, and no other text that looks like one.
//!
//! A command may write a patch into a file, search for one or print one. So the command is read as a shell reads it: words, quotes,
//! comments and here-documents. Nothing is expanded and nothing is run.

use std::iter::Peekable;
use std::str::Chars;

/// How deep shells may start shells.
const MAX_DEPTH: usize = 3;
/// Words of the shell behind which a command begins.
const KEYWORDS: [&str; 8] = ["{", "!", "if", "then", "else", "elif", "do", "time"];

/// A patch that a command applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Where the command changed to before, from where it began; empty if it stayed there.
    pub folder: String,
    /// The patch.
    pub patch: String,
}

/// The patches that a command in words applies.
pub fn applied_by_words(words: &[&str]) -> Vec<Applied> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut found = Vec::new();
    collect(&Simple { words, ..Simple::default() }, "", 0, &mut found);
    found
}

/// The patches that a script applies.
pub fn applied_by_script(script: &str) -> Vec<Applied> {
    let mut found = Vec::new();
    collect_script(script, "", 0, &mut found);
    found
}

/// One command of a script, without its neighbours.
#[derive(Debug, Default)]
struct Simple {
    words: Vec<String>,
    /// What it reads: a here-document or a here-string.
    input: Option<String>,
    /// The command behind it reads what it prints.
    is_piped: bool,
}

impl Simple {
    /// What it prints, as far as that is plain text.
    fn output(&self) -> Option<String> {
        let (program, arguments) = self.words.split_first()?;
        match program.as_str() {
            "cat" if arguments.is_empty() => self.input.clone(),
            "echo" | "printf" => Some(arguments.join("\n")),
            _ => None,
        }
    }
}

fn collect_script(script: &str, folder: &str, depth: usize, found: &mut Vec<Applied>) {
    let mut folder = Some(folder.to_owned());
    let mut piped: Option<String> = None;
    for mut command in Reader::new(script).commands() {
        let before = piped.take();
        command.input = command.input.or(before);
        piped = command.output().filter(|_| command.is_piped);
        if let [program, target] = command.words.as_slice()
            && program == "cd"
        {
            folder = folder.and_then(|folder| changed(&folder, target));
            continue;
        }
        // Behind a folder that is not known, relative paths cannot be resolved.
        if let Some(folder) = &folder {
            collect(&command, folder, depth, found);
        }
    }
}

fn collect(command: &Simple, folder: &str, depth: usize, found: &mut Vec<Applied>) {
    let Some((program, arguments)) = command.words.split_first() else { return };
    let program = program.rsplit(['/', '\\']).next().unwrap_or(program);
    match program {
        "apply_patch" | "applypatch" => {
            let patch = arguments.first().or(command.input.as_ref());
            found.extend(patch.map(|patch| Applied { folder: folder.to_owned(), patch: patch.clone() }));
        }
        "sh" | "bash" | "zsh" | "dash" | "ksh" if depth < MAX_DEPTH => {
            // `-c`, also together with others: `-lc`.
            let is_script = |word: &&String| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
            if let [.., flag, script] = arguments
                && is_script(&flag)
            {
                collect_script(script, folder, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// The folder behind `cd`. `None` where only the shell knows it.
fn changed(folder: &str, target: &str) -> Option<String> {
    if target.is_empty() || target.starts_with(['-', '~']) || target.contains(['$', '`', '*', '?', '[']) {
        return None;
    }
    let is_absolute = crate::paths::absolute(target, None).is_some();
    Some(if is_absolute || folder.is_empty() { target.to_owned() } else { format!("{folder}/{target}") })
}

/// A here-document that was announced and begins behind the line.
struct Announced {
    end: String,
    strips_tabs: bool,
    /// The number of the command that reads it.
    command: usize,
}

/// Reads a script once, from its start to its end.
struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    commands: Vec<Simple>,
    current: Simple,
    announced: Vec<Announced>,
}

impl<'a> Reader<'a> {
    fn new(script: &'a str) -> Self {
        Self {
            chars: script.chars().peekable(),
            commands: Vec::new(),
            current: Simple::default(),
            announced: Vec::new(),
        }
    }

    fn commands(mut self) -> Vec<Simple> {
        while let Some(c) = self.chars.next() {
            match c {
                '\n' => {
                    self.end_command(false);
                    self.read_documents();
                }
                c if c.is_whitespace() => {}
                ';' | '(' | ')' => self.end_command(false),
                '&' => {
                    self.next_if('&');
                    self.end_command(false);
                }
                '|' => {
                    let is_or = self.next_if('|');
                    self.next_if('&');
                    self.end_command(!is_or);
                }
                '#' => while self.chars.next_if(|c| *c != '\n').is_some() {},
                '<' => self.redirect_input(),
                '>' => self.redirect_output(),
                c => {
                    let word = self.word(Some(c));
                    self.take_word(word);
                }
            }
        }
        self.end_command(false);
        self.commands
    }

    fn next_if(&mut self, wanted: char) -> bool {
        self.chars.next_if_eq(&wanted).is_some()
    }

    fn take_word(&mut self, word: String) {
        let is_first = self.current.words.is_empty();
        let is_assignment = || {
            let name = word.split_once('=').map_or("", |(name, _)| name);
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        // A number before a redirection, as in `2>`, names a file and is no argument.
        let is_number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
        let names_file = is_number && matches!(self.chars.peek(), Some('<' | '>'));
        if !(names_file || is_first && (KEYWORDS.contains(&word.as_str()) || is_assignment())) {
            self.current.words.push(word);
        }
    }

    fn end_command(&mut self, is_piped: bool) {
        self.current.is_piped = is_piped;
        let command = std::mem::take(&mut self.current);
        let is_awaited = self.announced.iter().any(|document| document.command == self.commands.len());
        if !command.words.is_empty() || command.input.is_some() || is_awaited {
            self.commands.push(command);
        }
    }

    /// A word, without its quotes.
    fn word(&mut self, first: Option<char>) -> String {
        let mut word = String::new();
        let mut next = first;
        loop {
            let c = match next.take() {
                Some(c) => c,
                None => match self.chars.next_if(|c| !c.is_whitespace() && !";&|<>()".contains(*c)) {
                    Some(c) => c,
                    None => return word,
                },
            };
            match c {
                '\'' => word.extend(self.chars.by_ref().take_while(|c| *c != '\'')),
                '"' => self.double_quoted(&mut word),
                '\\' => word.extend(self.chars.next().filter(|c| *c != '\n')),
                c => word.push(c),
            }
        }
    }

    fn double_quoted(&mut self, word: &mut String) {
        while let Some(c) = self.chars.next() {
            match c {
                '"' => return,
                // A command in a text has quotes of its own. Nothing behind its start is read as a command.
                '`' => self.give_up(),
                '$' if self.chars.peek() == Some(&'(') => self.give_up(),
                '\\' => match self.chars.next() {
                    Some('\n') | None => {}
                    Some(c) if "\"\\$`".contains(c) => word.push(c),
                    Some(c) => word.extend(['\\', c]),
                },
                c => word.push(c),
            }
        }
    }

    fn give_up(&mut self) {
        self.chars = "".chars().peekable();
    }

    fn skip_blanks(&mut self) {
        while self.chars.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
    }

    fn redirect_input(&mut self) {
        if !self.next_if('<') {
            self.skip_blanks();
            // A file, which is not read.
            self.word(None);
        } else if self.next_if('<') {
            self.skip_blanks();
            self.current.input = Some(self.word(None));
        } else {
            let strips_tabs = self.next_if('-');
            self.skip_blanks();
            let end = self.word(None);
            self.announced.push(Announced { end, strips_tabs, command: self.commands.len() });
        }
    }

    fn redirect_output(&mut self) {
        while self.chars.next_if(|c| matches!(c, '>' | '&' | '|')).is_some() {}
        self.skip_blanks();
        self.word(None);
    }

    /// Reads the here-documents that the line before announced.
    fn read_documents(&mut self) {
        for document in std::mem::take(&mut self.announced) {
            let text = self.document(&document);
            if let Some(command) = self.commands.get_mut(document.command) {
                command.input = Some(text);
            }
        }
    }

    fn document(&mut self, document: &Announced) -> String {
        let mut text = String::new();
        while self.chars.peek().is_some() {
            let line: String = self.chars.by_ref().take_while(|c| *c != '\n').collect();
            let line = if document.strips_tabs { line.trim_start_matches('\t') } else { &line };
            if line.strip_suffix('\r').unwrap_or(line) == document.end {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}
