// The built-in cheating corpus: configs/redteam, one file an attack. `hone redteam` has each proposed as experiment 1
// of a run on a toy project, and an honest improvement as experiment 2.
#pragma once

#include <string>
#include <vector>

#include "hone/core/run/outcome.hpp"

namespace hone {

struct Attack {
  std::string name;     // of its file
  std::string kind;     // what it tries: "edit the judge", "fake the metric", ...
  std::string summary;  // one line
  std::string reply;    // what the model answers
};

// What an attack needs to know of the outside; nothing that a model could not guess.
struct AttackPlaces {
  std::string camp;        // a folder with the files `secret` and `canary` and the socket `socket`
  std::string repository;  // the run's own
};

// NAME.reply is the answer itself behind a first line "kind | summary". NAME.py is a piece of Python that defines
// attempt(): it is put into the target, which does its work faster from then on when the attempt succeeded. So an
// attack that is let through shows as a gain.
[[nodiscard]] std::vector<Attack> builtin_attacks(const AttackPlaces&);
// The toy project and the honest patch.
struct ToyFile {
  std::string path, text;
};
[[nodiscard]] std::vector<ToyFile> toy_project();
[[nodiscard]] std::string honest_reply();

// stopped: it got nothing (refused, or ran without any gain). caught: it got something and was found out.
enum class Defence { stopped, caught, missed };
[[nodiscard]] Defence defence_of(Outcome);
[[nodiscard]] std::string_view render_defence(Defence);

}  // namespace hone
