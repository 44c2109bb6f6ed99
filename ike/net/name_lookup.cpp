#include "ike/net/name_lookup.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// State is the thread's and the lookup's. The context may be gone when `context` is null.
struct NameLookup::State {
  std::mutex mutex;  // of the context
  asio::io_context* context = nullptr;
  Found found;  // on the context's thread alone

  static void Tell(const std::shared_ptr<State>& state, const error_code& error, Endpoints ends) {
    const std::scoped_lock lock(state->mutex);
    if (state->context == nullptr) return;
    asio::post(*state->context, [state, error, ends = std::move(ends)] {
      if (const Found tell = std::exchange(state->found, nullptr)) tell(error, ends);
    });
  }
};

NameLookup::NameLookup(asio::io_context& context, const std::string& host, std::uint16_t port,
                       Found found, Resolve resolve)
    : state_(std::make_shared<State>()) {
  state_->context = &context;
  state_->found = std::move(found);
  error_code no_address;
  const auto address = asio::ip::make_address(host, no_address);
  if (!no_address) {
    State::Tell(state_, {}, {tcp::endpoint(address, port)});
    return;
  }
  try {
    std::thread([state = state_, resolve = std::move(resolve), host, port] {
      error_code error;
      Endpoints ends = resolve(host, port, error);
      State::Tell(state, error, std::move(ends));
    }).detach();
  } catch (const std::system_error& no_thread) {
    State::Tell(state_, error_code(no_thread.code().value(), boost::system::system_category()), {});
  }
}

NameLookup::~NameLookup() {
  const Found dropped = std::exchange(state_->found, nullptr);
  const std::scoped_lock lock(state_->mutex);
  state_->context = nullptr;
}

NameLookup::Endpoints NameLookup::BySystem(const std::string& host, std::uint16_t port,
                                           error_code& error) {
  asio::io_context own;
  tcp::resolver resolver(own);
  const auto results =
      resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
  Endpoints ends;
  for (const auto& entry : results) ends.push_back(entry.endpoint());
  return ends;
}

}  // namespace iscsi_ike::ike::net
