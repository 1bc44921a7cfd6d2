#include "hone/views/verification.hpp"

#include <fmt/format.h>

#include <cmath>

#include "hone/views/numbers.hpp"

namespace hone {
namespace {

// The interval of two or three pairs can be as wide as it likes; one pair has none.
std::string measured(const Remeasured& result) {
  if (result.pairs == 0) return "-";
  if (!std::isfinite(result.interval.low)) return render_gain(result.effect);
  return render_effect(result.effect, result.interval, true);
}

Ink ink_of(KeepCall call) {
  if (call == KeepCall::pays || call == KeepCall::needed) return Ink::good;
  return call == KeepCall::worth_nothing ? Ink::bad : Ink::faint;
}

std::string keeps_table(const Verification& verification, const Canvas& canvas) {
  std::string text = fmt::format("\n{:>5}  {:>9}  {:<28}{:<15}{}\n", "keep", "claimed", "worth", "verdict", "idea");
  for (const KeepWorth& keep : verification.keeps) {
    const std::string head =
        fmt::format("{:>5}  {:>9}  ", fmt::format("#{}", keep.experiment.value), render_gain(keep.claimed));
    const std::string call = pad_right(std::string(render_call(keep)), 15);
    const std::string idea = keep.note.empty() ? keep.idea : fmt::format("{} ({})", keep.idea, keep.note);
    const std::size_t room = canvas.columns > 65 ? canvas.columns - 62 : 10;
    text += head + pad_right(measured(keep.worth), 28) + paint(call, ink_of(keep.call), canvas) +
            fit(printable(idea), room, canvas) + "\n";
  }
  for (const KeepWorth& keep : verification.keeps) {
    if (keep.call != KeepCall::worth_nothing) continue;
    text += fmt::format("#{} can go: git revert {}\n", keep.experiment.value, keep.commit.value.substr(0, 10));
  }
  return text;
}

}  // namespace

std::string render_verification(const Verification& verification, const Summary& summary, const Canvas& canvas) {
  std::string text = fmt::format("{}: {} -> {}\n", printable(verification.run), verification.base.value.substr(0, 10),
                                 verification.champion.value.substr(0, 10));
  text += fmt::format("logged        {}\n", render_gain(verification.logged));
  if (!verification.failed.empty()) {
    return text + paint(fmt::format("not confirmed: {}", printable(verification.failed)), Ink::bad, canvas) + "\n";
  }
  const Remeasured& result = verification.result;
  const double half = (result.interval.high - result.interval.low) / 2;
  const Scale scale = choose_scale(summary.measure, result.baseline, std::isfinite(half) ? std::min(half, 0.1) : 0);
  text += fmt::format("re-measured   {}, {} from clean checkouts, {} -> {}\n", measured(result),
                      render_plural(result.pairs, "pair"), render_value(result.baseline, scale),
                      render_value(result.champion, scale));
  if (!verification.keeps.empty()) text += keeps_table(verification, canvas);
  if (confirmed(verification)) {
    text += paint(fmt::format("confirmed: {} better, and the whole interval lies above 0", render_gain(result.effect)),
                  Ink::good, canvas);
  } else {
    text += paint("not confirmed: the interval does not lie above 0", Ink::bad, canvas);
  }
  return text + "\n";
}

}  // namespace hone
