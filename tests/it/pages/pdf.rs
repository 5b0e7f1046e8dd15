//! PDF files made of the same articles: one column and two, with headers and footers, divided words,
//! ligatures, justified lines. The writer is small and our own; its letters are Helvetica's.

use std::fmt::Write as _;

use factlog::intake::{Hint, Intake, Warning, take_in};

use super::made::{Article, Block, Score, articles, compared};

/// How a line's letters are drawn. All but the first kern them, so that some begin before the last end.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Drawn {
    /// In one string.
    #[default]
    Whole,
    /// In strings that end at each kern, in a font with widths for ranges of letters: as browsers do.
    Strings,
    /// In one array with the kerns between letters.
    Offsets,
    /// As that, with gaps for spaces: as TeX does.
    Gaps,
    /// Each at its own place.
    Each,
    /// Each at its own place, the even ones of a line's words first.
    Twice,
    /// Each at its own place, and spaced out.
    Apart,
}

/// How an article is set.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that is done or not"
)]
struct Style {
    columns: usize,
    /// A header and a page number on every page.
    edges: bool,
    divides: bool,
    ligatures: bool,
    justified: bool,
    /// The first line of a paragraph is set in; else a gap parts paragraphs.
    indents: bool,
    /// Each word is placed by itself.
    placed: bool,
    drawn: Drawn,
}

const STYLES: [(&str, Style); 17] = {
    const PLAIN: Style = Style {
        columns: 1,
        edges: false,
        divides: false,
        ligatures: false,
        justified: false,
        indents: false,
        placed: false,
        drawn: Drawn::Whole,
    };
    const fn drawn(drawn: Drawn) -> Style {
        Style { drawn, ..PLAIN }
    }
    [
        ("strings", drawn(Drawn::Strings)),
        (
            "strings, justified",
            Style {
                columns: 2,
                justified: true,
                divides: true,
                ..drawn(Drawn::Strings)
            },
        ),
        ("offsets", drawn(Drawn::Offsets)),
        (
            "gaps",
            Style {
                columns: 2,
                justified: true,
                divides: true,
                ..drawn(Drawn::Gaps)
            },
        ),
        ("each", drawn(Drawn::Each)),
        ("each, in two goes", drawn(Drawn::Twice)),
        ("each, spaced out", drawn(Drawn::Apart)),
        ("one column", PLAIN),
        (
            "one column, edges",
            Style {
                edges: true,
                ..PLAIN
            },
        ),
        (
            "one column, set in",
            Style {
                indents: true,
                ..PLAIN
            },
        ),
        (
            "one column, justified",
            Style {
                justified: true,
                divides: true,
                ..PLAIN
            },
        ),
        (
            "words placed",
            Style {
                placed: true,
                ..PLAIN
            },
        ),
        (
            "ligatures",
            Style {
                ligatures: true,
                ..PLAIN
            },
        ),
        (
            "divided",
            Style {
                divides: true,
                ..PLAIN
            },
        ),
        (
            "two columns",
            Style {
                columns: 2,
                ..PLAIN
            },
        ),
        (
            "two columns, edges",
            Style {
                columns: 2,
                edges: true,
                divides: true,
                indents: true,
                ..PLAIN
            },
        ),
        (
            "three columns",
            Style {
                columns: 3,
                divides: true,
                justified: true,
                edges: true,
                ligatures: true,
                ..PLAIN
            },
        ),
    ]
};

const WIDTH: f64 = 595.0;
const HEIGHT: f64 = 842.0;
const MARGIN: f64 = 60.0;
const GUTTER: f64 = 20.0;

/// Helvetica's widths from U+0020 to U+007E, in thousandths.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// A letter's width in thousandths.
const fn letter_width(letter: char) -> u16 {
    match letter {
        ' '..='~' => WIDTHS[letter as usize - 0x20],
        '—' | '…' => 1000,
        '’' | '‘' => 222,
        '“' | '”' => 333,
        _ => 556,
    }
}

fn width(text: &str, size: f64) -> f64 {
    let sum: f64 = text.chars().map(|c| f64::from(letter_width(c))).sum();
    sum * size / 1000.0
}

