// SpareMemory: what a flood or a storm has taken goes back to the system when it is over. The C
// library keeps it otherwise, since the little that is still in use lies among it.
#pragma once

#include <cstddef>

#include "ike/net/reactor.hpp"

namespace iscsi_ike::ike::tool {

class SpareMemory {
 public:
  // `reactor` outlives it, and does not run behind it.
  explicit SpareMemory(net::Reactor& reactor) : reactor_(reactor) {}

  // Watch looks every few seconds, on the reactor's thread, whether enough has become free to be
  // worth it.
  void Watch();

 private:
  void GiveBack();

  net::Reactor& reactor_;
  std::size_t known_ = 0;  // octets that are free, and have been given back
};

}  // namespace iscsi_ike::ike::tool
