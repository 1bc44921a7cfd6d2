// The foot of a terminal: one block of lines that is overwritten in place, and lines that scroll by above it.
// No terminal mode is ever changed, so kill -9 and Ctrl-Z leave nothing to restore. A terminal that is gone
// (EIO, EPIPE), stopped (Ctrl-S) or in the background costs nothing: the frame is dropped. State thread only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

struct TerminalTraits {
  bool is_terminal = false;  // a live block makes sense
  bool colour = false;
  bool unicode = false;
};
// From the descriptor and TERM, NO_COLOR, LC_ALL, LC_CTYPE, LANG. `plain`: --plain was given.
[[nodiscard]] TerminalTraits look_at_terminal(int descriptor, bool plain);

class Terminal {
 public:
  // Borrows the descriptor. SIGPIPE should be ignored in the process. One Terminal at a time: it listens to SIGCONT.
  Terminal(int descriptor, TerminalTraits traits);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] const TerminalTraits& traits() const { return traits_; }
  [[nodiscard]] std::size_t columns() const;  // asked anew each time: a resize needs no signal; 100 for pipes
  // Puts `block` (lines that fit, each with its newline) in the place of the last one.
  void show(std::string_view block);
  // `text` (whole lines) above the block, to stay.
  void print(std::string_view text);
  // Takes the block away; what comes next starts on a clean line.
  void clear();
  [[nodiscard]] bool gone() const { return gone_; }

 private:
  [[nodiscard]] bool may_write() const;
  [[nodiscard]] std::string erase();
  bool write_all(std::string_view bytes);

  int descriptor_;
  int own_ = -1;
  TerminalTraits traits_;
  std::string block_;  // on the screen now
  bool gone_ = false;
};

}  // namespace hone
