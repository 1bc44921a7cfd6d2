#include "adapters/proposers/model_address.hpp"

namespace hone {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

std::string url_of(const ModelSettings& settings) {
  std::string base = settings.base_url;
  while (base.ends_with('/')) base.pop_back();
  std::string path = settings.stream ? settings.profile.path : settings.profile.path_whole;
  for (const std::string_view version : {"/v1", "/v1beta"}) {  // people give the base with and without it
    if (base.ends_with(version) && path.starts_with(std::string(version) + "/")) path.erase(0, version.size());
  }
  return base + replaced(path, "{model}", settings.model);
}

Headers headers_of(const ModelSettings& settings) {
  Headers headers{{"Content-Type", "application/json"}};
  for (const auto& [name, value] : settings.profile.headers) headers.emplace_back(name, value);
  if (settings.key.empty()) return headers;
  if (settings.profile.auth == "bearer") {
    headers.emplace_back("Authorization", "Bearer " + settings.key);
  } else {
    headers.emplace_back(settings.profile.auth, settings.key);
  }
  return headers;
}

}  // namespace hone
