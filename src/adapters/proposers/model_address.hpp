// Where a model's requests go and with which headers.
#pragma once

#include <string>

#include "adapters/proposers/model_proposer.hpp"

namespace hone {

[[nodiscard]] std::string url_of(const ModelSettings&);
[[nodiscard]] Headers headers_of(const ModelSettings&);  // the key is in here

}  // namespace hone
