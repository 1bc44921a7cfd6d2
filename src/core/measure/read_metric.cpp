#include "hone/core/measure/read_metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "hone/core/base/text.hpp"
#include "hone/core/codec/metric_object.hpp"

namespace hone {
namespace {

constexpr std::size_t most_values = 1000;
constexpr std::size_t longest_line = 64 * 1024;   // a longer one is no metric; it is not looked at
constexpr std::string_view lone_name = "metric";  // of a number that was printed without a name
constexpr std::size_t quoted = 60;                // bytes of output in a sentence

// One number as it was printed, under its name.
struct Printed {
  std::string name;
  std::string text;
};
struct Forms {
  std::vector<Printed> marked;     // METRIC lines
  std::vector<Printed> object;     // a JSON object on the last line
  std::vector<Printed> colon;      // name: value
  std::vector<Printed> swallowed;  // METRIC name=number in the middle of another line
  std::string broken;              // the first METRIC line that is none
  bool broken_object = false;      // the last line begins like an object and is none
  std::string last;
};

std::string quote(std::string_view text) {
  return fmt::format("'{}'", one_line(text, quoted));
}

// `METRIC a=1 b[x]=2`, `METRIC step=3 loss=0.4`. False: the line is something else or malformed.
bool add_marked(std::string_view line, std::vector<Printed>& marked) {
  std::string step;
  bool any = false;
  for (const std::string_view word : split(line, ' ')) {
    if (word.empty()) continue;
    const auto equals = word.rfind('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    const std::string_view name = word.substr(0, equals);
    if (name == "step" && !any && step.empty()) {
      if (!parse_number(word.substr(equals + 1))) return false;
      step = fmt::format("[step={}]", word.substr(equals + 1));
      continue;
    }
    marked.push_back({std::string(name) + step, std::string(word.substr(equals + 1))});
    any = true;
  }
  // A metric may itself be called step: then there is nothing else on its line.
  if (!any && !step.empty()) {
    marked.push_back({"step", step.substr(6, step.size() - 7)});
    any = true;
  }
  return any;
}

void add_colon(std::string_view line, std::vector<Printed>& colon) {
  const auto at = line.find(':');
  if (at == std::string_view::npos) return;
  const std::string_view name = trim(line.substr(0, at));
  if (name.empty() || name.size() > 200) return;
  colon.push_back({std::string(name), std::string(trim(line.substr(at + 1)))});
}

// A judge's line behind something that was printed without a line end is still a line of the judge: code under test
// could swallow it so and leave a number of its own alone. Text that only speaks of METRIC has no NAME=NUMBER behind
// it.
void add_swallowed(std::string_view line, Forms& forms) {
  const bool too_long = trim(line).size() > longest_line;  // not looked at as a whole
  for (std::size_t at = line.find("METRIC ", too_long ? 0 : 1); at != std::string_view::npos;
       at = line.find("METRIC ", at + 1)) {
    const std::string_view rest = line.substr(at + 7);
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r"));
    const auto equals = word.rfind('=');
    if (equals == std::string_view::npos || equals == 0 || !parse_number(word.substr(equals + 1))) continue;
    forms.swallowed.push_back({std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))});
  }
}

Forms collect(std::string_view output) {
  Forms forms;
  for (const std::string_view whole : lines(output)) {
    const std::string_view line = trim(whole);
    add_swallowed(whole, forms);
    if (line.empty() || line.size() > longest_line) continue;
    forms.last = line;
    if (line == "METRIC" || line.starts_with("METRIC ")) {
      if (!add_marked(line.substr(6), forms.marked) && forms.broken.empty()) forms.broken = line;
    } else {
      add_colon(line, forms.colon);
    }
  }
  if (forms.last.starts_with('{')) {
    const auto members = parse_metric_object(forms.last);
    forms.broken_object = !members;
    if (members) {
      for (const MetricMember& member : *members) forms.object.push_back({member.name, member.number});
    }
  }
  return forms;
}

MetricReading invalid(std::string why) {
  MetricReading reading;
  reading.invalid = std::move(why);
  return reading;
}

// All texts must be the same finite number.
MetricReading one_of(std::string_view name, const std::vector<std::string>& texts, bool last_wins) {
  const std::string subject = name.empty() ? "the metric" : fmt::format("the metric {}", quote(name));
  MetricReading reading;
  for (const std::string& text : texts) {
    if (last_wins && &text != &texts.back()) continue;
    const auto number = parse_number(text);
    if (!number) return invalid(fmt::format("{} is {}, which is not a finite decimal number", subject, quote(text)));
    if (reading.value && *reading.value != *number) {
      return invalid(
          fmt::format("{} was printed with different numbers: {:.10g} and {:.10g}", subject, *reading.value, *number));
    }
    reading.value = number;
  }
  return reading;
}

std::vector<std::string> texts_of(const std::vector<Printed>& printed, std::string_view name) {
  std::vector<std::string> texts;
  for (const Printed& one : printed) {
    if (one.name == name) texts.push_back(one.text);
  }
  return texts;
}

bool has_step(std::string_view name) {
  return name.ends_with(']') && name.find("[step=") != std::string_view::npos;
}

// What the primary is called when nobody named it: the first METRIC that is no point of a curve.
std::string first_marked(const std::vector<Printed>& marked) {
  const auto found = std::find_if(marked.begin(), marked.end(), [](const Printed& one) { return !has_step(one.name); });
  return found == marked.end() ? "" : found->name;
}

std::string only_number(const std::vector<Printed>& object, std::string& why) {
  std::string name;
  for (const Printed& one : object) {
    if (one.text.empty() || one.name == name) continue;
    if (!name.empty()) {
      why = fmt::format("the JSON object on the last line has several numbers ({}, {}); choose one with --metric-name",
                        quote(name), quote(one.name));
      return "";
    }
    name = one.name;
  }
  if (name.empty()) why = "the JSON object on the last line has no number";
  return name;
}

struct Primary {
  std::string name;
  MetricReading reading;
};

Primary found(std::string name, const std::vector<Printed>& printed) {
  const auto texts = texts_of(printed, name);
  MetricReading reading = one_of(name, texts, false);
  return {std::move(name), std::move(reading)};
}

Primary missing(const MetricSpec& spec, const Forms& forms) {
  if (forms.last.empty()) return {"", invalid("the command printed nothing on stdout, so there is no metric")};
  if (forms.broken_object)
    return {"", invalid("the last line begins like a JSON object but is none: " + quote(forms.last))};
  if (!spec.name.empty()) {
    const bool curve = std::any_of(forms.marked.begin(), forms.marked.end(),
                                   [&spec](const Printed& one) { return one.name.starts_with(spec.name + "["); });
    const std::string_view hint = curve ? " as a whole, only with steps or cases" : "";
    return {"", invalid(fmt::format("the metric {} was not printed{}; the last line is {}", quote(spec.name), hint,
                                    quote(forms.last)))};
  }
  if (!forms.marked.empty()) return {"", invalid("METRIC lines have steps only; print a last one without a step")};
  return {"",
          invalid(fmt::format("no metric on stdout: no line 'METRIC name=value', and the last line {} is not a lone "
                              "finite number",
                              quote(forms.last)))};
}

Primary find_primary(const MetricSpec& spec, const Forms& forms) {
  if (!forms.broken.empty()) {
    return {"", invalid(fmt::format("the line {} is not of the form 'METRIC name=value'", quote(forms.broken)))};
  }
  for (const Printed& one : forms.swallowed) {
    const auto texts = texts_of(forms.marked, one.name);
    if (!texts.empty() && parse_number(texts.front()) != parse_number(one.text)) {
      return {"", invalid(fmt::format("the metric {} was printed twice, once in the middle of a line: {} and {}",
                                      quote(one.name), quote(texts.front()), quote(one.text)))};
    }
  }
  const std::string marked = spec.name.empty() ? first_marked(forms.marked) : spec.name;
  for (const std::string& text : texts_of(forms.object, marked)) {
    const auto texts = texts_of(forms.marked, marked);
    if (!texts.empty() && parse_number(texts.front()) != parse_number(text))
      return {"",
              invalid(fmt::format("the metric {} was printed as a METRIC and, differently, as JSON", quote(marked)))};
  }
  // Of an evaluator that prints a lone number: what calls itself by its name before that is somebody else.
  if (marked == lone_name && parse_number(forms.last) && !texts_of(forms.marked, lone_name).empty())
    return {"", invalid("the metric was printed twice: as a METRIC and as a lone number on the last line")};
  if (!texts_of(forms.marked, marked).empty()) return found(marked, forms.marked);
  if (!spec.name.empty() && !texts_of(forms.colon, spec.name).empty()) return found(spec.name, forms.colon);
  if (!forms.object.empty()) {
    std::string why;
    const std::string name = spec.name.empty() ? only_number(forms.object, why) : spec.name;
    if (name.empty()) return {"", invalid(why)};
    if (!texts_of(forms.object, name).empty()) return found(name, forms.object);
  }
  if (forms.marked.empty() && parse_number(forms.last)) {
    return {spec.name.empty() ? std::string(lone_name) : spec.name, one_of("", {forms.last}, false)};
  }
  return missing(spec, forms);
}

// Numbers by name, in the order they were first printed; contradicting ones are out.
void add_values(const std::vector<Printed>& printed, std::vector<NamedValue>& values) {
  std::map<std::string_view, std::pair<double, bool>> seen;  // the bool: still one number
  std::vector<std::string_view> order;
  for (const Printed& one : printed) {
    const auto number = parse_number(one.text);
    const auto [at, fresh] = seen.try_emplace(one.name, number.value_or(0), number.has_value());
    if (fresh) order.push_back(one.name);
    if (!number || at->second.first != *number) at->second.second = false;
  }
  for (const std::string_view name : order) {
    if (!seen.at(name).second || values.size() >= most_values) continue;
    const auto same = [&name](const NamedValue& value) { return value.name == name; };
    if (std::none_of(values.begin(), values.end(), same)) values.push_back({std::string(name), seen.at(name).first});
  }
}

}  // namespace

