#!/usr/bin/env python3
"""Who may include whom, and which words are banned where: design section 6 and 11 as data.

Usage: floors.py [ROOT]     prints PLACE: what is wrong; exit 1 when something is.
A rule without a script decays; floors_test.py plants each kind of violation and sees it caught.
"""
import re
import sys
from pathlib import Path

# zone -> (paths, zones of hone it may include, third-party headers it may include beyond those of everyone)
EVERYONE = ("fmt/", "tl/expected.hpp")
ZONES = {
    "codec": (("include/hone/core/codec/", "src/core/codec/"), ("core", "codec"), ("nlohmann/",)),
    "core": (("include/hone/core/", "src/core/"), ("core", "codec"), ("boost/math/", "openssl/")),
    "ports": (("include/hone/ports/",), ("core", "codec", "ports"), ()),
    # The program that adopts a command's process tree; of os it shares only the wire between them.
    "keeper": (("src/keeper/",), ("os", "keeper"), ()),
    "os": (("src/adapters/os/",), ("core", "codec", "ports", "os"), ()),
    "http": (("src/adapters/http/",), ("core", "codec", "ports", "os", "http"), ("curl/",)),
    "git": (("src/adapters/git/",), ("core", "codec", "ports", "os", "git"), ("git2.h", "git2/", "zlib.h")),
    "journal": (("src/adapters/journal/",), ("core", "codec", "ports", "os", "journal"), ("sqlite3.h", "zstd.h")),
    "proposers": (("src/adapters/proposers/",), ("core", "codec", "ports", "os", "proposers"), ()),
    "executors": (("src/adapters/executors/",), ("core", "codec", "ports", "os", "executors"), ("seccomp.h",)),
    "outlets": (("src/adapters/outlets/",), ("core", "codec", "ports", "os", "outlets"), ("spdlog/",)),
    "views": (("src/views/", "include/hone/views/"), ("core", "codec", "views"), ()),
    "loop": (("src/loop/", "include/hone/loop/"), ("core", "codec", "ports", "loop"), ()),
    "cli": (("src/cli/", "src/main.cpp"), None, None),  # sees everything
}
PURE = {"codec", "core", "views", "loop"}  # no clock, chance, environment, thread, file, print, throw
NO_THROW = PURE | {"ports"}

# what -> pattern, in the zones of PURE
IMPURE = {
    "a clock": r"\b(steady_clock|system_clock|high_resolution_clock|clock_gettime|gettimeofday|nanosleep|sleep_for)\b"
               r"|(?<![\w:.])(std::)?(time|localtime|gmtime)\s*\(\s*(NULL|nullptr|0|&)",
    "chance": r"\b(random_device|mt19937|mt19937_64|default_random_engine|getrandom|drand48)\b|(?<![\w.])s?rand\s*\(",
    "the environment": r"\b(secure_)?getenv\b|\bsetenv\b|\benviron\b",
    "a thread": r"\bstd::(jthread|thread|async|mutex|shared_mutex|condition_variable|atomic|this_thread)\b|\bpthread_",
    "a file or process": r"\bstd::(ifstream|ofstream|fstream|filesystem)\b|(?<![\w.])(::)?(fopen|popen|posix_spawnp?)\s*\(|::open\s*\(",
    "printing": r"\bstd::(cout|cerr|clog|cin)\b|\bf?printf\s*\(|\bfmt::print\b|\bputs\s*\(",
}
IMPURE_HEADERS = {
    "<chrono>": "a clock", "<ctime>": "a clock", "<random>": "chance", "<thread>": "a thread", "<mutex>": "a thread",
    "<atomic>": "a thread", "<future>": "a thread", "<condition_variable>": "a thread", "<fstream>": "a file",
    "<filesystem>": "a file", "<iostream>": "printing", "<cstdio>": "printing", "<unistd.h>": "a file",
    "<fcntl.h>": "a file", "<spawn.h>": "a process",
}
# assert.cpp is where a bug ends the program; it must say so first.
EXEMPT = {"src/core/base/assert.cpp": {"printing"}}
THROWS = r"\b(throw|catch|try)\b(?!_)"
BANNED_NAMES = r"\b(class|struct|enum class|using)\s+\w*(Manager|Helper|Utils|Handler|Context|Info|Data|Service|Impl)\b"
BANNED_EVERYWHERE = {
    "std::shared_ptr": r"\b(shared_ptr|make_shared)\b",
    "an unfinished mark": r"\b(TODO|FIXME|XXX)\b|\bnot implemented\b|\bunimplemented\b",
}
LENGTHS = {".cpp": 400, ".hpp": 150}


