// libgit2 1.5 loses one PCRE2 match block whenever it looks for repository extensions in a configuration and finds none
// (git_repository_open_ext, once a process in open_place). It is not ours to free.
extern "C" const char* __lsan_default_suppressions();  // NOLINT: the sanitizer's own name
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpcre2-8\n";
}
