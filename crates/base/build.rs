//! Prepares the list of what is not analysed, and makes tables of invisible characters from Unicode's data.

#[path = "src/invisible/classes.rs"]
mod classes;

use std::path::Path;

use ai_detect_build::{Failure, out, read, rerun_if_changed, write};

fn main() -> Result<(), Failure> {
    for path in ["build.rs", "src/invisible/classes.rs"] {
        rerun_if_changed(Path::new(path))?;
    }
    write("exclude.yml", read("exclude.yml")?)?;
    Ok(std::fs::write(out()?.join("invisible.rs"), tables()?)?)
}

/// Tables of characters as Rust code: looking a character up in one needs no regular expression at run time.
fn tables() -> Result<String, Failure> {
    let mut code = String::new();
    for (name, expression) in classes::CLASSES {
        let parsed = regex_syntax::parse(expression)?;
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = parsed.kind() else {
            return Err(format!("{name} is no class of characters: `{expression}`").into());
        };
        code += &format!("pub(super) static {name}: [(char, char); {}] = [\n", class.ranges().len());
        for range in class.ranges() {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()));
            code += &format!("    ('\\u{{{start:x}}}', '\\u{{{end:x}}}'),\n");
        }
        code += "];\n";
    }
    Ok(code)
}
