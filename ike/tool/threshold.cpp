#include "ike/tool/threshold.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

struct Unit {
  std::string_view name;
  double microseconds;
};
constexpr std::array<Unit, 3> kUnits{{{"us", 1}, {"ms", 1e3}, {"s", 1e6}}};

constexpr std::array<std::string_view, 3> kCounts{"failed", "unfinished", "rate"};

// Decimal reads digits with at most one point, all of `text`.
std::optional<double> Decimal(const std::string& text) {
  const bool fine = !text.empty() && text.size() < 16 &&
                    text.find_first_not_of("0123456789.") == std::string::npos &&
                    std::count(text.begin(), text.end(), '.') <= 1 && text != ".";
  if (!fine) return std::nullopt;
  return std::strtod(text.c_str(), nullptr);
}

// Percent of "p99.9"; nullopt: the quantity is none.
std::optional<double> PercentOf(const std::string& quantity) {
  if (quantity.size() < 2 || quantity[0] != 'p') return std::nullopt;
  const auto percent = Decimal(quantity.substr(1));
  return percent && *percent <= 100 ? percent : std::nullopt;
}

bool IsTime(const std::string& quantity) {
  return PercentOf(quantity) || quantity == "max" || quantity == "mean";
}

double ValueOf(const std::string& quantity, const LoadResult& result) {
  if (quantity == "failed") return static_cast<double>(result.failed);
  if (quantity == "unfinished") return static_cast<double>(result.unfinished());
  if (quantity == "rate") return result.Rate();
  const LatencyHistogram& latency = result.from_intended;
  if (quantity == "mean") return latency.Mean();
  if (quantity == "max") return static_cast<double>(latency.max().count());
  return static_cast<double>(latency.Percentile(*PercentOf(quantity)).count());
}

}  // namespace

Checked<Threshold> ParseThreshold(const std::string& text) {
  const auto refuse = [&](const std::string& rule) {
    return Usage("--fail-if", policy::Quote(text) + " " + rule);
  };
  if (text.find_first_of(" \t\n") != std::string::npos)
    return refuse("has blanks, which do not belong there");
  const std::size_t at = text.find_first_of("<>");
  if (at == std::string::npos) return refuse("has no < or >");
  Threshold threshold{text, text.substr(0, at), text[at] == '>', 0};
  std::string number = text.substr(at + 1);
  double factor = 1;
  if (IsTime(threshold.quantity)) {
    const std::size_t unit_at = number.find_first_not_of("-0123456789.");
    const std::string name = unit_at == std::string::npos ? "" : number.substr(unit_at);
    const auto unit = std::ranges::find(kUnits, name, &Unit::name);
    if (unit == kUnits.end()) return refuse("needs us, ms or s behind its number");
    number.resize(unit_at);
    factor = unit->microseconds;
  } else if (std::ranges::find(kCounts, threshold.quantity) == kCounts.end()) {
    return refuse("is not about p50, p99.9 and the like, max, mean, failed, unfinished or rate");
  }
  if (number.starts_with('-')) return refuse("has a negative number, and nothing is below 0");
  const auto limit = Decimal(number);
  if (!limit) return refuse("has no number");
  threshold.limit = *limit * factor;
  return threshold;
}

bool HasNoData(const Threshold& threshold, const LoadResult& result) {
  return IsTime(threshold.quantity) && result.from_intended.count() == 0;
}

bool IsBreached(const Threshold& threshold, const LoadResult& result) {
  if (HasNoData(threshold, result)) return true;
  const double value = ValueOf(threshold.quantity, result);
  return threshold.above ? value > threshold.limit : value < threshold.limit;
}

}  // namespace iscsi_ike::ike::tool
