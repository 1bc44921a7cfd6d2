#include "adapters/proposers/model_proposer.hpp"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "adapters/proposers/model_address.hpp"
#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

constexpr int most_bad_requests = 3;
constexpr Bytes most_reply{16LL << 20};
constexpr std::size_t shown_start = 200;  // bytes of a reply that is none, for the message

// One request and what came of it.
struct Exchange {
  HttpReply http;
  ModelReply reply;
  RenderedRequest request;
  Tokens prompt{}, most_output{};

  [[nodiscard]] bool success() const { return http.status >= 200 && http.status <= 299; }
  [[nodiscard]] bool whole() const { return http.end == TransferEnd::complete || http.end == TransferEnd::enough; }
  [[nodiscard]] bool usable() const {
    return success() && reply.recognised && !reply.error && reply.finish != Finish::error;
  }
  // It may be on the bill: it was answered, or it left and nobody knows.
  [[nodiscard]] bool maybe_billed() const {
    return success() ? reply.recognised || !whole() : http.status == 0 && http.sent;
  }
};

// One call of propose().
struct Talk {
  Brief brief;
  PromptStyle style;
  std::string nudge;
  Seconds began{};
  RetryState state;
  std::vector<Attempt> attempts;
  std::optional<MicroDollars> cost = MicroDollars{};
  CostSource source = CostSource::none;
  Usage usage;
  std::string prompt;
};

class ModelProposer final : public Proposer {
 public:
  ModelProposer(ModelSettings settings, const ProposerWorld& world)
      : settings_(std::move(settings)), world_(world), url_(url_of(settings_)) {
    redactor_.add(settings_.key);
    const auto scheme_end = url_.find("://") + 3;
    lane_ = url_.substr(0, url_.find('/', scheme_end)) + "|" + text_id(settings_.key).value;
  }

  [[nodiscard]] std::string name() const override { return settings_.name; }

  [[nodiscard]] std::optional<MicroDollars> worst_case(const Brief& brief) const override {
    if (settings_.profile.free) return MicroDollars{0};
    if (!settings_.price) return std::nullopt;
    const auto prompt = render_prompt(brief, style_for(brief));
    const Tokens size = prompt ? prompt->estimate : settings_.style.context - settings_.style.output;
    const Tokens most{size.value + size.value / 3};  // the estimate may be short
    const auto first = most_of_request(most, settings_.style.output, *settings_.price);
    const auto again = most_of_request(most, most_output(settings_.style.output), *settings_.price);
    return first && again ? std::optional(*first + *again * (settings_.retry.billed - 1)) : std::nullopt;
  }

  [[nodiscard]] std::string render(const Brief& brief) const override {
    const auto request = render_one(brief, style_for(brief), "");
    if (!request) return request.error().message + "\n";
    std::string text = "POST " + url_ + "\n";
    for (const auto& [name, value] : headers_of(settings_)) text += name + ": " + value + "\n";
    return redactor_.redact(text + "\n" + request->body + "\n");
  }

  [[nodiscard]] ProposeResult propose(const Brief& brief, const Stop& stop) override {
    Talk talk;
    talk.brief = brief;
    talk.style = style_for(talk.brief);
    talk.began = world_.clock.monotonic();
    Random random = derive(brief.seed, brief.experiment.value, 0xB0FF);
    for (;; ++talk.state.attempt) {
      if (auto held = wait_for_lane(talk, stop)) return tl::unexpected<ProposeError>(std::move(*held));
      auto exchange = send(talk, stop);
      if (!exchange) return failure(talk, exchange.error(), std::nullopt);
      account(talk, *exchange);
      if (exchange->usable()) {
        bad_requests_ = 0;
        worked_ = true;
        world_.limiter.worked(lane_);
        if (may_try_again(talk, *exchange)) continue;
        if (exchange->reply.finish != Finish::truncated || !exchange->reply.finish_word.empty()) {
          return proposal(talk, *exchange);
        }
        if (exchange->whole()) {  // the bytes ended well, the reply did not
          exchange->http.end = TransferEnd::cut;
          exchange->http.trouble = "the reply ended without its terminal event";
        }
      } else if (exchange->success() && exchange->reply.recognised && !exchange->reply.error) {
        if (talk.state.billed < settings_.retry.billed) continue;  // Gemini's OTHER and its like: once more
        return proposal(talk, *exchange);
      }
      if (auto end = react(talk, *exchange, random, stop)) return std::move(*end);
    }
  }

