// A broken invariant is a bug: say where and abort. The journal makes aborting safe.
#pragma once

namespace hone {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}

#define HONE_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::hone::assertion_failed(#expr, __FILE__, __LINE__))
