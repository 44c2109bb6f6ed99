// Engines, their checkpoints and their exponentiations.
#include "tests/fuzz/capi_objects.hpp"

namespace iscsi_ike::fuzz {
namespace {

// Callbacks call the engine that calls them, which must refuse.
void CallBack(void* user) {
  auto* objects = static_cast<CapiObjects*>(user);
  if (objects->inside == nullptr) return;
  Require(iscsi_ike_timeout(objects->inside, objects->now) == ISCSI_IKE_E_BUSY);
  iscsi_ike_event event = ISCSI_IKE_INIT(iscsi_ike_event);
  Require(iscsi_ike_poll_event(objects->inside, &event) == ISCSI_IKE_E_BUSY);
}
void OnText(void* user, const char* text) {
  Require(text != nullptr && std::strlen(text) > 0);
  CallBack(user);
}
void OnOctets(void* user, const std::uint8_t* data, std::size_t size) {
  Require(data != nullptr && size > 0);
  CallBack(user);
}
int OnRandom(void* user, std::uint8_t* out, std::size_t size) {
  static std::uint8_t next = 0;
  CallBack(user);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(++next * 167U + i);
  return 0;
}
int OnNoRandom(void*, std::uint8_t*, std::size_t) { return 1; }

void AddTraces(CapiObjects& objects, std::uint8_t which, iscsi_ike_engine_options& options) {
  options.trace_user = options.random_user = &objects;
  if ((which & 1U) != 0) options.on_ladder = &OnText;
  if ((which & 2U) != 0) options.on_keylog = &OnText;
  if ((which & 4U) != 0) options.on_esp_keylog = &OnText;
  if ((which & 8U) != 0) options.on_pcap = &OnOctets;
  if ((which & 32U) != 0) options.random = &OnRandom;
  if ((which & 0xE0U) == 0xC0U) options.random = &OnNoRandom;
}

void AddNumbers(Input& input, iscsi_ike_engine_options& options) {
  std::uint32_t* const members[] = {&options.max_half_open,      &options.max_sessions,
                                    &options.max_children,       &options.half_open_timeout_ms,
                                    &options.linger_ms,          &options.half_open_kib,
                                    &options.aggressive_at_once, &options.aggressive_per_second,
                                    &options.refusals_per_second};
  for (int count = input.Octet() % 4; count > 0; --count) {
    std::uint32_t& member = *members[input.Octet() % std::size(members)];
    const std::uint8_t how = input.Octet();
    member = how == 0xFF ? UINT32_MAX : how < 0x80 ? how : input.Number(4);
  }
  options.pcap_epoch_us = input.Number(4);
  options.nat_port = input.Octet();
  options.no_nat_port = input.Octet() % 2;
}

void NewEngine(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  const std::uint8_t traces = input.Octet();
  AddTraces(objects, traces, options);
  if ((traces & 32U) == 0) options.seed = values.Exactly(32);
  std::vector<const iscsi_ike_plan*> plans(input.Octet() % 4);
  for (const iscsi_ike_plan*& plan : plans) plan = objects.Plan(input);
  options.responders = reinterpret_cast<const iscsi_ike_plan* const*>(
      values.Block(plans.data(), plans.size() * sizeof(void*)));
  options.responder_count = plans.size();
  AddNumbers(input, options);
  const auto* given = values.Sized(options);
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  iscsi_ike_engine* made = nullptr;
  Hold(iscsi_ike_engine_new(given, values.Null() ? nullptr : &made, error), objects.Engine(input),
       made, &iscsi_ike_engine_free);
}

// Restore makes an engine, of which a checkpoint is the same box again.
void Restore(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  std::vector<std::uint8_t> box = objects.box;
  Edit(input, box);
  auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  AddTraces(objects, input.Octet(), options);
  const auto* given = values.Sized(options);
  const std::uint8_t* key = values.Exactly(32);
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  iscsi_ike_engine* made = nullptr;
  const iscsi_ike_status status = iscsi_ike_engine_restore(
      given, key, values.Block(box.data(), box.size()), box.size(), &made, error);
  if (status == ISCSI_IKE_OK) {
    const auto again = Filled(values, [&](std::uint8_t* room, std::size_t* size) {
      return iscsi_ike_engine_save(made, key, room, size, nullptr);
    });
    Require(again == box);
  }
  Hold(status, objects.Engine(input), made, &iscsi_ike_engine_free);
}

void Save(CapiObjects& objects, CapiValues& values) {
  iscsi_ike_engine* engine = objects.Engine(values.input());
  const std::uint8_t* key = values.Exactly(32);
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  auto box = Filled(values, [&](std::uint8_t* room, std::size_t* size) {
    return iscsi_ike_engine_save(engine, key, room, size, error);
  });
  if (!box.empty()) objects.box = std::move(box);
}

// RunJobs hands some of the jobs to a runner, one of them twice or null now and then.
void RunJobs(CapiObjects& objects, CapiValues& values) {
  std::vector<iscsi_ike_dh_job*> some = objects.jobs;
  const std::uint8_t how = values.input().Octet();
  if (how % 8 == 6) some.push_back(nullptr);
  if (how % 8 == 7 && !some.empty()) some.push_back(some.front());
  const auto* block = reinterpret_cast<iscsi_ike_dh_job* const*>(
      values.Block(some.data(), some.size() * sizeof(void*)));
  const auto status = Judged(iscsi_ike_dh_run(objects.Runner(values.input()), block, some.size()));
  Require(how % 8 != 6 || status == ISCSI_IKE_E_INVALID);
}

void SetJob(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  iscsi_ike_dh_job* job =
      objects.jobs.empty() ? nullptr : objects.jobs[input.Octet() % objects.jobs.size()];
  auto info = ISCSI_IKE_INIT(iscsi_ike_dh_info);
  (void)Judged(iscsi_ike_dh_get_info(job, values.Null() ? nullptr : &info));
  if (input.Octet() % 4 == 0) {
    (void)Judged(iscsi_ike_dh_set_failed(job, input.Octet() % 2));
    return;
  }
  std::size_t size = 0;
  const std::uint8_t* octets = values.Octets(size);
  if (octets != nullptr && input.Octet() % 2 == 0 && job != nullptr) {
    size = info.output_size;
    octets = values.Exactly(size);
  }
  (void)Judged(iscsi_ike_dh_set_output(job, octets, size));
}

}  // namespace

void CallEngine(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  switch (input.Octet() % 8) {
    case 0: {
      iscsi_ike_engine*& engine = objects.Engine(input);
      iscsi_ike_engine_free(engine);
      engine = nullptr;
      return;
    }
    case 1:
      return Save(objects, values);
    case 2:
      return Restore(objects, values);
    case 3: {
      auto* counters = values.Sized(ISCSI_IKE_INIT(iscsi_ike_counters));
      const iscsi_ike_engine* engine = objects.Engine(input);
      (void)Judged(iscsi_ike_engine_get_counters(engine, counters));
      auto all = ISCSI_IKE_INIT(iscsi_ike_counters);
      if (iscsi_ike_engine_get_counters(engine, &all) == ISCSI_IKE_OK)
        Require(all.half_open + all.sessions == iscsi_ike_session_count(engine));
      return;
    }
    default:
      return NewEngine(objects, values);
  }
}

void CallDh(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  switch (input.Octet() % 8) {
    case 0: {
      iscsi_ike_dh_runner* made = nullptr;
      return Hold(iscsi_ike_dh_runner_new(&made), objects.Runner(input), made,
                  &iscsi_ike_dh_runner_free);
    }
    case 1:
      return RunJobs(objects, values);
    case 2:
      return SetJob(objects, values);
    case 3:
      return iscsi_ike_dh_free(objects.Job(input));
    case 4:
    case 5: {
      iscsi_ike_engine* engine = objects.inside = objects.Engine(input);
      (void)Judged(iscsi_ike_finish_dh(engine, objects.now, objects.Job(input)));
      objects.inside = nullptr;
      return;
    }
    case 6: {
      iscsi_ike_engine* engine = objects.inside = objects.Engine(input);
      (void)Judged(iscsi_ike_run_dh(engine, objects.now));
      objects.inside = nullptr;
      return;
    }
    default: {
      iscsi_ike_dh_job* job = nullptr;
      iscsi_ike_engine* engine = objects.Engine(input);
      if (Judged(iscsi_ike_poll_dh(engine, values.Null() ? nullptr : &job)) == ISCSI_IKE_OK)
        objects.jobs.push_back(job);
      return;
    }
  }
}

}  // namespace iscsi_ike::fuzz
