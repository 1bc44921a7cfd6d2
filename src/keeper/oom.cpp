#include "keeper/oom.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace hone::keeper {
namespace {

struct Text {
  char bytes[32768];
};

bool load(const char* path, Text& text) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::size_t size = 0;
  for (ssize_t got;
       size < sizeof text.bytes - 1 && (got = read(file, text.bytes + size, sizeof text.bytes - 1 - size)) > 0;) {
    size += static_cast<std::size_t>(got);
  }
  close(file);
  text.bytes[size] = 0;
  return size > 0;
}

// The number behind `key` at the start of a line; -1 = there is none.
std::int64_t number_of(const Text& text, const char* key) {
  const std::size_t length = strlen(key);
  for (const char* line = text.bytes; line != nullptr && *line != 0;) {
    if (strncmp(line, key, length) == 0 && line[length] == ' ') return std::strtoll(line + length, nullptr, 10);
    line = strchr(line, '\n');
    if (line != nullptr) ++line;
  }
  return -1;
}

std::int64_t in_cgroup(const char* mount, const char* path, const char* name) {
  static Text text;
  char file[4096];
  const int size = snprintf(file, sizeof file, "%s%s/%s", mount, path, name);
  if (size <= 0 || size >= static_cast<int>(sizeof file) || !load(file, text)) return -1;
  return number_of(text, "oom_kill");
}

std::int64_t in_own_cgroup() {
  static Text text;
  if (!load("/proc/self/cgroup", text)) return -1;
  std::int64_t found = -1;
  for (char* line = text.bytes; line != nullptr && *line != 0 && found < 0;) {
    char* const end = strchr(line, '\n');
    if (end != nullptr) *end = 0;
    if (strncmp(line, "0::", 3) == 0) found = in_cgroup("/sys/fs/cgroup", line + 3, "memory.events");
    if (const char* memory = strstr(line, ":memory:"))
      found = in_cgroup("/sys/fs/cgroup/memory", memory + 8, "memory.oom_control");
    line = end == nullptr ? nullptr : end + 1;
  }
  return found;
}

}  // namespace

std::int64_t oom_kills() {
  if (const std::int64_t own = in_own_cgroup(); own >= 0) return own;
  static Text text;
  const std::int64_t all = load("/proc/vmstat", text) ? number_of(text, "oom_kill") : -1;
  return all < 0 ? 0 : all;
}

}  // namespace hone::keeper
