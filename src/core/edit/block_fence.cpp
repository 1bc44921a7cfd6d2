// A fence that holds one function (or class, or loop) whose first line is in the file once: it replaces the block that
// begins there, however long that is. Models answer so when they are asked for a small change of a long file. The block
// ends where its indentation says so, in the fence and in the file alike; anything less plain is left to the readers of
// whole files, which refuse excerpts.
#include <algorithm>

#include "core/edit/fences.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/indent.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/paths.hpp"
#include "core/edit/versions.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t shortest_head = 6;

struct Head {
  std::string_view indent;
  std::size_t body = 0;  // lines that it takes
  bool braces = false;
};

template <class Lines>
std::optional<Head> head_at(const Lines& all, std::size_t at) {
  const std::string_view line = right_trim(all[at]);
  if (trim(line).size() < shortest_head) return std::nullopt;
  const std::string_view indent = indent_of(line);
  if (line.ends_with('{')) return Head{indent, 1, true};
  if (line.ends_with(':')) return Head{indent, 1, false};
  if (at + 1 < all.size() && trim(std::string_view(all[at + 1])) == "{" && indent_of(all[at + 1]) == indent)
    return Head{indent, 2, true};
  return std::nullopt;
}

// One past the block's last line; 0 when its end is not plain.
template <class Lines>
std::size_t block_end(const Lines& all, std::size_t at, const Head& head) {
  std::size_t end = at + head.body;
  for (std::size_t i = end; i < all.size(); ++i) {
    const std::string_view line = all[i];
    if (is_blank(line)) continue;
    const std::string_view indent = indent_of(line);
    if (indent.size() > head.indent.size() && indent.starts_with(head.indent)) {
      end = i + 1;
      continue;
    }
    if (!head.braces) return end;
    return indent == head.indent && trim(line).starts_with('}') ? i + 1 : 0;
  }
  return head.braces ? 0 : end;
}

Text code_in(const ReplyView& reply, const Fence& fence, const EditPolicy& policy) {
  Text text;
  for (std::size_t i = fence.open + 1; i < fence.close; ++i) text.emplace_back(reply.lines[i]);
  if (!text.empty()) {  // "// wordfreq.js" or the bare name above the code
    std::string_view first = trim(text.front());
    first.remove_prefix(std::min(first.find_first_not_of("/#*- "), first.size()));
    if (!first.empty() && resolve_path(first, policy)) text.erase(text.begin());
  }
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  while (!text.empty() && is_blank(text.front())) text.erase(text.begin());
  return text;
}

// What names a file that is no target makes the reply none of ours.
bool names_another(const ReplyView& reply, const Fence& fence, const EditPolicy& policy) {
  for (std::size_t back = 1; back <= 2 && back <= fence.open; ++back) {
    const std::string_view line = trim(reply.lines[fence.open - back]);
    if (line.empty()) continue;
    const std::string path = path_line(line, policy);
    return !path.empty() && !resolve_path(path, policy);
  }
  return false;
}

struct Place {
  const SourceFile* file = nullptr;
  std::vector<std::string_view> lines;
  std::size_t at = 0;
};

std::optional<Place> only_place(const std::vector<SourceFile>& originals, std::string_view head) {
  std::optional<Place> found;
  for (const SourceFile& file : originals) {
    const std::vector<std::string_view> all = lines(file.text);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (trim(all[i]) != head) continue;
      if (found) return std::nullopt;
      found = Place{&file, all, i};
    }
  }
  return found;
}

bool has_tabs(const Text& text) {
  return std::any_of(text.begin(), text.end(),
                     [](const auto& line) { return indent_of(line).find('\t') != std::string_view::npos; });
}

std::optional<Hunk> hunk_of(const Text& code, const std::vector<SourceFile>& originals) {
  const auto head = code.size() < 2 ? std::nullopt : head_at(code, 0);
  if (!head || block_end(code, 0, *head) != code.size()) return std::nullopt;
  const auto place = only_place(originals, trim(code.front()));
  const auto there = place ? head_at(place->lines, place->at) : std::nullopt;
  if (!there || there->braces != head->braces || there->body != head->body) return std::nullopt;
  if (!head->indent.empty() && head->indent != there->indent) return std::nullopt;
  const std::size_t end = block_end(place->lines, place->at, *there);
  if (end == 0) return std::nullopt;
  Hunk hunk;
  hunk.path = place->file->path;
  for (std::size_t i = place->at; i < end; ++i) hunk.search.emplace_back(place->lines[i]);
  if (head->braces && trim(hunk.search.back()) != trim(code.back())) return std::nullopt;
  const std::string shift = head->indent == there->indent ? std::string() : std::string(there->indent);
  for (const std::string& line : code) hunk.replace.push_back(is_blank(line) ? std::string() : shift + line);
  if (indentation_matters(hunk.path) && has_tabs(hunk.search) != has_tabs(hunk.replace)) return std::nullopt;
  return hunk;
}

}  // namespace

std::optional<Parsed<Edits>> parse_block_fences(const ReplyView& reply, const std::vector<SourceFile>& originals,
                                                const EditPolicy& policy) {
  const std::vector<Fence> fences = find_fences(reply.lines);
  if (fences.empty() || fences.size() > max_blocks) return std::nullopt;
  Edits edits{EditFormat::search_replace, {}, {"block"}, {}, {}};
  for (const Fence& fence : fences) {
    if (!fence.closed || names_another(reply, fence, policy)) return std::nullopt;
    auto hunk = hunk_of(code_in(reply, fence, policy), originals);
    if (!hunk) return std::nullopt;
    if (hunk->search == hunk->replace && fences.size() > 1) continue;  // shown as it is, to talk about it
    for (const Hunk& other : edits.hunks) {
      if (other.path == hunk->path && other.search == hunk->search) return std::nullopt;  // two versions of it
    }
    hunk->number = edits.hunks.size() + 1;
    edits.covered.emplace_back(fence.open, fence.close + 1);
    edits.hunks.push_back(std::move(*hunk));
  }
  if (edits.hunks.empty()) return std::nullopt;
  if (auto several = offers_choice(reply, edits)) return tl::unexpected<Rejection>(std::move(*several));
  return edits;
}

}  // namespace hone::edit
