// Throw-away repositories made with the git command line, for tests that need the real thing.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "hone/core/base/text.hpp"

namespace hone::fakes {

// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hone-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    const int rc = std::system(("chmod -R u+rwX " + shell_quote(path_) + "; rm -rf " + shell_quote(path_)).c_str());
    static_cast<void>(rc);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Standard output of a shell command; throws when it fails, so that a test cannot go on without its repository.
inline std::string shell(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen failed");
  std::string output;
  std::array<char, 4096> chunk{};
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) output.append(chunk.data(), got);
  if (const int status = ::pclose(pipe); status != 0) throw std::runtime_error("failed: " + command + "\n" + output);
  return output;
}

inline std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void spill(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// A repository in `folder()`, isolated from the machine's git configuration and identity.
class GitFixture {
 public:
  explicit GitFixture(const std::string& init_flags = "") : folder_(home_ / "repo") {
    shell("mkdir -p " + shell_quote(folder_));
    git("init -q -b main " + init_flags + " .");
    git("config gc.auto 0");  // a large commit would start one beside the test
  }
  // In the checkout (or the folder given): `arguments` is shell text.
  std::string git(const std::string& arguments, const std::string& folder = "") const {
    return shell("cd " + shell_quote(folder.empty() ? folder_ : folder) + " && " + environment() + " git " + arguments);
  }
  std::string git_word(const std::string& arguments) const { return std::string(trim(git(arguments))); }
  void write(const std::string& path, const std::string& text) const { spill(folder_ + "/" + path, text); }
  void commit(const std::string& message) const {
    git("add -A");
    git("commit -q --allow-empty -m " + shell_quote(message));
  }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string beside(const std::string& name) const { return home_ / name; }
  [[nodiscard]] std::string environment() const {
    return "HOME=" + shell_quote(home_.path()) +
           " XDG_CONFIG_HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@x "
           "GIT_COMMITTER_NAME=ada GIT_COMMITTER_EMAIL=ada@x GIT_AUTHOR_DATE='1700000000 +0100' "
           "GIT_COMMITTER_DATE='1700000000 +0100' GIT_TERMINAL_PROMPT=0";
  }

 private:
  TemporaryFolder home_;
  std::string folder_;
};

// path -> type, mode, time and content of everything under a folder, links not followed, without the paths for which
// `leave_out` is true.
inline std::map<std::string, std::string> snapshot(const std::string& folder,
                                                   const std::function<bool(const std::string&)>& leave_out) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> seen;
  for (fs::recursive_directory_iterator it(folder), end; it != end; ++it) {
    const std::string name = it->path().lexically_relative(folder).string();
    if (leave_out(name)) continue;
    struct stat found {};
    ::lstat(it->path().c_str(), &found);
    std::string what = std::to_string(found.st_mode);
    if (S_ISREG(found.st_mode)) {
      what += "|" + std::to_string(found.st_mtim.tv_sec) + "." + std::to_string(found.st_mtim.tv_nsec) + "|" +
              slurp(it->path().string());
    } else if (S_ISLNK(found.st_mode)) {
      what += "|" + fs::read_symlink(it->path()).string();
    }
    seen.emplace(name, std::move(what));
  }
  return seen;
}

}  // namespace hone::fakes
