// Where a model's requests go and with which headers.
#pragma once

#include <string>

#include "adapters/proposers/model_proposer.hpp"
#include "hone/core/guard/protection.hpp"

namespace hone {

[[nodiscard]] std::string url_of(const ModelSettings&);
[[nodiscard]] Headers headers_of(const ModelSettings&);  // the key is in here
// Asks the service for its list of models, with the key and within some seconds.
[[nodiscard]] Result<Reached> ask_for_models(const ModelSettings&, Http&, const Stop&);

}  // namespace hone
