// From what was typed to a RunSpec: defaults, then the user's own config, then the repository's hone.toml, then flags.
#pragma once

#include <string>

#include "cli/flags.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/config/spec.hpp"

namespace hone::cli {

struct ConfigPlaces {
  std::string project;   // folder whose hone.toml is read; "" = none
  std::string personal;  // the user's own config file; "" = none
};

[[nodiscard]] Result<RunSpec> load_spec(const Flags&, const ConfigPlaces&);
// $XDG_CONFIG_HOME/hone/config.toml or ~/.config/hone/config.toml.
[[nodiscard]] std::string personal_config();
// One TOML file onto a spec. A `trusted` one may set personal keys.
[[nodiscard]] Done apply_toml(RunSpec&, const std::string& path, bool trusted);
// "07:00" -> its next occurrence, local time.
[[nodiscard]] Result<UnixTime> parse_until(const std::string&, UnixTime now);

}  // namespace hone::cli
