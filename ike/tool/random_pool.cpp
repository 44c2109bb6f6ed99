#include "ike/tool/random_pool.hpp"

#include <algorithm>

namespace iscsi_ike::ike::tool {

bool RandomPool::Fill(crypto::MutableOctets out) {
  if (out.size() > pool_.size() / 2) return system_.Fill(out);
  if (out.size() > left_) {
    if (!system_.Fill(pool_)) return false;
    left_ = pool_.size();
  }
  const auto taken = crypto::MutableOctets(pool_).last(left_).first(out.size());
  std::ranges::copy(taken, out.begin());
  crypto::Wipe(taken);
  left_ -= out.size();
  return true;
}

}  // namespace iscsi_ike::ike::tool
