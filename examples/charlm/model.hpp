// The target: a tiny character language model and how it learns. Change anything here, also the structure, as long
// as main.cpp still compiles: it builds a Model, calls learn() a fixed number of times and asks predict().
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "task.hpp"

namespace charlm {

constexpr int context = 3;               // hone: knob context 1..10
constexpr int embedding = 12;            // hone: knob embedding 2..32 log
constexpr int hidden = 48;               // hone: knob hidden 8..128 log
constexpr float learning_rate = 0.004f;  // hone: knob learning_rate 0.001..1 log
constexpr float final_rate = 0.9f;       // hone: knob final_rate 0.01..1 log
constexpr float embedding_rate = 0.5f;   // hone: knob embedding_rate 0.05..10 log
constexpr float init_scale = 0.25f;      // hone: knob init_scale 0.02..4 log
constexpr float weight_decay = 2e-5f;    // hone: knob weight_decay 1e-8..1e-3 log
constexpr bool bigram_table = false;     // logits that depend on the last character alone, beside the network
constexpr bool rectify = false;          // max(0, x) in the hidden layer instead of tanh

class Model {
 public:
  explicit Model(std::uint64_t seed) : state_(seed * 2 + 1) {
    fill(embed_, symbols * embedding, 1.0f);
    fill(in_, hidden * width, 1.0f / std::sqrt(static_cast<float>(width)));
    fill(out_, symbols * hidden, 1.0f / std::sqrt(static_cast<float>(hidden)));
    in_bias_.assign(hidden, 0.0f);
    out_bias_.assign(symbols, 0.0f);
    bigram_.assign(symbols * symbols, 0.0f);
  }

  // Probabilities of the next character.
  void predict(const Window& window, float (&chance)[symbols]) { forward(window, chance); }

  // One step on one example; `progress` runs from 0 to 1.
  void learn(const Window& window, int next, float progress) {
    float slope[symbols];
    forward(window, slope);
    slope[next] -= 1.0f;  // d loss / d logit of the softmax cross entropy
    const float rate = learning_rate * std::pow(final_rate, progress);
    const float keep = 1.0f - rate * weight_decay;

    float back[hidden] = {};
    for (int s = 0; s < symbols; ++s) {
      const float g = slope[s];
      float* row = &out_[static_cast<std::size_t>(s * hidden)];
      for (int h = 0; h < hidden; ++h) {
        back[h] += g * row[h];
        row[h] = row[h] * keep - rate * g * active_[h];
      }
      out_bias_[static_cast<std::size_t>(s)] -= rate * g;
      if (bigram_table) bigram_[static_cast<std::size_t>(window.at[history - 1] * symbols + s)] -= rate * g;
    }
    float input_back[width] = {};
    for (int h = 0; h < hidden; ++h) {
      const float g = rectify ? (active_[h] > 0 ? back[h] : 0.0f) : back[h] * (1.0f - active_[h] * active_[h]);
      float* row = &in_[static_cast<std::size_t>(h * width)];
      for (int i = 0; i < width; ++i) {
        input_back[i] += g * row[i];
        row[i] = row[i] * keep - rate * g * input_[i];
      }
      in_bias_[static_cast<std::size_t>(h)] -= rate * g;
    }
    for (int c = 0; c < context; ++c) {
      float* vector = &embed_[static_cast<std::size_t>(window.at[history - 1 - c] * embedding)];
      for (int e = 0; e < embedding; ++e) vector[e] -= rate * embedding_rate * input_back[c * embedding + e];
    }
  }

 private:
  static constexpr int width = context * embedding;

  void forward(const Window& window, float (&chance)[symbols]) {
    for (int c = 0; c < context; ++c) {
      const float* vector = &embed_[static_cast<std::size_t>(window.at[history - 1 - c] * embedding)];
      for (int e = 0; e < embedding; ++e) input_[c * embedding + e] = vector[e];
    }
    for (int h = 0; h < hidden; ++h) {
      const float* row = &in_[static_cast<std::size_t>(h * width)];
      float sum = in_bias_[static_cast<std::size_t>(h)];
      for (int i = 0; i < width; ++i) sum += row[i] * input_[i];
      active_[h] = rectify ? (sum > 0 ? sum : 0.0f) : std::tanh(sum);
    }
    float highest = -1e30f;
    for (int s = 0; s < symbols; ++s) {
      const float* row = &out_[static_cast<std::size_t>(s * hidden)];
      float sum = out_bias_[static_cast<std::size_t>(s)];
      for (int h = 0; h < hidden; ++h) sum += row[h] * active_[h];
      if (bigram_table) sum += bigram_[static_cast<std::size_t>(window.at[history - 1] * symbols + s)];
      chance[s] = sum;
      if (sum > highest) highest = sum;
    }
    float total = 0;
    for (float& c : chance) total += c = std::exp(c - highest);
    for (float& c : chance) c /= total;
  }

  // Uniform in +-scale * init_scale, from a generator of our own: the same everywhere.
  void fill(std::vector<float>& weights, int count, float scale) {
    weights.resize(static_cast<std::size_t>(count));
    for (float& w : weights) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      w = (static_cast<float>(state_ >> 40) / 8388608.0f - 1.0f) * scale * init_scale;
    }
  }

  std::uint64_t state_;
  std::vector<float> embed_, in_, in_bias_, out_, out_bias_, bigram_;
  float input_[width];
  float active_[hidden];
};

}  // namespace charlm
