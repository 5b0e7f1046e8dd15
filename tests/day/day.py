#!/usr/bin/env python3
"""A fact-checker's day, typed into a terminal; what stood there is docs/a-day.md.

    tests/day/day.py target/release/factlog           compare with docs/a-day.md
    tests/day/day.py target/release/factlog --write   write it anew

Needs tmux and git. Ids, keys and times differ each time: the text has made-up ones in their place, the
same one for the same id.
"""

import base64
import datetime
import difflib
import hashlib
import http.server
import os
import pathlib
import re
import sys
import tempfile
import threading

import pages
from terminal import COLUMNS, Terminal

KEPT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "a-day.md"

HEAD = """\
# A fact-checker's day

Three articles, a record in the archive, a verdict, a colleague's approval, a correction, an article that
changes, a report. It was typed into a terminal by `tests/day/day.py`, which does it again at each check and
compares; ids and times are made up, so that they are the same each time.
"""


class Server:
    """A web server on this machine."""

    def __init__(self):
        self.pages = pages.pages()
        served = self.pages

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = served.get(self.path, "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, path):
        """Return the address of a page."""
        return f"http://127.0.0.1:{self.server.server_port}{path}"


class Day:
    """The day as it is written down."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.text = [HEAD]

    def section(self, title, about):
        """Begin a part of the day."""
        self.text.append(f"## {title}\n\n{about}\n")

    def run(self, command, *answers):
        """Run a command, and write down what stood in the terminal."""
        text = self.terminal.run(command, *answers)
        for line in text.splitlines():
            assert len(line) <= COLUMNS, line
        self.text.append(f"```console\n{text}\n```\n")
        return text


def made_up(text, port, folder):
    """Put made-up ids, times and addresses in the place of those of this run."""
    known = {}

    def number(found):
        word = found.group()
        made = known.setdefault(word[:8], hashlib.sha256(b"%d" % len(known)))
        if re.fullmatch("[0-9a-f]+", word):
            return made.hexdigest()[:len(word)]
        return base64.b64encode(made.digest()).decode()[:len(word)]

    # As long as what it stands for, so that lines break where they did.
    text = text.replace(f"127.0.0.1:{port}", "news.example:80")
    text = text.replace(folder, "/home/alice")
    text = re.sub(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=", number, text)
    text = re.sub(r"(?<=\+)A[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/=])", number, text)
    text = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{16}|[0-9a-f]{12}|[0-9a-f]{8})\b", number, text)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    text = re.sub(rf"\b{today}T\d\d:\d\d:\d\dZ", "2026-03-09T12:00:00Z", text)
    return text.replace(today, "2026-03-09").replace(today[:7], "2026-03")


def found(pattern, text):
    """Return what a pattern has in its brackets, where it first fits a text."""
    match = re.search(pattern, text)
    assert match, f"{pattern!r} is not in:\n{text}"
    return match.group(1)


def a_day(day, server):
    """The day itself."""
    day.section("The desk", "Done once: a ledger, a colleague who approves, and the rule that a verdict"
                " takes an approval to stand.")
    day.run('factlog init --name "Harbour Desk" --origin desk.example/facts \\\n'
            "--reviewer desk.example/alice --unencrypted-keys")
    day.run("factlog key add desk.example/bob --role approver --unencrypted-keys --yes")
    day.run("factlog policy set --approvals 1 --yes")

    day.section("Something is said", "Three articles come in. Was it checked before?")
    addresses = " \\\n".join(server.address(path) for path in ("/bridge", "/hospital", "/taxes"))
    day.run(f"factlog add {addresses} --yes")
    day.run('factlog similar "14 million for the bridge, says the mayor"')

    day.section("Going through", "Each claim in its sentence; a letter decides.")
    day.run("factlog review", (r"\?\]", "y"), (r"\?\]", "n"), (r"\?\]", "q"), (r"\?\]", "y"))

    day.section("The evidence", "The account in the town's archive says what was paid.")
    day.run(f"factlog evidence add 1 {server.address('/account')} --stance refutes \\\n"
            '--quote "The account comes to 17.2 million crowns" --primary --yes')
    day.run('factlog verdict 1 --rating false \\\n'
            '--summary "The account comes to 17.2 million crowns."', (r"\?\]", "y"))

    day.section("A colleague", "Bob sees what waits for him, and approves.")
    day.run("factlog queue --for bob")
    text = day.run("factlog log --kind verdict")
    verdict = found(r"(\b[0-9a-f]{8}\b)", text)
    day.run(f"factlog approve {verdict} --as desk.example/bob --yes")

    day.section("A correction", "Of the 17.2 million the state paid 3.2: the mayor spoke of the town's share.")
    day.run("factlog verdict 1 --rating missing-context \\\n"
            '--summary "The town paid 14 million; the state paid the other 3.2." \\\n'
            f"--supersedes {verdict} --change rating \\\n"
            f"--supports {server.address('/account')} --primary \\\n"
            '--quote "of which the state paid 3.2 million crowns" \\\n'
            f"--context {server.address('/taxes')} \\\n"
            '--reason "We had overlooked what the state paid."', (r"\?\]", "y"))
    verdict = found(r"(\b[0-9a-f]{8}\b)", day.run("factlog log --kind verdict --limit 1"))
    day.run(f"factlog approve {verdict} --as desk.example/bob --yes")
    day.run("factlog show 1")

    day.section("The article changes", "The newspaper mends its sentence. What stands there unchanged is"
                " recorded with the new version; the rest is asked about.")
    server.pages["/bridge"] = pages.corrected()
    text = day.run("factlog log --kind source")
    source = found(r"(\b[0-9a-f]{8}\b)[^\n]*Mayor", text)
    day.run(f"factlog add {server.address('/bridge')} --replaces {source} --yes")
    day.run("factlog reanchor", (r"\?\]", "y"), (r"\]", "y"))
    day.run("factlog evidence check")

    day.section("The report", "What an assessor asks for, and what an auditor checks.")
    day.run("factlog stats")
    day.run("factlog report")
    day.run("factlog verify")


def main():
    """Run the day, and compare or write."""
    arguments = sys.argv[1:]
    write = "--write" in arguments
    binary = pathlib.Path(arguments[0]).resolve()
    server = Server()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        desk = pathlib.Path(folder) / "desk"
        desk.mkdir()
        environment = {
            "PATH": f"{binary.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": folder, "LANG": "C.UTF-8", "TERM": "tmux-256color", "PS1": "$ ",
            "FACTLOG_HOME": f"{folder}/keys", "NO_COLOR": "1", "NO_PROXY": "127.0.0.1",
            "PAGER": "cat", "SSL_CERT_DIR": os.environ.get("SSL_CERT_DIR", "/etc/ssl/certs"),
        }
        terminal = Terminal(folder, environment)
        try:
            terminal.run(f"cd {desk}")
            day = Day(terminal)
            a_day(day, server)
        finally:
            terminal.close()
    text = made_up("\n".join(day.text), server.server.server_port, folder)
    if write:
        KEPT.write_text(text)
        return
    kept = KEPT.read_text()
    if kept != text:
        sys.stdout.writelines(difflib.unified_diff(
            kept.splitlines(True), text.splitlines(True), "docs/a-day.md", "today"))
        sys.exit("the day went otherwise than docs/a-day.md says; --write writes it anew")
    print("the day went as docs/a-day.md says")


if __name__ == "__main__":
    main()
