// Complete files in code fences, or a reply that is nothing but the file.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include "core/edit/fences.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/match.hpp"
#include "core/edit/paths.hpp"
#include "core/edit/whole_file.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

constexpr double same_file = 0.5;         // line overlap of a file with its next version
constexpr double excerpt_size = 0.5;      // fewer lines than this share of the file, many of them its own: an excerpt
constexpr double excerpt_own = 0.35;      // an excerpt with its change in it: not all of its lines are the file's
constexpr double most_lost = 0.5;         // so few of the heads, and not from the file's beginning on: an excerpt
constexpr double most_heads = 0.8;        // with so many of the heads it is the whole file, made shorter
constexpr double fragment_size = 0.34;    // shorter than that, nothing tells a new file from one function of it
constexpr std::size_t short_file = 12;    // lines; below it half the file is a change like any other,
constexpr std::size_t shortest_file = 6;  // and here anything is

struct Candidate {
  std::string path;  // "" = not named
  std::string_view info;
  Text text;
};

bool wrapped(const SourceFile& file, char sign) {
  return file.text.find(std::string(3, sign)) != std::string::npos;
}

// Where every fence that opens inside names its language, a bare one closes the innermost open one.
std::optional<std::size_t> nested_close(const ReplyView& reply, const Fence& outer) {
  std::size_t depth = 1;
  for (std::size_t i = outer.open + 1; i < reply.lines.size(); ++i) {
    char sign = 0;
    std::string_view info;
    if (fence_signs(reply.lines[i], sign, info) < outer.signs || sign != outer.sign) continue;
    if (!info.empty()) {
      ++depth;
    } else if (--depth == 0) {
      return i;
    }
  }
  return std::nullopt;
}

bool all_fences_named(const SourceFile& file) {
  bool open = false;
  for (const auto line : lines(file.text)) {
    char sign = 0;
    std::string_view info;
    if (fence_signs(line, sign, info) == 0) continue;
    if (!open && info.empty()) return false;
    open = !open;
  }
  return true;
}

// Where the file itself holds fences, the outermost pair counts, whatever stands between.
std::vector<Fence> fences_for(const ReplyView& reply, const std::vector<SourceFile>& originals) {
  std::vector<Fence> fences = find_fences(reply.lines);
  if (fences.size() < 2 || originals.size() != 1 || !wrapped(originals[0], fences[0].sign)) return fences;
  Fence outer = fences.front();
  if (outer.signs > 3 || fences.front().sign == '~') return fences;  // the outer fence is told apart already
  if (all_fences_named(originals[0])) {  // a fence after the file (how to run it) is not the file's end
    if (const auto close = nested_close(reply, outer)) {
      outer.close = *close;
      outer.closed = true;
      return {outer};
    }
  }
  for (std::size_t i = reply.lines.size(); i-- > outer.open + 1;) {
    char sign = 0;
    std::string_view info;
    if (fence_signs(reply.lines[i], sign, info) >= outer.signs && sign == outer.sign && info.empty()) {
      outer.close = i;
      outer.closed = true;
      return {outer};
    }
  }
  return fences;
}

std::string named_above(const ReplyView& reply, std::size_t open, const EditPolicy& policy) {
  for (std::size_t back = 1; back <= 2 && back <= open; ++back) {
    const auto line = trim(reply.lines[open - back]);
    if (line.empty()) continue;
    return path_line(line, policy);
  }
  return {};
}

std::string named_in_info(std::string_view info, const EditPolicy& policy) {
  for (const auto part : split(info, ' ')) {
    const auto mark = part.find_last_of(":=");
    for (const auto name : {part, mark == std::string_view::npos ? part : part.substr(mark + 1)}) {
      if (const auto path = resolve_path(name, policy); path && !name.empty()) return *path;
    }
  }
  return {};
}

Candidate candidate_of(const ReplyView& reply, const Fence& fence, const EditPolicy& policy) {
  Candidate candidate{named_in_info(fence.info, policy), fence.info, {}};
  if (candidate.path.empty()) candidate.path = named_above(reply, fence.open, policy);
  std::size_t first = fence.open + 1;
  if (first < fence.close) {  // the name as the first line inside
    if (const auto path = resolve_path(reply.lines[first], policy); path && clean_path(reply.lines[first]) == *path) {
      if (candidate.path.empty()) candidate.path = *path;
      if (candidate.path == *path) ++first;
    }
  }
  for (std::size_t i = first; i < fence.close; ++i) candidate.text.emplace_back(reply.lines[i]);
  return candidate;
}

