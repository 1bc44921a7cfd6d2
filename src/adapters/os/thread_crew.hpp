// The Crew on threads: each effect in flight has one, kept for the next effect and alive as long as the crew, so
// that what they spawn never loses its parent thread. Signals come by signalfd, nothing is handled anywhere else.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "adapters/os/descriptor.hpp"
#include "adapters/os/stop.hpp"
#include "hone/ports/clock.hpp"
#include "hone/ports/crew.hpp"

namespace hone::os {

// Blocks SIGINT, SIGTERM, SIGQUIT, SIGHUP and SIGUSR1 in the calling thread and all that it starts: call first in
// main(). SIGPIPE is ignored.
void block_signals();

class ThreadCrew final : public Crew {
 public:
  using Perform = std::function<EffectDone(const Effect&, const Stop&)>;
  // `origin`: run time at this moment. `background`: CPUs of the workers themselves; empty = not pinned.
  ThreadCrew(const Clock&, Seconds origin, std::vector<int> background, Perform);
  ~ThreadCrew() override;  // cancels what is in flight and waits for it
  ThreadCrew(const ThreadCrew&) = delete;
  ThreadCrew& operator=(const ThreadCrew&) = delete;

  void start(const Effect&) override;
  [[nodiscard]] Completion wait(Seconds deadline) override;
  void cancel_all() override;

 private:
  struct Job {
    Effect effect;
    std::unique_ptr<StopSwitch> stop;
  };
  void work();
  [[nodiscard]] Seconds now() const;
  [[nodiscard]] Completion completion(decltype(Completion::what)) const;
  [[nodiscard]] std::optional<Completion> take_done();
  [[nodiscard]] std::optional<Completion> take_signal();

  const Clock& clock_;
  Seconds offset_;  // run time minus monotonic time
  std::vector<int> background_;
  Perform perform_;
  Descriptor signals_;
  Descriptor finished_;  // eventfd: something is in done_

  std::mutex mutex_;
  std::condition_variable wake_;
  std::queue<Job> jobs_;
  std::map<EffectId, StopSwitch*> running_;
  std::queue<EffectDone> done_;
  std::size_t idle_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace hone::os
