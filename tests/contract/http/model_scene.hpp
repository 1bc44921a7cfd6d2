// A model backend against a scripted server on loopback, with timers and waits of fractions of a second.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "adapters/proposers/model_proposer.hpp"
#include "fakes/proposer_world.hpp"
#include "fakes/scripted_server.hpp"

namespace hone::scene {

using namespace hone::fakes;

inline const NeverStop never;
inline const std::string key = "sk-test-0123456789-abcdef";

inline ModelSettings settings_for(std::string_view profile, const std::string& url) {
  ModelSettings settings{.name = std::string(profile) + ":m",
                         .profile = *builtin_profile(profile),
                         .model = "m",
                         .base_url = url,
                         .key = key,
                         .price = ModelPrice{},
                         .timers = {{1}, {0.5}, {0.5}, {5}}};
  settings.price->base.in = 1e-6;
  settings.price->base.out = 10e-6;
  settings.style.output = {1000};
  settings.style.context = {20000};
  settings.retry.backoff = {0.01};
  settings.retry.most_backoff = {0.02};
  settings.retry.most_wait = {0.5};
  settings.retry.rest = {30};
  return settings;
}

inline ProposeResult propose(ModelSettings settings, const Stop& stop = never) {
  RealWorld real;
  return make_model_proposer(std::move(settings), real.world())->propose(small_brief(), stop);
}

// With every script played in turn to the requests of one proposal.
inline ProposeResult answer(std::string_view profile, std::vector<Script> scripts) {
  const ScriptedServer server(std::move(scripts));
  return propose(settings_for(profile, server.url("/v1")));
}

inline std::string chat_stream(std::string_view text, std::string_view finish = "stop") {
  return "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + std::string(text) +
         "\"}}]}\n\n"
         "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" +
         std::string(finish) +
         "\"}]}\n\n"
         "data: "
         "{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":10,\"total_tokens\":110}}\n\ndata: "
         "[DONE]\n\n";
}
inline Script good(std::string_view text = "idea") {
  return {send(sse_head() + chat_stream(text))};
}
inline Script status(int code, std::string_view body = "{}", std::string_view more = "") {
  return {send(json_reply(code, body, more))};
}

inline void check_no_key(const ProposeResult& result) {
  const auto clean = [](const std::string& text) { CHECK(text.find("sk-test-0123") == std::string::npos); };
  if (!result) {
    clean(result.error().error.message);
    clean(result.error().prompt);
    for (const Attempt& attempt : result.error().attempts) clean(attempt.note);
    return;
  }
  clean(result->reply);
  clean(result->reasoning);
  clean(result->prompt);
  clean(result->request_id);
  for (const Attempt& attempt : result->attempts) clean(attempt.note);
}

}  // namespace hone::scene