bool shell_output(std::string_view info) {
  const std::string kind = lower(info.substr(0, info.find_first_of(" :=")));
  for (const std::string_view each : {"bash", "sh", "shell", "console", "output", "diff", "patch", "json", "zsh"}) {
    if (kind == each) return true;
  }
  return false;
}

// The one target that an unnamed fence is a version of.
const SourceFile* best_target(const Candidate& candidate, const std::vector<SourceFile>& originals, double& overlap) {
  const SourceFile* best = nullptr;
  overlap = -1;
  for (const auto& file : originals) {
    const double each = line_overlap(file.text, candidate.text);
    if (each > overlap) {
      overlap = each;
      best = &file;
    }
  }
  return best;
}

bool suits(const Candidate& candidate, const SourceFile& file, double overlap) {
  if (overlap >= 0.3) return true;
  if (shell_output(candidate.info) || candidate.info.empty()) return false;
  const std::size_t lines_before = split_file(file.text).lines.size();
  return candidate.text.size() * 2 >= lines_before;  // a rewrite of about the file's size, in a language fence
}

// A piece of the file as it is, shown beside the piece that is to replace it.
bool quotes(const SourceFile& file, const Text& text) {
  std::vector<std::string_view> there = lines(file.text);
  if (static_cast<double>(text.size()) >= most_heads * static_cast<double>(there.size())) return false;
  const SearchFile search(file.path, std::move(there));
  return !find_lines(search, text, Compare::trail, {0, search.lines().size()}).empty();
}

// The share of the file's lines at column 0 (heads of functions and classes) that are still there: a file that was
// made shorter keeps them, an excerpt has its own alone.
double heads_kept(const FileLines& before, const Text& text) {
  std::size_t heads = 0, kept = 0;
  for (const auto& line : before.lines) {
    if (line.text.empty() || std::isalpha(static_cast<unsigned char>(line.text[0])) == 0) continue;
    ++heads;
    const bool there = std::any_of(text.begin(), text.end(),
                                   [&](const auto& each) { return right_trim(each) == right_trim(line.text); });
    kept += there ? 1U : 0U;
  }
  return heads == 0 ? 0 : static_cast<double>(kept) / static_cast<double>(heads);
}

// It begins with a line from further down in the file, and code above that line is nowhere in it.
bool begins_inside(const FileLines& before, const Text& text) {
  const auto first = std::find_if(text.begin(), text.end(), [](const auto& line) { return !is_blank(line); });
  if (first == text.end()) return false;
  const auto has = [&](std::string_view line) {
    return std::any_of(text.begin(), text.end(), [&](const auto& each) { return right_trim(each) == line; });
  };
  bool lost = false;
  for (const auto& line : before.lines) {
    const std::string_view bare = right_trim(line.text);
    if (bare == right_trim(*first)) return lost;
    const bool head = !bare.empty() && std::isalpha(static_cast<unsigned char>(bare[0])) != 0;
    const bool import =
        bare.starts_with("import ") || bare.starts_with("from ") || bare.starts_with("us");  // use, using
    lost = lost || (head && !import && !has(bare));
  }
  return false;
}

const SourceFile& find_source(const std::vector<SourceFile>& originals, std::string_view path) {
  return *std::find_if(originals.begin(), originals.end(), [&](const auto& each) { return each.path == path; });
}

Rejection is_excerpt(const std::string& path, std::size_t has, std::size_t had) {
  return {
      RejectCode::lazy,
      fmt::format(
          "The code for {} has {} lines and the file has {}: it looks like an excerpt. Send the complete file, every "
          "line of it, or use SEARCH/REPLACE blocks for a part, also to delete a large part.",
          path, has, had)};
}

Rejection not_closed() {
  return {RejectCode::truncated,
          "The code fence that holds the file is not closed, so the file may be cut off. Send it "
          "complete, or use SEARCH/REPLACE blocks."};
}

Parsed<Hunk> hunk_for(Candidate candidate, const std::vector<SourceFile>& originals, double overlap) {
  const auto file =
      std::find_if(originals.begin(), originals.end(), [&](const auto& each) { return each.path == candidate.path; });
  if (file != originals.end()) {
    const FileLines before = split_file(file->text);
    const std::size_t had = before.lines.size();
    const double share = static_cast<double>(candidate.text.size()) / static_cast<double>(std::max(had, 1UL));
    if (had >= short_file && share < excerpt_size && heads_kept(before, candidate.text) < most_heads &&
        (share < fragment_size || shared_lines(file->text, candidate.text) >= excerpt_own)) {
      return tl::unexpected<Rejection>(is_excerpt(candidate.path, candidate.text.size(), had));
    }
    const double kept = heads_kept(before, candidate.text);
    const bool none_left = kept == 0 && had >= shortest_file && share < excerpt_size;
    if (none_left || (kept <= most_lost && begins_inside(before, candidate.text)))
      return tl::unexpected<Rejection>(is_excerpt(candidate.path, candidate.text.size(), had));
    if (same_but_for_spaces(file->text, candidate.text)) {
      return reject(RejectCode::no_op, fmt::format("The code for {} is the file as it is{}.", candidate.path,
                                                   overlap < 0 ? "" : ", but for white space at line ends"));
    }
  }
  Hunk hunk;
  hunk.path = std::move(candidate.path);
  hunk.replace = std::move(candidate.text);
  hunk.whole = true;
  return hunk;
}

