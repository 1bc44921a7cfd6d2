#include "hone/core/codec/metric_object.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hone {
namespace {

// SAX and not a tree: it sees repeated names, keeps a number's own text and does not recurse.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<MetricMember> members;

  bool null() override { return add(""); }
  bool boolean(bool) override { return add(""); }
  bool number_integer(number_integer_t value) override { return add(fmt::format("{}", value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(fmt::format("{}", value)); }
  bool number_float(number_float_t, const string_t& text) override { return add(text); }
  bool string(string_t&) override { return add(""); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    path_.push_back(key_);
    return true;
  }
  bool key(string_t& name) override {
    key_ = name;
    return true;
  }
  bool end_object() override {
    path_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    ++arrays_;
    return true;
  }
  bool end_array() override {
    --arrays_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool add(std::string number) {
    if (arrays_ > 0) return true;
    std::string name;
    for (std::size_t i = 1; i < path_.size(); ++i) name += path_[i] + ".";  // [0] is the object itself
    members.push_back({name + key_, std::move(number)});
    return true;
  }

  std::vector<std::string> path_;  // names of the objects that are open
  std::string key_;
  int arrays_ = 0;
};

}  // namespace

std::optional<std::vector<MetricMember>> parse_metric_object(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  Reader reader;
  if (!nlohmann::json::sax_parse(text, &reader)) return std::nullopt;
  return std::move(reader.members);
}

}  // namespace hone
