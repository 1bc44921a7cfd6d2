// Where requests may go and through what: proxies, trusted certificates, the https-only rule.
#pragma once

#include <map>
#include <string>

#include "hone/core/base/result.hpp"

namespace hone {

struct HttpSettings {
  std::string http_proxy, https_proxy;  // "" = none; may hold credentials, so never printed whole
  std::string no_proxy;
  std::string ca_file;  // "" = the system's
  std::string user_agent = "hone/0.1";
};

// From HTTPS_PROXY, https_proxy, http_proxy (lower case only: HTTP_PROXY can be set by a CGI client), ALL_PROXY,
// NO_PROXY, CURL_CA_BUNDLE and SSL_CERT_FILE.
[[nodiscard]] HttpSettings read_http_settings(const std::map<std::string, std::string>& environment);
// One line for the start of a run: "https through proxy.corp:3128; certificates from /etc/x.pem"; "" = direct.
[[nodiscard]] std::string render_http_settings(const HttpSettings&);

struct Endpoint {
  std::string scheme, host, port;
  bool loopback = false;
};
// Refuses what must not be sent: not https outside of loopback, credentials inside the URL, odd schemes.
[[nodiscard]] Result<Endpoint> parse_endpoint(const std::string& url);

}  // namespace hone
