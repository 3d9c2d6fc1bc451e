//! What strangers wrote, on a terminal that acts on everything: nothing of it moves the cursor, sets a title or a
//! colour, and all of it can be read.

use std::num::NonZero;

use crate::support::cases;
use ai_detect::report::text::{Detail, write};
use proptest::prelude::*;

/// Everything that happened beside text.
#[derive(Default)]
struct Acts(Vec<String>);

impl vt100::Callbacks for Acts {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("bell".into());
    }
    fn visual_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("flash".into());
    }
    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.0.push("resize".into());
    }
    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("icon".into());
    }
    fn set_window_title(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("title".into());
    }
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], _: &[u8]) {
        self.0.push("clipboard".into());
    }
    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("paste".into());
    }
    fn unhandled_char(&mut self, _: &mut vt100::Screen, c: char) {
        self.0.push(format!("char {c:?}"));
    }
    fn unhandled_control(&mut self, _: &mut vt100::Screen, b: u8) {
        self.0.push(format!("control {b}"));
    }
    fn unhandled_escape(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, b: u8) {
        self.0.push(format!("escape {b}"));
    }
    fn unhandled_csi(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, _: &[&[u16]], c: char) {
        self.0.push(format!("csi {c}"));
    }
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, _: &[&[u8]]) {
        self.0.push("osc".into());
    }
}

const WIDTH: u16 = 400;

/// What stands on the screen, line by line; it fails where anything but text was done.
fn shown(printed: &str) -> Vec<String> {
    let rows = printed.lines().count() as u16 + 2;
    let mut terminal = vt100::Parser::new_with_callbacks(
        NonZero::new(rows).unwrap(),
        NonZero::new(WIDTH).unwrap(),
        0,
        Acts::default(),
    );
    terminal.process(printed.replace('\n', "\r\n").as_bytes());
    assert_eq!(terminal.callbacks().0, [""; 0], "{printed:?}");
    let screen = terminal.screen();
    assert_eq!(screen.cursor_position(), (printed.lines().count() as u16, 0), "{printed:?}");
    assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    assert!(!screen.application_cursor() && !screen.application_keypad());
    assert_eq!((screen.fgcolor(), screen.bold(), screen.inverse()), (vt100::Color::Default, false, false));
    for row in 0..rows {
        for cell in (0..WIDTH).filter_map(|column| screen.cell(row, column)) {
            let ours = matches!(cell.fgcolor(), vt100::Color::Default | vt100::Color::Idx(3 | 5 | 6));
            assert!(ours && cell.bgcolor() == vt100::Color::Default, "{printed:?}");
            assert!(!cell.underline() && !cell.inverse() && !cell.italic(), "{printed:?}");
        }
    }
    screen.rows(0, WIDTH).take(rows as usize - 2).map(|row| row.trim_end().to_owned()).collect()
}

/// What should stand there: what was printed, without our own colours.
fn meant(printed: &str) -> Vec<String> {
    let mut plain = printed.to_owned();
    crate::targets::sinks::STYLES.iter().for_each(|style| plain = plain.replace(style, ""));
    plain.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Text in which everything that a terminal acts on is likely.
fn text() -> impl Strategy<Value = String> {
    let acts = [
        "\u{1b}[2J",
        "\u{1b}[H",
        "\u{1b}[10;10H",
        "\u{1b}[31;1m",
        "\u{1b}[7m",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]2;t\u{1b}\\",
        "\u{1b}]52;c;eA==\u{7}",
        "\u{1b}]8;;http://x\u{1b}\\",
        "\u{1b}[?1049h",
        "\u{1b}[?25l",
        "\u{1b}c",
        "\u{1b}P1$r\u{1b}\\",
        "\u{9b}2J",
        "\u{9d}0;t\u{9c}",
        "\u{90}",
        "\u{84}",
        "\u{85}",
        "\u{8d}",
        "\u{7}",
        "\u{8}",
        "\u{b}",
        "\u{c}",
        "\r",
        "\n",
        "\t",
        "\u{e}",
        "\u{f}",
        "\u{7f}",
        "\u{1b}",
        "\u{1b}(0",
        "\u{1b}[6n",
        "\u{1b}[c",
        "\u{1b}#8",
        "\u{202e}",
        "\u{200b}",
        "\u{2028}",
        "\u{feff}",
        "\u{e0041}",
    ];
    let parts = prop_oneof![
        3 => proptest::sample::select(acts.to_vec()).prop_map(str::to_owned),
        3 => "[ -~]{1,12}",
        1 => proptest::sample::select(vec!["日本語", "é", "ü", "🦀", "Ωß", "한글"]).prop_map(str::to_owned),
        1 => proptest::char::range('\0', '\u{ff}').prop_map(String::from),
    ];
    proptest::collection::vec(parts, 1..9).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn nothing_a_stranger_wrote_acts_on_a_terminal(text in text()) {
        let Some(report) = crate::targets::sinks::filled(&text) else { return Ok(()) };
        for (detail, width) in [(Detail::Everything, 120), (Detail::Flags, 60)] {
            let printed = write(&report, detail, width);
            prop_assert_eq!(shown(&printed), meant(&printed));
        }
    }
}

/// The emulator does act: without this, the test above would prove nothing.
#[test]
#[should_panic(expected = "title")]
fn the_terminal_acts_on_what_is_not_escaped() {
    shown("x\u{1b}]0;title\u{7}y\n");
}

/// And the text is there to be read, as an escape that a person knows.
#[test]
fn what_would_act_is_shown_as_what_it_is() {
    let report = crate::targets::sinks::filled("a\u{1b}[2J\u{9b}31mb\u{202e}c").unwrap();
    let screen = shown(&write(&report, Detail::Everything, 200)).join("\n");
    assert!(screen.contains("a\\u{1b}[2J\\u{9b}31mb\\u{202e}c"), "{screen}");
}
