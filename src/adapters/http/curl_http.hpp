// The Http port on libcurl.
#pragma once

#include <memory>

#include "adapters/http/http_settings.hpp"
#include "hone/ports/http.hpp"

namespace hone {

// TLS is verified, redirects are never followed, nothing is traced. Every post() has its own connection, so
// calls from any number of threads do not meet.
[[nodiscard]] std::unique_ptr<Http> make_curl_http(HttpSettings);

}  // namespace hone