/// How much nearer than its width a letter is followed by another, in thousandths: as type designers
/// kern such pairs.
const fn kern(first: char, second: char) -> u16 {
    match (first, second) {
        ('T' | 'V' | 'W' | 'Y', 'a'..='z' | 'á'..='ý') => 110,
        ('A', 'V' | 'W' | 'T' | 'Y') | ('V' | 'W' | 'T' | 'Y', 'A') => 130,
        ('L', 'T' | 'V' | 'Y' | '’') => 100,
        ('1', '1') => 74,
        ('P' | 'F', ',' | '.' | 'a'..='z') => 90,
        ('r' | 'v' | 'w' | 'y' | 'f', ',' | '.') => 70,
        (' ', 'A' | 'T' | 'Y' | 'W') | ('A' | 'L' | 'Y', ' ') => 55,
        ('f', 'f') | ('r', 'a'..='o') => 20,
        _ => 0,
    }
}

/// A line that is set: what it says, and whether it ends its paragraph.
struct Set {
    text: String,
    size: f64,
    indent: f64,
    gap: f64,
    is_last: bool,
}

/// Breaks a paragraph into lines.
fn broken(text: &str, size: f64, room: f64, style: Style, gap: f64) -> Vec<Set> {
    let mut lines: Vec<Set> = Vec::new();
    let mut line = String::new();
    let indent = |lines: &[Set]| {
        if style.indents && lines.is_empty() && size < 11.0 {
            14.0
        } else {
            0.0
        }
    };
    let first_gap = if style.indents && size < 11.0 {
        0.0
    } else {
        gap
    };
    let push = |lines: &mut Vec<Set>, text: String, is_last: bool| {
        let (indent, gap) = (
            indent(lines),
            if lines.is_empty() { first_gap } else { 0.0 },
        );
        lines.push(Set {
            text,
            size,
            indent,
            gap,
            is_last,
        });
    };
    for word in text.split(' ') {
        let with = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        let room = room
            - if lines.is_empty() && style.indents {
                14.0
            } else {
                0.0
            };
        if width(&with, size) <= room {
            line = with;
            continue;
        }
        let letters: Vec<char> = word.chars().collect();
        let is_word = letters.len() > 6 && letters.iter().all(|c| c.is_alphabetic());
        let fits = |at: &usize| {
            let start: String = letters[..*at].iter().collect();
            width(&format!("{line} {start}-"), size) <= room
        };
        let cut = (3..letters.len().saturating_sub(2)).rev().find(fits);
        if let Some(at) = cut.filter(|_| style.divides && is_word && !line.is_empty()) {
            let start: String = letters[..at].iter().collect();
            push(&mut lines, format!("{line} {start}-"), false);
            line = letters[at..].iter().collect();
        } else {
            push(&mut lines, std::mem::take(&mut line), false);
            word.clone_into(&mut line);
        }
    }
    push(&mut lines, line, true);
    lines
}

/// Sets an article; each page's content.
fn set(article: &Article, style: Style) -> Vec<String> {
    let columns = f64::from(u8::try_from(style.columns).expect("few columns"));
    let whole = WIDTH - 2.0 * MARGIN;
    let room = (whole - GUTTER * (columns - 1.0)) / columns;
    let mut head = broken(
        &article.title,
        20.0,
        whole,
        Style {
            divides: false,
            ..style
        },
        0.0,
    );
    head.extend(broken(
        &article.standfirst,
        12.0,
        whole,
        Style {
            divides: false,
            indents: false,
            ..style
        },
        10.0,
    ));
    let mut lines = Vec::new();
    for block in &article.blocks {
        for text in block.lines() {
            let size = if block.kind == "h2" { 13.0 } else { 10.0 };
            let style = if block.kind == "p" {
                style
            } else {
                Style {
                    divides: false,
                    indents: false,
                    ..style
                }
            };
            lines.extend(broken(&text, size, room, style, 7.0));
        }
    }
    let mut pages = Vec::new();
    let mut page = String::new();
    let mut y = HEIGHT - 80.0;
    for line in &head {
        y -= line.gap + line.size * 1.2;
        show(&mut page, line, MARGIN, y, whole, style);
    }
    let (mut top, mut column) = (y - 16.0, 0.0);
    y = top;
    for line in &lines {
        y -= line.gap + line.size * 1.2;
        if y < 80.0 {
            column += 1.0;
            if column >= columns {
                pages.push(std::mem::take(&mut page));
                (column, top) = (0.0, HEIGHT - 80.0);
            }
            y = top - line.size * 1.2;
        }
        show(
            &mut page,
            line,
            MARGIN + column * (room + GUTTER),
            y,
            room,
            style,
        );
    }
    pages.push(page);
    if style.edges {
        let count = pages.len();
        for (n, page) in pages.iter_mut().enumerate() {
            let edge = |text: String| Set {
                text,
                size: 8.0,
                indent: 0.0,
                gap: 0.0,
                is_last: true,
            };
            let header = edge(format!("{} · The Weekly Record", article.publisher));
            show(
                page,
                &header,
                MARGIN,
                HEIGHT - 40.0,
                whole,
                Style::default(),
            );
            let footer = edge(format!("Page {} of {count}", n + 1));
            show(
                page,
                &footer,
                WIDTH / 2.0 - 20.0,
                36.0,
                whole,
                Style::default(),
            );
        }
    }
    pages
}

