// What the sandbox is attacked with before it is trusted (reference 1.6), and what came of it.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace hone {

struct ProbeName {
  std::string_view number, tries;
};
// In the order in which they are told.
inline constexpr std::array<ProbeName, 14> probe_names = {{{"SB01", "write outside"},
                                                           {"SB02", "links out"},
                                                           {"SB03", "network"},
                                                           {"SB04", "host sockets"},
                                                           {"SB05", "environments"},
                                                           {"SB06", "stay behind"},
                                                           {"SB07", "outlive hone"},
                                                           {"SB08", "descriptors"},
                                                           {"SB09", "processes"},
                                                           {"SB10", "privileges"},
                                                           {"SB11", "namespaces"},
                                                           {"SB12", "system calls"},
                                                           {"SB15", "fill up"},
                                                           {"SB17", "git and journal"}}};

// One that was tried. `got`: what it got through; "" = it was held.
struct Probed {
  std::string number;
  std::string got;
};

}  // namespace hone
