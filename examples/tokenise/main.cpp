// Frozen: the judge. `check` compares scan() with a slow reference on seeded inputs; `bench` scans one seeded document
// and prints a checksum of its tokens; `empty` does all of bench except scanning, so that it can be subtracted.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "scanner.hpp"

namespace {

using tokenise::Kind;
using tokenise::Token;

struct Dice {
  std::uint64_t state;
  std::uint32_t below(std::uint32_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>((state >> 33) % n);
  }
};

void append_value(Dice& dice, std::string& text, int depth) {
  const std::uint32_t what = dice.below(depth > 4 ? 4 : 7);
  if (what == 0) {
    text += std::to_string(static_cast<int>(dice.below(200000)) - 100000);
    if (dice.below(3) == 0) text += "." + std::to_string(dice.below(1000));
    if (dice.below(8) == 0) text += "e-" + std::to_string(dice.below(20));
  } else if (what <= 2) {
    text += '"';
    for (std::uint32_t n = dice.below(24); n > 0; --n) {
      const std::uint32_t c = dice.below(64);
      text += c == 0 ? "\\\"" : c == 1 ? "\\\\" : c < 8 ? " " : std::string(1, static_cast<char>('a' + c % 26));
    }
    text += '"';
  } else if (what == 3) {
    text += dice.below(3) == 0 ? "null" : dice.below(2) == 0 ? "true" : "false";
  } else {
    const bool object = what >= 5;
    text += object ? "{" : "[";
    for (std::uint32_t n = dice.below(6), i = 0; i < n; ++i) {
      if (i > 0) text += ",";
      if (dice.below(2) == 0) text += "\n" + std::string(static_cast<std::size_t>(2 * depth), ' ');
      if (object) text += "\"key" + std::to_string(dice.below(50)) + "\": ";
      append_value(dice, text, depth + 1);
    }
    text += object ? "}" : "]";
  }
}

std::string document(std::uint64_t seed, std::size_t bytes) {
  Dice dice{seed};
  std::string text;
  while (text.size() < bytes) {
    append_value(dice, text, 0);
    text += "\n";
  }
  return text;
}

// The meaning of the token grammar, as plainly as it can be said.
std::vector<Token> reference(const std::string& text) {
  const auto among = [](char c, const char* set) { return c != '\0' && std::strchr(set, c) != nullptr; };
  const char* const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t end = at + 1;
    Kind kind = Kind::bad;
    if (among(c, " \t\n\r")) {
      ++at;
      continue;
    }
    if (among(c, "{}[]:,")) {
      kind = static_cast<Kind>(std::strchr("{}[]:,", c) - std::strchr("{}[]:,", '{'));
    } else if (c == '"') {
      bool escaped = false, closed = false;
      for (; end < text.size() && !closed; ++end) {
        closed = text[end] == '"' && !escaped;
        escaped = text[end] == '\\' && !escaped;
      }
      kind = closed ? Kind::string : Kind::bad;
    } else if (among(c, "0123456789-")) {
      kind = Kind::number;
      while (end < text.size() && among(text[end], "0123456789.eE+-")) ++end;
    } else if (among(c, letters)) {
      kind = Kind::word;
      while (end < text.size() && among(text[end], letters)) ++end;
    }
    tokens.push_back({kind, at, end});
    at = end;
  }
  return tokens;
}

bool agrees(const std::string& text) {
  tokenise::Tokens tokens;
  tokenise::scan(text.data(), text.size(), tokens);
  const std::vector<Token> expected = reference(text);
  if (tokens.size() != expected.size()) return false;
  std::size_t i = 0;
  for (const Token& token : tokens) {
    const Token& want = expected[i++];
    if (token.kind != want.kind || token.begin != want.begin || token.end != want.end) return false;
  }
  return true;
}

int check() {
  Dice dice{99};
  const std::string odd = "{}[]:,\"\\ \n\t\r-+.eE09azAZ\x01\x7f\x80\xff#/'";
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    std::string text = document(seed, 200);
    if (seed % 2 == 0) {  // damage it: replaced, cut and unclosed
      for (int n = 0; n < 8; ++n)
        text[dice.below(static_cast<std::uint32_t>(text.size()))] =
            odd[dice.below(static_cast<std::uint32_t>(odd.size()))];
      text.resize(dice.below(static_cast<std::uint32_t>(text.size())));
    }
    if (seed % 5 == 0) text.insert(text.size() / 2, 1, '\0');
    if (!agrees(text)) {
      std::fprintf(stderr, "tokens differ from the reference on seed %llu:\n%s\n",
                   static_cast<unsigned long long>(seed), text.c_str());
      return 1;
    }
  }
  std::puts("400 inputs agree");
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string mode = count == 2 ? words[1] : "";
  if (mode == "check") return check();
  if (mode != "bench" && mode != "empty") {
    std::fprintf(stderr, "usage: tokenise check|bench|empty\n");
    return 2;
  }
  const std::string text = document(7, 100000);
  std::uint64_t sum = 1469598103934665603ULL;
  if (mode == "bench") {
    tokenise::Tokens tokens;
    tokenise::scan(text.data(), text.size(), tokens);
    for (const Token& token : tokens) {
      sum = (sum ^ static_cast<std::uint64_t>(token.kind) ^ token.begin << 8 ^ token.end << 32) * 1099511628211ULL;
    }
  }
  std::printf("%016llx\n", static_cast<unsigned long long>(sum));
  return 0;
}
