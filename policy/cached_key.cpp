#include "policy/cached_key.hpp"

#include <iterator>

namespace iscsi_ike::policy {

void FillRequest(const CachedKey& key, WordSources sources, TranslateRequest& request) {
  request.identity = key.record.identity;
  request.key_binding = key.Binding();
  request.tunnel_outer = key.tunnel_outer;
  if (!key.group_key) sources.entry = key.record.flags;
  WordInForce found = ResolveWord(sources);
  request.word = found.word;
  request.prior.insert(request.prior.end(), std::make_move_iterator(found.reasons.begin()),
                       std::make_move_iterator(found.reasons.end()));
}

}  // namespace iscsi_ike::policy
