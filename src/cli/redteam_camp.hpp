// Where attacks are played: a folder of its own with what they reach for, hone's own program run in it, and a look at
// what they left. Gone with it, whatever happens.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/executors/listeners.hpp"
#include "adapters/executors/traces.hpp"
#include "adapters/os/files.hpp"
#include "adapters/os/stop.hpp"
#include "hone/core/guard/attack.hpp"
#include "hone/core/run/record.hpp"
#include "hone/ports/process.hpp"

namespace hone::cli {

class RedteamCamp {
 public:
  static Result<std::unique_ptr<RedteamCamp>> pitch();
  ~RedteamCamp();
  RedteamCamp(const RedteamCamp&) = delete;
  RedteamCamp& operator=(const RedteamCamp&) = delete;

  [[nodiscard]] std::string at(std::string_view name) const { return folder_ + "/" + std::string(name); }
  [[nodiscard]] AttackPlaces places(const std::string& repository) const;
  [[nodiscard]] Done store(std::string_view name, std::string_view text);
  [[nodiscard]] Result<std::string> load(std::string_view name);
  // hone with these words. Error: it ended in another way than with a verdict.
  [[nodiscard]] Done hone(std::vector<std::string> words);
  // A script that lays out a repository there.
  [[nodiscard]] Done shell(const std::string& script, const std::string& folder);
  // What an attack changed, used or left outside since the last call; "" = nothing.
  [[nodiscard]] std::string damage();

 private:
  explicit RedteamCamp(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
  executors::Traces traces_;
  os::SystemFiles files_;
  os::NoStop stop_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<executors::Listeners> listeners_;
};

struct RedteamRow {
  Attack attack;
  Outcome outcome = Outcome::abandoned;
  Defence defence = Defence::missed;
  bool honest_kept = false;  // on a stranger's project: was measured like any other patch
  std::string note;
};
// The row of an attack from its record; `damage` overrules what the record says.
[[nodiscard]] RedteamRow row_of(const Attack&, const Record*, const std::string& damage);

}  // namespace hone::cli
