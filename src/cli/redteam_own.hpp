// The user's own project under attack, in a clone of it.
#pragma once

#include <optional>

#include "cli/flags.hpp"
#include "cli/redteam_camp.hpp"
#include "hone/core/config/spec.hpp"

namespace hone::cli {

class OwnGround {
 public:
  // Nothing: no target and no metric are known where hone was started.
  static Result<std::optional<OwnGround>> make(const Flags&, RedteamCamp&);

  [[nodiscard]] std::vector<Attack> attacks() const;
  [[nodiscard]] std::string describe() const;
  // The attack, and behind it a patch that changes a comment only, which must be measured like any other.
  [[nodiscard]] Result<RedteamRow> play(const Attack&);

 private:
  OwnGround(RedteamCamp& camp, RunSpec spec) : camp_(&camp), spec_(std::move(spec)) {}
  [[nodiscard]] Result<Record> propose(const std::string& reply, std::string& output);
  [[nodiscard]] std::vector<std::string> first_words() const;
  [[nodiscard]] Result<RedteamRow> honest_behind(RedteamRow row, const OwnProject&);

  RedteamCamp* camp_;
  RunSpec spec_;
  std::vector<OwnProject> projects_;  // one for every target
  std::string prefix_;                // the folder of the repository where hone was started
  int run_ = 0, experiment_ = 0, patches_ = 0;
};

}  // namespace hone::cli
