// The generator behind property_test.cpp. Changes replace, delete or insert lines; a new line gets the line end that
// the applier promises: that of the line it replaces, else of the line above.
#include "unit/edit/random_texts.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "hone/core/base/random.hpp"

namespace hone::cases {
namespace {

struct Hunk {  // script steps [begin, end)
  std::size_t begin = 0, end = 0;
};

std::string random_line(Random& random, bool few) {
  constexpr const char* words[] = {"alpha",    "beta",    "x = 1", "return y", "}",   "{",
                                   "  if (a)", "\tgo();", "",      "// note",  "end", "caf\xC3\xA9"};
  const std::string word = words[random.below(12)];
  return few ? word : word + fmt::format(" {}", random.below(1'000'000));
}

std::string_view end_of(Random& random, std::uint64_t style) {
  switch (style) {
    case 0:
      return "\n";
    case 1:
      return "\r\n";
    case 2:
      return "\r";
    default:
      return random.coin() ? "\n" : "\r\n";
  }
}

// Is this run of lines found only once among the lines before the change?
bool once(const std::vector<std::string>& lines, const std::vector<std::string>& run) {
  std::size_t found = 0;
  for (std::size_t i = 0; i + run.size() <= lines.size(); ++i) {
    std::size_t same = 0;
    while (same < run.size() && lines[i + same] == run[same]) ++same;
    found += same == run.size() ? 1 : 0;
  }
  return found == 1;
}

std::vector<std::string> before_lines(const Pair& pair, Hunk hunk) {
  std::vector<std::string> lines;
  for (std::size_t i = hunk.begin; i < hunk.end; ++i) {
    if (pair.script[i].kind != '+') lines.push_back(pair.script[i].line);
  }
  return lines;
}

std::string side(const Pair& pair, Hunk hunk, char without) {
  std::string text;
  for (std::size_t i = hunk.begin; i < hunk.end; ++i) {
    if (pair.script[i].kind != without) text += pair.script[i].line + "\n";
  }
  return text;
}

// Runs of changes with `context` kept lines around, merged where they touch.
std::vector<Hunk> hunks_of(const Pair& pair, std::size_t context) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < pair.script.size(); ++i) {
    if (pair.script[i].kind == ' ') continue;
    const std::size_t begin = i > context ? i - context : 0;
    const std::size_t end = std::min(pair.script.size(), i + 1 + context);
    if (!hunks.empty() && begin <= hunks.back().end) {
      hunks.back().end = end;
    } else {
      hunks.push_back({begin, end});
    }
  }
  return hunks;
}

// Context grows until every hunk names one place.
std::vector<Hunk> unique_hunks(const Pair& pair) {
  const auto all = before_lines(pair, {0, pair.script.size()});
  for (std::size_t context = 1; context < pair.script.size(); ++context) {
    const auto hunks = hunks_of(pair, context);
    bool unique = true;
    for (const Hunk& hunk : hunks) unique = unique && once(all, before_lines(pair, hunk));
    if (unique) return hunks;
  }
  return {{0, pair.script.size()}};
}

std::string json(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result + "\"";
}

}  // namespace

