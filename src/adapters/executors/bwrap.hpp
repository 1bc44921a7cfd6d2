// The sandbox: commands in bubblewrap with the profile of core/sandbox. It says nothing about whether that protects
// anything on this machine; prove.hpp does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/executors/gpu.hpp"
#include "adapters/executors/wrap.hpp"
#include "hone/core/sandbox/profile.hpp"
#include "hone/core/sandbox/settings.hpp"
#include "hone/ports/files.hpp"

namespace hone::executors {

struct BwrapOptions {
  std::string folder;  // ours, absolute; for the filter and a few small files; never in the sandbox
  SandboxSettings settings;
  std::vector<std::string> carried;  // host paths that links in the tree lead to
  std::optional<GpuSide> gpus;       // with settings.gpu
  bool disable_userns = true;        // false on kernels that refuse it: then only the filter stops user namespaces
};

class BwrapWrap : public Wrap {
 public:
  // Looks the machine up and writes the filter. stop_run when bwrap is not installed, fix_input when a path of the
  // settings is not there.
  [[nodiscard]] static Result<std::unique_ptr<BwrapWrap>> make(BwrapOptions, Files&);

  [[nodiscard]] Result<Command> wrap(Command, const Place&) override;
  [[nodiscard]] Result<ProcessReport> unwrap(ProcessReport, const Place&) override;
  [[nodiscard]] std::string explain(const ProcessReport&) const override;

  // wrap() for a view that is not a workspace's: the probes'.
  [[nodiscard]] Result<Command> wrap_view(Command, const sandbox::View&, const std::string& scratch) const;
  [[nodiscard]] const sandbox::Host& host() const { return host_; }
  [[nodiscard]] const SandboxSettings& settings() const { return settings_; }
  [[nodiscard]] const std::vector<std::string>& carried() const { return carried_; }

 private:
  BwrapWrap() = default;
  sandbox::Host host_;
  SandboxSettings settings_;
  std::vector<std::string> carried_;
  std::string program_;  // bwrap
  std::string script_;   // for the shell that opens the descriptors
};

// The limits that go with the settings: file size, address space, processes.
[[nodiscard]] ProcessLimits limits_of(const SandboxSettings&);

}  // namespace hone::executors