// A sentence: words, and none of the signs that code is made of.
bool is_prose(std::string_view line) {
  line = trim(line);
  if (line.empty() || line.find_first_of("(){}[];=\"'`#/\\|_@$") != std::string_view::npos) return false;
  return std::count(line.begin(), line.end(), ' ') >= 2 || line.ends_with(':');
}

// What stands around code that has no fence: the intent line, the file's name, a tag that takes the place of a fence.
void strip_frame(Text& text, std::string_view file, const EditPolicy& policy) {
  const auto drop_blank = [&] {
    while (!text.empty() && is_blank(text.front())) text.erase(text.begin());
    while (!text.empty() && is_blank(text.back())) text.pop_back();
  };
  drop_blank();
  if (!text.empty() && lower(text.front()).starts_with("intent:")) text.erase(text.begin());
  drop_blank();
  if (!text.empty()) {
    if (const auto path = resolve_path(text.front(), policy); path && clean_path(text.front()) == *path)
      text.erase(text.begin());
  }
  drop_blank();
  const bool tagged = text.size() > 2 && text.front().starts_with('<') && trim(text.front()).ends_with('>') &&
                      text.back().starts_with("</") && !trim(file).starts_with('<');
  if (!tagged) return;
  text.erase(text.begin());
  text.pop_back();
}

// A reply that is only code: at least half of its lines are the target's.
std::optional<Parsed<Edits>> bare_file(const ReplyView& reply, const std::vector<SourceFile>& originals,
                                       const EditPolicy& policy) {
  if (originals.size() != 1) return std::nullopt;
  Candidate candidate{originals[0].path, {}, {}};
  for (const auto line : reply.lines) candidate.text.emplace_back(line);
  if (line_overlap(originals[0].text, candidate.text) < same_file) return std::nullopt;
  strip_frame(candidate.text, originals[0].text, policy);
  if (candidate.text.empty()) return std::nullopt;
  const FileLines before = split_file(originals[0].text);
  for (const std::string_view line :
       {std::string_view(candidate.text.front()), std::string_view(candidate.text.back())}) {
    const bool known = std::any_of(before.lines.begin(), before.lines.end(),
                                   [&](const auto& each) { return trim(each.text) == trim(line); });
    if (known || !is_prose(line)) continue;
    return reject(RejectCode::no_edit,
                  fmt::format("The code stands without a fence between sentences (`{}`), so where the file begins and "
                              "ends cannot be told. Put the complete file in one code fence.",
                              one_line(line, 80)));
  }
  auto hunk = hunk_for(std::move(candidate), originals, 0);
  if (!hunk) return tl::unexpected<Rejection>(std::move(hunk.error()));
  return Edits{EditFormat::whole_file, {std::move(*hunk)}, {"bare"}, {}, {}};
}

}  // namespace

double line_overlap(std::string_view file, const Text& text) {
  const FileLines before = split_file(file);
  if (before.lines.empty() && text.empty()) return 1;
  std::unordered_map<std::uint64_t, std::size_t> count;
  std::size_t total = 0, shared = 0;
  for (const auto& line : before.lines) {
    if (is_blank(line.text)) continue;
    ++count[hash_of(trim(line.text))];
    ++total;
  }
  for (const auto& line : text) {
    if (is_blank(line)) continue;
    ++total;
    const auto at = count.find(hash_of(trim(line)));
    if (at == count.end() || at->second == 0) continue;
    --at->second;
    ++shared;
  }
  return total == 0 ? 0 : 2.0 * static_cast<double>(shared) / static_cast<double>(total);
}

double shared_lines(std::string_view file, const Text& text) {
  const auto solid =
      static_cast<double>(std::count_if(text.begin(), text.end(), [](const auto& line) { return !is_blank(line); }));
  if (solid == 0) return 1;
  const FileLines before = split_file(file);
  const auto had = static_cast<double>(
      std::count_if(before.lines.begin(), before.lines.end(), [](const auto& line) { return !is_blank(line.text); }));
  return line_overlap(file, text) * (had + solid) / 2 / solid;
}

