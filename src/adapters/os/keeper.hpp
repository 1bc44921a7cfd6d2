// hone's end of one keeper.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "adapters/os/cgroup.hpp"
#include "adapters/os/descriptor.hpp"
#include "adapters/os/keeper_wire.hpp"
#include "hone/core/base/result.hpp"
#include "hone/ports/process.hpp"

namespace hone::os {

struct Pipe {
  Descriptor reader, writer;
};

class Keeper {
 public:
  // `program`: an open descriptor of hone-keeper, so that replacing the file in mid-run changes nothing. `places`:
  // where it gets a control group of its own; none, where there is none.
  [[nodiscard]] static Result<Keeper> start(int program, const CgroupPlaces& places);
  Keeper(Keeper&& other) noexcept
      : process_(std::exchange(other.process_, 0)),
        channel_(std::move(other.channel_)),
        group_(std::move(other.group_)) {}
  Keeper& operator=(Keeper&&) = delete;
  ~Keeper();  // ends it; it kills what it keeps first

  [[nodiscard]] int channel() const { return channel_.get(); }
  // Before run(): what the whole tree may take, where it has a control group.
  [[nodiscard]] Done bound(const ProcessLimits&);
  [[nodiscard]] Done run(const keeper::Descriptors&);
  void order(keeper::Order);
  // The next answer, when there is one to read; nothing when the keeper died.
  [[nodiscard]] std::optional<keeper::Answer> answer();
  // When it is dead and may have left something: kills what its control group still holds.
  void kill_left() const;

 private:
  Keeper(pid_t process, Descriptor channel) : process_(process), channel_(std::move(channel)) {}
  pid_t process_ = 0;
  Descriptor channel_;
  std::optional<Cgroup> group_;
};

// The request as an anonymous file. `allowed`: CPUs for a command that is not pinned. What `places` bound for the tree
// needs no rlimit: some programs reserve address space by the terabyte.
[[nodiscard]] Result<Descriptor> make_request(const Command&, const ProcessLimits&, const keeper::Request& allowed,
                                              const CgroupPlaces& places);
[[nodiscard]] Result<Descriptor> make_text_file(std::string_view text);
[[nodiscard]] Result<Pipe> make_pipe();

// A socket and not a pipe: a pipe can be opened again through /proc/PID/fd by any process of the same user, a socket
// cannot. The secret is a line that waits in it, and not a variable, because an environment stays readable in
// /proc/PID/environ of every shell on the way; who reads the line first takes it away.
struct MetricChannel {
  Descriptor ours, theirs;
  std::string nonce;
};
[[nodiscard]] Result<MetricChannel> make_metric_channel();

}  // namespace hone::os
