"""A key goes to the service and nowhere else: a server that throws it back in every shape, commands that look for it,
and a search through everything a night leaves."""
import base64
import ctypes
import ctypes.util
import http.server
import json
import sqlite3
import threading
import unittest
import urllib.parse

from night import NightTest

CANARY = "sk-canary/7f3+QmZ81kWx~LpN0vRt5YhJ2"
PIECES = [CANARY[5:], urllib.parse.quote(CANARY, safe="")[6:], CANARY.encode().hex()[6:],
          *(base64.b64encode(b"x" * shift + CANARY.encode())[8:-8].decode() for shift in range(3))]


def chunks(text, size):
    for at in range(0, len(text), size):
        yield {"choices": [{"index": 0, "delta": {"content": text[at:at + size]}}]}


class Echo(http.server.BaseHTTPRequestHandler):
    """First errors that name the key in several spellings, then edits that hold it, cut into small pieces."""
    asked = 0
    keys = []

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Echo.keys.append(self.headers.get("Authorization", ""))
        Echo.asked += 1
        turn = Echo.asked
        if turn <= 2:
            words = CANARY if turn == 1 else base64.b64encode(CANARY.encode()).decode() + " " + urllib.parse.quote(CANARY, safe="")
            body = json.dumps({"error": {"message": "no such key " + words, "code": "x"}}).encode()
            self.send_response(500)
            self.send_header("x-request-id", CANARY)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("x-request-id", CANARY)
        self.end_headers()
        edit = (f"Intent: use {CANARY} and {base64.b64encode(CANARY.encode()).decode()} {CANARY.encode().hex()}\n\nknobs.txt\n<<<<<<< SEARCH\na = 10   # hone: knob a 1..100\n=======\n"
                f"a = {10 + turn}   # hone: knob a 1..100 {CANARY}\n>>>>>>> REPLACE\n")
        for chunk in chunks(edit, 3):
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        end = {"choices": [{"index": 0, "delta": {"reasoning": "it is " + CANARY}, "finish_reason": "stop"}]}
        self.wfile.write(b"data: " + json.dumps(end).encode() + b"\n\ndata: [DONE]\n\n")

    def log_message(self, *_):
        pass


def unpacked(blob):
    """zstd by the library that hone itself needs."""
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    library.ZSTD_decompress.restype = ctypes.c_size_t
    size = library.ZSTD_getFrameContentSize(blob, ctypes.c_size_t(len(blob)))
    if size > 1 << 30:
        return blob
    out = ctypes.create_string_buffer(max(size, 1))
    done = library.ZSTD_decompress(out, ctypes.c_size_t(size), blob, ctypes.c_size_t(len(blob)))
    return out.raw[:done]


