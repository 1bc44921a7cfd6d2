#include "adapters/os/signal_stop.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

namespace hone::os {

SignalStop::SignalStop() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) sigaddset(&set, number);
  signals_ = Descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

bool SignalStop::raised() const {
  pollfd watched{signals_.get(), POLLIN, 0};
  return poll(&watched, 1, 0) > 0;
}

}  // namespace hone::os
