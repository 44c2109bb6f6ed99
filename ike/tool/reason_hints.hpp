// AddHints: which option of this tool helps with a reason. policy/ knows no options.
#pragma once

#include <string_view>
#include <vector>

#include "policy/plan.hpp"

namespace iscsi_ike::ike::tool {

// AddHints appends to the texts of the reasons it knows. `key_place` says where the key is from
// ("this command line"); empty: there is none.
void AddHints(std::vector<policy::Reason>& reasons, std::string_view key_place);

}  // namespace iscsi_ike::ike::tool
