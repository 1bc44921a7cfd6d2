// Big texts by digest, compressed with zstd. Prompts of one night repeat each other almost wholly, so a text may be
// stored as what differs from another one (`base`, itself always whole: a chain is one link long).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/journal/sqlite.hpp"
#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"

namespace hone::journal {

// Writes texts on the connection of the writer.
class TextWriter {
 public:
  [[nodiscard]] static Result<TextWriter> open(Database&);
  // Inside the caller's transaction. A text that is there already is not written again.
  [[nodiscard]] Done put(const TextId&, std::string_view content);
  // The transaction was rolled back: what it wrote cannot serve as a base.
  void forget() { base_.reset(); }

 private:
  struct Base {
    TextId id;
    std::string content;
  };
  Statement insert_, find_;
  std::optional<Base> base_;
};

// Reads texts on any connection; checks them against their digest.
class TextReader {
 public:
  [[nodiscard]] static Result<TextReader> open(Database&);
  // "" for the empty id.
  [[nodiscard]] Result<std::string> get(const TextId&);

 private:
  struct Stored {
    std::string base, bytes;
    std::size_t size = 0;
  };
  [[nodiscard]] Result<Stored> load(const TextId&);

  Statement find_;
};

}  // namespace hone::journal
