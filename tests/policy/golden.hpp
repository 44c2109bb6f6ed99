// Golden texts under tests/golden: what a release promises, so that a change shows as a diff.
// ISCSI_IKE_UPDATE_GOLDEN=1 in the environment writes the files instead of comparing; read the diff
// before it is committed.
#pragma once

#include <string>

namespace iscsi_ike::policy {

std::string ReadGolden(const std::string& name);
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace iscsi_ike::policy
