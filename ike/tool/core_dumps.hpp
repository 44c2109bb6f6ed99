// ForbidCoreDumps: a crash of the tool leaves no file with keys in it.
#pragma once

namespace iscsi_ike::ike::tool {

// ForbidCoreDumps keeps the whole process out of core dumps, stack and registers included: no file
// (RLIMIT_CORE), no handler that core_pattern names, and no debugger of the same user
// (PR_SET_DUMPABLE). The pages of secrets are in no dump in any case. Not when the environment has
// ISCSI_IKE_CORE_DUMPS, for those who look for a fault of the tool. Call it before anything else.
void ForbidCoreDumps();

}  // namespace iscsi_ike::ike::tool
