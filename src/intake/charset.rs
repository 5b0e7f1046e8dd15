//! Which charset the bytes are in, and decoding them strictly.
//!
//! The order of precedence is that of the Encoding Standard and of HTML's "encoding sniffing
//! algorithm": a byte order mark, then what came with the bytes (an HTTP header, a flag), then what
//! the page says of itself, and only then a guess. Departing from both, nothing is replaced by
//! U+FFFD: bytes that are not text in the charset are refused with their offset, and so is U+0000.
//! Departing from browsers, bytes that are valid UTF-8 throughout are UTF-8 when nobody says
//! otherwise, and bytes that are mostly valid UTF-8 are damaged UTF-8 rather than something else.
//! A declared charset that the standard does not know is passed over with a warning.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

use super::{Warning, page_charset};

/// By how many bytes a decoded text grows at a time, so that no more is reserved than is needed.
const DECODED_AT_A_TIME: usize = 64 * 1024;

/// Says why bytes are not text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CharsetError {
    /// There is a NUL: U+0000.
    #[error("byte {offset} is NUL, so this is not text in {charset}")]
    Nul {
        /// Where it stands, in bytes.
        offset: usize,
        /// The charset that the bytes were read in.
        charset: &'static str,
    },
    /// The bytes are no character of the charset.
    #[error("the bytes from {offset} are not text in {charset}")]
    Invalid {
        /// Where the first of them stands.
        offset: usize,
        /// The charset that the bytes were read in.
        charset: &'static str,
    },
    /// Nobody says which charset it is, and none fits.
    #[error("no charset fits: as {charset}, byte {offset} would be a control character")]
    NoneFits {
        /// Where the first byte stands that does not fit.
        offset: usize,
        /// The best guess.
        charset: &'static str,
    },
    /// A charset was declared that the Encoding Standard does not decode, for safety's sake.
    #[error("charset {label:?} is not supported")]
    Unsupported {
        /// The charset's name, as it was given.
        label: String,
    },
}

/// Decoded bytes, with the charset that they were in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, with a byte order mark if there was one.
    pub text: String,
    /// The charset's name in the Encoding Standard, such as `UTF-8` or `windows-1252`.
    pub charset: &'static str,
    /// Says if the charset was guessed, or a declaration was passed over.
    pub warnings: Vec<Warning>,
}

/// Decodes `bytes` strictly.
///
/// `certain` is the charset that a person names, `declared` the one that came with the bytes;
/// `is_page` says that they are HTML, in which a `<meta>` may declare it. Servers and pages are often
/// wrong: a page that is UTF-8 throughout is taken for it whatever single-byte charset is declared,
/// and one that is no text in the declared charset is read in the one that it is guessed to be in.
pub fn decode(
    bytes: &[u8],
    certain: Option<&str>,
    declared: Option<&str>,
    is_page: bool,
) -> Result<Decoded, CharsetError> {
    let mut warnings = Vec::new();
    let mut encoding = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let mut is_certain = encoding.is_some();
    if encoding.is_none() {
        encoding = certain.map_or(Ok(None), |label| look_up(label, &mut warnings))?;
        is_certain = encoding.is_some();
    }
    if encoding.is_none() {
        encoding = declared.map_or(Ok(None), |label| look_up(label, &mut warnings))?;
    }
    if encoding.is_none() && is_page {
        encoding = declared_in_page(bytes, &mut warnings)?;
    }
    let encoding = match encoding {
        Some(encoding) if is_certain || !is_page => encoding,
        Some(encoding) => doubted(bytes, encoding, &mut warnings),
        None => guess(bytes, &mut warnings)?,
    };
    let text = decode_as(bytes, encoding)?;
    if encoding.is_single_byte() && !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() {
        warnings.push(Warning::CharsetDoubtful {
            charset: encoding.name().to_owned(),
        });
    }
    Ok(Decoded {
        text,
        charset: encoding.name(),
        warnings,
    })
}

