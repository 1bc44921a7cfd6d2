// Token shapes: the published prefixes of the services, plus lengths, so that words of code are not taken for keys.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/edit/lines.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/edit/screen.hpp"

namespace hone {
namespace {

constexpr std::size_t most_line = 4096;   // longer lines are not assignments
constexpr std::size_t most_token = 2048;  // bounds the work at every place

struct Shape {
  std::string_view rule;
  std::string_view prefix;
  std::size_t least;       // characters after the prefix
  std::string_view extra;  // besides letters and digits
};

constexpr std::array<Shape, 24> shapes{{
    {"Anthropic key", "sk-ant-", 20, "-_"},
    {"OpenAI key", "sk-proj-", 20, "-_"},
    {"OpenRouter key", "sk-or-v1-", 32, ""},
    {"API key", "sk-", 32, "-_"},
    {"GitHub token", "ghp_", 30, ""},
    {"GitHub token", "gho_", 30, ""},
    {"GitHub token", "ghu_", 30, ""},
    {"GitHub token", "ghs_", 30, ""},
    {"GitHub token", "ghr_", 30, ""},
    {"GitHub token", "github_pat_", 22, "_"},
    {"GitLab token", "glpat-", 20, "-_"},
    {"Slack token", "xoxb-", 20, "-"},
    {"Slack token", "xoxp-", 20, "-"},
    {"Slack token", "xapp-", 20, "-"},
    {"Google API key", "AIza", 33, "-_"},
    {"AWS access key", "AKIA", 16, ""},
    {"AWS access key", "ASIA", 16, ""},
    {"Hugging Face token", "hf_", 30, ""},
    {"Groq key", "gsk_", 40, ""},
    {"xAI key", "xai-", 40, ""},
    {"npm token", "npm_", 30, ""},
    {"PyPI token", "pypi-AgE", 40, "-_"},
    {"Stripe key", "sk_live_", 20, ""},
    {"SendGrid key", "SG.", 40, "-_."},
}};

bool alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A token has digits and letters in disorder; "sk-learn-compatible-estimators-and-more" has none.
bool random_looking(std::string_view text) {
  std::array<int, 256> count{};
  bool digit = false;
  bool letter = false;
  for (const char c : text) {
    ++count[static_cast<unsigned char>(c)];
    digit = digit || (c >= '0' && c <= '9');
    letter = letter || (alnum(c) && !(c >= '0' && c <= '9'));
  }
  double bits = 0;  // Shannon entropy a character
  for (const int n : count) {
    if (n == 0) continue;
    const double share = n / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return digit && letter && bits > 2.8;
}

std::size_t line_of(std::string_view text, std::size_t at) {
  return static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
}

std::optional<Spotted> token_at(std::string_view text, std::size_t at) {
  if (at > 0 && (alnum(text[at - 1]) || text[at - 1] == '_')) return std::nullopt;
  for (const Shape& shape : shapes) {
    if (!text.substr(at).starts_with(shape.prefix)) continue;
    std::size_t end = at + shape.prefix.size();
    while (end < text.size() && end - at < most_token &&
           (alnum(text[end]) || shape.extra.find(text[end]) != std::string_view::npos))
      ++end;
    const auto body = text.substr(at + shape.prefix.size(), end - at - shape.prefix.size());
    if (body.size() >= shape.least && random_looking(body)) return Spotted{std::string(shape.rule), 0, at, end};
  }
  return std::nullopt;
}

std::optional<Spotted> jwt_at(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("eyJ") || (at > 0 && alnum(text[at - 1]))) return std::nullopt;
  std::size_t end = at, dots = 0;
  while (end < text.size() && end - at < most_token &&
         (alnum(text[end]) || text[end] == '-' || text[end] == '_' || text[end] == '.')) {
    dots += text[end++] == '.' ? 1 : 0;
  }
  if (dots != 2 || end - at < 60) return std::nullopt;
  return Spotted{"JSON web token", 0, at, end};
}

std::optional<Spotted> private_key_at(std::string_view text, std::size_t at) {
  constexpr std::string_view open = "-----BEGIN ";
  if (!text.substr(at).starts_with(open)) return std::nullopt;
  const auto head = text.substr(at, 80);
  const auto label = head.find("PRIVATE KEY");
  if (label == std::string_view::npos || head.substr(0, label).find('\n') != std::string_view::npos)
    return std::nullopt;
  const auto close = text.find("-----END ", at + open.size());
  if (close == std::string_view::npos) return Spotted{"private key", 0, at, text.size()};
  return Spotted{"private key", 0, at, std::min(text.find('\n', close), text.size())};
}

// `password = "..."`, `API_KEY: ...` with a value that looks like chance.
std::optional<Spotted> assignment_in(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view line = text.substr(begin, end - begin);
  const auto sign = line.find_first_of("=:");
  if (sign == std::string_view::npos || sign + 1 >= line.size()) return std::nullopt;
  const std::string name = lower(trim(line.substr(0, sign)));
  bool speaks = false;
  for (const std::string_view word : {"api_key", "apikey", "api-key", "secret_key", "secret_access_key", "access_token",
                                      "auth_token", "password", "passwd", "client_secret"}) {
    speaks = speaks || name.ends_with(word) || name.ends_with(std::string(word) + "\"") ||
             name.ends_with(std::string(word) + "'");
  }
  if (!speaks) return std::nullopt;
  const auto first = line.find_first_not_of(" \t\"'=", sign + 1);
  if (first == std::string_view::npos) return std::nullopt;
  std::size_t last = first;
  while (last < line.size() &&
         (alnum(line[last]) || std::string_view("+/_-=.").find(line[last]) != std::string_view::npos))
    ++last;
  const auto value = line.substr(first, last - first);
  if (value.size() < 20 || !random_looking(value) || (last < line.size() && line[last] == '(')) return std::nullopt;
  return Spotted{"secret in an assignment", 0, begin + first, begin + last};
}

std::optional<Spotted> shape_at(std::string_view text, std::size_t at) {
  if (text[at] == '-') return private_key_at(text, at);
  if (text[at] == 'e') return jwt_at(text, at);
  if (std::string_view("sghxAnpS").find(text[at]) != std::string_view::npos) return token_at(text, at);
  return std::nullopt;
}

std::optional<Spotted> secret_from(std::string_view text, std::size_t from) {
  for (std::size_t begin = from; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    for (std::size_t at = begin; at < end; ++at) {
      if (auto found = shape_at(text, at)) return found;
    }
    if (end - begin <= most_line) {
      if (auto found = assignment_in(text, begin, end)) return found;
    }
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Spotted> find_secret(std::string_view text) {
  auto found = secret_from(text, 0);
  if (found) found->line = line_of(text, found->begin);
  return found;
}

std::string mask_secrets(std::string_view text) {
  std::string result;
  std::size_t at = 0;
  while (const auto found = secret_from(text, at)) {
    result.append(text.substr(at, found->begin - at)).append("[secret: ").append(found->rule).append("]");
    at = std::max(found->end, at + 1);
  }
  return result.append(text.substr(at));
}

}  // namespace hone