fn show(page: &mut String, line: &Set, x: f64, y: f64, room: f64, style: Style) {
    let x = x + line.indent;
    let text = if style.ligatures {
        line.text.replace("fi", "\u{1}").replace("fl", "\u{2}")
    } else {
        line.text.clone()
    };
    if style.placed {
        let mut at = x;
        for word in text.split(' ') {
            writeln!(
                page,
                "BT /F1 {} Tf 1 0 0 1 {at:.2} {y:.2} Tm ({}) Tj ET",
                line.size,
                escaped(word)
            )
            .expect("a String");
            at += width(word, line.size) + width(" ", line.size);
        }
        return;
    }
    let gaps = line.text.matches(' ').count();
    let spare = room - line.indent - width(&line.text, line.size);
    let spacing = if style.justified && !line.is_last && gaps > 0 {
        #[expect(clippy::cast_precision_loss, reason = "a line has few gaps")]
        let spacing = spare / gaps as f64;
        spacing.clamp(0.0, 8.0)
    } else {
        0.0
    };
    if style.drawn == Drawn::Whole {
        writeln!(
            page,
            "BT /F1 {} Tf {spacing:.3} Tw {x:.2} {y:.2} Td ({}) Tj ET",
            line.size,
            escaped(&text)
        )
        .expect("a String");
    } else {
        let letters = placed(&line.text, x, line.size, spacing, style.drawn);
        let drawn = drawn(&letters, y, line.size, style.drawn);
        writeln!(page, "BT /F1 {} Tf {drawn}ET", line.size).expect("a String");
    }
}

/// A line's letters, each with the place where it begins.
fn placed(text: &str, x: f64, size: f64, spacing: f64, drawn: Drawn) -> Vec<(char, f64)> {
    let mut at = x;
    let mut before = None;
    let mut letters = Vec::new();
    for letter in text.chars() {
        let nearer = before.map_or(0, |before| kern(before, letter));
        at -= f64::from(nearer) * size / 1000.0;
        letters.push((letter, at));
        at += width(letter.encode_utf8(&mut [0; 4]), size);
        if drawn == Drawn::Apart {
            at += 0.12 * size;
        }
        if letter == ' ' {
            at += spacing;
        }
        before = Some(letter);
    }
    letters
}

