#include "hone/core/codec/requests.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace hone {
namespace {

using Json = nlohmann::ordered_json;  // the order we write is the order on the wire: caches work on prefixes

struct Block {
  std::string text;
  bool cache_mark = false;
};
struct Turn {
  PromptRole role = PromptRole::user;
  std::vector<Block> blocks;
};

// Sections to turns; neighbouring sections without a mark between them are one block.
std::vector<Turn> turns_of(const Ask& ask) {
  std::vector<Turn> turns;
  for (const PromptSection& section : ask.prompt.sections) {
    if (turns.empty() || turns.back().role != section.role) turns.push_back({section.role, {}});
    std::vector<Block>& blocks = turns.back().blocks;
    if (blocks.empty() || blocks.back().cache_mark) blocks.emplace_back();
    blocks.back().text += section.text;
    blocks.back().cache_mark = section.cache_mark;
  }
  if (!ask.nudge.empty()) {
    if (turns.empty() || turns.back().role != PromptRole::user) turns.push_back({PromptRole::user, {}});
    turns.back().blocks.push_back({"\n" + ask.nudge + "\n", false});
  }
  return turns;
}

std::string joined(const Turn& turn) {
  std::string text;
  for (const Block& block : turn.blocks) text += block.text;
  return text;
}

// Sets a field unless it was refused; remembers that it is one that can go.
class Options {
 public:
  Options(Json& body, const Ask& ask, std::set<std::string>& optional) : body_(body), ask_(ask), optional_(optional) {}
  template <class T>
  void set(const std::string& name, T&& value) {
    if (ask_.dropped.count(name) != 0) return;
    body_[name] = std::forward<T>(value);
    optional_.insert(name);
  }

 private:
  Json& body_;
  const Ask& ask_;
  std::set<std::string>& optional_;
};

Json chat_body(const Ask& ask, const Quirks& quirks, std::set<std::string>& optional) {
  Json body{{"model", ask.model}, {"messages", Json::array()}};
  for (const Turn& turn : turns_of(ask)) {
    const std::string role = turn.role == PromptRole::system ? quirks.system_role
                             : turn.role == PromptRole::user ? "user"
                                                             : "assistant";
    body["messages"].push_back({{"role", role}, {"content", joined(turn)}});  // plain strings: arrays confuse servers
  }
  Options options(body, ask, optional);
  const std::string other = quirks.max_tokens_field == "max_tokens" ? "max_completion_tokens" : "max_tokens";
  options.set(ask.dropped.count(quirks.max_tokens_field) == 0 ? quirks.max_tokens_field : other, ask.max_output.value);
  if (ask.effort && quirks.effort_field == "reasoning") {
    options.set("reasoning", Json{{"effort", *ask.effort}});
  } else if (ask.effort && !quirks.effort_field.empty()) {
    options.set(quirks.effort_field, *ask.effort);
  }
  if (ask.temperature) options.set("temperature", *ask.temperature);
  if (ask.top_p) options.set("top_p", *ask.top_p);
  if (ask.seed && quirks.seed) options.set("seed", *ask.seed);
  if (quirks.store_false) options.set("store", false);
  if (quirks.ask_usage) options.set("usage", Json{{"include", true}});
  if (ask.stream) {
    body["stream"] = true;
    if (quirks.stream_usage) options.set("stream_options", Json{{"include_usage", true}});
  }
  return body;
}

Json responses_body(const Ask& ask, const Quirks& quirks, std::set<std::string>& optional) {
  Json body{{"model", ask.model}};
  Json input = Json::array();
  for (const Turn& turn : turns_of(ask)) {
    if (turn.role == PromptRole::system) {
      body["instructions"] = body.value("instructions", std::string()) + joined(turn);
    } else {
      input.push_back({{"role", turn.role == PromptRole::user ? "user" : "assistant"}, {"content", joined(turn)}});
    }
  }
  body["input"] = std::move(input);
  Options options(body, ask, optional);
  options.set("max_output_tokens", ask.max_output.value);
  if (ask.effort && !quirks.effort_field.empty()) options.set("reasoning", Json{{"effort", *ask.effort}});
  if (ask.temperature) options.set("temperature", *ask.temperature);
  if (ask.top_p) options.set("top_p", *ask.top_p);
  if (quirks.store_false) options.set("store", false);
  if (ask.stream) body["stream"] = true;
  return body;
}

Json anthropic_blocks(const Turn& turn, bool marks) {
  Json blocks = Json::array();
  for (const Block& block : turn.blocks) {
    Json one{{"type", "text"}, {"text", block.text}};
    if (marks && block.cache_mark) one["cache_control"] = {{"type", "ephemeral"}};
    blocks.push_back(std::move(one));
  }
  return blocks;
}

// At most four marks are allowed: the last ones cover the longest prefixes.
void keep_four_marks(std::vector<Turn>& turns) {
  int left = 4;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
    for (auto block = turn->blocks.rbegin(); block != turn->blocks.rend(); ++block) {
      if (block->cache_mark && left-- <= 0) block->cache_mark = false;
    }
  }
}