Pair random_pair(std::uint64_t seed, const RandomTexts& texts) {
  Random random(seed * 7919);
  Pair pair;
  pair.seed = seed;
  const std::uint64_t style = random.below(texts.same_ends ? 3 : 4);
  const std::size_t count = 1 + random.below(40);
  std::vector<std::string> ends;
  for (std::size_t i = 0; i < count; ++i) {
    pair.script.push_back({' ', random_line(random, texts.few_lines)});
    ends.emplace_back(end_of(random, style));
  }
  if (pair.script.back().line.empty()) pair.script.back().line = "last";  // an empty line without an end is no line
  pair.newline_before = pair.newline_after = random.below(3) != 0 || (style == 2 && count < 3);
  // Changes: at most a third of the lines, never all of them.
  std::vector<Step> script;
  std::vector<std::string> script_ends;
  bool changed = false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t dice = random.below(9);
    const bool force = i + 1 == count && !changed;
    const std::size_t added = dice == 0 || dice == 1 || force ? 1 + random.below(3) : 0;
    const bool gone = count > 1 && (dice == 1 || dice == 2) && !force && i > 0;
    if (gone) script.push_back({'-', pair.script[i].line});
    if (gone) script_ends.push_back(ends[i]);
    if (!gone) {
      script.push_back(pair.script[i]);
      script_ends.push_back(ends[i]);
    }
    for (std::size_t k = 0; k < added; ++k) {
      script.push_back({'+', random_line(random, false) + " new"});
      script_ends.push_back("?");
    }
    changed = changed || gone || added > 0;
  }
  pair.script = std::move(script);
  if (texts.final_newline_changes && random.below(4) == 0 && pair.script.back().kind == '+')
    pair.newline_after = !pair.newline_before;
  // Ends of new lines as the applier promises them, run by run. The last line may have none of its own.
  for (std::size_t i = pair.script.size(); !pair.newline_before && i-- > 0;) {
    if (pair.script[i].kind == '+') continue;
    script_ends[i].clear();
    break;
  }
  std::string near = count == 1 && !pair.newline_before ? "\n" : ends[0];
  for (std::size_t i = 0; i < pair.script.size();) {
    if (pair.script[i].kind == ' ') {
      if (script_ends[i].empty()) script_ends[i] = near;
      near = script_ends[i++];
      continue;
    }
    std::size_t stop = i;
    std::vector<std::string> replaced;
    for (; stop < pair.script.size() && pair.script[stop].kind != ' '; ++stop) {
      if (pair.script[stop].kind == '-') replaced.push_back(script_ends[stop]);
    }
    std::size_t used = 0;
    for (; i < stop; ++i) {
      if (pair.script[i].kind != '+') continue;
      if (used < replaced.size() && !replaced[used].empty()) near = replaced[used];
      ++used;
      script_ends[i] = near;
    }
  }
  std::size_t cut_before = 0, cut_after = 0;
  for (std::size_t i = 0; i < pair.script.size(); ++i) {
    const std::string line = pair.script[i].line + script_ends[i];
    if (pair.script[i].kind != '+') pair.before += line, cut_before = script_ends[i].size();
    if (pair.script[i].kind != '-') pair.after += line, cut_after = script_ends[i].size();
  }
  if (!pair.newline_before) pair.before.resize(pair.before.size() - cut_before);
  if (!pair.newline_after) pair.after.resize(pair.after.size() - cut_after);
  return pair;
}

std::string as_search_replace(const Pair& pair) {
  std::string reply = "One change.\n\n";
  for (const Hunk& hunk : unique_hunks(pair)) {
    reply +=
        "t.txt\n<<<<<<< SEARCH\n" + side(pair, hunk, '+') + "=======\n" + side(pair, hunk, '-') + ">>>>>>> REPLACE\n\n";
  }
  return reply;
}

std::string as_unified_diff(const Pair& pair) {
  std::string reply = "--- a/t.txt\n+++ b/t.txt\n";
  for (const Hunk& hunk : hunks_of(pair, 3)) {
    std::size_t old_line = 1, new_line = 1, olds = 0, news = 0;
    for (std::size_t i = 0; i < hunk.end; ++i) {
      const char kind = pair.script[i].kind;
      (i < hunk.begin ? old_line : olds) += kind != '+' ? 1 : 0;
      (i < hunk.begin ? new_line : news) += kind != '-' ? 1 : 0;
    }
    reply += fmt::format("@@ -{},{} +{},{} @@\n", olds == 0 ? old_line - 1 : old_line, olds, new_line, news);
    std::size_t last_old = pair.script.size(), last_new = pair.script.size();
    for (std::size_t i = 0; i < pair.script.size(); ++i) {
      if (pair.script[i].kind != '+') last_old = i;
      if (pair.script[i].kind != '-') last_new = i;
    }
    for (std::size_t i = hunk.begin; i < hunk.end; ++i) {
      const Step& step = pair.script[i];
      const bool split =
          step.kind == ' ' && i == last_old && i == last_new && pair.newline_before != pair.newline_after;
      REQUIRE_FALSE(split);  // the generator changes the final newline only together with the last line
      reply += step.kind + step.line + "\n";
      const bool bare = (i == last_old && step.kind != '+' && !pair.newline_before) ||
                        (i == last_new && step.kind != '-' && !pair.newline_after);
      if (bare) reply += "\\ No newline at end of file\n";
    }
  }
  return reply;
}

std::string as_v4a(const Pair& pair) {
  std::string reply = "*** Begin Patch\n*** Update File: t.txt\n";
  for (const Hunk& hunk : unique_hunks(pair)) {
    reply += "@@\n";
    for (std::size_t i = hunk.begin; i < hunk.end; ++i) reply += pair.script[i].kind + pair.script[i].line + "\n";
  }
  return reply + "*** End Patch\n";
}

std::string as_tool_calls(const Pair& pair) {
  std::string reply;
  for (const Hunk& hunk : unique_hunks(pair)) {
    reply += "```json\n{\"path\": \"t.txt\", \"old_str\": " + json(side(pair, hunk, '+')) +
             ", \"new_str\": " + json(side(pair, hunk, '-')) + "}\n```\n";
  }
  return reply;
}

std::string lf(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      result += text[i];
    } else if (i + 1 >= text.size() || text[i + 1] != '\n') {
      result += '\n';
    }
  }
  if (!result.ends_with('\n')) result += '\n';
  return result;
}

}  // namespace hone::cases
