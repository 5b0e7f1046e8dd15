"""A terminal that a program types into: a window of tmux, and what stands in it."""

import os
import re
import subprocess
import time

COLUMNS, LINES = 80, 50
PROMPT = "$"
PATIENCE = 60  # seconds until something that should come is missed


class Terminal:
    """One window with a shell in it."""

    def __init__(self, folder, environment):
        self.socket = os.path.join(folder, "tmux")
        shell = ["env", "-i", *(f"{name}={value}" for name, value in environment.items()),
                 "bash", "--norc", "--noprofile"]
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES),
                   *shell)
        self._tmux("set-option", "-g", "history-limit", "50000")
        # The limit counts for windows that are made after it.
        self._tmux("new-window", *shell)
        self._tmux("kill-window", "-t", ":0")
        self.wait(lambda text: text.strip() == PROMPT, "a prompt")

    def _tmux(self, *arguments):
        command = ["tmux", "-S", self.socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def text(self):
        """Return all that was written since the window was cleared, without spaces at line ends."""
        lines = self._tmux("capture-pane", "-p", "-S", "-").splitlines()
        return "\n".join(line.rstrip() for line in lines).strip("\n")

    def type(self, keys, enter=True):
        """Type some keys, letter by letter."""
        self._tmux("send-keys", "-l", "--", keys)
        if enter:
            self._tmux("send-keys", "Enter")

    def wait(self, is_there, what):
        """Wait until something stands in the window."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            text = self.text()
            if is_there(text):
                return text
            time.sleep(0.05)
        raise SystemExit(f"waited {PATIENCE} s for {what}; this stands there:\n{self.text()}")

    def run(self, command, *answers):
        """Type a command; answer each question, named by a pattern, as it comes; return the text."""
        self.type("clear")
        self.wait(lambda text: text.strip() == PROMPT, "an empty window")
        self._tmux("clear-history")
        # A line that is typed before the shell reads it is echoed by the terminal, too.
        *lines, last = command.split("\n")
        for n, line in enumerate(lines, start=1):
            self.type(line)
            def goes_on(text, n=n):
                rows = text.splitlines()
                return rows[-1:] == [">"] and sum(row.startswith(">") for row in rows) == n
            self.wait(goes_on, "the line after one that goes on")
        self.type(last)
        asked = 0
        for question, answer in answers:
            def is_asked(text, question=question, asked=asked):
                return len(text) > asked and re.search(question + r"\s*\Z", text[asked:])
            asked = len(self.wait(is_asked, f"the question {question!r}"))
            self.type(answer)
        def is_done(text):
            # The first row is the command, which may not be there yet.
            rows = text.splitlines()
            return len(text) > asked and len(rows) > 1 and rows[-1].strip() == PROMPT
        text = self.wait(is_done, f"the end of {command!r}")
        return "\n".join(text.splitlines()[:-1]).rstrip()

    def close(self):
        """End the shell."""
        self._tmux("kill-server")
