#include "hone/core/base/redact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hone {
namespace {

constexpr std::size_t shortest_secret = 8;

std::string base64(std::string_view bytes, bool url) {
  const std::string_view alphabet = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                        : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) result += alphabet[(bits >> (count - 6)) & 63];
    bits &= (1U << count) - 1;
  }
  return result;
}

// Base64 of the secret inside a longer text: at each of three alignments the characters that depend on it alone.
void add_base64(std::vector<std::string>& needles, std::string_view secret, bool url) {
  for (const std::size_t before : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    std::string code = base64(std::string(before, '\0') + std::string(secret), url);
    const std::size_t skip = before == 0 ? 0 : before + 1;  // ceil(before * 8 / 6)
    const std::size_t keep = (before + secret.size()) * 8 / 6;
    needles.push_back(code.substr(skip, keep - skip));
  }
}

std::string percent(std::string_view secret, const char* digits) {
  std::string result;
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      result += c;
    } else {
      result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result;
}

std::string json_escaped(std::string_view secret) {
  std::string result;
  for (const char c : secret) {
    if (c == '"' || c == '\\' || c == '/') result += '\\';
    result += c;
  }
  return result;
}

bool word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

// Prefixes that services give their keys, and how many word characters must follow.
struct KeyShape {
  std::string_view rule, prefix;
  std::size_t least;
};
constexpr std::array<KeyShape, 14> key_shapes{{{"anthropic-key", "sk-ant-", 20},
                                               {"openai-key", "sk-proj-", 20},
                                               {"openrouter-key", "sk-or-", 20},
                                               {"sk-key", "sk-", 32},
                                               {"github-token", "ghp_", 36},
                                               {"github-token", "gho_", 36},
                                               {"github-token", "github_pat_", 40},
                                               {"gitlab-token", "glpat-", 20},
                                               {"slack-token", "xoxb-", 20},
                                               {"slack-token", "xoxp-", 20},
                                               {"google-key", "AIza", 35},
                                               {"huggingface-token", "hf_", 30},
                                               {"groq-key", "gsk_", 40},
                                               {"aws-key", "AKIA", 16}}};

struct Span {
  std::size_t begin, end;
  std::string_view rule;
};

std::vector<Span> secret_spans(std::string_view text) {
  std::vector<Span> spans;
  for (std::size_t at = 0; (at = text.find("-----BEGIN ", at)) != std::string_view::npos;) {
    const auto line_end = std::min(text.find('\n', at), text.size());
    const std::string_view title = text.substr(at, line_end - at);
    const auto end = text.find("-----END ", line_end);
    const bool key = title.find("PRIVATE KEY") != std::string_view::npos && end != std::string_view::npos;
    const std::size_t stop = key ? std::min(text.find('\n', end), text.size()) : line_end;
    if (key) spans.push_back({at, stop, "private-key"});
    at = stop;
  }
  for (const KeyShape& shape : key_shapes) {
    for (std::size_t at = 0; (at = text.find(shape.prefix, at)) != std::string_view::npos;) {
      const std::size_t begin = at;
      at += shape.prefix.size();
      while (at < text.size() && word(text[at])) ++at;
      const bool starts = begin == 0 || !word(text[begin - 1]);
      if (starts && at - begin - shape.prefix.size() >= shape.least) spans.push_back({begin, at, shape.rule});
    }
  }
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> apart;
  for (const Span& span : spans) {
    if (apart.empty() || span.begin >= apart.back().end) apart.push_back(span);
  }
  return apart;
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < shortest_secret) return;
  needles_.emplace_back(secret);
  add_base64(needles_, secret, false);
  add_base64(needles_, secret, true);
  needles_.push_back(percent(secret, "0123456789ABCDEF"));
  needles_.push_back(percent(secret, "0123456789abcdef"));
  needles_.push_back(json_escaped(secret));
  std::sort(needles_.begin(), needles_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  needles_.erase(std::unique(needles_.begin(), needles_.end()), needles_.end());
}

std::string Redactor::redact(std::string_view text) const {
  std::string result(text);
  for (const std::string& needle : needles_) {
    for (std::size_t at = 0; (at = result.find(needle, at)) != std::string::npos; at += redacted.size()) {
      result.replace(at, needle.size(), redacted);
    }
  }
  return result;
}

std::size_t Redactor::longest() const {
  return needles_.empty() ? 0 : needles_.front().size();
}

std::string RedactingStream::feed(std::string_view piece) {
  held_ = redactor_.redact(held_ + std::string(piece));
  const std::size_t keep = redactor_.longest() == 0 ? 0 : redactor_.longest() - 1;
  if (held_.size() <= keep) return {};
  std::string sure = held_.substr(0, held_.size() - keep);
  held_.erase(0, sure.size());
  return sure;
}

std::string RedactingStream::finish() {
  return redactor_.redact(std::exchange(held_, {}));
}

std::vector<SecretFinding> find_secrets(std::string_view text) {
  std::vector<SecretFinding> findings;
  for (const Span& span : secret_spans(text)) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(span.begin), '\n') + 1;
    findings.push_back({std::string(span.rule), static_cast<std::size_t>(line)});
  }
  return findings;
}

std::string mask_secrets(std::string_view text) {
  std::string result;
  std::size_t done = 0;
  for (const Span& span : secret_spans(text)) {
    result += text.substr(done, span.begin - done);
    result += redacted;
    done = span.end;
  }
  return result + std::string(text.substr(done));
}

}  // namespace hone
