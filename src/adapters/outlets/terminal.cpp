#include "adapters/outlets/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace hone {
namespace {

// A signal handler can reach nothing else. Set when the process goes on after Ctrl-Z: the shell has written
// below our block, which must then stay where it is.
volatile std::sig_atomic_t continued = 0;
void note_continue(int) {
  continued = 1;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {  // the first that is set decides, as in setlocale(3)
    const std::string value = environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos ||
           value.find("utf-8") != std::string::npos || value.find("UTF8") != std::string::npos;
  }
  return false;
}

std::size_t rows(std::string_view block) {
  return static_cast<std::size_t>(std::ranges::count(block, '\n'));
}

// Upper bound of the cells of the widest line: code points outside escape sequences, wide ones counted twice.
std::size_t widest(std::string_view block) {
  std::size_t most = 0;
  std::size_t here = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto byte = static_cast<unsigned char>(block[i]);
    if (byte == 0x1b) {
      while (i < block.size() && block[i] != 'm') ++i;
    } else if (byte == '\n') {
      most = std::max(most, here);
      here = 0;
    } else if ((byte & 0xC0) != 0x80) {
      here += byte >= 0xE3 ? 2 : 1;
    }
  }
  return std::max(most, here);
}

}  // namespace

TerminalTraits look_at_terminal(int descriptor, bool plain) {
  TerminalTraits traits;
  const std::string term = environment("TERM");
  const bool terminal = ::isatty(descriptor) == 1;
  traits.unicode = utf8_locale();
  if (plain || !terminal || term.empty() || term == "dumb") return traits;
  traits.is_terminal = true;
  traits.colour = environment("NO_COLOR").empty();  // no-color.org: set and not empty
  return traits;
}

Terminal::Terminal(int descriptor, TerminalTraits traits) : descriptor_(descriptor), traits_(traits) {
  if (!traits_.is_terminal) return;
  // A description of our own: O_NONBLOCK on the borrowed one would reach the shell and every child that shares it.
  own_ = ::open(fmt::format("/proc/self/fd/{}", descriptor).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own_ >= 0) descriptor_ = own_;
  struct sigaction action {};
  action.sa_handler = note_continue;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGCONT, &action, nullptr);
}

Terminal::~Terminal() {
  if (traits_.is_terminal) ::signal(SIGCONT, SIG_DFL);
  if (own_ >= 0) ::close(own_);
}

std::size_t Terminal::columns() const {
  winsize size{};
  if (traits_.is_terminal && ::ioctl(descriptor_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

// A write that would block (Ctrl-S) or stop us (background, TOSTOP) would hold up the night.
bool Terminal::may_write() const {
  if (gone_) return false;
  if (!traits_.is_terminal) return true;
  const pid_t foreground = ::tcgetpgrp(descriptor_);
  if (foreground != -1 && foreground != ::getpgrp()) return false;
  pollfd ready{descriptor_, POLLOUT, 0};
  return ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
}

bool Terminal::write_all(std::string_view bytes) {
  while (!bytes.empty() && !gone_) {
    const ssize_t wrote = ::write(descriptor_, bytes.data(), bytes.size());
    if (wrote > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (wrote < 0 && errno == EAGAIN) {
      return false;  // Ctrl-S, or a slow line: rather lose the rest than wait or spin
    } else if (!(wrote < 0 && errno == EINTR)) {
      gone_ = true;  // EIO, EPIPE: nobody looks any more
    }
  }
  return !gone_;
}

// To the first line of the block and everything below it cleared. After Ctrl-Z, or when the window became so
// narrow that the block was wrapped, nobody knows where that is: leave it and go on below.
std::string Terminal::erase() {
  if (continued != 0 || widest(block_) > columns()) block_.clear();
  continued = 0;
  const std::size_t up = rows(block_);
  block_.clear();
  return up == 0 ? "\r\x1b[J" : "\x1b[" + std::to_string(up) + "F\x1b[J";
}

void Terminal::show(std::string_view block) {
  if (!traits_.is_terminal || !may_write()) return;
  if (continued == 0 && widest(block_) <= columns() && rows(block_) == rows(block) && !block_.empty()) {
    // In place, each line cleared behind its text: nothing is ever blank, so nothing flickers.
    std::string frame = "\x1b[" + std::to_string(rows(block_)) + "F";
    for (const char c : block) frame += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    block_ = write_all(frame) ? std::string(block) : "";
    return;
  }
  const std::string frame = erase() + std::string(block);
  block_ = write_all(frame) ? std::string(block) : "";
}

void Terminal::print(std::string_view text) {
  if (text.empty()) return;
  if (!traits_.is_terminal) {
    write_all(text);
    return;
  }
  if (!may_write()) return;
  const std::string block = block_;
  const std::string frame = erase() + std::string(text) + block;
  block_ = write_all(frame) ? block : "";
}

void Terminal::clear() {
  if (block_.empty() || !may_write()) return;
  write_all(erase());
}

}  // namespace hone
