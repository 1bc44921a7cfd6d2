#include "hone/core/sandbox/gpu.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "hone/core/sandbox/profile.hpp"
#include "hone/core/sandbox/settings.hpp"

using namespace hone;
using namespace hone::sandbox;

TEST_CASE("the nodes of GPUs are bound, those of screens are not", "[sandbox]") {
  const DeviceNames machine{{"null", "nvidia-modeset", "nvidia3", "nvidia10", "nvidiactl", "nvidia-uvm", "sda",
                             "nvidia-caps", "nvidia-uvm-tools", "nvidia-caps-imex-channels", "nvidiax", "nvidia"},
                            {"card0", "renderD128"}};
  CHECK(gpu_nodes(machine) == std::vector<std::string>{"/dev/nvidia-caps", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools",
                                                       "/dev/nvidia10", "/dev/nvidia3", "/dev/nvidiactl"});
  CHECK(gpu_nodes({{"kfd"}, {"card0", "renderD128", "renderD129", "by-path"}}) ==
        std::vector<std::string>{"/dev/dri/renderD128", "/dev/dri/renderD129", "/dev/kfd"});
  CHECK(gpu_nodes({{"dxg"}, {}}) == std::vector<std::string>{"/dev/dxg"});
  CHECK(gpu_nodes({{"null"}, {"renderD128"}}).empty());
}

TEST_CASE("devices are bound after the synthetic /dev, which would cover them, and before it is closed", "[sandbox]") {
  Host host;
  host.devices = {"/dev/nvidia0"};
  const auto words = render_arguments(host, {}, {});
  const auto at = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) - words.begin(); };
  const auto node = at("/dev/nvidia0");
  REQUIRE(node < static_cast<std::ptrdiff_t>(words.size()));
  CHECK(words[static_cast<std::size_t>(node) - 1] == "--dev-bind-try");
  CHECK(at("--dev") < node);
  CHECK(node < at("--remount-ro"));
}

TEST_CASE("the driver is where the loader says, and the machine's own word size counts", "[sandbox]") {
  CHECK(driver_folder("3 libs found in cache\n\tlibcuda.so.1 (libc6) => /usr/lib/i386/libcuda.so.1\n"
                      "\tlibcuda.so.1 (libc6,x86-64) => /opt/nv/lib64/libcuda.so.1\n") == "/opt/nv/lib64");
  CHECK(driver_folder("\tlibamdhip64.so.6 (libc6,x86-64) => /opt/rocm/lib/libamdhip64.so.6\n") == "/opt/rocm/lib");
  CHECK_FALSE(driver_folder("\tlibc.so.6 (libc6,x86-64) => /lib/libc.so.6\n"));
  CHECK_FALSE(driver_folder("\tlibcuda.so.1 (libc6,x86-64)\n"));
}

TEST_CASE("each slot gets a GPU of its own, and one slot all of them", "[sandbox]") {
  CHECK(share_gpus("", 4, 1)->empty());
  CHECK(*share_gpus("", 4, 2) == std::vector<std::string>{"0", "1"});
  CHECK(*share_gpus("3, GPU-5ebe", 2, 2) == std::vector<std::string>{"3", "GPU-5ebe"});
  for (const auto& [visible, found] : {std::pair{"", 1}, {"7", 8}}) {
    const auto refused = share_gpus(visible, found, 2);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reaction == Reaction::fix_input);
    CHECK(refused.error().message.find("--slots 1") != std::string::npos);
  }
}

TEST_CASE("no GPU inside is an error of the machine with the way out, never a run on the CPU", "[sandbox]") {
  CHECK(read_gpu_probe("gpu 2 NVIDIA H200\n")->text == "2 x NVIDIA H200");
  CHECK(read_gpu_probe("noise\ngpu 1 AMD GPU\n")->count == 1);
  const std::pair<const char*, const char*> broken[] = {
      {"broken cuInit failed with 100 here\n", "nvidia-smi -L"},
      {"broken cuInit failed with 304 here\n", "nvidia-modprobe"},
      {"broken cuInit failed with 803 here\n", "update the driver"},
      {"broken no driver library: libcuda.so.1: cannot open shared object file\n", "LD_LIBRARY_PATH"},
      {"gpu 0 nothing\n", "rocminfo"},
      {"", "said nothing"}};
  for (const auto& [said, fix] : broken) {
    INFO(said);
    const auto found = read_gpu_probe(said);
    REQUIRE_FALSE(found);
    CHECK(found.error().reaction == Reaction::stop_run);
    CHECK(found.error().message.starts_with("gpu_unavailable"));
    CHECK(found.error().message.find(fix) != std::string::npos);
  }
}

TEST_CASE("a limit on address space and a GPU exclude each other", "[sandbox]") {
  CHECK_FALSE(parse_sandbox({{"sandbox.gpu", "true"}, {"sandbox.memory", "8G"}}));
  CHECK(parse_sandbox({{"sandbox.gpu", "false"}, {"sandbox.memory", "8G"}}));
}
