// When memory is short: no call aborts or throws, and nothing is lost but what the header says.
#include <iscsi_ike.h>

#include <cstdlib>
#include <new>
#include <optional>

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
  const auto plan_options = PlanOptions(ISCSI_IKE_ROLE_RESPONDER);
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

TEST(CMemory, ASaveThatFailsHurtsNobody) {
  CPair pair;
  pair.Connect();
  const Seed key{};
  std::vector<std::uint8_t> box(65536);
  std::size_t size = 0;
  iscsi_ike_status status = ISCSI_IKE_E_NO_MEMORY;
  for (long n = 0; status == ISCSI_IKE_E_NO_MEMORY; ++n) {
    ASSERT_LT(n, 2000);
    size = box.size();
    const Short memory(n);
    status = iscsi_ike_engine_save(pair.hba.engine.get(), key.data(), box.data(), &size, nullptr);
  }
  EXPECT_EQ(status, ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);

  iscsi_ike_engine* restored = nullptr;
  const auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  status = ISCSI_IKE_E_NO_MEMORY;
  for (long n = 0; status == ISCSI_IKE_E_NO_MEMORY; ++n) {
    ASSERT_LT(n, 2000);
    const Short memory(n);
    status = iscsi_ike_engine_restore(&options, key.data(), box.data(), size, &restored, nullptr);
  }
  EXPECT_EQ(status, ISCSI_IKE_OK);
  iscsi_ike_engine_free(restored);
}

// A method that answers that there is no memory has not set a key.
TEST(CMemory, MethodsOfAnHbaAreDoneOrNot) {
  const auto options = ISCSI_IKE_INIT(iscsi_ike_hba_options);
  const std::uint8_t in[] = {4, 0, 0, 0, 'k', 'e', 'y', '!'};
  for (long n = 0;; ++n) {
    ASSERT_LT(n, 200);
    iscsi_ike_hba* hba = nullptr;
    ASSERT_EQ(iscsi_ike_hba_new(&options, &hba), ISCSI_IKE_OK);
    std::uint8_t out[4];
    std::size_t out_size = sizeof out;
    std::uint32_t method_status = 1;
    iscsi_ike_status status = ISCSI_IKE_OK;
    {
      const Short memory(n);
      status = iscsi_ike_hba_invoke(hba, 3, in, sizeof in, out, &out_size, &method_status, nullptr);
    }
    auto plan_options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
    plan_options.key = nullptr;
    plan_options.key_size = 0;
    plan_options.hba = hba;
    iscsi_ike_plan* plan = nullptr;
    EXPECT_EQ(iscsi_ike_plan_new(&plan_options, &plan, nullptr) == ISCSI_IKE_OK,
              status == ISCSI_IKE_OK);
    iscsi_ike_plan_free(plan);
    iscsi_ike_hba_free(hba);
    if (status == ISCSI_IKE_OK) break;
    EXPECT_EQ(status, ISCSI_IKE_E_NO_MEMORY);
  }
}

// What became of a login with little memory: it is there; a call stopped in the midst of the
// engine's work; or only something beside the engine could not be had.
enum class Fate { kKeyed, kBroken, kSpared };

// Login drives one end of a pair with so many allocations, and the other with as many as it likes.
class Login {
 public:
  Login(CPair& pair, long allocations)
      : pair_(pair), hba_(pair.hba.engine.get()), left_(allocations) {
    iscsi_ike_dh_runner* made = nullptr;
    EXPECT_EQ(iscsi_ike_dh_runner_new(&made), ISCSI_IKE_OK);
    runner_.reset(made);
  }

  Fate Drive() {
    std::uint32_t session = 0;
    if (IsStarved([&] { return iscsi_ike_connect(hba_, 0, pair_.login.get(), &session, nullptr); }))
      return Fate::kBroken;
    for (int turn = 0; turn < 12; ++turn)
      for (const auto step : {&Login::Compute, &Login::Send, &Login::Answer, &Login::Events})
        if (const auto fate = (this->*step)()) return *fate;
    ADD_FAILURE() << "neither memory ran out nor was there an outcome";
    return Fate::kSpared;
  }

