// What a sandboxed command sees, as the arguments of bubblewrap. Pure: the same host and the same view give the same
// bytes. The profile is that of the reference (section 1.3) as far as bubblewrap 0.8 goes; it is proven, not trusted:
// see adapters/executors/prove.hpp.
//
//   /usr, /bin, /lib*, a few of /etc    read-only                      /proc, /dev   fresh, /dev read-only
//   /tmp, /dev/shm                      empty, bounded, of this run    /w            the tree
//
// /w has no .git, for nobody. A build may write in it. Afterwards, for checks and measured runs, every entry of the
// tree is mounted read-only, one by one, into an empty /w of that run's own: `./bench > out.txt` works, and what it
// wrote is gone with the run, so that no run can leave a cache, a module or a result to the next one. A mounted
// entry cannot be replaced, renamed or removed either (EBUSY).
// Not mounted at all, and so out of reach: HOME, /run, the repository, its git folder, the journal, other
// workspaces. The network is a namespace of its own with nothing but a loopback, and no sockets for that unless asked
// for.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hone/core/sandbox/settings.hpp"

namespace hone::sandbox {

inline constexpr std::string_view tree = "/w";
inline constexpr std::string_view home = "/tmp/home";
inline constexpr std::string_view artifacts = "/tmp/artifacts";

// What this machine has, looked up once a session.
struct Host {
  std::vector<std::pair<std::string, std::string>> links;  // /bin -> usr/bin
  std::vector<std::string> paths;                          // read-only, at the place they have
  std::vector<std::pair<std::string, std::string>> files;  // ours -> where: /etc/passwd and the like
  bool gpu = false;                                        // what follows is for one
  std::vector<std::string> devices;
  std::map<std::string, std::string> environment;  // variables that every command gets unless it has them
  std::string empty;                               // an empty file of ours: hides a file
  bool disable_userns = true;                      // the kernel takes --disable-userns
};

struct Entry {
  std::string name;
  std::string link;  // what it points to when it is a symbolic link; "" = a file or a folder
};

enum class Right { build, run, holdout };

// What one command may see.
struct View {
  Right right = Right::run;
  std::string folder;                                // the workspace on the host
  std::vector<Entry> entries;                        // of the folder, without .git
  std::string artifacts;                             // a folder of the host's for $HONE_ARTIFACTS; "" = a fresh one
  bool whole = false;                                // mount the folder as one: cheaper for many entries
  bool git_file = false;                             // the folder has a .git that must be hidden
  std::vector<std::string> carried;                  // host paths that links of the tree lead to
  std::vector<std::string> writable;                 // folders of the tree
  std::vector<std::pair<std::string, bool>> hidden;  // paths of the tree; true = a folder
};

[[nodiscard]] std::vector<std::string> render_arguments(const Host&, const SandboxSettings&, const View&);

// What a person can do when a command failed because of the sandbox; "" = that was not it. `output`: both streams.
[[nodiscard]] std::string explain_failure(std::string_view output, int exit_code);

}  // namespace hone::sandbox