/// Returns the charset that bytes are in which are declared to be in another; the declared one where
/// nothing speaks against it, or nothing else fits.
fn doubted(
    bytes: &[u8],
    declared: &'static Encoding,
    warnings: &mut Vec<Warning>,
) -> &'static Encoding {
    let is_utf_8 = !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
    let found = if is_utf_8 && declared.is_single_byte() {
        Some(UTF_8)
    } else if matches!(
        decode_as(bytes, declared),
        Err(CharsetError::Invalid { .. })
    ) {
        guess(bytes, &mut Vec::new())
            .ok()
            .filter(|found| *found != declared && decode_as(bytes, found).is_ok())
    } else {
        None
    };
    let Some(found) = found else { return declared };
    warnings.push(Warning::CharsetWrong {
        declared: declared.name().to_owned(),
        charset: found.name().to_owned(),
    });
    found
}

/// Finds the charset of a label; an unknown one is a warning.
fn look_up(
    label: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<&'static Encoding>, CharsetError> {
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) if encoding == REPLACEMENT => Err(CharsetError::Unsupported {
            label: label.to_owned(),
        }),
        Some(encoding) => Ok(Some(encoding)),
        None => {
            warnings.push(Warning::UnknownCharset {
                label: label.to_owned(),
            });
            Ok(None)
        }
    }
}

/// Finds the charset that a page declares.
///
/// "If charset is UTF-16BE/LE, then set charset to UTF-8. If charset is x-user-defined, then set
/// charset to windows-1252": the declaration was read as ASCII, so it can't be UTF-16.
/// <https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding>
fn declared_in_page(
    bytes: &[u8],
    warnings: &mut Vec<Warning>,
) -> Result<Option<&'static Encoding>, CharsetError> {
    let Some(label) = page_charset::declared(bytes) else {
        return Ok(None);
    };
    Ok(look_up(&label, warnings)?.map(|encoding| {
        if encoding == UTF_16BE || encoding == UTF_16LE {
            UTF_8
        } else if encoding == encoding_rs::X_USER_DEFINED {
            encoding_rs::WINDOWS_1252
        } else {
            encoding
        }
    }))
}

/// Guesses the charset of bytes that nobody declared.
fn guess(bytes: &[u8], warnings: &mut Vec<Warning>) -> Result<&'static Encoding, CharsetError> {
    // NUL is in no charset that is guessed here; say so before guessing.
    refuse_nul(bytes, UTF_8)?;
    let (valid, invalid) = count_utf8(bytes);
    if invalid == 0 && is_iso_2022_jp(bytes) {
        warnings.push(Warning::CharsetGuessed {
            charset: ISO_2022_JP.name().to_owned(),
        });
        return Ok(ISO_2022_JP);
    }
    if invalid == 0 || valid > 2 * invalid {
        return Ok(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let charset = encoding.name();
    if encoding.is_single_byte()
        && let Some(offset) = bytes.iter().position(|&byte| is_c1(byte, encoding))
    {
        return Err(CharsetError::NoneFits { offset, charset });
    }
    warnings.push(Warning::CharsetGuessed {
        charset: charset.to_owned(),
    });
    Ok(encoding)
}

/// Says whether the bytes switch to two-byte Japanese and are ISO-2022-JP from end to end. Other
/// escapes are a terminal's, in ASCII.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let switches = |pair: &[u8]| pair == b"\x1B$B" || pair == b"\x1B$@";
    bytes.is_ascii()
        && bytes.windows(3).any(switches)
        && ISO_2022_JP
            .decode_without_bom_handling_and_without_replacement(bytes)
            .is_some()
}

/// Counts the characters beyond ASCII that are valid UTF-8, and the sequences that are not.
fn count_utf8(bytes: &[u8]) -> (usize, usize) {
    bytes.utf8_chunks().fold((0, 0), |(valid, invalid), chunk| {
        let beyond_ascii = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        let damage = usize::from(!chunk.invalid().is_empty());
        (valid + beyond_ascii, invalid + damage)
    })
}

/// Says whether a byte would be one of the control characters U+0080 to U+009F.
fn is_c1(byte: u8, encoding: &'static Encoding) -> bool {
    let one = [byte];
    byte >= 0x80
        && encoding
            .decode_without_bom_handling_and_without_replacement(&one)
            .is_none_or(|text| text.chars().any(char::is_control))
}

