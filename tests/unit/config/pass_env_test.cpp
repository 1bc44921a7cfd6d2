#include <catch2/catch.hpp>

#include "hone/core/config/keys.hpp"

using namespace hone;

TEST_CASE("a variable whose name says that it is a key is not passed to commands") {
  RunSpec spec;
  for (const char* name : {"OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "github_token", "PGPASSWORD",
                           "DB_PASSWORD", "GOOGLE_APPLICATION_CREDENTIALS", "MYAPIKEY", "HONE_METRIC_FD", "A=B", ""}) {
    INFO(name);
    CHECK_FALSE(set_key(spec, "pass-env", name));
  }
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "TOKENIZERS_PARALLELISM", "OMP_NUM_THREADS", "KEYBOARD_LAYOUT"}) {
    INFO(name);
    CHECK(set_key(spec, "pass-env", name));
  }
}