class SecretsTest(NightTest):
    def serve(self):
        Echo.asked, Echo.keys = 0, []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}/v1"

    def clean(self, name, data):
        data = data.encode() if isinstance(data, str) else data
        for piece in PIECES:
            self.assertNotIn(piece.encode(), data, f"{name} holds the key")

    def test_a_key_from_the_environment_is_nowhere(self):
        self.environment["OPENAI_API_KEY"] = CANARY
        self.look_everywhere()

    def test_a_key_from_a_file_is_nowhere_else(self):
        key = self.home / "key"
        key.write_text(CANARY + "\n", encoding="utf-8")
        key.chmod(0o600)
        # The judge and a second backend read the file too, and print it.
        self.look_everywhere("--set", f"openai.key-file={key}", "--backend", f"command*0.3:cat {key}; cat {key} >&2; exit 3", "--seed", "3",
                             but=key, found=key)

    def test_a_key_from_a_command_is_nowhere_else(self):
        # The command is shown as it was given; the key is what it prints.
        script = self.home / "print-key"
        script.write_text("".join(f"printf %s '{part}'\n" for part in (CANARY[:9], CANARY[9:])), encoding="utf-8")
        self.look_everywhere("--set", f"openai.key-command=sh {script}")

    def test_what_an_agent_says_and_writes_of_its_key_is_nowhere(self):
        self.environment["OPENAI_API_KEY"] = CANARY
        template = self.home / "agent.json"
        coded = base64.b64encode(CANARY.encode()).decode()
        template.write_text(json.dumps({
            "argv": ["sh", "-c", "echo '{\"type\": \"text\", \"text\": \"it is '$OPENAI_API_KEY' '$CODED'\"}'; echo $OPENAI_API_KEY >&2; "
                     "sed -i \"1s|10.*|11   # hone: knob a 1..100 $OPENAI_API_KEY $CODED|\" knobs.txt; exit ${HONE_FAILS:-0}"],
            "env": {"CODED": coded}, "pass_env": ["OPENAI_API_KEY"], "rules": [{"when": {"/type": "text"}, "text": "/text"}]}), encoding="utf-8")
        words = ["knobs.txt", "--metric", "sh score.sh", "--backend", "agent:own", "--set", f"agent.template={template}",
                 "--accept", "greedy", "--sandbox", "none"]
        done = self.hone("run", *words, "--final-pairs", "0", "--max-experiments", "2", "--budget", "40s", "--verbose")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.look_at(done, ["doctor", *words, "--plain"], ["prompt", *words], but=template)

    def look_everywhere(self, *source, but=None, found="/dev/null"):
        url = self.serve()
        # The judge looks for it where commands could find it, prints it and leaves it among the artifacts.
        (self.repo / "score.sh").write_text(
            'env > "$HONE_ARTIFACTS/seen.txt"; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\000" "\\n" '
            '| grep -a -B3 -A9 backend >> "$HONE_ARTIFACTS/seen.txt"\ncat "$HONE_ARTIFACTS/seen.txt"; echo\n'
            f"cat {found}; cat {found} >&2; cp {found} \"$HONE_ARTIFACTS/found.txt\"\n"
            """awk '/^[abc] =/ { s += ($3 - 50) ^ 2 } END { print "METRIC loss=" s + 1 }' knobs.txt\n""", encoding="utf-8")
        self.git("commit", "-qam", "look for keys")
        done = self.hone("run", "knobs.txt", "--metric", "sh score.sh", "--backend", "openai:m", "--base-url", url,
                         "--accept", "greedy", "--sandbox", "none", "--final-pairs", "1", "--max-experiments", "3",
                         "--budget", "40s", "--verbose", "--branch", "hone/canary", *source)
        self.assertGreater(Echo.asked, 2, done.stderr)
        self.assertEqual(set(Echo.keys), {"Bearer " + CANARY}, "the service itself gets it")
        backend = ["knobs.txt", "--metric", "sh score.sh", "--backend", "openai:m", "--base-url", url, *source]
        self.look_at(done, ["prompt", *backend], ["doctor", *backend, "--sandbox", "none", "--plain"], but=but)

    def look_at(self, done, *more, but=None):
        self.clean("stdout", done.stdout)
        self.clean("stderr", done.stderr)
        for words in (["log"], ["log", "--json"], ["show", "1"], ["show", "1", "--json"], ["status"], ["report", "-o", "page.html"], *more):
            shown = self.hone(*words)
            self.clean(" ".join(words), shown.stdout + shown.stderr)
        self.clean("history", self.git("log", "--all", "-p"))
        journals = masked = 0
        for path in self.home.rglob("*"):
            if not path.is_file() or path == but:
                continue
            self.clean(path, path.read_bytes())
            if path.name == "journal.db":
                journals += 1
                for table in sqlite3.connect(path).execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
                    for row in sqlite3.connect(path).execute(f"SELECT * FROM {table[0]}"):
                        for value in row:
                            if isinstance(value, bytes):
                                value = unpacked(value)
                            if isinstance(value, (bytes, str)):
                                self.clean(f"{path} {table[0]}", value)
                                masked += "[secret]" in str(value)
        self.assertEqual(journals, 1)
        self.assertGreater(masked, 2, "what the server said is there, without the key")

    def test_a_repository_cannot_say_where_keys_go_or_come_from(self):
        self.environment["OPENAI_API_KEY"] = CANARY
        url = self.serve()
        for text in (f'base-url = "{url}"\n', f'backend = "openai:m"\n[openai]\nbase_url = "{url}"\n', '[openai]\nkey_command = "cat x"\n',
                     '[openai]\nkey_file = "x"\n', '[openai]\nkey_env = "HOME"\n', 'pass-env = ["OPENAI_API_KEY"]\n', 'sandbox = "none"\n',
                     'prices = "p.csv"\n'):
            with self.subTest(text):
                (self.repo / "hone.toml").write_text(text, encoding="utf-8")
                done = self.hone("run", "knobs.txt", "--metric", "sh score.sh", "--backend", "openai:m", "--max-experiments", "1")
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertIn("may not be set by a repository", done.stderr)
                self.clean("stderr", done.stderr)
        self.assertEqual(Echo.asked, 0, "nothing was sent anywhere")


if __name__ == "__main__":
    unittest.main()
