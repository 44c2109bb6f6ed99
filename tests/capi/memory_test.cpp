// When memory is short: no call aborts or throws, and nothing is lost but what the header says.
#include <iscsi_ike.h>

#include <cstdlib>
#include <new>

#include "tests/capi/c_pair.hpp"

namespace {

// How many allocations may still succeed; negative: all.
thread_local long allocations_left = -1;

void* TryAllocate(std::size_t size) {
  if (allocations_left == 0) return nullptr;
  if (allocations_left > 0) --allocations_left;
  return std::malloc(size == 0 ? 1 : size);
}

void* Allocate(std::size_t size) {
  if (void* memory = TryAllocate(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return TryAllocate(size);
}
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept { std::free(memory); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace iscsi_ike::test {
namespace {

// Short lets only so many allocations succeed while it lives.
class Short {
 public:
  explicit Short(long allocations) { allocations_left = allocations; }
  ~Short() { allocations_left = -1; }
  Short(const Short&) = delete;
  Short& operator=(const Short&) = delete;
};

TEST(CMemory, PlansAndEnginesAreMadeWholeOrNotAtAll) {
  const auto plan_options = PlanOptions(ISCSI_IKE_RESPONDER);
  const auto engine_options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  int refused = 0;
  for (long n = 0; n < 2000; ++n) {
    iscsi_ike_plan* plan = nullptr;
    iscsi_ike_engine* engine = nullptr;
    iscsi_ike_status planned = ISCSI_IKE_OK;
    iscsi_ike_status made = ISCSI_IKE_OK;
    {
      const Short memory(n);
      planned = iscsi_ike_plan_new(&plan_options, &plan, nullptr);
      made = iscsi_ike_engine_new(&engine_options, &engine, nullptr);
    }
    EXPECT_EQ(planned == ISCSI_IKE_OK, plan != nullptr);
    EXPECT_EQ(made == ISCSI_IKE_OK, engine != nullptr);
    iscsi_ike_plan_free(plan);
    iscsi_ike_engine_free(engine);
    if (planned == ISCSI_IKE_OK && made == ISCSI_IKE_OK) break;
    ++refused;
    EXPECT_TRUE(planned == ISCSI_IKE_E_NO_MEMORY || made == ISCSI_IKE_E_NO_MEMORY)
        << planned << made;
    ASSERT_LT(n, 1999);
  }
  EXPECT_GT(refused, 10);
}

// Drive runs one end of a login as far as it goes with so much memory. False: it was not enough.
bool Drive(CPair& pair, long allocations) {
  iscsi_ike_engine* hba = pair.hba.engine.get();
  std::uint8_t buffer[4096];
  auto event = ISCSI_IKE_INIT(iscsi_ike_event);
  std::uint32_t session = 0;
  const auto starved = [&](auto call) {
    const Short memory(allocations);
    const iscsi_ike_status status = call();
    if (allocations > 0) allocations = allocations_left;
    return status == ISCSI_IKE_E_NO_MEMORY;
  };
  if (starved([&] { return iscsi_ike_connect(hba, 0, pair.login.get(), &session, nullptr); }))
    return false;
  for (int turn = 0; turn < 12; ++turn) {
    if (starved([&] { return iscsi_ike_run_dh(hba, 0); })) return false;
    iscsi_ike_endpoint from{};
    iscsi_ike_endpoint to{};
    for (;;) {
      std::size_t size = sizeof buffer;
      iscsi_ike_status status = ISCSI_IKE_OK;
      if (starved([&] { return status = iscsi_ike_poll_datagram(hba, &from, &to, buffer, &size); }))
        return false;
      if (status != ISCSI_IKE_OK) break;
      iscsi_ike_receive(pair.portal.engine.get(), 0, &to, &from, buffer, size);
    }
    iscsi_ike_run_dh(pair.portal.engine.get(), 0);
    std::size_t size = sizeof buffer;
    while (iscsi_ike_poll_datagram(pair.portal.engine.get(), &from, &to, buffer, &size) ==
           ISCSI_IKE_OK) {
      if (starved([&] { return iscsi_ike_receive(hba, 0, &to, &from, buffer, size); }))
        return false;
      size = sizeof buffer;
    }
    for (;;) {
      iscsi_ike_status status = ISCSI_IKE_OK;
      if (starved([&] { return status = iscsi_ike_poll_event(hba, &event); })) return false;
      if (status != ISCSI_IKE_OK) break;
      if (event.type == ISCSI_IKE_CHILD_ESTABLISHED) return true;
    }
  }
  ADD_FAILURE() << "neither memory ran out nor was there a child";
  return true;
}

TEST(CMemory, AnEngineThatRanOutOfItCanOnlyBeFreed) {
  long n = 0;
  for (;; ++n) {
    CPair pair;
    if (Drive(pair, n)) break;
    iscsi_ike_engine* hba = pair.hba.engine.get();
    auto event = ISCSI_IKE_INIT(iscsi_ike_event);
    std::uint64_t when = 0;
    std::uint32_t session = 0;
    iscsi_ike_dh_job* job = nullptr;
    EXPECT_EQ(iscsi_ike_poll_event(hba, &event), ISCSI_IKE_E_BROKEN);
    EXPECT_EQ(iscsi_ike_next_timeout(hba, &when), ISCSI_IKE_E_BROKEN);
    EXPECT_EQ(iscsi_ike_timeout(hba, 0), ISCSI_IKE_E_BROKEN);
    EXPECT_EQ(iscsi_ike_poll_dh(hba, &job), ISCSI_IKE_E_BROKEN);
    EXPECT_EQ(iscsi_ike_connect(hba, 0, pair.login.get(), &session, nullptr), ISCSI_IKE_E_BROKEN);
    ASSERT_LT(n, 5000);
  }
  EXPECT_GT(n, 20);
}

}  // namespace
}  // namespace iscsi_ike::test
