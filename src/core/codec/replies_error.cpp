// What a service says is wrong. Decide on the code first, then the type, then the status (reference 1.3).
#include "core/codec/replies_draft.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/budget/retry.hpp"

namespace hone {
namespace foreign {
namespace {

// Gemini: RetryInfo says when, QuotaFailure says whether it can ever help today.
void read_details(ServiceError& error, const Json* details) {
  for (std::size_t i = 0; const Json* detail = element(details, i); ++i) {
    if (const std::string delay = text_of(member(detail, "retryDelay")); !delay.empty()) {
      error.retry_delay = parse_wait(delay);
    }
    const Json* violations = member(detail, "violations");
    for (std::size_t k = 0; const Json* violation = element(violations, k); ++k) {
      const auto limit = number_of(member(violation, "quotaValue"));
      const std::string id = text_of(member(violation, "quotaId"));
      error.hard_limit = error.hard_limit || (limit && *limit == 0) || id.find("PerDay") != std::string::npos;
    }
  }
}

// OpenRouter: the upstream's own words are worth more than "Provider returned error".
void read_metadata(ServiceError& error, const Json* metadata) {
  if (metadata == nullptr) return;
  error.moderated = member(metadata, "reasons") != nullptr || member(metadata, "flagged_input") != nullptr;
  if (const std::string raw = text_of(member(metadata, "raw")); !raw.empty()) error.message += ": " + clip(raw, 500);
}

}  // namespace

std::optional<ServiceError> service_error(const Json& object) {
  if (object.is_array()) {
    const Json* first = element(&object, 0);
    return first != nullptr && first->is_object() ? service_error(*first) : std::nullopt;
  }
  const Json* inner = member(object, "error");
  ServiceError error;
  if (inner != nullptr && inner->is_string()) {  // Ollama
    error.message = text_of(inner);
    return error;
  }
  if (inner == nullptr) {
    if (const Json* detail = member(object, "detail")) {  // FastAPI
      error.message = detail->is_string() ? text_of(detail) : clip(dump_json(*detail), 500);
      return error;
    }
    const std::string kind = text_of(member(object, "object")) + text_of(member(object, "type"));
    if (kind.find("error") == std::string::npos) return std::nullopt;
    inner = &object;  // vLLM's older shape: {"object":"error","message":...}
  }
  if (!inner->is_object()) return std::nullopt;
  const Json* code = member(inner, "code");
  error.code = text_of(code);
  if (const auto status = code != nullptr && code->is_number() ? count_of(code) : std::nullopt;
      status && *status >= 100 && *status <= 599) {
    error.status = static_cast<int>(*status);
  }
  error.type = text_of(member(inner, "type"));
  if (error.type.empty()) error.type = text_of(member(inner, "status"));
  error.message = text_of(member(inner, "message"));
  error.param = text_of(member(inner, "param"));
  read_details(error, member(inner, "details"));
  read_metadata(error, member(inner, "metadata"));
  return error;
}

}  // namespace foreign

std::optional<ServiceError> parse_service_error(std::string_view body) {
  const auto object = foreign::parse_json(body);
  return object ? foreign::service_error(*object) : std::nullopt;
}

}  // namespace hone