/// Writes letters where they are placed.
fn drawn(letters: &[(char, f64)], y: f64, size: f64, drawn: Drawn) -> String {
    let one = |letter: char| escaped(letter.encode_utf8(&mut [0; 4]));
    let end = |(letter, x): (char, f64)| x + width(letter.encode_utf8(&mut [0; 4]), size);
    let each = |letters: &[(char, f64)]| {
        letters.iter().fold(String::new(), |all, (letter, x)| {
            format!("{all}1 0 0 1 {x:.3} {y:.2} Tm ({}) Tj\n", one(*letter))
        })
    };
    let Some(&(_, first)) = letters.first() else {
        return String::new();
    };
    match drawn {
        Drawn::Whole | Drawn::Each | Drawn::Apart => each(letters),
        Drawn::Twice => {
            let words: Vec<&[(char, f64)]> = letters.split_inclusive(|(c, _)| *c == ' ').collect();
            let even = words.iter().step_by(2).map(|word| each(word));
            let odd = words.iter().skip(1).step_by(2).map(|word| each(word));
            even.chain(odd).collect()
        }
        Drawn::Strings => {
            let mut page = format!("1 0 0 1 {first:.3} {y:.2} Tm <");
            let (mut start, mut pen) = (first, first);
            for &(letter, x) in letters {
                let mut buffer = [0; 4];
                if (x - pen).abs() > 0.001 {
                    write!(page, "> Tj\n{:.3} 0 Td <", x - start).expect("a String");
                    start = x;
                }
                pen = end((letter, x));
                let (bytes, _, _) =
                    encoding_rs::WINDOWS_1252.encode(letter.encode_utf8(&mut buffer));
                write!(page, "{:04X}", bytes[0]).expect("a String");
            }
            page + "> Tj\n"
        }
        Drawn::Offsets | Drawn::Gaps => {
            let mut page = format!("1 0 0 1 {first:.3} {y:.2} Tm [");
            let mut pen = first;
            for &(letter, x) in letters {
                if letter == ' ' && drawn == Drawn::Gaps {
                    continue;
                }
                write!(page, "{:.1}({})", (pen - x) * 1000.0 / size, one(letter))
                    .expect("a String");
                pen = end((letter, x));
            }
            page + "] TJ\n"
        }
    }
}

/// The font of [`Drawn::Strings`]: letters by number, and widths by letter and for ranges of letters.
fn numbered_font(to_unicode: usize) -> String {
    let widths: Vec<u16> = (32..=255)
        .map(|byte| letter_width(letter_of(byte)))
        .collect();
    let mut written = String::new();
    let mut number = 32;
    for same in widths.chunk_by(|a, b| a == b) {
        let (width, last) = (same[0], number + same.len() - 1);
        if same.len() > 1 {
            write!(written, "{number} {last} {width} ").expect("a String");
        } else {
            write!(written, "{number} [{width}] ").expect("a String");
        }
        number = last + 1;
    }
    format!(
        "<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/ToUnicode {to_unicode} 0 R\
         /DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Own/CIDSystemInfo<</Registry(Adobe)\
         /Ordering(Identity)/Supplement 0>>/DW 500/W[{written}]\
         /FontDescriptor<</Type/FontDescriptor/FontName/Own/Flags 4>>>>]>>"
    )
}

fn letter_of(byte: u8) -> char {
    let bytes = [byte];
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
    text.chars().next().expect("a letter")
}

/// Says which letters the numbers of [`numbered_font`] are.
fn to_unicode() -> String {
    let mut lines = String::new();
    for chunk in (32..=255).collect::<Vec<u8>>().chunks(100) {
        writeln!(lines, "{} beginbfchar", chunk.len()).expect("a String");
        for &byte in chunk {
            writeln!(lines, "<{byte:04X}> <{:04X}>", u32::from(letter_of(byte))).expect("a String");
        }
        lines.push_str("endbfchar\n");
    }
    let map = format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Own def\n\
         /CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{lines}endcmap\n\
         CMapName currentdict /CMap defineresource pop\nend\nend"
    );
    format!("<</Length {}>>\nstream\n{map}\nendstream", map.len())
}

/// Writes a text's bytes in Windows-1252, octal where they are not plain.
fn escaped(text: &str) -> String {
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let mut escaped = String::new();
    for &byte in &*bytes {
        match byte {
            b'(' | b')' | b'\\' => {
                escaped.push('\\');
                escaped.push(char::from(byte));
            }
            b' '..=b'~' => escaped.push(char::from(byte)),
            _ => write!(escaped, "\\{byte:03o}").expect("a String"),
        }
    }
    escaped
}

/// Puts numbered objects into a file.
fn file(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).into_bytes());
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for place in places {
        bytes.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let size = objects.len() + 1;
    bytes.extend(
        format!("trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n")
            .into_bytes(),
    );
    bytes
}

const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/fi/fl]>>>>";