def without_comments_and_strings(text):
    """Same length in lines; comments and literals are blanked, include lines keep theirs."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    kept = [("" if line.lstrip().startswith("#include") else line) for line in text.split("\n")]
    return token.sub(blank, "\n".join(kept))


def zone_of(path):
    for zone, (folders, _, _) in ZONES.items():
        if any(path.startswith(folder) for folder in folders):
            return zone
    return None


def zone_of_include(target, includer):
    if target.startswith("hone/"):
        return zone_of("include/" + target)
    for folder in ("core/", "adapters/", "keeper/", "views/", "loop/", "cli/"):
        if target.startswith(folder):
            return zone_of("src/" + target)
    beside = str(Path(includer).parent / target)  # "x.hpp" beside the file
    return zone_of(beside)


def check_include(path, zone, line):
    match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
    if not match:
        return None
    bracket, target = match.groups()
    _, zones, libraries = ZONES[zone]
    own = bracket == '"' or target.startswith("hone/")
    third_party = "/" in target and not target.startswith(("sys/", "linux/", "netinet/", "arpa/", "asm/", "bits/"))
    third_party = third_party or target in ("sqlite3.h", "zstd.h", "git2.h", "seccomp.h", "zlib.h")
    if own and zone_of_include(target, path) is not None:
        if zones is not None and zone_of_include(target, path) not in zones:
            return f"{zone} may not include {target} (of {zone_of_include(target, path)})"
    elif third_party and libraries is not None and not target.startswith(EVERYONE + libraries):
        return f"{zone} may not include {target}"
    if zone in PURE and f"<{target}>" in IMPURE_HEADERS:
        what = IMPURE_HEADERS[f"<{target}>"]
        if what not in EXEMPT.get(path, ()):
            return f"{zone} is pure: <{target}> brings {what}"
    return None


def check_file(root, path):
    """Yields (line number, complaint)."""
    text = (root / path).read_text(encoding="utf-8", errors="replace")
    zone = zone_of(path)
    if zone is None:
        yield 1, "stands on no floor: see src/ARCHITECTURE.md"
        return
    for number, line in enumerate(text.split("\n"), 1):
        complaint = check_include(path, zone, line)
        if complaint:
            yield number, complaint
        if re.search(BANNED_EVERYWHERE["an unfinished mark"], line):
            yield number, "an unfinished mark"
    for number, line in enumerate(without_comments_and_strings(text).split("\n"), 1):
        if zone in PURE:
            for what, pattern in IMPURE.items():
                if re.search(pattern, line) and what not in EXEMPT.get(path, ()):
                    yield number, f"{zone} is pure: {what}"
        if zone in NO_THROW and re.search(THROWS, line):
            yield number, "throw and catch are legal only in adapters and cli"
        if re.search(BANNED_NAMES, line):
            yield number, "a banned name (design section 2)"
        if re.search(BANNED_EVERYWHERE["std::shared_ptr"], line):
            yield number, "own by value or unique_ptr, not shared_ptr"


def long_files(root, paths):
    for path in paths:
        length = (root / path).read_text(encoding="utf-8", errors="replace").count("\n")
        if length > LENGTHS[Path(path).suffix]:
            yield f"{path}: warning: {length} lines; a file is one idea ({LENGTHS[Path(path).suffix]})"


def sources(root):
    found = [p for folder in ("include", "src") for p in (root / folder).rglob("*") if p.suffix in LENGTHS]
    return sorted(str(p.relative_to(root)) for p in found)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2])
    paths = sources(root)
    complaints = [f"{path}:{number}: {what}" for path in paths for number, what in check_file(root, path)]
    for warning in long_files(root, paths):
        print(warning)
    for complaint in complaints:
        print(complaint)
    print(f"floors: {len(paths)} files, {len(complaints)} violations")
    return 1 if complaints or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
