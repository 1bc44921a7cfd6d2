// A journal in memory for the simulator and for unit tests. Everything that append() took survives crash(), as a
// durable one does; what was read from the inbox but not appended comes again.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hone/ports/journal.hpp"

namespace hone::fakes {

class MemoryJournal final : public Journal {
 public:
  [[nodiscard]] Done append(std::span<Event> events, std::span<const NewText> texts) override {
    ++appends_;
    if (failure_ && appends_ >= fail_at_) return fail(*failure_);
    for (Event& event : events) {
      event.sequence = events_.size() + 1;
      events_.push_back(event);
      settle(event.body);
    }
    const std::lock_guard lock(mutex_);
    for (const NewText& text : texts) texts_.emplace(text.id.value, text.content);
    return {};
  }
  [[nodiscard]] Done replay(const std::function<Done(const Event&)>& each) override {
    for (const Event& event : events_) HONE_TRY_VOID(each(event));
    return {};
  }
  [[nodiscard]] Result<std::string> text(const TextId& id) override {
    if (id.value.empty()) return std::string();
    const std::lock_guard lock(mutex_);
    const auto found = texts_.find(id.value);
    if (found != texts_.end()) return found->second;
    return fail(Reaction::stop_run, "read text " + id.value + ": the journal does not hold it");
  }
  [[nodiscard]] Result<std::vector<EventBody>> take_inbox() override {
    std::vector<EventBody> taken;
    for (Message& one : inbox_) {
      if (!std::exchange(one.given, true)) taken.push_back(one.body);
    }
    return taken;
  }

  // As `hone tell` and `hone stop` do from another process.
  void put(EventBody body) { inbox_.push_back({std::move(body), false}); }
  // The process died: only what was appended is left. The next replay() is that of the next process.
  void crash() {
    for (Message& one : inbox_) one.given = false;
    failure_.reset();
  }
  // From the `nth` append on (1 = the next one) every append fails and changes nothing.
  void fail_append(std::uint64_t nth, Error error) {
    fail_at_ = appends_ + nth;
    failure_ = std::move(error);
  }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  [[nodiscard]] std::uint64_t appends() const { return appends_; }

 private:
  struct Message {
    EventBody body;
    bool given = false;
  };
  static bool same(const EventBody& a, const EventBody& b) {
    if (const auto* told = std::get_if<event::Told>(&a)) {
      const auto* other = std::get_if<event::Told>(&b);
      return other != nullptr && told->text == other->text;
    }
    const auto* stop = std::get_if<event::StopAsked>(&a);
    const auto* other = std::get_if<event::StopAsked>(&b);
    return stop != nullptr && other != nullptr && stop->at_once == other->at_once && stop->by == other->by;
  }
  void settle(const EventBody& body) {
    const auto found = std::find_if(inbox_.begin(), inbox_.end(),
                                    [&](const Message& one) { return one.given && same(one.body, body); });
    if (found != inbox_.end()) inbox_.erase(found);
  }

  std::vector<Event> events_;
  std::map<std::string, std::string> texts_;
  std::deque<Message> inbox_;
  std::mutex mutex_;  // text() may come from any thread
  std::uint64_t appends_ = 0;
  std::uint64_t fail_at_ = 0;
  std::optional<Error> failure_;
};

}  // namespace hone::fakes
