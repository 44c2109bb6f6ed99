// The objects of a sequence of calls of the C interface, and what they have been asked.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "tests/fuzz/capi_values.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::fuzz {

inline constexpr std::size_t kEngines = 2, kPlans = 4, kSmall = 2;

struct Carried {
  iscsi_ike_endpoint local, remote;
  std::vector<std::uint8_t> octets;
};

// CapiObjects owns them. A place that is empty stands for a null pointer, as a handle.
struct CapiObjects {
  std::array<iscsi_ike_engine*, kEngines> engines{};
  std::array<iscsi_ike_plan*, kPlans> plans{};
  std::array<iscsi_ike_config*, kSmall> configs{};
  std::array<iscsi_ike_hba*, kSmall> hbas{};
  std::array<iscsi_ike_dh_runner*, kSmall> runners{};
  std::vector<iscsi_ike_dh_job*> jobs;
  std::vector<Carried> carried;            // datagrams that were polled
  std::vector<std::uint8_t> box, hba_box;  // saved last
  std::uint64_t now = 0;
  iscsi_ike_engine* inside = nullptr;  // callbacks call this one

  CapiObjects() = default;
  CapiObjects(const CapiObjects&) = delete;
  CapiObjects& operator=(const CapiObjects&) = delete;
  ~CapiObjects() {
    for (auto* engine : engines) iscsi_ike_engine_free(engine);
    for (auto* plan : plans) iscsi_ike_plan_free(plan);
    for (auto* config : configs) iscsi_ike_config_free(config);
    for (auto* hba : hbas) iscsi_ike_hba_free(hba);
    for (auto* runner : runners) iscsi_ike_dh_runner_free(runner);
    for (auto* job : jobs) iscsi_ike_dh_free(job);
  }

  iscsi_ike_engine*& Engine(Input& input) { return engines[input.Octet() % kEngines]; }
  iscsi_ike_plan*& Plan(Input& input) { return plans[input.Octet() % kPlans]; }
  iscsi_ike_config*& Config(Input& input) { return configs[input.Octet() % kSmall]; }
  iscsi_ike_hba*& Hba(Input& input) { return hbas[input.Octet() % kSmall]; }
  iscsi_ike_dh_runner*& Runner(Input& input) { return runners[input.Octet() % kSmall]; }
  // Job takes one out; null: there is none.
  iscsi_ike_dh_job* Job(Input& input) {
    if (jobs.empty()) return nullptr;
    const std::size_t at = input.Octet() % jobs.size();
    iscsi_ike_dh_job* job = jobs[at];
    jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(at));
    return job;
  }
};

// Judged: no call may come to these, whatever it is given.
inline iscsi_ike_status Judged(iscsi_ike_status status) {
  Require(status <= ISCSI_IKE_OK_NONE && status >= ISCSI_IKE_E_INTERNAL);
  Require(status != ISCSI_IKE_E_INTERNAL && status != ISCSI_IKE_E_NO_MEMORY);
  Require(status != ISCSI_IKE_E_BROKEN && status != ISCSI_IKE_E_CRYPTO);
  Require(std::strcmp(iscsi_ike_status_name(status), "") != 0);
  return status;
}

// Hold puts what a call has made in its place, and frees what was there; nothing is made by a call
// that fails.
template <class Object, class Free>
void Hold(iscsi_ike_status status, Object*& place, Object* made, Free free) {
  Require((Judged(status) == ISCSI_IKE_OK) == (made != nullptr));
  if (made == nullptr) return;
  free(place);
  place = made;
}

// Filled calls `write(buffer, &size)` with room as the fuzzer says, and once more with what was
// asked for. Gives what was written.
template <class Write>
std::vector<std::uint8_t> Filled(CapiValues& values, Write write) {
  std::size_t size = values.input().Octet() * 16U;
  std::uint8_t* room = size == 0 || values.Null() ? nullptr : values.Block(nullptr, size);
  const std::size_t given = size;
  iscsi_ike_status status = Judged(write(room, &size));
  if (status == ISCSI_IKE_E_TOO_SMALL) {
    Require(size > given);
    room = values.Block(nullptr, size);
    status = Judged(write(room, &size));
    Require(status == ISCSI_IKE_OK);
  }
  if (status != ISCSI_IKE_OK || room == nullptr) return {};
  return {room, room + size};
}

// Calls by what they are about; each takes what it needs out of the input.
void CallPlan(CapiObjects& objects, CapiValues& values);     // capi_plans.cpp
void CallHba(CapiObjects& objects, CapiValues& values);      // capi_hba.cpp
void CallEngine(CapiObjects& objects, CapiValues& values);   // capi_engines.cpp
void CallSession(CapiObjects& objects, CapiValues& values);  // capi_sessions.cpp
void CallPoll(CapiObjects& objects, CapiValues& values);     // capi_sessions.cpp
void CallDh(CapiObjects& objects, CapiValues& values);       // capi_engines.cpp
// Login makes two plans and two engines that fit, and begins: what comes after it goes deep.
void Login(CapiObjects& objects, CapiValues& values);
// Carry hands all datagrams, events and jobs on until nothing moves.
void Carry(CapiObjects& objects);

}  // namespace iscsi_ike::fuzz
