// The terminal outlet on a real pseudo-terminal; a few escape sequences are played on a grid of text.
#include "adapters/outlets/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <cstdlib>

#include "adapters/outlets/log.hpp"
#include "adapters/outlets/progress.hpp"
#include "hone/core/base/redact.hpp"

using namespace hone;

namespace {

class Pty {
 public:
  Pty() {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    resize(80);
  }
  ~Pty() {
    hang_up();
    ::close(slave_);
  }
  void resize(unsigned short columns) {
    const winsize size{24, columns, 0, 0};
    ::ioctl(master_, TIOCSWINSZ, &size);
  }
  void hang_up() {
    if (master_ >= 0) ::close(master_);
    master_ = -1;
  }
  [[nodiscard]] int slave() const { return slave_; }
  std::string read() {
    std::string text;
    std::array<char, 4096> buffer{};
    pollfd ready{master_, POLLIN, 0};
    while (::poll(&ready, 1, 20) == 1 && (ready.revents & POLLIN) != 0) {
      const ssize_t got = ::read(master_, buffer.data(), buffer.size());
      if (got <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int master_ = -1;
  int slave_ = -1;
};

// Just enough of a terminal: text, CR, LF, CSI n F, CSI J, CSI K, colours.
class Grid {
 public:
  void feed(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == '\x1b') {
        i += 2;
        int number = 0;
        for (; bytes[i] >= '0' && bytes[i] <= '9'; ++i) number = number * 10 + (bytes[i] - '0');
        control(bytes[i], number);
      } else if (bytes[i] == '\n') {
        if (++row_ == lines.size()) lines.emplace_back();
      } else if (bytes[i] == '\r') {
        column_ = 0;
      } else {
        std::string& line = lines[row_];
        if (line.size() <= column_) line.resize(column_ + 1, ' ');
        line[column_++] = bytes[i];
      }
    }
  }
  [[nodiscard]] std::string text() const {
    std::string result;
    for (const std::string& line : lines) result += line + "\n";
    return result;
  }
  std::vector<std::string> lines{""};

 private:
  void control(char what, int number) {
    if (what == 'F') {
      row_ -= std::min(row_, static_cast<std::size_t>(number));
      column_ = 0;
    } else if (what == 'J') {
      lines[row_].resize(std::min(lines[row_].size(), column_));
      lines.resize(row_ + 1);
    } else if (what == 'K') {
      lines[row_].resize(std::min(lines[row_].size(), column_));
    }
  }
  std::size_t row_ = 0, column_ = 0;
};

const TerminalTraits live{true, false, true};

}  // namespace

TEST_CASE("a block is overwritten in place and leaves no trace when it goes") {
  Pty pty;
  Grid screen;
  Terminal terminal(pty.slave(), live);
  terminal.show("one long line\ntwo\n");
  terminal.show("1\n2\n");
  screen.feed(pty.read());
  CHECK(screen.text() == "1\n2\n\n");
  terminal.show("a\nb\nc\n");
  screen.feed(pty.read());
  CHECK(screen.text() == "a\nb\nc\n\n");
  terminal.clear();
  screen.feed(pty.read());
  CHECK(screen.text() == "\n");
}

TEST_CASE("lines scroll by above the block and stay") {
  Pty pty;
  Grid screen;
  Terminal terminal(pty.slave(), live);
  terminal.show("block\n");
  terminal.print("kept 1\n");
  terminal.print("kept 2\n");
  terminal.show("BLOCK\n");
  screen.feed(pty.read());
  CHECK(screen.text() == "kept 1\nkept 2\nBLOCK\n\n");
}

TEST_CASE("after Ctrl-Z and back the block goes on below what the shell wrote") {
  Pty pty;
  Grid screen;
  Terminal terminal(pty.slave(), live);
  terminal.show("block\n");
  screen.feed(pty.read());
  screen.feed("[1]+ Stopped\r\n$ fg\r\n");
  ::raise(SIGCONT);
  terminal.show("again\n");
  screen.feed(pty.read());
  CHECK(screen.text() == "block\n[1]+ Stopped\n$ fg\nagain\n\n");
}

TEST_CASE("the width is asked anew and a block that was wrapped is left where it is") {
  Pty pty;
  Grid screen;
  Terminal terminal(pty.slave(), live);
  CHECK(terminal.columns() == 80);
  terminal.show(std::string(60, 'x') + "\n");
  pty.resize(40);
  CHECK(terminal.columns() == 40);
  terminal.show("short\n");
  screen.feed(pty.read());
  CHECK(screen.text() == std::string(60, 'x') + "\nshort\n\n");
}

TEST_CASE("a terminal that is gone is noticed once and never written again") {
  Pty pty;
  Terminal terminal(pty.slave(), live);
  pty.hang_up();
  terminal.print("a\n");
  terminal.show("b\n");
  SUCCEED("it returned");
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::signal(SIGPIPE, SIG_IGN);
  Terminal closed(ends[1], {});
  ::close(ends[0]);
  closed.print("a\n");
  CHECK(closed.gone());
  ::close(ends[1]);
}

TEST_CASE("a stopped terminal costs a frame and not the night") {
  Pty pty;
  Terminal terminal(pty.slave(), live);
  for (int i = 0; i < 4000; ++i) terminal.print(std::string(70, 'x') + "\n");  // nobody reads the other end
  SUCCEED("it did not block");
}

TEST_CASE("a pipe gets lines only, and colour needs a terminal, no NO_COLOR and no --plain") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  CHECK_FALSE(look_at_terminal(ends[1], false).is_terminal);
  ::close(ends[0]);
  ::close(ends[1]);
  Pty pty;
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  CHECK(look_at_terminal(pty.slave(), false).colour);
  CHECK_FALSE(look_at_terminal(pty.slave(), true).is_terminal);
  ::setenv("NO_COLOR", "1", 1);
  CHECK_FALSE(look_at_terminal(pty.slave(), false).colour);
  CHECK(look_at_terminal(pty.slave(), false).is_terminal);
  ::setenv("TERM", "dumb", 1);
  CHECK_FALSE(look_at_terminal(pty.slave(), false).is_terminal);
  ::unsetenv("NO_COLOR");
}