fn decode_as(bytes: &[u8], encoding: &'static Encoding) -> Result<String, CharsetError> {
    refuse_nul(bytes, encoding)?;
    let invalid = |offset| CharsetError::Invalid {
        offset,
        charset: encoding.name(),
    };
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(invalid(error.valid_up_to())),
        };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len());
    let mut done = 0;
    loop {
        let rest = &bytes[done..];
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        done += read;
        match result {
            DecoderResult::InputEmpty => return Ok(text),
            DecoderResult::OutputFull => text.reserve(DECODED_AT_A_TIME),
            // The first number is the length of the bad bytes, the second how many good ones were
            // read after them.
            DecoderResult::Malformed(bad, after) => {
                return Err(invalid(
                    done.saturating_sub(usize::from(bad) + usize::from(after)),
                ));
            }
        }
    }
}

/// Refuses U+0000. In every charset but UTF-16 it is a zero byte, and a zero byte is nothing else.
fn refuse_nul(bytes: &[u8], encoding: &'static Encoding) -> Result<(), CharsetError> {
    let offset = if encoding == UTF_16LE || encoding == UTF_16BE {
        bytes
            .chunks_exact(2)
            .position(|unit| unit == [0, 0])
            .map(|unit| unit * 2)
    } else {
        bytes.iter().position(|&byte| byte == 0)
    };
    offset.map_or(Ok(()), |offset| {
        Err(CharsetError::Nul {
            offset,
            charset: encoding.name(),
        })
    })
}

#[cfg(test)]
mod tests {
    use encoding_rs::{EUC_KR, GBK, SHIFT_JIS, WINDOWS_1251};
    use proptest::prelude::*;

    use super::*;

    fn plain(bytes: &[u8]) -> Result<Decoded, CharsetError> {
        decode(bytes, None, None, false)
    }

    #[test]
    fn utf_8_needs_no_declaration() {
        let decoded = plain("Ærø — “yes”".as_bytes()).expect("UTF-8");
        assert_eq!(
            (decoded.charset, decoded.text.as_str()),
            ("UTF-8", "Ærø — “yes”")
        );
        assert_eq!(decoded.warnings, []);
        assert_eq!(plain(b"").expect("nothing").charset, "UTF-8");
    }

    #[test]
    fn a_byte_order_mark_comes_before_all() {
        for (bytes, charset) in [
            (&b"\xEF\xBB\xBFa\xC3\xA9"[..], "UTF-8"),
            (b"\xFF\xFEa\0\xE9\0", "UTF-16LE"),
            (b"\xFE\xFF\0a\0\xE9", "UTF-16BE"),
        ] {
            let decoded = decode(bytes, None, Some("windows-1252"), false).expect("text");
            assert_eq!(decoded.charset, charset);
            assert_eq!(decoded.text.trim_start_matches('\u{FEFF}'), "aé");
        }
    }

    #[test]
    fn what_came_with_the_bytes_comes_before_the_page() {
        let page = b"<meta charset=utf-8>caf\xE9";
        let decoded = decode(page, None, Some("iso-8859-1"), true).expect("text");
        assert_eq!(decoded.charset, "windows-1252");
        assert!(decoded.text.ends_with("café"));
        // A page is often wrong about itself; a person who names a charset is not.
        let decoded = decode(page, None, None, true).expect("text");
        assert_eq!(decoded.charset, "windows-1252");
        assert_eq!(
            decoded.warnings,
            [Warning::CharsetWrong {
                declared: "UTF-8".into(),
                charset: "windows-1252".into()
            }]
        );
        assert_eq!(
            decode(page, Some("utf-8"), None, true),
            Err(CharsetError::Invalid {
                offset: 23,
                charset: "UTF-8"
            })
        );
        assert_eq!(
            decode(b"<meta charset=koi8-r>\xC4\xC1", None, None, true)
                .expect("text")
                .text,
            "<meta charset=koi8-r>да"
        );
        // A page that can be read as ASCII is not UTF-16, whatever it says.
        let decoded = decode(b"<meta charset=utf-16>a", None, None, true).expect("text");
        assert_eq!(decoded.charset, "UTF-8");
    }

    #[test]
    fn an_unknown_charset_is_passed_over_and_an_unsafe_one_refused() {
        let decoded = decode("é".as_bytes(), None, Some("none"), false).expect("text");
        assert_eq!(decoded.charset, "UTF-8");
        assert_eq!(
            decoded.warnings,
            [Warning::UnknownCharset {
                label: "none".into()
            }]
        );
        assert_eq!(
            decode(b"a", None, Some("iso-2022-kr"), false),
            Err(CharsetError::Unsupported {
                label: "iso-2022-kr".into()
            })
        );
    }

