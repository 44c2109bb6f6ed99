// What is known of iSCSI names where they are read.
#pragma once

#include <cstddef>

namespace iscsi_ike::policy {

// Octets (RFC 7143 section 4.2.7.1; MAX_ISCSI_NAME_LEN of iscsidsc.h).
inline constexpr std::size_t kLongestIscsiName = 223;

}  // namespace iscsi_ike::policy