 private:
  [[nodiscard]] PromptStyle style_for(const Brief& brief) const {
    PromptStyle style = settings_.style;
    style.format = choose_format(brief, settings_.name, style.format);
    return style;
  }

  [[nodiscard]] Result<RenderedRequest> render_one(const Brief& brief, const PromptStyle& style,
                                                   const std::string& nudge) const {
    Ask ask{.model = settings_.model,
            .prompt = HONE_TRY(render_prompt(brief, style)),
            .nudge = nudge,
            .max_output = style.output,
            .effort = settings_.effort,
            .temperature = settings_.temperature,
            .top_p = settings_.top_p,
            .seed = static_cast<std::int64_t>(brief.seed >> 33),
            .stream = settings_.stream,
            .dropped = dropped()};
    return render_request(ask, settings_.profile.wire, settings_.profile.quirks);
  }

  [[nodiscard]] std::set<std::string> dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

  // The error to give up with when the lane stays closed for too long.
  std::optional<ProposeError> wait_for_lane(Talk& talk, const Stop& stop) {
    const Seconds wait = world_.limiter.opens(lane_) - world_.clock.monotonic();
    if (wait <= Seconds{}) return std::nullopt;
    if (wait > settings_.retry.most_wait) {
      return failure(talk,
                     {Reaction::retry, fmt::format("{} asked for a pause of {:.0f} s", settings_.name, wait.value)},
                     wait)
          .value();
    }
    if (pause(wait, stop)) return std::nullopt;
    return failure(talk, {Reaction::cancelled, "cancelled while waiting for " + settings_.name}, std::nullopt).value();
  }

  Result<Exchange> send(Talk& talk, const Stop& stop) {
    Exchange exchange;
    exchange.request = HONE_TRY(render_one(talk.brief, talk.style, talk.nudge));
    exchange.prompt = tokens_of_bytes(exchange.request.body.size());
    exchange.most_output = talk.style.output;
    talk.prompt = redactor_.redact(exchange.request.body);
    HttpRequest request{.url = url_,
                        .headers = headers_of(settings_),
                        .body = exchange.request.body,
                        .timers = settings_.timers,
                        .most = most_reply};
    request.timers.total = left(talk);
    ReplyStream stream(settings_.profile.wire);
    std::string start;
    const auto on_bytes = [&](std::string_view piece) {
      if (start.size() < shown_start) start.append(piece.substr(0, shown_start));
      const bool payload = stream.feed(piece);
      return stream.ended() ? Heard::enough : payload ? Heard::payload : Heard::nothing;
    };
    exchange.http = HONE_TRY(world_.http.post(request, on_bytes, stop));
    if (exchange.success()) {
      exchange.reply = stream.finish(exchange.whole());
      if (exchange.whole() && !exchange.reply.recognised && !exchange.reply.error) {
        exchange.http.trouble = fmt::format("no reply of a model service{}; is --base-url right?",
                                            start.empty() ? "" : ", it begins `" + one_line(start, 80) + "`");
      }
    } else {
      exchange.reply.error = parse_service_error(exchange.http.body);
    }
    return exchange;
  }

  [[nodiscard]] Seconds left(const Talk& talk) const {
    return std::max(Seconds{}, settings_.timers.total - (world_.clock.monotonic() - talk.began));
  }

  // A token is a byte at least and the output was limited: counters far beyond that would end a night by its cost cap.
  [[nodiscard]] static bool impossible(const Usage& usage, const Exchange& exchange) {
    constexpr std::int64_t slack = 100'000;
    const std::int64_t prompt =
        usage.in_uncached.value + usage.cache_read.value + usage.cache_write_5m.value + usage.cache_write_1h.value;
    const auto sent = static_cast<std::int64_t>(exchange.request.body.size());
    const auto said = static_cast<std::int64_t>(exchange.reply.text.size() + exchange.reply.reasoning.size());
    return prompt > 4 * sent + slack || usage.out_total.value > 16 * exchange.most_output.value + said + slack;
  }

