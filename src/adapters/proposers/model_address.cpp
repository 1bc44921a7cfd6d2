#include "adapters/proposers/model_address.hpp"

namespace hone {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string joined(std::string base, std::string path) {
  while (base.ends_with('/')) base.pop_back();
  for (const std::string_view version : {"/v1", "/v1beta"}) {  // people give the base with and without it
    if (base.ends_with(version) && path.starts_with(std::string(version) + "/")) path.erase(0, version.size());
  }
  return base + path;
}

}  // namespace

std::string url_of(const ModelSettings& settings) {
  const std::string& path = settings.stream ? settings.profile.path : settings.profile.path_whole;
  return joined(settings.base_url, replaced(path, "{model}", settings.model));
}

Result<Reached> ask_for_models(const ModelSettings& settings, Http& http, const Stop& stop) {
  HttpRequest request{.url = joined(settings.base_url, settings.profile.free_path),
                      .headers = headers_of(settings),
                      .body = {},
                      .fetch = true,
                      .timers = {Seconds{10}, Seconds{20}, Seconds{20}, Seconds{30}},
                      .most = Bytes{8LL << 20}};
  const HttpReply reply = HONE_TRY(http.post(request, nullptr, stop));
  if (reply.end == TransferEnd::cancelled) return fail(Reaction::cancelled, "interrupted");
  std::string_view host = settings.base_url;
  if (const auto scheme = host.find("://"); scheme != std::string_view::npos) host.remove_prefix(scheme + 3);
  Reached found{.name = settings.name,
                .address = std::string(host.substr(0, host.find('/'))),
                .key = settings.key.empty() ? "" : settings.key_source,
                .way = "",
                .status = reply.status,
                .trouble = reply.trouble,
                .lists_model = true,
                .seconds = reply.took.value};
  // A list without any model in it is no list: then nothing is known of the name.
  const std::string quoted = "\"" + settings.model + "\"";
  const std::string named = "/" + settings.model + "\"";
  const bool list =
      reply.body.find("\"data\"") != std::string::npos || reply.body.find("\"models\"") != std::string::npos;
  if (settings.profile.free_path.ends_with("/models") && list && reply.end == TransferEnd::complete) {
    found.lists_model = reply.body.find(quoted) != std::string::npos || reply.body.find(named) != std::string::npos;
  }
  return found;
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