Json anthropic_body(const Ask& ask, const Quirks& quirks, std::set<std::string>& optional) {
  Json body{{"model", ask.model}, {"max_tokens", ask.max_output.value}};
  Json messages = Json::array();
  const bool marks = quirks.cache_marks && ask.dropped.count("cache_control") == 0;
  std::vector<Turn> turns = turns_of(ask);
  keep_four_marks(turns);
  for (const Turn& turn : turns) {
    if (turn.role == PromptRole::system) {
      body["system"] = anthropic_blocks(turn, marks);
    } else {
      messages.push_back(
          {{"role", turn.role == PromptRole::user ? "user" : "assistant"}, {"content", anthropic_blocks(turn, marks)}});
    }
  }
  body["messages"] = std::move(messages);
  if (marks) optional.insert("cache_control");
  Options options(body, ask, optional);
  if (ask.effort && !quirks.effort_field.empty()) options.set("output_config", Json{{"effort", *ask.effort}});
  if (ask.temperature) options.set("temperature", *ask.temperature);
  if (ask.top_p) options.set("top_p", *ask.top_p);
  if (ask.stream) body["stream"] = true;
  return body;
}

Json gemini_body(const Ask& ask, const Quirks& quirks, std::set<std::string>& optional) {
  Json body{{"contents", Json::array()}};
  for (const Turn& turn : turns_of(ask)) {
    const Json parts = Json::array({Json{{"text", joined(turn)}}});
    if (turn.role == PromptRole::system) {
      body["systemInstruction"] = {{"parts", parts}};
    } else {
      body["contents"].push_back({{"role", turn.role == PromptRole::user ? "user" : "model"}, {"parts", parts}});
    }
  }
  Json generation = Json::object();
  Options options(generation, ask, optional);
  options.set("maxOutputTokens", ask.max_output.value);
  if (ask.temperature) options.set("temperature", *ask.temperature);
  if (ask.top_p) options.set("topP", *ask.top_p);
  if (ask.effort && !quirks.effort_field.empty())
    options.set("thinkingConfig", Json{{quirks.effort_field, *ask.effort}});
  body["generationConfig"] = std::move(generation);
  return body;
}

}  // namespace

RenderedRequest render_request(const Ask& ask, Wire wire, const Quirks& quirks) {
  RenderedRequest request;
  Json body;
  switch (wire) {
    case Wire::openai_chat:
      body = chat_body(ask, quirks, request.optional);
      break;
    case Wire::openai_responses:
      body = responses_body(ask, quirks, request.optional);
      break;
    case Wire::anthropic:
      body = anthropic_body(ask, quirks, request.optional);
      break;
    case Wire::gemini:
      body = gemini_body(ask, quirks, request.optional);
      break;
  }
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);  // what is not UTF-8 cannot be sent
  return request;
}

}  // namespace hone
