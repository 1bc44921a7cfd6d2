#include "adapters/http/http_settings.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

namespace hone {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string result = text;
  curl_free(text);
  return result;
}

// Names are not enough: only what cannot leave this machine counts.
bool is_loopback(std::string host) {
  if (host == "localhost") return true;  // libcurl resolves this name itself, never by DNS
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  in6_addr six{};
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  in_addr four{};
  return inet_pton(AF_INET, host.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24) == 127;
}

// A proxy as people should see it: host and port, no user and no password.
std::string proxy_name(const std::string& proxy) {
  const Url url(curl_url(), &curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, proxy.c_str(), CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK) {
    return "an unreadable proxy address";
  }
  const std::string port = url_part(url.get(), CURLUPART_PORT);
  return url_part(url.get(), CURLUPART_HOST) + (port.empty() ? "" : ":" + port);
}

}  // namespace

HttpSettings read_http_settings(const std::map<std::string, std::string>& environment) {
  const auto first = [&](std::initializer_list<const char*> names) -> std::string {
    for (const char* name : names) {
      if (const auto found = environment.find(name); found != environment.end() && !found->second.empty()) {
        return found->second;
      }
    }
    return {};
  };
  HttpSettings settings;
  settings.https_proxy = first({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  settings.http_proxy = first({"http_proxy", "all_proxy", "ALL_PROXY"});
  settings.no_proxy = first({"no_proxy", "NO_PROXY"});
  settings.ca_file = first({"CURL_CA_BUNDLE", "SSL_CERT_FILE"});
  return settings;
}

std::string render_http_settings(const HttpSettings& settings) {
  std::string line;
  if (!settings.https_proxy.empty()) line = fmt::format("https through {}", proxy_name(settings.https_proxy));
  if (!settings.ca_file.empty()) {
    line += fmt::format("{}certificates from {}", line.empty() ? "" : "; ", settings.ca_file);
  }
  return line;
}

Result<Endpoint> parse_endpoint(const std::string& text) {
  const Url url(curl_url(), &curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return fail(Reaction::fix_input, "the service address is not a URL; give --base-url like https://host/v1");
  }
  if (!url_part(url.get(), CURLUPART_USER).empty() || !url_part(url.get(), CURLUPART_PASSWORD).empty()) {
    return fail(Reaction::fix_input,
                "the service address holds a user or password; keys come from the environment, a file or a command");
  }
  Endpoint endpoint{.scheme = url_part(url.get(), CURLUPART_SCHEME),
                    .host = url_part(url.get(), CURLUPART_HOST),
                    .port = url_part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
  endpoint.loopback = is_loopback(endpoint.host);
  if (endpoint.scheme != "https" && !(endpoint.scheme == "http" && endpoint.loopback)) {
    return fail(Reaction::fix_input, fmt::format("refused to send to {}://{}: only https, or http on this machine; "
                                                 "use an https address or a tunnel to localhost",
                                                 endpoint.scheme, endpoint.host));
  }
  return endpoint;
}

}  // namespace hone
