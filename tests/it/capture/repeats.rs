//! Cursor reports an edit twice, once with the id of the call and once without any: it counts once, and two edits count as two.

use serde_json::{Value, json};

use super::{Machine, fixture, with};

const PATCH: &str = "*** Begin Patch\n*** Update File: src/cart.rs\n@@\n fn main() {\n-    total\n+    total.round()\n }\n*** Add File: src/tax.rs\n+pub fn tax() {}\n*** End Patch";

/// The call of a tool.
fn call(id: &str, tool: &str, input: Value) -> Value {
    let call = [("tool_use_id", json!(id)), ("tool_name", json!(tool)), ("tool_input", input)];
    with(fixture("cursor", "post-tool-use-write"), &call)
}

/// A call that replaces a text.
fn replaces(id: &str, old: &str, new: &str) -> Value {
    call(id, "StrReplace", json!({"path": "/srv/shop/src/cart.rs", "old_string": old, "new_string": new}))
}

/// The change of a file.
fn changed(path: &str, old: &str, new: &str) -> Value {
    let edits = json!([{"old_string": old, "new_string": new}]);
    with(fixture("cursor", "after-file-edit"), &[("file_path", json!(path)), ("edits", edits)])
}

fn rows_of(reports: &[Value]) -> Value {
    let machine = Machine::new();
    reports.iter().for_each(|report| machine.hook("cursor", report));
    machine.picked(&["path"])
}

#[test]
fn both_reports_of_an_edit_are_one_row_in_either_order() {
    let cart = "/srv/shop/src/cart.rs";
    let patch = call("p", "ApplyPatch", json!(PATCH));
    let in_patch = [changed(cart, "    total", "    total.round()"), changed("src/tax.rs", "", "pub fn tax() {}\n")];
    let with_lines_around =
        [changed(cart, "fn main() {\n    total\n}", "fn main() {\n    total.round()\n}"), in_patch[1].clone()];
    for files in [in_patch, with_lines_around] {
        let [cart, tax] = files;
        let both = json!([["src/cart.rs"], ["src/tax.rs"]]);
        assert_eq!(rows_of(&[patch.clone(), cart.clone(), tax.clone()]), both);
        assert_eq!(rows_of(&[cart, tax, patch.clone()]), both);
    }
    let edit = [replaces("1", "    total", "    total.round()"), changed(cart, "    total", "    total.round()")];
    let [by_call, by_file] = &edit;
    assert_eq!(rows_of(&edit), json!([["src/cart.rs"]]));
    assert_eq!(rows_of(&[by_file.clone(), by_call.clone()]), json!([["src/cart.rs"]]));
    // Hooks of a user and of a project run side by side.
    let twice = [by_file, by_file, by_call, by_call].map(Value::clone);
    assert_eq!(rows_of(&twice), json!([["src/cart.rs"]]));
    let written = call("w", "Write", json!({"file_path": cart, "contents": "fn main() {}\n"}));
    assert_eq!(rows_of(&[written, changed(cart, "", "fn main() {}\n")]), json!([["src/cart.rs"]]));
}

#[test]
fn two_edits_that_write_the_same_text_are_two_rows() {
    let cart = "/srv/shop/src/cart.rs";
    let two = json!([["src/cart.rs"], ["src/cart.rs"]]);
    for old in ["one", "another"] {
        let calls = [replaces("1", "one", "x"), replaces("2", old, "x")];
        let files = [changed(cart, "one", "x"), changed(cart, old, "x")];
        let ([call, next_call], [file, next_file]) = (&calls, &files);
        for order in [
            vec![call, next_call],
            vec![call, file, next_call, next_file],
            vec![file, call, next_file, next_call],
            vec![call, next_call, file, next_file],
        ] {
            let reports: Vec<Value> = order.into_iter().cloned().collect();
            assert_eq!(rows_of(&reports), two, "{old}");
        }
    }
    // Without ids, the text that was replaced shows that there were two.
    assert_eq!(rows_of(&[changed(cart, "one", "x"), changed(cart, "another", "x")]), two);
}

#[test]
fn sections_of_a_patch_that_change_one_file_are_one_row() {
    let machine = Machine::new();
    machine.repo.write("src/cart.rs", "fn main() {\n    total.round()\n}\nfn tax() {\n    rate.round()\n}\n");
    let section = |path: &str, name: &str| format!("*** Update File: {path}\n@@\n-    {name}\n+    {name}.round()\n");
    let patch = |path: &str, other: &str| {
        format!("*** Begin Patch\n{}{}*** End Patch", section(path, "total"), section(other, "rate"))
    };
    for (id, other) in [("a", "src/cart.rs"), ("b", "./src/cart.rs"), ("c", "/srv/shop/src/cart.rs")] {
        let text = patch("src/cart.rs", other);
        let payload = fixture("codex", "post-tool-use-apply-patch");
        machine.hook("codex", &with(payload, &[("tool_use_id", json!(id)), ("tool_input", json!({"command": text}))]));
    }
    let row = json!(["src/cart.rs", 2, 5, 2, 2]);
    assert_eq!(machine.picked(&["path", "first", "last", "added", "removed"]), json!([row, row, row]));
}

/// What an agent does not say is absent, and no 0.
#[test]
fn counts_that_nobody_knows_are_absent() {
    let machine = Machine::new();
    machine.hook_fixture("cursor", "post-tool-use-delete");
    machine.hook_fixture("cursor", "post-tool-use-write");
    let mut written = fixture("claude-code", "post-tool-use-write");
    written["tool_response"]["type"] = json!("update");
    machine.hook("claude-code", &written);
    let row = |path: &str| json!([path, null, null, null]);
    assert_eq!(
        machine.picked(&["path", "first", "added", "removed"]),
        json!([row("src/gone.rs"), row("src/tax.rs"), row("src/tax.rs")])
    );
}
