#include "tests/trust/rules/timing.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace iscsi_ike::test {
namespace {

struct Moments {
  double count = 0, mean = 0, squares = 0;
  void Add(double x) {
    ++count;
    const double delta = x - mean;
    mean += delta / count;
    squares += delta * (x - mean);
  }
  [[nodiscard]] double Error() const { return squares / (count - 1) / count; }
};

double Nanoseconds(const std::function<void(bool)>& act, bool second) {
  const auto before = std::chrono::steady_clock::now();
  act(second);
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - before)
      .count();
}

// Measure does both in an order drawn at random, so that what else the machine does meets both.
std::array<std::vector<double>, 2> Measure(const std::function<void(bool)>& act, int measurements) {
  std::array<std::vector<double>, 2> taken;
  std::uint64_t state = 0x9e3779b97f4a7c15ULL;
  for (int i = 0; i < measurements; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const bool second = (state >> 63U) != 0;
    taken[second ? 1 : 0].push_back(Nanoseconds(act, second));
  }
  return taken;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

double TimeDifference(const std::function<void(bool second)>& act, int measurements) {
  const auto taken = Measure(act, measurements);
  std::vector<double> all(taken[0]);
  all.insert(all.end(), taken[1].begin(), taken[1].end());
  const auto cut = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 9 / 10);
  std::nth_element(all.begin(), cut, all.end());
  std::array<Moments, 2> moments;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}})
    for (const double x : taken[i])
      if (x <= *cut) moments[i].Add(x);
  const double error = std::sqrt(moments[0].Error() + moments[1].Error());
  return error == 0 ? 0 : std::abs(moments[0].mean - moments[1].mean) / error;
}

double LeastTimeDifference(const std::function<void(bool second)>& act, int measurements,
                           int rounds) {
  double least = TimeDifference(act, measurements);
  for (int i = 1; i < rounds; ++i) least = std::min(least, TimeDifference(act, measurements));
  return least;
}

double TimeRatio(const std::function<void(bool second)>& act, int measurements) {
  auto [first, second] = Measure(act, measurements);
  return Median(std::move(second)) / Median(std::move(first));
}

}  // namespace iscsi_ike::test
