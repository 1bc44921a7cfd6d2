#include "adapters/http/curl_http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "hone/core/base/ascii.hpp"
#include "hone/core/base/assert.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t most_headers = 256 * 1024;
constexpr std::size_t most_error_body = 256 * 1024;
constexpr Seconds look_again{0.25};  // how often a Stop without a descriptor is looked at

struct MultiClose {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiClose>;

// One transfer: what came, when the last payload came, and why it was ended from this side.
struct Transfer {
  const HttpRequest& request;
  const Http::OnBytes& on_bytes;
  CURL* easy;
  SteadyClock::time_point began = SteadyClock::now();
  std::optional<SteadyClock::time_point> connected{}, last_payload{};
  std::optional<TransferEnd> ended{};  // by us
  HttpReply reply{};
  std::size_t header_bytes = 0, body_bytes = 0;
  bool body_began = false;

  [[nodiscard]] Seconds since(SteadyClock::time_point then) const {
    return {std::chrono::duration<double>(SteadyClock::now() - then).count()};
  }
};

bool is_success(int status) {
  return status >= 200 && status < 300;
}

void heard_payload(Transfer& transfer) {
  transfer.last_payload = SteadyClock::now();
  transfer.reply.payload = true;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.body_began) return size;  // trailers mean nothing to us
  if ((transfer.header_bytes += size) > most_headers) {
    transfer.ended = TransferEnd::too_large;
    return 0;
  }
  const std::string_view line = trim(std::string_view(bytes, size));
  if (line.starts_with("HTTP/")) {  // also after a 1xx: the last status line counts
    transfer.reply.headers.clear();
    transfer.reply.sent = true;
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    transfer.reply.headers.emplace_back(lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  }
  return size;
}

// Into reply.body. Blank lines before the first byte that means something are keep-alives (DeepSeek).
std::size_t collect(Transfer& transfer, std::string_view piece) {
  HttpReply& reply = transfer.reply;
  const bool success = is_success(reply.status);
  if (!success && reply.body.size() + piece.size() > most_error_body) {
    reply.body.append(piece.substr(0, most_error_body - reply.body.size()));
    transfer.ended = TransferEnd::enough;
    return 0;
  }
  reply.body.append(piece);
  if (reply.payload || !trim(piece).empty()) heard_payload(transfer);
  return piece.size();
}

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (!transfer.body_began) {
    transfer.body_began = true;
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    transfer.reply.status = static_cast<int>(status);
  }
  if ((transfer.body_bytes += size) > static_cast<std::size_t>(transfer.request.most.value)) {
    transfer.ended = TransferEnd::too_large;
    return 0;
  }
  const std::string_view piece(bytes, size);
  if (!transfer.on_bytes || !is_success(transfer.reply.status)) {
    return collect(transfer, piece) == size ? size : CURL_WRITEFUNC_ERROR;
  }
  switch (transfer.on_bytes(piece)) {
    case Heard::nothing:
      break;
    case Heard::payload:
      heard_payload(transfer);
      break;
    case Heard::enough:
      heard_payload(transfer);
      transfer.ended = TransferEnd::enough;
      return 0;
  }
  return size;
}

// The time left until the next timer rings; the timer that rang, if one did.
struct Alarm {
  Seconds left{};
  std::optional<TransferEnd> rang;
};
Alarm next_alarm(Transfer& transfer) {
  const HttpTimers& timers = transfer.request.timers;
  if (!transfer.connected) {
    curl_off_t ready = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    if (ready > 0) transfer.connected = SteadyClock::now();
  }
  const Seconds total = timers.total - transfer.since(transfer.began);
  Seconds phase{};
  TransferEnd rings = TransferEnd::idle_timeout;
  if (!transfer.connected) {
    phase = timers.connect - transfer.since(transfer.began);
    rings = TransferEnd::connect_timeout;
  } else if (!transfer.last_payload) {
    phase = timers.first_payload - transfer.since(*transfer.connected);
    rings = TransferEnd::first_payload_timeout;
  } else {
    phase = timers.idle - transfer.since(*transfer.last_payload);
  }
  if (total <= Seconds{}) return {{}, TransferEnd::total_timeout};
  if (phase <= Seconds{}) return {{}, rings};
  return {std::min(total, phase), std::nullopt};
}

TransferEnd end_of(CURLcode code, const HttpReply& reply) {
  switch (code) {
    case CURLE_OK:
      return TransferEnd::complete;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return TransferEnd::unresolved;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return TransferEnd::tls;
    case CURLE_OPERATION_TIMEDOUT:
      return TransferEnd::connect_timeout;  // every other timer is ours
    default:
      return reply.status == 0 && reply.headers.empty() ? TransferEnd::unreachable : TransferEnd::cut;
  }
}

