#include "hone/core/guard/odd_code.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

std::optional<std::string> of(const std::string& path, const std::string& before, const std::string& after) {
  return find_odd_code({{path, before}}, {{path, after}});
}

std::string python(const std::string& added) {
  return of("work.py", "def f():\n    return 1\n", "def f():\n    return 1\n" + added + "\n").value_or("");
}

std::string c(const std::string& added) {
  return of("work.c", "int f(void) { return 1; }\n", "int f(void) { return 1; }\n" + added + "\n").value_or("");
}

bool is_odd(const std::string& found) {
  return found.starts_with("suspicious_static: ");
}

}  // namespace

TEST_CASE("text that is decoded and run is for a person to read", "[odd_code]") {
  CHECK(is_odd(python("import base64\nexec(base64.b64decode('eD0x'))")));
  CHECK(is_odd(python("eval( bytes.fromhex('31').decode() )")));
  CHECK(is_odd(python("import marshal, zlib, types\nx = types.FunctionType(marshal.loads(zlib.decompress(b'')), {})")));
  CHECK(is_odd(of("run.sh", "true\n", "echo cHJpbnQ= | base64 -d | sh\n").value_or("")));
  CHECK(is_odd(of("a.js", "f()\n", "f()\neval(atob('MQ=='))\n").value_or("")));
}

TEST_CASE("programs that are started and libraries that are loaded are for a person to read", "[odd_code]") {
  CHECK(is_odd(python("import os\nos.system('true')")));
  CHECK(is_odd(python("import subprocess\nsubprocess.run(['true'])")));
  CHECK(is_odd(c("#include <dlfcn.h>\nvoid* g(void) { return dlopen(\"./x.so\", 2); }")));
  CHECK(is_odd(c("int g(void) { return system (\"true\"); }")));
  CHECK(is_odd(c("void* g(void) { return mmap(0, 4096, PROT_READ | PROT_EXEC, 34, -1, 0); }")));
}

TEST_CASE("hands on the process that measures are for a person to read", "[odd_code]") {
  CHECK(is_odd(python("import os\nos._exit(0)")));
  CHECK(is_odd(python("import sys\nsys.modules['__main__'].score = 0")));
  CHECK(is_odd(python("import sys\nsys.stdout = None")));
  CHECK(is_odd(python("print('METRIC ms=1')")));
  CHECK(is_odd(c("int g(void) { return open(\"/proc/self/mem\", 2); }")));
}

TEST_CASE("what optimisations are made of is nothing odd", "[odd_code]") {
  CHECK(python("import re, json, functools, multiprocessing\nP = re.compile('a+')\nsystem = 3\nP.exec = 4") == "");
  CHECK(python("import base64\nx = base64.b64decode('eD0x')") == "");
  CHECK(python("import zlib\ntable = zlib.decompress(b'..')") == "");
  CHECK(python("exec('x = 1')") == "");  // code that is made in the open
  CHECK(python("# os.system would be slower, and subprocess too") == "");
  CHECK(python("import sys\nsys.stdout.write('x')\nsys.setrecursionlimit(9)") == "");
  CHECK(c("#include <pthread.h>\nint g(void) { return fork() + subsystem(1); }") == "");
  CHECK(c("int g(struct s* it) { return it->system(1) + p.exec(2); }") == "");
  CHECK(of("a.cpp", "x\n", "x\nauto m = std::filesystem::path(\"a\"); regex.exec(text);\n").value_or("") == "");
}

TEST_CASE("a judge that is ended as a success, or whose own functions are replaced, is for a person to read",
          "[odd_code]") {
  CHECK(is_odd(python("import sys\nprint(70)\nsys.exit(0)")));
  CHECK(is_odd(python("print('{\"loss\": 70}')\nraise SystemExit")));
  CHECK(is_odd(c("int g(void) { return printf(\"70\\n\"), exit(0), 1; }")));
  CHECK(is_odd(of("a.js", "f()\n", "f()\nconsole.log(70); process.exit(0)\n").value_or("")));
  CHECK(is_odd(of("a.js", "f()\n", "f()\nconsole.log = (s) => g(s)\n").value_or("")));
  CHECK(is_odd(python("import __main__\n__main__.ms = 0")));
  CHECK(is_odd(python("import time\ntime.perf_counter = lambda: 0")));
  CHECK(is_odd(python("class F(float):\n    pass")));
  // A program of its own ends when it likes, and so does what failed.
  CHECK(python("def g():\n    print(1)\nif __name__ == '__main__':\n    g()\n    sys.exit(0)") == "");
  CHECK(of("m.c", "int main(void) { return 0; }\n", "int main(int n) {\n  if (n) { puts(\"usage\"); exit(0); }\n}\n")
            .value_or("") == "");
  CHECK(python("print('bad input')\nsys.exit(1)") == "");
  CHECK(python("print('bad input')\nraise SystemExit(2)") == "");
  CHECK(python("monotonic = True\nif a == b:\n    kill(c)") == "");
}

