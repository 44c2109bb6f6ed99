#include "policy/render/render.hpp"

#include <array>

#include "policy/render/view.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::render {
namespace {

constexpr std::array<Target, 4> kTargets = {Target::kStrongswan, Target::kLibreswan,
                                            Target::kRacoon, Target::kWindows};

}  // namespace

std::string_view Name(Target target) {
  switch (target) {
    case Target::kStrongswan:
      return "strongswan";
    case Target::kLibreswan:
      return "libreswan";
    case Target::kRacoon:
      return "racoon";
    case Target::kWindows:
      return "windows";
  }
  return "?";
}

Parsed<Target> TargetByName(std::string_view name, std::string_view place) {
  std::vector<std::string> names;
  for (const Target target : kTargets) {
    if (SameName(Name(target), name)) return target;
    names.emplace_back(Name(target));
  }
  return Reject(std::string(place), Quote(name) + " is none of " + Join(names, ", "));
}

Parsed<Rendering> Render(Target target, const Request& request) {
  const auto view = ViewOf(request, Name(target));
  if (!view) return Failure(view.error());
  switch (target) {
    case Target::kStrongswan:
      return RenderStrongswan(*view);
    case Target::kLibreswan:
      return RenderLibreswan(*view);
    case Target::kRacoon:
      return RenderRacoon(*view);
    case Target::kWindows:
      return RenderWindows(*view);
  }
  return Reject(std::string(Name(target)), "is not known");
}

}  // namespace iscsi_ike::policy::render