// curl's words name hosts and ports and nothing that was sent.
std::string trouble_of(TransferEnd end, CURLcode code, const char* words, const HttpTimers& timers) {
  switch (end) {
    case TransferEnd::complete:
    case TransferEnd::enough:
      return {};
    case TransferEnd::cancelled:
      return "the request was cancelled";
    case TransferEnd::too_large:
      return "the reply was larger than allowed";
    case TransferEnd::connect_timeout:
      return fmt::format("no connection within {:g} s", timers.connect.value);
    case TransferEnd::first_payload_timeout:
      return fmt::format("connected, but nothing came within {:g} s", timers.first_payload.value);
    case TransferEnd::idle_timeout:
      return fmt::format("the reply stopped coming for {:g} s", timers.idle.value);
    case TransferEnd::total_timeout:
      return fmt::format("the reply took longer than {:g} s", timers.total.value);
    default:
      return words[0] != '\0' ? words : curl_easy_strerror(code);
  }
}

CURLcode drive(CURLM* multi, Transfer& transfer, const Stop& stop) {
  for (int running = 1; running > 0 && !transfer.ended;) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (running == 0 || transfer.ended) break;
    const Alarm alarm = next_alarm(transfer);
    transfer.ended = stop.raised() ? std::optional(TransferEnd::cancelled) : alarm.rang;
    if (transfer.ended) break;
    const bool blind = stop.descriptor() < 0;
    const double wait = std::min(blind ? std::min(alarm.left, look_again).value : alarm.left.value, 3600.0);
    curl_waitfd extra{.fd = stop.descriptor(), .events = CURL_WAIT_POLLIN, .revents = 0};
    curl_multi_poll(multi, blind ? nullptr : &extra, blind ? 0 : 1, static_cast<int>(std::ceil(wait * 1000)), nullptr);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return CURLE_ABORTED_BY_CALLBACK;
}

Result<List> header_list(const HttpRequest& request) {
  List list(nullptr, &curl_slist_free_all);
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    HONE_ASSERT(longer != nullptr);
    list.release();
    list.reset(longer);
  };
  add("Expect:");  // no 100-continue round trip
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return fail(Reaction::fix_input,
                  fmt::format("the header {} holds a line end; a key must be one line", one_line(name, 40)));
    }
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  return list;
}

class CurlHttp final : public Http {
 public:
  explicit CurlHttp(HttpSettings settings) : settings_(std::move(settings)) { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlHttp() override { curl_global_cleanup(); }
  CurlHttp(const CurlHttp&) = delete;
  CurlHttp& operator=(const CurlHttp&) = delete;

  Result<HttpReply> post(const HttpRequest& request, const OnBytes& on_bytes, const Stop& stop) override {
    const Endpoint endpoint = HONE_TRY(parse_endpoint(request.url));
    const List headers = HONE_TRY(header_list(request));
    const Multi multi(curl_multi_init());
    const Easy easy(curl_easy_init(), &curl_easy_cleanup);
    HONE_ASSERT(multi && easy);
    char words[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    Transfer transfer{.request = request, .on_bytes = on_bytes, .easy = easy.get()};
    set_options(transfer, endpoint);

    curl_multi_add_handle(multi.get(), easy.get());
    const CURLcode code = drive(multi.get(), transfer, stop);
    finish(transfer, code, words);
    curl_multi_remove_handle(multi.get(), easy.get());
    return std::move(transfer.reply);
  }

 private:
  void set_options(Transfer& transfer, const Endpoint& endpoint) const {
    CURL* easy = transfer.easy;
    const HttpRequest& request = transfer.request;
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (request.fetch) {
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    } else {
      curl_easy_setopt(easy, CURLOPT_POST, 1L);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // no key for the proxy
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // every encoding this libcurl can undo
    curl_easy_setopt(easy, CURLOPT_USERAGENT, settings_.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a hanging resolver thread is left behind, not joined
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!settings_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());
    const std::string& proxy = endpoint.scheme == "https" ? settings_.https_proxy : settings_.http_proxy;
    curl_easy_setopt(easy, CURLOPT_PROXY, endpoint.loopback ? "" : proxy.c_str());  // "" also overrides the environment
    curl_easy_setopt(easy, CURLOPT_NOPROXY, settings_.no_proxy.c_str());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  }

  static void finish(Transfer& transfer, CURLcode code, const char* words) {
    HttpReply& reply = transfer.reply;
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    curl_off_t uploaded = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    reply.sent =
        reply.sent || (transfer.connected && uploaded >= static_cast<curl_off_t>(transfer.request.body.size()));
    reply.end = transfer.ended ? *transfer.ended : end_of(code, reply);
    reply.trouble = trouble_of(reply.end, code, words, transfer.request.timers);
    reply.took = transfer.since(transfer.began);
  }

  HttpSettings settings_;
};

}  // namespace

std::unique_ptr<Http> make_curl_http(HttpSettings settings) {
  return std::make_unique<CurlHttp>(std::move(settings));
}

}  // namespace hone
