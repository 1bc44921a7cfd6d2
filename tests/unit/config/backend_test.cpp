#include <catch2/catch.hpp>

#include "hone/core/config/values.hpp"

using namespace hone;

TEST_CASE("a backend has its weight behind its name, or behind its kind where the name is a command or there is none",
          "[config]") {
  struct Row {
    std::string text, kind, model;
    double weight;
  };
  for (const Row& row :
       {Row{"openai:m", "openai", "m", 1}, Row{"openai:m*3", "openai", "m", 3}, Row{"openai*3:m", "openai", "m", 3},
        Row{"mutate", "mutate", "", 1}, Row{"mutate*0.2", "mutate", "", 0.2},
        Row{"agent:claude/sonnet*2", "agent", "claude/sonnet", 2},
        Row{"command*2.5:./ask *3", "command", "./ask *3", 2.5}, Row{"command:./ask *3", "command", "./ask *3", 1},
        Row{"openai:odd*name", "openai", "odd*name", 1}}) {
    INFO(row.text);
    const auto backend = parse_backend(row.text);
    REQUIRE(backend);
    CHECK(backend->kind == row.kind);
    CHECK(backend->model == row.model);
    CHECK(backend->weight == row.weight);
    const auto again = parse_backend(spell_backend(*backend));
    REQUIRE(again);
    CHECK(again->kind == row.kind);
    CHECK(again->model == row.model);
    CHECK(again->weight == row.weight);
  }
  for (const char* bad : {"openai*0:m", "mutate*-1", "mutate*x", "command*:x", "nothing:m"}) {
    INFO(bad);
    CHECK_FALSE(parse_backend(bad));
  }
}