std::vector<NamedValue> read_metric_line(std::string_view line) {
  std::vector<NamedValue> values;
  std::vector<Printed> marked;
  line = trim(line);
  if (!line.starts_with("METRIC ") || !add_marked(line.substr(6), marked)) return values;
  for (const Printed& one : marked) {
    if (const auto number = parse_number(one.text)) values.push_back({one.name, *number});
  }
  return values;
}

bool is_measured(std::string_view name) {
  return name == "wall" || name == "cpu" || name == "peak-memory" || name == "lines";
}

MetricReading read_metric(const MetricSpec& spec, std::string_view output, const Captures* captures) {
  const Forms forms = collect(output);
  Primary primary;
  if (captures != nullptr) {
    primary.name = spec.name.empty() ? "metric" : spec.name;
    primary.reading = captures->empty() ? invalid(fmt::format("--match {} found nothing on stdout; the last line is {}",
                                                              quote(spec.match), quote(forms.last)))
                                        : one_of(spec.name, *captures, spec.match_last);
  } else {
    primary = find_primary(spec, forms);
  }
  MetricReading reading = std::move(primary.reading);
  if (reading.value) reading.values.push_back({primary.name, *reading.value});
  add_values(forms.marked, reading.values);
  add_values(forms.object, reading.values);
  add_values(forms.colon, reading.values);
  std::erase_if(reading.values, [](const NamedValue& value) { return is_measured(value.name); });
  return reading;
}

}  // namespace hone
