//! The sets of characters that [`super`] looks characters up in, as regular expressions over Unicode's properties.
//! The build script turns each into sorted ranges, with the data of `regex-syntax`.

/// The name of the table, and the expression.
pub(super) const CLASSES: [(&str, &str); 6] = [
    // What Unicode calls ignorable by default or a format character; line and paragraph separators; private use, which
    // most fonts lack; and characters whose picture is empty. Format characters that enclose digits are visible.
    (
        "INVISIBLE",
        r"[[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Noncharacter_Code_Point}\p{Zl}\p{Zp}\x{85}\x{1107F}\x{115F}\x{1160}\x{2800}\x{2D7F}\x{3164}\x{FFA0}\x{FFFC}\x{16FE4}\x{1D159}\x{13441}\x{13442}]--\p{Prepended_Concatenation_Mark}]",
    ),
    // Those that take up room.
    ("BLANK", r"[\p{Zl}\p{Zp}\x{85}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}\x{FFFC}\x{1D159}\x{13441}\x{13442}]"),
    ("PICTOGRAPH", r"[\p{Extended_Pictographic}\p{Emoji_Presentation}\p{Emoji_Modifier}]"),
    // Letters and marks of scripts whose letters join, so that joiners change what is seen.
    (
        "JOINING",
        r"[[[\p{Arabic}\p{Syriac}\p{Mandaic}\p{Nko}\p{Thaana}\p{Mongolian}\p{Phags_Pa}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Myanmar}\p{Tibetan}]&&[\p{L}\p{M}]]--\p{Default_Ignorable_Code_Point}]",
    ),
    ("MONGOLIAN", r"[\p{Mongolian}&&\p{L}]"),
    ("IDEOGRAPH", r"[\p{Han}&&\p{L}]"),
];
