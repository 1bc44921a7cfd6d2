"""Model backends through the real binary, against a service on loopback that counts: what is saved is never paid for
twice, what may have been billed is counted, and what is refused costs no benchmark second and is told to the model."""
import http.server
import json
import os
import signal
import sqlite3
import threading
import time
import unittest

from night import NightTest, until

PRICES = "model_name,provider,input_price,output_price\nm,openai,1000,10000\n"


def block(old, new, path="knobs.txt"):
    return f"{path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


def knob(name, before, after):
    tail = f"   # hone: knob {name} 1..100"
    return block(f"{name} = {before}{tail}", f"{name} = {after}{tail}")


class Service(http.server.BaseHTTPRequestHandler):
    """Gives its replies in turn, the last one for ever; can hold one back until it is let go."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service = self.server
        with service.lock:
            service.prompts.append(json.loads(body)["messages"][-1]["content"])
            turn = len(service.prompts)
        if turn == service.hold_at:
            service.held.set()
            service.go.wait(30)
        text = service.replies[min(turn, len(service.replies)) - 1] if service.replies else self.next_step(service)
        answer = {"id": f"r{turn}", "choices": [{"index": 0, "message": {"content": text}, "finish_reason": "stop"}],
                  "usage": {"prompt_tokens": 100, "completion_tokens": 100}}
        data = json.dumps(answer).encode()
        try:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # it was killed while it waited

    @staticmethod
    def next_step(service):
        with service.lock:
            if service.steps and service.steps[0][0] in service.prompts[-1]:
                _, idea, reply = service.steps.pop(0)
                return f"Intent: {idea}\n\n" + reply
        time.sleep(0.2)
        return "Intent: not yet"

    def log_message(self, *_):
        pass


class BackendTest(NightTest):
    def serve(self, replies, hold_at=0):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        server.replies, server.hold_at, server.prompts, server.lock = replies, hold_at, [], threading.Lock()
        server.held, server.go = threading.Event(), threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(server.go.set)
        self.environment["OPENAI_API_KEY"] = "sk-loopback"
        return server

    def words(self, server, *more, metric="sh score.sh"):
        prices = self.home / "prices.csv"
        prices.write_text(PRICES, encoding="utf-8")
        return ["run", "knobs.txt", "--metric", metric, "--backend", "openai:m", "--base-url", f"http://127.0.0.1:{server.server_port}/v1",
                "--prices", str(prices), "--accept", "greedy", "--sandbox", "none", "--final-pairs", "0", "--proposers", "1",
                "--repair", "0", "--name", "night", *more]

    def events(self, kind):
        path = self.repo / ".git/hone/night/journal.db"
        if not path.exists():
            return []
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                return [json.loads(body) for body, in database.execute("SELECT body FROM events WHERE kind = ? ORDER BY sequence", [kind])]
        except sqlite3.OperationalError:
            return []

    def kill(self, process):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        until(lambda: not self.processes(), 10)

    def test_a_reply_that_was_saved_is_not_paid_for_again(self):
        server = self.serve([knob("a", 10, 40), knob("b", 20, 45), knob("c", 30, 50)])
        # The candidates wait for a file, so that hone can be killed when the reply is in the journal and no sample is.
        gate = self.home / "gate"
        metric = f"grep -q 'a = 10' knobs.txt || while ! test -e {gate}; do sleep 0.05; done; sh score.sh"
        process = self.start(*self.words(server, "--max-experiments", "3", metric=metric))
        until(lambda: self.events("proposed"), 30)
        self.kill(process)
        asked, saved = len(server.prompts), len(self.events("proposed"))
        gate.touch()
        done = self.hone("resume", "night")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.events("proposed")), 3)
        # Only what had not come back when it died is asked anew.
        self.assertEqual(len(server.prompts), asked + 3 - saved)
        self.check_invariants()

    def test_a_request_that_was_under_way_is_counted_at_its_worst(self):
        server = self.serve([knob("a", 10, 40), knob("b", 20, 45)], hold_at=1)
        process = self.start(*self.words(server, "--max-experiments", "2", "--max-cost", "5000"))
        self.assertTrue(server.held.wait(30))
        self.kill(process)
        server.go.set()
        done = self.hone("resume", "night")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(server.prompts), 3)  # it may be paid for again: nobody knows what became of the first
        reserve = next(each["reserve"] for each in self.events("began") if each.get("reserve"))
        paid = sum(each["proposal"]["cost"] for each in self.events("proposed"))
        self.assertGreater(reserve, 0)
        self.assertEqual(self.summary()["spent"], reserve + paid)
        self.check_invariants()

    def test_what_is_refused_costs_no_benchmark_second_and_is_told(self):
        # Each step waits for a prompt that shows the version it is made for: hone asks ahead while it measures.
        server = self.serve([])
        server.steps = [
            ("", "gain a", knob("a", 10, 40)),
            ("a = 40", "take it back", knob("a", 40, 10)),
            ("", "touch the judge", block("awk", "true; awk", "score.sh")),
            ("", "go outside", block("awk", "true; awk", "../outside.sh")),
            ("", "nothing", "I see nothing to change."),
            ("", "same again", knob("a", 40, 40)),
            ("", "gain c", knob("c", 30, 50)),
            ("c = 50", "take a back", knob("a", 40, 10)),
            ("", "gain b", knob("b", 20, 45)),
            ("b = 45", "last", "I see nothing to change.")]
        process = self.start(*self.words(server, "--budget", "50s"))
        until(lambda: not server.steps, 40)
        until(lambda: any("last" in record.get("idea", "") for record in self.records()), 20)
        self.assertEqual(self.hone("stop", "night").returncode, 0)
        process.communicate(timeout=20)
        records = {record.get("idea", ""): record for record in self.records()}
        outcomes = {idea: record["outcome"] for idea, record in records.items() if idea not in ("", "not yet")}
        self.assertEqual(outcomes, {"gain a": "kept", "take it back": outcomes["take it back"], "touch the judge": "denied",
                                    "go outside": "denied", "nothing": "malformed", "same again": "noop", "gain b": "kept",
                                    "take a back": "denied", "gain c": "kept", "last": "malformed"})
        self.assertIn(outcomes["take it back"], ("denied", "duplicate"))
        measured = {each["experiment"] for each in self.samples()}
        for idea, outcome in outcomes.items():
            self.assertEqual(records[idea]["id"] in measured, outcome == "kept", f"{idea}: a refused edit was measured")
        self.assertIn("takes back what experiment", records["take a back"]["reason"])
        last = server.prompts[-1]
        for idea, words in (("take it back", ""), ("touch the judge", "outside what may change"), ("go outside", "../outside.sh"),
                            ("nothing", "holds no edit"), ("same again", "changed nothing"),
                            ("take a back", "takes back what experiment")):
            line = next((line for line in last.splitlines() if line.startswith(f"- #{records[idea]['id']} ")), "")
            self.assertIn(words, line, f"{idea} is not told:\n{last}")
            self.assertTrue(line, f"{idea} is not told:\n{last}")
        self.check_invariants()
        # A person reads the same: the prompt of the next experiment, as another backend would get it.
        before = self.picture()
        shown = self.hone("prompt", "--of", "night", "--backend", "command:false")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for words in ("c = 50   # hone: knob c", "3 accepted", f"- #{records['take a back']['id']} outside what may change",
                      "takes back what experiment", "measured by running `sh score.sh`"):
            self.assertIn(words, shown.stdout)
        self.assertEqual(self.picture(), before)
        self.assertEqual(self.hone("prompt", "--of", "no-such-run").returncode, 2)

    def samples(self):
        with sqlite3.connect(self.repo / ".git/hone/night/journal.db") as database:
            return [{"experiment": experiment} for experiment, in database.execute("SELECT experiment FROM samples")]

    def test_a_backend_without_a_key_does_not_hold_up_the_other_one(self):
        server = self.serve(["unused"])
        words = self.words(server, "--max-experiments", "6", "--budget", "40s", "--backend", "mutate")
        server.RequestHandlerClass = NoKey
        done = self.hone(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.records()), 6)
        self.assertEqual(self.summary()["ended"], "experiments")
        self.check_invariants()


    def speaker(self, name, script):
        path = self.home / name
        path.write_text("#!/bin/sh\nline=$(sed -n '/^a = /{p;q}')\n" + script, encoding="utf-8")
        path.chmod(0o755)
        return f"{path}"

    def night_of(self, backends, *more):
        words = [word for backend in backends for word in ("--backend", backend)]
        done = self.hone("run", "knobs.txt", "--metric", "sh score.sh", *words, "--accept", "greedy", "--sandbox", "none",
                         "--final-pairs", "0", "--name", "night", "--seed", "11", *more)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.check_invariants()
        return [record["backend"] for record in self.records()]

    def test_shares_follow_the_weights_also_of_a_slow_backend_and_of_one_that_speaks_nonsense(self):
        edit = "printf 'Intent: %s\\n\\nknobs.txt\\n<<<<<<< SEARCH\\n%s\\n=======\\na = %s   # hone: knob a 1..100\\n>>>>>>> REPLACE\\n' x \"$line\" $(($$ % 90 + 1))\n"
        fast = self.speaker("fast", edit)
        slow = self.speaker("slow", "sleep 0.3\n" + edit)
        nonsense = self.speaker("nonsense", "echo I would rather not.\n")
        asked = self.night_of([f"command*3:{fast}", f"command:{slow}", f"command:{nonsense}"], "--max-experiments", "50",
                              "--proposers", "2", "--repair", "1")
        self.assertEqual(len(asked), 50)
        shares = [asked.count(f"command:{path}") for path in (fast, slow, nonsense)]
        self.assertEqual(sum(shares), 50)
        # 30, 10 and 10 are expected; the seed is fixed.
        self.assertTrue(21 <= shares[0] <= 39 and 4 <= shares[1] <= 18 and 4 <= shares[2] <= 18, shares)

    def test_what_a_resting_backend_began_another_one_mends(self):
        # Nonsense once, and then "try again later" for ever.
        turn = self.home / "turn"
        away = self.speaker("away", f"test -e {turn} && exit 75\ntouch {turn}\necho I would rather not.\n")
        edit = "printf 'Intent: %s\\n\\nknobs.txt\\n<<<<<<< SEARCH\\n%s\\n=======\\na = %s   # hone: knob a 1..100\\n>>>>>>> REPLACE\\n' x \"$line\" $(($$ % 90 + 1))\n"
        mender = self.speaker("mender", edit)
        asked = self.night_of([f"command*1000:{away}", f"command:{mender}"], "--max-experiments", "4", "--proposers", "1",
                              "--budget", "50s")
        self.assertEqual(asked, [f"command:{mender}"] * 4)
        self.assertEqual(self.summary()["ended"], "experiments")


class NoKey(Service):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.prompts.append("")
        self.send_response(401)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


if __name__ == "__main__":
    unittest.main()
