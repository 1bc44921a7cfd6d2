#include "adapters/journal/texts.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <memory>
#include <utility>

#include "hone/core/base/digest.hpp"

namespace hone::journal {
namespace {

constexpr int level = 3;
constexpr std::size_t worth_a_base = 2048;    // smaller texts gain nothing from one
constexpr std::size_t largest = 256UL << 20;  // of one text: bounds what a damaged size can ask for

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// "" when zstd refuses, which only lack of memory makes it do.
std::string compress(std::string_view content, std::string_view base) {
  const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  if (!base.empty()) {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_enableLongDistanceMatching,
                           1);  // finds the far halves of long prompts
    ZSTD_CCtx_refPrefix(context.get(), base.data(), base.size());
  }
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  const std::size_t size = ZSTD_compress2(context.get(), packed.data(), packed.size(), content.data(), content.size());
  packed.resize(ZSTD_isError(size) != 0U ? 0 : size);
  return packed;
}

std::optional<std::string> expand(std::string_view packed, std::size_t size, std::string_view base) {
  if (size > largest) return std::nullopt;
  const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  if (!base.empty()) ZSTD_DCtx_refPrefix(context.get(), base.data(), base.size());
  std::string content(size, '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(context.get(), content.data(), content.size(), packed.data(), packed.size());
  if (got != size) return std::nullopt;  // an error code is no possible size
  return content;
}

}  // namespace

Result<TextWriter> TextWriter::open(Database& database) {
  TextWriter writer;
  writer.insert_ = HONE_TRY(database.prepare("INSERT INTO texts(id, size, base, zstd) VALUES(?, ?, ?, ?)"));
  writer.find_ = HONE_TRY(database.prepare("SELECT 1 FROM texts WHERE id = ?"));
  return writer;
}

Done TextWriter::put(const TextId& id, std::string_view content) {
  if (id.value.empty()) return {};
  HONE_TRY_VOID(find_.start(id.value));
  const bool known = HONE_TRY(find_.step());
  find_.reset();
  if (known) return {};
  if (content.size() > largest) {
    return fail(Reaction::stop_run,
                fmt::format("store a text of {} bytes: the journal takes at most {}", content.size(), largest));
  }
  const auto size = static_cast<std::int64_t>(content.size());
  const bool big = content.size() >= worth_a_base;
  std::string packed;
  if (big && base_) {
    packed = compress(content, base_->content);
    if (!packed.empty() && packed.size() * 16 < content.size()) {
      return insert_.run(id.value, size, base_->id.value, Blob{packed});
    }
  }
  const std::size_t by_base = packed.size();
  packed = compress(content, {});
  if (packed.empty()) return fail(Reaction::stop_run, "compress a text for the journal: out of memory");
  // A base that saves less than half has become a stranger: this text takes its place.
  if (by_base != 0 && by_base * 2 < packed.size()) {
    packed = compress(content, base_->content);
    return insert_.run(id.value, size, base_->id.value, Blob{packed});
  }
  HONE_TRY_VOID(insert_.run(id.value, size, std::nullopt, Blob{packed}));
  if (big) base_ = Base{id, std::string(content)};
  return {};
}

Result<TextReader> TextReader::open(Database& database) {
  TextReader reader;
  reader.find_ = HONE_TRY(database.prepare("SELECT size, coalesce(base, ''), zstd FROM texts WHERE id = ?"));
  return reader;
}

Result<TextReader::Stored> TextReader::load(const TextId& id) {
  HONE_TRY_VOID(find_.start(id.value));
  const bool found = HONE_TRY(find_.step());
  if (!found) {
    find_.reset();
    return fail(Reaction::stop_run, fmt::format("read text {}: the journal does not hold it", id.value));
  }
  Stored stored{std::string(find_.text(1)), std::string(find_.text(2)), static_cast<std::size_t>(find_.integer(0))};
  find_.reset();
  return stored;
}

Result<std::string> TextReader::get(const TextId& id) {
  if (id.value.empty()) return std::string();
  const Stored stored = HONE_TRY(load(id));
  std::optional<std::string> base = std::string();
  if (!stored.base.empty()) {
    const Stored whole = HONE_TRY(load(TextId{stored.base}));
    base = expand(whole.bytes, whole.size, {});
  }
  auto content = base ? expand(stored.bytes, stored.size, *base) : std::nullopt;
  if (!content || text_id(*content) != id) {
    return fail(
        Reaction::stop_run,
        fmt::format("read text {}: the journal's copy is damaged; the rest of the journal is checked apart from it",
                    id.value));
  }
  return std::move(*content);
}

}  // namespace hone::journal
