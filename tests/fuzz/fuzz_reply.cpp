// Whatever a service sends: no crash, no counter below zero, and nothing complete without its terminal event.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "hone/core/budget/retry.hpp"
#include "hone/core/codec/agents.hpp"
#include "hone/core/codec/replies.hpp"

namespace {

void check(const hone::ModelReply& reply) {
  const hone::Usage& usage = reply.usage;
  for (const hone::Tokens count : {usage.in_uncached, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h,
                                   usage.out_total, usage.out_reasoning}) {
    if (count.value < 0) std::abort();
  }
  if (usage.out_reasoning > usage.out_total) std::abort();
  if (reply.finish == hone::Finish::complete && (reply.error || !reply.recognised)) std::abort();
  if (reply.cost && reply.cost->value < 0) std::abort();
  (void)hone::render_answer(reply);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto wire = static_cast<hone::Wire>(data[0] % 4);
  check(hone::parse_reply(wire, bytes));
  hone::ReplyStream stream(wire);
  const std::size_t piece = 1 + data[0] / 4;
  for (std::size_t at = 0; at < bytes.size(); at += piece) (void)stream.feed(bytes.substr(at, piece));
  check(stream.finish((data[0] & 64) != 0));

  const hone::FailedRequest failure{.end = hone::TransferEnd::complete,
                                    .status = 200 + data[0] * 2,
                                    .headers = {{"retry-after", std::string(bytes)}, {"date", std::string(bytes)}},
                                    .error = hone::parse_service_error(bytes),
                                    .sent = true,
                                    .payload = true,
                                    .trouble = "",
                                    .now = {}};
  hone::Random random(1);
  const hone::RetryDecision decision = hone::decide(failure, {}, {}, random);
  if (!(decision.delay.value >= 0 && decision.delay.value <= 6 * 3600.0)) std::abort();
  const hone::AgentTemplate agent{.name = "a",
                                  .argv = {"a"},
                                  .model_argv = {},
                                  .prompt_on_stdin = false,
                                  .read_out_file = false,
                                  .pass_env = {},
                                  .env = {},
                                  .rules = {{.when = {},
                                             .sum = true,
                                             .fails = false,
                                             .failed = "/e",
                                             .text = "/a/b",
                                             .cost = "/c",
                                             .usage = {{"in_all", "/u/*"}, {"cache_read", "/r"}}}},
                                  .ignore = {}};
  if (hone::read_agent_output(agent, bytes).usage.in_uncached.value < 0) std::abort();
  return 0;
}