bool same_but_for_spaces(std::string_view file, const Text& text) {
  const FileLines before = split_file(file);
  std::size_t n = before.lines.size(), m = text.size();
  while (n > 0 && is_blank(before.lines[n - 1].text)) --n;
  while (m > 0 && is_blank(text[m - 1])) --m;
  if (n != m) return false;
  for (std::size_t i = 0; i < n; ++i) {
    if (right_trim(before.lines[i].text) != right_trim(text[i])) return false;
  }
  return true;
}

bool labelled_excerpt(const ReplyView& reply, std::size_t open) {
  for (std::size_t back = 1; back <= 2 && back <= open; ++back) {
    const std::string line = lower(trim(reply.lines[open - back]));
    if (line.empty()) continue;
    for (const std::string_view word :
         {"excerpt", "for reference", "currently", "current ", "before", "original", "for context", "snippet",
          "existing", "example", "result", "looks like", "would look", "after the"}) {
      if (line.find(word) != std::string::npos) return true;
    }
    return false;
  }
  return false;
}

std::optional<Parsed<Edits>> parse_whole_file(const ReplyView& reply, const std::vector<SourceFile>& originals,
                                              const EditPolicy& policy) {
  const std::vector<Fence> fences = fences_for(reply, originals);
  if (fences.empty()) return bare_file(reply, originals, policy);
  if (fences.size() > max_blocks)
    return reject(RejectCode::too_large,
                  fmt::format("The reply holds {} code fences; at most {} are read.", fences.size(), max_blocks));
  Edits edits{EditFormat::whole_file, {}, {}, {}, {}};
  std::vector<Candidate> unnamed;
  std::optional<Rejection> excerpt;  // when nothing better is found
  std::optional<Rejection> quoted;   // a piece of the file: what else is there may be the piece to put in its place
  for (const Fence& fence : fences) {
    Candidate candidate = candidate_of(reply, fence, policy);
    if (candidate.path.empty()) {
      double overlap = 0;
      const SourceFile* target = best_target(candidate, originals, overlap);
      if (target == nullptr) continue;
      if (quotes(*target, candidate.text)) {
        quoted = is_excerpt(target->path, candidate.text.size(), split_file(target->text).lines.size());
        continue;
      }
      if (labelled_excerpt(reply, fence.open)) continue;
      if (!suits(candidate, *target, overlap)) {
        if (candidate.text.size() >= 3 && shared_lines(target->text, candidate.text) >= 0.7) {
          excerpt = is_excerpt(target->path, candidate.text.size(), split_file(target->text).lines.size());
        }
        continue;
      }
      if (!fence.closed) return tl::unexpected<Rejection>(not_closed());
      candidate.path = target->path;
      unnamed.push_back(std::move(candidate));
      continue;
    }
    if (!fence.closed) return tl::unexpected<Rejection>(not_closed());
    const auto path = resolve_path(candidate.path, policy);
    if (!path) return tl::unexpected<Rejection>(bad_path(candidate.path, policy));
    candidate.path = *path;
    auto hunk = hunk_for(std::move(candidate), originals, 1);
    if (!hunk) return tl::unexpected<Rejection>(std::move(hunk.error()));
    edits.hunks.push_back(std::move(*hunk));
  }
  if (edits.hunks.empty()) {
    for (Candidate& candidate : unnamed) {
      if (quoted && heads_kept(split_file(find_source(originals, candidate.path).text), candidate.text) < most_heads)
        return tl::unexpected<Rejection>(std::move(*quoted));
      auto hunk = hunk_for(std::move(candidate), originals, 1);
      if (!hunk) return tl::unexpected<Rejection>(std::move(hunk.error()));
      edits.hunks.push_back(std::move(*hunk));
    }
  }
  if (edits.hunks.empty() && !excerpt) excerpt = std::move(quoted);
  if (edits.hunks.empty() && excerpt) return tl::unexpected<Rejection>(std::move(*excerpt));
  if (edits.hunks.empty()) return std::nullopt;
  for (std::size_t i = 0; i < edits.hunks.size(); ++i) {
    edits.hunks[i].number = i + 1;
    for (std::size_t j = 0; j < i; ++j) {
      if (edits.hunks[i].path != edits.hunks[j].path || edits.hunks[i].replace == edits.hunks[j].replace) continue;
      return reject(RejectCode::ambiguous,
                    fmt::format("Two code fences hold different versions of {}. Send one.", edits.hunks[i].path));
    }
  }
  return edits;
}

}  // namespace hone::edit
