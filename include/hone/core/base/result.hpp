// Errors of the environment as values. See design section 7: an Outcome is data, an Error is the
// environment failing, a bug aborts. Nothing here throws.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace hone {

// What the caller should do about an Error.
enum class Reaction { retry, drop_backend, fix_input, stop_run, cancelled };

// `message` names what was tried, what happened and what to do next, in that order.
struct Error {
  Reaction reaction = Reaction::stop_run;
  std::string message;
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
};

using Done = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(Reaction reaction, std::string message) {
  return tl::unexpected<Error>(Error{reaction, std::move(message)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace hone

// `auto x = HONE_TRY(expr);` gives the value or returns the Error from the enclosing function.
// A statement expression (GCC and Clang) so that move-only values work and one macro serves all.
#define HONE_TRY(expr)                                                             \
  __extension__({                                                                  \
    auto hone_try_result = (expr);                                                 \
    if (!hone_try_result) return ::hone::fail(std::move(hone_try_result.error())); \
    std::move(*hone_try_result);                                                   \
  })

// The same for a Result<void>.
#define HONE_TRY_VOID(expr)                                                        \
  do {                                                                             \
    auto hone_try_result = (expr);                                                 \
    if (!hone_try_result) return ::hone::fail(std::move(hone_try_result.error())); \
  } while (false)
