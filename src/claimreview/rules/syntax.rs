//! Rules about bytes and JSON.

use super::{Rule, Severity, rules};

rules! { SYNTAX;
INPUT_TOO_LARGE Error "input-too-large" "the file is larger than 64 MiB"
    "no consumer reads a page or a feed of that size" "divide the feed into several files";
INPUT_ENCODING Error "input-encoding" "the file is not UTF-8"
    "JSON between systems is UTF-8 (RFC 8259, section 8.1); any other reading garbles names and claims"
    "save or serve the file as UTF-8";
INPUT_TOO_DEEP Error "json-too-deep" "values are nested more than 64 deep"
    "parsers stop at a depth of their own; markup of a fact-check needs six levels" "look for a value that contains itself";
INPUT_TOO_MANY Error "json-too-many" "the document has more than 3,000,000 values"
    "no consumer reads a document of that size" "divide the feed into several files";
JSON_EMPTY Error "json-empty" "there is nothing in it"
    "a consumer finds no markup" "write the document into it, or take the script element out";
JSON_TRUNCATED Error "json-truncated" "the JSON ends in the middle"
    "a parser reads nothing of it; something cut the output, or a closing bracket or quotation mark is missing"
    "close every bracket and quotation mark, and look for a limit on the field's length";
JSON_SYNTAX Error "json-syntax" "this is not JSON"
    "a parser reads nothing of the whole block" "write what RFC 8259 has here: a value, a comma, a colon or a closing bracket";
JSON_TRAILING_COMMA Error "json-trailing-comma" "a comma stands before a closing bracket or another comma"
    "a parser reads nothing of the whole block" "take the comma out";
JSON_MISSING_COMMA Error "json-missing-comma" "a comma is missing between two members or elements"
    "a parser reads nothing of the whole block" "put a comma between them";
JSON_CURLY_QUOTES Error "json-curly-quotes" "typographic quotation marks stand around a name or a text"
    "JSON knows the straight mark alone, so a parser reads nothing; an editor or a text field has replaced it"
    "write straight quotation marks, and paste markup as plain text";
JSON_SINGLE_QUOTES Error "json-single-quotes" "apostrophes stand around a name or a text"
    "JSON knows the quotation mark alone, so a parser reads nothing" "write \" in the place of '";
JSON_UNQUOTED_KEY Error "json-unquoted-key" "a name has no quotation marks"
    "that is a script's notation and not JSON; a parser reads nothing" "put quotation marks around the name";
JSON_RAW_CONTROL Error "json-raw-newline" "a line break or another control character stands in a text as it is"
    "in JSON it must be escaped, so a parser reads nothing; it comes from an editor's text put into a template"
    "write \\n, or have a JSON library write the document";
JSON_INNER_QUOTE Error "json-unescaped-quote" "a quotation mark stands in a text without a backslash"
    "the text ends there for a parser, which then reads nothing" "write \\\", or have a JSON library write the document";
JSON_BAD_ESCAPE Error "json-bad-escape" "a backslash stands before something that makes no escape"
    "JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits, of which surrogates come in pairs"
    "write \\\\ for a backslash; take the backslash out before an apostrophe";
JSON_COMMENT Error "json-comment" "a comment stands in it"
    "JSON has no comments; a parser reads nothing" "take the comment out";
JSON_NOT_A_NUMBER Error "json-not-a-number" "NaN, undefined or another word of a programming language stands in the place of a value"
    "it is no value of JSON; a parser reads nothing" "leave the member out where there is no value";
JSON_NUMBER_FORM Error "json-number-form" "a number is written with a leading zero, a plus sign or no digit before its point"
    "JSON has another form of numbers; a parser reads nothing" "write 1 for 01 and +1, and 0.5 for .5";
JSON_TRAILING_DATA Error "json-trailing-data" "something stands behind the end of the document"
    "a parser refuses the whole block" "take out what follows the last bracket, such as a semicolon";
JSON_SEVERAL Error "json-several-documents" "a second document follows the first"
    "a block is one JSON value; a parser refuses it" "put both into one array, or each into a block of its own";
JSON_DUPLICATE_KEY Error "json-duplicate-key" "an object has the same name twice"
    "which of the two counts differs from parser to parser (RFC 8259, section 4)" "keep one; several values belong in an array";
JSON_BOM Warning "json-bom" "a byte order mark stands at the beginning"
    "JSON must not begin with one (RFC 8259, section 8.1), and some parsers refuse it" "save as UTF-8 without a byte order mark";
JSON_WRAPPED Error "json-script-wrapped" "the JSON is wrapped in CDATA or an HTML comment"
    "in a data block nothing takes them off; a parser reads nothing" "put the JSON between the script tags and nothing else";
JSON_HTML_ESCAPED Error "json-html-escaped" "the quotation marks of the JSON are written as &quot;"
    "a script element has no character references, so a parser meets an ampersand; the template escapes it once too often"
    "write the JSON into the page without HTML escaping, with < as \\u003c";
}