 private:
  using Ended = std::optional<Fate>;

  template <class Call>
  bool IsStarved(Call call) {
    const Short memory(left_);
    last_ = call();
    left_ = allocations_left;
    return last_ == ISCSI_IKE_E_NO_MEMORY;
  }

  Ended Compute() {
    for (;;) {
      iscsi_ike_dh_job* job = nullptr;
      if (IsStarved([&] { return iscsi_ike_poll_dh(hba_, &job); })) return Fate::kSpared;
      if (last_ != ISCSI_IKE_OK) return std::nullopt;
      if (IsStarved([&] { return iscsi_ike_dh_run(runner_.get(), &job, 1); })) {
        iscsi_ike_dh_free(job);
        return Fate::kSpared;
      }
      if (IsStarved([&] { return iscsi_ike_finish_dh(hba_, 0, job); })) return Fate::kBroken;
    }
  }

  Ended Send() {
    for (;;) {
      std::size_t size = sizeof buffer_;
      if (IsStarved([&] { return iscsi_ike_poll_datagram(hba_, &from_, &to_, buffer_, &size); }))
        return Fate::kSpared;
      if (last_ != ISCSI_IKE_OK) return std::nullopt;
      iscsi_ike_receive(pair_.portal.engine.get(), 0, &to_, &from_, buffer_, size);
    }
  }

  Ended Answer() {
    iscsi_ike_engine* portal = pair_.portal.engine.get();
    iscsi_ike_run_dh(portal, 0);
    for (;;) {
      std::size_t size = sizeof buffer_;
      if (iscsi_ike_poll_datagram(portal, &from_, &to_, buffer_, &size) != ISCSI_IKE_OK)
        return std::nullopt;
      if (IsStarved([&] { return iscsi_ike_receive(hba_, 0, &to_, &from_, buffer_, size); }))
        return Fate::kBroken;
    }
  }

  Ended Events() {
    auto event = ISCSI_IKE_INIT(iscsi_ike_event);
    for (;;) {
      if (IsStarved([&] { return iscsi_ike_poll_event(hba_, &event); })) return Fate::kBroken;
      if (last_ != ISCSI_IKE_OK) return std::nullopt;
      if (event.type == ISCSI_IKE_EVENT_CHILD_ESTABLISHED) return Fate::kKeyed;
      // A job for which there was no memory ends the negotiation, not the engine.
      if (event.type == ISCSI_IKE_EVENT_FAILED) return Fate::kSpared;
    }
  }

  CPair& pair_;
  iscsi_ike_engine* hba_;
  Owned<iscsi_ike_dh_runner> runner_;
  long left_;
  iscsi_ike_status last_ = ISCSI_IKE_OK;
  iscsi_ike_endpoint from_{}, to_{};
  std::uint8_t buffer_[4096] = {};
};

void ExpectBroken(CPair& pair) {
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
}

TEST(CMemory, AnEngineThatRanOutOfItInTheMidstCanOnlyBeFreed) {
  int broken = 0;
  int spared = 0;
  for (long n = 0;; ++n) {
    ASSERT_LT(n, 5000);
    CPair pair;
    const Fate fate = Login(pair, n).Drive();
    if (fate == Fate::kKeyed) break;
    ++(fate == Fate::kBroken ? broken : spared);
    std::uint64_t when = 0;
    if (fate == Fate::kBroken)
      ExpectBroken(pair);
    else
      EXPECT_GE(iscsi_ike_next_timeout(pair.hba.engine.get(), &when), ISCSI_IKE_OK);
  }
  EXPECT_GT(broken, 20);
  EXPECT_GT(spared, 2);
}

}  // namespace
}  // namespace iscsi_ike::test
