// One lane for every (host, key): workers that share them share their rate limit and their outages.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "hone/core/base/units.hpp"

namespace hone {

// Times are Clock::monotonic(). Thread-safe.
class Limiter {
 public:
  // When the lane may be used again; in the past = now.
  [[nodiscard]] Seconds opens(const std::string& lane);
  void close_until(const std::string& lane, Seconds moment);
  // Proposals in a row that failed on this lane for good.
  [[nodiscard]] int outages(const std::string& lane);
  void failed(const std::string& lane);
  void worked(const std::string& lane);

 private:
  struct Lane {
    Seconds opens{};
    int outages = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Lane> lanes_;
};

}  // namespace hone
