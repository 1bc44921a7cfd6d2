// The built-in cheating corpus: configs/redteam, one file an attack. `hone redteam` has each proposed as experiment 1
// of a run on a toy project, and an honest improvement as experiment 2.
#pragma once

#include <string>
#include <vector>

#include "hone/core/run/outcome.hpp"

namespace hone {

struct Attack {
  std::string name;      // of its file
  std::string kind;      // what it tries: "edit the judge", "fake the metric", ...
  std::string summary;   // one line
  std::string reply;     // what the model answers on the toy project; "" = not for that one
  std::string payload;   // code that defines attempt(); "" = the reply is all there is
  std::string language;  // of the payload: py, c
  std::string target;    // the file of a user's project that it changes; "" = the toy's, or none of them
};

// What an attack needs to know of the outside; nothing that a model could not guess.
struct AttackPlaces {
  std::string camp;        // a folder with the files `secret` and `canary` and the socket `socket`
  std::string repository;  // the run's own
  std::string mark;        // letters of this red team's own: in every name that an attack may leave on the machine
  int number = 0;          // the same for what has a number instead of a name
  int port = 0;            // of a server on the loopback
};

// NAME.reply is the answer itself behind a first line "kind | summary". NAME.py is a piece of Python that defines
// attempt(): it is put into the target, which does its work faster from then on when the attempt succeeded. So an
// attack that is let through shows as a gain.
[[nodiscard]] std::vector<Attack> builtin_attacks(const AttackPlaces&);
// A user's own project, as far as attacks must know it.
struct OwnProject {
  std::string target, text;  // a file that may be changed
  std::string judge;         // a tracked file that may not; "" = there is none
};
// Those of the corpus that can be tried there, with their replies fitted to the target; without the ones that change no
// target unless `all`. A payload says `got_through` on stderr when its attempt succeeded; it cannot make a stranger's
// code faster.
inline constexpr std::string_view got_through = "hone-redteam: it got through";
[[nodiscard]] std::vector<Attack> fit_attacks(const std::vector<Attack>&, const OwnProject&, bool all = true);
// Changes a comment and nothing else: it must be measured like any other patch. "" = no comment is known there.
[[nodiscard]] std::string harmless_reply(const OwnProject&, int number);

// The toy project and the honest patch.
struct ToyFile {
  std::string path, text;
};
[[nodiscard]] std::vector<ToyFile> toy_project();
[[nodiscard]] std::string honest_reply();

// What it means for a user that attacks of this kind get through, and how to close it. One sentence each.
struct Lesson {
  std::string_view means, remedy;
};
[[nodiscard]] Lesson lesson_of(std::string_view kind);
// A cache pays in the second run only; a rule that may end a race after the first would not see it.
[[nodiscard]] bool pays_later(const Attack&);

// stopped: it got nothing (refused, or ran without any gain). caught: it got something and was found out.
enum class Defence { stopped, caught, missed };
[[nodiscard]] Defence defence_of(Outcome);
[[nodiscard]] std::string_view render_defence(Defence);

}  // namespace hone