  // The bill of one request. What is not known is counted at its worst: money is never counted less than spent.
  void account(Talk& talk, Exchange& exchange) const {
    const ModelReply& reply = exchange.reply;
    Attempt attempt{.http_status = exchange.http.status, .note = {}, .took = exchange.http.took};
    if (!exchange.maybe_billed()) {
      talk.attempts.push_back(std::move(attempt));
      return;
    }
    ++talk.state.billed;
    std::optional<MicroDollars> cost;
    Usage usage = reply.usage;
    if (!reply.usage_known || impossible(usage, exchange)) {
      usage.in_uncached = exchange.prompt;
      usage.out_total = exchange.usable() && reply.finish == Finish::complete
                            ? tokens_of_bytes(reply.text.size() + reply.reasoning.size())
                            : exchange.most_output;
      attempt.note = reply.usage_known ? "the service told a usage that cannot be: estimated; "
                                       : "the service told no usage: estimated; ";
    }
    talk.source = CostSource::table;
    if (reply.cost) {
      cost = reply.cost;
      talk.source = CostSource::provider;
    } else if (settings_.profile.free) {
      cost = MicroDollars{0};
      talk.source = CostSource::free;
    } else if (settings_.price) {
      cost = cost_of(usage, *settings_.price);
    }
    talk.cost = talk.cost && cost ? std::optional(*talk.cost + *cost) : std::nullopt;
    if (!talk.cost) talk.source = CostSource::none;
    talk.usage = add_usage(talk.usage, usage);
    talk.attempts.push_back(std::move(attempt));
  }

  // A reply that ran into its output limit gets one more chance: more room, and the wish to be brief.
  bool may_try_again(Talk& talk, Exchange& exchange) {
    ModelReply& reply = exchange.reply;
    note(talk, one_line(reply.finish_word, 40));
    for (const std::string& warning : reply.warnings) note(talk, warning);
    if (silently_cut(exchange))
      note(talk, "the server seems to have dropped a part of the prompt: give it a larger context");
    const bool by_limit = reply.finish == Finish::truncated && !reply.finish_word.empty() &&
                          reply.finish_word != "model_context_window_exceeded";
    if (!by_limit || talk.state.billed >= settings_.retry.billed) return false;
    talk.style.output = most_output(talk.style.output);
    talk.nudge =
        "Your previous answer to this was cut off at the output limit. Think less, explain nothing, and send only the "
        "smallest edit that does it.";
    return true;
  }

  // The output limit of a second try: twice as much, as far as the model goes.
  [[nodiscard]] Tokens most_output(Tokens output) const {
    const Tokens most = settings_.price && settings_.price->max_output ? *settings_.price->max_output
                                                                       : settings_.profile.quirks.max_output;
    return std::max(output, std::min(output * 2, most));
  }

  [[nodiscard]] bool silently_cut(const Exchange& exchange) const {
    const std::int64_t seen = exchange.reply.usage.in_uncached.value + exchange.reply.usage.cache_read.value;
    return settings_.profile.silent_truncation && exchange.reply.usage_known && seen > 0 &&
           seen * 3 < exchange.prompt.value;
  }

  void note(Talk& talk, const std::string& text) const {
    if (talk.attempts.empty() || text.empty()) return;
    std::string& all = talk.attempts.back().note;
    all += (all.empty() || all.ends_with("; ") ? "" : "; ") + one_line(redactor_.redact(text), 400);
  }

  // What to do about an exchange that brought nothing usable; nothing = ask again.
  std::optional<ProposeResult> react(Talk& talk, Exchange& exchange, Random& random, const Stop& stop) {
    RetryState& state = talk.state;
    state.outages = world_.limiter.outages(lane_);
    state.worked = worked_;
    state.sent = exchange.request.optional;
    state.left = left(talk);
    const FailedRequest failed{.end = exchange.http.end,
                               .status = exchange.http.status,
                               .headers = exchange.http.headers,
                               .error = exchange.reply.error,
                               .sent = exchange.http.sent,
                               .payload = exchange.http.payload,
                               .trouble = exchange.http.trouble,
                               .now = world_.clock.now()};
    const RetryDecision decision = decide(failed, state, settings_.retry, random);
    note(talk, decision.reason);
    switch (decision.verb) {
      case RetryVerb::wait:
        note(talk, fmt::format("waited {:.1f} s", decision.delay.value));
        if (asked_delay(failed)) world_.limiter.close_until(lane_, world_.clock.monotonic() + decision.delay);
        if (pause(decision.delay, stop)) return std::nullopt;
        return failure(talk, {Reaction::cancelled, "cancelled while waiting for " + settings_.name}, std::nullopt);
      case RetryVerb::drop_parameter: {
        const std::lock_guard lock(mutex_);
        dropped_.insert(decision.parameter);
        return std::nullopt;
      }
      case RetryVerb::shrink:
        state.shrunk = true;
        talk.style.context = std::max(talk.style.output + Tokens{2000}, Tokens{talk.style.context.value * 6 / 10});
        if (render_prompt(talk.brief, talk.style)) return std::nullopt;
        return lost(talk, exchange, failed, decision);
      case RetryVerb::rest:
        world_.limiter.failed(lane_);
        world_.limiter.close_until(lane_, world_.clock.monotonic() + decision.delay);
        return failure(talk,
                       {Reaction::retry, fmt::format("{} did not answer: {}; it rests for {:.0f} s", settings_.name,
                                                     decision.reason, decision.delay.value)},
                       decision.delay);
      case RetryVerb::drop_backend:
        return failure(talk,
                       {Reaction::drop_backend,
                        fmt::format("{} cannot be used: {}{}", settings_.name, decision.reason, advice(exchange))},
                       std::nullopt);
      case RetryVerb::cancel:
        return failure(talk, {Reaction::cancelled, "the request to " + settings_.name + " was cancelled"},
                       std::nullopt);
      case RetryVerb::refuse:
        exchange.reply.finish = Finish::refused;
        return proposal(talk, exchange);
      case RetryVerb::fail_proposal:
        return lost(talk, exchange, failed, decision);
    }
    return std::nullopt;
  }

