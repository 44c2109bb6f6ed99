#include "ike/tool/load_result.hpp"

namespace iscsi_ike::ike::tool {

void LoadResult::Add(const LoadResult& other) {
  started += other.started;
  established += other.established;
  failed += other.failed;
  late += other.late;
  interrupted = interrupted || other.interrupted;
  for (const auto& [code, failure] : other.failures) {
    FailureCount& count = failures[code];
    if (count.count == 0) {
      count.text = failure.text;
      count.details = failure.details;
    }
    count.count += failure.count;
  }
  first_answer.Add(other.first_answer);
  phase1.Add(other.phase1);
  child.Add(other.child);
  from_intended.Add(other.from_intended);
}

}  // namespace iscsi_ike::ike::tool
