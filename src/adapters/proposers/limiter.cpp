#include "adapters/proposers/limiter.hpp"

#include <algorithm>

namespace hone {

Seconds Limiter::opens(const std::string& lane) {
  const std::lock_guard lock(mutex_);
  return lanes_[lane].opens;
}

void Limiter::close_until(const std::string& lane, Seconds moment) {
  const std::lock_guard lock(mutex_);
  lanes_[lane].opens = std::max(lanes_[lane].opens, moment);
}

int Limiter::outages(const std::string& lane) {
  const std::lock_guard lock(mutex_);
  return lanes_[lane].outages;
}

void Limiter::failed(const std::string& lane) {
  const std::lock_guard lock(mutex_);
  ++lanes_[lane].outages;
}

void Limiter::worked(const std::string& lane) {
  const std::lock_guard lock(mutex_);
  lanes_[lane].outages = 0;
}

}  // namespace hone