TEST_CASE("what takes the place of a function that judges use is for a person to read", "[odd_code]") {
  CHECK(is_odd(c("int memcmp(const void *a, const void *b, unsigned long n) { return 0; }")));
  CHECK(is_odd(c("int clock_gettime(clockid_t which,\n                  struct timespec *t)\n{\n}")));
  CHECK(is_odd(c("extern void exit(int code) { for (;;); }")));
  CHECK(is_odd(of("a.h", "int f();\n", "int f();\n#define printf(...) 0\n").value_or("")));
  CHECK(is_odd(c("__attribute__((constructor)) void f(void) { register_printf_specifier('f', g, h); }")));
  CHECK(c("int g(void) {\n  if (memcmp(a, b, 3)) {\n    printf(\"%d\", 1);\n  }\n  return memcmp(a,\n  b, 4);\n}") ==
        "");
  CHECK(c("void *malloc(unsigned long n) { return 0; }\nstatic int memcmp(int a) { return a; }\nint my_memcmp(int a) "
          "{\n}") == "");
  CHECK(c("int memcmp(const void *, const void *, unsigned long);\ndouble time_of(int a) {\n}\n#define time_now 1") ==
        "");
  CHECK(of("a.py", "x\n", "x\nint memcmp(3) {\n").value_or("") == "");
  const auto cpp = [](std::string_view code) {
    return of("a.cpp", "int f();\n", "int f();\n" + std::string(code) + "\n").value_or("");
  };
  CHECK(is_odd(cpp("extern \"C\" int memcmp(const void *a, const void *b, unsigned long n) { return 0; }")));
  CHECK(is_odd(cpp("extern \"C\" {\nint memcmp(const void *a, const void *b, unsigned long n) { return 0; }\n}")));
  CHECK(is_odd(cpp("#define clock_gettime(a, b) 0")));
  CHECK(cpp("struct Sink {\n  void write(int x) {\n  }\n  double time() const {\n  }\n};") == "");
  CHECK(of("a.h", "namespace a {\n", "namespace a {\nint strcmp(text x, text y) {\n").value_or("") == "");
}

TEST_CASE("comments say nothing, and hide nothing", "[odd_code]") {
  CHECK(c("/* system(1); */\n/*\n * dlopen(\n */ int a;\nint b;  // _exit(0) is not needed") == "");
  CHECK(is_odd(c("/*\n*/ int g(void) { return system(\"true\"); }")));
  CHECK(is_odd(c("/* a */ int g = system(\"true\"); /* b */")));
  CHECK(is_odd(python("x = \"\"\"\n# \"\"\"; os._exit(0)")));
  CHECK(is_odd(c("const char* s = \"a\\\n// \"; int g = system(s);")));
  // A word that stood in a comment only is not how things are written here.
  CHECK(is_odd(of("work.py", "# never os._exit\n", "# never os._exit\nos._exit(0)\n").value_or("")));
}

TEST_CASE("the look can be turned off", "[odd_code]") {
  CHECK(parse_odd_code({}).value());
  CHECK(parse_odd_code({{"guard.odd-code", "suspect"}}).value());
  CHECK_FALSE(parse_odd_code({{"guard.odd-code", "allow"}}).value());
  CHECK_FALSE(parse_odd_code({{"guard.odd-code", "off"}}));
}

TEST_CASE("what stood there before is how things are written here", "[odd_code]") {
  const std::string before = "import os\nos.system('a')\n";
  CHECK(of("work.py", before, before + "os.system('b')\n").value_or("") == "");
  CHECK(is_odd(of("work.py", before, before + "os._exit(0)\n").value_or("")));
  CHECK(of("work.py", before, "import os\n").value_or("") == "");  // taking it away
  CHECK(find_odd_code({{"a.py", "import subprocess\n"}, {"b.py", ""}},
                      {{"a.py", "import subprocess\n"}, {"b.py", "import subprocess\n"}})
            .value_or("") == "");
}