    #[test]
    fn a_declared_charset_that_is_not_the_real_one_is_doubted() {
        let decoded = decode("naïve".as_bytes(), None, Some("latin1"), false).expect("text");
        assert_eq!(decoded.text, "naÃ¯ve");
        assert_eq!(
            decoded.warnings,
            [Warning::CharsetDoubtful {
                charset: "windows-1252".into()
            }]
        );
    }

    #[test]
    fn undeclared_charsets_are_guessed_and_said_so() {
        for (encoding, words) in [
            (
                SHIFT_JIS,
                "国連安全保障理事会は二十五日、停戦を求める決議を採択した。",
            ),
            (
                ISO_2022_JP,
                "国連安全保障理事会は二十五日、停戦を求める決議を採択した。",
            ),
            (GBK, "联合国安理会星期一通过决议，要求在斋月期间立即停火。"),
            (
                EUC_KR,
                "유엔 안전보장이사회는 월요일 즉각 휴전을 요구하는 결의안을 채택했다.",
            ),
            (
                WINDOWS_1251,
                "Совет Безопасности принял резолюцию о немедленном прекращении огня.",
            ),
            (
                encoding_rs::WINDOWS_1252,
                "Le Conseil de sécurité a adopté la résolution à midi.",
            ),
        ] {
            let (bytes, _, _) = encoding.encode(words);
            let decoded = plain(&bytes).expect(words);
            assert_eq!(
                (decoded.charset, decoded.text.as_str()),
                (encoding.name(), words)
            );
            assert_eq!(
                decoded.warnings,
                [Warning::CharsetGuessed {
                    charset: encoding.name().into()
                }]
            );
        }
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_offset() {
        let invalid = |offset, charset| CharsetError::Invalid { offset, charset };
        let nul = |offset, charset| CharsetError::Nul { offset, charset };
        let table: [(&[u8], Option<&str>, CharsetError); 10] = [
            (b"abc\0def", None, nul(3, "UTF-8")),
            (b"\0", Some("shift_jis"), nul(0, "Shift_JIS")),
            (b"\xFF\xFEa\0\0\0", None, nul(4, "UTF-16LE")),
            (b"\xFF\xFE\0\0a\0\0\0", None, nul(2, "UTF-16LE")),
            // An odd number of bytes, a lone surrogate.
            (b"\xFF\xFEa\0b", None, invalid(4, "UTF-16LE")),
            (b"\xFF\xFEa\0\x00\xD8b\0", None, invalid(4, "UTF-16LE")),
            (b"ok \xC3(", Some("utf-8"), invalid(3, "UTF-8")),
            (b"ok \xED\xA0\x80", Some("utf-8"), invalid(3, "UTF-8")),
            (b"ok \xC3", Some("utf-8"), invalid(3, "UTF-8")),
            (b"\x83e\x83", Some("shift_jis"), invalid(2, "Shift_JIS")),
        ];
        for (bytes, declared, error) in table {
            assert_eq!(
                decode(bytes, None, declared, false),
                Err(error),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_terminal_escape_is_not_a_charset() {
        for text in [
            "\u{1B}[31mred\u{1B}(B\u{1B}[m",
            "\u{1B}$B!",
            "\u{1B}]0;title\u{7}",
        ] {
            let decoded = plain(text.as_bytes()).expect("text");
            assert_eq!((decoded.charset, decoded.text.as_str()), ("UTF-8", text));
        }
    }

    #[test]
    fn damaged_utf_8_is_not_taken_for_something_else() {
        let mut bytes = "Zoë said: “Çedilla” — naïve Ærø".as_bytes().to_vec();
        let offset = bytes.len();
        bytes.extend(b"\xFF and on");
        assert_eq!(
            plain(&bytes),
            Err(CharsetError::Invalid {
                offset,
                charset: "UTF-8"
            })
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            label in prop::sample::select(vec!["", "utf-8", "utf-16le", "gb18030", "big5", "iso-2022-jp", "euc-jp"]),
            is_page: bool,
        ) {
            if let Err(CharsetError::Invalid { offset, .. } | CharsetError::Nul { offset, .. }) =
                decode(&bytes, None, Some(label), is_page)
            {
                prop_assert!(offset < bytes.len());
            }
        }
    }
}
