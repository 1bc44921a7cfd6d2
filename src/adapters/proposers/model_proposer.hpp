// A model behind HTTP: any of the four wire formats, with its retries, its money and its limits.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "adapters/proposers/world.hpp"
#include "hone/core/base/redact.hpp"
#include "hone/core/budget/prices.hpp"
#include "hone/core/budget/retry.hpp"
#include "hone/core/codec/profiles.hpp"
#include "hone/core/codec/requests.hpp"
#include "hone/ports/proposer.hpp"

namespace hone {

struct ModelSettings {
  std::string name;  // "openai:gpt-5"
  Profile profile;
  std::string model;
  std::string base_url{};
  std::string key{};                  // "" = none
  std::string key_source{};           // where it came from, for people
  std::optional<ModelPrice> price{};  // empty = unknown
  PromptStyle style{};                // its context and output are the model's
  std::optional<std::string> effort{};
  std::optional<double> temperature{}, top_p{};
  bool stream = true;
  RetryPolicy retry{};
  HttpTimers timers{};
};

[[nodiscard]] std::unique_ptr<Proposer> make_model_proposer(ModelSettings, const ProposerWorld&);

}  // namespace hone
