//! Patches in shell commands of Codex: only what `apply_patch` is given was applied.

use serde_json::{Value, json};

use super::{Machine, fixture, with};

const PATCH: &str = "*** Begin Patch\n*** Update File: src/cart.rs\n@@\n-    total\n+    total.round()\n*** End Patch";

/// The paths that are recorded of a shell command.
fn recorded(input: &Value) -> Vec<String> {
    let machine = Machine::new();
    machine.hook("codex", &with(fixture("codex", "post-tool-use-patch-in-a-shell"), &[("tool_input", input.clone())]));
    let rows = machine.rows();
    assert!(rows.iter().all(|row| row["kind"] == "edit"), "{input:#}\n{rows:#?}");
    rows.iter().map(|row| row["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_patch_that_apply_patch_is_given_is_an_edit() {
    for script in [
        format!("apply_patch <<'EOF'\n{PATCH}\nEOF"),
        format!("apply_patch <<EOF\n{PATCH}\nEOF\n"),
        format!("apply_patch <<-\"EOF\"\n\t{}\n\tEOF", PATCH.replace('\n', "\n\t")),
        format!("apply_patch '{PATCH}'"),
        format!("apply_patch \"{PATCH}\""),
        format!("apply_patch <<< '{PATCH}'"),
        format!("cat <<'EOF' | apply_patch\n{PATCH}\nEOF"),
        format!("printf '%s\\n' '{PATCH}' | apply_patch"),
        format!("cd . && apply_patch <<'EOF' 2>&1 && cargo test\n{PATCH}\nEOF"),
        format!("# rounds the total\nset -e; LANG=C /usr/bin/apply_patch <<'EOF'\r\n{PATCH}\r\nEOF"),
        format!("if true; then\n  apply_patch <<'EOF'\n{PATCH}\nEOF\nfi"),
        format!("cat > notes.md <<'A'\nnothing\nA\napply_patch <<'B'\n{PATCH}\nB"),
        format!("bash -c \"apply_patch '{PATCH}'\""),
    ] {
        assert_eq!(recorded(&json!({"command": script})), ["src/cart.rs"], "{script}");
        assert_eq!(recorded(&json!({"cmd": ["bash", "-lc", script]})), ["src/cart.rs"], "{script}");
    }
    assert_eq!(recorded(&json!({"command": ["apply_patch", PATCH]})), ["src/cart.rs"]);
}

#[test]
fn a_patch_that_is_only_written_searched_or_printed_is_no_edit() {
    for script in [
        format!("cat > notes.md <<'E'\n{PATCH}\nE"),
        format!("cat > notes.md <<'E'\napply_patch <<'EOF'\n{PATCH}\nEOF\nE"),
        "grep -rn '*** Begin Patch' docs".to_owned(),
        format!("grep -rn 'apply_patch\n{PATCH}' docs"),
        format!("git commit -m 'Explain apply_patch\n\napply_patch\n{PATCH}'"),
        format!("git commit -m \"$(cat <<'E'\nCall it \"so\":\napply_patch '{PATCH}'\nE\n)\""),
        format!("echo '{PATCH}'"),
        format!("echo apply_patch '{PATCH}'"),
        format!("echo '{PATCH}' > fix.patch && apply_patch < fix.patch"),
        format!("echo '{PATCH}' | grep apply_patch"),
        format!("# apply_patch '{PATCH}'").replace('\n', " "),
        format!("python3 - <<'E'\nprint('''{PATCH}''')\nE"),
        PATCH.to_owned(),
        "apply_patch".to_owned(),
        "apply_patch 'cut off".to_owned(),
    ] {
        assert_eq!(recorded(&json!({"command": script})), [""; 0], "{script}");
        assert_eq!(recorded(&json!({"command": ["bash", "-lc", script]})), [""; 0], "{script}");
    }
    assert_eq!(recorded(&json!({"command": ["grep", "apply_patch", PATCH]})), [""; 0]);
    assert_eq!(recorded(&json!({"command": ["bash", "script.sh", PATCH]})), [""; 0]);
}

#[test]
fn paths_of_a_patch_begin_where_the_command_runs() {
    let patch = PATCH.replace("src/cart.rs", "cart.rs");
    let script = format!("cd src && apply_patch <<'EOF'\n{patch}\nEOF");
    assert_eq!(recorded(&json!({"command": script})), ["src/cart.rs"]);
    let script = format!("apply_patch <<'EOF'\n{patch}\nEOF");
    assert_eq!(recorded(&json!({"command": script, "workdir": "/srv/shop/src"})), ["src/cart.rs"]);
    // Only the shell knows where this is.
    let script = format!("cd \"$SOURCES\" && apply_patch <<'EOF'\n{patch}\nEOF");
    assert_eq!(recorded(&json!({"command": script})), [""; 0]);
}