TEST_CASE("frames are bounded in number, and the one before a timed command is always drawn") {
  Pty pty;
  Terminal terminal(pty.slave(), live);
  int drawn = 0;
  int folded = 0;
  Progress progress(terminal, {[&](const Event&) { ++folded; },
                               [&](std::size_t) {
                                 ++drawn;
                                 return std::string("x\n");
                               },
                               [](const Event&, std::size_t) { return std::string(); }});
  Event event;
  event.body = event::Told{};
  for (int i = 0; i < 1000; ++i) {
    event.at = Seconds{i * 0.001};
    progress.saw(event);
  }
  CHECK(folded == 1000);
  CHECK(drawn <= 4 + 4);
  const int before = drawn;
  event::Began began;
  began.kind = EffectKind::measure;
  event.body = began;
  progress.saw(event);
  CHECK(drawn == before + 1);
}

TEST_CASE("the log keeps lines private and refuses a folder that is not there") {
  CHECK_FALSE(open_log("/nonexistent/folder/log", Redactor{}).has_value());
  std::string path = "/tmp/hone-log-XXXXXX";
  const int descriptor = ::mkstemp(path.data());
  REQUIRE(descriptor >= 0);
  {
    Redactor redactor;
    redactor.add("verysecretkey");
    const auto log = open_log(path, redactor);
    REQUIRE(log.has_value());
    (*log)->debug("sent verysecretkey \x1b[31m{}");
  }
  std::array<char, 256> buffer{};
  const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
  const std::string text(buffer.data(), static_cast<std::size_t>(got > 0 ? got : 0));
  CHECK(text.find("D sent [secret] {}\n") != std::string::npos);
  ::close(descriptor);
  ::unlink(path.c_str());
}
