// NameLookup with resolvers of the test, which take their time.
#include "ike/net/name_lookup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace iscsi_ike::ike::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using testing::ElementsAre;
using testing::IsEmpty;

tcp::endpoint At(const char* address, std::uint16_t port) {
  return {asio::ip::make_address(address), port};
}

struct Answer {
  int count = 0;
  error_code error;
  NameLookup::Endpoints ends;
};

NameLookup::Found Into(Answer& answer) {
  return [&answer](const error_code& error, const NameLookup::Endpoints& ends) {
    ++answer.count;
    answer.error = error;
    answer.ends = ends;
  };
}

// RunUntilFound keeps the context at work, as a caller does, until there is an answer.
void RunUntilFound(asio::io_context& context, const Answer& answer) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto work = asio::make_work_guard(context);
  while (answer.count == 0 && std::chrono::steady_clock::now() < end)
    context.run_one_for(std::chrono::milliseconds(50));
}

TEST(NameLookup, AnAddressIsNotLookedUp) {
  asio::io_context context;
  Answer answer;
  std::atomic<bool> asked = false;
  const NameLookup lookup(context, "2001:db8::1", 3205, Into(answer),
                          [&asked](const std::string&, std::uint16_t, error_code&) {
                            asked = true;
                            return NameLookup::Endpoints();
                          });
  EXPECT_EQ(answer.count, 0) << "never from within";
  RunUntilFound(context, answer);
  EXPECT_FALSE(asked);
  EXPECT_FALSE(answer.error);
  EXPECT_THAT(answer.ends, ElementsAre(At("2001:db8::1", 3205)));
}

TEST(NameLookup, GivesWhatTheResolverFinds) {
  asio::io_context context;
  Answer answer;
  const NameLookup lookup(
      context, "isns.example", 3205, Into(answer),
      [](const std::string& host, std::uint16_t port, error_code&) {
        EXPECT_EQ(host, "isns.example");
        return NameLookup::Endpoints{At("192.0.2.1", port), At("2001:db8::1", port)};
      });
  RunUntilFound(context, answer);
  EXPECT_EQ(answer.count, 1);
  EXPECT_THAT(answer.ends, ElementsAre(At("192.0.2.1", 3205), At("2001:db8::1", 3205)));
}

TEST(NameLookup, GivesTheErrorOfTheResolver) {
  asio::io_context context;
  Answer answer;
  const NameLookup lookup(context, "isns.example", 3205, Into(answer),
                          [](const std::string&, std::uint16_t, error_code& error) {
                            error = asio::error::host_not_found;
                            return NameLookup::Endpoints();
                          });
  RunUntilFound(context, answer);
  EXPECT_EQ(answer.error, asio::error::host_not_found);
  EXPECT_THAT(answer.ends, IsEmpty());
}

// Hanging is a resolver's own, for it outlives everything else.
struct Hanging {
  std::promise<void> release;
  std::atomic<bool> ended = false;
};

NameLookup::Resolve HangsIn(const std::shared_ptr<Hanging>& hanging) {
  return [hanging](const std::string&, std::uint16_t port, error_code&) {
    hanging->release.get_future().wait_for(std::chrono::seconds(10));
    hanging->ended = true;
    return NameLookup::Endpoints{At("192.0.2.1", port)};
  };
}

TEST(NameLookup, NobodyWaitsForAResolverThatHangs) {
  const auto hanging = std::make_shared<Hanging>();
  Answer answer;
  const auto begin = std::chrono::steady_clock::now();
  {
    asio::io_context context;
    const NameLookup lookup(context, "isns.example", 3205, Into(answer), HangsIn(hanging));
    context.run_for(std::chrono::milliseconds(20));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_FALSE(hanging->ended);
  hanging->release.set_value();  // what it finds finds no context any more
  while (!hanging->ended) std::this_thread::yield();
}

TEST(NameLookup, AnAnswerThatComesTooLateIsNotTold) {
  const auto hanging = std::make_shared<Hanging>();
  asio::io_context context;
  Answer answer;
  {
    const NameLookup lookup(context, "isns.example", 3205, Into(answer), HangsIn(hanging));
    context.run_for(std::chrono::milliseconds(20));
  }
  hanging->release.set_value();
  while (!hanging->ended) std::this_thread::yield();
  const auto work = asio::make_work_guard(context);
  context.restart();
  context.run_for(std::chrono::milliseconds(100));  // it would tell now
  EXPECT_EQ(answer.count, 0);
}

}  // namespace
}  // namespace iscsi_ike::ike::net