  // This proposal is lost and the service is fine, unless that happens three times in a row.
  ProposeResult lost(Talk& talk, Exchange& exchange, const FailedRequest& failed, const RetryDecision& decision) {
    const bool refused_request = failed.status >= 400 && failed.status <= 499;
    if (refused_request && ++bad_requests_ >= most_bad_requests) {
      return failure(talk,
                     {Reaction::drop_backend, fmt::format("{} refused {} requests in a row: {}", settings_.name,
                                                          most_bad_requests, decision.reason)},
                     std::nullopt);
    }
    exchange.reply.finish = !refused_request      ? Finish::truncated
                            : is_overflow(failed) ? Finish::context_overflow
                                                  : Finish::error;
    return proposal(talk, exchange);
  }

  [[nodiscard]] std::string advice(const Exchange& exchange) const {
    const int status = exchange.http.status;
    if (status >= 300 && status <= 399)
      return "; it redirects, which is not followed: give its real address with --base-url";
    if (status == 401 || status == 403) {
      return settings_.key.empty() ? "; no key was sent: set " +
                                         (settings_.profile.key_env.empty() ? "one" : settings_.profile.key_env[0])
                                   : "; check the key";
    }
    if (status == 404) return "; check the model name and --base-url";
    return {};
  }

  [[nodiscard]] ProposeResult proposal(Talk& talk, Exchange& exchange) const {
    ModelReply& reply = exchange.reply;
    Proposal result;
    result.prompt = std::move(talk.prompt);
    result.reply = redactor_.redact(render_answer(reply));
    result.reasoning = redactor_.redact(reply.reasoning);
    result.finish = reply.finish;
    result.usage = talk.usage;
    result.cost = talk.cost;
    result.cost_source = talk.source;
    result.backend = settings_.name;
    for (const char* header : {"x-request-id", "request-id", "x-generation-id"}) {
      if (result.request_id.empty())
        result.request_id = one_line(redactor_.redact(find_header(exchange.http.headers, header)), 120);
    }
    if (result.request_id.empty()) result.request_id = one_line(redactor_.redact(reply.id), 120);
    result.attempts = std::move(talk.attempts);
    result.latency = world_.clock.monotonic() - talk.began;
    return result;
  }

  [[nodiscard]] tl::unexpected<ProposeError> failure(Talk& talk, Error error,
                                                     std::optional<Seconds> retry_after) const {
    ProposeError result(std::move(error));
    result.error.message = redactor_.redact(result.error.message);
    result.retry_after = retry_after;
    result.attempts = std::move(talk.attempts);
    result.cost = talk.cost;
    result.prompt = std::move(talk.prompt);
    return tl::unexpected<ProposeError>(std::move(result));
  }

  ModelSettings settings_;
  ProposerWorld world_;
  std::string url_, lane_;
  Redactor redactor_;
  mutable std::mutex mutex_;
  std::set<std::string> dropped_;     // parameters that this model refused
  std::atomic<int> bad_requests_{0};  // in a row
  std::atomic<bool> worked_{false};   // in this session
};

}  // namespace

std::unique_ptr<Proposer> make_model_proposer(ModelSettings settings, const ProposerWorld& world) {
  return std::make_unique<ModelProposer>(std::move(settings), world);
}

}  // namespace hone
