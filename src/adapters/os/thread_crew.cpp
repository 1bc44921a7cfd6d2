#include "adapters/os/thread_crew.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "adapters/os/topology.hpp"

namespace hone::os {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  return set;
}

// poll() counts in milliseconds and an int; longer waits are simply asked again.
int poll_milliseconds(Seconds left) {
  if (!(left.value > 0)) return 0;
  return static_cast<int>(std::min(std::ceil(left.value * 1000), 1e9));
}

}  // namespace

void block_signals() {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // RLIMIT_FSIZE: a write that fails can be told, a death cannot
}

ThreadCrew::ThreadCrew(const Clock& clock, Seconds origin, std::vector<int> background, Perform perform)
    : clock_(clock),
      offset_(origin - clock.monotonic()),
      background_(std::move(background)),
      perform_(std::move(perform)) {
  const sigset_t set = watched_signals();
  signals_ = Descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  finished_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

ThreadCrew::~ThreadCrew() {
  cancel_all();
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadCrew::start(const Effect& effect) {
  const std::lock_guard lock(mutex_);
  Job job{effect, std::make_unique<StopSwitch>()};
  running_[effect.id] = job.stop.get();
  jobs_.push(std::move(job));
  if (idle_ < jobs_.size()) threads_.emplace_back([this] { work(); });
  wake_.notify_one();
}

void ThreadCrew::work() {
  if (!background_.empty()) pin_thread(background_);
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop();
    lock.unlock();
    EffectDone done = perform_(job.effect, *job.stop);
    lock.lock();
    running_.erase(job.effect.id);
    done_.push(std::move(done));
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(finished_.get(), &one, sizeof one);
  }
}

Seconds ThreadCrew::now() const {
  return clock_.monotonic() + offset_;
}

Completion ThreadCrew::completion(decltype(Completion::what) what) const {
  return Completion{now(), clock_.now(), std::move(what)};
}

std::optional<Completion> ThreadCrew::take_done() {
  const std::lock_guard lock(mutex_);
  if (done_.empty()) return std::nullopt;
  Completion result = completion(std::move(done_.front()));
  done_.pop();
  return result;
}

std::optional<Completion> ThreadCrew::take_signal() {
  signalfd_siginfo signal{};
  if (read(signals_.get(), &signal, sizeof signal) != sizeof signal) return std::nullopt;
  switch (signal.ssi_signo) {
    case SIGINT:
      return completion(Signalled{Signal::interrupt});
    case SIGHUP:
      return completion(Signalled{Signal::hangup});
    case SIGUSR1:
      return completion(Poked{});
    default:
      return completion(Signalled{Signal::terminate});
  }
}

Completion ThreadCrew::wait(Seconds deadline) {
  for (;;) {
    if (auto signalled = take_signal()) return *signalled;
    if (auto done = take_done()) return *std::move(done);
    if (now() >= deadline) return completion(Tick{});
    std::array<pollfd, 2> watched{{{signals_.get(), POLLIN, 0}, {finished_.get(), POLLIN, 0}}};
    poll(watched.data(), watched.size(), std::isinf(deadline.value) ? -1 : poll_milliseconds(deadline - now()));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto drained = read(finished_.get(), &count, sizeof count);
  }
}

void ThreadCrew::cancel_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, stop] : running_) stop->raise();
}

}  // namespace hone::os
