// What an error notification of the peer says, in words, and where to look because of it.
#pragma once

#include "ike/core/core.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike {

// TextOf: the name and number of a notification, and what else is in it.
[[nodiscard]] std::string TextOf(const NotifyView& notify);

// RefusedBy is the failure that a notification means: of the quick mode given, else of phase 1.
[[nodiscard]] NegotiationFailure RefusedBy(const Session& session, const NotifyView& notify,
                                           const Exchange* quick);

}  // namespace iscsi_ike::ike
