// Frozen: the judge. Makes the corpus (integer arithmetic only, so byte-identical everywhere), lets the model learn for
// a fixed number of steps and prints the validation loss in bits per byte. Usage: charlm [--steps N] [--seed N|env]
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "model.hpp"

namespace {

using charlm::history;
using charlm::symbols;
using charlm::Window;

struct Dice {
  std::uint64_t state;
  std::uint32_t below(std::uint32_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>((state >> 33) % n);
  }
};

using Words = std::vector<std::string>;

Words make_words(Dice& dice, std::size_t count, std::uint32_t syllables) {
  static const char* const onsets[] = {"b", "br", "d", "f", "g", "gl", "k", "l",
                                       "m", "n",  "p", "r", "s", "st", "t", "v"};
  static const char* const nuclei[] = {"a", "e", "i", "o", "u", "ai", "ou"};
  static const char* const codas[] = {"", "", "n", "r", "l", "t", "nd", "sh"};
  Words words;
  for (std::size_t i = 0; i < count; ++i) {
    std::string word;
    for (std::uint32_t s = 1 + dice.below(syllables); s > 0; --s) {
      word += onsets[dice.below(16)];
      word += nuclei[dice.below(7)];
      word += codas[dice.below(8)];
    }
    words.push_back(word);
  }
  return words;
}

// Zipf's law by rejection: rank r with a weight near 1 / (r + 2).
const std::string& pick(Dice& dice, const Words& words) {
  for (;;) {
    const std::uint32_t rank = dice.below(static_cast<std::uint32_t>(words.size()));
    if (dice.below(rank + 2) < 2) return words[rank];
  }
}

// Sentences with a small grammar: the number of the subject decides the endings of noun and verb.
std::string make_corpus(std::size_t bytes) {
  Dice dice{20240229};
  const Words nouns = make_words(dice, 120, 3), verbs = make_words(dice, 80, 2), adjectives = make_words(dice, 60, 3);
  const Words small = {"the", "a", "this", "some", "every", "no"}, joints = {"of", "in", "under", "with", "by"};
  std::string text;
  while (text.size() < bytes) {
    for (int clause = 0; clause == 0 || dice.below(4) == 0; ++clause) {
      if (clause > 0) text += ", ";
      const bool plural = dice.below(3) == 0;
      text += pick(dice, small) + " ";
      if (dice.below(3) == 0) text += pick(dice, adjectives) + "en ";
      text += pick(dice, nouns) + (plural ? "s " : " ");
      if (dice.below(4) == 0) text += pick(dice, joints) + " " + pick(dice, small) + " " + pick(dice, nouns) + " ";
      text += pick(dice, verbs) + (plural ? "o" : "es");
      if (dice.below(2) == 0) text += " " + pick(dice, small) + " " + pick(dice, nouns);
    }
    text += dice.below(6) == 0 ? ".\n" : ". ";
  }
  for (char& c : text) {
    c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' : c == ' ' ? 26 : c == '.' ? 27 : c == ',' ? 28 : 29);
  }
  return text;
}

Window window_before(const std::string& text, std::size_t at) {
  Window window;
  std::memcpy(window.at, text.data() + at - history, history);
  return window;
}

[[noreturn]] void refuse(const char* why) {
  std::fprintf(stderr, "charlm: %s\n", why);
  std::exit(2);
}

// The judge adds up the bits itself and refuses predictions that are not a distribution.
double bits_per_byte(charlm::Model& model, const std::string& text) {
  double bits = 0;
  for (std::size_t at = history; at < text.size(); ++at) {
    float chance[symbols];
    model.predict(window_before(text, at), chance);
    double sum = 0;
    for (const float c : chance) {
      if (!(c >= 0.0f && c <= 1.0f)) refuse("a predicted probability is outside [0, 1]");
      sum += static_cast<double>(c);
    }
    if (std::fabs(sum - 1.0) > 1e-3) refuse("predicted probabilities do not add up to 1");
    const double p = static_cast<double>(chance[static_cast<int>(text[at])]) / sum;
    bits -= std::log2(p < 1e-9 ? 1e-9 : p);
  }
  return bits / static_cast<double>(text.size() - history);
}

std::uint64_t number(const char* text) {
  char* end = nullptr;
  const std::uint64_t value = std::strtoull(text, &end, 10);
  if (end == text || *end != '\0') refuse("a number was expected after --steps or --seed");
  return value;
}

}  // namespace

int main(int count, char** words) {
  std::uint64_t steps = 400000, seed = 1;
  for (int i = 1; i + 1 < count; i += 2) {
    if (std::strcmp(words[i], "--steps") == 0) {
      steps = number(words[i + 1]);
    } else if (std::strcmp(words[i], "--seed") == 0) {
      const char* given = std::getenv("HONE_SEED");
      const bool from_hone = std::strcmp(words[i + 1], "env") == 0;
      if (from_hone && given == nullptr) refuse("--seed env needs HONE_SEED");
      seed = number(from_hone ? given : words[i + 1]);
    } else {
      refuse("usage: charlm [--steps N] [--seed N|env]");
    }
  }
  const std::string corpus = make_corpus(240000);
  const std::string train = corpus.substr(0, 220000), validation = corpus.substr(220000);

  charlm::Model model(seed);
  Dice dice{seed * 7919 + 17};
  for (std::uint64_t step = 0; step < steps; ++step) {
    const std::size_t at = history + dice.below(static_cast<std::uint32_t>(train.size() - history));
    const float progress = static_cast<float>(step) / static_cast<float>(steps);
    model.learn(window_before(train, at), train[at], progress);
  }
  std::printf("METRIC val_bpb=%.6f\n", bits_per_byte(model, validation));
}