fn file_of(
    pages: &[String],
    font: &str,
    catalogue: &str,
    trailer: &str,
    more: &[String],
) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len())
        .map(|n| format!("{} 0 R", 4 + 2 * n))
        .collect();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalogue}>>"),
        format!(
            "<</Type/Pages/Kids[{}]/Count {}/MediaBox[0 0 {WIDTH} {HEIGHT}]>>",
            kids.join(" "),
            pages.len()
        ),
        font.to_owned(),
    ];
    let after = 4 + 2 * pages.len();
    for (n, content) in pages.iter().enumerate() {
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>/XObject<</X1 {after} 0 R>>>>/Contents {} 0 R>>",
            5 + 2 * n
        ));
        objects.push(format!(
            "<</Length {}>>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    objects.extend_from_slice(more);
    file(&objects, trailer)
}

/// A time in UTC.
fn utc(time: &str) -> String {
    let time = chrono::DateTime::parse_from_rfc3339(time).expect("a time");
    time.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn made(article: &Article, style: Style) -> Vec<u8> {
    let date: String = utc(&article.published)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let info = format!(
        "<</Title({})/Author({})/CreationDate(D:{date}Z)>>",
        escaped(&article.title),
        escaped(&article.authors.join("; "))
    );
    let pages = set(article, style);
    let place = 4 + 2 * pages.len();
    let language = format!("/Lang({})", article.language);
    let font = if style.drawn == Drawn::Strings {
        numbered_font(place + 1)
    } else {
        FONT.to_owned()
    };
    file_of(
        &pages,
        &font,
        &language,
        &format!("/Info {place} 0 R"),
        &[info, to_unicode()],
    )
}

fn right(article: &Article) -> Vec<String> {
    let blocks = article.blocks.iter().flat_map(Block::lines);
    [article.title.clone(), article.standfirst.clone()]
        .into_iter()
        .chain(blocks)
        .filter(|line| !line.is_empty())
        .collect()
}

fn taken(bytes: &[u8]) -> Intake {
    let hint = Hint {
        file_name: Some("report.pdf"),
        ..Hint::default()
    };
    take_in(bytes, &hint).expect("bytes")
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the test is for")]
fn columns_edges_and_divided_words_of_pdf_files_are_read() {
    let is_western = |text: &str| !encoding_rs::WINDOWS_1252.encode(text).2;
    let fitting: Vec<Article> = articles()
        .into_iter()
        .filter(|article| right(article).iter().all(|line| is_western(line)))
        .collect();
    println!("PDF                        pages  recall precis.  apart  order");
    let mut all = Score::default();
    for (name, style) in STYLES {
        let mut sum = Score::default();
        for article in &fitting {
            let intake = taken(&made(article, style));
            let text = intake.text.as_deref().unwrap_or_default();
            let score = compared(&right(article), text);
            if score.recall() < 0.97 && std::env::var_os("PAGES_NOTES").is_some() {
                println!(
                    "{name} / {}: {:.3} {:.3} {:?}",
                    article.slug,
                    score.recall(),
                    score.precision(),
                    intake.warnings
                );
                if std::env::var_os("PAGES_TEXT").is_some() {
                    println!("{text}\n=====");
                }
            }
            sum.add(&score);
            let meta = &intake.meta;
            assert_eq!(meta.title.as_deref(), Some(article.title.as_str()));
            assert_eq!(meta.authors, article.authors);
            assert_eq!(meta.language.as_deref(), Some(article.language.as_str()));
            assert_eq!(
                meta.published.map(|day| day.to_string()).as_deref(),
                Some(&utc(&article.published)[..10])
            );
            assert!(meta.is_files_day);
        }
        println!("{}", sum.line(name));
        if style.drawn != Drawn::Whole {
            assert!(sum.recall() >= 0.99, "{name}: recall {:.4}", sum.recall());
        }
        all.add(&sum);
    }
    println!("{}", all.line("= PDF"));
    assert!(all.recall() >= 0.99, "recall {:.4}", all.recall());
    assert!(all.precision() >= 0.98, "precision {:.4}", all.precision());
}

/// Why a file has no text, as its warning's code says it.
fn why(bytes: &[u8]) -> String {
    let intake = taken(bytes);
    assert_eq!((intake.text, intake.normalizer), (None, None));
    let [warning] = intake.warnings.as_slice() else {
        panic!("{:?}", intake.warnings);
    };
    serde_json::to_value(warning).expect("JSON")["why"]
        .as_str()
        .expect("a word")
        .to_owned()
}

#[test]
fn a_pdf_file_without_words_says_why() {
    let picture = "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>\nstream\n0\nendstream".to_owned();
    let page = "q 500 0 0 500 0 0 cm /X1 Do Q".to_owned();
    let scanned = file_of(&[page.clone(), page], FONT, "", "", &[picture]);
    assert_eq!(why(&scanned), "only-pictures");
    let words = "BT /F1 10 Tf 50 700 Td (Some words of a page.) Tj ET".to_owned();
    let key = "(01234567890123456789012345678901)";
    let locked = format!("/Encrypt<</Filter/Standard/V 1/R 2/O{key}/U{key}/P -4>>/ID[{key}{key}]");
    assert_eq!(
        why(&file_of(
            std::slice::from_ref(&words),
            FONT,
            "",
            &locked,
            &[]
        )),
        "locked"
    );
    let shapes = "<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Own/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor<</Type/FontDescriptor/FontName/Own/Flags 4>>>>]>>";
    assert_eq!(
        why(&file_of(std::slice::from_ref(&words), shapes, "", "", &[])),
        "no-letters"
    );
    assert_eq!(why(b"%PDF-1.7\nnothing of the kind"), "damaged");
    // A file cut off in the middle has words or says that it is damaged; it never panics.
    let whole = file_of(&[words], FONT, "", "", &[]);
    for end in (0..whole.len()).step_by(37) {
        let _ = taken(&whole[..end.max(1)]);
    }
}

#[test]
fn a_form_that_draws_itself_ends() {
    let page =
        "BT /F1 10 Tf 50 700 Td (Words before.) Tj ET /X1 Do BT 50 600 Td (Words after.) Tj ET"
            .to_owned();
    for resources in ["/Resources<</XObject<</X1 6 0 R>>/Font<</F1 3 0 R>>>>", ""] {
        let form = format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]{resources}/Length 6>>\nstream\n/X1 Do\nendstream"
        );
        let intake = taken(&file_of(std::slice::from_ref(&page), FONT, "", "", &[form]));
        let text = intake.text.expect("words");
        assert!(text.contains("Words before."), "{text}");
    }
}

#[test]
fn forms_are_read_where_they_are_drawn() {
    // As a browser draws: from the top downwards, in a unit of its own.
    let page = "q .5 0 0 -.5 0 800 cm BT /F1 20 Tf 1 0 0 -1 50 100 Tm (Words before.) Tj ET q 1 0 0 1 50 0 cm \
                /X1 Do Q BT 1 0 0 -1 50 300 Tm (Words after.) Tj ET Q";
    let drawn = "BT /F1 10 Tf 1 0 0 -1 0 75 Tm (Words within,) Tj 0 -12 Td (and more.) Tj ET";
    let form = format!(
        "<</Type/XObject/Subtype/Form/BBox[0 0 900 900]/Matrix[2 0 0 2 0 0]/Resources<</Font<</F1 3 0 R>>>>\
         /Length {}>>\nstream\n{drawn}\nendstream",
        drawn.len()
    );
    let intake = taken(&file_of(&[page.to_owned()], FONT, "", "", &[form]));
    let text = intake.text.expect("words").replace(['\n', ' '], "");
    assert_eq!(text, "Wordsbefore.Wordswithin,andmore.Wordsafter.");
}

#[test]
fn each_operator_that_shows_words_is_read() {
    let page = "BT /F1 12 Tf 14 TL 50 700 Td (It doesn't) Tj (end at one) ' 2 0 (line of words,) \" T* (nor at two.) Tj ET";
    let intake = taken(&file_of(&[page.to_owned()], FONT, "", "", &[]));
    let text = intake.text.expect("words");
    assert_eq!(
        text.trim(),
        "It doesn't end at one line of words, nor at two."
    );
}

#[test]
fn a_page_that_can_not_be_read_is_named() {
    let good = "BT /F1 10 Tf 50 700 Td (Words of a page that can be read.) Tj ET".to_owned();
    let bad = "BT /F9 10 Tf 50 700 Td (Words in no font.) Tj ET".to_owned();
    let intake = taken(&file_of(&[good.clone(), bad, good], FONT, "", "", &[]));
    assert!(intake.text.expect("words").contains("can be read"));
    let unread = intake.warnings.iter().find_map(|warning| match warning {
        Warning::PdfPages { unread, .. } => Some(unread.clone()),
        _ => None,
    });
    assert_eq!(unread, Some(vec![2]));
}
