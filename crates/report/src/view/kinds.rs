//! What kinds of text without a grammar are called, by how their names end.

/// The name of a kind: `Swift` for `Values.swift`, `.xyz files` for what is not known.
pub(super) fn kind(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.to_ascii_lowercase().as_str() {
        "dockerfile" => return "Dockerfile".into(),
        "makefile" | "gnumakefile" => return "Make".into(),
        "cmakelists.txt" => return "CMake".into(),
        _ => {}
    }
    let Some((_, extension)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return "files without an extension".into();
    };
    let extension = extension.to_ascii_lowercase();
    let known = KINDS.iter().find(|(known, _)| *known == extension);
    // An extension is a stranger's word: only what looks like one is repeated.
    let is_plain =
        (1..=MAX_EXTENSION).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match known {
        Some((_, kind)) => (*kind).into(),
        None if is_plain => format!(".{extension} files"),
        None => "files of another kind".into(),
    }
}

/// How long an extension that is not known may be, to be shown.
const MAX_EXTENSION: usize = 8;

const KINDS: &[(&str, &str)] = &[
    ("adoc", "AsciiDoc"),
    ("asm", "assembly"),
    ("bzl", "Starlark"),
    ("cfg", "settings"),
    ("clj", "Clojure"),
    ("cmake", "CMake"),
    ("conf", "settings"),
    ("cr", "Crystal"),
    ("css", "CSS"),
    ("csv", "CSV"),
    ("dart", "Dart"),
    ("el", "Emacs Lisp"),
    ("elm", "Elm"),
    ("erl", "Erlang"),
    ("ex", "Elixir"),
    ("exs", "Elixir"),
    ("f90", "Fortran"),
    ("fish", "fish"),
    ("fs", "F#"),
    ("gradle", "Gradle"),
    ("graphql", "GraphQL"),
    ("groovy", "Groovy"),
    ("hcl", "HCL"),
    ("hs", "Haskell"),
    ("htm", "HTML"),
    ("html", "HTML"),
    ("ini", "settings"),
    ("ipynb", "Jupyter notebooks"),
    ("jl", "Julia"),
    ("json", "JSON"),
    ("json5", "JSON"),
    ("jsonc", "JSON"),
    ("less", "Less"),
    ("lua", "Lua"),
    ("m", "Objective-C or MATLAB"),
    ("md", "Markdown"),
    ("mdx", "Markdown"),
    ("mk", "Make"),
    ("ml", "OCaml"),
    ("nim", "Nim"),
    ("nix", "Nix"),
    ("pas", "Pascal"),
    ("pl", "Perl"),
    ("pm", "Perl"),
    ("po", "translations"),
    ("proto", "Protocol Buffers"),
    ("ps1", "PowerShell"),
    ("r", "R"),
    ("rst", "reStructuredText"),
    ("s", "assembly"),
    ("sass", "Sass"),
    ("scala", "Scala"),
    ("scss", "Sass"),
    ("sol", "Solidity"),
    ("sql", "SQL"),
    ("svelte", "Svelte"),
    ("svg", "SVG"),
    ("swift", "Swift"),
    ("tex", "TeX"),
    ("tf", "Terraform"),
    ("toml", "TOML"),
    ("txt", "plain text"),
    ("vim", "Vim script"),
    ("vue", "Vue"),
    ("xml", "XML"),
    ("yaml", "YAML"),
    ("yml", "YAML"),
    ("zig", "Zig"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_people_do() {
        for (path, expected) in [
            ("Sources/Values.swift", "Swift"),
            ("a/B.YML", "YAML"),
            ("CMakeLists.txt", "CMake"),
            ("docker/Dockerfile", "Dockerfile"),
            ("LICENSE", "files without an extension"),
            (".gitignore", "files without an extension"),
            ("a.xyz", ".xyz files"),
            ("a.b/c", "files without an extension"),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
        for path in [format!("a.{}", "x".repeat(500)), "a.<b>".into(), "a.\u{202e}x".into(), "a.".into()] {
            assert_eq!(kind(&path), "files of another kind", "{path:?}");
        }
    }
}
