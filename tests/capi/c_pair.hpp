// A login through the C interface, in virtual time: an HBA and a target portal.
#pragma once

#include <gtest/gtest.h>
#include <iscsi_ike.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace iscsi_ike::test {

struct Free {
  void operator()(iscsi_ike_plan* plan) const { iscsi_ike_plan_free(plan); }
  void operator()(iscsi_ike_engine* engine) const { iscsi_ike_engine_free(engine); }
  void operator()(iscsi_ike_config* config) const { iscsi_ike_config_free(config); }
  void operator()(iscsi_ike_dh_job* job) const { iscsi_ike_dh_free(job); }
  void operator()(iscsi_ike_dh_runner* runner) const { iscsi_ike_dh_runner_free(runner); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

inline constexpr char kHba[] = "192.0.2.1";
inline constexpr char kPortal[] = "192.0.2.2";
inline constexpr char kKey[] = "correct horse battery staple";
using Seed = std::array<std::uint8_t, 32>;

[[nodiscard]] iscsi_ike_endpoint EndpointOf(const char* text);
// PlanOptions of one end, with the word 0x27 and the key; `ike` is a list that costs little.
[[nodiscard]] iscsi_ike_plan_options PlanOptions(iscsi_ike_role role);
[[nodiscard]] Owned<iscsi_ike_plan> MakePlan(const iscsi_ike_plan_options& options);
[[nodiscard]] Owned<iscsi_ike_engine> MakeEngine(const iscsi_ike_engine_options& options);

// What an event said, kept.
struct Seen {
  std::uint32_t type = 0, session = 0, child = 0, reason = 0;
  std::string code, text;
  std::vector<std::uint8_t> in, out;  // keys of a child: SPI, encryption, integrity
};

struct CEnd {
  Owned<iscsi_ike_engine> engine;
  std::vector<Seen> events;
  std::vector<std::vector<std::uint8_t>> sent;
  // Runs the jobs of the engine; unset: iscsi_ike_run_dh.
  std::function<void(iscsi_ike_engine*)> compute;
  // Sees each event while what it points to lives; may be unset.
  std::function<void(const iscsi_ike_event&)> watch;
  [[nodiscard]] const Seen* Find(std::uint32_t type) const;
};

class CPair {
 public:
  // `adjust` may change what the ends are told before they are made.
  struct Told {
    iscsi_ike_plan_options hba_plan, portal_plan;
    iscsi_ike_engine_options hba, portal;
  };
  explicit CPair(const std::function<void(Told&)>& adjust = {});

  CEnd hba, portal;
  Owned<iscsi_ike_plan> login;
  std::uint64_t now = 0;

  std::uint32_t Connect();
  // Run carries datagrams, and lets time pass while somebody waits, until `until`.
  void Run(std::uint64_t until);
  // Exchange carries datagrams until there are none.
  void Exchange();

 private:
  bool Carry(CEnd& from, CEnd& to);
};

}  // namespace iscsi_ike::test
